//! The alarms that everything has which a service declares.

use super::Alarm;
use crate::{
    attribute,
    cfn::{LogicalId, Resource, Template, Value},
    stack::Stack,
};

/// How many seconds a message may wait.
const AGE: u32 = 600;

/// Adds an alarm for each failure of what is in the template, to one topic, unless there is one of that name already.
pub(crate) fn add(to: &Value, stack: &mut Stack) {
    let template = stack.template();
    let all = template.resources().iter().flat_map(|(id, resource)| of(id, resource, template));
    let missing = all.filter(|alarm| !template.resources().contains_key(&alarm.logical_id()));
    let missing: Vec<Alarm> = missing.map(|alarm| alarm.to(to.clone())).collect();
    missing.iter().for_each(|alarm| alarm.synthesize(stack));
}

fn of(id: &LogicalId, resource: &Resource, template: &Template) -> Vec<Alarm> {
    let sum = |namespace: &str, metric: &str, dimension: &str, value: Value, name: &str| {
        Alarm::metric(namespace, metric, [(dimension, value)]).statistic("Sum").above(0).named(name)
    };
    let name = |end: &str| format!("{id}-{end}");
    match resource.resource_type() {
        "AWS::Lambda::Function" => {
            let own = id.as_str().strip_suffix("Function").unwrap_or(id.as_str());
            let of_function =
                |metric: &str| sum("AWS/Lambda", metric, "FunctionName", id.reference(), &format!("{own}-{metric}"));
            vec![of_function("Errors"), of_function("Throttles")]
        }
        "AWS::ApiGatewayV2::Api" => {
            vec![sum("AWS/ApiGateway", "5xx", "ApiId", id.reference(), &name("Failures"))]
        }
        "AWS::SQS::Queue" => {
            let queue = || [("QueueName", attribute!(AWS::SQS::Queue, id, "QueueName"))];
            let of_queue = |metric: &str| Alarm::metric("AWS/SQS", metric, queue()).statistic("Maximum");
            match has_dead_letters(id, template) {
                true => vec![of_queue("ApproximateNumberOfMessagesVisible").above(0).named(name("Messages"))],
                false => vec![of_queue("ApproximateAgeOfOldestMessage").above(AGE).named(name("Age"))],
            }
        }
        "AWS::DynamoDB::Table" => ["ReadThrottleEvents", "WriteThrottleEvents"]
            .map(|metric| sum("AWS/DynamoDB", metric, "TableName", id.reference(), &name(metric)))
            .into(),
        _ => Vec::new(),
    }
}

/// Whether a queue is where another one's dead letters go.
fn has_dead_letters(id: &LogicalId, template: &Template) -> bool {
    let arn = attribute!(AWS::SQS::Queue, id, "Arn");
    let target = |resource: &Resource| match resource.properties().get("RedrivePolicy") {
        Some(Value::Map(policy)) => policy.get("deadLetterTargetArn").cloned(),
        _ => None,
    };
    template.resources().values().filter_map(target).any(|target| target == arn)
}
