use serde_json::json;

use super::*;

fn written(authorization: Authorization) -> Value {
    serde_json::to_value(authorization).unwrap()
}

/// What is answered to the event of an API with this ARN.
fn answered(authorization: &Authorization, name: &str, arn: &str) -> Value {
    let event = json!({"type": "REQUEST", name: arn, "headers": {}}).to_string();
    let asked = Asked::for_answer::<Authorization>(event.as_bytes()).unwrap();
    serde_json::to_value(Answer(authorization, &asked)).unwrap()
}

fn policy(effect: &str, resource: Value) -> Value {
    let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

const METHOD: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders/7";
const CONNECT: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/live/$connect";
const ROUTE: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/GET/orders";

#[test]
fn an_answer_is_of_the_simple_form_by_itself() {
    assert_eq!(written(Authorization::deny()), json!({"isAuthorized": false}));
    let allowed = Authorization::allow().context("name", "ada").context("roles", vec!["admin"]).context("age", 36);
    let context = json!({"name": "ada", "roles": ["admin"], "age": 36});
    let expected = json!({"isAuthorized": true, "context": context});
    assert_eq!(answered(&allowed, "routeArn", ROUTE), expected);
    assert_eq!(written(allowed), expected);
}

#[test]
fn an_answer_with_a_principal_or_arns_is_a_policy() {
    for (answer, principal, document) in [
        (Authorization::allow().principal("ada"), "ada", policy("Allow", json!(["*"]))),
        (Authorization::deny().principal("eve").on(ROUTE), "eve", policy("Deny", json!([ROUTE]))),
        (Authorization::allow().on(ROUTE).on("arn:x"), "caller", policy("Allow", json!([ROUTE, "arn:x"]))),
    ] {
        assert_eq!(written(answer.clone()), json!({"principalId": principal, "policyDocument": document}));
        assert_eq!(written(answer.context("a", 1))["context"], json!({"a": 1}));
    }
    let answer = answered(&Authorization::allow().principal("ada"), "routeArn", ROUTE);
    let stage = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/*";
    assert_eq!(answer["policyDocument"], policy("Allow", json!([stage])));
}

#[test]
fn rest_apis_and_web_socket_apis_get_policies_that_count_for_their_stage() {
    for (arn, stage) in [(METHOD, "prod"), (CONNECT, "live")] {
        let all = json!([format!("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/{stage}/*")]);
        for (answer, effect) in [(Authorization::allow(), "Allow"), (Authorization::deny(), "Deny")] {
            let expected = json!({"principalId": "caller", "policyDocument": policy(effect, all.clone())});
            assert_eq!(answered(&answer, "methodArn", arn), expected);
        }
        let one = answered(&Authorization::allow().principal("ada").on(arn), "methodArn", arn);
        assert_eq!(one, json!({"principalId": "ada", "policyDocument": policy("Allow", json!([arn]))}));
    }
}

#[test]
fn a_rest_api_gets_a_context_of_plain_values_and_the_key_of_a_usage_plan() {
    let answer = Authorization::allow()
        .context("name", "ada")
        .context("age", 36)
        .context("roles", vec!["admin"])
        .context("nobody", Value::Null)
        .usage_identifier_key("k-1");
    let whole = answered(&answer, "methodArn", METHOD);
    assert_eq!(whole["context"], json!({"name": "ada", "age": 36, "roles": "[\"admin\"]"}));
    assert_eq!(whole["usageIdentifierKey"], "k-1");
    let simple = answered(&answer, "routeArn", ROUTE);
    assert_eq!((&simple["context"]["roles"], &simple["usageIdentifierKey"]), (&json!(["admin"]), &Value::Null));
}

#[test]
fn only_answers_of_this_type_are_looked_at() {
    assert!(Asked::for_answer::<Value>(b"{}").is_none());
    assert!(Asked::for_answer::<Authorization>(b"not JSON").is_some_and(|asked| asked.method_arn.is_none()));
}
