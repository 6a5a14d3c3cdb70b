use std::time::Duration;

use super::*;
use crate::{Authorization, AuthorizerRequest, LambdaEvent, trigger::LambdaAuthorizer};

fn gate() -> Function {
    let deny = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
    Function::event("gate", service_fn(deny))
}

fn by_gate() -> LambdaAuthorizer {
    LambdaAuthorizer::new(Function::handle("gate"))
}

fn app(routes: impl IntoIterator<Item = RestApi>) -> App {
    App::new("Hello").function(gate()).function(routes.into_iter().fold(hello(), Function::trigger))
}

fn schemes(app: &App) -> Json {
    resources(app)["RestApi"]["Properties"]["Body"]["components"]["securitySchemes"].clone()
}

#[test]
fn a_function_decides_by_the_definition_and_may_be_invoked_for_this_api_only() {
    let resources = resources(&app([RestApi::get("/orders").authorizer(by_gate()), RestApi::get("/")]));
    let body = &resources["RestApi"]["Properties"]["Body"];
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${GateFunction.Arn}/invocations";
    let scheme = json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "authorizerUri": {"Fn::Sub": uri},
            "authorizerResultTtlInSeconds": 0,
            "identitySource": "method.request.header.Authorization",
        },
    });
    assert_eq!(body["components"]["securitySchemes"], json!({"RestApiAuthorizer": scheme}));
    assert_eq!(body["paths"]["/orders"]["get"]["security"], json!([{"RestApiAuthorizer": []}]));
    assert_eq!(body["paths"]["/"]["get"]["security"], Json::Null);
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestApi}/authorizers/*";
    assert_eq!(
        resources["GateRestApiAuthorizerPermission"]["Properties"],
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::GetAtt": ["GateFunction", "Arn"]},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": source},
        })
    );
}

#[test]
fn identities_are_written_as_a_rest_api_reads_them() {
    let of = |authorizer: LambdaAuthorizer| {
        schemes(&app([RestApi::get("/").authorizer(authorizer)]))["RestApiAuthorizer"].clone()
    };
    let own = |scheme: &Json, name: &str| scheme["x-amazon-apigateway-authorizer"][name].clone();
    let all = of(by_gate().header("x-key").query("key").context("identity.sourceIp").cached(Duration::from_secs(300)));
    let sources = "method.request.header.x-key, method.request.querystring.key, context.identity.sourceIp";
    assert_eq!((own(&all, "identitySource"), own(&all, "authorizerResultTtlInSeconds")), (json!(sources), json!(300)));
    assert_eq!((&all["name"], &all["in"]), (&json!("Unused"), &json!("header")));
    let query = of(by_gate().query("key"));
    assert_eq!((&query["name"], &query["in"]), (&json!("key"), &json!("query")));
    let every = of(by_gate().every_request().policies());
    assert_eq!((own(&every, "identitySource"), &every["name"]), (Json::Null, &json!("Unused")));
}

#[test]
fn authorizers_of_all_kinds_are_for_one_route_or_for_all_and_the_same_are_one() {
    let kept = || by_gate().cached(Duration::from_secs(1));
    let routes = [
        RestApi::get("/orders"),
        RestApi::post("/orders").authorizer(kept()),
        RestApi::put("/orders").authorizer(kept()).api_key(),
        RestApi::patch("/orders").api_key(),
        RestApi::get("/open").open(),
        RestApi::post("/reports").authorizer(Iam),
    ];
    let plans = UsagePlan::new("partners").key("acme");
    let app = app(routes).rest_api(RestApiOptions::new().authorizer(by_gate()).usage_plan(plans));
    let resources = resources(&app);
    let body = &resources["RestApi"]["Properties"]["Body"];
    let of = |path: &str, method: &str| {
        let route = &body["paths"][path][method];
        (route["security"].clone(), route["x-amazon-apigateway-auth"]["type"].clone())
    };
    // Those of single routes are made first.
    let (one, all, key) = (json!({"RestApiAuthorizer": []}), json!({"RestApiAuthorizer2": []}), json!({"api_key": []}));
    assert_eq!(of("/orders", "get"), (json!([all]), Json::Null));
    assert_eq!(of("/orders", "post"), (json!([one]), Json::Null));
    assert_eq!(of("/orders", "put"), (json!([one, key]), Json::Null));
    assert_eq!(of("/orders", "patch"), (json!([all, key]), Json::Null));
    assert_eq!(of("/open", "get"), (Json::Null, json!("NONE")));
    assert_eq!(of("/reports", "post"), (Json::Null, json!("AWS_IAM")));
    let names: Vec<&String> = body["components"]["securitySchemes"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["RestApiAuthorizer", "RestApiAuthorizer2", "api_key"]);
    assert!(resources["GateRestApiAuthorizerPermission"].is_object());
}

#[test]
fn an_authorizer_that_guards_no_route_is_not_there() {
    let app = app([RestApi::get("/").open()]).rest_api(RestApiOptions::new().authorizer(by_gate()));
    let resources = resources(&app);
    assert_eq!(resources["RestApi"]["Properties"]["Body"]["components"], Json::Null);
    assert_eq!(resources["GateRestApiAuthorizerPermission"], Json::Null);
}

#[test]
fn an_alias_decides_where_the_function_has_one() {
    let by_alias = RestApi::get("/").authorizer(Function::handle("gate").alias());
    let app = App::new("Hello").function(gate().alias("live")).function(hello().trigger(by_alias));
    let uri = &schemes(&app)["RestApiAuthorizer"]["x-amazon-apigateway-authorizer"]["authorizerUri"]["Fn::Sub"];
    assert!(uri.as_str().unwrap().ends_with("/functions/${GateAlias}/invocations"), "{uri}");
    let permission = &resources(&app)["GateRestApiAuthorizerPermission"]["Properties"];
    assert_eq!(permission["FunctionName"], json!({"Ref": "GateAlias"}));
}

#[test]
fn another_authorizer_is_another_deployment() {
    let id = |authorizer: LambdaAuthorizer| {
        let resources = resources(&app([RestApi::get("/").authorizer(authorizer)]));
        let ids = resources.as_object().unwrap().keys().find(|id| id.starts_with("RestApiDeployment")).cloned();
        ids.unwrap()
    };
    assert_eq!(id(by_gate()), id(by_gate()));
    assert_ne!(id(by_gate()), id(by_gate().header("x-key")));
    assert_ne!(id(by_gate()), id(by_gate().cached(Duration::from_secs(1))));
}

/// What an authorizer's policy says nothing of would come in by a statement that allows.
#[test]
fn a_resource_policy_allows_nothing_that_a_function_decides() {
    let statements = |routes: Vec<RestApi>| {
        let app = app(routes).rest_api(RestApiOptions::new().source_ips(["203.0.113.0/24"]));
        resources(&app)["RestApi"]["Properties"]["Policy"]["Statement"].clone()
    };
    let guarded = statements(vec![RestApi::get("/orders").authorizer(by_gate())]);
    assert_eq!((guarded.as_array().unwrap().len(), &guarded[0]["Effect"]), (1, &json!("Deny")));
    let mixed = statements(vec![RestApi::get("/orders").authorizer(by_gate()), RestApi::get("/{id}")]);
    assert_eq!(mixed[0]["Resource"], json!(["execute-api:/*/GET/*"]));
}

#[test]
fn an_authorizer_names_the_key_that_meters_the_caller() {
    let plan = || UsagePlan::new("partners").key("acme");
    let options = || RestApiOptions::new().api_keys_of_authorizer().usage_plan(plan());
    let metered = app([RestApi::get("/").authorizer(by_gate()).api_key()]).rest_api(options());
    let body = &resources(&metered)["RestApi"]["Properties"]["Body"];
    assert_eq!(body["x-amazon-apigateway-api-key-source"], "AUTHORIZER");
    let found = mistakes(&app([RestApi::get("/").api_key()]).rest_api(options()));
    assert!(found.contains("no route has one and asks for a key"), "{found}");
}

#[test]
fn a_function_that_cannot_decide_is_a_mistake() {
    let guarded = || RestApi::get("/orders").authorizer(by_gate());
    let all = || RestApiOptions::new().authorizer(by_gate());
    for (app, expected) in [
        (
            App::new("A").function(hello().trigger(guarded())),
            "function `hello`: the app has no function `gate` to invoke",
        ),
        (
            App::new("A").function(hello().trigger(guarded())).function(function("gate")),
            "takes HTTP requests, and is asked",
        ),
        (
            App::new("A").function(hello().trigger(guarded())).function(gate().alias("live")),
            "is invoked by its alias: `Function::handle(\"gate\").alias()`",
        ),
        (
            App::new("A").function(gate().trigger(guarded())),
            "function `gate`: it decides who may send requests to its own route `GET /orders`",
        ),
        (
            App::new("A").function(gate().trigger(RestApi::any("/gate"))).rest_api(all()),
            "function `gate`: it decides who may send requests to its own route `ANY /gate`",
        ),
        (
            App::new("A").function(hello().trigger(RestApi::get("/"))).rest_api(all()),
            "the app has no function `gate` to invoke",
        ),
        (
            app([RestApi::get("/").authorizer(by_gate().context("routeKey"))]),
            "`routeKey` is not a variable of a REST API",
        ),
        (app([RestApi::get("/").authorizer(by_gate().query(""))]), "function `hello`: `` is not the name of"),
        (
            app([RestApi::get("/")])
                .rest_api(RestApiOptions::new().authorizer(by_gate().cached(Duration::from_secs(3_601)))),
            "up to an hour; this is 3601s",
        ),
    ] {
        let found = mistakes(&app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
