//! The alarms that everything has which a service declares.

use std::collections::BTreeSet;

use crate::{
    Alarm, attribute,
    cfn::{LogicalId, Resource, Template, Value},
    stack::Stack,
    trigger::web_socket::is_web_socket,
};

/// How many seconds a message may wait.
const AGE: u32 = 600;

/// Adds an alarm for each failure of what is in the template, to one topic, unless there is one of that name already.
pub(crate) fn add(to: &Value, stack: &mut Stack) {
    let template = stack.template();
    let takers = takers(template);
    let all = template.resources().iter().flat_map(|(id, resource)| of(id, resource, takers.contains(id.as_str())));
    let missing = all.filter(|alarm| !template.resources().contains_key(&alarm.logical_id()));
    let missing: Vec<Alarm> = missing.map(|alarm| alarm.to(to.clone())).collect();
    let resources = missing.iter().flat_map(|alarm| alarm.resources(&|_| false));
    resources.for_each(|(id, resource)| stack.resource(id, resource));
}

fn of(id: &LogicalId, resource: &Resource, takes_failures: bool) -> Vec<Alarm> {
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
        // What refuses a client with a status is an `IntegrationError` too.
        "AWS::ApiGatewayV2::Api" if is_web_socket(resource) => {
            vec![sum("AWS/ApiGateway", "ExecutionError", "ApiId", id.reference(), &name("Failures"))]
        }
        "AWS::ApiGatewayV2::Api" => {
            vec![sum("AWS/ApiGateway", "5xx", "ApiId", id.reference(), &name("Failures"))]
        }
        "AWS::ApiGateway::RestApi" => {
            let called = resource.properties().get("Name").cloned();
            let failures = called.map(|called| sum("AWS/ApiGateway", "5XXError", "ApiName", called, &name("Failures")));
            failures.into_iter().collect()
        }
        "AWS::SQS::Queue" => {
            let queue = || [("QueueName", attribute!(AWS::SQS::Queue, id, "QueueName"))];
            let of_queue = |metric: &str| Alarm::metric("AWS/SQS", metric, queue()).statistic("Maximum");
            match takes_failures {
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

/// The resources that what failed goes to: dead letters of another queue, events of a function, batches of a stream.
fn takers(template: &Template) -> BTreeSet<&str> {
    let mut takers = BTreeSet::new();
    let properties = template.resources().values().flat_map(Resource::properties);
    properties.for_each(|(name, value)| add_takers(name, value, &mut takers));
    takers
}

/// The properties that say where what failed goes.
const OF_FAILURES: [&str; 3] = ["DeadLetterConfig", "OnFailure", "RedrivePolicy"];

fn add_takers<'t>(name: &str, value: &'t Value, takers: &mut BTreeSet<&'t str>) {
    match value {
        Value::Map(map) if OF_FAILURES.contains(&name) => map.values().for_each(|it| it.references(takers)),
        Value::Map(map) => map.iter().for_each(|(name, value)| add_takers(name, value, takers)),
        Value::List(items) => items.iter().for_each(|item| add_takers("", item, takers)),
        _ => {}
    }
}
