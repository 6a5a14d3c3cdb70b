//! What an alarm is in the template.

use super::{Alarm, Metric, What};
use crate::{
    cfn::{Resource, Value, sub},
    property, resource,
    stack::Stack,
};

const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];

/// Whether it is a statistic that is no percentile.
pub(super) fn is_plain(statistic: &str) -> bool {
    STATISTICS.contains(&statistic)
}

impl Alarm {
    /// Adds it, and those that it is made of. The same one is there once; two that differ are a mistake.
    pub(crate) fn synthesize(&self, stack: &mut Stack) {
        let resource = match &self.what {
            What::Metric(metric) => self.of_metric(metric),
            What::Any(alarms) => self.of_alarms(alarms, " OR "),
            What::All(alarms) => self.of_alarms(alarms, " AND "),
        };
        self.parts().iter().for_each(|alarm| alarm.synthesize(stack));
        stack.resource(self.logical_id(), resource);
    }

    /// The alarms that it is made of.
    pub(super) fn parts(&self) -> &[Self] {
        match &self.what {
            What::Metric(_) => &[],
            What::Any(alarms) | What::All(alarms) => alarms,
        }
    }

    fn of_metric(&self, metric: &Metric) -> Resource {
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
            AlarmName: (sub(format!("${{AWS::StackName}}-{}", self.logical_id()))),
            AlarmRule: (sub(rule)),
        })
    }

    fn actions(&self) -> Option<&[Value]> {
        Some(self.to.as_slice()).filter(|to| !to.is_empty())
    }
}
