//! What is found out without a function.

use http::Request;
use serde_json::json;

use super::{
    Api, Asked, function,
    policy::{Verdict, verdict},
    signature::Signature,
};

#[test]
fn a_policy_says_who_comes_in() {
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:local/prod/GET/orders/7";
    let statement =
        |effect: &str, resource: &str| json!({"Effect": effect, "Action": "execute-api:*", "Resource": resource});
    let all = "arn:aws:execute-api:*:*:local/prod/*";
    for (statements, expected) in [
        (json!([statement("Allow", all)]), Some(Verdict::Allowed)),
        (json!([statement("Allow", all), statement("Deny", "*/orders/*")]), Some(Verdict::Denied)),
        (json!([statement("Allow", "*/POST/*")]), Some(Verdict::Silent)),
        (json!(statement("Deny", "*")), Some(Verdict::Denied)),
        (
            json!([{"Effect": "Allow", "Action": ["s3:*", "execute-api:Invoke"], "Resource": [arn]}]),
            Some(Verdict::Allowed),
        ),
        (json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]), Some(Verdict::Silent)),
        (
            json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {}}}]),
            Some(Verdict::Silent),
        ),
        (json!([statement("Perhaps", "*")]), None),
        (json!(null), None),
    ] {
        assert_eq!(verdict(&json!({"Statement": statements}), arn), expected, "{statements}");
    }
}

#[test]
fn each_api_names_the_places_of_an_identity_in_its_own_way() {
    let (head, ()) = Request::get("/").header("x-key", "k").header("x-empty", "").body(()).unwrap().into_parts();
    let event = json!({
        "queryStringParameters": {"token": "t"},
        "stageVariables": {"v": "1"},
        "requestContext": {
            "routeKey": "GET /", "identity": {"sourceIp": "192.0.2.1"}, "http": {"method": "GET", "userAgent": "curl"},
        },
    });
    let asked = Asked { api: Api::Http, head: &head, event: &event, arn: String::new() };
    for (source, expected) in [
        ("$request.header.X-Key", Some("k")),
        ("method.request.header.x-key", Some("k")),
        ("route.request.querystring.token", Some("t")),
        ("$request.querystring.other", None),
        ("$request.header.x-empty", None),
        ("$context.routeKey", Some("GET /")),
        ("$context.httpMethod", Some("GET")),
        ("$context.identity.userAgent", Some("curl")),
        ("context.identity.sourceIp", Some("192.0.2.1")),
        ("stageVariables.v", Some("1")),
        ("$stageVariables.w", None),
    ] {
        assert_eq!(function::identity(source, &asked).as_deref(), expected, "{source}");
    }
}

#[test]
fn a_signature_has_all_its_parts() {
    let signature = "0".repeat(64);
    let whole = format!(
        "AWS4-HMAC-SHA256 Credential=KEY/20300131/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature={signature}"
    );
    for (authorization, expected) in [
        (whole.clone(), true),
        (whole.replace(", ", ","), true),
        (whole.replace("KEY", ""), false),
        (whole.replace("/aws4_request", ""), false),
        (whole.replace("=host", "=date"), false),
        (whole.replace(&signature, "0"), false),
        ("Bearer KEY".to_owned(), false),
    ] {
        let request = Request::get("/").header("authorization", &authorization).body(()).unwrap();
        assert_eq!(Signature::of(&request.into_parts().0).is_some(), expected, "{authorization}");
    }
}
