//! The service that the tests of serving start, as Lambda would start it.

mod broker;
mod chat;
mod shop;

use std::io::Write;
use std::sync::LazyLock;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http_body::Frame;
use http_body_util::StreamBody;
use serde::{Deserialize, Serialize};
use sparta_core::{
    BatchResponse, Body, BoxError, Context, Error, FunctionEntry, Hook, Hooks, HttpService, IntoResponse, Json,
    LambdaEvent, Records, Request, RequestContext, RequestExt, Response, Serving, Streams, serve, service_fn,
};
use tokio::sync::Barrier;
use tower::{Layer, Service};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::trace::TraceLayer;

fn main() {
    let app = std::env::var("SERVE").ok().map(|app| match app.as_str() {
        "shop" => shop::app(),
        "bank" => shop::bank(),
        "chat" => chat::app(),
        "broker" => broker::app(),
        _ => shop::press(),
    });
    if let Some(app) = app {
        std::process::exit(i32::from(app.serve().is_err()));
    }
    let only = std::env::var("ONLY").ok();
    let served = serve(Serving {
        functions: functions().into_iter().filter(|it| only.as_ref().is_none_or(|name| it.name == *name)).collect(),
        prepare: None,
        checks: vec![Box::new(|| setting("TABLE")), Box::new(|| setting("QUEUE"))],
        hooks: hooks(),
    });
    std::process::exit(match served {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error:?}");
            3
        }
    })
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is not set: expected text")]
struct SettingMissing(&'static str);

fn setting(name: &'static str) -> Result<(), Error> {
    match std::env::var("UNSET") {
        Ok(unset) if unset.contains(name) => Err(SettingMissing(name).into()),
        Ok(unset) if unset == "PANIC" => panic!("no settings at all"),
        _ => Ok(()),
    }
}

fn functions() -> Vec<FunctionEntry> {
    let echo = || HttpService::new(service_fn(echo));
    vec![
        http("echo", echo()),
        http("hello", HttpService::new(service_fn(hello))),
        http("answers", HttpService::new(service_fn(answers))),
        http("fails", HttpService::new(service_fn(fails))),
        http("fails-own", HttpService::new(service_fn(fails_own))),
        http("fails-boxed", HttpService::new(service_fn(fails_boxed))),
        http("panics", HttpService::new(service_fn(panics))),
        http("panics-in-layer", echo().layer(PanicLayer)),
        http("logs", HttpService::new(service_fn(logs))),
        http("router", router()),
        http("layers", echo().layer(mark("inner")).layer(mark("outer"))),
        http("slow", HttpService::new(service_fn(slow)).layer(timeout())),
        event("order", HttpService::event(service_fn(order))),
        event("order-layered", order_layered()),
        event("orders", HttpService::event(service_fn(orders))),
        event("raw", HttpService::raw(raw)),
        http("meets", HttpService::new(service_fn(meets))),
        http("threads", HttpService::new(service_fn(threads))),
        http("blocks", HttpService::new(service_fn(blocks))),
        http("long", HttpService::new(service_fn(async |_: Request| Ok::<_, Error>("x".repeat(7_000_000))))),
        FunctionEntry {
            streams: Streams { function_url: true, ..Streams::default() },
            ..http("streams", HttpService::new(service_fn(streams)))
        },
        FunctionEntry {
            streams: Streams { rest_api: true, ..Streams::default() },
            ..http("streams-rest", HttpService::new(service_fn(streams)))
        },
        event("size", HttpService::raw(|event, _, answer| Ok(write!(answer, "{}", event.len())?))),
        event("context", HttpService::raw(|_, context, answer| Ok(serde_json::to_writer(answer, context)?))),
        http_from("factory-waits", || Ok(HttpService::new(service_fn(hello)))),
        http_from("factory-fails", || Err(SettingMissing("URL").into())),
        http_from("factory-panics", || panic!("no connection")),
    ]
}

fn entry(
    name: &str,
    is_event: bool,
    make: impl FnOnce() -> Result<HttpService, Error> + Send + 'static,
) -> FunctionEntry {
    let build = async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        make()
    };
    FunctionEntry { name: name.to_owned(), is_event, streams: Streams::default(), build: Box::new(|| Box::pin(build)) }
}

fn http(name: &str, service: HttpService) -> FunctionEntry {
    entry(name, false, || Ok(service))
}

fn event(name: &str, service: HttpService) -> FunctionEntry {
    entry(name, true, || Ok(service))
}

fn http_from(name: &str, make: impl FnOnce() -> Result<HttpService, Error> + Send + 'static) -> FunctionEntry {
    entry(name, false, make)
}

/// What `HOOKS` names, `-` for hooks that fail, logs that it ran.
fn hooks() -> Hooks {
    let wanted = std::env::var("HOOKS").unwrap_or_default();
    let hooks = |kind: &str| {
        let hooks = wanted.split(' ').filter(|hook| hook.starts_with(kind));
        hooks.map(str::to_owned).map(|name| -> Hook { Box::new(|| Box::pin(run_hook(name))) }).collect()
    };
    Hooks { shutdown: hooks("shutdown"), before_snapshot: hooks("before"), after_restore: hooks("after") }
}

async fn run_hook(name: String) -> Result<(), Error> {
    tokio::time::sleep(Duration::from_millis(1)).await;
    tracing::info!("hook {name}");
    match name.ends_with('-') {
        true => Err(SettingMissing("POOL").into()),
        false => Ok(()),
    }
}

/// Answers only if three invocations are there at the same time.
async fn meets(_: Request) -> Result<&'static str, Error> {
    static ALL: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(3));
    ALL.wait().await;
    Ok("met")
}

/// Answers with its thread once four invocations are there at the same time.
async fn threads(_: Request) -> Result<String, Error> {
    static ALL: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(4));
    ALL.wait().await;
    Ok(format!("{:?}", std::thread::current().id()))
}

/// Has the process shut down while it blocks its thread.
async fn blocks(_: Request) -> Result<(), Error> {
    std::process::Command::new("/bin/kill").args(["-TERM", &std::process::id().to_string()]).status()?;
    loop {
        std::thread::park();
    }
}

/// Three pieces; the path says how it ends.
async fn streams(request: Request) -> Result<Response, Error> {
    let path = request.uri().path().to_owned();
    if path == "/later" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waits = path == "/waits";
    let pieces = (0..if waits { 1 } else { 3 }).map(move |n| match (n, path.as_str()) {
        (2, "/breaks") => Err(BoxError::from(order_missing())),
        (2, "/panics") => panic!("boom"),
        _ => Ok(Frame::data(Bytes::from(format!("piece {n};")))),
    });
    let pieces = futures_util::stream::iter(pieces);
    let body = match waits {
        true => Body::new(StreamBody::new(pieces.chain(futures_util::stream::pending()))),
        false => Body::new(StreamBody::new(pieces)),
    };
    let response =
        http::Response::builder().status(201).header("content-type", "text/plain").header("set-cookie", "a=1");
    Ok(response.body(body)?)
}

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

/// Tells what the request is, as JSON.
async fn echo(request: Request) -> Result<Json<Echo>, Error> {
    let values = |name: &str| {
        let values = request.headers().get_all(name).iter();
        values.map(|v| v.to_str().unwrap().to_owned()).collect()
    };
    Ok(Json(Echo {
        method: request.method().to_string(),
        uri: request.uri().to_string(),
        raw_path: request.raw_http_path().to_owned(),
        colors: request.query_string_parameters().all("color").map(|all| all.into_iter().map(str::to_owned).collect()),
        path_id: request.path_parameters().first("id").map(str::to_owned),
        variable: request.stage_variables().first("table").map(str::to_owned),
        cookie: values("cookie"),
        tags: values("x-tag"),
        marks: values("x-mark"),
        trace: values("x-amzn-trace-id"),
        request_id: request.extensions().get::<Context>().unwrap().request_id.clone(),
        context: match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(rest)) => rest.stage.clone(),
            Some(RequestContext::ApiGatewayV2(http)) => http.stage.clone(),
            Some(RequestContext::Alb(_)) => Some("alb".to_owned()),
            _ => None,
        },
        body: request.into_body().text().await?,
    }))
}

#[derive(Serialize)]
struct Echo {
    method: String,
    uri: String,
    raw_path: String,
    colors: Option<Vec<String>>,
    path_id: Option<String>,
    variable: Option<String>,
    cookie: Vec<String>,
    tags: Vec<String>,
    marks: Vec<String>,
    trace: Vec<String>,
    request_id: String,
    context: Option<String>,
    body: String,
}

/// Answers what the event's body, or its path, asks for.
async fn answers(request: Request) -> Result<Response, Error> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().bytes().await?;
    let wish = match serde_json::from_slice(&body) {
        Ok(serde_json::Value::String(wish)) => wish,
        _ => path.trim_start_matches('/').to_owned(),
    };
    Ok(match wish.as_str() {
        "binary" => vec![0, 159, 146, 150].into_response(),
        "cookies" => http::Response::builder()
            .header("set-cookie", "a=1; Secure")
            .header("set-cookie", "b=2")
            .header("vary", "accept")
            .header("vary", "origin")
            .body(sparta_core::Body::from("set"))?,
        "nothing" => StatusCode::NO_CONTENT.into_response(),
        "missing" => (StatusCode::NOT_FOUND, "no such order").into_response(),
        "silent" => StatusCode::BAD_GATEWAY.into_response(),
        "json" => Json([1, 2]).into_response(),
        _ => "just text".into_response(),
    })
}

#[derive(Debug, thiserror::Error)]
#[error("the order is not there")]
struct OrderMissing(#[source] std::io::Error);

fn order_missing() -> OrderMissing {
    OrderMissing(std::io::Error::other("table is closed"))
}

async fn fails(_: Request) -> Result<(), Error> {
    Err(order_missing())?
}

async fn fails_own(_: Request) -> Result<(), OrderMissing> {
    Err(order_missing())
}

async fn fails_boxed(_: Request) -> Result<(), BoxError> {
    Err(order_missing())?
}

async fn panics(request: Request) -> Result<&'static str, Error> {
    match request.uri().path() {
        "/panic" => panic!("boom"),
        _ => Ok("alive"),
    }
}

async fn logs(_: Request) -> Result<(), Error> {
    tracing::error!(table = "orders", "at error");
    tracing::warn!("at warn");
    tracing::info!("at info");
    tracing::debug!("at debug");
    Ok(())
}

fn router() -> HttpService {
    let router = Router::new()
        .route(
            "/hello/{name}",
            get(|Path(name): Path<String>| async move { format!("hello {name}, {}", "x".repeat(100)) }),
        )
        .layer(TraceLayer::new_for_http());
    HttpService::new(router).layer(CompressionLayer::new()).layer(RequestBodyLimitLayer::new(100))
}

async fn slow(_: Request) -> Result<(), Error> {
    std::future::pending().await
}

fn timeout() -> impl Layer<HttpService, Service = tower::timeout::Timeout<HttpService>> {
    tower::timeout::TimeoutLayer::new(Duration::from_millis(1))
}

#[derive(Deserialize)]
struct Order {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    price: f64,
}

#[derive(Serialize)]
struct Total {
    total: f64,
    request_id: String,
}

async fn order(event: LambdaEvent<Order>) -> Result<Total, Error> {
    Ok(Total { total: event.payload.items.iter().map(|item| item.price).sum(), request_id: event.context.request_id })
}

async fn orders(event: LambdaEvent<Records<Order>>) -> Result<BatchResponse, Error> {
    let mut response = BatchResponse::default();
    for record in &event.payload {
        if record.read().is_err() {
            response.fail(&record);
        }
    }
    Ok(response)
}

fn order_layered() -> HttpService {
    HttpService::event(service_fn(order)).layer(TraceLayer::new_for_http()).layer(RequestBodyLimitLayer::new(100))
}

fn raw(event: &[u8], context: &Context, answer: &mut dyn Write) -> Result<(), Error> {
    write!(answer, "[{}, \"{}\"]", event.len(), context.request_id)?;
    Ok(())
}

/// Appends to the header that tells in which order the layers ran.
fn mark(name: &'static str) -> impl Layer<HttpService, Service = Marked> {
    tower::layer::layer_fn(move |inner| Marked { inner, name })
}

#[derive(Clone)]
struct Marked {
    inner: HttpService,
    name: &'static str,
}

impl Service<Request> for Marked {
    type Response = Response;
    type Error = BoxError;
    type Future = <HttpService as Service<Request>>::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), BoxError>> {
        Service::<Request>::poll_ready(&mut self.inner, cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let name = http::HeaderValue::from_static(self.name);
        request.headers_mut().append("x-mark", name);
        self.inner.call(request)
    }
}

/// Panics before the handler is called: for one path in `poll_ready`, for another in `call`.
#[derive(Clone)]
struct PanicLayer;

impl<S> Layer<S> for PanicLayer {
    type Service = Panicking<S>;

    fn layer(&self, inner: S) -> Panicking<S> {
        Panicking(inner)
    }
}

#[derive(Clone)]
struct Panicking<S>(S);

static CALLS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl<S: Service<Request>> Service<Request> for Panicking<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), S::Error>> {
        if CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            panic!("not ready");
        }
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        assert_ne!(request.uri().path(), "/panic", "no such path");
        self.0.call(request)
    }
}
