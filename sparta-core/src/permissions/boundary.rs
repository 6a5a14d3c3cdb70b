use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    arns,
    condition::Condition,
    given::{self, Given},
    needs::Needs,
    place::{ANY, Place},
    reviewed,
    size::{MANAGED, size},
    values::{alternatives, is_optional},
};
use crate::{
    cfn::{LogicalId, Resource, Value},
    contract::PERMISSIONS_BOUNDARY as BOUNDARY,
    iam::Statement,
};

/// The most that a role of a service may ever do: what the roles of its template may do, taken together.
#[derive(Debug)]
pub(crate) struct Boundary {
    pub(crate) statements: Vec<Statement>,
}

/// Why a service's roles have no common boundary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BoundaryMistake {
    /// A role or user has a policy that is not in the template.
    Attached { role: String, policy: String },
    /// A policy says what it does not allow.
    Negative { role: String },
    /// What a policy allows is known only once it is deployed.
    Opaque { role: String },
    /// A policy allows what gives rights, or uses another's, on something that only AWS knows.
    Anything { role: String, action: String },
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
        let attached = attached_policies(place);
        let mut found = Found { place: *place, needs: Needs::default(), mistakes: BTreeSet::new() };
        let mut identities = 0;
        for (id, resource) in place.template.resources() {
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
            if is_about_groups(place, resource) {
                found.mistakes.insert(BoundaryMistake::Group { resource: id.to_string() });
            }
        }
        let statements = found.needs.statements();
        let size = size(&statements);
        if size > MANAGED {
            found.mistakes.insert(BoundaryMistake::TooLarge(size));
        }
        match found.mistakes.is_empty() {
            true => Ok((identities > 0).then_some(Self { statements })),
            false => Err(found.mistakes.into_iter().collect()),
        }
    }
}

fn is_about_groups(place: &Place<'_>, resource: &Resource) -> bool {
    const GROUPS: [&str; 3] = ["AWS::IAM::Group", "AWS::IAM::GroupPolicy", "AWS::IAM::UserToGroupAddition"];
    GROUPS.contains(&resource.resource_type()) || given::named(place, resource, "group") != Given::default()
}

/// What the policies of a template allow, as far as they were read.
struct Found<'a> {
    place: Place<'a>,
    needs: Needs,
    mistakes: BTreeSet<BoundaryMistake>,
}

impl Found<'_> {
    fn identity(&mut self, id: &LogicalId, resource: &Resource) {
        let properties = resource.properties();
        self.mistakes.extend(attached(&self.place, id, resource));
        let passed = self.place.parameters.get(BOUNDARY);
        let is_own = |boundary: &Value| Some(&self.place.text(boundary)) != passed;
        if alternatives(properties.get(BOUNDARY)).into_iter().any(is_own) {
            self.mistakes.insert(BoundaryMistake::Own { role: id.to_string() });
        }
        for policy in alternatives(properties.get("Policies")) {
            match plain_map(policy) {
                Some(map) => self.documents(id, map.get("PolicyDocument")),
                None => self.opaque(id),
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
        let place = self.place;
        if statement.get("Effect").is_some_and(|effect| effect.as_str() == Some("Deny")) {
            return;
        }
        if statement.contains_key("NotAction") || statement.contains_key("NotResource") {
            self.mistakes.insert(BoundaryMistake::Negative { role: id.to_string() });
            return;
        }
        let actions = alternatives(statement.get("Action")).into_iter().map(|action| known(&place, action));
        let given = statement.get("Condition");
        let conditions = alternatives(given).into_iter().map(|condition| Condition::read(&place, condition).map(Some));
        let none = is_optional(given).then_some(Some(None));
        let conditions: Option<Vec<Option<Condition>>> = conditions.chain(none).collect();
        let (Some(conditions), Some(actions)) = (conditions, actions.collect::<Option<Vec<_>>>()) else {
            return self.opaque(id);
        };
        let resources = alternatives(statement.get("Resource"));
        for action in &actions {
            if gives_rights(action) && resources.iter().any(|resource| is_any(&place, resource)) {
                self.mistakes.insert(BoundaryMistake::Anything { role: id.to_string(), action: action.clone() });
            }
            let on = resources.iter().flat_map(|resource| match resource.as_str() {
                Some(ANY) => vec![ANY.to_owned()],
                _ => narrowed(action, &place.text(resource)),
            });
            let on: BTreeSet<String> = on.collect();
            conditions.iter().for_each(|condition| self.needs.insert(action, condition.clone(), on.clone()));
        }
    }

    fn opaque(&mut self, id: &LogicalId) {
        self.mistakes.insert(BoundaryMistake::Opaque { role: id.to_string() });
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
    ["iam:PassRole", "sts:AssumeRole"].contains(&action) || reviewed::is_never_on_all(action)
}

/// Whether only AWS knows a resource, so that what is known of it would be all of its type. A `*` in a plain text is the
/// author's own.
fn is_any(place: &Place<'_>, resource: &Value) -> bool {
    let text = place.text(resource);
    given::is_unknown(resource, &text) && (text == ANY || text.ends_with(":*") || text.ends_with("/*"))
}

/// The managed policies that roles and users of the template have.
fn attached_policies<'a>(place: &Place<'a>) -> BTreeSet<&'a str> {
    let resources = place.template.resources().values();
    let lists = resources.filter_map(|resource| resource.properties().get("ManagedPolicyArns"));
    let mut names = BTreeSet::new();
    lists.for_each(|list| list.references(&mut names));
    names
}

fn is_for_somebody(policy: &Resource) -> bool {
    ["Roles", "Users"].iter().any(|property| policy.properties().contains_key(*property))
}

/// An action, which may be `s3:*`; `None` where only AWS knows it.
fn known(place: &Place<'_>, action: &Value) -> Option<String> {
    let text = place.text(action);
    (action.as_str().is_some() || !text.contains(ANY)).then_some(text)
}

/// Policies whose content the template does not show.
fn attached(place: &Place<'_>, id: &LogicalId, role: &Resource) -> Vec<BoundaryMistake> {
    let is_own = |policy: &Value| match policy.as_function() {
        Some(("Ref", Value::String(name))) => {
            place.resource(name).is_some_and(|(_, it)| it.resource_type() == MANAGED_POLICY)
        }
        Some(("Fn::GetAtt", _)) => place.text(policy).contains(":policy/"),
        _ => false,
    };
    let policies =
        alternatives(role.properties().get("ManagedPolicyArns")).into_iter().filter(|policy| !is_own(policy));
    policies.map(|policy| BoundaryMistake::Attached { role: id.to_string(), policy: place.text(policy) }).collect()
}

/// A resource that is not known before the deployment is at least one of those that the action is about.
fn narrowed(action: &str, resource: &str) -> Vec<String> {
    let all = |(service, found): (&'static iam::Service, &'static iam::Action)| -> Vec<String> {
        service.resources_of(found).flat_map(|it| arns::all("", it)).collect()
    };
    let known = iam::action(action).filter(|_| resource == ANY).map(all).unwrap_or_default();
    if known.is_empty() { vec![resource.to_owned()] } else { known }
}
