//! When the API is deployed anew.

use serde_json::{Value as Json, json};

use super::{Iam, RestApi, RestApiOptions, function, hello, resources};
use crate::{App, Environment};

/// The logical id of the App's deployment.
fn deployment(app: &App) -> String {
    let resources = resources(app);
    let is_deployment = |(_, it): &(&String, &Json)| it["Type"] == "AWS::ApiGateway::Deployment";
    let ids: Vec<&String> = resources.as_object().unwrap().iter().filter(is_deployment).map(|(id, _)| id).collect();
    let [id] = ids[..] else { panic!("one deployment: {ids:?}") };
    assert_eq!(resources["RestApiStage"]["Properties"]["DeploymentId"], json!({"Ref": id}));
    id.clone()
}

#[test]
fn whatever_changes_the_api_is_another_deployment_and_nothing_else_is() {
    let app = || App::new("Hello").function(hello().trigger(RestApi::get("/users/{id}")));
    let first = deployment(&app());
    assert!(first.starts_with("RestApiDeployment"), "{first}");
    assert_eq!(deployment(&app()), first);
    let unchanged = [
        app().rest_api(RestApiOptions::new().throttle(1, 2).tracing()),
        app().function(function("other")),
        app().rest_api(RestApiOptions::new().stage("v1")),
    ];
    for app in unchanged {
        assert_eq!(deployment(&app), first);
    }
    let changed = [
        app().function(function("other").trigger(RestApi::get("/other"))),
        app().rest_api(RestApiOptions::new().source_ips(["203.0.113.7"])),
        app().rest_api(RestApiOptions::new().compress_from(0)),
        app().rest_api(RestApiOptions::new().authorizer(Iam)),
        app().decorate(|template, _| Ok(template.set("RestApi.Body.info.version", "2")?)),
    ];
    let mut seen = std::collections::BTreeSet::from([first]);
    for app in changed {
        assert!(seen.insert(deployment(&app)), "{seen:?}");
    }
}

#[test]
fn a_setting_in_the_api_is_another_deployment_when_its_value_changes() {
    let app = |ips: &'static str, message: &str| {
        let address = crate::settings::parameter_name("OFFICE");
        let address = crate::cfn::LogicalId::of_words([address.as_str()]).reference();
        App::new("Hello")
            .function(hello().trigger(RestApi::get("/")))
            .rest_api(RestApiOptions::new().source_ips([address]))
            .environment(Environment::new("test", [("OFFICE", ips), ("MESSAGE", message)]))
    };
    let first = deployment(&app("203.0.113.7", "hello"));
    assert_eq!(deployment(&app("203.0.113.7", "bye")), first);
    assert_ne!(deployment(&app("203.0.113.8", "hello")), first);
}

#[test]
fn parts_of_the_api_that_the_service_adds_are_deployed_with_it() {
    let app = |status: &str| {
        let response = crate::cfn::Resource::raw(
            "AWS::ApiGateway::GatewayResponse",
            json!({"ResponseType": "DEFAULT_4XX", "RestApiId": {"Ref": "RestApi"}, "StatusCode": status}),
        );
        App::new("Hello").function(hello().trigger(RestApi::get("/"))).resource("Refused", response)
    };
    let id = deployment(&app("400"));
    assert_ne!(deployment(&app("404")), id);
    assert_eq!(resources(&app("400"))[id]["DependsOn"], json!(["Refused"]));
}
