use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    actions, arns, given,
    place::{ANY, Place},
    reviewed,
    values::{alternatives, leaves},
};
use crate::cfn::{LogicalId, Resource, Statement, Value, sub};

/// What CloudFormation has to be allowed in order to deploy a template.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    grants: BTreeMap<(String, Option<Condition>), BTreeSet<String>>,
}

/// Values by operator and key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition(BTreeMap<(String, String), BTreeSet<String>>);

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
            let said = described.iter().filter(|(kind, _)| kind == resource.kind());
            let said: Vec<&Statement> = said.map(|(_, statement)| statement).collect();
            let actions = actions::of(resource);
            if actions.is_none() && said.is_empty() {
                mistakes.insert(NeedsMistake::Type(resource.kind().to_owned()));
            }
            let actions = actions.unwrap_or_default();
            mistakes.extend(unknown(place, id, resource, &actions).into_iter().filter(|it| !it.is_said(&said)));
            actions.iter().for_each(|it| needs.add(place, id, resource, it, boundary));
            needs.add_beyond(place, resource);
            said.iter().for_each(|statement| needs.add_statement(place, statement));
        }
        if mistakes.is_empty() { Ok(needs) } else { Err(mistakes.into_iter().collect()) }
    }

    fn add(&mut self, place: &Place<'_>, id: &LogicalId, resource: &Resource, action: &str, boundary: Option<&str>) {
        if boundary.is_some() && UNBOUND.contains(&action) {
            return;
        }
        let kind = resource.kind();
        let on = on(place, id, resource, action);
        let condition = if action == "iam:PassRole" {
            Some(Condition::new("StringEquals", "iam:PassedToService", [reviewed::principal(kind)]))
        } else if let Some(boundary) = boundary.filter(|_| BOUND_BY_BOUNDARY.contains(&action)) {
            Some(Condition::new("ArnEquals", "iam:PermissionsBoundary", [boundary.to_owned()]))
        } else {
            bound(place, resource, action)
        };
        self.insert(action, condition, on);
    }

    /// What the reviewed table adds on other resources, and what a custom resource's provider takes.
    fn add_beyond(&mut self, place: &Place<'_>, resource: &Resource) {
        for added in reviewed::added(resource.kind()).into_iter().flatten() {
            let Some(on) = added.on else { continue };
            added.actions.iter().for_each(|action| self.insert(action, None, [on.to_owned()].into()));
        }
        for arn in providers(place, resource).flatten() {
            let action = if arn.contains(":sns:") { "sns:Publish" } else { "lambda:InvokeFunction" };
            self.insert(action, None, [arn].into());
        }
    }

    fn add_statement(&mut self, place: &Place<'_>, statement: &Statement) {
        let on: BTreeSet<String> = statement.resources().iter().map(|resource| place.text(resource)).collect();
        statement.actions().iter().for_each(|action| self.insert(action, None, on.clone()));
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
            let allow = on.iter().fold(Statement::allow(actions), |all, arn| all.on(value(arn)));
            condition.iter().fold(allow, |allow, condition| allow.when(condition.value()))
        };
        groups.into_iter().map(statement).collect()
    }
}

impl Condition {
    pub(super) fn new(operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        Self::default().and(operator, key, values)
    }

    pub(super) fn and(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        self.0.insert((operator.to_owned(), key.to_owned()), values.into_iter().collect());
        self
    }

    fn value(&self) -> Value {
        let mut operators: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for ((operator, key), values) in &self.0 {
            let mut values: Vec<Value> = values.iter().map(|text| value(text)).collect();
            let values = if values.len() == 1 { values.remove(0) } else { Value::List(values) };
            operators.entry(operator.clone()).or_default().insert(key.clone(), values);
        }
        Value::Map(operators.into_iter().map(|(operator, keys)| (operator, Value::Map(keys))).collect())
    }
}

/// `Fn::Sub`, or `Ref` where a text is nothing but one name.
fn value(text: &str) -> Value {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match name.and_then(|name| LogicalId::new(name).ok()) {
        Some(id) => id.reference(),
        None => sub(text),
    }
}

impl NeedsMistake {
    /// Whether the App itself says what it takes.
    fn is_said(&self, said: &[&Statement]) -> bool {
        let is_among = |actions: &[&str]| {
            said.iter()
                .flat_map(|statement| statement.actions())
                .any(|said| actions.iter().any(|it| said.starts_with(it)))
        };
        match self {
            Self::Type(_) => false,
            Self::Role { .. } => is_among(&["iam:PassRole"]),
            Self::Identity { .. } => is_among(&["iam:"]),
            Self::Provider { .. } => is_among(&["lambda:InvokeFunction", "sns:Publish"]),
        }
    }
}

/// What a resource would take rights on everything for.
fn unknown(place: &Place<'_>, id: &LogicalId, resource: &Resource, actions: &BTreeSet<String>) -> Vec<NeedsMistake> {
    let (id, kind) = (|| id.to_string(), || resource.kind().to_owned());
    let roles = actions.contains("iam:PassRole").then(|| given::roles(place, resource).unknown);
    let roles = roles.into_iter().flatten();
    let mut found: Vec<_> =
        roles.map(|property| NeedsMistake::Role { resource: id(), property, kind: kind() }).collect();
    for of in ["role", "user", "group"] {
        let identities = given::named(place, resource, of).unknown.into_iter();
        found.extend(identities.map(|property| NeedsMistake::Identity { resource: id(), property }));
    }
    if providers(place, resource).any(|arn| arn.is_none()) {
        found.push(NeedsMistake::Provider { resource: id(), kind: kind() });
    }
    found
}

/// The ARNs of what provides a custom resource; `None` where only AWS knows it.
fn providers(place: &Place<'_>, resource: &Resource) -> impl Iterator<Item = Option<String>> {
    alternatives(resource.properties().get("ServiceToken")).into_iter().map(|token| {
        let mut names = BTreeSet::new();
        token.references(&mut names);
        let is_own = names.into_iter().any(|name| place.resource(name).is_some());
        let is_known = |arn: &String| arn.starts_with("arn:") && (is_own || !arn.contains(ANY));
        Some(place.text(token)).filter(is_known)
    })
}

/// What an action of a resource's handlers is on: the resource itself, or what its properties refer to.
fn on(place: &Place<'_>, id: &LogicalId, resource: &Resource, action: &str) -> BTreeSet<String> {
    match action {
        "iam:PassRole" => return given::roles(place, resource).arns,
        "iam:GetRole" if resource.kind() != "AWS::IAM::Role" => return given::roles(place, resource).arns,
        "iam:CreateServiceLinkedRole" => {
            return [String::from("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*")].into();
        }
        "s3:GetObject" => return objects(place, resource, false),
        "s3:GetObjectVersion" => return objects(place, resource, true),
        _ => {}
    }
    let Some((service, found)) = iam::action(action) else { return BTreeSet::new() };
    let types: Vec<&iam::Resource> = service.resources_of(found).collect();
    let everything = reviewed::ON_EVERYTHING.iter().any(|(name, _)| *name == action);
    if types.is_empty() || everything {
        return ["*".to_owned()].into();
    }
    let among = |id: &LogicalId, resource: &Resource| -> BTreeSet<String> {
        let own = types.iter().filter(|it| arns::is_own(resource.kind(), it.name));
        own.flat_map(|it| arns::of(place, id, resource, it)).collect()
    };
    let own = among(id, resource);
    if !own.is_empty() {
        return own;
    }
    let mut others: BTreeSet<String> =
        place.neighbours(resource).into_iter().flat_map(|(id, resource)| among(id, resource)).collect();
    let texts = leaves(resource).into_iter().map(|leaf| place.text(leaf.value));
    others.extend(texts.filter(|text| types.iter().any(|it| arns::is_of(text, it))));
    if action.starts_with("iam:") {
        others.extend(types.iter().flat_map(|it| given::named(place, resource, it.name).arns));
    }
    if !others.is_empty() {
        return others;
    }
    types.iter().flat_map(|it| arns::all(resource.kind(), it)).collect()
}

/// What bounds an action on a random name.
fn bound(place: &Place<'_>, resource: &Resource, action: &str) -> Option<Condition> {
    let bound = reviewed::BOUNDED.iter().find(|it| it.actions.contains(&action))?;
    let neighbours = place.neighbours(resource).into_iter().filter(|(_, it)| it.kind() == bound.neighbour);
    let values: BTreeSet<String> = neighbours.flat_map(|(id, it)| arns::own(place, id, it)).collect();
    (!values.is_empty()).then(|| Condition::new("ArnLike", bound.key, values))
}

/// The objects that a resource is made of: properties `S3Bucket` and `S3Key`, or `Bucket` and `Key`, beside each other.
fn objects(place: &Place<'_>, resource: &Resource, versioned: bool) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    each_map(resource.properties().values(), &mut |map| {
        for [bucket, key, version] in [["S3Bucket", "S3Key", "S3ObjectVersion"], ["Bucket", "Key", "Version"]] {
            let (Some(bucket), Some(key)) = (map.get(bucket), map.get(key)) else { continue };
            if !versioned || map.contains_key(version) {
                objects.insert(format!("arn:${{AWS::Partition}}:s3:::{}/{}", place.text(bucket), place.text(key)));
            }
        }
    });
    objects
}

fn each_map<'v>(values: impl Iterator<Item = &'v Value>, look: &mut impl FnMut(&BTreeMap<String, Value>)) {
    for value in values {
        match value {
            Value::Map(map) => {
                look(map);
                each_map(map.values(), look);
            }
            Value::List(list) => each_map(list.iter(), look),
            _ => {}
        }
    }
}
