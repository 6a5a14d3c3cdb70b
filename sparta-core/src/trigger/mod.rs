//! What invokes a function. Each kind is one file and one type that implements [`Trigger`].

mod function_url;
mod http_api;
mod queue;
mod schedule;

use std::fmt::Debug;

pub use function_url::FunctionUrl;
pub use http_api::HttpApi;
pub use queue::Queue;
pub use schedule::Schedule;

use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Output, Resource, Template, Value},
    iam::Statement,
    resource,
};

/// Something that invokes a function: the resources that it takes and the permissions that it needs.
///
/// Sparta's own are [`HttpApi`], [`FunctionUrl`], [`Queue`] and [`Schedule`]; implement this for others.
pub trait Trigger: Debug + Send + Sync + 'static {
    /// One line for people: `GET /hello`.
    fn describe(&self) -> String;

    /// What is wrong with it, as AWS would say when it is too late.
    fn check(&self, function: &FunctionSpec) -> Vec<TriggerMistake> {
        _ = function;
        Vec::new()
    }

    /// What only one trigger of an App can have, such as a route; two triggers with the same claim are a mistake.
    fn claim(&self, function: &FunctionSpec) -> Option<String> {
        _ = function;
        None
    }

    /// Whether it takes answers as streams, as a [`FunctionUrl`] may.
    fn streams(&self) -> bool {
        false
    }

    /// Adds its resources to the template.
    fn synthesize(&self, scope: &mut Scope<'_>);
}

/// Something in a trigger that AWS would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriggerMistake {
    /// A route's path that API Gateway does not take.
    #[error(
        "the path `{0}` is not a route: begin it with `/` and write parameters as whole segments, `{{id}}` or, last, `{{rest+}}`"
    )]
    Path(String),
    /// A rate below a minute or with a fraction of one.
    #[error("a rate is a whole number of minutes, and at least one; this one is {0:?}")]
    Rate(std::time::Duration),
    /// Not six fields.
    #[error(
        "the cron expression `{0}` has to have six fields, minute hour day-of-month month day-of-week year, one of the two days `?`: `0 8 * * ? *` is every day at 8 UTC"
    )]
    Cron(String),
    /// A queue's name that SQS does not take or that is no ARN.
    #[error("`{0}` is not the ARN of an SQS queue: arn:aws:sqs:REGION:ACCOUNT:NAME is expected")]
    QueueArn(String),
    /// A queue's label without a letter or digit.
    #[error("`{0}` is not a name for a queue: letters, digits, `-` and `_` are expected")]
    QueueName(String),
    /// A batch size that Lambda does not take.
    #[error("a batch holds 1 to 10,000 messages (1 to 10 from a FIFO queue), not {0}")]
    BatchSize(u32),
    /// A large batch without a window.
    #[error("a batch of {0} messages needs a window of at least a second: `.batch_window(Duration::from_secs(1))`")]
    BatchWindowMissing(u32),
    /// A window that Lambda does not take.
    #[error("a batch window is whole seconds, at most 300, and none for a FIFO queue; this one is {0:?}")]
    BatchWindow(std::time::Duration),
}

/// The place in a template where a trigger adds what it needs.
pub struct Scope<'a> {
    pub(crate) template: &'a mut Template,
    pub(crate) function: &'a FunctionSpec,
    pub(crate) statements: &'a mut Vec<Statement>,
}

impl Scope<'_> {
    /// The function that is triggered.
    pub fn function(&self) -> &FunctionSpec {
        self.function
    }

    /// The ARN of the function.
    pub fn function_arn(&self) -> Value {
        attribute!(AWS::Lambda::Function, self.function.logical_id("Function"), "Arn")
    }

    /// The name of the function.
    pub fn function_name(&self) -> Value {
        self.function.logical_id("Function").reference()
    }

    /// Adds a resource named by `words`, numbered where that name is taken, and gives its logical id.
    pub fn add(&mut self, words: &[&str], resource: Resource) -> LogicalId {
        let first = LogicalId::of_words(words.iter().copied());
        let numbered = |n: usize| match n {
            1 => first.clone(),
            // An id is cut at 255 characters, which must not take the number off.
            n => LogicalId::of_words([&first.as_str()[..first.as_str().len().min(240)], &n.to_string()]),
        };
        let taken = |n: usize| self.template.resources().contains_key(&numbered(n));
        // Numbers are taken from 1 on, so that the first free one is found without trying each.
        let mut free = 1;
        while taken(free) {
            free *= 2;
        }
        let mut below = free / 2;
        while free - below > 1 {
            let middle = below.midpoint(free);
            if taken(middle) { below = middle } else { free = middle }
        }
        let id = numbered(free);
        self.template.resource(id.clone(), resource);
        id
    }

    /// Adds a resource that all triggers of the App share, once.
    pub fn share(&mut self, name: &str, resource: impl FnOnce() -> Resource) -> LogicalId {
        let id = LogicalId::of_words([name]);
        if !self.template.resources().contains_key(&id) {
            self.template.resource(id.clone(), resource());
        }
        id
    }

    /// Adds a permission to the function's role.
    pub fn grant(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Lets an AWS service invoke the function, from `source_arn` only.
    pub fn allow_invocation(&mut self, words: &[&str], service: &str, source_arn: impl Into<Value>) {
        let permission = invocation(&self.function_arn(), service, source_arn.into());
        self.add(words, permission);
    }

    /// Adds an output of the stack; two of one name with different values are a mistake.
    pub fn output(&mut self, words: &[&str], output: Output) {
        self.template.output(LogicalId::of_words(words.iter().copied()), output);
    }
}

/// Lets an AWS service invoke a function, from `source_arn` only.
fn invocation(function_arn: &Value, service: &str, source_arn: Value) -> Resource {
    resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunction",
        FunctionName: (function_arn),
        Principal: (service),
        SourceArn: (source_arn),
    })
}
