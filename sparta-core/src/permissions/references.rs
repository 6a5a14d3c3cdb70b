//! The secrets and parameters that a deployment looks up.

use std::collections::BTreeSet;

use sparta_schema::iam;

use super::{
    PermissionsMistake,
    binding::{self, By, Target},
    condition::Condition,
    required::Required,
    resolver::{ANY, Resolver},
};
use crate::iam::{Arn, split_colon};

/// What a dynamic reference begins with.
const RESOLVE: &str = "{{resolve:";

/// What CloudFormation needs to look up the secrets and parameters that a deployment refers to, in its template or in the
/// values of its parameters.
///
/// Their keys are used through their store alone, and for these alone.
///
/// # Errors
///
/// The references to what only AWS knows.
pub(super) fn of_references<'a>(
    resolver: &Resolver<'_>,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<Required, Vec<PermissionsMistake>> {
    let (mut secrets, mut parameters, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let texts = values.into_iter().map(str::to_owned).chain(texts(resolver));
    for text in texts {
        for reference in text.split(RESOLVE).skip(1).filter_map(up_to_end) {
            let (found, arn, store) = match split_colon(reference) {
                Some(("secretsmanager", secret)) => (&mut secrets, secret_arn(resolver, secret), SECRETS),
                Some(("ssm" | "ssm-secure", name)) => (&mut parameters, parameter_arn(resolver, name), PARAMETERS),
                _ => continue,
            };
            match arn.and_then(|arn| store.target(resolver, arn)) {
                Some(target) => _ = found.insert(target),
                None => _ = unknown.insert(PermissionsMistake::UnknownReference(reference.to_owned())),
            }
        }
    }
    if !unknown.is_empty() {
        return Err(unknown.into_iter().collect());
    }
    let mut required = Required::default();
    for (store, targets) in [(SECRETS, secrets), (PARAMETERS, parameters)] {
        let service = store.action.split(':').next().unwrap_or_default();
        if !targets.is_empty() {
            let via = format!("{service}.{}.amazonaws.com", resolver.region);
            let arns = targets.iter().map(|target| target.arn.clone());
            let condition = Condition::new("StringEquals", "kms:ViaService", [via]);
            let condition = condition.and("StringLike", store.context, arns);
            required.insert("kms:Decrypt", condition, [resolver.arn("kms", "key/*")].into());
        }
        for Target { arn, by } in targets {
            required.insert(store.action, by.condition(&resolver.stack), [arn].into());
        }
    }
    Ok(required)
}

/// What dynamic references are looked up in.
#[derive(Clone, Copy)]
struct Store {
    kind: &'static str,
    action: &'static str,
    /// The condition key of a key's use for one of them.
    context: &'static str,
}

const SECRETS: Store = Store {
    kind: "AWS::SecretsManager::Secret",
    action: "secretsmanager:GetSecretValue",
    context: "kms:EncryptionContext:SecretARN",
};
const PARAMETERS: Store =
    Store { kind: "AWS::SSM::Parameter", action: "ssm:GetParameters", context: "kms:EncryptionContext:PARAMETER_ARN" };

impl Store {
    /// One of them, with what binds it to the stack where its name does not; `None` where it could be another stack's.
    fn target(self, resolver: &Resolver<'_>, arn: String) -> Option<Target> {
        let (service, action) = iam::action(self.action)?;
        let kinds = || service.resources_of(action);
        if !arn.contains(ANY) || kinds().any(|kind| binding::is_bound(&resolver.stack, kind, &arn)) {
            return Some(Target { arn, by: By::Arn });
        }
        let own = resolver.template().resources().iter().filter(|(_, it)| it.resource_type() == self.kind);
        let (_, own) = own.into_iter().find(|(id, it)| resolver.own_arns(id, it).contains(&arn))?;
        let kind = kinds().next()?;
        let by = binding::of(resolver, (service, action), kind, Some(own.resource_type()), true, &arn);
        (by != By::Nothing).then_some(Target { arn, by })
    }
}

/// All texts of a template that CloudFormation looks for references in.
fn texts(resolver: &Resolver<'_>) -> Vec<String> {
    let template = resolver.template();
    let properties = template.resources().values().map(|resource| resolver.texts(resource));
    let properties = properties
        .flat_map(|texts| texts.iter().filter(|it| it.contains(RESOLVE)).map(|it| it.to_string()).collect::<Vec<_>>());
    let outputs = template.outputs().values().map(|output| resolver.text(&output.value));
    let defaults = template.parameters().values().filter_map(|parameter| parameter.default.clone());
    properties.chain(outputs).chain(defaults).collect()
}

/// A reference up to its `}}`; where three braces end it, the first one is a pseudo parameter's.
fn up_to_end(text: &str) -> Option<&str> {
    let end = text.find("}}")?;
    Some(&text[..end + usize::from(text[end..].starts_with("}}}"))])
}

/// The secret of `NAME`, `NAME:SecretString:key` or `ARN:SecretString:key`; `None` where it could be any. A name is followed
/// by six random characters.
fn secret_arn(resolver: &Resolver<'_>, reference: &str) -> Option<String> {
    if reference.starts_with("arn:") {
        let arn = Arn::parse(reference)?;
        let (kind, name) = split_colon(arn.resource)?;
        let resource = format!("{kind}:{}", before_colon(name));
        return (before_colon(name) != ANY).then(|| Arn { resource: &resource, ..arn }.to_string());
    }
    let name = before_colon(reference);
    (name != ANY).then(|| resolver.arn("secretsmanager", &format!("secret:{name}-??????")))
}

/// The parameter of `NAME` or `NAME:VERSION`; `None` where it could be any.
fn parameter_arn(resolver: &Resolver<'_>, reference: &str) -> Option<String> {
    let name = before_colon(reference).trim_start_matches('/');
    (name != ANY).then(|| resolver.arn("ssm", &format!("parameter/{name}")))
}

fn before_colon(text: &str) -> &str {
    split_colon(text).map_or(text, |(before, _)| before)
}
