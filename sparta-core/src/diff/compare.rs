//! Values in normal form, compared by their paths.

use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::{ResourceType, resource_type};

use super::{
    Version,
    change::{Effect, PropertyChange},
    normal::Normalizer,
    side::Side,
    text::is_known,
};
use crate::cfn::{Resource, Template, Value};

/// What is shown of what is hidden.
const HIDDEN: &str = "****";

/// A step to a value below another.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Item(usize),
}

/// A path where two values differ; one side may have nothing there.
#[derive(Debug)]
pub(super) struct Difference<'v> {
    path: Vec<Step>,
    old: Option<&'v Value>,
    new: Option<&'v Value>,
}

/// Where two values differ.
pub(super) fn differences<'v>(old: &'v Value, new: &'v Value) -> Vec<Difference<'v>> {
    let mut found = Vec::new();
    walk(&mut Vec::new(), old, new, &mut found);
    found
}

fn walk<'v>(path: &mut Vec<Step>, old: &'v Value, new: &'v Value, found: &mut Vec<Difference<'v>>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Map(one), Value::Map(other)) if old.as_function().is_none() && new.as_function().is_none() => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                step(path, Step::Name(name.clone()), one.get(name), other.get(name), found);
            }
        }
        (Value::List(one), Value::List(other)) => lists(path, (old, one), (new, other), found),
        _ => found.push(Difference { path: path.clone(), old: Some(old), new: Some(new) }),
    }
}

fn step<'v>(
    path: &mut Vec<Step>,
    step: Step,
    old: Option<&'v Value>,
    new: Option<&'v Value>,
    found: &mut Vec<Difference<'v>>,
) {
    path.push(step);
    match (old, new) {
        (Some(old), Some(new)) => walk(path, old, new, found),
        _ => found.push(Difference { path: path.clone(), old, new }),
    }
    path.pop();
}

/// Items that are in both lists say nothing, wherever they are, so that one more item is one difference.
fn lists<'v>(
    path: &mut Vec<Step>,
    (whole_old, old): (&'v Value, &'v [Value]),
    (whole_new, new): (&'v Value, &'v [Value]),
    found: &mut Vec<Difference<'v>>,
) {
    let mut left: Vec<(usize, &Value)> = new.iter().enumerate().collect();
    let mut gone = Vec::new();
    for (at, item) in old.iter().enumerate() {
        match left.iter().position(|(_, other)| *other == item) {
            Some(same) => _ = left.remove(same),
            None => gone.push((at, item)),
        }
    }
    if gone.is_empty() && left.is_empty() {
        found.push(Difference { path: path.clone(), old: Some(whole_old), new: Some(whole_new) });
        return;
    }
    let pairs = gone.len().min(left.len());
    for ((_, old), (at, new)) in gone.iter().zip(&left) {
        step(path, Step::Item(*at), Some(old), Some(new), found);
    }
    for (at, item) in gone.into_iter().skip(pairs) {
        step(path, Step::Item(at), Some(item), None, found);
    }
    for (at, item) in left.into_iter().skip(pairs) {
        step(path, Step::Item(at), None, Some(item), found);
    }
}

impl Difference<'_> {
    /// What it does to a resource of a type.
    pub(super) fn effect(&self, known: &ResourceType) -> Effect {
        if known.create_only().iter().any(|path| self.touches(path)) {
            Effect::Replacement
        } else if known.conditional_create_only().any(|path| self.touches(path)) {
            Effect::ConditionalReplacement
        } else {
            Effect::Update
        }
    }

    /// Whether what is at a path of the registry, such as `Rules.*.Id`, differs.
    fn touches(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split('.').collect();
        // The registry writes an item of a list as `*`, or leaves it out.
        let has_items = wanted.contains(&"*");
        let own = self.path.iter().filter(|step| has_items || matches!(step, Step::Name(_)));
        let mut own = own.map(|step| if let Step::Name(name) = step { name.as_str() } else { "*" });
        let mut rest = &wanted[..];
        while let [first, more @ ..] = rest {
            match own.next() {
                Some(name) if *first == "*" || name == *first => rest = more,
                Some(_) => return false,
                None => break,
            }
        }
        rest.is_empty() || below(self.old, rest) != below(self.new, rest)
    }

    pub(super) fn change(&self, prefix: &str, effect: Effect, kind: &str) -> PropertyChange {
        let mut path = prefix.to_owned();
        for step in &self.path {
            match step {
                Step::Name(name) if path.is_empty() => path = name.clone(),
                Step::Name(name) => path += &format!(".{name}"),
                Step::Item(at) => path += &format!("[{at}]"),
            }
        }
        let shown = |value: Option<&Value>| value.map(|value| self.shown(value, kind));
        PropertyChange { path, old: shown(self.old), new: shown(self.new), effect, because_of: None }
    }

    /// The value without its secrets.
    fn shown(&self, value: &Value, kind: &str) -> Value {
        let names =
            self.path.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
        let names: Vec<&str> = names.collect();
        masked(value, &names, hidden(kind))
    }
}

/// The properties of a type that AWS never shows again.
fn hidden(kind: &str) -> &'static [&'static str] {
    let hidden = resource_type(kind).filter(|_| kind != "AWS::Lambda::Function");
    hidden.map_or(&[][..], ResourceType::write_only)
}

/// The template for people: texts that CloudFormation or a resource's type hides are `****`.
///
/// They should not be there: a [`Secret`](crate::settings::Secret) is a reference in the template.
pub fn without_secrets(template: &Template) -> Template {
    let mut shown = template.clone();
    if cfg!(sparta_serving) {
        return shown;
    }
    for (id, resource) in template.resources() {
        let properties = resource.properties().iter();
        let mask = |changed: Resource, (name, value): (&String, &Value)| {
            changed.property(name, masked(value, &[name], hidden(resource.resource_type())))
        };
        shown.change(id, |changed| properties.fold(changed, mask));
    }
    for (id, _) in template.parameters().iter().filter(|(_, parameter)| parameter.no_echo) {
        shown.change_parameter(id, |parameter| parameter.default = parameter.default.take().map(|_| HIDDEN.to_owned()));
    }
    shown
}

/// The values at the rest of a path.
fn below<'v>(value: Option<&'v Value>, rest: &[&str]) -> Vec<&'v Value> {
    match (value, rest) {
        (None, _) => Vec::new(),
        (Some(value), []) => vec![value],
        (Some(Value::List(items)), [first, more @ ..]) => {
            let more = if *first == "*" { more } else { rest };
            items.iter().flat_map(|item| below(Some(item), more)).collect()
        }
        (Some(Value::Map(map)), ["*", more @ ..]) => map.values().flat_map(|value| below(Some(value), more)).collect(),
        (Some(Value::Map(map)), [first, more @ ..]) => below(map.get(*first), more),
        _ => Vec::new(),
    }
}

fn masked(value: &Value, path: &[&str], hidden: &[&str]) -> Value {
    match value {
        Value::String(text) if is_secret(path, hidden) && is_known(text) && !text.contains("{{resolve:") => {
            Value::from(HIDDEN)
        }
        Value::List(items) => Value::List(items.iter().map(|item| masked(item, path, hidden)).collect()),
        Value::Map(map) => {
            let inside = |name: &String, value| masked(value, &[path, &[name.as_str()]].concat(), hidden);
            Value::Map(map.iter().map(|(name, value)| (name.clone(), inside(name, value))).collect())
        }
        other => other.clone(),
    }
}

/// Whether a property is one that AWS never shows again, or is called like a secret.
fn is_secret(path: &[&str], hidden: &[&str]) -> bool {
    let is_hidden = |pattern: &&str| {
        let pattern: Vec<&str> = pattern.split('.').filter(|part| *part != "*").collect();
        path.starts_with(&pattern)
    };
    let name = path.last().unwrap_or(&"").to_ascii_lowercase();
    hidden.iter().any(is_hidden)
        || ["password", "secretstring", "clientsecret", "client_secret", "privatekey", "authtoken"]
            .iter()
            .any(|word| name.ends_with(word))
}

/// The parameters that differ, and those of which nobody can say it.
pub(super) fn parameters(
    old: &Version,
    new: &Version,
    before: &Side,
    after: &Side,
) -> (Vec<PropertyChange>, Vec<String>) {
    let (mut changes, mut unknown) = (Vec::new(), Vec::new());
    let hides = |version: &Version, name: &str| {
        Normalizer { document: &version.template, values: &version.values }.is_hidden(name)
    };
    let names: BTreeSet<&String> = before.parameters.keys().chain(after.parameters.keys()).collect();
    for name in names.into_iter().filter(|name| !is_of_code(name)) {
        let (is, would_be) = (before.parameters.get(name), after.parameters.get(name));
        if hides(old, name) || hides(new, name) {
            let given = |version: &Version| version.values.get(name).filter(|it| *it != HIDDEN).cloned();
            match (given(old), given(new)) {
                (Some(old), Some(new)) if old == new => {}
                (Some(_), Some(_)) => changes.push(plain(name, Some(HIDDEN.into()), Some(HIDDEN.into()))),
                _ if is.is_some() && would_be.is_some() => unknown.push(name.clone()),
                _ => changes.push(plain(name, is.map(|_| HIDDEN.into()), would_be.map(|_| HIDDEN.into()))),
            }
            continue;
        }
        let (is, would_be) = (is.cloned().flatten(), would_be.cloned().flatten());
        if is != would_be {
            changes.push(plain(name, is.map(Value::from), would_be.map(Value::from)));
        }
    }
    (changes, unknown)
}

fn is_of_code(parameter: &str) -> bool {
    [crate::contract::CODE_BUCKET, crate::contract::CODE_KEY].contains(&parameter)
}

pub(super) fn outputs(before: &Side, after: &Side) -> Vec<PropertyChange> {
    let map = |side: &Side| Value::Map(side.outputs.clone());
    let (old, new) = (map(before), map(after));
    differences(&old, &new).iter().map(|it| it.change("", Effect::None, "")).collect()
}

pub(super) fn tags(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<PropertyChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let value = |tags: &BTreeMap<String, String>, name: &String| tags.get(name).map(|it| Value::from(it.as_str()));
    differing.map(|name| plain(name, value(old, name), value(new, name))).collect()
}

fn plain(name: &str, old: Option<Value>, new: Option<Value>) -> PropertyChange {
    PropertyChange { path: name.to_owned(), old, new, effect: Effect::None, because_of: None }
}
