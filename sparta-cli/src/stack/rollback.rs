//! The alarms whose ringing rolls an update of a stack back.

use serde::Serialize;
use sparta_core::{Environment, iam::Arn};

/// What CloudFormation watches while it updates a stack, and for how long after that.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RollbackConfiguration {
    pub(crate) rollback_triggers: Vec<RollbackTrigger>,
    pub(crate) monitoring_time_in_minutes: u64,
}

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RollbackTrigger {
    /// Its ARN, as a text for `Fn::Sub` as long as region and account are not known.
    pub(crate) arn: String,
    #[serde(rename = "Type")]
    pub(crate) kind: String,
}

impl RollbackConfiguration {
    /// The alarms that an environment watches, in this stack. CloudFormation has one time for all, which is the longest.
    pub(crate) fn of(environment: &Environment, stack: &str) -> Self {
        let watches = environment.watches();
        let trigger = |alarm: &sparta_core::Alarm| RollbackTrigger {
            arn: Arn::new("cloudwatch", &format!("alarm:{}", alarm.name_in(stack))).to_string(),
            kind: format!("AWS::CloudWatch::{}", if alarm.is_composite() { "CompositeAlarm" } else { "Alarm" }),
        };
        Self {
            rollback_triggers: watches.iter().map(|watch| trigger(watch.alarm())).collect(),
            monitoring_time_in_minutes: watches.iter().map(sparta_core::Watch::minutes).max().unwrap_or_default(),
        }
    }

    /// Whether no alarm rolls back.
    pub(crate) fn is_empty(&self) -> bool {
        self.rollback_triggers.is_empty()
    }
}

#[cfg(feature = "aws")]
impl RollbackTrigger {
    /// The name of the alarm.
    pub(crate) fn name(&self) -> &str {
        self.arn.rsplit_once(":alarm:").map_or(&self.arn, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use sparta_core::Alarm;

    use super::*;

    #[test]
    fn the_longest_time_is_that_of_all_alarms() {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        let both = Alarm::any([Alarm::errors("api"), Alarm::throttles("api")]).named("both");
        let production =
            Environment::new("production", ()).watch(Alarm::errors("api"), minutes(10)).watch(both, minutes(30));
        let arn = |name: &str| {
            format!("arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:{name}")
        };
        assert_eq!(
            json!(RollbackConfiguration::of(&production, "Production-Shop")),
            json!({
                "RollbackTriggers": [
                    {"Arn": arn("Production-Shop-ApiErrorsAlarm"), "Type": "AWS::CloudWatch::Alarm"},
                    {"Arn": arn("Production-Shop-BothAlarm"), "Type": "AWS::CloudWatch::CompositeAlarm"},
                ],
                "MonitoringTimeInMinutes": 30,
            })
        );
        assert!(RollbackConfiguration::of(&Environment::new("test", ()), "Test-Shop").is_empty());
    }
}
