//! Clients that stay connected.

use futures_util::{SinkExt, StreamExt};
use sparta_core::trigger::{LambdaAuthorizer, WebSocket};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error as SocketError, Message, client::IntoClientRequest, protocol::CloseFrame},
};

use super::*;

/// Talks to a connection as a function does, which finds the address in a variable.
async fn manage(method: &str, id: &str, body: &str) -> String {
    let address = std::env::var("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI").unwrap();
    manage_at(address.strip_prefix("http://").unwrap(), method, id, body).await
}

async fn manage_at(address: &str, method: &str, id: &str, body: &str) -> String {
    let id = id.replace('=', "%3D");
    let signature = "0".repeat(64);
    let signed = format!(
        "authorization: AWS4-HMAC-SHA256 Credential=KEY/20300131/eu-west-1/execute-api/aws4_request, SignedHeaders=host, \
         Signature={signature}"
    );
    ask(address, &format!("{method} /live/@connections/{id} HTTP/1.1\r\n{signed}"), body).await
}

/// Says on which route it was asked, and does what the message says.
async fn reply(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    let context = &event["requestContext"];
    println!("{}", json!({"event": event}));
    let id = context["connectionId"].as_str().unwrap_or_default();
    let answer = |body: Value| Ok(json!({"statusCode": 200, "body": body.to_string()}));
    if context["routeKey"] == "$connect" {
        let is_wanted = event["queryStringParameters"]["room"] != "full";
        let headers = json!({"Sec-WebSocket-Protocol": "chat"});
        return Ok(json!({"statusCode": if is_wanted { 200 } else { 409 }, "headers": headers}));
    }
    let said: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
    match said["do"].as_str() {
        Some("fail") => Err("refused".into()),
        Some("send") => {
            let answer = manage("POST", id, "by the management API").await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            Ok(json!({"statusCode": 200}))
        }
        Some("leave") => {
            let answer = manage("DELETE", id, "").await;
            assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
            Ok(json!({"statusCode": 200}))
        }
        _ => answer(json!({"route": context["routeKey"], "caller": context["authorizer"]["name"], "said": said})),
    }
}

pub(super) fn talk() -> Function {
    let by_token = LambdaAuthorizer::new(Function::handle("gate")).query("token");
    Function::event("talk", service_fn(reply))
        .trigger(WebSocket::connect().authorizer(by_token))
        .trigger(WebSocket::disconnect())
        .trigger(WebSocket::route("say").two_way())
        .trigger(WebSocket::route("quiet"))
        .trigger(WebSocket::default_route().two_way())
}

type Client = WebSocketStream<TcpStream>;

async fn connect(address: &str, query: &str) -> Result<(Client, http::Response<Option<Vec<u8>>>), SocketError> {
    let stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!("ws://{address}/live?{query}").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", http::HeaderValue::from_static("chat, other"));
    client_async(request, stream).await
}

async fn say(client: &mut Client, text: &str) -> Value {
    client.send(Message::text(text)).await.unwrap();
    let Message::Text(answer) = client.next().await.unwrap().unwrap() else { panic!("it is no text") };
    serde_json::from_str(answer.as_str()).unwrap_or_else(|_| answer.as_str().into())
}

/// With what the server ends a connection.
async fn ended(client: &mut Client) -> CloseFrame {
    match client.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => frame,
        other => panic!("{other:?}"),
    }
}

impl Served {
    /// The event that the function has shown for a route, once it has.
    async fn event_of(&self, route: &str) -> Value {
        loop {
            let lines = self.lines.lock().unwrap().clone();
            let shown = lines.iter().filter_map(|line| line.strip_prefix("talk | "));
            let mut events = shown.filter_map(|line| serde_json::from_str::<Value>(line).ok()?.get("event").cloned());
            if let Some(event) = events.find(|event| event["requestContext"]["routeKey"] == route) {
                return event;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn messages_take_the_routes_of_the_api() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let (mut client, response) = connect(&address, "token=sesame").await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");
    let event = served.event_of("$connect").await;
    assert_eq!(event["multiValueQueryStringParameters"], json!({"token": ["sesame"]}));
    let context = &event["requestContext"];
    assert_eq!((&context["eventType"], &context["stage"]), (&json!("CONNECT"), &json!("live")));
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");

    let said = say(&mut client, r#"{"action": "say", "text": "hello"}"#).await;
    assert_eq!((&said["route"], &said["said"]["text"]), (&json!("say"), &json!("hello")));
    assert_eq!(said["caller"], "Ali Baba", "what the authorizer says is in each event");
    assert_eq!(say(&mut client, "hello").await["route"], "$default");
    let problem = say(&mut client, r#"{"action": "say", "do": "fail"}"#).await;
    assert_eq!(
        (&problem["message"], &problem["connectionId"]),
        (&json!("Internal server error"), &context["connectionId"])
    );
    assert!(problem["requestId"].is_string());
    // A route without answers sends none: what comes next is for the next message.
    client.send(Message::text(r#"{"action": "quiet"}"#)).await.unwrap();
    let quiet = served.event_of("quiet").await;
    assert_eq!(quiet["requestContext"]["eventType"], "MESSAGE");
    assert_eq!(quiet["requestContext"]["messageId"], quiet["requestContext"]["requestId"]);
    assert_eq!(say(&mut client, "{}").await["route"], "$default");

    client.close(Some(CloseFrame { code: 4001.into(), reason: "enough".into() })).await.unwrap();
    let event = served.event_of("$disconnect").await;
    let context = &event["requestContext"];
    assert_eq!((&context["eventType"], &context["disconnectStatusCode"]), (&json!("DISCONNECT"), &json!(4001)));
    assert_eq!(context["disconnectReason"], "enough");
    served.service.end().await;
}

#[tokio::test]
async fn who_may_not_connect_is_told_so() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    for (query, expected) in [
        ("", 401),
        ("token=thief", 403),
        ("token=unknown", 401),
        ("token=broken", 500),
        ("token=sesame&room=full", 409),
    ] {
        let Err(SocketError::Http(response)) = connect(&address, query).await else { panic!("{query} was let in") };
        assert_eq!(response.status(), expected, "{query}");
    }
    let stream = TcpStream::connect(&address).await.unwrap();
    let elsewhere = format!("ws://{address}/other?token=sesame");
    let Err(SocketError::Http(response)) = client_async(elsewhere, stream).await else { panic!("it was let in") };
    assert_eq!(response.status(), 403);
    served.service.end().await;
}

#[tokio::test]
async fn functions_send_to_connections_and_end_them() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let (mut client, _) = connect(&address, "token=sesame").await.unwrap();
    let id = served.event_of("$connect").await["requestContext"]["connectionId"].as_str().unwrap().to_owned();
    let sent = say(&mut client, r#"{"action": "quiet", "do": "send"}"#).await;
    assert_eq!(sent, "by the management API");

    let answer = manage_at(&address, "GET", &id, "").await;
    let (status, known) = status_and_document(&answer);
    assert_eq!((status, &known["identity"]["sourceIp"]), (200, &json!("127.0.0.1")));
    assert!(known["connectedAt"].as_str() <= known["lastActiveAt"].as_str(), "{known}");
    let answer = manage_at(&address, "POST", &id, &"x".repeat(128 * 1024 + 1)).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("PayloadTooLargeException"), "{answer}");
    let answer = ask(&address, &format!("POST /live/@connections/{id} HTTP/1.1"), "psst").await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("Missing Authentication Token"), "{answer}");

    client.send(Message::text(r#"{"action": "quiet", "do": "leave"}"#)).await.unwrap();
    assert_eq!(u16::from(ended(&mut client).await.code), 1000);
    drop(client);
    served.event_of("$disconnect").await;
    for method in ["POST", "GET", "DELETE"] {
        let answer = manage_at(&address, method, &id, "psst").await;
        assert!(answer.starts_with("HTTP/1.1 410 ") && answer.contains("GoneException"), "{method}: {answer}");
    }
    served.service.end().await;
}

#[tokio::test]
async fn what_api_gateway_does_not_take_ends_the_connection() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    for (message, code) in
        [(Message::binary(Bytes::from_static(b"bytes")), 1003), (Message::text("x".repeat(32 * 1024 + 1)), 1009)]
    {
        let (mut client, _) = connect(&address, "token=sesame").await.unwrap();
        client.send(message).await.unwrap();
        assert_eq!(u16::from(ended(&mut client).await.code), code);
    }
    served.service.end().await;
}

#[tokio::test]
async fn a_connection_that_is_idle_for_too_long_is_ended() {
    let served = Served::new();
    let (address, _state) = served.listen_for(Lasts { idle: Duration::ZERO, ..Lasts::default() }).await;
    let (mut client, _) = connect(&address, "token=sesame").await.unwrap();
    let end = ended(&mut client).await;
    assert_eq!((u16::from(end.code), end.reason.as_str()), (1001, "Going away"));
    served.service.end().await;
}

#[tokio::test]
async fn connections_outlast_a_build() {
    let served = Served::new();
    let (address, state) = served.listen().await;
    let (mut client, _) = connect(&address, "token=sesame").await.unwrap();
    state.send_replace(State::Building);
    client.send(Message::text("hello")).await.unwrap();
    state.send_replace(State::Ready(Arc::clone(&served.service)));
    let Message::Text(answer) = client.next().await.unwrap().unwrap() else { panic!("it is no text") };
    assert!(answer.contains("$default"), "{answer}");
    served.service.end().await;
}
