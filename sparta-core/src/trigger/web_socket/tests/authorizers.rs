use std::time::Duration;

use super::*;
use crate::{Authorization, AuthorizerRequest, trigger::LambdaAuthorizer};

fn gate() -> Function {
    let deny = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
    Function::event("gate", service_fn(deny))
}

fn by_gate() -> LambdaAuthorizer {
    LambdaAuthorizer::new(Function::handle("gate"))
}

fn app(authorizer: impl Into<WebSocketAuthorizer>) -> App {
    let connect = WebSocket::connect().authorizer(authorizer);
    App::new("Chat").function(gate()).function(function("chat").trigger(connect).trigger(WebSocket::route("say")))
}

#[test]
fn a_function_decides_who_may_connect_and_may_be_invoked_for_its_authorizer_only() {
    let template = template(app(by_gate().query("token").header("x-tenant").context("identity.sourceIp")));
    let of = |id: &str| &template["Resources"][id]["Properties"];
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${GateFunction.Arn}/invocations";
    let sources = ["route.request.querystring.token", "route.request.header.x-tenant", "context.identity.sourceIp"];
    let authorizer = json!({
        "ApiId": {"Ref": "WebSocketApi"},
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": {"Fn::Sub": uri},
        "IdentitySource": sources,
        "Name": "WebSocketAuthorizer",
    });
    assert_eq!(*of("WebSocketAuthorizer"), authorizer);
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WebSocketApi}/authorizers/${WebSocketAuthorizer}";
    let permission = json!({
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["GateFunction", "Arn"]},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": source},
    });
    assert_eq!(*of("GateWebSocketAuthorizerPermission"), permission);
    let route = of("WebSocketConnectRoute");
    let guarded = (&json!("CUSTOM"), &json!({"Ref": "WebSocketAuthorizer"}));
    assert_eq!((&route["AuthorizationType"], &route["AuthorizerId"]), guarded);
    assert_eq!(of("WebSocketSayRoute")["AuthorizationType"], Json::Null);
}

#[test]
fn the_header_authorization_says_who_connects_unless_something_else_does() {
    let sources = |authorizer: LambdaAuthorizer| {
        template(app(authorizer))["Resources"]["WebSocketAuthorizer"]["Properties"]["IdentitySource"].clone()
    };
    assert_eq!(sources(by_gate()), json!(["route.request.header.Authorization"]));
    // Policies are the only form of answers there.
    assert_eq!(sources(by_gate().every_request().policies()), Json::Null);
}

#[test]
fn what_api_gateway_would_refuse_of_who_may_connect_is_a_mistake() {
    let seconds = Duration::from_secs;
    for (app, expected) in [
        (app(by_gate().query("")), "function `chat`: `` is not the name of"),
        (app(by_gate().query("token").cached(seconds(60))), "keeps no answers: remove `.cached(...)`"),
        (
            App::new("A").function(function("chat").trigger(WebSocket::connect().authorizer(by_gate()))),
            "the app has no function `gate`",
        ),
        (
            App::new("A").function(gate().trigger(WebSocket::connect().authorizer(by_gate()))),
            "function `gate`: it decides who may send requests to its own route `$connect`",
        ),
        (
            App::new("A")
                .function(gate())
                .function(function("chat").trigger(WebSocket::route("say").authorizer(by_gate()))),
            "remove `.authorizer(..)` from `say`",
        ),
    ] {
        let found = mistakes(app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn one_function_decides_for_three_apis() {
    use crate::trigger::{HttpApi, RestApi};
    let api = function("api")
        .trigger(HttpApi::get("/").authorizer(by_gate()))
        .trigger(RestApi::get("/").authorizer(by_gate()))
        .trigger(WebSocket::connect().authorizer(by_gate()));
    let template = template(App::new("All").function(gate()).function(api));
    for permission in ["HttpApiAuthorizer", "RestApiAuthorizer", "WebSocketAuthorizer"] {
        let id = format!("Gate{permission}Permission");
        assert_eq!(template["Resources"][&id]["Type"], "AWS::Lambda::Permission", "{id}");
    }
}
