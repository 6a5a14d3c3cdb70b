//! What `sparta::testing` gives the unit tests of a service.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Environment, Error, Function, LambdaEvent, Request, RequestExt,
    construct::Table,
    service_fn,
    settings::{Settings as _, process_variable},
    testing::{self, InvokeError, TestApp},
    trigger::HttpApi,
};
use sparta_macros::Settings;
use tower::layer::layer_fn;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    testing_greeting: String,
}

async fn greet(request: Request) -> Result<String, Error> {
    let mark = request.headers().get("x-mark").map(|it| it.to_str().unwrap_or_default().to_owned());
    let id = request.lambda_context_ref().is_some();
    Ok(format!("{} {} {id}", Shop::get()?.testing_greeting, mark.unwrap_or_default()))
}

async fn halve(event: LambdaEvent<u32>) -> Result<u32, Error> {
    match event.payload % 2 {
        0 => Ok(event.payload / 2),
        _ => Err("odd numbers have no half".into()),
    }
}

static BUILT: AtomicU32 = AtomicU32::new(0);

fn declared() -> App {
    let counted = async || {
        BUILT.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Error>(service_fn(async |_: Request| Ok::<_, Error>("counted")))
    };
    let broken = async || Err::<sparta_core::HttpService, _>(Error::from("no connection"));
    App::new("Shop")
        .layer(layer_fn(|inner: sparta_core::HttpService| {
            service_fn(move |mut request: Request| {
                let inner = inner.clone();
                async move {
                    request.headers_mut().insert("x-mark", "layered".parse().expect("it is a header"));
                    tower::ServiceExt::oneshot(inner, request).await
                }
            })
        }))
        .function(Function::http("greet", service_fn(greet)).trigger(HttpApi::get("/")))
        .function(Function::event("halve", service_fn(halve)))
        .function(Function::http_factory("counted", counted))
        .function(Function::http_factory("broken", broken))
        .environment(Environment::new("test", Shop { testing_greeting: "Good day".into() }))
}

fn app() -> TestApp {
    testing::app(declared())
}

#[tokio::test]
async fn a_request_goes_through_the_apps_layers_to_a_handler_with_the_first_environments_settings() {
    let request = || http::Request::get("/").body(()).unwrap();
    let app = app();
    for _ in 0..2 {
        let answer = app.request("greet", request()).await.unwrap();
        assert_eq!(answer.into_body().text().await.unwrap(), "Good day layered true");
    }
    assert_eq!(process_variable("TESTING_GREETING").as_deref(), Some("Good day"));
}

#[tokio::test]
async fn an_event_is_answered_as_on_lambda() {
    let app = app();
    assert_eq!(app.invoke::<u32>("halve", 42).await.unwrap(), 21);
    assert_eq!(app.invoke::<u32>("halve", json!(4)).await.unwrap(), 2);
    let event = json!({
        "version": "2.0", "rawPath": "/", "rawQueryString": "", "headers": {"host": "a.example"},
        "requestContext": {"http": {"method": "GET", "path": "/"}, "stage": "$default"},
    });
    let answer: Json = app.invoke("greet", event).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("Good day layered true")));
}

#[tokio::test]
async fn a_function_is_built_once() {
    let app = app();
    for _ in 0..3 {
        app.request("counted", http::Request::get("/").body(()).unwrap()).await.unwrap();
    }
    assert_eq!(BUILT.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let app = app();
    let failed = app.invoke::<u32>("halve", 3).await.unwrap_err();
    assert!(matches!(&failed, InvokeError::Failed { source, .. } if source.to_string() == "odd numbers have no half"));
    let event = app.invoke::<u32>("halve", "many").await.unwrap_err();
    assert!(matches!(event, InvokeError::Failed { .. }), "{event}");
    let answer = app.invoke::<String>("halve", 2).await.unwrap_err();
    assert!(answer.to_string().ends_with("is of another type: 1"), "{answer}");
    let missing = app.invoke::<u32>("double", 2).await.unwrap_err();
    assert_eq!(missing.to_string(), "the app has no function `double`: it has `broken`, `counted`, `greet`, `halve`");
    let request = || http::Request::get("/").body(()).unwrap();
    assert!(matches!(app.request("broken", request()).await.unwrap_err(), InvokeError::Start { .. }));
    assert!(matches!(app.request("broken", request()).await.unwrap_err(), InvokeError::Started { .. }));
}

fn links() -> App {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    App::new("Links").function(hello.trigger(HttpApi::get("/"))).with(Table::new("links").key("code"))
}

#[test]
fn a_template_can_be_asserted_on() {
    let template = testing::template(&links());
    template
        .resource("LinksTable")
        .is("AWS::DynamoDB::Table")
        .has("KeySchema[0].AttributeName", "code")
        .has("PointInTimeRecoverySpecification", json!({"PointInTimeRecoveryEnabled": true}))
        .has_no("KeySchema[1]");
    assert_eq!(template.resources("AWS::DynamoDB::Table"), ["LinksTable"]);
    assert_eq!(template.resource("LinksTable").json()["DeletionPolicy"], "RetainExceptOnCreate");
}

#[test]
#[should_panic(expected = "`LinksTable.BillingMode` is \"PAY_PER_REQUEST\", not \"PROVISIONED\"")]
fn an_assertion_that_does_not_hold_says_what_is_there() {
    testing::template(&links()).resource("LinksTable").has("BillingMode", "PROVISIONED");
}

#[test]
#[should_panic(expected = "the template has no resource `LinkTable`; did you mean `LinksTable`?")]
fn a_resource_that_is_not_there_panics_with_the_name_that_was_meant() {
    testing::template(&links()).resource("LinkTable");
}

#[test]
#[should_panic(expected = "the app `Links` has 1 mistake")]
fn a_mistaken_app_has_no_template() {
    testing::template(&links().with(Table::new("links").key("other")));
}
