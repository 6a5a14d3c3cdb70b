//! The policies that Lambda authorizers answer with.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>.

use serde_json::Value;

use crate::serve::wildcard;

/// What a policy says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Denied,
    /// Nothing, by which it is denied.
    Silent,
}

/// What a policy says of the request with this ARN. A statement with a condition denies and does not allow: conditions are not
/// looked at.
pub(super) fn verdict(policy: &Value, arn: &str) -> Option<Verdict> {
    let statements = match &policy["Statement"] {
        Value::Array(all) => &all[..],
        one @ Value::Object(_) => std::slice::from_ref(one),
        _ => return None,
    };
    let mut verdict = Verdict::Silent;
    for statement in statements {
        let is_of = |name: &str, text: &str| texts(&statement[name]).any(|pattern| wildcard::fits(&pattern, text));
        let is_action = texts(&statement["Action"])
            .any(|pattern| wildcard::fits(&pattern.to_ascii_lowercase(), "execute-api:invoke"));
        if !is_action || !is_of("Resource", arn) {
            continue;
        }
        match statement["Effect"].as_str()? {
            "Deny" => return Some(Verdict::Denied),
            "Allow" if statement.get("Condition").is_none() => verdict = Verdict::Allowed,
            "Allow" => {}
            _ => return None,
        }
    }
    Some(verdict)
}

/// One text or several.
fn texts(value: &Value) -> impl Iterator<Item = String> + '_ {
    let all = match value {
        Value::Array(all) => &all[..],
        one => std::slice::from_ref(one),
    };
    all.iter().filter_map(|it| it.as_str().map(str::to_owned))
}
