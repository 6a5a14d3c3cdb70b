mod authorizers;
mod body;
mod domain;

use std::time::Duration;

use http::Method;
use serde_json::{Value as Json, json};

use super::*;
use crate::{App, Error, Function, LambdaEvent, Request, cfn::sub, service_fn};

fn hello() -> Function {
    Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn users() -> Jwt {
    Jwt::issuer("https://id.example").audience("links")
}

/// The resources of an App.
fn resources(app: App) -> Json {
    let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
    serde_json::from_str::<Json>(&template).unwrap()["Resources"].clone()
}

fn properties(app: App, id: &str) -> Json {
    resources(app)[id]["Properties"].clone()
}

/// The mistakes of an App, one a line.
fn mistakes(app: App) -> String {
    app.synthesize().map(drop).unwrap_err().to_string()
}

#[test]
fn an_api_without_options_has_neither_cors_nor_limits_nor_logs() {
    let resources = resources(App::new("Hello").function(hello().trigger(HttpApi::get("/hello"))));
    assert_eq!(resources["HttpApi"]["Properties"]["CorsConfiguration"], Json::Null);
    let stage = json!({"ApiId": {"Ref": "HttpApi"}, "StageName": "$default", "AutoDeploy": true});
    assert_eq!(resources["HttpApiStage"]["Properties"], stage);
    let route = &resources["GetHelloRoute"]["Properties"];
    assert_eq!((&route["RouteKey"], &route["AuthorizationType"]), (&json!("GET /hello"), &Json::Null));
}

#[test]
fn cors_has_what_pages_usually_send_unless_it_says_what() {
    let of = |cors| {
        let app = App::new("Hello").function(hello().trigger(HttpApi::get("/")));
        properties(app.http_api(ApiOptions::new().cors(cors)), "HttpApi")["CorsConfiguration"].clone()
    };
    assert_eq!(
        of(Cors::origin("https://links.example")),
        json!({
            "AllowOrigins": ["https://links.example"],
            "AllowMethods": ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"],
            "AllowHeaders": ["authorization", "content-type"],
        })
    );
    let cors = Cors::origins(["https://links.example", "http://localhost:3000"])
        .method(Method::PUT)
        .header("x-id")
        .expose("x-total")
        .max_age(Duration::from_secs(600))
        .credentials();
    assert_eq!(
        of(cors),
        json!({
            "AllowOrigins": ["https://links.example", "http://localhost:3000"],
            "AllowMethods": ["PUT"],
            "AllowHeaders": ["x-id"],
            "ExposeHeaders": ["x-total"],
            "MaxAge": 600,
            "AllowCredentials": true,
        })
    );
}

#[test]
fn what_browsers_and_api_gateway_refuse_of_cors_is_a_mistake() {
    let of = |cors: Cors| cors.check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let page = || Cors::origin("https://links.example");
    for (cors, expected) in [
        (Cors::any_origin().credentials(), "credentials for every origin (`*`)"),
        (Cors::origin("https://*").credentials(), "credentials for every origin (`https://*`)"),
        (page().credentials().header("*"), "name the headers"),
        (Cors::origin("links.example"), "the origin `links.example` is not a scheme and a host"),
        (Cors::origin("https://links.example/"), "nothing behind"),
        (Cors::origin("https://links.example/app"), "nothing behind"),
        (Cors::origin("https://Links.example"), "the origin `https://Links.example`"),
        (Cors::origin("https://links.example:port"), "perhaps with a port"),
        (Cors::origins(Vec::<String>::new()), "CORS without an origin"),
        (page().method(Method::TRACE), "pages cannot be let send TRACE"),
        (page().header("x id"), "`x id` is not the name of a header"),
        (page().max_age(Duration::from_secs(86_401)), "up to a day; this is 86401s"),
        (page().max_age(Duration::from_millis(1500)), "whole seconds"),
    ] {
        assert!(of(cors).contains(expected), "{expected}");
    }
    let right = [Cors::any_origin().header("*"), Cors::origin("https://*"), Cors::origin(sub("https://${Domain}"))];
    for cors in
        right.into_iter().chain([page().credentials().max_age(Duration::ZERO), Cors::origin("tauri://localhost")])
    {
        assert_eq!(of(cors), "");
    }
}

#[test]
fn routes_with_the_same_tokens_share_an_authorizer_and_each_has_its_scopes() {
    let others = || Jwt::issuer("https://other.example").audience("links");
    let function = hello()
        .trigger(HttpApi::get("/open"))
        .trigger(HttpApi::post("/links").authorizer(users().scope("links:write")))
        .trigger(HttpApi::get("/links").authorizer(users()))
        .trigger(HttpApi::get("/other").authorizer(others()));
    let resources = resources(App::new("Links").function(function));
    let route = |id: &str| resources[id]["Properties"].clone();
    for (id, authorizer, scopes) in [
        ("PostLinksRoute", "HttpApiAuthorizer", json!(["links:write"])),
        ("GetLinksRoute", "HttpApiAuthorizer", Json::Null),
        ("GetOtherRoute", "HttpApiAuthorizer2", Json::Null),
    ] {
        let route = route(id);
        assert_eq!(route["AuthorizationType"], "JWT", "{id}");
        assert_eq!(route["AuthorizerId"], json!({"Ref": authorizer}), "{id}");
        assert_eq!(route["AuthorizationScopes"], scopes, "{id}");
    }
    let open = route("GetOpenRoute");
    assert_eq!((&open["RouteKey"], &open["AuthorizationType"]), (&json!("GET /open"), &Json::Null));
    assert_eq!(
        resources["HttpApiAuthorizer"]["Properties"],
        json!({
            "ApiId": {"Ref": "HttpApi"},
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {"Audience": ["links"], "Issuer": "https://id.example"},
            "Name": "HttpApiAuthorizer",
        })
    );
    assert_eq!(resources["HttpApiAuthorizer3"], Json::Null);
}

#[test]
fn the_apis_authorizer_is_on_each_route_that_does_not_say_otherwise() {
    let function = hello()
        .trigger(HttpApi::get("/links"))
        .trigger(HttpApi::get("/health").open())
        .trigger(HttpApi::post("/links").authorizer(users().scope("links:write")));
    let app = App::new("Links").function(function).http_api(ApiOptions::new().authorizer(users().scope("links:read")));
    let resources = resources(app);
    let of = |id: &str| &resources[id]["Properties"];
    assert_eq!(of("GetLinksRoute")["AuthorizationScopes"], json!(["links:read"]));
    assert_eq!(of("GetHealthRoute")["AuthorizationType"], "NONE");
    assert_eq!(of("PostLinksRoute")["AuthorizationScopes"], json!(["links:write"]));
}

#[test]
fn preflights_need_no_token_where_a_guarded_route_is_for_every_method() {
    let function = hello()
        .trigger(HttpApi::router())
        .trigger(HttpApi::any("/files/{path+}"))
        .trigger(HttpApi::any("/own"))
        .trigger(HttpApi::options("/own"))
        .trigger(HttpApi::any("/users/{id}"))
        .trigger(HttpApi::options("/users/{name}").open())
        .trigger(HttpApi::get("/read"));
    let options = ApiOptions::new().cors(Cors::origin("https://links.example")).authorizer(users());
    let resources = resources(App::new("Links").function(function).http_api(options));
    let routes = resources.as_object().unwrap().values().filter(|it| it["Type"] == "AWS::ApiGatewayV2::Route");
    let open = routes.map(|it| &it["Properties"]).filter(|it| it["AuthorizationType"] == "NONE");
    let mut open: Vec<&str> = open.map(|it| it["RouteKey"].as_str().unwrap()).collect();
    open.sort_unstable();
    assert_eq!(open, ["OPTIONS /", "OPTIONS /files/{path+}", "OPTIONS /users/{name}", "OPTIONS /{proxy+}"]);
}

#[test]
fn wrong_tokens_are_mistakes_with_their_remedies() {
    let of =
        |token: Jwt| Authorizer::from(token).check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let many = |count: usize| 0..count;
    for (token, expected) in [
        (Jwt::issuer("https://id.example"), "add `.audience("),
        (Jwt::issuer("https://id.example").audience(""), "the audience of its tokens is empty"),
        (Jwt::issuer("id.example").audience("a"), "issuer `id.example` is not an `https://` address"),
        (Jwt::issuer("http://id.example").audience("a"), "issuer `http://id.example`"),
        (Jwt::issuer("https://id.example/?x=1").audience("a"), "without a query"),
        (users().scope("links:read links:write"), "each has its own `.scope(...)`"),
        (many(11).fold(users(), |token, n| token.scope(format!("s{n}"))), "11 scopes, and API Gateway compares 10"),
        (many(50).fold(users(), |token, n| token.audience(format!("a{n}"))), "51 audiences"),
    ] {
        assert!(of(token).contains(expected), "{expected}");
    }
    let app = App::new("Links").function(hello().trigger(HttpApi::get("/").authorizer(Jwt::issuer("x").audience("a"))));
    assert!(mistakes(app).contains("function `hello`: the tokens' issuer `x`"));
}

#[test]
fn throttles_are_for_all_routes_and_for_one() {
    let function = hello().trigger(HttpApi::get("/a").throttle(1, 2)).trigger(HttpApi::router().throttle(3, 4));
    let app = App::new("Links").function(function).http_api(ApiOptions::new().throttle(200, 100));
    let stage = &resources(app)["HttpApiStage"];
    let limits = |rate: u32, burst: u32| json!({"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst});
    assert_eq!(stage["Properties"]["DefaultRouteSettings"], limits(200, 100));
    assert_eq!(stage["Properties"]["RouteSettings"], json!({"GET /a": limits(1, 2), "$default": limits(3, 4)}));
    // A stage that names a route before it is there fails.
    assert_eq!(stage["DependsOn"], json!(["GetARoute", "HttpApiDefaultRoute"]));
    for (rate, burst) in [(0, 1), (1, 0)] {
        let app = App::new("Links").function(hello().trigger(HttpApi::get("/").throttle(rate, burst)));
        assert!(mistakes(app).contains("lets nothing through"));
    }
}

#[test]
fn access_logs_are_json_in_a_log_group_of_their_own() {
    let app = App::new("Links").function(hello().trigger(HttpApi::get("/"))).http_api(ApiOptions::new().access_logs());
    let resources = resources(app);
    assert_eq!(resources["HttpApiAccessLogs"]["Properties"], json!({"RetentionInDays": 30}));
    let settings = &resources["HttpApiStage"]["Properties"]["AccessLogSettings"];
    assert_eq!(settings["DestinationArn"], json!({"Fn::GetAtt": ["HttpApiAccessLogs", "Arn"]}));
    let line: Json = serde_json::from_str(settings["Format"].as_str().unwrap()).unwrap();
    let values: Vec<&str> = line.as_object().unwrap().values().map(|it| it.as_str().unwrap()).collect();
    assert!(values.len() > 10 && values.iter().all(|it| it.starts_with("$context.")), "{values:?}");
}

#[test]
fn options_of_an_api_that_there_is_not_are_a_mistake() {
    let event = Function::event("hello", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let app = App::new("Hello").function(event).http_api(ApiOptions::new().throttle(1, 1));
    assert!(mistakes(app).contains("no function has a route"));
}

#[test]
fn a_router_gets_what_no_other_route_is_for() {
    let function = |name: &str| Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let app = || App::new("Hello").function(function("shop").trigger(HttpApi::router()));
    let route = properties(app(), "HttpApiDefaultRoute");
    assert_eq!(route["RouteKey"], "$default");
    assert_eq!(route["Target"], json!({"Fn::Join": ["/", ["integrations", {"Ref": "ShopHttpApiIntegration"}]]}));
    let twice = app().function(function("other").trigger(HttpApi::router()));
    assert!(mistakes(twice).contains("the route `$default` is taken by function `shop` already"));
}
