//! Who may send requests to the routes of a REST API, as its definition says.

use std::collections::BTreeSet;

use super::{
    authorizer::{OF_COGNITO, RestAuthorizer, Scheme},
    definition::{AUTH, KEY, entry, get, object, operations, schemes},
};
use crate::{
    cfn::{LogicalId, Value},
    stack::Stack,
};

/// Who may send requests to a route, as its definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Nobody,
    Iam,
    /// A function.
    Lambda,
    /// Cognito.
    Tokens,
}

/// The name of an authorizer and the scopes that it asks for; routes that have the same share one.
pub(super) fn requirement(body: &mut Value, scheme: &Scheme) -> Value {
    const AUTHORIZER: &str = "RestApiAuthorizer";
    let schemes = schemes(body);
    let (mut name, mut number) = (AUTHORIZER.to_owned(), 1);
    while get(schemes, &name).is_some_and(|there| *there != scheme.definition) {
        number += 1;
        name = format!("{AUTHORIZER}{number}");
    }
    *entry(schemes, &name) = scheme.definition.clone();
    object([(&name, scheme.scopes.clone().into())])
}

/// Guards the routes that say nothing of who may come, where there are any, and says which of them invoke one of these.
pub(super) fn guard(
    stack: &mut Stack,
    api: &LogicalId,
    authorizer: &RestAuthorizer,
    own: &[LogicalId],
) -> Option<Vec<String>> {
    let mut circles = None;
    _ = stack.change(api, |api| {
        api.change_property("Body", |body| {
            let mut undecided = operations(body);
            undecided.retain(|(.., operation)| !is_decided(operation));
            if !undecided.is_empty() {
                let own = undecided.iter().filter(|(.., operation)| is_of(operation, own));
                circles = Some(own.map(|(method, path, _)| format!("{method} {path}")).collect());
                guard_undecided(body, authorizer);
            }
        })
    });
    circles
}

fn guard_undecided(body: &mut Value, authorizer: &RestAuthorizer) {
    let requirement = authorizer.scheme().map(|scheme| requirement(body, &scheme));
    for (.., operation) in operations(body).into_iter().filter(|(.., operation)| !is_decided(operation)) {
        match &requirement {
            None => *entry(operation, AUTH) = object([("type", "AWS_IAM".into())]),
            Some(requirement) => {
                let key = requirements(operation).first().cloned();
                let all: Vec<Value> = [requirement.clone()].into_iter().chain(key).collect();
                *entry(operation, "security") = all.into();
            }
        }
    }
}

/// Has the API take the keys that its authorizer names.
pub(super) fn take_keys_of_authorizer(stack: &mut Stack, api: &LogicalId) {
    _ = stack.change(api, |api| {
        api.change_property("Body", |body| *entry(body, "x-amazon-apigateway-api-key-source") = "AUTHORIZER".into())
    });
}

/// Whether it is said who may send requests to a route.
fn is_decided(operation: &Value) -> bool {
    get(operation, AUTH).is_some() || requirements(operation).iter().any(|it| get(it, KEY).is_none())
}

pub(super) fn requirements(operation: &Value) -> &[Value] {
    match get(operation, "security") {
        Some(Value::List(all)) => all,
        _ => &[],
    }
}

/// Whether an operation refers to one of these.
fn is_of(operation: &Value, ids: &[LogicalId]) -> bool {
    let mut named = BTreeSet::new();
    operation.references(&mut named);
    ids.iter().any(|id| named.contains(id.as_str()))
}

pub(super) fn asks(operation: &Value, schemes: Option<&Value>) -> Asks {
    if let Some(auth) = get(operation, AUTH) {
        return if get(auth, "type") == Some(&"AWS_IAM".into()) { Asks::Iam } else { Asks::Nobody };
    }
    let own = requirements(operation).iter().find(|it| get(it, KEY).is_none());
    let Some(Value::Map(own)) = own else { return Asks::Nobody };
    let kind = |name| get(get(schemes?, name)?, "x-amazon-apigateway-authtype");
    let is_of_cognito = own.keys().any(|name| kind(name) == Some(&OF_COGNITO.into()));
    if is_of_cognito { Asks::Tokens } else { Asks::Lambda }
}
