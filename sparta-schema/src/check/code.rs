//! Rules that no schema can say.

use crate::check::Checker;
use crate::check::map::listed;
use crate::dynamic::is_dynamic;
use crate::fault::FaultKind;
use crate::names::nearest;
use crate::node::{Node, Value};
use crate::schema::Keyword;

const ROLE: &str = r"^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+$";

impl Checker<'_> {
    pub(super) fn code(&mut self, properties: &Node) {
        let name = self.resource_type.name();
        let mut visit = |path: &[&str], found: fn(&mut Self, &Node)| {
            self.visit(path, properties, properties.place, &mut |checker, node, _| found(checker, node));
        };
        match name {
            "AWS::Events::Rule" => visit(&["ScheduleExpression"], Self::schedule),
            "AWS::CloudFront::Distribution" => visit(&["DistributionConfig"], Self::origins),
            "AWS::Backup::BackupSelection" => visit(&["BackupSelection", "IamRoleArn"], Self::role),
            "AWS::EC2::SpotFleet" => visit(&["SpotFleetRequestConfigData", "IamFleetRole"], Self::role),
            "AWS::S3::Bucket" => visit(&["ReplicationConfiguration", "Role"], Self::role),
            _ => {}
        }
    }

    fn role(&mut self, node: &Node) {
        for node in texts(node) {
            self.scalar_keyword(&Keyword::Pattern(ROLE), node);
        }
    }

    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.
    fn schedule(&mut self, node: &Node) {
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            if let Some(expected) = expected_schedule(text) {
                let message = format!("{} must be {expected}, not `{text}`", self.name());
                self.fault(node.place, FaultKind::Pattern, message);
            }
        }
    }

    fn origins(&mut self, configuration: &Node) {
        let mut ids = Vec::new();
        let all_known = all_texts(&["Origins", "*", "Id"], configuration, &mut ids)
            && all_texts(&["OriginGroups", "Items", "*", "Id"], configuration, &mut ids);
        if !all_known || ids.is_empty() {
            return;
        }
        let mut find = |checker: &mut Self, node: &Node, _| {
            for node in texts(node) {
                let Value::String(text) = &node.value else { continue };
                if !ids.contains(&text.as_str()) {
                    let meant = nearest(text, ids.iter().copied()).filter(|_| ids.len() > 1);
                    let hint = meant.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
                    let name = checker.name();
                    let message = format!("{name} must be the `Id` of an origin: {}, not `{text}`{hint}", listed(&ids));
                    checker.fault(node.place, FaultKind::Enum, message);
                }
            }
        };
        self.visit(&["DefaultCacheBehavior", "TargetOriginId"], configuration, configuration.place, &mut find);
        self.visit(&["CacheBehaviors", "*", "TargetOriginId"], configuration, configuration.place, &mut find);
    }
}

/// The texts that a value may be, without those that are only known when they are deployed.
fn texts(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Choice(branches) => branches.iter().flat_map(texts).collect(),
        Value::String(text) if !is_dynamic(text) => vec![node],
        _ => Vec::new(),
    }
}

/// Collects the texts at a path, and says whether they are all that may be there.
fn all_texts<'n>(path: &[&str], node: &'n Node, found: &mut Vec<&'n str>) -> bool {
    match (path, &node.value) {
        (_, Value::Absent) => true,
        (path, Value::Choice(branches)) => branches.iter().all(|it| all_texts(path, it, found)),
        ([], Value::String(text)) if !is_dynamic(text) => {
            found.push(text);
            true
        }
        (["*", rest @ ..], Value::List(items)) => items.iter().all(|it| all_texts(rest, it, found)),
        ([name, rest @ ..], Value::Map(entries)) => match entries.iter().find(|it| it.key == *name) {
            Some(entry) => all_texts(rest, &entry.value, found),
            // groups are few, and an origin without an id has a mistake of its own
            None => *name == "OriginGroups",
        },
        _ => false,
    }
}

fn expected_schedule(text: &str) -> Option<&'static str> {
    let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        let parts: Vec<_> = rate.split_whitespace().collect();
        let [number, unit] = parts.as_slice() else { return Some("`rate(number unit)`") };
        return match number.parse::<u64>() {
            Ok(1) if matches!(*unit, "minute" | "hour" | "day") => None,
            Ok(2..) if matches!(*unit, "minutes" | "hours" | "days") => None,
            Ok(1) => Some("`rate(1 minute)`, `rate(1 hour)` or `rate(1 day)`"),
            Ok(2..) => Some("of `minutes`, `hours` or `days`"),
            _ => Some("of a whole number from 1 on"),
        };
    }
    // what is neither does not match the registry's pattern
    match inside("cron")?.split_whitespace().collect::<Vec<_>>().as_slice() {
        [_, _, "?", _, _, _] | [_, _, _, _, "?", _] => None,
        [_, _, _, _, _, _] => Some("`cron(...)` with `?` for the day of the month or the day of the week"),
        _ => Some("`cron(minutes hours day-of-month month day-of-week year)`"),
    }
}
