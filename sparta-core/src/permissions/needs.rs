use std::collections::{BTreeMap, BTreeSet};

use super::{
    actions,
    condition::{Condition, text_value},
    given, names,
    on::{self, On},
    place::Place,
    reviewed,
};
use crate::cfn::{LogicalId, Resource};
use crate::iam::Statement;

/// What CloudFormation has to be allowed in order to deploy a template.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    grants: BTreeMap<(String, Option<Condition>), BTreeSet<String>>,
}

/// Why it cannot be said what a resource needs, and no more than that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NeedsMistake {
    /// Nothing is known of a type: neither the registry nor the reviewed table nor the App says what it takes.
    Type(String),
    /// Only AWS knows which role a resource is given.
    Role { resource: String, property: String, kind: String },
    /// Only AWS knows which role, user or group of IAM's a resource is about.
    Identity { resource: String, property: String },
    /// Only AWS knows what provides a custom resource.
    Provider { resource: String, kind: String },
    /// Only AWS knows what a role, user, policy or function is called.
    Name { resource: String, property: String },
    /// Only AWS knows on what an action is needed that gives rights, or uses another's.
    Target { resource: String, action: String, kind: String },
    /// Only AWS knows which secret or parameter is looked up.
    Reference(String),
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

/// What takes a boundary off.
const UNBOUND: [&str; 2] = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"];

impl Needs {
    /// What the template's resources need, each as its type's handlers say and on its own name.
    ///
    /// Roles and users can be made with the permissions boundary only, where there is one. `described` holds what the App
    /// says of types itself.
    ///
    /// # Errors
    ///
    /// The types that nothing is known of, and what would take rights on everything because only AWS knows its name.
    pub(crate) fn of(
        place: &Place<'_>,
        boundary: Option<&str>,
        described: &[(String, Statement)],
    ) -> Result<Self, Vec<NeedsMistake>> {
        let mut needs = Self::default();
        let mut mistakes = BTreeSet::new();
        for (id, resource) in place.template.resources() {
            let said = described.iter().filter(|(kind, _)| kind == resource.resource_type());
            let said: Vec<&Statement> = said.map(|(_, statement)| statement).collect();
            let actions = actions::of(resource);
            // What a nested stack's resources take is in another template.
            let is_stack = resource.resource_type() == "AWS::CloudFormation::Stack";
            if (actions.is_none() || is_stack) && said.is_empty() {
                mistakes.insert(NeedsMistake::Type(resource.resource_type().to_owned()));
            }
            let actions = actions.unwrap_or_default();
            let mut unknown = unknown(place, id, resource, &actions);
            for action in actions.iter().filter(|it| boundary.is_none() || !UNBOUND.contains(&it.as_str())) {
                match on::of(place, id, resource, action) {
                    On::These(on) => needs.insert(action, condition(place, resource, action, boundary), on),
                    On::Unknown => unknown.push(NeedsMistake::Target {
                        resource: id.to_string(),
                        action: action.clone(),
                        kind: resource.resource_type().to_owned(),
                    }),
                }
            }
            mistakes.extend(unknown.into_iter().filter(|it| !it.is_said(&said)));
            needs.add_beyond(place, resource);
            said.iter().for_each(|statement| needs.add_statement(place, statement));
        }
        if mistakes.is_empty() { Ok(needs) } else { Err(mistakes.into_iter().collect()) }
    }

    /// What the reviewed table adds on other resources, and what a custom resource's provider takes.
    fn add_beyond(&mut self, place: &Place<'_>, resource: &Resource) {
        for added in reviewed::added(resource.resource_type()).into_iter().flatten() {
            let Some(on) = added.on else { continue };
            added.actions.iter().for_each(|action| self.insert(action, None, [on.to_owned()].into()));
        }
        for arn in given::providers(place, resource).arns {
            let action = if arn.contains(":sns:") { "sns:Publish" } else { "lambda:InvokeFunction" };
            self.insert(action, None, [arn].into());
        }
    }

    /// A statement whose condition only AWS knows is left out, because without it more would be allowed than was said.
    fn add_statement(&mut self, place: &Place<'_>, statement: &Statement) {
        let on: BTreeSet<String> = statement.resources().iter().map(|resource| place.text(resource)).collect();
        let condition = match statement.condition() {
            None => None,
            Some(given) => match Condition::read(place, given) {
                Some(condition) => Some(condition),
                None => return,
            },
        };
        statement.actions().iter().for_each(|action| self.insert(action, condition.clone(), on.clone()));
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
fn condition(place: &Place<'_>, resource: &Resource, action: &str, boundary: Option<&str>) -> Option<Condition> {
    if action == "iam:PassRole" {
        let services = reviewed::principals(resource.resource_type());
        return Some(Condition::new("StringEquals", "iam:PassedToService", services));
    }
    if let Some(boundary) = boundary.filter(|_| BOUND_BY_BOUNDARY.contains(&action)) {
        return Some(Condition::new("ArnEquals", "iam:PermissionsBoundary", [boundary.to_owned()]));
    }
    let key = reviewed::bounding_key(action)?;
    let functions = given::functions(place, resource).arns;
    (!functions.is_empty()).then(|| Condition::new("ArnLike", key, functions))
}

impl NeedsMistake {
    /// Whether the App itself says what it takes.
    fn is_said(&self, said: &[&Statement]) -> bool {
        let is_among = |wanted: &[&str]| {
            let said = said.iter().filter(|statement| !statement.resources().is_empty());
            said.flat_map(|statement| statement.actions()).any(|it| wanted.contains(&it.as_str()))
        };
        match self {
            Self::Role { .. } => is_among(&["iam:PassRole"]),
            Self::Provider { .. } => is_among(&["lambda:InvokeFunction", "sns:Publish"]),
            Self::Target { action, .. } => is_among(&[action]),
            Self::Type(_) | Self::Identity { .. } | Self::Name { .. } | Self::Reference(_) => false,
        }
    }
}

/// What only AWS knows of a resource, and what it would take rights on everything for.
fn unknown(place: &Place<'_>, id: &LogicalId, resource: &Resource, actions: &BTreeSet<String>) -> Vec<NeedsMistake> {
    const WITH_RIGHTS: [&str; 4] =
        ["AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::Lambda::Function"];
    let (name, kind) = (|| id.to_string(), || resource.resource_type().to_owned());
    let mut found = Vec::new();
    if actions.contains("iam:PassRole") {
        let roles = given::roles(place, resource).unknown.into_iter();
        found.extend(roles.map(|property| NeedsMistake::Role { resource: name(), property, kind: kind() }));
    }
    for of in ["role", "user", "group"] {
        let identities = given::named(place, resource, of).unknown.into_iter();
        found.extend(identities.map(|property| NeedsMistake::Identity { resource: name(), property }));
    }
    if !given::providers(place, resource).unknown.is_empty() {
        found.push(NeedsMistake::Provider { resource: name(), kind: kind() });
    }
    if WITH_RIGHTS.contains(&resource.resource_type())
        && let Some(property) = names::unknown(place, id, resource)
    {
        found.push(NeedsMistake::Name { resource: name(), property: property.to_owned() });
    }
    found
}
