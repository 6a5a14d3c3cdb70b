//! What is served of an App.

use std::time::Duration;

use serde_json::{Value, json};
use sparta_core::{
    App, Error, Function, LambdaEvent, service_fn,
    trigger::{ApiOptions, Cors, FunctionUrl, HttpApi, Iam, Jwt, LambdaAuthorizer, LoadBalancer, RestApi, TriggerExt},
};

use super::{Front, Gatekeeper, Guard, Plan, Route};

async fn nothing(_: LambdaEvent<Value>) -> Result<(), Error> {
    Ok(())
}

fn function(name: &str) -> Function {
    Function::event(name, service_fn(nothing))
}

fn plan(app: App) -> Plan {
    Plan::of(&app.synthesize().unwrap(), None, "eu-west-1")
}

fn api(options: ApiOptions) -> Plan {
    let gate =
        LambdaAuthorizer::new(Function::handle("gate")).header("x-key").query("k").cached(Duration::from_secs(60));
    let options = options
        .cors(Cors::origin("https://links.example"))
        .authorizer(Jwt::issuer("https://id.example").audience("links").scope("read"));
    let links = function("links")
        .trigger(HttpApi::get("/links/{code}"))
        .trigger(HttpApi::any("/gate").authorizer(gate))
        .trigger(HttpApi::post("/signed").authorizer(Iam))
        .trigger(HttpApi::router().open());
    plan(App::new("Links").http_api(options).function(function("gate")).function(links))
}

#[test]
fn routes_are_the_same_wherever_the_template_has_them() {
    let sorted = |plan: Plan| {
        let mut api = plan.http_api.unwrap();
        api.routes.sort_by(|one, other| one.key.cmp(&other.key));
        api
    };
    let of_resources = sorted(api(ApiOptions::new()));
    assert_eq!(of_resources, sorted(api(ApiOptions::new().routes_in_body())));
    assert_eq!(of_resources.cors.unwrap().origins, ["https://links.example"]);
    let guard = |key: &str| of_resources.routes.iter().find(|route| route.key == key).map(|route| &route.guard);
    assert_eq!(guard("$default"), Some(&Guard::Open));
    assert_eq!(guard("POST /signed"), Some(&Guard::Iam));
    let Some(Guard::Tokens(tokens)) = guard("GET /links/{code}") else { panic!("it asks for tokens") };
    assert_eq!(
        (&tokens.issuers[..], &tokens.audiences[..]),
        (&["https://id.example".to_owned()][..], &["links".to_owned()][..])
    );
    assert_eq!((&tokens.scopes[..], tokens.header.as_str()), (&["read".to_owned()][..], "Authorization"));
    let Some(Guard::Function(Gatekeeper { function, sources, seconds, is_simple, .. })) = guard("ANY /gate") else {
        panic!("a function decides")
    };
    assert_eq!((function.as_str(), *seconds, *is_simple), ("gate", 60, true));
    assert_eq!(sources[..], ["$request.header.x-key", "$request.querystring.k"]);
}

#[test]
fn variables_of_a_stage_are_those_of_the_template() {
    let variables = json!({"table": "links", "region": {"Ref": "AWS::Region"}});
    let variables = sparta_core::cfn::Value::from(variables);
    let other = variables.clone();
    let http =
        HttpApi::get("/").customize_part("HttpApiStage", move |it| it.property("StageVariables", variables.clone()));
    let rest = RestApi::get("/").customize_part("RestApiStage", move |it| it.property("Variables", other.clone()));
    let app = App::new("Links").function(function("links").trigger(http).trigger(rest));
    let plan = plan(app);
    for variables in [plan.http_api.unwrap().variables, plan.rest_api.unwrap().variables] {
        assert_eq!(json!(variables), json!({"table": "links", "region": "eu-west-1"}));
    }
}

#[test]
fn one_front_door_has_the_whole_address() {
    let listener =
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
    let url = || function("f").trigger(FunctionUrl::public());
    let rule = || url().trigger(LoadBalancer::listener(listener, 1).path("/*"));
    let rest = || rule().trigger(RestApi::get("/"));
    let http = || rest().trigger(HttpApi::get("/"));
    for (function, expected) in
        [(url(), Front::FunctionUrl), (rule(), Front::LoadBalancer), (rest(), Front::RestApi), (http(), Front::HttpApi)]
    {
        assert_eq!(plan(App::new("Doors").function(function)).front(), Some(expected));
    }
    let two = App::new("Doors").function(url()).function(function("g").trigger(FunctionUrl::public()));
    assert_eq!(plan(two).front(), None);
}

#[test]
fn what_is_not_looked_at_is_said() {
    let notes = api(ApiOptions::new()).notes;
    for expected in ["who has signed them is not looked at", "by whom is not looked at"] {
        assert!(notes.iter().any(|note| note.contains(expected)), "{notes:?}");
    }
    let open = plan(App::new("Open").function(function("f").trigger(HttpApi::get("/"))));
    assert!(open.notes.is_empty(), "{:?}", open.notes);
    let routes = open.http_api.unwrap().routes;
    assert_eq!(routes, [Route { key: "GET /".into(), function: "f".into(), guard: Guard::Open }]);
}
