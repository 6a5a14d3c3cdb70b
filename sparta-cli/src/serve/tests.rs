//! Real processes over real sockets. The processes are this very test program, which serves where Lambda's variables are set.

mod authorizers;
mod load_balancer;
mod rest_api;
mod web_socket;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use serde_json::{Value, json};
use sparta_core::{
    App, Body, Error, Function, LambdaEvent, Request, RequestExt, Response, service_fn,
    trigger::{ApiOptions, Cors, FunctionUrl, HttpApi, RestApiOptions, UsagePlan},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{
    Invocation, Plan, Reload, Service, Start, State, invocation::FunctionError, server::serve_for, web_socket::Lasts,
};

static INVOCATIONS: AtomicU32 = AtomicU32::new(0);

async fn count(_: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("counting");
    Ok(json!({"count": INVOCATIONS.fetch_add(1, Ordering::Relaxed) + 1, "process": std::process::id()}))
}

/// Does what the event says, if it is bad.
async fn misbehave(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["how"].as_str().unwrap_or_default() {
        "fail" => Err("refused".into()),
        "panic" => panic!("panicked here"),
        "exit" => std::process::exit(3),
        "hang" => {
            // A process of its own, which has to end with it.
            let child = std::process::Command::new("sleep").arg("1000").spawn()?;
            println!("child {}", child.id());
            std::future::pending().await
        }
        "large" => Ok(json!("x".repeat(6 * 1024 * 1024 + 200))),
        "variables" => {
            let context = &event.context;
            let variable = |name: &str| std::env::var(name).unwrap_or_default();
            Ok(json!({
                "function": variable("AWS_LAMBDA_FUNCTION_NAME"),
                "memory": variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
                "message": variable("MESSAGE_OF_A_TEST"),
                "arn": context.invoked_function_arn,
                "request": context.request_id,
                "trace": context.xray_trace_id,
                "custom": context.client_context.as_ref().map(|context| context.custom.get("a").cloned()),
            }))
        }
        _ => Ok(event.payload),
    }
}

async fn page(request: Request) -> Result<Response, Error> {
    let code = request.path_parameters().first("code").unwrap_or("none").to_owned();
    let text = format!("{} {} {code}", request.method(), request.uri().path());
    Ok(http::Response::builder().status(201).header("set-cookie", "a=1").body(Body::from(text))?)
}

/// Sends its second piece only once a file is there.
async fn pieces(request: Request) -> Result<Response, Error> {
    let file = PathBuf::from(request.uri().path().to_owned());
    let pieces = stream::unfold(0, move |piece| {
        let file = file.clone();
        async move {
            while piece == 1 && !file.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let data = (piece < 2).then(|| Bytes::from(format!("piece {piece};")))?;
            Some((Ok::<_, std::convert::Infallible>(Frame::data(data)), piece + 1))
        }
    });
    Ok(http::Response::new(Body::new(StreamBody::new(pieces))))
}

fn app() -> App {
    App::new("Served")
        .http_api(ApiOptions::new().cors(Cors::origin("https://links.example")))
        .rest_api(RestApiOptions::new().usage_plan(UsagePlan::new("partners").key("acme")))
        .function(Function::event("count", service_fn(count)))
        .function(
            Function::event("misbehave", service_fn(misbehave))
                .timeout(Duration::from_secs(60))
                .retries(1)
                .variable("MESSAGE_OF_A_TEST", "hello"),
        )
        .function(Function::event("hang", service_fn(misbehave)).timeout(Duration::from_secs(1)))
        .function(Function::http("page", service_fn(page)).trigger(HttpApi::get("/pages/{code}")))
        .function(Function::http("pieces", service_fn(pieces)).trigger(FunctionUrl::public().streaming()))
        .function(Function::http_factory("broken", async || {
            Err::<sparta_core::HttpService, _>(Error::from("no database"))
        }))
        .function(rest_api::mirror())
        .function(rest_api::faulty())
        .function(rest_api::pieces_of_rest())
        .function(authorizers::gate())
        .function(authorizers::guarded())
        .function(load_balancer::behind())
        .function(web_socket::talk())
}

/// What comes in, as the body of what goes out.
async fn mirror(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let headers = json!({"content-type": ["application/json"], "set-cookie": ["a=1", "b=2"]});
    Ok(json!({"statusCode": 200, "multiValueHeaders": headers, "body": event.payload.to_string()}))
}

/// What the processes of the other tests run. Where the variables of Lambda are not set, the App is what it is.
#[test]
fn the_app_of_these_tests() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        app().serve().unwrap();
    }
    app().check().unwrap();
}

/// A program of `sh`.
fn script(file: &Path, commands: &str) {
    fs::write(file, format!("#!/bin/sh\n{commands}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

struct Served {
    service: Arc<Service>,
    lines: Arc<Mutex<Vec<String>>>,
    /// Where it listens once it is to.
    listener: std::net::TcpListener,
    _folder: TempDir,
}

impl Served {
    fn new() -> Self {
        Self::with(|_| {})
    }

    /// With another plan than that of the App.
    fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("served");
        let test = std::env::current_exe().unwrap();
        script(&program, &format!("exec {} --exact serve::tests::the_app_of_these_tests --nocapture", test.display()));
        let mut plan = Plan::of(&app().synthesize().unwrap(), None, "eu-west-1");
        change(&mut plan);
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        let sink =
            Arc::new(move |function: &str, line: &str| seen.lock().unwrap().push(format!("{function} | {line}")));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let connections = Some(format!("http://{}", listener.local_addr().unwrap()));
        let start = Start { program, region: "eu-west-1".into(), log_level: "INFO", connections, sink };
        Self { service: Arc::new(Service::with_pause(plan, start, Duration::ZERO)), lines, listener, _folder: folder }
    }

    async fn invoke(&self, function: &str, event: Value) -> (Result<Value, FunctionError>, String) {
        let function = self.service.function(function).unwrap();
        let reply = function.invoke(Invocation::new(event.to_string())).await.unwrap();
        let answer = reply.answer.whole().await.map(|answer| serde_json::from_slice(&answer).unwrap());
        (answer, reply.tail.await.unwrap())
    }

    async fn failure(&self, event: Value) -> (FunctionError, String) {
        let (answer, tail) = self.invoke("misbehave", event).await;
        (answer.unwrap_err(), tail)
    }

    /// Its address, and what keeps it there.
    async fn listen(&self) -> (String, watch::Sender<State>) {
        self.listen_for(Lasts::default()).await
    }

    async fn listen_for(&self, lasts: Lasts) -> (String, watch::Sender<State>) {
        let listener = TcpListener::from_std(self.listener.try_clone().unwrap()).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (state, states) = watch::channel(State::Ready(Arc::clone(&self.service)));
        tokio::spawn(serve_for(listener, states, lasts));
        (address, state)
    }

    fn shows(&self, text: &str) -> bool {
        self.lines.lock().unwrap().iter().any(|line| line.contains(text))
    }
}

/// Sends a request on a connection of its own, and gives the whole answer.
async fn ask(address: &str, request: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!("{request}\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer, and its body, which is JSON.
fn status_and_document(answer: &str) -> (u16, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

/// A process that is a zombie has ended too.
fn is_alive(process: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn until_gone(process: &str) {
    while is_alive(process) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_process_is_used_again_while_it_is_warm_and_ends_with_the_service() {
    let served = Served::new();
    let (first, tail) = served.invoke("count", json!({})).await;
    let (second, warm) = served.invoke("count", json!({})).await;
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((&first["count"], &second["count"]), (&json!(1), &json!(2)));
    assert_eq!(first["process"], second["process"]);
    let lines: Vec<&str> = tail.lines().collect();
    assert!(lines[0].starts_with("START RequestId: "), "{tail}");
    assert!(lines.contains(&"counting"), "{tail}");
    assert!(lines.last().unwrap().contains("\tInit Duration: "), "{tail}");
    assert!(!warm.contains("Init Duration"), "{warm}");
    assert!(served.shows("count | counting"));

    let process = first["process"].to_string();
    assert!(is_alive(&process));
    served.service.end().await;
    assert!(!is_alive(&process));
}

#[tokio::test]
async fn invocations_at_the_same_time_have_processes_of_their_own() {
    let served = Served::new();
    let (one, other) = tokio::join!(served.invoke("count", json!({})), served.invoke("count", json!({})));
    assert_ne!(one.0.unwrap()["process"], other.0.unwrap()["process"]);
    served.service.end().await;
}

#[tokio::test]
async fn failures_are_those_of_lambda() {
    let served = Served::new();
    let (error, tail) = served.failure(json!({"how": "fail"})).await;
    assert!(String::from_utf8_lossy(&error.document).contains("refused"));
    assert!(tail.contains("\tStatus: error\tError Type: "), "{tail}");

    let (error, _) = served.failure(json!({"how": "panic"})).await;
    assert!(String::from_utf8_lossy(&error.document).contains("panicked here"));

    let (error, tail) = served.failure(json!({"how": "exit"})).await;
    assert_eq!(error.kind, "Runtime.ExitError");
    assert!(tail.contains("Error: Runtime exited with error: exit status 3"), "{tail}");

    let (error, _) = served.failure(json!({"how": "large"})).await;
    assert_eq!(error.kind, "Function.ResponseSizeTooLarge");

    let (answer, _) = served.invoke("misbehave", json!({"how": "well"})).await;
    assert_eq!(answer.unwrap(), json!({"how": "well"}), "it goes on in the next process");

    let (answer, tail) = served.invoke("broken", json!({})).await;
    let error = answer.unwrap_err();
    assert!(String::from_utf8_lossy(&error.document).contains("no database"), "{error:?}");
    assert!(tail.contains("INIT_REPORT Init Duration: "), "{tail}");
    served.service.end().await;
}

#[tokio::test]
async fn what_takes_too_long_is_killed_with_all_that_it_has_started() {
    let served = Served::new();
    let (answer, tail) = served.invoke("hang", json!({"how": "hang"})).await;
    let error = answer.unwrap_err();
    assert!(error.is_timeout);
    let document = String::from_utf8_lossy(&error.document).into_owned();
    assert!(document.contains("Error: Task timed out after 1.00 seconds"), "{document}");
    assert!(tail.contains("\tStatus: timeout"), "{tail}");
    let child = tail.lines().find_map(|line| line.strip_prefix("child ")).unwrap().to_owned();
    served.service.end().await;
    until_gone(&child).await;
}

#[tokio::test]
async fn a_process_that_is_busy_ends_with_the_service() {
    let served = Served::new();
    let function = Arc::clone(served.service.function("misbehave").unwrap());
    let invoked = tokio::spawn(async move { function.invoke(Invocation::new(r#"{"how": "hang"}"#)).await });
    while !served.shows("misbehave | child ") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.service.end().await;
    let answer = invoked.await.unwrap().unwrap().answer.whole().await;
    assert_eq!(answer.unwrap_err().kind, "Sandbox.Failure");
    let lines = served.lines.lock().unwrap().clone();
    let child = lines.iter().find_map(|line| line.strip_prefix("misbehave | child ")).unwrap();
    until_gone(child).await;
}

#[tokio::test]
async fn a_function_knows_what_lambda_tells_it() {
    let served = Served::new();
    let function = served.service.function("misbehave").unwrap();
    let mut invocation = Invocation::new(r#"{"how": "variables"}"#).traced(Some("Root=1-a-b"));
    invocation.client_context = Some(r#"{"custom": {"a": "b"}}"#.to_owned());
    let id = invocation.request_id.clone();
    let answer = function.invoke(invocation).await.unwrap().answer.whole().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["function"], "misbehave");
    assert_eq!((&answer["memory"], &answer["message"]), (&json!("128"), &json!("hello")));
    assert_eq!(answer["arn"], "arn:aws:lambda:eu-west-1:123456789012:function:misbehave");
    assert_eq!((&answer["request"], &answer["custom"]), (&json!(id), &json!("b")));
    assert!(answer["trace"].as_str().unwrap().starts_with("Root=1-a-b;Parent="), "{answer}");
    served.service.end().await;
}

#[tokio::test]
async fn requests_take_the_routes_of_the_api() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let answer = ask(&address, "GET /pages/a%20b HTTP/1.1\r\norigin: https://links.example", "").await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains("\r\nset-cookie: a=1\r\n"), "{answer}");
    assert!(answer.contains("\r\naccess-control-allow-origin: https://links.example\r\n"), "{answer}");
    assert!(answer.ends_with("GET /pages/a%20b a b"), "{answer}");
    let answer = ask(&address, "GET /other HTTP/1.1", "").await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.ends_with(r#"{"message":"Not Found"}"#), "{answer}");
    let preflight = "OPTIONS /pages/x HTTP/1.1\r\norigin: https://links.example\r\naccess-control-request-method: GET";
    let answer = ask(&address, preflight, "").await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    served.service.end().await;
}

#[tokio::test]
async fn a_streamed_answer_comes_as_it_is_made() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("go");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request =
        format!("GET /lambda-url/pieces{} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n", file.display());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("piece 0;") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    // The second piece is made only now.
    fs::write(&file, "").unwrap();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer).contains("piece 1;"));
    served.service.end().await;
}

#[tokio::test]
async fn lambdas_api_invokes_functions() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let url = |name: &str| format!("POST /2015-03-31/functions/{name}/invocations HTTP/1.1");
    let arn = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Amisbehave";
    for name in ["misbehave", arn, "123456789012:function:misbehave:$LATEST"] {
        let answer = ask(&address, &format!("{}\r\nx-amz-log-type: Tail", url(name)), r#"{"a":1}"#).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"a":1}"#), "{answer}");
        assert!(answer.contains("x-amz-log-result: "), "{answer}");
    }
    let answer = ask(&address, &url("misbehave"), r#"{"how":"fail"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("x-amz-function-error: Unhandled"), "{answer}");

    let answer = ask(&address, &url("nobody"), "{}").await;
    assert!(
        answer.starts_with("HTTP/1.1 404 ") && answer.contains("x-amzn-errortype: ResourceNotFoundException"),
        "{answer}"
    );
    let answer = ask(&address, &url("misbehave"), "{").await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("InvalidRequestContentException"), "{answer}");
    let answer = ask(&address, &url("misbehave"), &format!("\"{}\"", "x".repeat(6 * 1024 * 1024))).await;
    let limit = "6291458 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)";
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(limit), "{answer}");
    let answer = ask(&address, &format!("{}\r\norigin: https://evil.example", url("misbehave")), "{}").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let answer = ask(&address, &format!("{}\r\nx-amz-invocation-type: DryRun", url("misbehave")), "{}").await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");

    let stream = "POST /2021-11-15/functions/misbehave/response-streaming-invocations HTTP/1.1";
    let answer = ask(&address, stream, r#"{"a":1}"#).await;
    assert!(
        answer.contains("PayloadChunk") && answer.contains(r#"{"a":1}"#) && answer.contains("InvokeComplete"),
        "{answer}"
    );
    served.service.end().await;
}

#[tokio::test]
async fn an_event_that_fails_is_repeated() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let request = "POST /2015-03-31/functions/misbehave/invocations HTTP/1.1\r\nx-amz-invocation-type: Event";
    let answer = ask(&address, request, r#"{"how":"fail"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    while !served.shows("was given up after 2 attempts") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let reports = served.lines.lock().unwrap().iter().filter(|line| line.contains("REPORT RequestId")).count();
    assert_eq!(reports, 2);
    served.service.end().await;
}

#[tokio::test]
async fn requests_wait_for_a_build_and_are_told_why_it_failed() {
    let served = Served::new();
    let (address, state) = served.listen().await;
    state.send_replace(State::Building);
    let waiting = tokio::spawn({
        let address = address.clone();
        async move { ask(&address, "GET /pages/x HTTP/1.1", "").await }
    });
    state.send_replace(State::Broken("error[E0425]: cannot find value `x`".into()));
    let answer = waiting.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("error[E0425]"), "{answer}");
    state.send_replace(State::Ready(Arc::clone(&served.service)));
    assert!(ask(&address, "GET /pages/x HTTP/1.1", "").await.starts_with("HTTP/1.1 201 "));
    served.service.end().await;
}

/// Waits for a state, and gives it.
async fn next(states: &mut watch::Receiver<State>, fits: fn(&State) -> bool) -> State {
    tokio::time::timeout(Duration::from_secs(60), states.wait_for(fits)).await.unwrap().unwrap().clone()
}

#[tokio::test]
async fn a_change_of_the_sources_is_compiled_and_served() {
    let served = Served::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (source, program) = (path("main.rs"), path("service"));
    // The source is what is run to compile it.
    fs::write(&source, "").unwrap();
    fs::write(path("service.d"), format!("{}: {}\n", program.display(), source.display())).unwrap();
    let next_plan = Plan { app: "Next".to_owned(), ..served.service.plan.clone() };
    script(&program, &format!("echo '{}'", serde_json::to_string(&next_plan).unwrap()));
    let compiler = source.clone();
    let reload = Reload {
        build: Box::new(move || {
            let mut command = std::process::Command::new("sh");
            command.arg(&compiler);
            Ok(command)
        }),
        plan: vec!["serve".into(), "--plan".into()],
        program,
        start: Start {
            program: path("service"),
            region: String::new(),
            log_level: "INFO",
            connections: None,
            sink: Arc::new(|_, _| {}),
        },
        pause: Duration::from_millis(1),
    };
    let (state, mut states) = watch::channel(State::Ready(Arc::clone(&served.service)));
    let mut all = Vec::new();
    let reloading = reload.run(Arc::clone(&served.service), &state, &mut all);
    let changes = async {
        fs::write(&source, "echo 'error[E0425]: cannot find value' >&2; exit 1").unwrap();
        let State::Broken(said) = next(&mut states, |state| matches!(state, State::Broken(_))).await else { panic!() };
        assert_eq!(&*said, "error[E0425]: cannot find value\n");
        fs::write(&source, "exit 0 # it compiles again").unwrap();
        let State::Ready(service) = next(&mut states, |state| matches!(state, State::Ready(_))).await else { panic!() };
        assert_eq!(service.plan, next_plan);
    };
    tokio::select! {
        // It looks at the sources before they change.
        biased;
        error = reloading => panic!("{error}"),
        () = changes => {}
    }
    assert_eq!(all.len(), 1);
}
