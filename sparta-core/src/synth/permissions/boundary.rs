use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    arns,
    given::{self, Given},
    needs::{Condition, Needs},
    place::{ANY, Place},
    size::{MANAGED, size},
    values::alternatives,
};
use crate::{
    cfn::{LogicalId, Resource, Statement, Value},
    synth::service::BOUNDARY,
};

/// The most that a role of a service may ever do: what the roles of its template may do, taken together.
#[derive(Debug)]
pub(crate) struct Boundary {
    pub(crate) statements: Vec<Statement>,
}

/// Why a service's roles have no common boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BoundaryMistake {
    /// A role or user has a policy that is not in the template.
    Attached { role: String, policy: String },
    /// A policy says what it does not allow.
    Negative { role: String },
    /// What a policy allows is known only once it is deployed.
    Opaque { role: String },
    /// A role or user sets another boundary itself.
    Own { role: String },
    /// A policy is for a role or user that is not in the template.
    Foreign { resource: String, property: String },
    /// Groups have no boundary.
    Group { resource: String },
    /// The policy would be too large.
    TooLarge(usize),
}

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

impl Boundary {
    /// The boundary of all roles and users of a template; `None` where it has none.
    ///
    /// # Errors
    ///
    /// Why there cannot be one.
    pub(crate) fn of(place: &Place<'_>) -> Result<Option<Self>, Vec<BoundaryMistake>> {
        let mut found = Found { place: *place, needs: Needs::default(), mistakes: Vec::new() };
        let mut identities = 0;
        for (id, resource) in place.template.resources() {
            match resource.kind() {
                "AWS::IAM::Role" | "AWS::IAM::User" => {
                    identities += 1;
                    found.identity(id, resource);
                }
                "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | MANAGED_POLICY => {
                    found.policy(id, resource);
                }
                _ => {}
            }
            if is_about_groups(place, resource) {
                found.mistakes.push(BoundaryMistake::Group { resource: id.to_string() });
            }
        }
        let statements = found.needs.statements();
        let size = size(&statements);
        if size > MANAGED {
            found.mistakes.push(BoundaryMistake::TooLarge(size));
        }
        match found.mistakes.is_empty() {
            true => Ok((identities > 0).then_some(Self { statements })),
            false => Err(found.mistakes),
        }
    }
}

fn is_about_groups(place: &Place<'_>, resource: &Resource) -> bool {
    const GROUPS: [&str; 3] = ["AWS::IAM::Group", "AWS::IAM::GroupPolicy", "AWS::IAM::UserToGroupAddition"];
    GROUPS.contains(&resource.kind()) || given::named(place, resource, "group") != Given::default()
}

/// What the policies of a template allow, as far as they were read.
struct Found<'a> {
    place: Place<'a>,
    needs: Needs,
    mistakes: Vec<BoundaryMistake>,
}

impl Found<'_> {
    fn identity(&mut self, id: &LogicalId, resource: &Resource) {
        let properties = resource.properties();
        self.mistakes.extend(attached(&self.place, id, resource));
        let passed = self.place.parameters.get(BOUNDARY);
        let is_own = |boundary: &Value| Some(&self.place.text(boundary)) != passed;
        if alternatives(properties.get(BOUNDARY)).into_iter().any(is_own) {
            self.mistakes.push(BoundaryMistake::Own { role: id.to_string() });
        }
        for policy in alternatives(properties.get("Policies")) {
            match policy {
                Value::Map(map) if policy.as_function().is_none() => self.documents(id, map.get("PolicyDocument")),
                _ => self.opaque(id),
            }
        }
    }

    fn policy(&mut self, id: &LogicalId, resource: &Resource) {
        self.documents(id, resource.properties().get("PolicyDocument"));
        let given = ["role", "user"].map(|kind| given::named(&self.place, resource, kind));
        let foreign = given.into_iter().flat_map(|given| given.foreign);
        self.mistakes.extend(foreign.map(|property| BoundaryMistake::Foreign { resource: id.to_string(), property }));
    }

    fn documents(&mut self, id: &LogicalId, documents: Option<&Value>) {
        for document in alternatives(documents) {
            let statements = match document {
                Value::Map(map) if document.as_function().is_none() => alternatives(map.get("Statement")),
                _ => return self.opaque(id),
            };
            for statement in statements {
                match statement {
                    Value::Map(map) if statement.as_function().is_none() => self.statement(id, map),
                    _ => self.opaque(id),
                }
            }
        }
    }

    fn statement(&mut self, id: &LogicalId, statement: &BTreeMap<String, Value>) {
        let place = self.place;
        if statement.get("Effect").is_some_and(|effect| effect.as_str() == Some("Deny")) {
            return;
        }
        if statement.contains_key("NotAction") || statement.contains_key("NotResource") {
            return self.mistakes.push(BoundaryMistake::Negative { role: id.to_string() });
        }
        let actions = alternatives(statement.get("Action")).into_iter().map(|action| known(&place, action));
        let conditions = alternatives(statement.get("Condition"));
        let conditions: Option<Vec<Option<Condition>>> = match &conditions[..] {
            [] => Some(vec![None]),
            several => several.iter().map(|condition| Some(Some(of_value(&place, condition)?))).collect(),
        };
        let (Some(conditions), Some(actions)) = (conditions, actions.collect::<Option<Vec<_>>>()) else {
            return self.opaque(id);
        };
        let resources = alternatives(statement.get("Resource"));
        for action in &actions {
            let on = resources.iter().flat_map(|resource| match resource.as_str() {
                Some(ANY) => vec![ANY.to_owned()],
                _ => narrowed(action, &place.text(resource)),
            });
            let on: BTreeSet<String> = on.collect();
            conditions.iter().for_each(|condition| self.needs.insert(action, condition.clone(), on.clone()));
        }
    }

    fn opaque(&mut self, id: &LogicalId) {
        let mistake = BoundaryMistake::Opaque { role: id.to_string() };
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }
}

/// An action, which may be `s3:*`; `None` where only AWS knows it.
fn known(place: &Place<'_>, action: &Value) -> Option<String> {
    let text = place.text(action);
    (action.as_str().is_some() || !text.contains(ANY)).then_some(text)
}

/// Policies whose content the template does not show.
fn attached(place: &Place<'_>, id: &LogicalId, role: &Resource) -> Vec<BoundaryMistake> {
    let policies = alternatives(role.properties().get("ManagedPolicyArns")).into_iter();
    let unseen = policies.filter(|policy| {
        let mut names = BTreeSet::new();
        policy.references(&mut names);
        !names.iter().any(|name| place.resource(name).is_some_and(|(_, it)| it.kind() == MANAGED_POLICY))
    });
    unseen.map(|policy| BoundaryMistake::Attached { role: id.to_string(), policy: place.text(policy) }).collect()
}

/// A resource that is not known before the deployment is at least one of those that the action is about.
fn narrowed(action: &str, resource: &str) -> Vec<String> {
    let all = |(service, found): (&'static iam::Service, &'static iam::Action)| -> Vec<String> {
        service.resources_of(found).flat_map(|it| arns::all("", it)).collect()
    };
    let known = iam::action(action).filter(|_| resource == ANY).map(all).unwrap_or_default();
    if known.is_empty() { vec![resource.to_owned()] } else { known }
}

/// A condition that holds wherever the given one does; `None` where only AWS knows what it demands.
fn of_value(place: &Place<'_>, value: &Value) -> Option<Condition> {
    let Value::Map(operators) = value else { return None };
    let mut condition = Condition::default();
    for (operator, keys) in operators {
        let Value::Map(keys) = keys else { return None };
        for (key, values) in keys {
            let values: Vec<String> = alternatives([values]).into_iter().map(|value| place.text(value)).collect();
            let operator = match values.iter().any(|text| text.contains(ANY)) {
                false => operator.clone(),
                true => with_wildcards(operator)?,
            };
            condition = condition.and(&operator, key, values);
        }
    }
    Some(condition)
}

/// The operator that takes a `*` for anything where the given one is about texts or ARNs.
fn with_wildcards(operator: &str) -> Option<String> {
    let plain = operator.rsplit(':').next()?.trim_end_matches("IfExists");
    match plain {
        "ArnEquals" | "ArnLike" | "StringLike" => Some(operator.to_owned()),
        "StringEquals" => Some(operator.replace("StringEquals", "StringLike")),
        _ => None,
    }
}
