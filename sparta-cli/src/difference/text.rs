//! A comparison as people read it.

use std::fmt::{self, Display, Write};

use sparta_core::{
    cfn::Value,
    diff::{
        ChangeKind, CodeChange, CostDriver, DataAtRisk, Diff, Effect, Loss, Opening, Permission, PropertyChange,
        ResourceChange, Widening,
    },
};

use crate::output::Shown;

/// Values longer than this are cut.
const LONGEST: usize = 160;

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// For terminals.
    Colours,
    /// For everything else.
    Plain,
}

impl Paint {
    fn of(self, colour: u8, text: impl Display) -> String {
        match self {
            Self::Colours => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
            Self::Plain => text.to_string(),
        }
    }
}

const BOLD: u8 = 1;
const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;

/// The whole comparison; a section that has nothing in it is left out.
pub(crate) fn text(diff: &Diff, paint: Paint) -> String {
    let mut text = String::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            _ = writeln!(text, "{}", paint.of(BOLD, title));
            lines.iter().for_each(|line| _ = writeln!(text, "  {line}"));
        }
    };
    section("Code", Vec::from_iter(code(diff.code)));
    let mut parameters = values(&diff.parameters, paint);
    let unknown = |name: &String| format!("? {} is NoEcho: whether it changes cannot be seen", Shown(name));
    parameters.extend(diff.unknown_parameters.iter().map(unknown));
    section("Parameters", parameters);
    section("Resources", diff.resources.iter().flat_map(|change| resource(change, paint)).collect());
    section("Outputs", values(&diff.outputs, paint));
    section("Tags", values(&diff.tags, paint));
    let red = |line: String| paint.of(RED, line);
    section("Data at risk", diff.data_at_risk.iter().map(|it| red(data(it))).collect());
    section(
        "Widened permissions",
        diff.widened_permissions.iter().map(|it| paint.of(YELLOW, permission(it))).collect(),
    );
    section("Network openings", diff.network_openings.iter().map(|it| paint.of(YELLOW, opening(it))).collect());
    section(
        "Cost drivers (what is billed by being there or by size; no estimate)",
        diff.cost_drivers.iter().map(cost).collect(),
    );
    if diff.is_empty() {
        text.push_str("no differences\n");
    }
    text
}

fn code(code: CodeChange) -> Option<String> {
    match code {
        CodeChange::Changed => Some("~ another archive".to_owned()),
        CodeChange::Unchanged => None,
        CodeChange::Unknown => Some("? not compared: nothing was compiled".to_owned()),
    }
}

fn values(changes: &[PropertyChange], paint: Paint) -> Vec<String> {
    changes.iter().map(|change| value(change, paint)).collect()
}

fn value(change: &PropertyChange, paint: Paint) -> String {
    let path = change.path.strip_prefix("Properties.").unwrap_or(&change.path);
    let path = Shown(path);
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} {path}: {} -> {}", paint.of(YELLOW, '~'), shown(old), shown(new)),
        (None, Some(new)) => format!("{} {path}: {}", paint.of(GREEN, '+'), shown(new)),
        (Some(old), None) => format!("{} {path}: {}", paint.of(RED, '-'), shown(old)),
        (None, None) => format!("~ {path}"),
    }
}

fn shown(value: &Value) -> String {
    let whole = match value.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string(value).unwrap_or_default(),
    };
    let cut: String = whole.chars().take(LONGEST).collect();
    let rest = if cut.len() < whole.len() { "..." } else { "" };
    format!("{}{rest}", Shown(&cut))
}

fn resource(change: &ResourceChange, paint: Paint) -> Vec<String> {
    let name = Named(&change.logical_id, &change.resource_type);
    let line = match (change.change, change.effect) {
        (ChangeKind::Added, _) => format!("{} {name}", paint.of(GREEN, '+')),
        (ChangeKind::Removed, _) => format!("{} {name}", paint.of(RED, '-')),
        (_, Effect::Replacement) => format!("{} {name} is replaced", paint.of(RED, '!')),
        (_, Effect::ConditionalReplacement) => format!("{} {name} may be replaced", paint.of(RED, '!')),
        _ => format!("{} {name}", paint.of(YELLOW, '~')),
    };
    let mut lines = vec![line];
    lines.extend(change.properties.iter().map(|property| {
        let why = match (property.effect, &property.because_of) {
            (_, Some(source)) => format!(" (refers to {}, which is replaced)", Shown(source)),
            (Effect::Replacement, None) => " (replaces it)".to_owned(),
            (Effect::ConditionalReplacement, None) => " (may replace it)".to_owned(),
            _ => String::new(),
        };
        let line = match property.because_of {
            Some(_) => format!("~ {}", Shown(property.path.trim_start_matches("Properties."))),
            None => value(property, paint),
        };
        format!("    {line}{why}")
    }));
    lines
}

/// A resource and its type.
struct Named<'a>(&'a str, &'a str);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Shown(self.0), Shown(self.1))
    }
}

pub(super) fn data(it: &DataAtRisk) -> String {
    let name = Named(&it.logical_id, &it.resource_type);
    let may = if it.conditional { "may be" } else { "is" };
    match it.loss {
        Loss::Removed => format!("{name} is removed, and with it {}", it.data),
        Loss::Replaced => format!("{name} {may} replaced by an empty one, and deleted with {}", it.data),
        Loss::LeftBehind => format!("{name} {may} replaced by an empty one, and the old one stays with {}", it.data),
    }
}

pub(super) fn permission(it: &Permission) -> String {
    let mut line = format!("{} ({}): ", Shown(&it.holder), it.policy);
    let actions = it.actions.join(", ");
    match &it.widening {
        Widening::Allowed => {
            let who = it.principal.as_deref().map(|who| format!("{} may ", Shown(who)));
            line += &format!("{}{}", who.unwrap_or_default(), Shown(&actions));
        }
        Widening::NotDenied => line += &format!("no longer denied: {}", Shown(&actions)),
        Widening::Managed(name) => line += &format!("the managed policy {}", Shown(name)),
        Widening::Boundary => line += "no longer bounded by the same permissions boundary",
    }
    line += &it.resource.as_ref().map(|resource| format!(" on {}", Shown(resource))).unwrap_or_default();
    line += &it.condition.as_ref().map(|condition| format!(" if {}", Shown(condition))).unwrap_or_default();
    line
}

pub(super) fn opening(it: &Opening) -> String {
    format!("{}: {}", Named(&it.logical_id, &it.resource_type), Shown(&it.what))
}

fn cost(it: &CostDriver) -> String {
    let name = Named(&it.logical_id, &it.resource_type);
    let size = match (it.property, &it.old, &it.new) {
        (Some(property), Some(old), Some(new)) => format!(", {property} {} -> {}", Shown(old), Shown(new)),
        (Some(property), None, Some(new)) => format!(", {property} {}", Shown(new)),
        _ => String::new(),
    };
    format!("{name}{size}: {}", it.billed_by)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sparta_core::diff::Version;

    use super::*;

    fn diff() -> Diff {
        let version = |resources: serde_json::Value, memory: &str| {
            let document = json!({
                "Parameters": {"Memory": {"Type": "Number"}, "Token": {"Type": "String", "NoEcho": true}},
                "Resources": resources,
            });
            Version::from_json(&document.to_string()).unwrap().parameters([("Memory", memory), ("Token", "****")])
        };
        let function = json!({"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": {"Ref": "Memory"}}});
        let role = |action: &str| {
            let statement = json!({"Effect": "Allow", "Action": action, "Resource": {"Fn::GetAtt": ["Links", "Arn"]}});
            let policy = json!({"PolicyName": "x", "PolicyDocument": {"Statement": [statement]}});
            json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}})
        };
        let table = |name: &str| json!({"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}});
        let old = json!({"Api": function, "Role": role("dynamodb:Query"), "Links": table("a\u{1b}"), "Old": {"Type": "AWS::SQS::Queue"}});
        let new = json!({
            "Api": function, "Role": role("dynamodb:*"), "Links": table("b"),
            "Url": {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE"}},
        });
        Diff::between(&version(old, "128"), &version(new, "256"))
    }

    #[test]
    fn a_comparison_is_read_from_what_it_changes_to_what_it_costs() {
        insta::assert_snapshot!(text(&diff(), Paint::Plain));
        let coloured = text(&diff(), Paint::Colours);
        assert!(coloured.contains("\u{1b}[31m!\u{1b}[0m Links") && !coloured.contains("a\u{1b} "), "{coloured}");
    }

    #[test]
    fn nothing_is_said_in_so_many_words() {
        let version = Version::from_json(r#"{"Resources": {}}"#).unwrap().parameters([("CodeKey", "x")]);
        assert_eq!(text(&Diff::between(&version, &version), Paint::Plain), "no differences\n");
    }
}
