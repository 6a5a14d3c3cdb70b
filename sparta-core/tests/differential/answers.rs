//! The same response through both.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, SET_COOKIE, VARY};
use http::{HeaderName, HeaderValue};
use http_body_util::Full;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service};
use serde_json::{Value, json};
use sparta_core::{Context, Exchange, IntoResponse, Response};

use crate::differential::generate::{self, Kind};
use crate::differential::random::Random;

pub(super) type Foreign = http::Response<Full<Bytes>>;

const TYPES: [&str; 9] = [
    "text/plain",
    "text/html; charset=utf-8",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
    "application/xml",
    "image/png",
    "application/octet-stream",
    "application/zip",
];

fn response(random: &mut Random) -> (Foreign, Response) {
    let mut head = http::Response::builder().status(random.pick(&[200_u16, 201, 204, 301, 304, 404, 418, 500]));
    if !random.one_in(4) {
        head = head.header(CONTENT_TYPE, random.pick(&TYPES));
    }
    let mut add = |name: HeaderName, value: &'static str| {
        let headers = head.headers_mut().unwrap();
        headers.append(name, HeaderValue::from_static(value));
    };
    for _ in 0..random.below(3) {
        add(SET_COOKIE, random.pick(&["a=1; Secure", "b=\"2\""]));
        add(HeaderName::from_static("x-tag"), random.pick(&["one", "", "two\\"]));
        add(VARY, "accept");
    }
    if random.one_in(5) {
        add(CONTENT_ENCODING, "gzip");
    }
    let body = Bytes::from(random.joined(&["a", "é", "😀", "\"", "\\", "\n", "\u{7}", "some longer text {} "], 30));
    let (parts, ()) = head.body(()).unwrap().into_parts();
    let foreign = http::Response::from_parts(parts.clone(), Full::new(body.clone()));
    (foreign, http::Response::from_parts(parts, Full::new(body)).into_response())
}

pub(super) async fn theirs<T: lambda_http::IntoResponse + Clone + Send + 'static>(event: &str, answer: T) -> Value {
    let request: LambdaRequest = serde_json::from_str(event).unwrap();
    let handler = lambda_http::service_fn(move |_| std::future::ready(Ok::<_, lambda_http::Error>(answer.clone())));
    let mut adapter = Adapter::from(handler);
    let answer = adapter.call(LambdaEvent::new(request, Default::default())).await.unwrap();
    serde_json::to_value(answer).unwrap()
}

async fn ours(event: &str, response: Response) -> Result<Value, String> {
    let exchange = Exchange::read(Bytes::from(event.to_owned()), Context::default()).unwrap();
    let answer = exchange.answer(response).await.map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

/// Their answer as ours would be: all values of a header, and no empty lists.
pub(super) fn expected(mut answer: Value, kind: Kind, response: &Foreign) -> Value {
    let joined = |name: &HeaderName| {
        let values: Vec<_> = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        values.join(", ")
    };
    let fields = answer.as_object_mut().unwrap();
    for list in ["headers", "multiValueHeaders", "cookies"] {
        let is_empty = |value: &Value| *value == json!({}) || *value == json!([]);
        if fields.get(list).is_some_and(is_empty) {
            fields.remove(list);
        }
    }
    if let Some(headers) = fields.get_mut("headers").and_then(Value::as_object_mut) {
        for name in [VARY, HeaderName::from_static("x-tag")] {
            if let Some(value) = headers.get_mut(name.as_str()) {
                *value = joined(&name).into();
            }
        }
    }
    let lists: &[&str] = match kind {
        Kind::HttpApi | Kind::VpcLattice => &["headers"],
        Kind::LoadBalancer => &["headers", "multiValueHeaders"],
        _ => &["multiValueHeaders"],
    };
    for list in lists {
        fields.entry(*list).or_insert(json!({}));
    }
    answer
}

#[tokio::test]
async fn generated_responses_are_written_alike() {
    for kind in [Kind::HttpApi, Kind::RestApi, Kind::LoadBalancer, Kind::WebSocket, Kind::VpcLattice] {
        for seed in 0..2_000 {
            let mut random = Random::new(seed);
            let event = generate::event(kind, &mut random);
            let (foreign, own) = response(&mut random);
            let theirs = expected(theirs(&event, foreign.clone()).await, kind, &foreign);
            let mut ours = ours(&event, own).await.unwrap();
            // An empty body is none.
            if theirs.get("body") == Some(&json!("")) {
                ours["body"] = "".into();
                ours["isBase64Encoded"] = theirs["isBase64Encoded"].clone();
            }
            assert_eq!(ours, theirs, "{event}");
        }
    }
}

#[tokio::test]
async fn answers_in_json_to_other_events_are_alike() {
    for body in [r#"{"a": [1, 2.5, "é"]}"#, "[]", "7", r#""text""#, "null"] {
        let foreign = http::Response::new(Full::new(Bytes::from_static(body.as_bytes())));
        let own = foreign.clone().into_response();
        assert_eq!(ours("{}", own).await.unwrap(), theirs("{}", foreign).await, "{body}");
    }
}

#[tokio::test]
async fn an_answer_to_another_event_that_is_no_json_is_null_only_for_lambda_http() {
    let foreign = http::Response::new(Full::new(Bytes::from_static(b"just text")));
    let own = foreign.clone().into_response();
    assert_eq!(ours("{}", own).await.unwrap(), "just text");
    assert_eq!(theirs("{}", foreign).await, Value::Null);
}

#[tokio::test]
async fn forms_are_text_and_other_charsets_base64_only_for_sparta() {
    let of = |kind: &'static str, body: &'static [u8]| {
        let response = http::Response::builder().header(CONTENT_TYPE, kind);
        response.body(Full::new(Bytes::from_static(body))).unwrap()
    };
    let event = generate::event(Kind::HttpApi, &mut Random::new(1));
    let form = of("application/x-www-form-urlencoded", b"a=1");
    assert_eq!(ours(&event, form.clone().into_response()).await.unwrap()["body"], "a=1");
    assert_eq!(theirs(&event, form).await["body"], "YT0x");
    let latin = of("text/plain; charset=iso-8859-1", b"\xe9");
    assert_eq!(ours(&event, latin.clone().into_response()).await.unwrap()["body"], "6Q==");
    assert_eq!(theirs(&event, latin).await["body"], "é");
}
