//! What bounds the roles of a service.

use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    PermissionsMistake,
    condition::Condition,
    overrides,
    principals::{self, Principals},
    required::Required,
    resolver::{ANY, Resolver, is_unknown},
    size::{MANAGED, size},
    values::{alternatives, is_optional},
};
use crate::{
    cfn::{LogicalId, Resource, Value},
    contract::PERMISSIONS_BOUNDARY as BOUNDARY,
    iam::{Arn, Statement},
};

/// The most that a role of a service may ever do: what the roles of its template may do, taken together.
#[derive(Debug)]
pub(crate) struct Boundary {
    pub(crate) statements: Vec<Statement>,
}

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

impl Boundary {
    /// The boundary of all roles and users of a template; `None` where it has none.
    ///
    /// # Errors
    ///
    /// Why there cannot be one.
    pub(super) fn of(resolver: &Resolver<'_>) -> Result<Option<Self>, Vec<PermissionsMistake>> {
        let attached = attached_policies(resolver);
        let mut found = Found { resolver, allowed: Required::default(), mistakes: BTreeSet::new() };
        let mut identities = 0;
        for (id, resource) in resolver.template.resources() {
            match resource.resource_type() {
                "AWS::IAM::Role" | "AWS::IAM::User" => {
                    identities += 1;
                    found.identity(id, resource);
                }
                MANAGED_POLICY if !attached.contains(id.as_str()) && !is_for_somebody(resource) => {}
                "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | MANAGED_POLICY => {
                    found.policy(id, resource);
                }
                _ => {}
            }
            if is_about_groups(resolver, resource) {
                found.mistakes.insert(PermissionsMistake::Group { resource: id.to_string() });
            }
        }
        let statements = found.allowed.statements();
        let size = size(&statements);
        if size > MANAGED {
            let stack = resolver.stack.to_owned();
            found.mistakes.insert(PermissionsMistake::BoundaryTooLarge { stack, characters: size });
        }
        match found.mistakes.is_empty() {
            true => Ok((identities > 0).then_some(Self { statements })),
            false => Err(found.mistakes.into_iter().collect()),
        }
    }
}

fn is_about_groups<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> bool {
    const GROUPS: [&str; 3] = ["AWS::IAM::Group", "AWS::IAM::GroupPolicy", "AWS::IAM::UserToGroupAddition"];
    GROUPS.contains(&resource.resource_type())
        || principals::named(resolver, resource, "group") != Principals::default()
}

/// What the policies of a template allow, as far as they were read.
struct Found<'r, 'a> {
    resolver: &'r Resolver<'a>,
    allowed: Required,
    mistakes: BTreeSet<PermissionsMistake>,
}

impl<'a> Found<'_, 'a> {
    fn identity(&mut self, id: &LogicalId, resource: &Resource) {
        let properties = resource.properties();
        self.mistakes.extend(attached(self.resolver, id, resource));
        let passed = self.resolver.parameters.get(BOUNDARY);
        let is_own = |boundary: &Value| Some(&self.resolver.text(boundary)) != passed;
        if alternatives(properties.get(BOUNDARY)).into_iter().any(is_own) {
            self.mistakes.insert(PermissionsMistake::OwnBoundary { role: id.to_string() });
        }
        for policy in alternatives(properties.get("ManagedPolicyArns")) {
            let document = managed_by_aws(&self.resolver.text(policy));
            self.documents(id, document.as_ref());
        }
        for policy in alternatives(properties.get("Policies")) {
            match plain_map(policy) {
                Some(map) => self.documents(id, map.get("PolicyDocument")),
                None => self.opaque(id),
            }
        }
    }

    fn policy(&mut self, id: &LogicalId, resource: &'a Resource) {
        self.documents(id, resource.properties().get("PolicyDocument"));
        let named = ["role", "user"].map(|kind| principals::named(self.resolver, resource, kind));
        let foreign = named.into_iter().flat_map(|named| named.foreign);
        self.mistakes
            .extend(foreign.map(|property| PermissionsMistake::ForeignIdentity { resource: id.to_string(), property }));
    }

    fn documents(&mut self, id: &LogicalId, documents: Option<&Value>) {
        for document in alternatives(documents) {
            let Some(document) = plain_map(document) else { return self.opaque(id) };
            for statement in alternatives(document.get("Statement")) {
                match plain_map(statement) {
                    Some(map) => self.statement(id, map),
                    None => self.opaque(id),
                }
            }
        }
    }

    fn statement(&mut self, id: &LogicalId, statement: &BTreeMap<String, Value>) {
        let resolver = self.resolver;
        if statement.get("Effect").is_some_and(|effect| effect.as_str() == Some("Deny")) {
            return;
        }
        if statement.contains_key("NotAction") || statement.contains_key("NotResource") {
            self.mistakes.insert(PermissionsMistake::NegativePolicy { role: id.to_string() });
            return;
        }
        let actions = alternatives(statement.get("Action")).into_iter().map(|action| known(resolver, action));
        let condition = statement.get("Condition");
        let conditions =
            alternatives(condition).into_iter().map(|condition| Condition::read(resolver, condition).map(Some));
        let none = is_optional(condition).then_some(Some(None));
        let conditions: Option<Vec<Option<Condition>>> = conditions.chain(none).collect();
        let (Some(conditions), Some(actions)) = (conditions, actions.collect::<Option<Vec<_>>>()) else {
            return self.opaque(id);
        };
        let resources = alternatives(statement.get("Resource"));
        for action in &actions {
            if gives_rights(action) && resources.iter().any(|resource| is_any(resolver, resource)) {
                self.mistakes
                    .insert(PermissionsMistake::UnlimitedPolicy { role: id.to_string(), action: action.clone() });
            }
            let on = resources.iter().flat_map(|resource| match resource.as_str() {
                Some(ANY) => vec![ANY.to_owned()],
                _ => narrowed(resolver, action, &resolver.text(resource)),
            });
            let on: BTreeSet<String> = on.collect();
            conditions.iter().for_each(|condition| self.allowed.insert(action, condition.clone(), on.clone()));
        }
    }

    fn opaque(&mut self, id: &LogicalId) {
        self.mistakes.insert(PermissionsMistake::OpaquePolicy { role: id.to_string() });
    }
}

/// A map that is none of CloudFormation's functions.
fn plain_map(value: &Value) -> Option<&BTreeMap<String, Value>> {
    match value {
        Value::Map(map) if value.as_function().is_none() => Some(map),
        _ => None,
    }
}

/// Whether with an action somebody acts as another, or gives rights.
fn gives_rights(action: &str) -> bool {
    ["iam:PassRole", "sts:AssumeRole"].contains(&action) || overrides::is_never_on_all(action)
}

/// Whether only AWS knows a resource, so that what is known of it would be all of its type. A `*` in a plain text is the
/// author's own.
fn is_any(resolver: &Resolver<'_>, resource: &Value) -> bool {
    let text = resolver.text(resource);
    is_unknown(resource, &text) && (text == ANY || text.ends_with(":*") || text.ends_with("/*"))
}

/// The managed policies that roles and users of the template have.
fn attached_policies<'a>(resolver: &Resolver<'a>) -> BTreeSet<&'a str> {
    let resources = resolver.template.resources().values();
    let lists = resources.filter_map(|resource| resource.properties().get("ManagedPolicyArns"));
    let mut names = BTreeSet::new();
    lists.for_each(|list| list.references(&mut names));
    names
}

fn is_for_somebody(policy: &Resource) -> bool {
    ["Roles", "Users"].iter().any(|property| policy.properties().contains_key(*property))
}

/// An action, which may be `s3:*`; `None` where only AWS knows it.
fn known(resolver: &Resolver<'_>, action: &Value) -> Option<String> {
    let text = resolver.text(action);
    (action.as_str().is_some() || !text.contains(ANY)).then_some(text)
}

/// Policies whose content the template does not show.
fn attached(resolver: &Resolver<'_>, id: &LogicalId, role: &Resource) -> Vec<PermissionsMistake> {
    let is_own = |policy: &Value| match policy.as_function() {
        Some(("Ref", Value::String(name))) => {
            resolver.resource(name).is_some_and(|(_, it)| it.resource_type() == MANAGED_POLICY)
        }
        Some(("Fn::GetAtt", _)) => {
            Arn::parse(&resolver.text(policy)).is_some_and(|arn| arn.resource.starts_with("policy/"))
        }
        _ => false,
    };
    let is_known = |policy: &Value| managed_by_aws(&resolver.text(policy)).is_some();
    let policies = alternatives(role.properties().get("ManagedPolicyArns")).into_iter();
    policies
        .filter(|policy| !is_own(policy) && !is_known(policy))
        .map(|policy| PermissionsMistake::AttachedPolicy { role: id.to_string(), policy: resolver.text(policy) })
        .collect()
}

/// The document of a policy that AWS manages, where its content is known.
fn managed_by_aws(arn: &str) -> Option<Value> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.account == "aws")?;
    let policy = iam::managed_policy(arn.resource.strip_prefix("policy/")?)?;
    serde_json::from_str::<serde_json::Value>(policy.document).ok().map(Value::from)
}

/// A resource that is not known before the deployment is at least one of those that the action is about.
fn narrowed(resolver: &Resolver<'_>, action: &str, resource: &str) -> Vec<String> {
    let all = |(service, found): (&'static iam::Service, &'static iam::Action)| -> Vec<String> {
        service.resources_of(found).flat_map(|it| resolver.any_arns(it)).collect()
    };
    let known = iam::action(action).filter(|_| resource == ANY).map(all).unwrap_or_default();
    if known.is_empty() { vec![resource.to_owned()] } else { known }
}
