//! What is refused of routes, and what is warned of.

use std::time::Duration;

use serde_json::json;

use super::{RestApi, function, hello, mistakes};
use crate::{App, Function};

#[test]
fn what_api_gateway_refuses_of_a_route_is_a_mistake() {
    for (route, expected) in [
        (RestApi::get("users"), "the path `users` is not a route of a REST API"),
        (RestApi::get("/users/"), "the path `/users/`"),
        (RestApi::get("/a~b"), "the path `/a~b`"),
        (RestApi::get("/{path+}/x"), "the path `/{path+}/x`"),
        (RestApi::get("/x{id}"), "the path `/x{id}`"),
        (RestApi::get("/{id}/{id}"), "has two parameters `id`"),
        (RestApi::get("/").required_header("x tenant"), "`x tenant` is not the name of a header"),
        (RestApi::get("/").required_query("a&b"), "`a&b` is not the name of a parameter"),
        (RestApi::get("/").body_schema("Link", json!({})), "requests of the method GET have no body"),
        (RestApi::put("/").body_schema("-", json!({})), "the schema of its body needs a name"),
        (RestApi::any("/").throttle(1, 2), "write a route for each method"),
        (RestApi::get("/").throttle(0, 2), "lets nothing through"),
        (RestApi::get("/").timeout(Duration::from_millis(49)), "for 50 ms to 300s; this is 49ms"),
        (RestApi::get("/").timeout(Duration::from_secs(301)), "for 50 ms to 300s; this is 301s"),
        (RestApi::get("/").stream().timeout(Duration::from_secs(901)), "for 50 ms to 900s; this is 901s"),
    ] {
        let found = mistakes(&App::new("Hello").function(hello().trigger(route)));
        assert!(found.contains(&format!("function `hello`: {expected}")) || found.contains(expected), "{found}");
    }
}

#[test]
fn a_route_is_one_functions() {
    let app = |first: RestApi, second: RestApi| {
        App::new("Hello").function(hello().trigger(first)).function(function("other").trigger(second))
    };
    let found = mistakes(&app(RestApi::get("/{id}"), RestApi::get("/{id}")));
    assert!(
        found.contains("the REST API's route `GET /{}`, whatever its parameters are called, is taken by"),
        "{found}"
    );
    let found = mistakes(&app(RestApi::router(), RestApi::router()));
    assert!(found.contains("the REST API's router is taken by function `hello` already"), "{found}");
    let found = mistakes(&app(RestApi::router(), RestApi::any("/{proxy+}")));
    assert!(found.contains("function `other`: the REST API's route `ANY /{proxy+}` is there already"), "{found}");
    app(RestApi::get("/{id}"), RestApi::post("/{id}")).check().unwrap();
}

#[test]
fn parameters_in_one_place_have_one_name() {
    let app = |first: &str, second: &str| {
        let other = function("other").trigger(RestApi::post(second));
        App::new("Hello").function(hello().trigger(RestApi::get(first))).function(other)
    };
    for (first, second) in [
        ("/{id}", "/{name}"),
        ("/users/{id}/posts", "/users/{name}"),
        ("/{path+}", "/{id}"),
        ("/{a}/x/{b}", "/{a}/x/{c}/d"),
    ] {
        let found = mistakes(&app(first, second));
        let (first, second) = if first < second { (first, second) } else { (second, first) };
        let expected = format!("routes `{first}` and `{second}` have different parameters in one place");
        assert!(found.contains(&expected), "{found}");
    }
    for (first, second) in [("/users/{id}", "/posts/{name}"), ("/{id}", "/{id}/posts"), ("/users/all", "/users/{id}")] {
        app(first, second).check().unwrap();
    }
}

#[test]
fn who_waits_shorter_than_the_function_runs_is_warned() {
    let of = |function: Function| {
        let warnings = App::new("Hello").function(function).synthesize().unwrap().warnings();
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let slow = || hello().timeout(Duration::from_secs(60));
    assert!(
        of(slow().trigger(RestApi::get("/")))
            .contains("it may run for 60 s, and the REST API waits for an answer for 29 s")
    );
    assert!(
        of(slow().trigger(RestApi::get("/").timeout(Duration::from_secs(60)))).contains("the account's quota of 29 s")
    );
    assert_eq!(of(slow().trigger(RestApi::get("/").stream())), "");
}
