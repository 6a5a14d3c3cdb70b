//! A service's process under a scripted Runtime API.

mod connections;
mod custom_resources;
mod fetched;
mod life;
mod lost;
mod paths;
mod protocol;
mod runtime_api;
mod script;
mod secrets;
mod streaming;

use runtime_api::serve;
use serde_json::{Value, json};
use sparta_test_models::events;

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[test]
fn an_http_api_is_answered_in_its_form() {
    let life = serve("echo", &[], &[events::http_api("/orders")]);
    let answer = life.response();
    assert_eq!(
        body(answer),
        json!({
            "method": "POST",
            "uri": "https://api.example.com/orders?color=red&color=blue",
            "raw_path": "/orders",
            "colors": ["red", "blue"],
            "path_id": "7",
            "variable": null,
            "cookie": ["a=1; b=2"],
            "tags": [],
            "marks": [],
            "trace": ["Root=1-5bef4de7"],
            "request_id": "request-1",
            "context": "$default",
            "body": "shop",
        })
    );
    assert_eq!(answer["statusCode"], 200);
    assert_eq!(answer["headers"], json!({"content-type": "application/json"}));
    assert_eq!(answer["isBase64Encoded"], false);
}

#[test]
fn a_function_url_is_answered_as_an_http_api() {
    let life = serve("echo", &[], &[events::function_url("/")]);
    let answer = life.response();
    assert_eq!(body(answer)["uri"], "https://abc.lambda-url.us-east-1.on.aws/?color=red&color=blue");
    assert_eq!(answer["statusCode"], 200);
}

#[test]
fn a_rest_api_is_answered_in_its_form() {
    let life = serve("echo", &[], &[events::rest_api("/orders")]);
    let answer = life.response();
    let echo = body(answer);
    assert_eq!(echo["method"], "GET");
    assert_eq!(echo["uri"], "https://rest.example.com/orders?color=red&color=blue");
    assert_eq!(echo["tags"], json!(["one", "two"]));
    assert_eq!(echo["variable"], "orders");
    assert_eq!(echo["context"], "prod");
    assert_eq!(answer["multiValueHeaders"], json!({"content-type": ["application/json"]}));
    assert_eq!(answer.get("headers"), None);
}

#[test]
fn a_load_balancer_is_answered_in_its_form() {
    let life = serve("echo", &[], &[events::load_balancer("/orders")]);
    let answer = life.response();
    let echo = body(answer);
    assert_eq!(echo["uri"], "http://lb.example.com/orders?color=red");
    assert_eq!(echo["context"], "alb");
    assert_eq!(answer["statusDescription"], "200 OK");
    assert_eq!(answer["headers"], json!({"content-type": "application/json"}));
    assert_eq!(answer["multiValueHeaders"], json!({"content-type": ["application/json"]}));
}

#[test]
fn a_load_balancer_may_send_every_header_as_a_list() {
    let mut event = events::load_balancer("/orders");
    event["multiValueHeaders"] = json!({"host": ["lb.example.com"], "x-tag": ["one", "two"]});
    event.as_object_mut().unwrap().remove("headers");
    let life = serve("echo", &[], &[event]);
    let echo = body(life.response());
    assert_eq!(echo["uri"], "https://lb.example.com/orders?color=red");
    assert_eq!(echo["tags"], json!(["one", "two"]));
}

#[test]
fn the_stage_of_an_http_api_is_not_part_of_the_path_unless_it_is_the_default_one() {
    let mut event = events::http_api("/prod/orders");
    event["requestContext"]["stage"] = "prod".into();
    let mut other = events::http_api("/production");
    other["requestContext"]["stage"] = "prod".into();
    let life = serve("echo", &[], &[event, other, events::http_api("/$default/orders")]);
    let echo = body(&life.answers[2].1);
    assert_eq!(echo["uri"], "https://api.example.com/$default/orders?color=red&color=blue");
    let echo = body(&life.answers[0].1);
    assert_eq!(echo["uri"], "https://api.example.com/orders?color=red&color=blue");
    assert_eq!(echo["raw_path"], "/prod/orders");
    assert_eq!(echo["context"], "prod");
    let echo = body(&life.answers[1].1);
    assert_eq!(echo["uri"], "https://api.example.com/production?color=red&color=blue");
}

#[test]
fn bytes_that_are_no_text_travel_as_base64() {
    let life = serve("answers", &[], &[events::http_api("/binary")]);
    let answer = life.response();
    assert_eq!(answer["body"], "AJ+Slg==");
    assert_eq!(answer["isBase64Encoded"], true);
}

#[test]
fn cookies_and_repeated_headers_keep_every_value() {
    let events = [events::http_api("/cookies"), events::rest_api("/cookies"), events::load_balancer("/cookies")];
    let life = serve("answers", &[], &events);
    let [(_, http), (_, rest), (_, alb)] = &life.answers[..] else { panic!("{life:?}") };
    assert_eq!(http["cookies"], json!(["a=1; Secure", "b=2"]));
    assert_eq!(http["headers"], json!({"vary": "accept, origin"}));
    let all = json!({"set-cookie": ["a=1; Secure", "b=2"], "vary": ["accept", "origin"]});
    assert_eq!(rest["multiValueHeaders"], all);
    assert_eq!(alb["multiValueHeaders"], all);
    assert_eq!(alb["headers"], json!({"set-cookie": "a=1; Secure", "vary": "accept, origin"}));
}

#[test]
fn an_http_error_status_is_an_answer_to_an_http_event() {
    let life = serve("answers", &[], &[events::http_api("/missing")]);
    assert_eq!(life.response()["statusCode"], 404);
    assert_eq!(life.response()["body"], "no such order");
}

#[test]
fn any_other_event_reaches_an_http_function_as_its_body() {
    let event = json!({"Records": [{"body": "one"}], "requestContext": "none"});
    let life = serve("echo", &[], std::slice::from_ref(&event));
    let echo = life.response();
    assert_eq!(echo["method"], "POST");
    let body: Value = serde_json::from_str(echo["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, event);
}

#[test]
fn the_body_is_the_answer_to_an_event_that_is_not_http() {
    let wishes = ["json", "text", "nothing", "binary"].map(Value::from);
    let life = serve("answers", &[], &wishes);
    let answers: Vec<_> = life.answers.iter().map(|(_, answer)| answer.clone()).collect();
    assert_eq!(answers, [json!([1, 2]), json!("just text"), Value::Null, json!("AJ+Slg==")]);
}

#[test]
fn an_error_status_for_an_event_that_is_not_http_is_an_error() {
    let life = serve("answers", &[], &["missing".into()]);
    assert_eq!(life.error(), ("Http404", "no such order"));
    let life = serve("answers", &[], &["silent".into()]);
    assert_eq!(life.error(), ("Http502", "502 Bad Gateway"));
}

#[test]
fn an_event_with_the_marks_of_http_only_is_an_error_that_says_so() {
    let event = json!({"requestContext": {"http": {"method": 7}}});
    let life = serve("echo", &[], &[event]);
    let (kind, message) = life.error();
    assert_eq!(kind, "MalformedEvent");
    assert!(
        message.starts_with(
            "the event looks like a request of an HTTP API or function URL \
             but does not read as one: requestContext.http.method: expected text, found 7"
        ),
        "{message}"
    );
}

#[test]
fn a_typed_event_is_answered_with_json() {
    let event = json!({"items": [{"price": 1.5}, {"price": 2}]});
    for function in ["order", "order-layered"] {
        let life = serve(function, &[], std::slice::from_ref(&event));
        assert_eq!(life.response(), &json!({"total": 3.5, "request_id": "request-1"}));
    }
}

#[test]
fn the_records_of_a_batch_that_failed_are_named() {
    let event = json!({"Records": [
        {"messageId": "m-1", "items": []},
        {"messageId": "m-2", "items": 7},
    ]});
    let life = serve("orders", &[], &[event, json!({})]);
    assert_eq!(life.answers[0].1, json!({"batchItemFailures": [{"itemIdentifier": "m-2"}]}));
    assert_eq!(life.answers[1].1["errorType"], "RecordsError");
}

#[test]
fn an_event_function_gets_http_events_as_they_are() {
    let life = serve("raw", &[], &[events::http_api("/")]);
    let length = events::http_api("/").to_string().len();
    assert_eq!(life.response(), &json!([length, "request-1"]));
}

#[test]
fn an_event_that_does_not_fit_is_an_error_with_its_path() {
    let event = json!({"items": [{"price": 1}, {"price": "low"}]});
    let life = serve("order", &[], &[event]);
    let (kind, message) = life.error();
    assert_eq!(kind, "EventMismatch");
    assert_eq!(
        message,
        "the event is not a serving::Order: items[1].price: \
         invalid type: string \"low\", expected f64 at line 1 column 36"
    );
}

#[test]
fn a_layer_that_refuses_an_event_is_an_error() {
    let event = json!({"items": [], "note": "x".repeat(100)});
    let life = serve("order-layered", &[], &[event]);
    assert_eq!(life.error(), ("LengthLimitError", "length limit exceeded"));
}

#[test]
fn an_error_has_the_name_of_its_type_and_its_causes() {
    for function in ["fails", "fails-own"] {
        let life = serve(function, &[], &[events::http_api("/")]);
        let expected = "the order is not there: table is closed";
        assert_eq!(life.error(), ("serving::OrderMissing", expected));
    }
    let life = serve("fails-boxed", &[], &[events::http_api("/")]);
    assert_eq!(life.error().0, "OrderMissing");
    let life = serve("slow", &[], &[events::http_api("/")]);
    assert_eq!(life.error(), ("Elapsed", "request timed out"));
}

#[test]
fn a_panic_is_reported_by_name_and_the_next_event_is_served() {
    let events = [events::http_api("/panic"), events::http_api("/next")];
    let life = serve("panics", &[], &events);
    assert_eq!(
        life.answers[0],
        ("error".to_owned(), json!({"errorType": "Panic", "errorMessage": "handler panicked: boom"}))
    );
    assert_eq!(life.answers[1].1["body"], "alive");
    let [line] = life.logged("panicked: boom")[..] else { panic!("{}", life.stdout) };
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["requestId"], "request-1");
    assert!(line["location"].as_str().unwrap().contains("service.rs"));
    assert!(line["backtrace"].as_str().unwrap().contains("serving::panics"));
}

#[test]
fn a_panic_in_a_layer_is_reported_too() {
    let events = ["/", "/panic", "/next"].map(events::http_api);
    let life = serve("panics-in-layer", &[], &events);
    let message = |n: usize| life.answers[n].1["errorMessage"].as_str().unwrap();
    assert_eq!(message(0), "handler panicked: not ready");
    assert!(message(1).starts_with("handler panicked: assertion"), "{}", message(1));
    assert_eq!(life.answers[2].1["statusCode"], 200);
}

#[test]
fn the_last_layer_is_the_outermost() {
    let life = serve("layers", &[], &[events::http_api("/")]);
    assert_eq!(body(life.response())["marks"], json!(["outer", "inner"]));
}

#[test]
fn a_router_is_a_service_with_its_layers() {
    let mut event = events::http_api("/hello/ada");
    event["requestContext"]["http"]["method"] = "GET".into();
    let mut zipped = event.clone();
    zipped["headers"]["accept-encoding"] = "gzip".into();
    let life = serve("router", &[], &[event, zipped, events::http_api("/none")]);
    let text = life.answers[0].1["body"].as_str().unwrap();
    assert!(text.starts_with("hello ada, x"), "{text}");
    let zipped = &life.answers[1].1;
    assert_eq!(zipped["isBase64Encoded"], true);
    assert_eq!(zipped["headers"]["content-encoding"], "gzip");
    assert_eq!(life.answers[2].1["statusCode"], 404);
}

#[test]
fn every_line_of_a_request_has_its_id_at_every_level() {
    for (level, expected) in [("ERROR", 1), ("WARN", 2), ("INFO", 3), ("DEBUG", 4)] {
        let events = [events::http_api("/"), events::http_api("/")];
        let life = serve("logs", &[("AWS_LAMBDA_LOG_LEVEL", level)], &events);
        for id in ["request-1", "request-2"] {
            let of_id = life.logs.iter().filter(|line| line["requestId"] == id);
            assert_eq!(of_id.count(), expected, "{level}: {}", life.stdout);
        }
        let [first, _] = life.logged("at error")[..] else { panic!("{}", life.stdout) };
        assert_eq!(first["level"], "ERROR");
        assert_eq!(first["table"], "orders");
        assert_eq!(first["target"], "serving");
    }
}

#[test]
fn an_error_is_logged_with_its_id() {
    let life = serve("fails", &[], &[events::http_api("/")]);
    let message = "serving::OrderMissing: the order is not there: table is closed";
    let [line] = life.logged(message)[..] else { panic!("{}", life.stdout) };
    assert_eq!(line["requestId"], "request-1");
}

#[test]
fn text_is_logged_when_lambda_asks_for_it() {
    let variables = [("AWS_LAMBDA_LOG_FORMAT", "Text")];
    let life = serve("logs", &variables, &[events::http_api("/")]);
    assert!(
        life.stdout.contains("Z WARN request-1 at warn traceId=\"Root=1-5bef4de7\" target=serving\n"),
        "{}",
        life.stdout
    );
    assert!(life.logs.is_empty());
}

#[test]
fn the_start_logs_the_system() {
    let life = serve("hello", &[], &[]);
    let [line] = life.logged("serving hello")[..] else { panic!("{}", life.stdout) };
    assert_eq!(line["sparta"], env!("CARGO_PKG_VERSION"));
    assert_eq!(line["code"], "unknown");
    assert_eq!(line["function"], "hello");
    assert_eq!(line["architecture"], std::env::consts::ARCH);
    assert!(line["kernel"].as_str().unwrap().contains('.'));
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(line.get("requestId"), None);
}

#[test]
fn without_a_handler_the_functions_own_name_decides() {
    let variables = [("_HANDLER", ""), ("AWS_LAMBDA_FUNCTION_NAME", "shop-hello")];
    let life = serve("", &variables, &[events::http_api("/")]);
    assert_eq!(life.response()["body"], "hello");
}

#[test]
fn an_only_function_is_served_where_nothing_but_the_runtime_api_is_known() {
    let unset = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"];
    let variables = [&unset.map(|name| (name, ""))[..], &[("ONLY", "context")]].concat();
    let life = serve("", &variables, &[json!({})]);
    let config = &life.response()["env_config"];
    let expected =
        json!({"function_name": "context", "memory": 128, "version": "$LATEST", "log_stream": "", "log_group": ""});
    assert_eq!(config, &expected);
    let named_otherwise = [("ONLY", "hello"), ("AWS_LAMBDA_FUNCTION_NAME", "test_function")];
    let life = serve("", &named_otherwise, &[events::http_api("/")]);
    assert_eq!(life.response()["body"], "hello");
}

#[test]
fn an_unknown_function_is_a_failed_start() {
    let life = serve("nobody", &[], &[events::http_api("/")]);
    let (category, kind, message) = life.init_error();
    assert_eq!((category, kind), ("Runtime.NoSuchHandler", "UnknownFunction"));
    assert!(message.starts_with("no function is called \"nobody\""), "{message}");
    assert_eq!(life.exit_code, Some(3));
    assert!(life.answers.is_empty());
}

#[test]
fn missing_settings_are_a_failed_start_that_names_all_of_them() {
    let life = serve("hello", &[("UNSET", "TABLE QUEUE")], &[]);
    assert_eq!(
        life.init_error(),
        (
            "Runtime.ConfigInvalid",
            "serving::SettingMissing",
            "TABLE is not set: expected text; QUEUE is not set: expected text"
        )
    );
    assert_eq!(life.exit_code, Some(3));
}

#[test]
fn a_panic_while_settings_are_checked_is_a_failed_start() {
    let life = serve("hello", &[("UNSET", "PANIC")], &[]);
    let message = "check panicked: no settings at all";
    assert_eq!(life.init_error(), ("Runtime.ConfigInvalid", "Panic", message));
}

#[test]
fn a_factorys_error_is_a_failed_start_with_its_cause() {
    let life = serve("factory-fails", &[], &[]);
    let message = "function \"factory-fails\" cannot be built: URL is not set: expected text";
    assert_eq!(life.init_error(), ("Runtime.InitError", "serving::SettingMissing", message));
    let logged = format!("the function cannot start: {message}");
    assert_eq!(life.logged(&logged).len(), 1, "{}", life.stdout);
    assert_eq!(life.exit_code, Some(3));
}

#[test]
fn a_factorys_panic_is_a_failed_start() {
    let life = serve("factory-panics", &[], &[]);
    let message = "function \"factory-panics\" cannot be built: factory panicked: no connection";
    assert_eq!(life.init_error(), ("Runtime.InitError", "Panic", message));
}

#[test]
fn only_the_factory_of_the_served_function_runs() {
    let life = serve("factory-waits", &[], &[events::http_api("/")]);
    assert_eq!(life.response()["body"], "hello");
    assert!(life.init_errors.is_empty());
}
