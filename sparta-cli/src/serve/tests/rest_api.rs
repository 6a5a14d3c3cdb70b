//! Requests to the REST API.

use sparta_core::trigger::RestApi;

use super::*;

pub(super) fn mirror() -> Function {
    Function::event("mirror", service_fn(super::mirror))
        .trigger(RestApi::get("/orders").required_query("since"))
        .trigger(RestApi::any("/orders/{id}"))
        .trigger(RestApi::post("/keys").api_key())
}

/// Answers what the event's query says: no response at all, bytes, or nothing.
async fn answer_badly(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["pathParameters"]["how"].as_str().unwrap_or_default() {
        "fail" => Err("refused".into()),
        "text" => Ok("text".into()),
        "other" => Ok(json!({"status": 200})),
        "object" => Ok(json!({"statusCode": 200, "body": {}})),
        "bytes" => Ok(json!({"statusCode": "203", "body": "aGVsbG8=", "isBase64Encoded": true})),
        "both" => Ok(json!({
            "headers": {"x-one": "1", "x-two": 2},
            "multiValueHeaders": {"X-One": ["1", "3"], "content-length": ["9"]},
        })),
        _ => std::future::pending().await,
    }
}

pub(super) fn faulty() -> Function {
    let late = RestApi::get("/late/{how}").timeout(Duration::from_millis(50));
    Function::event("faulty", service_fn(answer_badly)).trigger(RestApi::get("/faulty/{how}")).trigger(late)
}

pub(super) fn pieces_of_rest() -> Function {
    let streamed = async |_: Request| Ok::<_, Error>(http::Response::new(Body::from("a stream")));
    Function::http("rest-pieces", service_fn(streamed)).trigger(RestApi::get("/stream").stream())
}

#[tokio::test]
async fn a_request_is_an_event_of_payload_format_1() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let request = "POST /prod/orders/a%20b?x=1&x=%26&y= HTTP/1.1\r\nX-Many: 1\r\nX-Many: 2\r\nuser-agent: test\r\n\
                   x-forwarded-for: 192.0.2.1\r\ncontent-type: text/plain";
    let answer = ask(&address, request, "hello").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\r\nx-amzn-requestid: "), "{answer}");
    assert!(answer.contains("\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"), "{answer}");
    let (_, event) = status_and_document(&answer);
    assert_eq!((&event["resource"], &event["httpMethod"]), (&json!("/orders/{id}"), &json!("POST")));
    assert_eq!(event["path"], "/orders/a%20b");
    assert_eq!(event["pathParameters"], json!({"id": "a b"}));
    assert_eq!(event["queryStringParameters"], json!({"x": "&", "y": ""}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"x": ["1", "&"], "y": [""]}));
    assert_eq!(event["headers"]["x-many"], "2");
    assert_eq!(event["multiValueHeaders"]["x-many"], json!(["1", "2"]));
    assert_eq!(event["headers"]["X-Forwarded-For"], "192.0.2.1, 127.0.0.1");
    assert_eq!(event["headers"]["Host"], json!(address));
    // The API takes every type for bytes, as Sparta declares it.
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("aGVsbG8="), &json!(true)));
    assert_eq!(event["stageVariables"], Value::Null);
    let context = &event["requestContext"];
    assert_eq!((&context["stage"], &context["path"]), (&json!("prod"), &json!("/prod/orders/a%20b")));
    assert_eq!((&context["resourcePath"], &context["httpMethod"]), (&json!("/orders/{id}"), &json!("POST")));
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
    assert_eq!((&context["identity"]["userAgent"], &context["identity"]["user"]), (&json!("test"), &Value::Null));
    assert!(answer.contains(&format!("x-amzn-requestid: {}", context["requestId"].as_str().unwrap())), "{answer}");

    let (_, event) = status_and_document(&ask(&address, "GET /prod/orders/7 HTTP/1.1", "").await);
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&Value::Null, &json!(false)));
    assert_eq!(event["queryStringParameters"], Value::Null);
    served.service.end().await;
}

#[tokio::test]
async fn without_an_http_api_the_stage_may_be_left_out() {
    let served = Served::with(|plan| plan.http_api = None);
    let (address, _state) = served.listen().await;
    for path in ["/orders/7", "/prod/orders/7"] {
        let (status, event) = status_and_document(&ask(&address, &format!("GET {path} HTTP/1.1"), "").await);
        let context = &event["requestContext"];
        assert_eq!((status, &event["path"], &context["path"]), (200, &json!("/orders/7"), &json!(path)));
    }
    // What has a path of its own keeps it.
    let answer = ask(&address, "GET /load-balancer/shop/plain HTTP/1.1", "").await;
    assert!(answer.ends_with("plain"), "{answer}");
    served.service.end().await;
}

#[tokio::test]
async fn what_api_gateway_refuses_itself_is_refused_in_its_words() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    for (request, status, message) in [
        ("GET /prod/unknown HTTP/1.1", 403, "Missing Authentication Token"),
        ("DELETE /prod/orders HTTP/1.1", 403, "Missing Authentication Token"),
        ("GET /prod/orders HTTP/1.1", 400, "Missing required request parameters: [since]"),
        ("POST /prod/keys HTTP/1.1", 403, "Forbidden"),
    ] {
        let answer = ask(&address, request, "").await;
        assert_eq!(status_and_document(&answer), (status, json!({"message": message})), "{request}");
        assert!(answer.contains("\r\nx-amzn-errortype: "), "{answer}");
    }
    let answer = ask(&address, "POST /prod/keys HTTP/1.1\r\nx-api-key: any", "").await;
    let (status, event) = status_and_document(&answer);
    assert_eq!((status, &event["requestContext"]["identity"]["apiKey"]), (200, &json!("any")));
    let (status, _) = status_and_document(&ask(&address, "GET /prod/orders?since=1 HTTP/1.1", "").await);
    assert_eq!(status, 200);

    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!("POST /prod/keys HTTP/1.1\r\nhost: {address}\r\ncontent-length: 10485761\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).ends_with("HTTP content length exceeded 10485760 bytes.") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    assert!(answer.starts_with(b"HTTP/1.1 413 "));
    served.service.end().await;
}

#[tokio::test]
async fn what_a_rest_api_makes_of_answers() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |how: &str| ask(&address, &format!("GET /prod/faulty/{how} HTTP/1.1"), "").await;
    for how in ["fail", "text", "other", "object"] {
        let (status, document) = status_and_document(&get(how).await);
        assert_eq!((status, document), (502, json!({"message": "Internal server error"})), "{how}");
    }
    assert!(served.shows("faulty | malformed Lambda proxy response"));
    let answer = get("bytes").await;
    assert!(answer.starts_with("HTTP/1.1 203 ") && answer.ends_with("\r\n\r\nhello"), "{answer}");
    assert!(answer.contains("\r\ncontent-type: application/json\r\n"), "{answer}");
    let answer = get("both").await;
    assert!(answer.contains("\r\nx-one: 1\r\nx-one: 3\r\n") && answer.contains("\r\nx-two: 2\r\n"), "{answer}");
    assert!(answer.contains("\r\ncontent-length: 0\r\n"), "{answer}");
    let late = status_and_document(&ask(&address, "GET /prod/late/hang HTTP/1.1", "").await);
    assert_eq!(late, (504, json!({"message": "Endpoint request timed out"})));
    let answer = ask(&address, "GET /prod/stream HTTP/1.1", "").await;
    assert!(answer.contains("\r\ntransfer-encoding: chunked\r\n") && answer.contains("a stream"), "{answer}");
    served.service.end().await;
}
