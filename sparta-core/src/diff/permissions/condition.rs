//! Conditions of statements, and whether one holds whenever another does.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::Pattern;
use crate::{
    cfn::Value,
    diff::{
        network::Network,
        normal::{entries, items},
        text::opaque,
    },
};

/// The conditions of one statement: values by operator and key, both in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions(BTreeMap<(String, String), Condition>);

#[derive(Clone, Debug, Default)]
struct Condition {
    /// The key and the operator as they are written.
    written: String,
    values: BTreeSet<String>,
}

/// An operator taken apart: `ForAnyValue:StringLikeIfExists`.
struct Operator<'o> {
    set: &'o str,
    name: &'o str,
    if_exists: bool,
}

impl<'o> Operator<'o> {
    fn of(text: &'o str) -> Self {
        let (set, name) = text.split_once(':').unwrap_or(("", text));
        let bare = name.strip_suffix("ifexists");
        Self { set, name: bare.unwrap_or(name), if_exists: bare.is_some() }
    }

    fn is_negative(&self) -> bool {
        self.name.contains("not")
    }

    /// Whether its values are patterns; the two of ARNs are the same.
    fn is_like(&self) -> bool {
        self.name.ends_with("like") || self.name.starts_with("arn")
    }

    /// The kind of values that it compares; those of one kind can be compared.
    fn family(&self) -> &str {
        match self.name {
            "stringequals" | "stringlike" => "string",
            "stringnotequals" | "stringnotlike" => "stringnot",
            "arnequals" | "arnlike" => "arn",
            "arnnotequals" | "arnnotlike" => "arnnot",
            other => other,
        }
    }

    /// Whether its values are numbers, of which more or fewer are on one side.
    fn is_ordered(&self) -> bool {
        self.name.starts_with("numericless") || self.name.starts_with("numericgreater")
    }

    /// Whether a limit lets through no more than another one.
    fn is_within(&self, value: &str, limit: &str) -> bool {
        match (value.parse::<f64>(), limit.parse::<f64>()) {
            (Ok(value), Ok(limit)) if self.name.contains("less") => value <= limit,
            (Ok(value), Ok(limit)) => value >= limit,
            _ => value == limit,
        }
    }

    /// Whether everything that one of its values stands for is in another one's.
    fn covers(&self, wide: &str, narrow: (&Operator<'_>, &str)) -> bool {
        let (operator, value) = narrow;
        let networks = || Some((Network::of(wide)?, Network::of(value)?));
        match networks().filter(|_| self.name.ends_with("ipaddress")) {
            Some((wide, narrow)) => wide.covers(&narrow),
            None => self.pattern(wide).covers(&operator.pattern(value)),
        }
    }

    fn pattern(&self, value: &str) -> Pattern {
        if self.is_like() { Pattern::of(value) } else { Pattern::exactly(value) }
    }
}

impl Conditions {
    /// The element `Condition` of a statement in normal form.
    pub(super) fn of(condition: Option<&Value>) -> Self {
        let mut conditions = Self::default();
        for (operator, keys) in entries(condition) {
            for (key, values) in entries(Some(keys)) {
                let values = items(Some(values)).iter().map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned));
                conditions.add(operator, key, values);
            }
        }
        conditions
    }

    pub(super) fn add(&mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) {
        let entry = self.0.entry((operator.to_ascii_lowercase(), key.to_ascii_lowercase())).or_default();
        entry.written = format!("{key} {operator}");
        entry.values.extend(values);
    }

    /// Whether `other` holds whenever this one does.
    pub(super) fn implies(&self, other: &Self) -> bool {
        other.0.iter().all(|((operator, key), condition)| {
            let of_key = self.0.iter().filter(|((_, own), _)| own == key);
            of_key
                .map(|((own, _), values)| (Operator::of(own), &values.values))
                .any(|(own, values)| is_stricter((&own, values), (&Operator::of(operator), &condition.values)))
        })
    }

    /// As people read it; nothing where there is none.
    pub(super) fn text(&self) -> Option<String> {
        let values = |condition: &Condition| Vec::from_iter(condition.values.iter().cloned()).join(" or ");
        let parts: Vec<String> = self.0.values().map(|it| format!("{} {}", it.written, values(it))).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn is_stricter(
    (own, own_values): (&Operator<'_>, &BTreeSet<String>),
    (other, other_values): (&Operator<'_>, &BTreeSet<String>),
) -> bool {
    // What holds without the key is the weaker one.
    if own.set != other.set || own.family() != other.family() || (own.if_exists && !other.if_exists) {
        return false;
    }
    if own.is_ordered() && own.name == other.name {
        return own_values.iter().all(|value| other_values.iter().any(|limit| own.is_within(value, limit)));
    }
    let covers = |(wide, wide_values): (&Operator<'_>, &BTreeSet<String>), (narrow, value): (&Operator<'_>, &str)| {
        wide_values.iter().any(|it| wide.covers(it, (narrow, value)))
    };
    if own.is_negative() {
        // It shuts out at least the same.
        other_values.iter().all(|value| covers((own, own_values), (other, value)))
    } else {
        own_values.iter().all(|value| covers((other, other_values), (own, value)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::Conditions;

    fn implies(one: &Json, other: &Json) -> bool {
        let of = |json: &Json| Conditions::of(Some(&json.clone().into()));
        of(one).implies(&of(other))
    }

    #[test]
    fn a_stricter_condition_implies_a_weaker_one() {
        let none = json!({});
        let region = json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}});
        let regions = json!({"StringEquals": {"aws:requestedregion": ["eu-west-1", "eu-west-2"]}});
        let europe = json!({"StringLike": {"aws:RequestedRegion": "eu-*"}});
        let if_exists = json!({"StringEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}});
        let both = json!({
            "StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:SecureTransport": "true"},
        });
        let not_one = json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}});
        let not_two = json!({"StringNotEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}});
        let source = json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:1:orders"}});
        let same_source = json!({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:1:orders"}});
        let office = json!({"IpAddress": {"aws:SourceIp": ["10.1.0.0/16", "10.2.3.4"]}});
        let company = json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
        let not_office = json!({"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}});
        let not_company = json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
        let soon = json!({"NumericLessThan": {"s3:signatureAge": "600"}});
        let later = json!({"NumericLessThan": {"s3:signatureAge": "6000"}});
        for (one, other) in [
            (&region, &none),
            (&office, &company),
            (&not_company, &not_office),
            (&soon, &later),
            (&region, &regions),
            (&region, &europe),
            (&regions, &europe),
            (&region, &if_exists),
            (&both, &region),
            (&not_two, &not_one),
            (&source, &same_source),
            (&same_source, &source),
        ] {
            assert!(implies(one, other), "{one} {other}");
            assert!(implies(one, one), "{one}");
        }
        for (one, other) in [
            (&none, &region),
            (&company, &office),
            (&not_office, &not_company),
            (&later, &soon),
            (&regions, &region),
            (&europe, &regions),
            (&if_exists, &region),
            (&region, &both),
            (&not_one, &not_two),
            (&not_one, &region),
        ] {
            assert!(!implies(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_star_in_an_exact_comparison_is_a_star() {
        let exact = json!({"StringEquals": {"aws:PrincipalTag/team": "*"}});
        let named = json!({"StringEquals": {"aws:PrincipalTag/team": "shop"}});
        assert!(!implies(&named, &exact) && !implies(&exact, &named));
    }
}
