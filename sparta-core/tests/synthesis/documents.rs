use sparta_core::{App, Error, Function, LogLevel, Request, delivery::Source, service_fn, trigger::HttpApi};

use sparta_test_models::{constructs::constructs, gated, load_balancer, models, rest::rest_apis, web_socket};

/// Every document of an App by its file's name, as `build` writes them.
fn documents(app: &App) -> Vec<(String, String)> {
    let synthesis = app.synthesize().unwrap();
    let pipeline = synthesis.model.pipeline().expect("the model has a pipeline");
    let pipeline = synthesis.pipeline(pipeline, Source::Connection).unwrap();
    let mut documents =
        vec![("cloudformation".to_owned(), synthesis.template.to_json()), ("pipeline".to_owned(), pipeline.to_json())];
    let environments = synthesis.model.environments().iter();
    documents.extend(environments.map(|e| (e.name().to_owned(), e.configuration().to_json())));
    documents
}

#[test]
fn a_service_with_everything_has_these_documents() {
    for (name, document) in documents(&models::everything()) {
        insta::assert_snapshot!(name, document);
    }
}

#[test]
fn services_with_every_construct_have_these_templates() {
    for app in constructs() {
        insta::assert_snapshot!(app.name(), app.synthesize().unwrap().template.to_json());
    }
}

#[test]
fn a_service_with_a_web_socket_api_has_these_documents() {
    for (name, document) in documents(&web_socket::chat()).into_iter().take(2) {
        insta::assert_snapshot!(format!("chat_{name}"), document);
    }
}

#[test]
fn services_with_rest_apis_have_these_templates() {
    for app in rest_apis() {
        insta::assert_snapshot!(app.name(), app.synthesize().unwrap().template.to_json());
    }
}

#[test]
fn services_whose_apis_are_guarded_and_have_domains_have_these_templates() {
    for app in [gated::gated(), gated::at_the_edge()] {
        insta::assert_snapshot!(app.name(), app.synthesize().unwrap().template.to_json());
    }
}

#[test]
fn a_service_behind_a_load_balancer_has_these_documents() {
    for (name, document) in documents(&load_balancer::shop()).into_iter().take(2) {
        insta::assert_snapshot!(format!("shop_{name}"), document);
    }
}

#[test]
fn the_log_level_is_in_the_template_and_nothing_else_depends_on_it() {
    let template = |level| models::everything().log_level(level).synthesize().unwrap().template.to_json();
    let (info, debug) = (template(LogLevel::Info), template(LogLevel::Debug));
    let level = |level: &str| format!("\"ApplicationLogLevel\": \"{level}\"");
    assert_eq!(info.matches(&level("INFO")).count(), 6);
    assert_eq!(info.replace(&level("INFO"), &level("DEBUG")), debug);
}

#[test]
fn a_function_can_log_at_another_level_than_the_app() {
    let function = |name| Function::http(name, service_fn(async |_: Request| Ok::<_, Error>(())));
    let noisy = function("noisy").log_level(LogLevel::Trace);
    let app = App::new("Hello").log_level(LogLevel::Warn).function(noisy).function(function("quiet"));
    let template: serde_json::Value = serde_json::from_str(&app.synthesize().unwrap().template.to_json()).unwrap();
    let level = |id: &str| &template["Resources"][id]["Properties"]["LoggingConfig"]["ApplicationLogLevel"];
    assert_eq!((level("NoisyFunction"), level("QuietFunction")), (&"TRACE".into(), &"WARN".into()));
}

#[test]
fn routes_that_differ_only_far_behind_have_ids_of_their_own() {
    let handler = service_fn(async |_: Request| Ok::<_, Error>(()));
    let route = |end: &str| HttpApi::get(format!("/{}/{end}", "x".repeat(300)));
    let function = Function::http("hello", handler).trigger(route("a")).trigger(route("b")).trigger(route("c"));
    let synthesis = App::new("Hello").function(function).synthesize().unwrap();
    let routes = synthesis.template.resources().values().filter(|r| r.resource_type() == "AWS::ApiGatewayV2::Route");
    assert_eq!(routes.count(), 3);
}
