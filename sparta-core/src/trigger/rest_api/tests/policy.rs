//! Who may call the API, by its policy.

use serde_json::{Value as Json, json};

use super::{Iam, RestApi, RestApiOptions, hello, resources};
use crate::{App, Function};

/// The policy of an API with these options and routes.
fn policy(options: RestApiOptions, routes: impl IntoIterator<Item = RestApi>) -> Json {
    let function = routes.into_iter().fold(hello(), Function::trigger);
    let app = App::new("Hello").function(function).rest_api(options);
    resources(&app)["RestApi"]["Properties"]["Policy"]["Statement"].clone()
}

fn allow(principal: Json, resource: Json) -> Json {
    json!({"Effect": "Allow", "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource})
}

fn deny(condition: Json) -> Json {
    let all = "execute-api:/*";
    json!({"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": all, "Condition": condition})
}

#[test]
fn an_api_without_limits_has_no_policy() {
    assert_eq!(policy(RestApiOptions::new().throttle(1, 1), [RestApi::get("/")]), Json::Null);
}

#[test]
fn a_private_api_is_reached_through_its_endpoints_alone() {
    let options = || RestApiOptions::new().private(["vpce-0a", "vpce-1b"]);
    assert_eq!(
        policy(options().source_ips(["10.0.0.0/8"]), [RestApi::get("/")]),
        json!([
            allow("*".into(), "execute-api:/*".into()),
            deny(json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-0a", "vpce-1b"]}})),
            deny(json!({"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}})),
        ])
    );
    let api = resources(&App::new("Hello").function(hello().trigger(RestApi::get("/"))).rest_api(options()));
    let api = &api["RestApi"]["Properties"];
    assert_eq!(api["EndpointConfiguration"], json!({"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0a", "vpce-1b"]}));
    assert_eq!(api["Parameters"], json!({"endpointConfigurationTypes": "PRIVATE"}));
}

#[test]
fn a_policy_lets_nobody_call_a_signed_route_who_has_no_permission_of_its_own() {
    let ips = || RestApiOptions::new().source_ips(["203.0.113.0/24"]);
    let only = || deny(json!({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}));
    assert_eq!(policy(ips().authorizer(Iam), [RestApi::get("/")]), json!([only()]));
    let routes = [RestApi::get("/users/{id}").authorizer(Iam), RestApi::get("/open/{path+}"), RestApi::any("/any")];
    assert_eq!(
        policy(ips(), routes),
        json!([allow("*".into(), json!(["execute-api:/*/*/any", "execute-api:/*/GET/open/*"])), only()])
    );
    let account = json!({"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::222222222222:root"}]});
    let options = RestApiOptions::new().account("222222222222").authorizer(Iam);
    assert_eq!(
        policy(options, [RestApi::get("/"), RestApi::get("/open").open()]),
        json!([allow("*".into(), json!(["execute-api:/*/GET/open"])), allow(account, json!(["execute-api:/*/GET/"])),])
    );
}
