//! What a function's handler may be: each kind is taken as it is, whatever else would be taken too.

use std::convert::Infallible;

use http::StatusCode;
use lambda_http::{RequestExt as _, lambda_runtime};
use serde_json::{Value, json};
use sparta_core::{App, Body, Error, Function, HttpService, LambdaEvent, Request, Response, service_fn, testing};
use tower::{ServiceBuilder, layer::layer_fn, util::BoxCloneService};
use tower_http::trace::TraceLayer;

async fn own(_: Request) -> Result<&'static str, Error> {
    Ok("own")
}

async fn moved(request: lambda_http::Request) -> Result<impl lambda_http::IntoResponse, lambda_http::Error> {
    Ok(format!("moved {}", request.uri().path()))
}

async fn infallible(_: lambda_http::Request) -> Result<lambda_http::Response<lambda_http::Body>, Infallible> {
    Ok(lambda_http::Response::new("infallible".into()))
}

async fn asks(request: lambda_http::Request) -> String {
    let context = request.lambda_context_ref().is_some();
    format!("asks {context}")
}

/// An error that says by itself what Lambda shows.
#[derive(Debug)]
struct SoldOut;

impl From<SoldOut> for lambda_runtime::Diagnostic {
    fn from(_: SoldOut) -> Self {
        Self { error_type: "SoldOut".to_owned(), error_message: "nothing is left".to_owned() }
    }
}

async fn fails(_: lambda_http::Request) -> Result<String, SoldOut> {
    Err(SoldOut)
}

fn app() -> App {
    let routes = || axum::Router::new().route("/", axum::routing::get(|| async { "router" }));
    let asking = axum::Router::new().route(
        "/",
        axum::routing::get(|request: axum::extract::Request| async {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 100).await.unwrap().to_vec();
            asks(http::Request::from_parts(head, body.into())).await
        }),
    );
    let layered = ServiceBuilder::new().layer(TraceLayer::new_for_http()).service(service_fn(infallible));
    let marks = layer_fn(|inner: HttpService| {
        service_fn(move |mut request: Request| {
            *request.uri_mut() = http::Uri::from_static("/changed");
            tower::ServiceExt::oneshot(inner.clone(), request)
        })
    });
    let boxed =
        BoxCloneService::new(service_fn(async |_: Request| Ok::<_, Infallible>(Response::new(Body::from("boxed")))));
    App::new("Handlers")
        .function(Function::http("own", service_fn(own)))
        .function(Function::http(
            "closure",
            service_fn(async |_: Request| Ok::<_, Infallible>((StatusCode::OK, "closure"))),
        ))
        .function(Function::http("router", routes()))
        .function(Function::http("layered-router", routes().layer(TraceLayer::new_for_http())))
        .function(Function::http("service", HttpService::new(service_fn(own))))
        .function(Function::http("boxed", boxed))
        .function(Function::http_factory("made", async || Ok::<_, Error>(service_fn(own))))
        .function(Function::http("moved", service_fn(moved)).layer(TraceLayer::new_for_http()))
        .function(Function::http("moved-layer", service_fn(moved)).layer(marks))
        .function(Function::http("lambda-service-fn", lambda_http::service_fn(infallible)))
        .function(Function::http(
            "moved-closure",
            service_fn(async |_: lambda_http::Request| Ok::<_, Infallible>("closure")),
        ))
        .function(Function::http("moved-layered", HttpService::lambda_http(layered)))
        .function(Function::http("moved-router", HttpService::lambda_http(asking)))
        .function(Function::http_factory("moved-made", async || Ok::<_, Error>(service_fn(moved))))
        .function(Function::http("fails", service_fn(fails)))
}

#[tokio::test]
async fn each_kind_of_handler_over_http_is_taken_as_it_is() {
    let app = testing::app(app());
    for (function, answer) in [
        ("own", "own"),
        ("closure", "closure"),
        ("router", "router"),
        ("layered-router", "router"),
        ("service", "own"),
        ("boxed", "boxed"),
        ("made", "own"),
        ("moved", "moved /"),
        ("moved-layer", "moved /changed"),
        ("lambda-service-fn", "infallible"),
        ("moved-closure", "closure"),
        ("moved-layered", "infallible"),
        ("moved-router", "asks true"),
        ("moved-made", "moved /"),
    ] {
        let response = app.request(function, http::Request::get("/").body(()).unwrap()).await.unwrap();
        assert_eq!(response.into_body().text().await.unwrap(), answer, "{function}");
    }
    let failed = app.request("fails", http::Request::get("/").body(()).unwrap()).await.unwrap_err();
    let testing::InvokeError::Failed { source, .. } = failed else { panic!("{failed}") };
    assert_eq!((source.type_name(), source.message().as_str()), ("SoldOut", "nothing is left"));
}

#[tokio::test]
async fn each_kind_of_handler_over_events_is_taken_as_it_is() {
    async fn own(event: LambdaEvent<u32>) -> Result<u32, Error> {
        Ok(event.payload + 1)
    }
    async fn moved(event: lambda_runtime::LambdaEvent<u32>) -> Result<Value, lambda_runtime::Error> {
        let (payload, context) = event.into_parts();
        Ok(json!([payload + 2, context.env_config.function_name]))
    }
    async fn fails(_: lambda_runtime::LambdaEvent<Value>) -> Result<(), SoldOut> {
        Err(SoldOut)
    }
    let state = std::sync::Arc::new(3);
    let closure = move |event: lambda_runtime::LambdaEvent<u32>| {
        let state = state.clone();
        async move { Ok::<_, lambda_runtime::Error>(event.payload + *state) }
    };
    let app = App::new("Handlers")
        .function(Function::event("own", service_fn(own)))
        .function(Function::event("moved", service_fn(moved)))
        .function(Function::event("closure", lambda_runtime::service_fn(closure)))
        .function(Function::event_factory("made", async || Ok::<_, Error>(service_fn(moved))))
        .function(Function::event("fails", service_fn(fails)));
    let app = testing::app(app);
    assert_eq!(app.invoke::<Value>("own", 1).await.unwrap(), 2);
    assert_eq!(app.invoke::<Value>("moved", 1).await.unwrap()[0], 3);
    assert_eq!(app.invoke::<Value>("closure", 1).await.unwrap(), 4);
    assert_eq!(app.invoke::<Value>("made", 1).await.unwrap()[0], 3);
    let failed = app.invoke::<Value>("fails", 1).await.unwrap_err();
    let testing::InvokeError::Failed { source, .. } = failed else { panic!("{failed}") };
    assert_eq!(source.type_name(), "SoldOut");
    assert!(app.invoke::<Value>("moved", "text").await.is_err());
}
