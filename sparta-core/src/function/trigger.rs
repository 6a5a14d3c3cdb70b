//! What the triggers of a function have in common, and where they add what they need.

use std::{
    fmt::{self, Debug},
    sync::Arc,
};

use super::{FunctionSpec, customize::Part};
use crate::{
    Streams,
    cfn::{LogicalId, Output, Resource, TemplateMistake, Value},
    construct::{Construct, FunctionHandle},
    iam::Statement,
    mistake::Problem,
    resource,
    stack::Stack,
    trigger::{schema::Bodies, security::Guard},
};

/// Something that invokes a function: the resources that it takes and the permissions that it needs.
///
/// Sparta's own are in [`trigger`](crate::trigger); implement this for others.
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

    /// What AWS takes and is hardly meant; the commands of the service show it.
    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        _ = function;
        Vec::new()
    }

    /// What only one trigger of an App can have, such as a route; two triggers with the same key are a mistake.
    fn unique_key(&self, function: &FunctionSpec) -> Option<String> {
        _ = function;
        None
    }

    /// Who takes answers as streams, as a [`FunctionUrl`](crate::trigger::FunctionUrl) may.
    fn streams(&self) -> Streams {
        Streams::default()
    }

    /// What is said of its routes in the service's OpenAPI document.
    #[doc(hidden)]
    fn documented(&self) -> Vec<DocumentedRoute> {
        Vec::new()
    }

    /// The constructs that it is an event of, which are in the template then.
    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        Vec::new()
    }

    /// The functions of the App that are asked with events before this one is invoked, such as a Lambda authorizer.
    fn functions(&self) -> Vec<FunctionHandle> {
        Vec::new()
    }

    /// Whether Lambda reads from a function's answer which records of a batch failed, as of queues and streams.
    fn reads_batch_responses(&self) -> bool {
        false
    }

    /// Adds its resources to the template.
    fn synthesize(&self, scope: &mut Scope<'_>);
}

/// A route in the service's OpenAPI document.
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentedRoute {
    pub(crate) path: String,
    /// The method, or all.
    pub(crate) method: Option<String>,
    pub(crate) guard: Guard,
    /// Whether it asks for a key of a usage plan.
    pub(crate) api_key: bool,
    pub(crate) queries: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) bodies: Bodies,
}

/// A trigger as the serving build has it, so that nothing of its synthesis is in the binary.
pub(super) struct Described<T>(pub(super) T);

impl<T: Trigger> Debug for Described<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

impl<T: Trigger> Trigger for Described<T> {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn streams(&self) -> Streams {
        self.0.streams()
    }

    fn synthesize(&self, _: &mut Scope<'_>) {}
}

/// The place in a template where a trigger adds what it needs.
#[derive(Debug)]
pub struct Scope<'a> {
    pub(super) stack: &'a mut Stack,
    pub(super) function: &'a FunctionSpec,
    pub(super) statements: &'a mut Vec<Statement>,
    /// What was added, for the user's changes.
    pub(super) parts: Vec<Part>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(stack: &'a mut Stack, function: &'a FunctionSpec, statements: &'a mut Vec<Statement>) -> Self {
        Self { stack, function, statements, parts: Vec::new() }
    }
}

impl Scope<'_> {
    /// The function that is triggered.
    pub fn function(&self) -> &FunctionSpec {
        self.function
    }

    /// The ARN of the function, or of its alias where it has one.
    pub fn function_arn(&self) -> Value {
        self.function.invoked_arn()
    }

    /// The name of the function; where it has an alias, the ARN of that, which Lambda takes in the place of a name.
    pub fn function_name(&self) -> Value {
        match self.function.alias_id() {
            Some(alias) => alias.reference(),
            None => self.function.logical_id("Function").reference(),
        }
    }

    /// Adds a resource named by `words`, numbered where that name is taken, and gives its logical id.
    pub fn add(&mut self, words: &[&str], resource: Resource) -> LogicalId {
        self.add_part(words, resource, true)
    }

    fn add_part(&mut self, words: &[&str], resource: Resource, is_own: bool) -> LogicalId {
        let id = self.stack.numbered(&LogicalId::of_words(words.iter().copied()), resource);
        let role = words.last().copied().unwrap_or_default().to_owned();
        self.parts.push(Part { role, id: id.clone(), is_own });
        id
    }

    /// Adds a resource that all triggers of the App share, once.
    pub fn share(&mut self, name: &str, resource: impl FnOnce() -> Resource) -> LogicalId {
        let id = self.stack.share(LogicalId::of_words([name]), resource);
        let of_function = name.strip_prefix(self.function.name()).and_then(|rest| rest.strip_prefix('-'));
        let role = of_function.unwrap_or(name).to_owned();
        self.parts.push(Part { role, id: id.clone(), is_own: false });
        id
    }

    /// Changes a resource that the service has added with [`App::resource`](crate::App::resource), such as a bucket that
    /// tells the function of its objects. One that was never added is a mistake.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{cfn::{Resource, Value}, property, trigger::{Scope, Trigger}};
    ///
    /// /// Objects that are put into a bucket.
    /// #[derive(Debug)]
    /// struct Uploads(Resource);
    ///
    /// impl Trigger for Uploads {
    ///     fn describe(&self) -> String {
    ///         "uploads".to_owned()
    ///     }
    ///
    ///     fn synthesize(&self, scope: &mut Scope<'_>) {
    ///         let source = Value::function("Fn::Sub", "arn:${AWS::Partition}:s3:::*");
    ///         let permission = scope.allow_invocation(&["Uploads", "Permission"], "s3.amazonaws.com", source);
    ///         let tells = property!(AWS::S3::Bucket.NotificationConfiguration {
    ///             LambdaConfigurations: [{ Event: "s3:ObjectCreated:*", Function: (scope.function_arn()) }],
    ///         });
    ///         scope.change(&self.0, |bucket| bucket.property("NotificationConfiguration", tells).depends_on(permission));
    ///     }
    /// }
    /// ```
    pub fn change(&mut self, resource: &Resource, change: impl FnOnce(Resource) -> Resource) {
        if !self.stack.change(&LogicalId::from(resource), change) {
            let (from, resource_type) = ("a trigger".to_owned(), resource.resource_type().to_owned());
            let mistake = self.function.mistake(TemplateMistake::ResourceNeverAdded { from, resource_type });
            self.stack.report(mistake);
        }
    }

    /// Changes a construct's own resource, which [`Trigger::constructs`] has brought into the template.
    pub fn change_construct(&mut self, construct: &dyn Construct, change: impl FnOnce(Resource) -> Resource) {
        if !self.stack.change(&construct.id(), change) {
            let (from, resource_type) = ("a trigger".to_owned(), construct.id().to_string());
            let mistake = self.function.mistake(TemplateMistake::ResourceNeverAdded { from, resource_type });
            self.stack.report(mistake);
        }
    }

    /// The whole template, for a trigger that changes what another one has made.
    pub(crate) fn stack(&mut self) -> &mut Stack {
        self.stack
    }

    /// Adds a permission to the function's role, once.
    pub fn grant(&mut self, statement: Statement) {
        if !self.statements.contains(&statement) {
            self.statements.push(statement);
        }
    }

    /// Lets an AWS service invoke the function, from `source_arn` only, and gives the permission's logical id.
    ///
    /// The ARN of a bucket has no account; S3 may invoke the function for buckets of the stack's own account only.
    pub fn allow_invocation(&mut self, words: &[&str], service: &str, source_arn: impl Into<Value>) -> LogicalId {
        let permission = invocation(&self.function_arn(), service, source_arn.into());
        self.add_part(words, permission, false)
    }

    /// Adds an output of the stack; two of one name with different values are a mistake.
    pub fn output(&mut self, words: &[&str], output: Output) {
        self.stack.output(LogicalId::of_words(words.iter().copied()), output);
    }
}

/// Lets an AWS service invoke a function, from `source_arn` only.
pub(crate) fn invocation(function_arn: &Value, service: &str, source_arn: Value) -> Resource {
    let permission = resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunction",
        FunctionName: (function_arn),
        Principal: (service),
        SourceArn: (source_arn),
    });
    match service {
        // a bucket's ARN does not say whose it is
        "s3.amazonaws.com" => permission.property("SourceAccount", Value::function("Ref", "AWS::AccountId")),
        _ => permission,
    }
}
