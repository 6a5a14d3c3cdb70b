//! HTTP APIs as a whole: their documents, and where there are many routes.

use serde_json::Value as Json;
use sparta_core::{App, delivery::Source, trigger::ApiOptions};
use sparta_test_models::apis::{guarded, in_body, many_routes};

fn template(app: &App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap().template.to_json()).unwrap()
}

fn of_type(template: &Json, kind: &str) -> usize {
    template["Resources"].as_object().unwrap().values().filter(|it| it["Type"] == kind).count()
}

#[test]
fn guarded_apis_have_these_templates() {
    for app in [guarded(), in_body()] {
        insta::assert_snapshot!(app.name(), app.synthesize().unwrap().template.to_json());
    }
}

/// What CloudFormation may do for one environment of a pipeline, as text.
fn role(app: &App, environment: &str) -> String {
    let synthesis = app.synthesize().unwrap();
    let pipeline = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
    let document: Json = serde_json::from_str(&pipeline.to_json()).unwrap();
    let start = format!("{environment}CloudFormation");
    let resources = document["Resources"].as_object().unwrap().iter();
    resources.filter(|(id, _)| id.starts_with(&start)).map(|(_, it)| it.to_string()).collect()
}

#[test]
fn a_pipeline_may_change_the_records_of_its_domain_and_read_its_truststore_alone() {
    let role = role(&guarded(), "Test");
    assert!(role.contains(":route53:::hostedzone/Z0123456789ABCDEFGHIJ") && !role.contains(":hostedzone/*"), "{role}");
    for name in ["test.orders.example", "_*.test.orders.example"] {
        let key = format!(r#""route53:ChangeResourceRecordSetsNormalizedRecordNames":"{name}""#);
        assert!(role.contains(&key), "{role}");
    }
    assert!(role.contains(":s3:::orders-certificates/authorities.pem"), "{role}");
}

/// What IAM takes of a policy, without the white space that it does not count.
fn characters(policy: &Json) -> usize {
    serde_json::to_string(policy).unwrap().chars().filter(|c| !c.is_whitespace()).count()
}

#[test]
fn an_app_with_400_routes_and_60_functions_is_one_template_within_all_limits() {
    let app = many_routes();
    let synthesis = app.synthesize().unwrap();
    let json = synthesis.template.to_json();
    let of_app = template(&app);
    let resources = of_app["Resources"].as_object().unwrap();
    assert!(resources.len() < 500, "{}", resources.len());
    assert!(json.len() < 1_000_000, "{}", json.len());
    assert_eq!(of_type(&of_app, "AWS::Lambda::Function"), 60);
    let body = &resources["HttpApiWithRoutes"]["Properties"]["Body"];
    assert_eq!(body["paths"].as_object().unwrap().len(), 400);
    assert_eq!(body["components"]["x-amazon-apigateway-integrations"].as_object().unwrap().len(), 60);
    let warnings: Vec<String> = synthesis.warnings().iter().map(ToString::to_string).collect();
    let [moved, routes] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(moved.contains("no room for its routes") && moved.contains("routes_in_body()"), "{moved}");
    assert!(routes.contains("it has 400 routes") && routes.contains("until the quota"), "{routes}");

    let pipeline = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
    let pipeline: Json = serde_json::from_str(&pipeline.to_json()).unwrap();
    let pipeline = pipeline["Resources"].as_object().unwrap();
    let mut policies = 0;
    for (id, resource) in pipeline {
        let properties = &resource["Properties"];
        match resource["Type"].as_str().unwrap() {
            "AWS::IAM::ManagedPolicy" => {
                policies += 1;
                let size = characters(&properties["PolicyDocument"]);
                assert!(size <= 6_144, "{id}: {size}");
            }
            "AWS::IAM::Role" => {
                let attached = properties["ManagedPolicyArns"].as_array().map_or(0, Vec::len);
                let inline = properties["Policies"].as_array().into_iter().flatten();
                let inline: usize = inline.map(|policy| characters(&policy["PolicyDocument"])).sum();
                assert!(inline <= 10_240 && attached <= 10, "{id}: {inline}, {attached}");
            }
            _ => {}
        }
    }
    assert!(policies >= 2, "{policies}");
}

#[test]
fn an_app_that_says_where_its_routes_are_is_not_warned_and_stays_the_same() {
    let app = many_routes().http_api(ApiOptions::new().routes_in_body());
    let warnings: Vec<String> = app.synthesize().unwrap().warnings().iter().map(ToString::to_string).collect();
    let [routes] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(routes.contains("it has 400 routes"), "{routes}");
    assert_eq!(template(&app), template(&many_routes()));
}
