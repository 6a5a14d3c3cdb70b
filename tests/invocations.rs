//! The packaged bytes under AWS's own emulator of Lambda.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    thread,
};

use serde_json::{Value, json};
use sparta_test_models::events;
#[cfg(target_arch = "x86_64")]
use sparta_test_tools::Arm64;
use sparta_test_tools::Rie;
use tempfile::TempDir;

use crate::support::{Service, document, package, package_for_arm64, unzip};

const SETTINGS: [(&str, &str); 5] =
    [("GREETING", "Hello!"), ("PIECES", "10"), ("CATALOGUE", "any"), ("TERMS", "You pay."), ("SHELF", "books")];

/// One function of the test service, out of its archive.
struct Function {
    rie: Rie,
    code: TempDir,
}

impl Function {
    fn start(name: &str) -> Self {
        Self::with(name, &SETTINGS)
    }

    fn with(name: &str, variables: &[(&str, &str)]) -> Self {
        let code = unzip(&package("sparta-test-service").path().join("code.zip"));
        let bootstrap = code.path().join("bootstrap");
        Self::of(&bootstrap, code, name, variables)
    }

    fn of(program: &Path, code: TempDir, name: &str, variables: &[(&str, &str)]) -> Self {
        let own = [("_HANDLER", name), ("AWS_LAMBDA_FUNCTION_TIMEOUT", "2"), ("AWS_LAMBDA_LOG_FORMAT", "JSON")];
        Self { rie: Rie::start(program, &[&own, variables].concat()), code }
    }

    fn invoke(&self, event: &Value) -> Value {
        self.rie.invoke(event.to_string().as_bytes()).json()
    }

    /// What the function has logged, as Lambda would read it.
    fn lines(&self) -> Vec<Value> {
        let log = self.rie.log();
        log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn line(&self, message: &str) -> Value {
        let found = self.lines().into_iter().find(|line| line["message"].as_str().unwrap().contains(message));
        found.unwrap_or_else(|| panic!("no line says `{message}`:\n{}", self.rie.log()))
    }
}

#[test]
fn every_kind_of_http_event_is_answered_as_http() {
    let echo = Function::start("echo");
    let echoed = |answer: &Value| -> Value { serde_json::from_str(answer["body"].as_str().unwrap()).unwrap() };

    for event in [events::http_api("/shop"), events::function_url("/shop")] {
        let answer = echo.invoke(&event);
        assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(false)), "{answer}");
        assert_eq!(answer["headers"]["content-type"], "application/json");
        let seen = echoed(&answer);
        assert_eq!((&seen["method"], &seen["path"], &seen["body"]), (&json!("POST"), &json!("/shop"), &json!("shop")));
    }
    for event in [events::rest_api("/shop"), events::load_balancer("/shop")] {
        let answer = echo.invoke(&event);
        assert_eq!(answer["statusCode"], 200, "{answer}");
        assert_eq!(answer["multiValueHeaders"]["content-type"], json!(["application/json"]));
        assert_eq!(echoed(&answer)["path"], "/shop");
    }
    assert_eq!(echoed(&echo.invoke(&events::rest_api("/shop")))["x-tag"], json!(["one", "two"]));
    let bytes = echo.invoke(&events::http_api("/bytes"));
    assert_eq!((&bytes["body"], &bytes["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
    assert_eq!(echo.invoke(&json!({"any": "event"}))["body"], r#"{"any":"event"}"#);
}

#[test]
fn an_authorizer_answers_in_both_forms_and_its_words_reach_the_guarded_function() {
    let gate = Function::start("gate");
    let ask = |key: &str, form: &str| gate.invoke(&events::authorizer(key, form));
    let context = json!({"name": "Ali Baba", "thieves": 40});
    assert_eq!(ask("sesame", ""), json!({"isAuthorized": true, "context": context}));
    assert_eq!(ask("barley", ""), json!({"isAuthorized": false}));
    let policy = |effect: &str| {
        let arn = "arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/cave";
        let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": [arn]});
        json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    let allowed = json!({"principalId": "ali", "policyDocument": policy("Allow"), "context": context});
    assert_eq!(ask("sesame", "policy"), allowed);
    assert_eq!(ask("barley", "policy"), json!({"principalId": "ali", "policyDocument": policy("Deny")}));
    // API Gateway answers callers with a status 500 then, and the next one is asked about as before.
    for (key, error_type) in [("broken", "sparta_test_service::OutOfStock"), ("stuck", "Panic")] {
        assert_eq!(ask(key, "")["errorType"], error_type);
        assert_eq!(ask("barley", ""), json!({"isAuthorized": false}));
    }
    let mismatch = gate.invoke(&json!({"headers": {}}));
    assert_eq!(mismatch["errorType"], "EventMismatch");

    let echo = Function::start("echo");
    let mut event = events::http_api("/cave");
    event["requestContext"]["authorizer"] = json!({"lambda": context});
    let answer = echo.invoke(&event);
    let seen: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(seen["authorizer"], context);
}

#[test]
fn a_batch_of_messages_is_typed_and_one_that_fails_is_an_invocation_error() {
    let orders = Function::start("orders");
    let batch = |pieces: &[&str]| {
        let message = |body: &&str| {
            json!({
                "messageId": format!("message-{body}"),
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
                "awsRegion": "us-east-1",
            })
        };
        orders.invoke(&json!({"Records": pieces.iter().map(message).collect::<Vec<_>>()}))
    };
    assert_eq!(batch(&["3", "4"]), 7);
    let failed = batch(&["30"]);
    assert_eq!(failed["errorType"], "sparta_test_service::OutOfStock");
    assert_eq!(failed["errorMessage"], "only 10 pieces are left");
    assert_eq!(batch(&["many"])["errorType"], "core::num::error::ParseIntError");
    let mismatch = orders.invoke(&json!({"Records": 7}));
    assert!(mismatch["errorMessage"].as_str().unwrap().contains("Records"), "{mismatch}");
    assert_eq!(batch(&["5"]), 5);
}

#[test]
fn the_function_serves_on_after_an_error_a_panic_and_a_timeout() {
    let obey = Function::start("obey");
    let works = || assert_eq!(obey.invoke(&json!({"any": 1}))["obeyed"], json!({"any": 1}));
    works();

    let failed = obey.invoke(&json!({"do": "fail"}));
    assert_eq!(failed["errorType"], "sparta_test_service::OutOfStock");
    assert_eq!(failed["errorMessage"], "only 10 pieces are left");
    works();

    let panicked = obey.invoke(&json!({"do": "panic"}));
    assert_eq!(panicked["errorType"], "Panic");
    assert_eq!(panicked["errorMessage"], "handler panicked: told to panic");
    let line = obey.line("panicked: told to panic");
    assert!(line["location"].as_str().unwrap().contains("main.rs"), "{line}");
    assert!(line["backtrace"].as_str().unwrap().len() > 100, "{line}");
    works();

    let late = obey.rie.invoke(br#"{"do": "sleep"}"#);
    assert!(late.text().contains("Task timed out after 2.00 seconds"), "{}", late.text());
    works();
}

#[test]
fn a_function_reads_what_is_shipped_beside_it() {
    let code = unzip(&package("sparta-test-service").path().join("code.zip"));
    let (bootstrap, root) = (code.path().join("bootstrap"), code.path().to_str().unwrap().to_owned());
    let program = fs::read(&bootstrap).unwrap();
    let obey = Function::of(&bootstrap, code, "obey", &[&SETTINGS[..], &[("LAMBDA_TASK_ROOT", &root)]].concat());
    for (file, text) in
        [("shelf/prices.txt", "apples 3\npears 4\n"), ("shelf/catalogue.txt", "apples, from the orchard\n")]
    {
        assert_eq!(obey.invoke(&json!({"do": "read", "file": file})), text, "{}", obey.rie.log());
        assert!(!program.windows(text.len()).any(|bytes| bytes == text.as_bytes()), "{file} is in the program");
    }
    // What CodeBuild packs in a pipeline is the same.
    let folder = package("sparta-test-service").path().join("code");
    assert_eq!(fs::read_to_string(folder.join("shelf/prices.txt")).unwrap(), "apples 3\npears 4\n");
}

#[test]
fn an_event_of_six_megabytes_arrives_whole() {
    const LIMIT: usize = 6 * 1024 * 1024;
    let obey = Function::start("obey");
    let empty = json!({"do": "measure", "text": ""}).to_string().len();
    let text = "x".repeat(LIMIT - empty);
    assert_eq!(obey.invoke(&json!({"do": "measure", "text": text})), LIMIT - empty);
    assert_eq!(obey.invoke(&json!({"do": "measure", "text": "small"})), 5);
}

#[test]
fn log_lines_are_json_with_the_fields_of_lambda_and_the_id_of_the_request() {
    let echo = Function::start("echo");
    echo.invoke(&events::http_api("/shop"));
    echo.invoke(&events::http_api("/panic"));

    let started = echo.line("serving echo");
    assert_eq!((&started["level"], &started["function"]), (&json!("INFO"), &json!("echo")));
    assert!(["sparta", "architecture", "kernel"].iter().all(|field| started[field].is_string()), "{started}");
    let code_id = fs::read_to_string(echo.code.path().join("sparta-code-id")).unwrap();
    assert_eq!(code_id.len(), 40);
    assert_eq!(started["code"], code_id);
    let echoed = echo.line("echoes");
    assert_eq!((&echoed["level"], &echoed["bytes"]), (&json!("INFO"), &json!(4)));
    assert!(echoed["timestamp"].as_str().unwrap().ends_with('Z'), "{echoed}");
    let panicked = echo.line("panicked: the echo broke");
    assert_eq!(panicked["level"], "ERROR");
    let [id, other] = [&echoed, &panicked].map(|line| line["requestId"].as_str().unwrap());
    assert_ne!(id, other);
    assert!(echo.rie.log().contains(&format!("START RequestId: {id}")), "{}", echo.rie.log());
}

#[test]
fn a_factory_makes_the_function_or_fails_its_start() {
    let stock = Function::start("stock");
    assert_eq!([stock.invoke(&json!({})), stock.invoke(&json!({}))], [10, 10]);

    let failures = [
        ("1", "sparta_test_service::OutOfStock", "only 1 pieces are left"),
        ("2", "Panic", "factory panicked: the stock fell over"),
    ];
    for (pieces, error_type, message) in failures {
        let settings = SETTINGS.map(|(name, value)| (name, if name == "PIECES" { pieces } else { value }));
        let stock = Function::with("stock", &settings);
        stock.rie.invoke(b"{}");
        let line = stock.line("the function cannot start");
        assert_eq!(line["errorType"], error_type);
        assert!(line["message"].as_str().unwrap().contains(message), "{line}");
    }
}

#[test]
fn a_start_without_settings_names_all_that_are_missing() {
    let greet = Function::with("greet", &[("PIECES", "none")]);
    let answer = greet.rie.invoke(b"{}");
    assert_ne!(answer.status, 200, "{}", answer.text());
    let line = greet.line("the function cannot start");
    let message = line["message"].as_str().unwrap();
    assert!(["GREETING", "PIECES", "CATALOGUE"].iter().all(|name| message.contains(name)), "{message}");
}

/// What it puts where CloudFormation reads answers.
fn answer_of(function: &Function, listener: &TcpListener, kind: &str, name: &str) -> Value {
    let address = listener.local_addr().unwrap();
    let request = json!({
        "RequestType": kind, "ResponseURL": format!("http://{address}/answer?Signature=x"), "StackId": "stack",
        "RequestId": "1", "LogicalResourceId": "Shelf", "ResourceType": "Custom::Shelf", "PhysicalResourceId": "old",
        "ResourceProperties": {"ServiceToken": "arn", "Name": name, "Boards": "4"},
    });
    thread::scope(|scope| {
        let answer = scope.spawn(|| {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                match line.trim_end().strip_prefix("content-length: ") {
                    Some(text) => length = text.parse().unwrap(),
                    None if line.trim_end().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            serde_json::from_slice(&body).unwrap()
        });
        assert_eq!(function.invoke(&request), Value::Null, "{}", function.rie.log());
        answer.join().unwrap()
    })
}

#[test]
fn cloudformation_is_answered_for_a_resource_that_a_function_provides() {
    let shelves = Function::start("shelves");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let made = answer_of(&shelves, &listener, "Create", "books");
    assert_eq!((&made["Status"], &made["Data"]), (&json!("SUCCESS"), &json!({"Room": 40})), "{made}");
    let broken = answer_of(&shelves, &listener, "Create", "");
    assert_eq!(
        (&broken["Status"], &broken["Reason"]),
        (&json!("FAILED"), &json!("the function panicked: its log says where"))
    );
    assert!(shelves.line("panicked: a shelf without a name")["location"].is_string());
    assert_eq!(answer_of(&shelves, &listener, "Delete", "books")["PhysicalResourceId"], "old");
}

/// As Lambda runs them on its other processor: panics unwind and logs are written there too.
#[test]
#[cfg(target_arch = "x86_64")]
fn the_package_for_arm64_serves_on_arm64() {
    let tools = Arm64::ready();
    let folder = package_for_arm64(&tools);
    let template = document(&folder.path().join("cloudformation.json"));
    let resources = template["Resources"].as_object().unwrap();
    let architectures = resources.values().filter_map(|resource| resource["Properties"].get("Architectures"));
    assert_eq!(architectures.collect::<Vec<_>>(), vec![&json!(["arm64"]); 10]);
    let start = |name: &str| {
        let code = unzip(&folder.path().join("code.zip"));
        let emulated = tools.emulated(&code.path().join("bootstrap"));
        Function::of(&emulated, code, name, &SETTINGS)
    };

    let echo = start("echo");
    for event in [events::http_api("/shop"), events::function_url("/shop"), events::load_balancer("/shop")] {
        let answer = echo.invoke(&event);
        assert_eq!(answer["statusCode"], 200, "{answer}\n{}", echo.rie.log());
        let seen: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(seen["path"], "/shop");
    }
    assert_eq!(echo.invoke(&events::http_api("/panic"))["errorType"], "Panic");
    assert!(echo.line("panicked: the echo broke")["location"].as_str().unwrap().contains("main.rs"));
    assert_eq!(echo.line("serving echo")["architecture"], "aarch64");
    assert_eq!(echo.invoke(&events::http_api("/bytes"))["body"], "/wA=");

    let obey = start("obey");
    let text = "x".repeat(1_000_000);
    assert_eq!(obey.invoke(&json!({"do": "measure", "text": text})), 1_000_000);
    assert_eq!(obey.invoke(&json!({"do": "fail"}))["errorType"], "sparta_test_service::OutOfStock");
}

#[test]
fn an_emulator_that_names_no_function_gets_the_only_one() {
    let hello = Rie::start(Service::of("hello").program(), &[]);
    let answer = hello.invoke(events::http_api("/").to_string().as_bytes()).json();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("hello")), "{}", hello.log());
}

#[test]
fn the_bootstrap_of_the_archive_can_be_executed() {
    use std::os::unix::fs::PermissionsExt;
    let code = unzip(&package("sparta-test-service").path().join("code.zip"));
    let mode = |name: &str| Path::new(code.path()).join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("bootstrap"), 0o755);
    assert_eq!(mode("sparta-code-id"), 0o644);
}
