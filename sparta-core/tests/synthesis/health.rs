//! The route that says whether a service works.

use std::time::Duration;

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Error, Function, Health, Memory, Request, construct::Table, service_fn, testing, trigger::ApiOptions,
    trigger::HttpApi, trigger::Jwt,
};

fn ledger() -> Table {
    Table::new("health-ledger").key("id")
}

fn app(health: Health) -> App {
    let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let token = Jwt::issuer("https://id.example").audience("shop");
    App::new("Shop")
        .http_api(ApiOptions::new().authorizer(token))
        .function(api.trigger(HttpApi::get("/{path+}")))
        .health(health)
}

/// The status of the route's answer, and its document without times.
async fn ask(health: Health) -> (u16, Json) {
    let request = http::Request::get("/health").body(()).unwrap();
    let answer = testing::app(app(health)).request("health", request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/health+json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    let mut document: Json = serde_json::from_str(&answer.into_body().text().await.unwrap()).unwrap();
    for result in document["checks"].as_object_mut().unwrap().values_mut().flat_map(|it| it.as_array_mut().unwrap()) {
        let result = result.as_object_mut().unwrap();
        assert!(result.remove("observedValue").unwrap().is_u64() && result.remove("observedUnit").unwrap() == "ms");
    }
    (status, document)
}

#[tokio::test]
async fn a_service_is_healthy_where_all_checks_pass() {
    assert_eq!(ask(Health::at("/health")).await, (200, json!({"status": "pass", "checks": {}})));
    testing::set_name(ledger(), "ledger-of-a-test");
    let health = Health::at("/health").uses(ledger().read()).check("payments", async || Ok::<_, Error>(()));
    let pass = json!([{"status": "pass"}]);
    let checks = json!({"HEALTH_LEDGER_TABLE": pass, "payments": pass});
    assert_eq!(ask(health).await, (200, json!({"status": "pass", "checks": checks})));
}

#[tokio::test]
async fn one_check_that_fails_or_takes_too_long_is_enough_and_its_reason_is_nobodys_to_read() {
    let slow = async || {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, Error>(())
    };
    let health = Health::at("/health")
        .uses(Table::new("lost").key("id").read())
        .check("payments", async || Err::<(), _>("the key hunter2 is wrong"))
        .check("mails", async || Ok::<_, Error>(()))
        .check("stock", slow)
        .time_limit(Duration::from_millis(50));
    let (status, document) = ask(health).await;
    let failed = json!([{"status": "fail", "output": "it failed; the log says why"}]);
    let checks = json!({
        "LOST_TABLE": failed,
        "mails": [{"status": "pass"}],
        "payments": failed,
        "stock": [{"status": "fail", "output": "it took too long"}],
    });
    assert_eq!((status, document), (503, json!({"status": "fail", "checks": checks})));
}

#[test]
fn the_route_is_open_and_its_function_has_what_the_checks_need() {
    let health = Health::at("/health").uses(ledger().read()).function(|it| it.memory(Memory::mb(512)));
    let app = app(health);
    app.check().unwrap();
    let synthesis = app.synthesize().unwrap();
    assert_eq!(synthesis.model.health(), Some("/health"));
    let template = testing::template(&app);
    template.resource("GetHealthRoute").has("RouteKey", "GET /health").has("AuthorizationType", "NONE");
    template.resource("HealthFunction").has("MemorySize", 512);
    template.resource("HealthRole").has("Policies[0].PolicyDocument.Statement[1].Action[0]", "dynamodb:BatchGetItem");
}

#[test]
fn a_second_route_is_a_mistake() {
    let report = app(Health::at("/health")).health(Health::at("/status")).check().unwrap_err().to_string();
    assert!(report.contains("two functions are called `health`"), "{report}");
}
