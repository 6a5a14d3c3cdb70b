use super::*;
use crate::{Authorization, AuthorizerRequest, construct::HandleMistake, trigger::LambdaAuthorizer};

fn gate() -> Function {
    let deny = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
    Function::event("gate", service_fn(deny))
}

fn by_gate() -> LambdaAuthorizer {
    LambdaAuthorizer::new(Function::handle("gate"))
}

fn app(route: HttpApi) -> App {
    App::new("Links").function(gate()).function(hello().trigger(route))
}

#[test]
fn a_function_decides_and_may_be_invoked_for_its_authorizer_only() {
    let resources = resources(app(HttpApi::get("/links").authorizer(by_gate())));
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${GateFunction.Arn}/invocations";
    assert_eq!(
        resources["HttpApiAuthorizer"]["Properties"],
        json!({
            "ApiId": {"Ref": "HttpApi"},
            "AuthorizerPayloadFormatVersion": "2.0",
            "AuthorizerResultTtlInSeconds": 0,
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": {"Fn::Sub": uri},
            "EnableSimpleResponses": true,
            "IdentitySource": ["$request.header.Authorization"],
            "Name": "HttpApiAuthorizer",
        })
    );
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/authorizers/${HttpApiAuthorizer}";
    assert_eq!(
        resources["GateHttpApiAuthorizerPermission"]["Properties"],
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::GetAtt": ["GateFunction", "Arn"]},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": source},
        })
    );
    let route = &resources["GetLinksRoute"]["Properties"];
    assert_eq!(
        (&route["AuthorizationType"], &route["AuthorizerId"]),
        (&json!("CUSTOM"), &json!({"Ref": "HttpApiAuthorizer"}))
    );
}

#[test]
fn an_alias_decides_where_the_function_has_one() {
    let app = App::new("Links")
        .function(gate().alias("live"))
        .function(hello().trigger(HttpApi::get("/links").authorizer(Function::handle("gate").alias())));
    let resources = resources(app);
    let uri = resources["HttpApiAuthorizer"]["Properties"]["AuthorizerUri"]["Fn::Sub"].as_str().unwrap();
    assert!(uri.ends_with("/functions/${GateAlias}/invocations"), "{uri}");
    assert_eq!(resources["GateHttpApiAuthorizerPermission"]["Properties"]["FunctionName"], json!({"Ref": "GateAlias"}));
}

#[test]
fn identities_and_the_form_of_answers_are_the_authorizers() {
    let of = |authorizer: LambdaAuthorizer| {
        properties(app(HttpApi::get("/links").authorizer(authorizer)), "HttpApiAuthorizer")
    };
    let all = of(by_gate().header("x-key").query("key").context("identity.sourceIp").cached(Duration::from_secs(300)));
    let sources = ["$request.header.x-key", "$request.querystring.key", "$context.identity.sourceIp"];
    assert_eq!((&all["IdentitySource"], &all["AuthorizerResultTtlInSeconds"]), (&json!(sources), &json!(300)));
    let every = of(by_gate().every_request().policies());
    assert_eq!((&every["IdentitySource"], &every["EnableSimpleResponses"]), (&Json::Null, &json!(false)));
}

#[test]
fn authorizers_of_all_kinds_are_for_one_route_or_for_all() {
    let function = hello()
        .trigger(HttpApi::get("/links"))
        .trigger(HttpApi::get("/open").open())
        .trigger(HttpApi::post("/reports").authorizer(Iam))
        .trigger(HttpApi::post("/links").authorizer(users()))
        .trigger(HttpApi::put("/links").authorizer(by_gate().cached(Duration::from_secs(1))));
    let app = App::new("Links").function(gate()).function(function);
    let resources = resources(app.http_api(ApiOptions::new().authorizer(by_gate())));
    let of = |id: &str| {
        let route = &resources[id]["Properties"];
        (route["AuthorizationType"].clone(), route["AuthorizerId"]["Ref"].clone())
    };
    // Those of single routes are made first.
    assert_eq!(of("GetLinksRoute"), (json!("CUSTOM"), json!("HttpApiAuthorizer3")));
    assert_eq!(of("GetOpenRoute"), (json!("NONE"), Json::Null));
    assert_eq!(of("PostReportsRoute"), (json!("AWS_IAM"), Json::Null));
    assert_eq!(of("PostLinksRoute"), (json!("JWT"), json!("HttpApiAuthorizer")));
    assert_eq!(of("PutLinksRoute"), (json!("CUSTOM"), json!("HttpApiAuthorizer2")));
    assert!(resources["GateHttpApiAuthorizer2Permission"].is_object());
    assert!(resources["GateHttpApiAuthorizer3Permission"].is_object());
}

#[test]
fn preflights_need_no_signature_and_no_function_either() {
    for authorizer in [Authorizer::from(Iam), by_gate().into()] {
        let options = ApiOptions::new().cors(Cors::origin("https://links.example")).authorizer(authorizer);
        let resources = resources(app(HttpApi::any("/files")).http_api(options));
        assert_eq!(resources["OptionsFilesRoute"]["Properties"]["AuthorizationType"], "NONE");
    }
}

#[test]
fn a_caller_that_iam_knows_is_let_call_one_route() {
    let arn = |route: HttpApi| {
        let statement = serde_json::to_value(crate::iam::policy_document(&[route.invoke()])).unwrap();
        let statement = &statement["Statement"][0];
        assert_eq!(statement["Action"], "execute-api:Invoke");
        statement["Resource"]["Fn::Sub"].as_str().unwrap().split(':').next_back().unwrap().to_owned()
    };
    assert_eq!(arn(HttpApi::post("/reports/{month}/x")), "${HttpApi}/$default/POST/reports/*/x");
    assert_eq!(arn(HttpApi::any("/files/{path+}")), "${HttpApi}/$default/*/files/*");
    assert_eq!(arn(HttpApi::router()), "${HttpApi}/$default/*/*");
}

#[test]
fn a_function_that_cannot_decide_is_a_mistake() {
    let http = |name| Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let guarded = || HttpApi::get("/links").authorizer(by_gate());
    for (app, expected) in [
        (
            App::new("A").function(hello().trigger(guarded())),
            "function `hello`: the app has no function `gate` to invoke",
        ),
        (
            App::new("A").function(hello().trigger(guarded())).function(http("gate")),
            "takes HTTP requests, and is asked",
        ),
        (
            App::new("A").function(hello().trigger(guarded())).function(gate().alias("live")),
            "is invoked by its alias: `Function::handle(\"gate\").alias()`",
        ),
        (
            App::new("A").function(gate().trigger(guarded())),
            "function `gate`: it decides who may send requests to its own route `GET /links`",
        ),
        (
            App::new("A")
                .function(gate().trigger(HttpApi::get("/gate")))
                .http_api(ApiOptions::new().authorizer(by_gate())),
            "function `gate`: it decides who may send requests to its own route `GET /gate`",
        ),
        (
            App::new("A")
                .function(hello().trigger(HttpApi::get("/")))
                .http_api(ApiOptions::new().authorizer(by_gate())),
            "the app has no function `gate` to invoke",
        ),
    ] {
        let mistakes = mistakes(app);
        assert!(mistakes.contains(expected), "{expected}: {mistakes}");
    }
    let app = App::new("A").function(hello().trigger(guarded())).function(http("gate"));
    let mistakes = app.validate().unwrap_err();
    let is_http =
        |problem: &Problem| matches!(problem.downcast_ref(), Some(HandleMistake::Http(name)) if name == "gate");
    assert!(mistakes.iter().any(|mistake| is_http(mistake.problem())));
}

#[test]
fn what_api_gateway_refuses_of_a_lambda_authorizer_is_a_mistake() {
    let of = |authorizer: LambdaAuthorizer| {
        Authorizer::from(authorizer).check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let seconds = Duration::from_secs;
    for (authorizer, expected) in [
        (by_gate().header("x key"), "`x key` is not the name of a header"),
        (by_gate().query(""), "`` is not the name of"),
        (by_gate().context("$context.routeKey"), "`$context.routeKey` is not"),
        (by_gate().cached(seconds(3_601)), "up to an hour; this is 3601s"),
        (by_gate().cached(Duration::from_millis(1_500)), "whole seconds"),
        (by_gate().every_request().cached(seconds(60)), "remove `.cached(...)`"),
        (by_gate().every_request().header("x-key"), "remove `.every_request()`"),
    ] {
        assert!(of(authorizer).contains(expected), "{expected}");
    }
    for right in [by_gate(), by_gate().cached(seconds(3_600)).context("routeKey"), by_gate().every_request().policies()]
    {
        assert_eq!(of(right), "");
    }
    assert!(mistakes(app(HttpApi::get("/").authorizer(by_gate().query("")))).contains("function `hello`: `` is not"));
}
