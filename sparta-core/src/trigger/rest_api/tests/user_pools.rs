use super::*;
use crate::{cfn::LogicalId, cfn::get_att, trigger::UserPool};

const POOL: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3d4e";

fn users() -> UserPool {
    UserPool::new(POOL)
}

#[test]
fn tokens_of_a_pool_are_looked_at_by_api_gateway_and_routes_have_scopes_of_their_own() {
    let body = definition([
        RestApi::get("/orders").authorizer(users()),
        RestApi::post("/orders").authorizer(users().scope("shop/write").scope("shop/admin")),
        RestApi::get("/staff").authorizer(users().provider(get_att(&LogicalId::of_words(["Staff"]), "Arn"))),
    ]);
    let schemes = &body["components"]["securitySchemes"];
    let scheme = json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
    });
    assert_eq!(schemes["RestApiAuthorizer"], scheme);
    let pools = &schemes["RestApiAuthorizer2"]["x-amazon-apigateway-authorizer"]["providerARNs"];
    assert_eq!(*pools, json!([POOL, {"Fn::GetAtt": ["Staff", "Arn"]}]));
    let security = |path: &str, method: &str| body["paths"][path][method]["security"].clone();
    assert_eq!(security("/orders", "get"), json!([{"RestApiAuthorizer": []}]));
    assert_eq!(security("/orders", "post"), json!([{"RestApiAuthorizer": ["shop/write", "shop/admin"]}]));
    assert_eq!(security("/staff", "get"), json!([{"RestApiAuthorizer2": []}]));
}

#[test]
fn a_pool_guards_all_routes_and_a_resource_policy_has_to_allow_them() {
    let function = hello().trigger(RestApi::get("/orders")).trigger(RestApi::post("/reports").authorizer(Iam));
    let options = RestApiOptions::new().authorizer(users().scope("shop/read")).source_ips(["203.0.113.0/24"]);
    let resources = resources(&App::new("Hello").function(function).rest_api(options));
    let api = &resources["RestApi"]["Properties"];
    let security = &api["Body"]["paths"]["/orders"]["get"]["security"];
    assert_eq!(*security, json!([{"RestApiAuthorizer": ["shop/read"]}]));
    let allowed = &api["Policy"]["Statement"][0];
    assert_eq!((&allowed["Effect"], &allowed["Resource"]), (&json!("Allow"), &json!(["execute-api:/*/GET/orders"])));
}

#[test]
fn what_api_gateway_refuses_of_a_pool_is_a_mistake() {
    for (pool, expected) in [
        (UserPool::new("eu-west-1_a1b2c3d4e"), "function `hello`: `eu-west-1_a1b2c3d4e` is not the ARN of a user pool"),
        (
            users().provider("arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/x"),
            "is not the ARN of a user pool",
        ),
        (users().scope("read write"), "`read write` is not one scope"),
        (users().scope(""), "`` is not one scope"),
    ] {
        let app = App::new("Hello").function(hello().trigger(RestApi::get("/").authorizer(pool)));
        let found = mistakes(&app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
