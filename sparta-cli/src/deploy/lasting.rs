//! What of a stack lasts beyond it, or lets others in: what a revert alone does not take back.

use serde::Serialize;
use serde_json::Value;

/// A resource that lets somebody in who is none of AWS's services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trust {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who it lets in.
    pub principal: String,
}

/// A resource that stays when it goes from its stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its deletion policy.
    pub policy: String,
}

/// Who the template's resources let in by their policies, other than services of AWS.
pub(crate) fn trusts(template: &Value) -> Vec<Trust> {
    let mut found = Vec::new();
    for (logical_id, kind, resource) in resources(template) {
        let mut principals = Vec::new();
        collect(&resource["Properties"], &mut principals);
        principals.sort_unstable();
        principals.dedup();
        let trust = |principal| Trust { logical_id: logical_id.to_owned(), kind: kind.to_owned(), principal };
        found.extend(principals.into_iter().map(trust));
    }
    found
}

/// The template's resources that a deletion leaves behind, snapshots included.
pub(crate) fn kept(template: &Value) -> Vec<Kept> {
    let kept = resources(template).filter_map(|(logical_id, kind, resource)| {
        let policy = resource["DeletionPolicy"].as_str().filter(|policy| *policy != "Delete")?;
        Some(Kept { logical_id: logical_id.to_owned(), kind: kind.to_owned(), policy: policy.to_owned() })
    });
    kept.collect()
}

fn resources(template: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    resources.map(|(id, resource)| (id.as_str(), resource["Type"].as_str().unwrap_or_default(), resource))
}

/// The principals in a value, at any depth, that are no services.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.get("Effect").is_some_and(|effect| effect == "Deny") => {}
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "Principal" => principals(value, found),
                    "NotPrincipal" => found.push(format!("everybody but {value}")),
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn principals(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.keys().any(|kind| matches!(kind.as_str(), "AWS" | "Federated" | "CanonicalUser")) => {
            let others = map.iter().filter(|(kind, _)| *kind != "Service");
            others.for_each(|(_, value)| principals(value, found));
        }
        Value::Object(map) if map.contains_key("Service") => {}
        Value::Array(items) => items.iter().for_each(|item| principals(item, found)),
        Value::String(text) if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") => {}
        Value::String(text) => found.push(text.clone()),
        // An intrinsic function.
        other => found.push(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_let_in_and_what_stays_is_found_in_a_template() {
        let statement = |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal}]});
        let template = json!({"Resources": {
            "Deployer": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": statement(json!({"AWS": ["arn:aws:iam::999999999999:root", {"Ref": "Friend"}]})),
            }},
            "Function": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": statement(json!({"Service": "lambda.amazonaws.com"})),
            }},
            "Ci": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": statement(json!({"Federated": "token.actions.githubusercontent.com"})),
            }},
            "Open": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": statement(json!("*"))}},
            "Tls": {"Type": "AWS::S3::BucketPolicy", "Properties": {
                "PolicyDocument": {"Statement": [{"Effect": "Deny", "Principal": "*"}]},
            }},
            "Rule": {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "events.amazonaws.com"}},
            "Partner": {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "999999999999"}},
            "Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate"},
            "Log": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Delete"},
        }});
        let found: Vec<String> =
            trusts(&template).into_iter().map(|it| format!("{} {}", it.logical_id, it.principal)).collect();
        assert_eq!(
            found,
            [
                "Ci token.actions.githubusercontent.com",
                "Deployer arn:aws:iam::999999999999:root",
                "Deployer {\"Ref\":\"Friend\"}",
                "Open *",
                "Partner 999999999999",
            ]
        );
        let kept = kept(&template);
        assert_eq!(
            (kept.len(), kept[0].logical_id.as_str(), kept[0].policy.as_str()),
            (1, "Table", "RetainExceptOnCreate")
        );
    }
}
