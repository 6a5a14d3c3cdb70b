//! Rules that no schema can say.

use std::collections::HashSet;

use crate::check::Checker;
use crate::check::map::listed;
use crate::dynamic::is_dynamic;
use crate::fault::FaultKind;
use crate::node::{Node, Value};
use crate::schedule::{self, RateError, Schedule, ScheduleError};
use crate::schema::Keyword;

const COLD_DAYS: f64 = 90.0;
// more are not shown in a message
const SHOWN: usize = 12;
const ROLE: &str = r"^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+$";

impl Checker<'_> {
    pub(super) fn code(&mut self, properties: &Node) {
        let name = self.resource_type.name();
        let mut visit = |path: &[&str], found: fn(&mut Self, &Node)| {
            self.visit(path, properties, properties.place, &mut |checker, node, _| found(checker, node));
        };
        match name {
            "AWS::Events::Rule" => visit(&["ScheduleExpression"], Self::schedule),
            "AWS::Scheduler::Schedule" => {
                visit(&["ScheduleExpression"], Self::schedule);
                visit(&["ScheduleExpressionTimezone"], Self::time_zone);
            }
            "AWS::CloudFront::Distribution" => {
                visit(&["DistributionConfig"], Self::origins);
                visit(&["DistributionConfig", "Aliases", "*"], Self::alias);
            }
            "AWS::AutoScaling::AutoScalingGroup" => visit(&["HealthCheckType"], Self::health_check),
            "AWS::Backup::BackupSelection" => visit(&["BackupSelection", "IamRoleArn"], Self::role),
            "AWS::Backup::BackupPlan" => {
                visit(&["BackupPlan", "BackupPlanRule", "*", "Lifecycle"], Self::lifecycle);
                visit(&["BackupPlan", "BackupPlanRule", "*", "CopyActions", "*", "Lifecycle"], Self::lifecycle);
            }
            "AWS::CertificateManager::Certificate" => visit(&["DomainValidationOptions", "*"], Self::validation),
            "AWS::CodePipeline::Pipeline" => visit(&["Stages"], Self::stages),
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => visit(&[], Self::table),
            "AWS::ECS::TaskDefinition" => visit(&[], Self::ports),
            "AWS::EC2::SpotFleet" => visit(&["SpotFleetRequestConfigData", "IamFleetRole"], Self::role),
            "AWS::Route53::RecordSet" => visit(&[], Self::record),
            "AWS::Route53::RecordSetGroup" => visit(&[], Self::records),
            "AWS::S3::Bucket" => {
                visit(&["ReplicationConfiguration", "Role"], Self::role);
                visit(&["IntelligentTieringConfigurations", "*", "Tierings", "*"], Self::tier);
            }
            _ => {}
        }
    }

    pub(super) fn role(&mut self, node: &Node) {
        for node in texts(node) {
            self.scalar_keyword(&Keyword::Pattern(ROLE), node);
        }
    }

    fn schedule(&mut self, node: &Node) {
        let of_scheduler = self.resource_type.name() == "AWS::Scheduler::Schedule";
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            let wrong = match Schedule::parse(text) {
                // what is neither does not match the registry's pattern, and may be empty
                Ok(Schedule::Cron(_) | Schedule::Rate(_)) | Err(ScheduleError::Form(_)) => None,
                // Scheduler knows both words for one and for several
                Err(ScheduleError::Rate(RateError::Plural(..))) | Ok(Schedule::At(_)) if of_scheduler => None,
                Ok(Schedule::At(_)) | Err(ScheduleError::At(_)) if !of_scheduler => {
                    Some("an EventBridge rule has no `at(...)`; AWS::Scheduler::Schedule has".to_owned())
                }
                Ok(Schedule::At(_)) => None,
                Err(error) => Some(error.to_string()),
            };
            if let Some(message) = wrong {
                self.fault(node.place, FaultKind::Pattern, message);
            }
        }
    }

    fn time_zone(&mut self, node: &Node) {
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            if let Err(error) = schedule::zone(text) {
                self.fault(node.place, FaultKind::Pattern, error.to_string());
            }
        }
    }

    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>.
    fn lifecycle(&mut self, node: &Node) {
        let days = |name: &str| field(node, name).and_then(number);
        let (Some(cold), Some(gone)) = (days("MoveToColdStorageAfterDays"), days("DeleteAfterDays")) else { return };
        if gone - cold < COLD_DAYS {
            let message = format!(
                "`DeleteAfterDays` must be at least {COLD_DAYS} days after `MoveToColdStorageAfterDays`: {} or more, not {gone}",
                cold + COLD_DAYS
            );
            let place = field(node, "DeleteAfterDays").map_or(node.place, |it| it.place);
            self.at_key("DeleteAfterDays", |it| it.fault(place, FaultKind::Range, message));
        }
    }

    fn origins(&mut self, configuration: &Node) {
        let mut ids = Vec::new();
        // an origin without an id has a mistake of its own
        let all_known = all_texts(&["Origins", "*", "Id"], &[], configuration, &mut ids)
            && all_texts(&["OriginGroups", "Items", "*", "Id"], &["OriginGroups", "Items"], configuration, &mut ids);
        if !all_known || ids.is_empty() {
            return;
        }
        let known: HashSet<_> = ids.iter().copied().collect();
        let mut find = |checker: &mut Self, node: &Node, _| {
            for node in texts(node) {
                let Value::String(text) = &node.value else { continue };
                if !known.contains(text.as_str()) {
                    let hint = if ids.len() > 1 { checker.hint(text, ids.iter().copied()) } else { String::new() };
                    let name = checker.name();
                    let shown = listed(&ids[..ids.len().min(SHOWN)]);
                    let message = format!("{name} must be the `Id` of an origin: {shown}, not `{text}`{hint}");
                    checker.fault(node.place, FaultKind::Enum, message);
                }
            }
        };
        self.visit(&["DefaultCacheBehavior", "TargetOriginId"], configuration, configuration.place, &mut find);
        self.visit(&["CacheBehaviors", "*", "TargetOriginId"], configuration, configuration.place, &mut find);
    }
}

/// The texts that a value may be, without those that are only known when they are deployed.
pub(super) fn texts(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Choice(branches) => branches.iter().flat_map(texts).collect(),
        Value::String(text) if !is_dynamic(text) => vec![node],
        _ => Vec::new(),
    }
}

/// The text that a value certainly is.
pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) if !is_dynamic(text) => Some(text),
        _ => None,
    }
}

pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(number) => Some(*number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The value of a map's key.
pub(super) fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|it| it.key == key).map(|it| &it.value)
}

/// Collects the texts at a path, and says whether they are all that may be there; what is optional may be missing.
pub(super) fn all_texts<'n>(path: &[&str], optional: &[&str], node: &'n Node, found: &mut Vec<&'n str>) -> bool {
    match (path, &node.value) {
        (_, Value::Absent) => true,
        (path, Value::Choice(branches)) => branches.iter().all(|it| all_texts(path, optional, it, found)),
        ([], Value::String(text)) if !is_dynamic(text) => {
            found.push(text);
            true
        }
        (["*", rest @ ..], Value::List(items)) => items.iter().all(|it| all_texts(rest, optional, it, found)),
        ([name, rest @ ..], Value::Map(_)) => match field(node, name) {
            Some(value) => all_texts(rest, optional, value, found),
            None => optional.contains(name),
        },
        _ => false,
    }
}
