//! What the statements of a policy allow.

use std::collections::BTreeMap;

use sparta_schema::iam;

use super::{
    Found,
    guard::{Excess, excess},
    own::{Own, Part},
};
use crate::{
    cfn::{LogicalId, ParameterType, Value},
    permissions::{
        PermissionsMistake,
        binding::{self, By},
        condition::Condition,
        resolver::{Resolver, UNKNOWN, UNNAMED},
        values::{alternatives, each, is_optional},
    },
};

/// What documents and statements of IAM's consist of.
const OF_DOCUMENTS: [&str; 3] = ["Id", "Statement", "Version"];
const OF_STATEMENTS: [&str; 7] = ["Action", "Condition", "Effect", "NotAction", "NotResource", "Resource", "Sid"];

/// A map that is none of CloudFormation's functions.
pub(super) fn plain_map(value: &Value) -> Option<&BTreeMap<String, Value>> {
    match value {
        Value::Map(map) if value.as_function().is_none() => Some(map),
        _ => None,
    }
}

/// A map with these keys alone: IAM knows no others, and another way to write one of them is no key.
fn map_of<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v BTreeMap<String, Value>> {
    plain_map(value).filter(|map| map.keys().all(|key| keys.contains(&key.as_str())))
}

impl Found<'_, '_> {
    pub(super) fn document(&mut self, place: &str, document: &Value) {
        for (place, document) in each(place, [document]) {
            let Some(document) = map_of(document, &OF_DOCUMENTS) else {
                self.opaque(place);
                continue;
            };
            for (place, statement) in each(&format!("{place}.Statement"), document.get("Statement")) {
                match map_of(statement, &OF_STATEMENTS) {
                    Some(statement) => self.statement(&place, statement),
                    None => self.opaque(place),
                }
            }
        }
    }

    fn statement(&mut self, place: &str, statement: &BTreeMap<String, Value>) {
        let resolver = self.resolver;
        if statement.get("Effect").is_some_and(|effect| effect.as_str() == Some("Deny")) {
            return;
        }
        if statement.contains_key("NotAction") || statement.contains_key("NotResource") {
            self.mistakes.insert(PermissionsMistake::NegativePolicy { place: place.to_owned() });
            return;
        }
        let actions = alternatives(statement.get("Action")).into_iter().map(|action| known(resolver, action));
        let condition = statement.get("Condition");
        let conditions =
            alternatives(condition).into_iter().map(|condition| Condition::read(resolver, condition).map(Some));
        let none = is_optional(condition).then_some(Some(None));
        let conditions: Option<Vec<Option<Condition>>> = conditions.chain(none).collect();
        let (Some(conditions), Some(actions)) = (conditions, actions.collect::<Option<Vec<_>>>()) else {
            return self.opaque(place.to_owned());
        };
        let resources: Vec<(&Value, String)> = alternatives(statement.get("Resource"))
            .into_iter()
            .flat_map(|resource| texts(resolver, resource).into_iter().map(move |text| (resource, text)))
            .collect();
        for action in &actions {
            for (resource, text) in &resources {
                self.grant(place, action, resource, text, &conditions);
            }
        }
    }

    /// Allows an action on a resource, under each of these conditions.
    fn grant(&mut self, place: &str, action: &str, resource: &Value, text: &str, conditions: &[Option<Condition>]) {
        let own = Own::of(self.resolver, resource, text);
        // Most roles may do the same as others, on names of one pattern.
        let asked = matches!(conditions, [None]).then(|| (action.to_owned(), text.to_owned(), own.types()));
        if asked.as_ref().is_some_and(|it| self.granted.contains(it)) {
            return;
        }
        let is_tagged = conditions.iter().all(|it| it.as_ref().is_some_and(Condition::demands_a_tag));
        let is_bound = |service: &iam::Service, action: &iam::Action, kind: &iam::Resource| {
            (is_tagged && binding::knows_tags(service, action, kind)) || own.is_tagged(service, action, kind)
        };
        if let Some(found) = excess(action, text, &is_bound) {
            self.mistakes.insert(mistake(found, place, action, resource));
        } else {
            self.granted.extend(asked);
        }
        for Part { action, on, is_tagged, shared } in own.parts(action) {
            let tag = is_tagged.then(|| By::Tag.condition(&self.resolver.stack)).flatten();
            for condition in conditions {
                let condition = Condition::all(condition.clone(), tag.clone());
                self.allowed.insert(&action, condition, on.clone());
            }
            for kind in shared {
                self.allowed.shared.entry(kind).or_default().insert(action.clone());
            }
        }
    }

    pub(super) fn opaque(&mut self, place: String) {
        self.mistakes.insert(PermissionsMistake::OpaquePolicy { place });
    }
}

/// An action, which may be `s3:*`, as IAM spells it; `None` where only AWS knows it.
fn known(resolver: &Resolver<'_>, action: &Value) -> Option<String> {
    let text = resolver.told_apart(action);
    let spelt = iam::action(&text).map(|(service, action)| service.name_of(action));
    (!text.contains([UNKNOWN, UNNAMED])).then(|| spelt.unwrap_or(text))
}

/// What a resource is: several texts where it is a parameter that is a list.
fn texts(resolver: &Resolver<'_>, resource: &Value) -> Vec<String> {
    let text = resolver.told_apart(resource);
    let parameter = match resource.as_function() {
        Some(("Ref", Value::String(name))) => LogicalId::new(name).ok(),
        _ => None,
    };
    let parameter = parameter.and_then(|id| resolver.template().parameters().get(&id));
    let is_list = |kind: &ParameterType| matches!(kind, ParameterType::Other(kind) if kind.contains("List"));
    match parameter.is_some_and(|parameter| is_list(&parameter.kind)) {
        true => text.split(',').map(|item| item.trim().to_owned()).collect(),
        false => vec![text],
    }
}

fn mistake((excess, example): (Excess, String), place: &str, action: &str, resource: &Value) -> PermissionsMistake {
    let (place, action) = (place.to_owned(), action.to_owned());
    let resource = match resource {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).expect("a value is JSON"),
    };
    match excess {
        Excess::Unknown => PermissionsMistake::UnlimitedPolicy { place, action, resource, example },
        Excess::Unnamed => PermissionsMistake::UnnamedTarget { place, action, resource, example },
        Excess::Written => PermissionsMistake::WidePolicy { place, action, resource, example },
    }
}
