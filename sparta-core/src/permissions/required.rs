//! The actions that CloudFormation has to be allowed, and on what.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
};

use sparta_schema::iam;

use super::{
    PermissionsMistake,
    actions::Listed,
    binding::{By, Target},
    condition::{Condition, text_value},
    overrides::{self, AddedOn},
    principals, records,
    resolver::{ANY, Resolver, is_unknown},
    targets::{self, Targets},
};
use crate::{
    cfn::{LogicalId, Resource},
    iam::{Arn, Statement},
};

/// What CloudFormation has to be allowed in order to deploy a template.
#[derive(Debug, Default)]
pub(crate) struct Required {
    grants: BTreeMap<(String, Option<Condition>), BTreeSet<String>>,
    /// The actions that reach the resources of other stacks, by the type that takes them.
    pub(super) shared: BTreeMap<String, BTreeSet<String>>,
}

/// What makes a role or a user, or gives it rights: with a boundary only.
const BOUND_BY_BOUNDARY: [&str; 8] = [
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
];

/// A stack of its own, whose template is somewhere else.
const STACK: &str = "AWS::CloudFormation::Stack";

/// What takes a boundary off.
const UNBOUND: [&str; 2] = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"];

impl Required {
    /// What the template's resources take, each as its type's handlers say and on its own name.
    ///
    /// Roles and users can be made with the permissions boundary only, where there is one. `declared` holds what the App
    /// says of types itself.
    ///
    /// # Errors
    ///
    /// The types that nothing is known of, and what would take rights on everything because only AWS knows its name.
    pub(super) fn of(
        resolver: &Resolver<'_>,
        boundary: Option<&str>,
        declared: &[(String, Statement)],
    ) -> Result<Self, Vec<PermissionsMistake>> {
        let mut required = Self::default();
        let mut mistakes = BTreeSet::new();
        let mut known: HashMap<*const Listed, HashSet<Target>> = HashMap::new();
        for (id, resource) in resolver.template().resources() {
            let of_type = declared.iter().filter(|(kind, _)| kind == resource.resource_type());
            let of_type: Vec<&Statement> = of_type.map(|(_, statement)| statement).collect();
            let actions = resolver.actions(resource);
            let actions = actions.as_deref();
            // What a nested stack's resources take is in another template.
            let is_stack = resource.resource_type() == STACK;
            if of_type.is_empty() {
                let kind = || resource.resource_type().to_owned();
                mistakes.extend(match (is_stack, &actions) {
                    (true, _) => Some(PermissionsMistake::NestedStack { resource: id.to_string() }),
                    (_, None) => Some(PermissionsMistake::ResourceType(kind())),
                    _ => None,
                });
            }
            let actions = actions.unwrap_or_default();
            let mut unknown = unknown(resolver, id, resource, actions);
            for listed in actions.iter().filter(|it| boundary.is_none() || !UNBOUND.contains(&it.action.as_str())) {
                let action = &listed.action;
                match targets::of(resolver, id, resource, listed) {
                    Targets::Known(on) => {
                        let condition = condition(resolver, resource, action, boundary);
                        let known = known.entry(Rc::as_ptr(listed)).or_default();
                        // Most resources of a type have names of one pattern.
                        let new = on.into_iter().filter(|it| condition.is_some() || known.insert(it.clone()));
                        required.insert_targets(&resolver.stack, resource.resource_type(), action, &condition, new);
                    }
                    Targets::Unknown => unknown.push(PermissionsMistake::UnknownTarget {
                        resource: id.to_string(),
                        action: action.clone(),
                        kind: resource.resource_type().to_owned(),
                    }),
                }
            }
            mistakes.extend(unknown.into_iter().filter(|it| !is_declared(it, &of_type)));
            required.add_beyond(resolver, id, resource);
            for statement in of_type {
                mistakes.extend(required.add_statement(resolver, resource.resource_type(), statement).err());
            }
        }
        if mistakes.is_empty() { Ok(required) } else { Err(mistakes.into_iter().collect()) }
    }

    /// What the overrides add on other resources, a nested stack's template, and what a custom resource's provider takes.
    fn add_beyond<'a>(&mut self, resolver: &Resolver<'a>, id: &'a LogicalId, resource: &'a Resource) {
        for added in overrides::added(resource.resource_type()).into_iter().flatten() {
            let arns: BTreeSet<String> = match added.on {
                AddedOn::Own => continue,
                AddedOn::Others(service, on) => [resolver.arn(service, on)].into(),
                AddedOn::Part(service, kind) => {
                    let kind = iam::service(service).and_then(|it| it.resource(kind));
                    kind.into_iter().flat_map(|kind| resolver.arns_as(id, resource, kind)).collect()
                }
            };
            added.actions.iter().for_each(|action| self.insert(action, None, arns.clone()));
        }
        if resource.resource_type() == STACK {
            self.insert("s3:GetObject", None, targets::templates(resolver, resource));
        }
        for arn in principals::providers(resolver, resource).arns {
            let is_topic = Arn::parse(&arn).is_some_and(|arn| arn.service == "sns");
            let action = if is_topic { "sns:Publish" } else { "lambda:InvokeFunction" };
            self.insert(action, None, [arn].into());
        }
    }

    /// What the App says of a type. What only AWS knows of it would allow more than the App says.
    fn add_statement(
        &mut self,
        resolver: &Resolver<'_>,
        kind: &str,
        statement: &Statement,
    ) -> Result<(), PermissionsMistake> {
        let unknown = || PermissionsMistake::UnknownDeclaration {
            kind: kind.to_owned(),
            action: statement.actions().join("`, `"),
        };
        let mut on = BTreeSet::new();
        for resource in statement.resources() {
            let text = resolver.text(resource);
            let is_all = text == ANY || text.ends_with(":*") || text.ends_with("/*");
            if is_unknown(resource, &text) && is_all {
                return Err(unknown());
            }
            on.insert(text);
        }
        let condition = match statement.condition() {
            None => None,
            Some(condition) => Some(Condition::read(resolver, condition).ok_or_else(unknown)?),
        };
        for action in statement.actions() {
            let services = (action == "iam:PassRole" && kind.starts_with("AWS::")).then(|| overrides::principals(kind));
            let passed = services.map(|services| Condition::new("StringEquals", "iam:PassedToService", services));
            self.insert(action, condition.clone().or(passed), on.clone());
        }
        Ok(())
    }

    /// The condition that an action has anyway bounds it enough.
    fn insert_targets(
        &mut self,
        stack: &str,
        kind: &str,
        action: &str,
        condition: &Option<Condition>,
        on: impl Iterator<Item = Target>,
    ) {
        for Target { arn, by } in on {
            if by == By::Nothing && condition.is_none() {
                self.shared.entry(kind.to_owned()).or_default().insert(action.to_owned());
            }
            let condition = condition.clone().or_else(|| by.condition(stack));
            self.insert(action, Condition::all(condition, of_service(action)), [arn].into());
        }
    }

    pub(super) fn insert(&mut self, action: &str, condition: impl Into<Option<Condition>>, on: BTreeSet<String>) {
        if !on.is_empty() {
            self.grants.entry((action.to_owned(), condition.into())).or_default().extend(on);
        }
    }

    /// The actions, each once.
    #[cfg(test)]
    pub(crate) fn actions(&self) -> BTreeSet<&str> {
        self.grants.keys().map(|(action, _)| action.as_str()).collect()
    }

    /// As few statements as say it, in an order that is always the same.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let mut groups: BTreeMap<(&BTreeSet<String>, &Option<Condition>), Vec<&str>> = BTreeMap::new();
        for ((action, condition), on) in &self.grants {
            groups.entry((on, condition)).or_default().push(action);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by(|(_, one), (_, other)| one.cmp(other));
        let statement = |((on, condition), actions): ((&BTreeSet<String>, &Option<Condition>), Vec<&str>)| {
            let allow = on.iter().fold(Statement::allow(actions), |all, arn| all.on(text_value(arn)));
            condition.iter().fold(allow, |allow, condition| allow.when(condition.value()))
        };
        groups.into_iter().map(statement).collect()
    }
}

/// What bounds an action besides what it is on.
fn condition<'a>(
    resolver: &Resolver<'a>,
    resource: &'a Resource,
    action: &str,
    boundary: Option<&str>,
) -> Option<Condition> {
    if action == "iam:PassRole" {
        let services = overrides::principals(resource.resource_type());
        return Some(Condition::new("StringEquals", "iam:PassedToService", services));
    }
    if let Some(boundary) = boundary.filter(|_| BOUND_BY_BOUNDARY.contains(&action)) {
        return Some(bounded(action, boundary));
    }
    if action == records::CHANGE {
        return records::condition(resolver, resource);
    }
    let key = overrides::bounding_key(action)?;
    let functions = principals::functions(resolver, resource).arns;
    (!functions.is_empty()).then(|| Condition::new("ArnLike", key, functions))
}

/// The services that a resource's key is for make grants themselves, on behalf of whoever makes the resource.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/grant-authorization.html>.
fn of_service(action: &str) -> Option<Condition> {
    (action == "kms:CreateGrant").then(|| Condition::new("Bool", "kms:GrantIsForAWSResource", ["true".to_owned()]))
}

/// Roles are made with the boundary alone. What they are changed with may also be an earlier one of the same name: it outlives
/// the pipeline's stack, the roles have it when the pipeline is made again, and get it back when a deployment fails.
fn bounded(action: &str, boundary: &str) -> Condition {
    let key = "iam:PermissionsBoundary";
    let id = boundary.strip_prefix("${").and_then(|id| id.strip_suffix('}')).unwrap_or_default();
    if action.starts_with("iam:Create") || id.is_empty() {
        return Condition::new("ArnEquals", key, [boundary.to_owned()]);
    }
    let earlier = Arn::new("iam", &format!("policy/${{AWS::StackName}}-{id}-*")).to_string();
    Condition::new("ArnLike", key, [boundary.to_owned(), earlier])
}

/// Whether the App itself says what it takes.
fn is_declared(mistake: &PermissionsMistake, declared: &[&Statement]) -> bool {
    let is_among = |wanted: &[&str]| {
        let on_something = declared.iter().filter(|statement| !statement.resources().is_empty());
        on_something.flat_map(|statement| statement.actions()).any(|it| wanted.contains(&it.as_str()))
    };
    match mistake {
        PermissionsMistake::UnknownRole { .. } => is_among(&["iam:PassRole"]),
        PermissionsMistake::UnknownProvider { .. } => is_among(&["lambda:InvokeFunction", "sns:Publish"]),
        PermissionsMistake::UnknownTarget { action, .. } => is_among(&[action]),
        _ => false,
    }
}

/// What only AWS knows of a resource, and what it would take rights on everything for.
fn unknown<'a>(
    resolver: &Resolver<'a>,
    id: &'a LogicalId,
    resource: &'a Resource,
    actions: &[Rc<Listed>],
) -> Vec<PermissionsMistake> {
    const WITH_RIGHTS: [&str; 4] =
        ["AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::Lambda::Function"];
    let (name, kind) = (|| id.to_string(), || resource.resource_type().to_owned());
    let mut found = Vec::new();
    if actions.iter().any(|it| it.action == "iam:PassRole") {
        let roles = principals::roles(resolver, resource).unknown.clone().into_iter();
        found.extend(roles.map(|property| PermissionsMistake::UnknownRole {
            resource: name(),
            property,
            kind: kind(),
        }));
    }
    for of in ["role", "user", "group"] {
        let identities = principals::named(resolver, resource, of).unknown.into_iter();
        found.extend(identities.map(|property| PermissionsMistake::UnknownIdentity { resource: name(), property }));
    }
    if !principals::providers(resolver, resource).unknown.is_empty() {
        found.push(PermissionsMistake::UnknownProvider { resource: name(), kind: kind() });
    }
    if WITH_RIGHTS.contains(&resource.resource_type())
        && let Some(property) = resolver.unknown_name(id, resource)
    {
        found.push(PermissionsMistake::UnknownName { resource: name(), property: property.to_owned() });
    }
    found
}
