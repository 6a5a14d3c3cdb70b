mod authorizers;
mod domain;

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    App, Error, Function, LambdaEvent, Request, service_fn,
    trigger::{Iam, WebSocketOptions},
};

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>(())))
}

fn chat() -> Function {
    function("chat").trigger(WebSocket::connect()).trigger(WebSocket::route("say"))
}

fn template(app: App) -> Json {
    let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
    serde_json::from_str(&template).unwrap()
}

/// The mistakes of an App, one a line.
fn mistakes(app: App) -> String {
    app.synthesize().map(drop).unwrap_err().to_string()
}

#[test]
fn all_routes_share_one_api_and_each_function_has_one_integration_and_one_permission() {
    let other = function("other").trigger(WebSocket::disconnect()).trigger(WebSocket::default_route());
    let template = template(App::new("Chat").function(chat()).function(other));
    let of = |id: &str| template["Resources"][id]["Properties"].clone();
    let api = json!({
        "Name": {"Fn::Sub": "${AWS::StackName}"},
        "ProtocolType": "WEBSOCKET",
        "RouteSelectionExpression": "$request.body.action",
    });
    assert_eq!(of("WebSocketApi"), api);
    let stage = json!({"ApiId": {"Ref": "WebSocketApi"}, "StageName": "live", "AutoDeploy": true});
    assert_eq!(of("WebSocketStage"), stage);
    for (route, key, integration, authorization) in [
        ("WebSocketConnectRoute", "$connect", "ChatWebSocketIntegration", json!("NONE")),
        ("WebSocketSayRoute", "say", "ChatWebSocketIntegration", Json::Null),
        ("WebSocketDisconnectRoute", "$disconnect", "OtherWebSocketIntegration", Json::Null),
        ("WebSocketDefaultRoute", "$default", "OtherWebSocketIntegration", Json::Null),
    ] {
        let properties = of(route);
        assert_eq!(properties["RouteKey"], key);
        assert_eq!(properties["Target"], json!({"Fn::Join": ["/", ["integrations", {"Ref": integration}]]}));
        assert_eq!(properties["AuthorizationType"], authorization, "{route}");
        assert_eq!(properties["RouteResponseSelectionExpression"], Json::Null, "{route}");
    }
    let uri =
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations";
    let uri = json!({"Fn::Sub": [uri, {"Function": {"Fn::GetAtt": ["ChatFunction", "Arn"]}}]});
    assert_eq!(of("ChatWebSocketIntegration")["IntegrationUri"], uri);
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WebSocketApi}/live/*";
    assert_eq!(of("ChatWebSocketPermission")["SourceArn"], json!({"Fn::Sub": source}));
    let url = "wss://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live";
    assert_eq!(template["Outputs"]["WebSocketUrl"]["Value"], json!({"Fn::Sub": url}));
}

#[test]
fn a_function_that_sends_has_the_address_and_may_post_to_connections_only() {
    let sends = chat().uses(WebSocket::connections().send());
    let ends = function("ends").uses(WebSocket::connections().disconnect());
    let template = template(App::new("Chat").function(sends).function(ends));
    let of = |id: &str| &template["Resources"][id]["Properties"];
    let variable = &of("ChatFunction")["Environment"]["Variables"]["WEB_SOCKET_CONNECTIONS"];
    let address = "https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live";
    assert_eq!(*variable, json!({"Fn::Sub": address}));
    for (role, method) in [("ChatRole", "POST"), ("EndsRole", "DELETE")] {
        let statements = of(role)["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        let statement = statements.iter().find(|it| it["Action"] == "execute-api:ManageConnections").unwrap();
        let all = format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{WebSocketApi}}/live/{method}/@connections/*"
        );
        assert_eq!(statement["Resource"], json!({"Fn::Sub": all}));
    }
}

/// The function knows the API, whose routes know the function, and a stage that names routes waits for them.
#[test]
fn nothing_of_it_depends_on_itself() {
    let function = chat()
        .alias("live")
        .uses(WebSocket::connections().send())
        .trigger(WebSocket::route("ask").two_way().throttle(1, 2))
        .trigger(WebSocket::default_route().two_way());
    let app = App::new("Chat").function(function).web_socket(WebSocketOptions::new().throttle(3, 4).access_logs());
    let template = template(app);
    let stage = &template["Resources"]["WebSocketStage"];
    let limits = |rate: u32, burst: u32| json!({"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst});
    assert_eq!(stage["Properties"]["DefaultRouteSettings"], limits(3, 4));
    assert_eq!(stage["Properties"]["RouteSettings"], json!({"ask": limits(1, 2)}));
    assert_eq!(stage["DependsOn"], json!(["WebSocketAskRoute"]));
    let group = json!({"Fn::GetAtt": ["WebSocketAccessLogs", "Arn"]});
    assert_eq!(stage["Properties"]["AccessLogSettings"]["DestinationArn"], group);
    let line = stage["Properties"]["AccessLogSettings"]["Format"].as_str().unwrap();
    assert!(serde_json::from_str::<Json>(line).unwrap()["connection"] == "$context.connectionId", "{line}");
    assert!(line.len() < 3 * 1024);
}

#[test]
fn an_answer_goes_back_where_a_route_says_so() {
    let template = template(App::new("Chat").function(chat().trigger(WebSocket::route("ask").two_way())));
    let of = |id: &str| &template["Resources"][id]["Properties"];
    assert_eq!(of("WebSocketAskRoute")["RouteResponseSelectionExpression"], "$default");
    let response = json!({
        "ApiId": {"Ref": "WebSocketApi"},
        "RouteId": {"Ref": "WebSocketAskRoute"},
        "RouteResponseKey": "$default",
    });
    assert_eq!(*of("WebSocketAskRouteResponse"), response);
}

#[test]
fn clients_that_sign_their_request_may_connect_where_it_says_so() {
    let function = function("chat").trigger(WebSocket::connect().authorizer(Iam));
    let template = template(App::new("Chat").function(function));
    assert_eq!(template["Resources"]["WebSocketConnectRoute"]["Properties"]["AuthorizationType"], "AWS_IAM");
}

#[test]
fn a_route_is_selected_by_what_the_options_say() {
    for selection in ["$request.body.type", "$request.body.header.kind", "${request.body.a}-${request.body.b}"] {
        let options = WebSocketOptions::new().route_selection(selection);
        let template = template(App::new("Chat").function(chat()).web_socket(options));
        let found = &template["Resources"]["WebSocketApi"]["Properties"]["RouteSelectionExpression"];
        assert_eq!(found, selection);
    }
    for selection in ["action", "$request.header.action", "$request.body.", "$request.body.a b", ""] {
        let options = WebSocketOptions::new().route_selection(selection);
        let found = mistakes(App::new("Chat").function(chat()).web_socket(options));
        assert!(found.contains(&format!("`{selection}` selects no route")), "{found}");
    }
}

#[test]
fn what_api_gateway_would_refuse_is_a_mistake() {
    for (trigger, expected) in [
        (WebSocket::route(""), "`` is not the name of a route"),
        (WebSocket::route("$say"), "`$say` is not the name of a route"),
        (WebSocket::connect().two_way(), "`$connect` has no message to answer: remove `.two_way()`"),
        (WebSocket::disconnect().two_way(), "`$disconnect` has no message to answer"),
        (WebSocket::default_route().authorizer(Iam), "remove `.authorizer(..)` from `$default`"),
        (WebSocket::route("ask").throttle(0, 1), "lets nothing through"),
    ] {
        let found = mistakes(App::new("Chat").function(function("chat").trigger(trigger)));
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let twice = App::new("Chat").function(chat()).function(function("other").trigger(WebSocket::route("say")));
    assert!(mistakes(twice).contains("the route `say` of the WebSocket API is taken by function `chat` already"));
}

#[test]
fn an_api_that_there_is_not_has_neither_options_nor_connections() {
    let plain = || App::new("Chat").function(function("chat"));
    assert!(mistakes(plain().web_socket(WebSocketOptions::new().throttle(1, 1))).contains("no function has a route"));
    let sends = App::new("Chat").function(function("chat").uses(WebSocket::connections().send()));
    let found = mistakes(sends);
    assert!(found.contains("add `.trigger(WebSocket::connect())` to the one that hears of connections"), "{found}");
    assert!(found.contains("has 1 mistake"), "{found}");
}

#[test]
fn a_function_that_may_run_for_longer_than_api_gateway_waits_is_warned_of() {
    let slow = Function::event("slow", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())))
        .timeout(std::time::Duration::from_secs(30))
        .trigger(WebSocket::default_route());
    let synthesis = App::new("Chat").function(slow).synthesize().unwrap();
    let warnings: Vec<String> = synthesis.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|it| it.contains("a WebSocket API waits for 29 s")), "{warnings:?}");
}
