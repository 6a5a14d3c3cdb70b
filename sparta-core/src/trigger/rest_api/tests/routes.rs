//! Routes as operations of the definition, and how they invoke functions.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{RestApi, definition, function, hello, integration, mistakes, resources};
use crate::{App, Function, trigger::FunctionUrl};

#[test]
fn a_route_is_an_operation_of_one_document_that_invokes_the_function() {
    let app = App::new("Hello").function(hello().trigger(RestApi::get("/users/{id}")));
    let resources = resources(&app);
    let api = &resources["RestApi"]["Properties"];
    assert_eq!(api["BinaryMediaTypes"], json!(["*/*"]));
    assert_eq!(api["Body"]["paths"].as_object().unwrap().len(), 1);
    assert_eq!(
        api["Body"]["paths"]["/users/{id}"],
        json!({"get": {
            "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
            "responses": {},
            "x-amazon-apigateway-integration": integration(false),
        }})
    );
    let permission = &resources["HelloRestApiPermission"]["Properties"];
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestApi}/*";
    assert_eq!(permission["SourceArn"], json!({"Fn::Sub": source}));
    let of_api = |kind: &str| resources.as_object().unwrap().values().filter(|it| it["Type"] == kind).count();
    assert_eq!((of_api("AWS::ApiGateway::Resource"), of_api("AWS::ApiGateway::Method")), (0, 0));
}

#[test]
fn a_router_is_every_method_of_every_path() {
    let paths = &definition([RestApi::router(), RestApi::post("/orders")])["paths"];
    for path in ["/", "/{proxy+}"] {
        assert_eq!(
            paths[path]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"],
            integration(false)
        );
    }
    assert_eq!(paths["/orders"]["post"]["x-amazon-apigateway-integration"], integration(false));
}

#[test]
fn routes_take_no_resources_and_little_of_a_template() {
    let functions = (0..60).map(|n| {
        let route = |at: usize| RestApi::get(format!("/things/{}/{{id}}", at % 280)).required_query(format!("q{at}"));
        let route =
            |at: usize| if at < 280 { route(at) } else { RestApi::post(format!("/things/{}/{{id}}", at % 280)) };
        (n..400).step_by(60).map(route).fold(function(&format!("f{n}")), Function::trigger)
    });
    let app = functions.fold(App::new("Many"), App::function);
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let resources = synthesis.template.resources().len();
    // A function, its role, its log group and its permission each; the API, its stage and its deployment.
    assert_eq!(resources, 60 * 4 + 3);
    let bytes = synthesis.template.to_compact_json().len();
    assert!(bytes < 500_000, "{bytes}");
}

#[test]
fn a_function_with_an_alias_is_invoked_by_it() {
    let app = App::new("Hello").function(hello().alias("live").trigger(RestApi::get("/")));
    let resources = resources(&app);
    let uri =
        &resources["RestApi"]["Properties"]["Body"]["paths"]["/"]["get"]["x-amazon-apigateway-integration"]["uri"];
    assert!(uri["Fn::Sub"].as_str().unwrap().ends_with("/functions/${HelloAlias}/invocations"), "{uri}");
    assert_eq!(resources["HelloRestApiPermission"]["Properties"]["FunctionName"], json!({"Ref": "HelloAlias"}));
}

#[test]
fn a_stream_has_its_own_address_and_all_the_time_there_is_unless_a_route_says_how_long() {
    let body = definition([RestApi::get("/report").stream(), RestApi::any("/more").stream()]);
    assert_eq!(body["paths"]["/report"]["get"]["x-amazon-apigateway-integration"], integration(true));
    let body = definition([RestApi::get("/").timeout(Duration::from_millis(1500))]);
    assert_eq!(body["paths"]["/"]["get"]["x-amazon-apigateway-integration"]["timeoutInMillis"], 1500);
}

#[test]
fn who_answers_some_requests_as_streams_does_not_know_which() {
    let both = || hello().trigger(RestApi::get("/a").stream()).trigger(RestApi::get("/b"));
    let found = mistakes(&App::new("Hello").function(both()));
    assert!(found.contains("function `hello`: its answers through `GET /b (REST)` are no streams"), "{found}");
    let apart = App::new("Hello").function(hello().trigger(RestApi::get("/a").stream()));
    apart.function(function("other").trigger(RestApi::get("/b"))).check().unwrap();
    let url = hello().trigger(RestApi::get("/a")).trigger(FunctionUrl::signed().streaming());
    App::new("Hello").function(url).check().unwrap();
}

#[test]
fn required_parameters_are_validated_before_the_function_is_invoked() {
    let body = definition([RestApi::get("/search").required_query("q").required_header("x-tenant"), RestApi::get("/")]);
    let search = &body["paths"]["/search"]["get"];
    let parameter =
        |place: &str, name: &str| json!({"in": place, "name": name, "required": true, "schema": {"type": "string"}});
    assert_eq!(search["parameters"], json!([parameter("query", "q"), parameter("header", "x-tenant")]));
    assert_eq!(search["x-amazon-apigateway-request-validator"], "parameters");
    assert_eq!(
        body["x-amazon-apigateway-request-validators"]["parameters"],
        json!({"validateRequestParameters": true, "validateRequestBody": false})
    );
    assert_eq!(body["paths"]["/"]["get"]["x-amazon-apigateway-request-validator"], Json::Null);
}
