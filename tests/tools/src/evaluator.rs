use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::npm;
use crate::venv::{Tools, Venv};

/// A call of AWS, with the policies that decide on it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who calls: the ARN of a role's session, or a service such as `lambda.amazonaws.com`.
    pub principal: String,
    /// What is called: `s3:GetObject`.
    pub action: String,
    /// The ARN of what it is called on.
    pub resource: String,
    /// The account that holds it.
    pub account: String,
    /// What else IAM knows of the call, by condition key.
    pub context: BTreeMap<String, String>,
    /// The caller's own policies.
    pub policies: Vec<Value>,
    /// The caller's permissions boundary.
    pub boundary: Option<Value>,
    /// The policy of the resource, which for a role is its trust policy.
    pub resource_policy: Option<Value>,
}

/// What IAM says to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed.
    Allowed,
    /// It is denied, by these policies.
    Denied(String),
}

const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("../iam-simulate/package.json")),
    ("package-lock.json", include_str!("../iam-simulate/package-lock.json")),
    ("simulate.mjs", include_str!("../iam-simulate/simulate.mjs")),
];

/// What IAM says to each of these calls, by an evaluator that knows all of its actions, ARNs and condition keys.
///
/// A condition key that IAM does not have for a call is not there for it, whatever `context` says.
///
/// # Panics
///
/// At an action that does not exist, an ARN that the action is not about, and a policy that IAM would refuse.
pub fn evaluate(calls: &[Call]) -> Vec<Verdict> {
    let venv = Venv::ready(Tools::Node);
    let mut command = Command::new(npm::node(&venv));
    command
        .arg(npm::installed("iam-simulate", &FILES).join("simulate.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut process = command.spawn().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let simulations: Vec<Value> = calls.iter().map(simulation).collect();
    let mut input = process.stdin.take().expect("it is piped");
    input.write_all(Value::from(simulations).to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{command:?} failed with {}", output.status);
    let verdicts: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it writes JSON");
    assert_eq!(verdicts.len(), calls.len());
    calls.iter().zip(&verdicts).map(|(call, verdict)| read(call, verdict)).collect()
}

fn read(call: &Call, verdict: &Value) -> Verdict {
    match verdict["result"].as_str() {
        Some("Allowed") => Verdict::Allowed,
        Some("ExplicitlyDenied" | "ImplicitlyDenied") => Verdict::Denied(verdict["reasons"].to_string()),
        _ => panic!("{} on {} cannot be evaluated: {verdict}", call.action, call.resource),
    }
}

fn simulation(call: &Call) -> Value {
    for policy in call.policies.iter().chain(&call.boundary).chain(&call.resource_policy) {
        let is_empty = policy["Statement"].as_array().is_some_and(Vec::is_empty);
        assert!(!is_empty, "{}: IAM refuses a policy without statements", call.principal);
    }
    let policies = call.policies.iter().enumerate();
    let policies: Vec<Value> =
        policies.map(|(number, policy)| json!({"name": format!("policy {number}"), "policy": policy})).collect();
    let mut simulation = json!({
        "request": {
            "principal": call.principal,
            "action": call.action,
            "resource": {"resource": call.resource, "accountId": call.account},
            "contextVariables": call.context,
        },
        "identityPolicies": policies,
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    });
    if let Some(policy) = &call.boundary {
        simulation["permissionBoundaryPolicies"] = json!([{"name": "boundary", "policy": policy}]);
    }
    if let Some(policy) = &call.resource_policy {
        simulation["resourcePolicy"] = policy.clone();
    }
    simulation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: &str, resource: &str) -> Call {
        let policy = |action: &str| {
            let allow = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
            json!({"Version": "2012-10-17", "Statement": [allow]})
        };
        Call {
            principal: "arn:aws:sts::123456789012:assumed-role/builder/session".to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            account: "123456789012".to_owned(),
            context: BTreeMap::new(),
            policies: vec![policy("*")],
            boundary: Some(policy("s3:*")),
            resource_policy: None,
        }
    }

    #[test]
    fn a_boundary_takes_from_what_a_policy_gives() {
        let verdicts = evaluate(&[
            call("s3:GetObject", "arn:aws:s3:::bucket/key"),
            call("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:queue"),
            call("apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/apis/a1b2c3"),
        ]);
        assert_eq!(verdicts[0], Verdict::Allowed);
        assert!(matches!(&verdicts[1], Verdict::Denied(reasons) if reasons.contains("pb")), "{verdicts:?}");
        assert!(matches!(&verdicts[2], Verdict::Denied(_)), "{verdicts:?}");
    }

    #[test]
    #[should_panic = "s3:ReadObject on arn:aws:s3:::bucket/key cannot be evaluated"]
    fn an_action_that_does_not_exist_is_no_verdict() {
        evaluate(&[call("s3:ReadObject", "arn:aws:s3:::bucket/key")]);
    }
}
