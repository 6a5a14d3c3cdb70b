use std::collections::BTreeSet;

use super::{
    condition::Condition,
    needs::{Needs, NeedsMistake},
    place::{ANY, Place},
    values::leaves,
};

/// What CloudFormation needs to look up the secrets and parameters that a deployment refers to, in its template or in the
/// values of its parameters.
///
/// Their keys are used through their store alone, and for these alone.
///
/// # Errors
///
/// The references to what only AWS knows.
pub(crate) fn of_references<'a>(
    place: &Place<'_>,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<Needs, Vec<NeedsMistake>> {
    let (mut secrets, mut parameters, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let texts = values.into_iter().map(str::to_owned).chain(texts(place));
    for text in texts.filter(|text| text.contains("{{resolve:")).map(|text| PSEUDO.hide(text)) {
        for reference in text.split("{{resolve:").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)) {
            let (found, arn) = match reference.split_once(':') {
                Some(("secretsmanager", secret)) => (&mut secrets, secret_arn(secret)),
                Some(("ssm" | "ssm-secure", name)) => (&mut parameters, parameter_arn(name)),
                _ => continue,
            };
            match arn {
                Some(arn) => _ = found.insert(PSEUDO.show(&arn)),
                None => _ = unknown.insert(NeedsMistake::Reference(PSEUDO.show(reference))),
            }
        }
    }
    if !unknown.is_empty() {
        return Err(unknown.into_iter().collect());
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
    Ok(needs)
}

/// All texts of a template that CloudFormation looks for references in.
fn texts(place: &Place<'_>) -> Vec<String> {
    let template = place.template;
    let properties = template.resources().values().flat_map(leaves).map(|leaf| place.text(leaf.value));
    let outputs = template.outputs().values().map(|output| place.text(&output.value));
    let defaults = template.parameters().values().filter_map(|parameter| parameter.default.clone());
    properties.chain(outputs).chain(defaults).collect()
}

/// The colons of `${AWS::Region}` are none that part a reference.
struct Pseudo(&'static str, &'static str);

const PSEUDO: Pseudo = Pseudo("${AWS::", "${AWS\0\0");

impl Pseudo {
    fn hide(&self, text: String) -> String {
        text.replace(self.0, self.1)
    }

    fn show(&self, text: &str) -> String {
        text.replace(self.1, self.0)
    }
}

/// The secret of `NAME`, `NAME:SecretString:key` or `ARN:SecretString:key`; `None` where it could be any. A name is followed
/// by six random characters.
fn secret_arn(reference: &str) -> Option<String> {
    let parts: Vec<&str> = reference.split(':').collect();
    if parts[0] == "arn" {
        let is_any = parts.get(6).is_none_or(|name| *name == ANY);
        return (!is_any).then(|| parts[..parts.len().min(7)].join(":"));
    }
    let start = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:";
    (parts[0] != ANY).then(|| format!("{start}{}-??????", parts[0]))
}

/// The parameter of `NAME` or `NAME:VERSION`; `None` where it could be any.
fn parameter_arn(reference: &str) -> Option<String> {
    let name = reference.split(':').next().unwrap_or_default().trim_start_matches('/');
    let start = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/";
    (name != ANY).then(|| format!("{start}{name}"))
}
