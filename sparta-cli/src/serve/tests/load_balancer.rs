//! Requests to a load balancer.

use sparta_core::trigger::LoadBalancer;

use super::*;

/// The event, or what the path says.
async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let headers = json!({"content-type": ["application/json"], "set-cookie": ["a=1", "b=2"]});
    match event.payload["path"].as_str().unwrap_or_default() {
        "/shop/fail" => Err("refused".into()),
        "/shop/large" => Ok(json!({"statusCode": 200, "body": "x".repeat(1024 * 1024)})),
        "/shop/plain" => Ok(json!({"statusCode": 200, "body": "plain"})),
        "/shop/single" => Ok(json!({
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "multiValueHeaders": {"x-other": ["1"]},
            "body": event.payload.to_string(),
        })),
        "/shop/odd" => Ok(json!({"statusCode": 200, "multiValueHeaders": {"a": "b"}})),
        _ => Ok(json!({"statusCode": 200, "multiValueHeaders": headers, "body": event.payload.to_string()})),
    }
}

pub(super) fn behind() -> Function {
    let listener =
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
    let rule = LoadBalancer::listener(listener, 10).host("shop.example").path("/shop/*");
    Function::event("behind", service_fn(answer)).trigger(rule)
}

#[tokio::test]
async fn a_request_is_an_event_of_the_target_group() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let request = "POST /load-balancer/shop/a%20b?x=1&x=%26 HTTP/1.1\r\ncookie: a=1\r\nX-Many: 1\r\nX-Many: 2\r\ncontent-type: text/plain";
    let answer = ask(&address, request, "hello").await;
    assert!(answer.contains("\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"), "{answer}");
    let (status, event) = status_and_document(&answer);
    assert_eq!((status, &event["path"]), (200, &json!("/shop/a%20b")));
    let group = event["requestContext"]["elb"]["targetGroupArn"].as_str().unwrap();
    assert!(group.starts_with("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/"), "{group}");
    assert_eq!(event["multiValueQueryStringParameters"], json!({"x": ["1", "%26"]}));
    assert_eq!(event["multiValueHeaders"]["x-many"], json!(["1", "2"]));
    assert_eq!(event["multiValueHeaders"]["x-forwarded-for"], json!(["127.0.0.1"]));
    assert_eq!((&event["headers"], &event["queryStringParameters"]), (&Value::Null, &Value::Null));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("hello"), &json!(false)));

    let (_, event) = status_and_document(&ask(&address, "POST /load-balancer/shop/x HTTP/1.1", "hello").await);
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("aGVsbG8="), &json!(true)));
    served.service.end().await;
}

#[tokio::test]
async fn a_target_group_may_have_one_value_of_each() {
    let served = Served::with(|plan| plan.rules[0].is_multi_value = false);
    let (address, _state) = served.listen().await;
    let request = "GET /load-balancer/shop/single?x=1&x=2 HTTP/1.1\r\nX-Many: 1\r\nX-Many: 2";
    let answer = ask(&address, request, "").await;
    assert!(!answer.contains("x-other"), "the other form of headers does not count: {answer}");
    let (_, event) = status_and_document(&answer);
    assert_eq!((&event["queryStringParameters"], &event["headers"]["x-many"]), (&json!({"x": "2"}), &json!("2")));
    assert_eq!(event["multiValueHeaders"], Value::Null);
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(""), &json!(false)));
    served.service.end().await;
}

#[tokio::test]
async fn the_host_of_a_rule_is_enough_and_pages_are_those_of_a_load_balancer() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |path: &str, body: &str| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let length = body.len();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: shop.example.localhost:1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    };
    let answer = get("/shop/plain", "").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("plain"), "{answer}");
    assert!(answer.contains("\r\ncontent-type: application/octet-stream\r\n"), "{answer}");
    assert!(get("/other", "").await.starts_with("HTTP/1.1 404 "));
    for path in ["/shop/fail", "/shop/large", "/shop/odd"] {
        let answer = get(path, "").await;
        assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("\r\nserver: awselb/2.0\r\n"), "{answer}");
        assert!(answer.contains("<center><h1>502 Bad Gateway</h1></center>"), "{answer}");
    }
    let answer = get("/shop/plain", &"x".repeat(1024 * 1024 + 1)).await;
    assert!(answer.contains("<h1>413 Payload Too Large</h1>"), "{answer}");
    served.service.end().await;
}
