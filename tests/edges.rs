//! What a WebSocket API and a load balancer send, under AWS's own emulator of Lambda, and what the packaged bytes send back.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use serde_json::{Value, json};
use sparta_test_models::events;
use sparta_test_tools::Rie;
use tempfile::TempDir;

use crate::support::{package, unzip};

/// A function of the service, out of its archive.
struct Function {
    rie: Rie,
    _code: TempDir,
}

impl Function {
    fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let code = unzip(&package("sparta-test-service").path().join("code.zip"));
        let settings =
            [("GREETING", "Hello!"), ("PIECES", "10"), ("CATALOGUE", "any"), ("TERMS", "You pay."), ("SHELF", "books")];
        let own = [("_HANDLER", name), ("AWS_LAMBDA_FUNCTION_TIMEOUT", "10")];
        let own = [&own[..], &settings].concat();
        Self { rie: Rie::start(&code.path().join("bootstrap"), &[&own, variables].concat()), _code: code }
    }

    fn invoke(&self, event: &Value) -> Value {
        self.rie.invoke(event.to_string().as_bytes()).json()
    }
}

/// What takes messages in the place of API Gateway; the connection `gone` has gone.
fn gateway() -> (String, mpsc::Receiver<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/live", listener.local_addr().unwrap());
    let (sender, posted) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                while let Some((head, body)) = read(&mut stream) {
                    let status = if head[0].contains("/gone ") { "410 Gone" } else { "200 OK" };
                    write!(stream.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").unwrap();
                    sender.send((head, body)).unwrap();
                }
            });
        }
    });
    (address, posted)
}

/// The lines of a head, and a body.
pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> Option<(Vec<String>, String)> {
    let mut head: Vec<String> = Vec::new();
    while head.last().is_none_or(|line| !line.is_empty()) {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        head.push(line.trim_end().to_owned());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

#[test]
fn each_event_of_a_web_socket_api_is_answered_and_messages_are_posted() {
    let (address, posted) = gateway();
    let socket = Function::start(
        "socket",
        &[
            ("WEB_SOCKET_CONNECTIONS", &address),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
            ("AWS_SESSION_TOKEN", "a-token"),
        ],
    );
    let connected = socket.invoke(&events::web_socket("CONNECT", "$connect", None));
    assert_eq!(connected["statusCode"], 200, "{connected}\n{}", socket.rie.log());
    let mut elsewhere = events::web_socket("CONNECT", "$connect", None);
    elsewhere["multiValueHeaders"]["Origin"] = json!(["https://evil.example"]);
    assert_eq!(socket.invoke(&elsewhere)["statusCode"], 403);

    let said = socket.invoke(&events::web_socket("MESSAGE", "say", Some(r#"{"action": "say", "text": "psst"}"#)));
    assert_eq!((&said["statusCode"], &said["body"]), (&json!(200), &json!("told L0SM9cOFvHcCIhw=")), "{said}");
    let (head, body) = posted.recv().unwrap();
    assert_eq!(head[0], "POST /live/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1");
    let signed = head.iter().find_map(|line| line.strip_prefix("authorization: ")).unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signed}");
    assert!(signed.contains("/us-east-1/execute-api/aws4_request"), "{signed}");
    assert_eq!(body, r#"{"heard":"psst"}"#);

    let gone = socket.invoke(&events::web_socket("MESSAGE", "$default", Some(r#"{"to": "gone", "text": "psst"}"#)));
    assert_eq!(gone["body"], "the connection has ended");
    assert_eq!(socket.invoke(&events::web_socket("DISCONNECT", "$disconnect", None))["statusCode"], 204);
    assert!(!socket.rie.log().contains("psst"), "a message is in the log: {}", socket.rie.log());
}

#[test]
fn an_authorizer_answers_rest_and_web_socket_apis_by_policies_and_its_words_reach_the_guarded_function() {
    let gate = Function::start("gate", &[]);
    for (event, stage, one) in [
        (events::rest_authorizer as fn(&str, &str) -> Value, "eu-west-1:123456789012:rest/prod", "GET/caves/7"),
        (events::web_socket_authorizer, "us-east-1:123456789012:a1b2c3/live", "$connect"),
    ] {
        let ask = |key: &str, form: &str| gate.invoke(&event(key, form));
        let answer = |principal: &str, effect: &str, on: &str| {
            let resource = [format!("arn:aws:execute-api:{stage}/{on}")];
            let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource});
            let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
            json!({"principalId": principal, "policyDocument": policy})
        };
        let mut allowed = answer("caller", "Allow", "*");
        allowed["context"] = json!({"name": "Ali Baba", "thieves": 40});
        assert_eq!(ask("sesame", ""), allowed);
        assert_eq!(ask("barley", ""), answer("caller", "Deny", "*"));
        assert_eq!(ask("barley", "policy"), answer("ali", "Deny", one));
        for (key, error_type) in [("broken", "sparta_test_service::OutOfStock"), ("stuck", "Panic")] {
            assert_eq!(ask(key, "")["errorType"], error_type);
            assert_eq!(ask("barley", ""), answer("caller", "Deny", "*"));
        }
    }
    // An HTTP API asks the same function, and gets its own form.
    assert_eq!(gate.invoke(&events::authorizer("barley", "")), json!({"isAuthorized": false}));

    // API Gateway passes all values on as texts.
    let context = json!({"principalId": "caller", "integrationLatency": 5, "name": "Ali Baba", "thieves": "40"});
    let echo = Function::start("echo", &[]);
    for mut event in [events::rest_api("/caves/7"), events::web_socket("CONNECT", "$connect", None)] {
        event["requestContext"]["authorizer"] = context.clone();
        let answer = echo.invoke(&event);
        let seen: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(seen["authorizer"], context);
    }
}

#[test]
fn health_checks_and_requests_of_a_load_balancer_are_answered_in_both_forms() {
    let shop = Function::start("shop", &[]);
    for event in [events::health_check("/health"), events::load_balancer("/health")] {
        let answer = shop.invoke(&event);
        assert_eq!((&answer["statusCode"], &answer["statusDescription"]), (&json!(200), &json!("200 OK")), "{answer}");
        assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("/health"), &json!(false)));
        assert_eq!(answer["multiValueHeaders"]["set-cookie"], json!(["a=1", "b=2"]));
        assert_eq!(answer["headers"]["set-cookie"], "a=1");
    }
}
