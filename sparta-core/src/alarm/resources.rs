//! What an alarm is in the template.

use super::{Alarm, Metric, What};
use crate::{
    cfn::{LogicalId, Resource, Value, sub},
    property, resource,
};

const STACK_NAME: &str = "${AWS::StackName}";

const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];

/// Whether it is a statistic that is no percentile.
pub(super) fn is_plain(statistic: &str) -> bool {
    STATISTICS.contains(&statistic)
}

impl Alarm {
    /// What it is, and those that it is made of. It has a name that is known before it is deployed where that `is_named`.
    pub(crate) fn resources(&self, is_named: &impl Fn(&Self) -> bool) -> Vec<(LogicalId, Resource)> {
        let own = match &self.what {
            What::Metric(metric) => self.of_metric(metric, is_named(self)),
            What::Any(alarms) => self.of_alarms(alarms, " OR "),
            What::All(alarms) => self.of_alarms(alarms, " AND "),
        };
        let parts = self.parts().iter().flat_map(|alarm| alarm.resources(is_named));
        parts.chain([(self.logical_id(), own)]).collect()
    }

    /// The alarms that it is made of.
    pub(super) fn parts(&self) -> &[Self] {
        match &self.what {
            What::Metric(_) => &[],
            What::Any(alarms) | What::All(alarms) => alarms,
        }
    }

    fn of_metric(&self, metric: &Metric, is_named: bool) -> Resource {
        let dimensions = metric.dimensions.iter();
        let dimensions: Vec<Value> = dimensions
            .map(|(name, value)| property!(AWS::CloudWatch::Alarm.Dimensions[] { Name: (name), Value: (value) }))
            .collect();
        let (plain, extended) = match is_plain(&metric.statistic) {
            true => (Some(&metric.statistic), None),
            false => (None, Some(&metric.statistic)),
        };
        resource!(AWS::CloudWatch::Alarm {
            AlarmActions: (self.actions()),
            AlarmName: (is_named.then(|| self.stack_name())),
            ComparisonOperator: (self.threshold.as_ref().map(|threshold| threshold.operator)),
            Dimensions: (Some(dimensions).filter(|dimensions| !dimensions.is_empty())),
            EvaluationPeriods: (self.periods),
            ExtendedStatistic: (extended),
            MetricName: (&metric.name),
            Namespace: (&metric.namespace),
            Period: (self.period.as_secs()),
            Statistic: (plain),
            Threshold: (self.threshold.as_ref().map(|threshold| &threshold.value)),
            TreatMissingData: "notBreaching",
        })
    }

    fn of_alarms(&self, alarms: &[Self], between: &str) -> Resource {
        let rings = |alarm: &Self| format!("ALARM(\"${{{}.Arn}}\")", alarm.logical_id());
        let rule = alarms.iter().map(rings).collect::<Vec<_>>().join(between);
        resource!(AWS::CloudWatch::CompositeAlarm {
            AlarmActions: (self.actions()),
            // A name that begins with the stack's is what keeps other stacks' roles from it.
            AlarmName: (self.stack_name()),
            AlarmRule: (sub(rule)),
        })
    }

    fn stack_name(&self) -> Value {
        sub(self.name_in(STACK_NAME))
    }

    fn actions(&self) -> Option<&[Value]> {
        Some(self.to.as_slice()).filter(|to| !to.is_empty())
    }
}
