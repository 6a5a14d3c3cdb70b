use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    arns,
    needs::{Condition, Needs},
    place::{ANY, Place},
    size::{MANAGED, size},
};
use crate::cfn::{LogicalId, Resource, Statement, Value};

/// The most that a role of a service may ever do: what the roles of its template may do, taken together.
#[derive(Debug)]
pub(crate) struct Boundary {
    pub(crate) statements: Vec<Statement>,
}

/// Why a service's roles have no common boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BoundaryMistake {
    /// A role has a policy that is not in the template.
    Attached { role: String, policy: String },
    /// A role's policy says what it does not allow.
    Negative { role: String },
    /// The policy would be too large.
    TooLarge(usize),
}

/// The types whose policies count, and the property that holds them.
const POLICIES: [(&str, &str); 3] = [
    ("AWS::IAM::Policy", "PolicyDocument"),
    ("AWS::IAM::RolePolicy", "PolicyDocument"),
    (MANAGED_POLICY, "PolicyDocument"),
];

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";

impl Boundary {
    /// The boundary of all roles of a template; `None` where it has no role.
    ///
    /// # Errors
    ///
    /// Why there cannot be one.
    pub(crate) fn of(place: &Place<'_>) -> Result<Option<Self>, Vec<BoundaryMistake>> {
        let (mut needs, mut mistakes, mut roles) = (Needs::default(), Vec::new(), 0);
        for (id, resource) in place.template.resources() {
            let properties = resource.properties();
            if resource.kind() == "AWS::IAM::Role" {
                roles += 1;
                mistakes.extend(attached(place, id, resource));
                for policy in items(properties.get("Policies")) {
                    let Value::Map(policy) = policy else { continue };
                    add(place, id, policy.get("PolicyDocument"), &mut needs, &mut mistakes);
                }
            }
            for (_, property) in POLICIES.iter().filter(|(kind, _)| *kind == resource.kind()) {
                add(place, id, properties.get(*property), &mut needs, &mut mistakes);
            }
        }
        let statements = needs.statements();
        let size = size(&statements);
        if size > MANAGED {
            mistakes.push(BoundaryMistake::TooLarge(size));
        }
        match mistakes.is_empty() {
            true => Ok((roles > 0).then_some(Self { statements })),
            false => Err(mistakes),
        }
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::List(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// Policies whose content the template does not show.
fn attached(place: &Place<'_>, id: &LogicalId, role: &Resource) -> Vec<BoundaryMistake> {
    let policies = items(role.properties().get("ManagedPolicyArns")).iter();
    let unseen = policies.filter(|policy| {
        let mut names = BTreeSet::new();
        policy.references(&mut names);
        !names.iter().any(|name| place.resource(name).is_some_and(|(_, it)| it.kind() == MANAGED_POLICY))
    });
    unseen.map(|policy| BoundaryMistake::Attached { role: id.to_string(), policy: place.text(policy) }).collect()
}

fn add(
    place: &Place<'_>,
    id: &LogicalId,
    document: Option<&Value>,
    needs: &mut Needs,
    mistakes: &mut Vec<BoundaryMistake>,
) {
    let Some(Value::Map(document)) = document else { return };
    for statement in items(document.get("Statement")) {
        let Value::Map(statement) = statement else { continue };
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            continue;
        }
        if statement.contains_key("NotAction") || statement.contains_key("NotResource") {
            mistakes.push(BoundaryMistake::Negative { role: id.to_string() });
            continue;
        }
        let resources = items(statement.get("Resource")).iter();
        let resources: Vec<(&Value, String)> = resources.map(|resource| (resource, place.text(resource))).collect();
        let condition = statement.get("Condition").map(|condition| of_value(place, condition));
        for action in items(statement.get("Action")) {
            let action = place.text(action);
            let on = resources.iter().flat_map(|(value, text)| match value.as_str() {
                Some(ANY) => vec![ANY.to_owned()],
                _ => narrowed(&action, text),
            });
            let on = on.collect();
            needs.insert(&action, condition.clone(), on);
        }
    }
}

/// A resource that is not known before the deployment is at least one of those that the action is about.
fn narrowed(action: &str, resource: &str) -> Vec<String> {
    let all = |(service, found): (&'static iam::Service, &'static iam::Action)| -> Vec<String> {
        service.resources_of(found).flat_map(|it| arns::all("", it)).collect()
    };
    let known = iam::action(action).filter(|_| resource == ANY).map(all).unwrap_or_default();
    if known.is_empty() { vec![resource.to_owned()] } else { known }
}

fn of_value(place: &Place<'_>, value: &Value) -> Condition {
    let Value::Map(operators) = value else { return Condition::default() };
    let keys = operators.iter().filter_map(|(operator, keys)| match keys {
        Value::Map(keys) => Some((operator, keys)),
        _ => None,
    });
    let pairs =
        keys.flat_map(|(operator, keys): (_, &BTreeMap<String, Value>)| keys.iter().map(move |it| (operator, it)));
    pairs.fold(Condition::default(), |all, (operator, (key, values))| {
        all.and(operator, key, items(Some(values)).iter().map(|value| place.text(value)))
    })
}
