//! What invokes a function. Each kind is one file and one type that implements [`Trigger`].

mod function_url;
mod http_api;
mod queue;
mod schedule;

use std::fmt::Debug;

pub use function_url::FunctionUrl;
pub use http_api::{HttpApi, HttpApiMistake};
pub use queue::{Queue, QueueMistake};
pub use schedule::{Schedule, ScheduleMistake};

use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Output, Resource, Template, Value},
    iam::Statement,
    mistake::Problem,
    resource,
};

/// Something that invokes a function: the resources that it takes and the permissions that it needs.
///
/// Sparta's own are [`HttpApi`], [`FunctionUrl`], [`Queue`] and [`Schedule`]; implement this for others.
///
/// # Example
///
/// ```
/// use sparta_core::{FunctionSpec, Problem, cfn::Resource, trigger::{Scope, Trigger}};
///
/// /// Messages of an SNS topic.
/// #[derive(Debug)]
/// struct Topic {
///     arn: String,
/// }
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("`{0}` is not the ARN of a topic: `arn:aws:sns:eu-west-1:123456789012:orders` is one")]
/// struct TopicMistake(String);
///
/// impl Trigger for Topic {
///     fn describe(&self) -> String {
///         format!("topic {}", self.arn)
///     }
///
///     fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
///         if self.arn.starts_with("arn:") { Vec::new() } else { vec![TopicMistake(self.arn.clone()).into()] }
///     }
///
///     fn synthesize(&self, scope: &mut Scope<'_>) {
///         let subscription = serde_json::json!({
///             "TopicArn": self.arn,
///             "Protocol": "lambda",
///             "Endpoint": scope.function_arn(),
///         });
///         let name = scope.function().name().to_owned();
///         scope.add(&[&name, "Subscription"], Resource::raw("AWS::SNS::Subscription", subscription));
///         scope.allow_invocation(&[&name, "TopicPermission"], "sns.amazonaws.com", self.arn.as_str());
///     }
/// }
///
/// # use sparta_core::{App, Error, Function, Request, service_fn};
/// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
/// let app = App::new("Hello").function(hello.trigger(Topic { arn: "orders".into() }));
/// assert!(app.check().unwrap_err().to_string().contains("function `hello`: `orders` is not the ARN of a topic"));
/// ```
pub trait Trigger: Debug + Send + Sync + 'static {
    /// One line for people: `GET /hello`.
    fn describe(&self) -> String;

    /// Mistakes that AWS would only report during deployment. Each is an error of the trigger's own type, whose text is
    /// lower case and names the remedy.
    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        _ = function;
        Vec::new()
    }

    /// What only one trigger of an App can have, such as a route; two triggers with the same key are a mistake.
    fn unique_key(&self, function: &FunctionSpec) -> Option<String> {
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
