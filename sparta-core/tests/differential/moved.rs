//! What a handler over `lambda_http::Request` gets from Sparta, against what it gets from `lambda_http`.
//!
//! Where they differ, it is as listed above but for the path, an event that is not HTTP and the encoding of answers: these are
//! `lambda_http`'s.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt;
use http::StatusCode;
use http_body_util::Full;
use lambda_http::{Body, Error, IntoResponse, Request, RequestExt, Response, request::RequestContext, service_fn};
use serde_json::{Value, json};
use sparta_core::{AnswerTo, Context, Exchange};
use tower::ServiceExt;

use crate::differential::{
    EVENTS_OF_A_KIND, answers, compare, event_files,
    generate::{self, Kind},
    random::Random,
    theirs,
};

/// The request that a handler sees.
fn seen(event: &str) -> Request {
    let place = Arc::new(Mutex::new(None));
    let handler = {
        let place = Arc::clone(&place);
        service_fn(move |request: Request| {
            *place.lock().unwrap() = Some(request);
            async { Ok::<_, Error>("") }
        })
    };
    let service = <&str as AnswerTo<Request>>::service(handler);
    let exchange = Exchange::read(Bytes::from(event.to_owned()), Context::default()).unwrap();
    service.oneshot(exchange.request).now_or_never().unwrap().unwrap();
    place.lock().unwrap().take().unwrap()
}

fn check(event: &str) {
    let ours = seen(event);
    let theirs = theirs::read(event).unwrap();
    let parsed: Value = serde_json::from_str(event).unwrap();
    assert_eq!((ours.method(), ours.body()), (theirs.request.method(), theirs.request.body()), "{event}");
    assert_eq!(ours.raw_http_path(), theirs.raw_path, "{event}");
    assert_eq!(ours.query_string_parameters(), theirs.query, "{event}");
    assert_eq!(ours.path_parameters(), theirs.path_parameters, "{event}");
    assert_eq!(ours.stage_variables(), theirs.stage_variables, "{event}");
    assert_eq!(serde_json::to_value(ours.request_context()).unwrap(), theirs.context, "{event}");
    assert_eq!(ours.lambda_context(), lambda_http::Context::default());
    if !theirs.is_http {
        assert_eq!((ours.uri(), ours.headers()), (theirs.request.uri(), theirs.request.headers()), "{event}");
        assert!(matches!(ours.request_context(), RequestContext::PassThrough), "{event}");
        return;
    }
    let other = match compare::with_host(&parsed) {
        Some(changed) => theirs::read(&changed.to_string()).unwrap().request.uri().clone(),
        None => theirs.request.uri().clone(),
    };
    let mine = ours.uri();
    assert_eq!((mine.scheme(), mine.authority()), (other.scheme(), other.authority()), "{event}");
    assert_eq!(mine.path(), other.path(), "{event}");
    assert_eq!(compare::parameters(mine), compare::parameters(&other), "{event}");
    compare::check_headers(ours.headers(), event, &parsed);
}

#[test]
fn handlers_over_lambda_http_see_generated_events_as_before() {
    for kind in [Kind::HttpApi, Kind::RestApi, Kind::LoadBalancer, Kind::WebSocket, Kind::VpcLattice, Kind::Other] {
        for seed in 0..EVENTS_OF_A_KIND / 4 {
            check(&generate::event(kind, &mut Random::new(seed)));
        }
    }
}

#[test]
fn handlers_over_lambda_http_see_recorded_events_as_before() {
    let mut checked = 0;
    for (name, event) in event_files() {
        println!("{name}");
        let differs = ["vpc-lattice-v1-request", "apigw-console-request", "apigw-websocket-request"].contains(&&*name);
        if !differs && !name.contains("custom-authorizer") {
            check(event.trim());
            checked += 1;
        }
    }
    assert!(checked > 35);
}

/// `lambda_http` takes most of them for the request that they are about, whose answer is of HTTP and no decision.
#[tokio::test]
async fn what_an_authorizer_is_asked_is_no_request_and_its_answer_is_the_decision() {
    let decision = json!({"isAuthorized": true, "context": {"name": "ada"}});
    let mut taken_for_requests = 0;
    for (name, event) in event_files().into_iter().filter(|(name, _)| name.contains("custom-authorizer")) {
        println!("{name}");
        let request = seen(&event);
        assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/events"));
        assert!(matches!(request.request_context(), RequestContext::PassThrough));
        let passed: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(passed, serde_json::from_str::<Value>(&event).unwrap());
        assert_eq!(ours(&event, decision.clone()).await, decision);

        let theirs = answers::theirs(&event, decision.clone()).await;
        match theirs.get("statusCode") {
            Some(status) => assert_eq!(status, 200),
            None => assert_eq!(theirs, decision),
        }
        taken_for_requests += usize::from(theirs != decision);
    }
    assert!(taken_for_requests > 2, "{taken_for_requests}");
}

#[test]
fn a_path_has_its_stage_as_before() {
    let event = |stage: &str, path: &str| {
        json!({
            "rawPath": path,
            "rawQueryString": "a=%20b",
            "headers": {"host": "shop.example"},
            "requestContext": {"http": {"method": "GET"}, "stage": stage},
        })
        .to_string()
    };
    for (stage, path, shown) in [
        ("$default", "/orders", "https://shop.example/orders?a=%20b"),
        ("prod", "/orders", "https://shop.example/prod/orders?a=%20b"),
        ("prod", "/prod/orders", "https://shop.example/prod/orders?a=%20b"),
        ("prod", "/prod", "https://shop.example/prod/prod?a=%20b"),
        ("prod", "/100%25 {x}", "https://shop.example/prod/100%25%20%7Bx%7D?a=%20b"),
    ] {
        let event = event(stage, path);
        assert_eq!(*seen(&event).uri(), shown);
        assert_eq!(*lambda_http::request::from_str(&event).unwrap().uri(), shown);
    }
}

async fn ours<T: IntoResponse + Clone + Send + 'static>(event: &str, answer: T) -> Value {
    let mut exchange = Exchange::read(Bytes::from(event.to_owned()), Context::default()).unwrap();
    let handler = service_fn(move |_: Request| std::future::ready(Ok::<_, Error>(answer.clone())));
    let request = std::mem::take(&mut exchange.request);
    let response = <T as AnswerTo<Request>>::service(handler).oneshot(request).await.unwrap();
    serde_json::from_slice(&exchange.answer(response).await.unwrap()).unwrap()
}

async fn check_answer<T: IntoResponse + Clone + Send + 'static>(answer: T) {
    for kind in [Kind::HttpApi, Kind::RestApi, Kind::LoadBalancer, Kind::WebSocket, Kind::VpcLattice] {
        let event = generate::event(kind, &mut Random::new(1));
        let head =
            lambda_http::Response::from_parts(answer.clone().into_response().await.into_parts().0, Full::default());
        let theirs = answers::expected(answers::theirs(&event, answer.clone()).await, kind, &head);
        let mut ours = ours(&event, answer.clone()).await;
        // An empty body is none.
        if theirs.get("body") == Some(&json!("")) {
            ours["body"] = "".into();
            ours["isBase64Encoded"] = theirs["isBase64Encoded"].clone();
        }
        assert_eq!(ours, theirs, "{event}");
    }
}

#[tokio::test]
async fn what_lambda_http_takes_for_an_answer_is_sent_as_before() {
    check_answer("text").await;
    check_answer(String::from("é \"quoted\"")).await;
    check_answer(&b"bytes of text"[..]).await;
    check_answer(vec![0xff, 0xfe]).await;
    check_answer(json!({"a": [1, 2.5, null]})).await;
    check_answer((StatusCode::NOT_FOUND, "nothing")).await;
    check_answer((StatusCode::CREATED, json!([7]))).await;
    check_answer((StatusCode::OK, b"bytes".to_vec())).await;
    check_answer(Response::new(Body::Empty)).await;
    check_answer(Response::new(Body::from(b"bytes of text".to_vec()))).await;
    let of = |kind: &str| Response::builder().header("content-type", kind);
    for kind in
        ["application/x-www-form-urlencoded", "application/javascript", "image/svg+xml", "image/png", "text/css"]
    {
        check_answer(of(kind).body(Body::from("a=1")).unwrap()).await;
        check_answer(of(kind).body(Full::new(Bytes::from_static(b"a=1"))).unwrap()).await;
        check_answer(of(kind).header("content-encoding", "identity").body(Body::from("a=1")).unwrap()).await;
        check_answer(of(kind).header("x-lambda-http-content-encoding", "text").body(Body::from("a=1")).unwrap()).await;
    }
    check_answer(of("text/plain; charset=iso-8859-1").body(Body::from(vec![0xe9])).unwrap()).await;
}
