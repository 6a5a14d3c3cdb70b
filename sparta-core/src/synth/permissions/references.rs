use std::collections::BTreeSet;

use super::needs::{Condition, Needs};
use crate::cfn::Template;

/// What CloudFormation needs to look up the secrets and parameters that a deployment refers to.
///
/// Their keys are used through their store alone, and for these alone.
pub(crate) fn of_references<'a>(service: &Template, values: impl IntoIterator<Item = &'a str>) -> Needs {
    let template = service.to_compact_json();
    let texts: Vec<&str> = values.into_iter().collect();
    let (mut secrets, mut parameters) = (BTreeSet::new(), BTreeSet::new());
    for text in texts.into_iter().chain([template.as_str()]) {
        for reference in text.split("{{resolve:").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)) {
            match reference.split_once(':') {
                Some(("secretsmanager", secret)) => _ = secrets.insert(secret_arn(secret)),
                Some(("ssm" | "ssm-secure", name)) => _ = parameters.insert(parameter_arn(name)),
                _ => {}
            }
        }
    }
    let mut needs = Needs::default();
    for (action, service, context, arns) in [
        ("secretsmanager:GetSecretValue", "secretsmanager", "kms:EncryptionContext:SecretARN", secrets),
        ("ssm:GetParameters", "ssm", "kms:EncryptionContext:PARAMETER_ARN", parameters),
    ] {
        if !arns.is_empty() {
            let via = format!("{service}.${{AWS::Region}}.amazonaws.com");
            let condition = Condition::new("StringEquals", "kms:ViaService", [via]);
            let condition = condition.and("StringLike", context, arns.clone());
            let keys = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*";
            needs.insert("kms:Decrypt", condition, [keys.to_owned()].into());
        }
        needs.insert(action, None, arns);
    }
    needs
}

/// The secret of `NAME`, `NAME:SecretString:key` or `ARN:SecretString:key`. A name is followed by six random characters.
fn secret_arn(reference: &str) -> String {
    let parts: Vec<&str> = reference.split(':').collect();
    if parts[0] == "arn" {
        return parts[..parts.len().min(7)].join(":");
    }
    format!("arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:{}-??????", parts[0])
}

/// The parameter of `NAME` or `NAME:VERSION`.
fn parameter_arn(reference: &str) -> String {
    let name = reference.split(':').next().unwrap_or_default().trim_start_matches('/');
    format!("arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter/{name}")
}
