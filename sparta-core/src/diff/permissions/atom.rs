//! What statements say, taken apart: one action on one resource for one principal.

use super::{condition::Conditions, pattern::Pattern};
use crate::{
    cfn::Value,
    diff::normal::{entries, get, items, text_at},
    diff::text::opaque,
};

/// One action on one resource for one principal, under conditions.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) allows: bool,
    pub(super) principal: Scope,
    pub(super) action: Scope,
    pub(super) resource: Scope,
    pub(super) conditions: Conditions,
    /// What of the template's own conditions it depends on whether it is there, where that is not known.
    pub(super) guard: Option<String>,
}

/// One thing or all that are like a pattern, or everything but some.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    Of(Pattern),
    AllBut(Vec<Pattern>),
}

impl Scope {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Of(own), Self::Of(other)) => own.covers(other),
            (Self::Of(own), Self::AllBut(_)) => own.is_all(),
            (Self::AllBut(left_out), Self::Of(other)) => left_out.iter().all(|it| !it.overlaps(other)),
            (Self::AllBut(own), Self::AllBut(other)) => own.iter().all(|it| other.iter().any(|too| too.covers(it))),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Of(own), Self::Of(other)) => own.overlaps(other),
            _ => true,
        }
    }

    /// As people read it; nothing where a policy does not say it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Of(pattern) => pattern.text().to_owned(),
            Self::AllBut(left_out) => {
                let names: Vec<&str> = left_out.iter().map(Pattern::text).collect();
                format!("everything but {}", names.join(", "))
            }
        }
    }
}

impl Atom {
    /// Whether this one says all that the other says.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.allows == other.allows
            && (self.guard.is_none() || self.guard == other.guard)
            && self.principal.covers(&other.principal)
            && self.action.covers(&other.action)
            && self.resource.covers(&other.resource)
            && other.conditions.implies(&self.conditions)
    }

    /// Whether both may be about the same action on the same resource.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.action.overlaps(&other.action) && self.resource.overlaps(&other.resource)
    }

    /// All that a policy document in normal form says; `canonical` writes a resource in one way.
    pub(super) fn of_policy(policy: &Value, canonical: &dyn Fn(&str) -> String) -> Vec<Self> {
        let parsed;
        let policy = match policy.as_str().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()) {
            Some(json) => {
                parsed = Value::from(json);
                &parsed
            }
            None => policy,
        };
        let mut atoms = Vec::new();
        either(policy, None, &mut |policy, guard| {
            for statement in items(get(policy, "Statement")) {
                either(statement, guard, &mut |statement, guard| of_statement(statement, guard, canonical, &mut atoms));
            }
        });
        atoms
    }
}

/// A value, or both branches of one that depends on a condition which is not known.
pub(super) fn either<'v>(value: &'v Value, guard: Option<&str>, with: &mut dyn FnMut(&'v Value, Option<&str>)) {
    match value.as_function() {
        Some(("Fn::If", Value::List(arguments))) => {
            let [condition, then, otherwise] = &arguments[..] else { return };
            let condition = condition.as_str().unwrap_or_default();
            let under = |more: String| guard.map_or_else(|| more.clone(), |guard| format!("{guard}, {more}"));
            either(then, Some(&under(condition.to_owned())), with);
            either(otherwise, Some(&under(format!("not ({condition})"))), with);
        }
        Some(("Ref", Value::String(name))) if name == "AWS::NoValue" => {}
        _ => with(value, guard),
    }
}

fn of_statement(statement: &Value, guard: Option<&str>, canonical: &dyn Fn(&str) -> String, atoms: &mut Vec<Atom>) {
    let conditions = Conditions::of(get(statement, "Condition"));
    let exactly = |text: &str| if text == "*" { Pattern::of(text) } else { Pattern::exactly(text) };
    let principals =
        scopes(&principals(get(statement, "Principal")), &principals(get(statement, "NotPrincipal")), exactly);
    let actions = scopes(&texts(get(statement, "Action")), &texts(get(statement, "NotAction")), Pattern::ignoring_case);
    let on = |text: &str| Pattern::of(&canonical(text));
    let resources = scopes(&texts(get(statement, "Resource")), &texts(get(statement, "NotResource")), on);
    for principal in &principals {
        for action in &actions {
            for resource in &resources {
                atoms.push(Atom {
                    allows: text_at(statement, "Effect") != Some("Deny"),
                    principal: principal.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    conditions: conditions.clone(),
                    guard: guard.map(str::to_owned),
                });
            }
        }
    }
}

/// One scope for each text, or one for what is left out; one that is empty where the statement says neither.
fn scopes(named: &[String], left_out: &[String], pattern: impl Fn(&str) -> Pattern) -> Vec<Scope> {
    if !left_out.is_empty() {
        return vec![Scope::AllBut(left_out.iter().map(|text| pattern(text)).collect())];
    }
    if named.is_empty() {
        return vec![Scope::Of(Pattern::exactly(""))];
    }
    named.iter().map(|text| Scope::Of(pattern(text))).collect()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    items(value).iter().map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned)).collect()
}

/// Principals with their kind: `Service:lambda.amazonaws.com`; `*` is everybody.
fn principals(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Map(_)) = value.filter(|value| value.as_function().is_none()) else {
        return texts(value).into_iter().map(|text| principal("AWS", &text)).collect();
    };
    let kinds = entries(value);
    kinds.flat_map(|(kind, who)| texts(Some(who)).into_iter().map(|text| principal(kind, &text))).collect()
}

/// A principal as IAM stores it: an account is its root user.
pub(super) fn principal(kind: &str, text: &str) -> String {
    match kind {
        "AWS" if text == "*" => text.to_owned(),
        "AWS" if text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit()) => format!("AWS:account {text}"),
        "AWS" => match text.strip_suffix(":root").and_then(|arn| arn.rsplit_once("::")) {
            Some((_, account)) if text.contains(":iam::") => format!("AWS:account {account}"),
            _ => format!("AWS:{text}"),
        },
        kind => format!("{kind}:{text}"),
    }
}
