//! What bounds the roles of a service.

mod extent;
mod guard;
mod own;
mod statements;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sparta_schema::iam;
use statements::plain_map;

use super::{
    PermissionsMistake,
    principals::{self, Principals},
    required::Required,
    resolver::Resolver,
    size::{MANAGED, size},
    values::{alternatives, each},
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
    /// The actions that nothing binds to the stack, by the type of the stack's own resource that they are on.
    pub(super) shared: BTreeMap<String, BTreeSet<String>>,
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
        let mut found =
            Found { resolver, allowed: Required::default(), granted: HashSet::new(), mistakes: BTreeSet::new() };
        let mut identities = 0;
        for (id, resource) in resolver.template().resources() {
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
        let mut statements = found.allowed.statements();
        let shared = std::mem::take(&mut found.allowed.shared);
        if statements.is_empty() {
            statements.push(nothing());
        }
        let size = size(&statements);
        if size > MANAGED {
            let stack = resolver.stack.to_owned();
            found.mistakes.insert(PermissionsMistake::BoundaryTooLarge { stack, characters: size });
        }
        match found.mistakes.is_empty() {
            true => Ok((identities > 0).then_some(Self { statements, shared })),
            false => Err(found.mistakes.into_iter().collect()),
        }
    }
}

/// IAM refuses a policy without statements; this one is about a call that everybody may make, whatever policies say.
///
/// See <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
fn nothing() -> Statement {
    Statement::allow(["sts:GetCallerIdentity"]).on("*")
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
    /// What was allowed without a condition: an action, its resource, and the types of those that this is made from.
    granted: HashSet<(String, String, Vec<&'a str>)>,
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
        for (place, policy) in each(&format!("{id}.ManagedPolicyArns"), properties.get("ManagedPolicyArns")) {
            if let Some(document) = managed_by_aws(&self.resolver.text(policy)) {
                self.document(&place, &document);
            }
        }
        for (place, policy) in each(&format!("{id}.Policies"), properties.get("Policies")) {
            match plain_map(policy).and_then(|map| map.get("PolicyDocument")) {
                Some(document) => self.document(&format!("{place}.PolicyDocument"), document),
                None => self.opaque(place),
            }
        }
    }

    fn policy(&mut self, id: &LogicalId, resource: &'a Resource) {
        if let Some(document) = resource.properties().get("PolicyDocument") {
            self.document(&format!("{id}.PolicyDocument"), document);
        }
        let named = ["role", "user"].map(|kind| principals::named(self.resolver, resource, kind));
        let foreign = named.into_iter().flat_map(|named| named.foreign);
        self.mistakes
            .extend(foreign.map(|property| PermissionsMistake::ForeignIdentity { resource: id.to_string(), property }));
    }
}

/// The managed policies that roles and users of the template have.
fn attached_policies<'a>(resolver: &Resolver<'a>) -> BTreeSet<&'a str> {
    let resources = resolver.template().resources().values();
    let lists = resources.filter_map(|resource| resource.properties().get("ManagedPolicyArns"));
    let mut names = BTreeSet::new();
    lists.for_each(|list| list.references(&mut names));
    names
}

fn is_for_somebody(policy: &Resource) -> bool {
    ["Roles", "Users"].iter().any(|property| policy.properties().contains_key(*property))
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
