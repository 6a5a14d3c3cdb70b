//! One dashboard of CloudWatch for a stack, with what matters of each function, API, queue and table.

use serde_json::{Value as Json, json};

use crate::{
    cfn::{LogicalId, Output, Resource, Template, Value, sub},
    mistake::{Mistake, Subject},
    resource,
    stack::Stack,
    trigger::web_socket::is_web_socket,
};

/// What is wrong with the dashboard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DashboardMistake {
    /// More than a dashboard shows.
    #[error(
        "the dashboard would have {widgets} graphs, and CloudWatch shows 500: split the app, or leave `.dashboard()` out"
    )]
    TooMany {
        /// How many there would be.
        widgets: usize,
    },
}

/// A dashboard is 24 units wide; each resource has a row of graphs.
const WIDTH: usize = 24;
const HEIGHT: usize = 6;
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>.
const WIDGETS: usize = 500;

/// A graph: its title, and its metrics with the statistic of each.
type Graph = (&'static str, &'static [(&'static str, &'static str)]);

/// What is shown of a type's resources.
struct Shown {
    resource_type: &'static str,
    /// What tells these from others of the type.
    is: fn(&Resource) -> bool,
    namespace: &'static str,
    dimension: &'static str,
    value: Dimension,
    graphs: &'static [Graph],
}

/// What a dimension's value is.
enum Dimension {
    /// What `Ref` gives.
    Reference,
    Attribute(&'static str),
    /// A property that is text.
    Property(&'static str),
}

const SHOWN: &[Shown] = &[
    Shown {
        resource_type: "AWS::ApiGatewayV2::Api",
        is: |api| !is_web_socket(api),
        namespace: "AWS/ApiGateway",
        dimension: "ApiId",
        value: Dimension::Reference,
        graphs: &[
            ("requests", &[("Count", "Sum")]),
            ("failures", &[("4xx", "Sum"), ("5xx", "Sum")]),
            ("milliseconds", &[("Latency", "p50"), ("Latency", "p99")]),
        ],
    },
    Shown {
        resource_type: "AWS::ApiGatewayV2::Api",
        is: is_web_socket,
        namespace: "AWS/ApiGateway",
        dimension: "ApiId",
        value: Dimension::Reference,
        graphs: &[
            ("messages", &[("ConnectCount", "Sum"), ("MessageCount", "Sum")]),
            ("failures", &[("ClientError", "Sum"), ("IntegrationError", "Sum"), ("ExecutionError", "Sum")]),
            ("milliseconds", &[("IntegrationLatency", "p50"), ("IntegrationLatency", "p99")]),
        ],
    },
    Shown {
        resource_type: "AWS::ApiGateway::RestApi",
        is: |_| true,
        namespace: "AWS/ApiGateway",
        dimension: "ApiName",
        value: Dimension::Property("Name"),
        graphs: &[
            ("requests", &[("Count", "Sum")]),
            ("failures", &[("4XXError", "Sum"), ("5XXError", "Sum")]),
            ("milliseconds", &[("Latency", "p50"), ("Latency", "p99")]),
        ],
    },
    Shown {
        resource_type: "AWS::Lambda::Function",
        is: |_| true,
        namespace: "AWS/Lambda",
        dimension: "FunctionName",
        value: Dimension::Reference,
        graphs: &[
            ("invocations", &[("Invocations", "Sum"), ("ConcurrentExecutions", "Maximum")]),
            ("failures", &[("Errors", "Sum"), ("Throttles", "Sum")]),
            ("milliseconds", &[("Duration", "p50"), ("Duration", "p99")]),
        ],
    },
    Shown {
        resource_type: "AWS::SQS::Queue",
        is: |_| true,
        namespace: "AWS/SQS",
        dimension: "QueueName",
        value: Dimension::Attribute("QueueName"),
        graphs: &[
            ("messages", &[("NumberOfMessagesSent", "Sum"), ("NumberOfMessagesDeleted", "Sum")]),
            ("waiting", &[("ApproximateNumberOfMessagesVisible", "Maximum")]),
            ("age in seconds", &[("ApproximateAgeOfOldestMessage", "Maximum")]),
        ],
    },
    Shown {
        resource_type: "AWS::DynamoDB::Table",
        is: |_| true,
        namespace: "AWS/DynamoDB",
        dimension: "TableName",
        value: Dimension::Reference,
        graphs: &[
            ("capacity", &[("ConsumedReadCapacityUnits", "Sum"), ("ConsumedWriteCapacityUnits", "Sum")]),
            ("throttled", &[("ReadThrottleEvents", "Sum"), ("WriteThrottleEvents", "Sum")]),
        ],
    },
];

/// Adds the dashboard of everything that is in the template, and its link as an output.
pub(crate) fn add(stack: &mut Stack) {
    let widgets = widgets(stack.template());
    if widgets.len() > WIDGETS {
        stack.report(Mistake::new(Subject::App, DashboardMistake::TooMany { widgets: widgets.len() }));
    }
    let id = LogicalId::of_words(["Dashboard"]);
    let dashboard = resource!(AWS::CloudWatch::Dashboard {
        // Dashboards are in no region, so that the same stack elsewhere has another.
        DashboardName: (sub("${AWS::StackName}-${AWS::Region}")),
        DashboardBody: (sub(Value::json_text(json!({ "widgets": widgets })))),
    });
    stack.resource(id.clone(), dashboard);
    let console = "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}";
    let link = sub(format!("{console}#dashboards/dashboard/${{{id}}}"));
    stack.output(LogicalId::of_words(["DashboardUrl"]), Output::new("The dashboard in the console", link));
}

/// All graphs, each in a place of its own.
fn widgets(template: &Template) -> Vec<Json> {
    let of_type = |shown: &'static Shown| {
        let resources = template.resources().iter();
        let of_type = resources.filter(|(_, it)| shown.is_of(it));
        of_type.filter_map(move |(id, it)| Some((id, shown, shown.value.text(id, it)?)))
    };
    let rows = SHOWN.iter().flat_map(of_type).enumerate();
    rows.flat_map(|(row, (id, shown, value))| shown.row(id, &value, row * HEIGHT)).collect()
}

impl Dimension {
    /// The value as text for `Fn::Sub`.
    fn text(&self, id: &LogicalId, resource: &Resource) -> Option<String> {
        match self {
            Self::Reference => Some(format!("${{{id}}}")),
            Self::Attribute(attribute) => Some(format!("${{{id}.{attribute}}}")),
            Self::Property(name) => match resource.properties().get(*name)? {
                Value::String(text) => Some(text.clone()),
                value => match value.as_function() {
                    Some(("Fn::Sub", Value::String(text))) => Some(text.clone()),
                    _ => None,
                },
            },
        }
    }
}

impl Shown {
    fn is_of(&self, resource: &Resource) -> bool {
        resource.resource_type() == self.resource_type && (self.is)(resource)
    }

    fn row(&self, id: &LogicalId, value: &str, y: usize) -> Vec<Json> {
        let width = WIDTH / self.graphs.len();
        let graphs = self.graphs.iter().enumerate();
        graphs.map(|(column, graph)| self.widget(id, value, graph, (column * width, y), width)).collect()
    }

    fn widget(
        &self,
        id: &LogicalId,
        value: &str,
        (title, metrics): &Graph,
        (x, y): (usize, usize),
        width: usize,
    ) -> Json {
        let metric = |(name, statistic): &(&str, &str)| json!([self.namespace, name, self.dimension, value, { "stat": statistic }]);
        json!({
            "type": "metric",
            "x": x,
            "y": y,
            "width": width,
            "height": HEIGHT,
            "properties": {
                "title": format!("{id}: {title}"),
                "region": "${AWS::Region}",
                "view": "timeSeries",
                "period": 60,
                "metrics": metrics.iter().map(metric).collect::<Vec<_>>(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        App, Error, Function, Request, service_fn,
        trigger::{HttpApi, WebSocket},
    };

    fn app(functions: usize) -> App {
        let function = |n: usize| {
            let function = Function::http(format!("f{n}"), service_fn(async |_: Request| Ok::<_, Error>(())));
            if n.is_multiple_of(3) { function.trigger(HttpApi::get(format!("/{n}"))) } else { function }
        };
        (0..functions).fold(App::new("Shop"), |app, n| app.function(function(n))).dashboard()
    }

    fn body(app: App) -> Json {
        let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
        let template: Json = serde_json::from_str(&template).unwrap();
        let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
        serde_json::from_str(body.as_str().unwrap()).unwrap()
    }

    #[test]
    fn nothing_lies_over_anything_else_at_any_number_of_functions() {
        for count in 1..=100 {
            let body = body(app(count));
            let mut taken = BTreeSet::new();
            for widget in body["widgets"].as_array().unwrap() {
                let number = |name: &str| usize::try_from(widget[name].as_u64().unwrap()).unwrap();
                let (x, y, width, height) = (number("x"), number("y"), number("width"), number("height"));
                assert!(width > 0 && height > 0 && x + width <= WIDTH, "{count}: {widget}");
                for place in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
                    assert!(taken.insert(place), "{count}: two graphs are at {place:?}");
                }
            }
            // A row of the API, and one of each function, without a gap.
            assert_eq!(taken.len(), (1 + count) * HEIGHT * WIDTH, "{count}");
        }
    }

    #[test]
    fn what_matters_of_each_resource_is_shown_by_its_name_in_the_stack() {
        let queue = resource!(AWS::SQS::Queue {});
        let table = Resource::raw(
            "AWS::DynamoDB::Table",
            json!({
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            }),
        );
        let chat = Function::http("chat", service_fn(async |_: Request| Ok::<_, Error>(())));
        let app = app(1).function(chat.trigger(WebSocket::connect()));
        let body = body(app.resource("Orders", queue).resource("Stock", table.retain())).to_string();
        for metric in [
            r#"["AWS/ApiGateway","5xx","ApiId","${HttpApi}",{"stat":"Sum"}]"#,
            r#"["AWS/ApiGateway","MessageCount","ApiId","${WebSocketApi}",{"stat":"Sum"}]"#,
            r#"["AWS/Lambda","Errors","FunctionName","${F0Function}",{"stat":"Sum"}]"#,
            r#"["AWS/Lambda","Duration","FunctionName","${F0Function}",{"stat":"p99"}]"#,
            r#"["AWS/SQS","ApproximateAgeOfOldestMessage","QueueName","${Orders.QueueName}",{"stat":"Maximum"}]"#,
            r#"["AWS/DynamoDB","WriteThrottleEvents","TableName","${Stock}",{"stat":"Sum"}]"#,
        ] {
            assert!(body.contains(metric), "{metric} is not in {body}");
        }
        assert!(!body.contains(r#""5xx","ApiId","${WebSocketApi}""#), "{body}");
    }

    #[test]
    fn more_than_a_dashboard_shows_is_a_mistake() {
        let queues = (0..170).fold(app(1), |app, n| app.resource(format!("Q{n}"), resource!(AWS::SQS::Queue {})));
        let mistakes = queues.synthesize().map(drop).unwrap_err().to_string();
        assert!(mistakes.contains("the dashboard would have 516 graphs"), "{mistakes}");
    }
}
