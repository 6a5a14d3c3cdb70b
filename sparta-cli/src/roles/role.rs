//! Roles as people and machines read them.

use serde::Serialize;
use serde_json::Value as Json;
use sparta_core::{
    delivery::DeploymentRole,
    iam::{Statement, policy_document},
};

/// What CloudFormation may do in one environment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Role {
    environment: String,
    stack: String,
    policy: Json,
}

impl Role {
    pub(crate) fn of(role: &DeploymentRole) -> Self {
        Self { environment: role.environment.clone(), stack: role.stack.clone(), policy: policy(&role.statements) }
    }

    /// Rows of environment, actions and resources, one for each statement.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        let row = |statement: &Json| {
            let actions = wrapped(&texts(&statement["Action"]));
            let mut on = texts(&statement["Resource"]);
            on.extend(conditions(&statement["Condition"]));
            vec![self.environment.clone(), actions.join("\n"), on.join("\n")]
        };
        self.policy["Statement"].as_array().into_iter().flatten().map(row).collect()
    }
}

/// A policy with plain texts in place of intrinsic functions.
pub(crate) fn policy(statements: &[Statement]) -> Json {
    plain(&serde_json::to_value(policy_document(statements)).unwrap_or_default())
}

fn plain(value: &Json) -> Json {
    match value {
        Json::Object(map) => match (map.get("Fn::Sub"), map.get("Ref")) {
            (Some(Json::String(text)), _) => Json::String(text.clone()),
            (_, Some(Json::String(name))) => Json::String(format!("${{{name}}}")),
            _ => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        },
        Json::Array(items) => items.iter().map(plain).collect(),
        plain => plain.clone(),
    }
}

fn texts(one_or_many: &Json) -> Vec<String> {
    match one_or_many {
        Json::String(one) => vec![one.clone()],
        Json::Array(many) => many.iter().filter_map(|text| Some(text.as_str()?.to_owned())).collect(),
        _ => Vec::new(),
    }
}

fn conditions(condition: &Json) -> Vec<String> {
    let operators = condition.as_object().into_iter().flatten();
    let lines = operators.flat_map(|(operator, keys)| {
        let where_set = if operator.ends_with("IfExists") { ", where it is set" } else { "" };
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| format!("if {key} is {}{where_set}", texts(values).join(" or ")))
    });
    lines.collect()
}

/// Several to a line, as far as they fit.
fn wrapped(actions: &[String]) -> Vec<String> {
    const WIDTH: usize = 72;
    let mut lines: Vec<String> = Vec::new();
    for action in actions {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + action.len() <= WIDTH => *line = format!("{line}, {action}"),
            _ => lines.push(action.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::conditions;

    #[test]
    fn a_condition_that_holds_without_its_key_says_so() {
        let condition = json!({
            "StringEquals": { "iam:PassedToService": ["lambda.amazonaws.com", "events.amazonaws.com"] },
            "StringEqualsIfExists": { "aws:ResourceTag/app": "Orders" },
        });
        assert_eq!(
            conditions(&condition),
            [
                "if iam:PassedToService is lambda.amazonaws.com or events.amazonaws.com",
                "if aws:ResourceTag/app is Orders, where it is set",
            ]
        );
    }
}
