//! Alarms: what is watched of functions and other resources, and who hears of it.

mod check;
mod resources;
#[cfg(test)]
mod tests;
mod watch;

pub use check::AlarmMistake;
pub(crate) use check::topic;
pub use watch::{Watch, WatchMistake};

use std::time::Duration;

use crate::{
    attribute,
    cfn::{LogicalId, Value},
};

/// An alarm of CloudWatch. [`App::alarm`](crate::App::alarm) adds it to the service.
///
/// An alarm is a value: where it is needed again, as in another alarm, it is made again, and is the same one. It counts by the
/// minute, and no data is no alarm.
///
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html>.
///
/// # Example
///
/// ```
/// use sparta_core::Alarm;
///
/// const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:on-call";
/// let errors = Alarm::errors("api").above(0).to(TOPIC);
/// let slow = Alarm::latency("api", 99.0).above(800).periods(3).to(TOPIC);
/// let orders = Alarm::metric("Shop", "Orders", [("Country", "de")]).statistic("Sum").below(1).periods(15);
/// let both = Alarm::all([Alarm::errors("api"), Alarm::throttles("api")]).named("Overload").to(TOPIC);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Alarm {
    what: What,
    name: Option<String>,
    threshold: Option<Threshold>,
    period: Duration,
    periods: u32,
    to: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Metric(Metric),
    Any(Vec<Alarm>),
    All(Vec<Alarm>),
}

/// A metric of CloudWatch.
#[derive(Clone, Debug, PartialEq)]
struct Metric {
    /// What the alarm is called, unless it has a name of its own.
    words: Vec<String>,
    /// The function of the App that it is of.
    function: Option<String>,
    namespace: String,
    name: String,
    dimensions: Vec<(String, Value)>,
    statistic: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Threshold {
    operator: &'static str,
    value: Value,
}

impl Alarm {
    /// Invocations of a function that failed; above 0, unless it says otherwise.
    pub fn errors(function: impl Into<String>) -> Self {
        Self::of_function(function.into(), "Errors", "Errors", "Sum").above(0)
    }

    /// Invocations of a function that Lambda did not take; above 0, unless it says otherwise.
    pub fn throttles(function: impl Into<String>) -> Self {
        Self::of_function(function.into(), "Throttles", "Throttles", "Sum").above(0)
    }

    /// How many milliseconds a function takes: in 99 of 100 invocations not more, with `99.0`.
    pub fn latency(function: impl Into<String>, percentile: f64) -> Self {
        let statistic = format!("p{percentile}");
        Self::of_function(function.into(), "Duration", &format!("Latency-{statistic}"), &statistic)
    }

    /// Any metric, by its namespace, its name and its dimensions: `AWS/ApiGateway`, `5xx`, `[("ApiId", "a1b2c3")]`. Its
    /// average, unless it says otherwise.
    pub fn metric<N: Into<String>, V: Into<Value>>(
        namespace: impl Into<String>,
        name: impl Into<String>,
        dimensions: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let (namespace, name) = (namespace.into(), name.into());
        let dimensions = dimensions.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let words = vec![namespace.clone(), name.clone()];
        let statistic = "Average".to_owned();
        Self::new(What::Metric(Metric { words, function: None, namespace, name, dimensions, statistic }))
    }

    /// Rings while one of these does. They are made too, and need nobody to tell.
    pub fn any(alarms: impl IntoIterator<Item = Self>) -> Self {
        Self::new(What::Any(alarms.into_iter().collect()))
    }

    /// Rings while all of these do. They are made too, and need nobody to tell.
    pub fn all(alarms: impl IntoIterator<Item = Self>) -> Self {
        Self::new(What::All(alarms.into_iter().collect()))
    }

    fn of_function(function: String, metric: &str, word: &str, statistic: &str) -> Self {
        let id = LogicalId::of_words([function.as_str(), "Function"]);
        Self::new(What::Metric(Metric {
            words: vec![function.clone(), word.to_owned()],
            function: Some(function),
            namespace: "AWS/Lambda".to_owned(),
            name: metric.to_owned(),
            dimensions: vec![("FunctionName".to_owned(), id.reference())],
            statistic: statistic.to_owned(),
        }))
    }

    /// One of a queue, by the queue's name in the service and its ARN.
    pub(crate) fn of_queue(label: &str, arn: &Value, word: &str, metric: &str) -> Self {
        Self::new(What::Metric(Metric {
            words: vec![label.to_owned(), "Queue".to_owned(), word.to_owned()],
            function: None,
            namespace: "AWS/SQS".to_owned(),
            name: metric.to_owned(),
            dimensions: vec![("QueueName".to_owned(), queue_name(arn))],
            statistic: "Maximum".to_owned(),
        }))
    }

    fn new(what: What) -> Self {
        Self { what, name: None, threshold: None, period: Duration::from_secs(60), periods: 1, to: Vec::new() }
    }

    /// What it is called in the template, where two would be called the same.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What is taken of a metric's values in a period: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile
    /// such as `p99`.
    pub fn statistic(mut self, name: impl Into<String>) -> Self {
        if let What::Metric(metric) = &mut self.what {
            metric.statistic = name.into();
        }
        self
    }

    /// Rings above this: a number, or a setting.
    pub fn above(self, value: impl Into<Value>) -> Self {
        self.threshold("GreaterThanThreshold", value)
    }

    /// Rings at this and above.
    pub fn at_least(self, value: impl Into<Value>) -> Self {
        self.threshold("GreaterThanOrEqualToThreshold", value)
    }

    /// Rings below this.
    pub fn below(self, value: impl Into<Value>) -> Self {
        self.threshold("LessThanThreshold", value)
    }

    fn threshold(mut self, operator: &'static str, value: impl Into<Value>) -> Self {
        self.threshold = Some(Threshold { operator, value: value.into() });
        self
    }

    /// How long what is compared is gathered: 10, 20 or 30 seconds, or whole minutes; a minute by default.
    pub fn period(mut self, period: Duration) -> Self {
        self.period = period;
        self
    }

    /// In how many periods after another it has to be so; 1 by default.
    pub fn periods(mut self, count: u32) -> Self {
        self.periods = count;
        self
    }

    /// Adds a topic of SNS, or what else CloudWatch takes the ARN of, that hears when it rings; up to five.
    ///
    /// E-mail and chat are subscriptions of a topic.
    pub fn to(mut self, arn: impl Into<Value>) -> Self {
        self.to.push(arn.into());
        self
    }

    /// Whether nobody hears when it rings.
    pub(crate) fn tells_nobody(&self) -> bool {
        self.to.is_empty()
    }

    /// Whether it is another alarm, apart from who hears of that one.
    pub(crate) fn stands_for(&self, other: &Self) -> bool {
        self == other || (self.tells_nobody() && Self { to: other.to.clone(), ..self.clone() } == *other)
    }

    /// Whether it is made of another alarm.
    pub(crate) fn is_made_of(&self, other: &Self) -> bool {
        self.parts().iter().any(|part| part == other || part.is_made_of(other))
    }

    /// Its logical id, which stays the same as long as what it watches does.
    pub fn logical_id(&self) -> LogicalId {
        let own = match (&self.name, &self.what) {
            (Some(name), _) => vec![name.clone()],
            (None, What::Metric(metric)) => metric.words.clone(),
            (None, What::Any(alarms)) => joined("Or", alarms),
            (None, What::All(alarms)) => joined("And", alarms),
        };
        LogicalId::of_words(own.iter().map(String::as_str).chain(["Alarm"]))
    }

    /// Its ARN, for what is to know of it: another resource's property, an output.
    pub fn arn(&self) -> Value {
        let id = self.logical_id();
        match self.what {
            What::Metric(_) => attribute!(AWS::CloudWatch::Alarm, id, "Arn"),
            What::Any(_) | What::All(_) => attribute!(AWS::CloudWatch::CompositeAlarm, id, "Arn"),
        }
    }
}

/// The name in a queue's ARN.
fn queue_name(arn: &Value) -> Value {
    let parts = match arn {
        Value::Null => return Value::Null,
        Value::String(text) => return Value::from(text.rsplit(':').next().unwrap_or_default()),
        other => Value::function("Fn::Split", vec![Value::from(":"), other.clone()]),
    };
    Value::function("Fn::Select", vec![Value::from(5), parts])
}

/// The names of several alarms.
fn joined(word: &str, alarms: &[Alarm]) -> Vec<String> {
    let ids = alarms.iter().map(|alarm| alarm.logical_id().to_string());
    let names = ids.map(|id| id.strip_suffix("Alarm").unwrap_or(&id).to_owned());
    names.collect::<Vec<_>>().join(&format!("-{word}-")).split('-').map(str::to_owned).collect()
}
