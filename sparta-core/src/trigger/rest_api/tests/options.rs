//! What is for all routes: the stage, and usage plans.

use serde_json::{Value as Json, json};

use super::{Period, RestApi, RestApiOptions, UsagePlan, hello, mistakes, resources};
use crate::App;

#[test]
fn the_stage_has_what_is_for_all_routes_and_for_one() {
    let route = RestApi::get("/users/{id}").throttle(1, 2);
    let options = RestApiOptions::new().stage("v1").throttle(200, 100).access_logs().tracing();
    let resources = resources(&App::new("Hello").function(hello().trigger(route)).rest_api(options));
    let stage = &resources["RestApiStage"]["Properties"];
    assert_eq!((&stage["StageName"], &stage["TracingEnabled"]), (&json!("v1"), &json!(true)));
    let limit = |method: &str, path: &str, rate: u32, burst: u32| {
        json!({
            "HttpMethod": method, "ResourcePath": path, "ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst,
        })
    };
    let limits = json!([limit("GET", "/~1users~1{id}", 1, 2), limit("*", "/*", 200, 100)]);
    assert_eq!(stage["MethodSettings"], limits);
    let log = &stage["AccessLogSetting"];
    assert_eq!(log["DestinationArn"], json!({"Fn::GetAtt": ["RestApiAccessLogs", "Arn"]}));
    let line: Json = serde_json::from_str(log["Format"].as_str().unwrap()).unwrap();
    assert!(line.as_object().unwrap().values().all(|it| it.as_str().unwrap().starts_with("$context.")), "{line}");
    assert_eq!(resources["RestApiAccessLogs"]["Properties"]["RetentionInDays"], 30);
}

#[test]
fn wrong_options_are_mistakes_with_their_remedies() {
    let app = |options| App::new("Hello").function(hello().trigger(RestApi::get("/"))).rest_api(options);
    let new = RestApiOptions::new;
    for (options, expected) in [
        (new().stage("v 1"), "the REST API's stage `v 1`"),
        (new().stage(""), "the REST API's stage ``"),
        (new().private(Vec::<String>::new()), "needs the ids of the VPC endpoints"),
        (new().private(["vpc-1"]), "`vpc-1` is not the id of a VPC endpoint"),
        (new().source_ips(["203.0.113.0/33"]), "`203.0.113.0/33` is not an IP address"),
        (new().source_ips(["office"]), "`office` is not an IP address"),
        (new().account("22"), "`22` is not the number of an account"),
        (new().account("222222222222"), "no route asks for that: add `.authorizer(Iam)`"),
        (new().web_acl("arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"), "not the ARN of a regional web ACL"),
        (new().compress_from(10_485_761), "from at most 10,485,760 bytes on"),
        (new().throttle(0, 1), "lets nothing through"),
        (new().source_ips((0..800).map(|n| format!("10.0.{}.{}", n / 250, n % 250))), "API Gateway takes 8,192"),
        (new().usage_plan(UsagePlan::new("gold").key("acme")), "no route asks for a key"),
        (new().usage_plan(UsagePlan::new("gold")), "the usage plan `gold` has no key"),
        (new().usage_plan(UsagePlan::new("gold").key("acme").key("acme")), "two keys of usage plans are called `acme`"),
        (new().usage_plan(UsagePlan::new("-").key("acme")), "`-` needs a name"),
        (new().usage_plan(UsagePlan::new("gold").key("a").quota(0, Period::Day)), "`gold` has a quota of 0"),
        (new().usage_plan(UsagePlan::new("gold").key("a").throttle(0, 1)), "lets nothing through"),
    ] {
        let found = mistakes(&app(options));
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let found = mistakes(&App::new("Hello").function(hello()).rest_api(new()));
    assert!(found.contains("`.rest_api(...)` has options, and no function has a route"), "{found}");
    let found = mistakes(&App::new("Hello").function(hello().trigger(RestApi::get("/").api_key())));
    assert!(found.contains("a route of the REST API asks for a key, and there is none"), "{found}");
}

#[test]
fn the_values_of_keys_are_in_no_template() {
    let plan = UsagePlan::new("partners").throttle(10, 20).quota(10_000, Period::Month).key("acme");
    let app = App::new("Orders").function(hello().trigger(RestApi::get("/").api_key()));
    let resources = resources(&app.rest_api(RestApiOptions::new().usage_plan(plan)));
    let key = json!({"Enabled": true, "Name": {"Fn::Sub": "${AWS::StackName}-acme"}});
    assert_eq!(resources["KeyAcme"]["Properties"], key);
    assert_eq!(
        resources["PartnersUsagePlan"]["Properties"],
        json!({
            "ApiStages": [{"ApiId": {"Ref": "RestApi"}, "Stage": {"Ref": "RestApiStage"}}],
            "Quota": {"Limit": 10_000, "Period": "MONTH"},
            "Throttle": {"BurstLimit": 20, "RateLimit": 10},
            "UsagePlanName": {"Fn::Sub": "${AWS::StackName}-partners"},
        })
    );
    let body = &resources["RestApi"]["Properties"]["Body"];
    assert_eq!(body["paths"]["/"]["get"]["security"], json!([{"api_key": []}]));
    let scheme = json!({"type": "apiKey", "in": "header", "name": "x-api-key"});
    assert_eq!(body["components"]["securitySchemes"]["api_key"], scheme);
}
