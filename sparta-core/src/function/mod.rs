//! What a function is. Each of its parts is one file, with its check.

mod batch;
mod customize;
mod grants;
mod options;
mod resources;
mod trigger;
mod uses;
mod variables;
mod version;

pub use customize::{CustomizeMistake, Customized, TriggerExt};
pub use grants::GrantMistake;
pub use options::{
    FileSystem, FunctionMistake, LogFormat, LogLevel, ManagedInstances, Memory, RecursiveLoop, Retention, Storage,
    Tracing, Vpc,
};
pub(crate) use options::{Options, Outcome};
pub(crate) use resources::Shared;
use trigger::Described;
pub(crate) use trigger::DocumentedRoute;
pub(crate) use trigger::invocation;
pub use trigger::{Scope, Trigger};
pub use uses::Usable;
pub use variables::VariableMistake;
pub(crate) use version::publish;

use std::{
    any::{TypeId, type_name},
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::Arc,
};

use serde::Serialize;
use tower::{Layer, Service};

use crate::{
    AnswerTo, Architecture, BatchResponse, BoxError, Build, Context, Error, Failure, FailureOf, FunctionEntry,
    HttpHandler, HttpService, Request, Streams, TypedEvent,
    cfn::{Change, LogicalId, Value},
    construct::{Construct, Destination, Grant},
    iam::Statement,
    mistake::{Mistake, Problem, Subject},
    off_lambda::Undropped,
};

/// The kind of a function's handler: its input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionKind {
    /// `http` requests to `http` responses.
    Http,
    /// A typed event to anything serializable.
    Event,
    /// The deprecated signature: the raw event and a writer.
    Raw,
}

/// One Lambda function: a name, a [`tower::Service`], its options and what triggers it.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{Error, Function, Memory, Request, service_fn, trigger::HttpApi};
///
/// async fn hello(_: Request) -> Result<&'static str, Error> {
///     Ok("hello")
/// }
///
/// let function = Function::http("hello", service_fn(hello))
///     .memory(Memory::mb(256))
///     .timeout(Duration::from_secs(10))
///     .trigger(HttpApi::get("/hello"));
/// ```
#[must_use]
pub struct Function {
    pub(crate) spec: FunctionSpec,
    factory: Build,
}

/// The declaration of a function, without its handler.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    pub(crate) name: String,
    pub(crate) kind: FunctionKind,
    options: Undropped<Options>,
    pub(crate) variables: Undropped<BTreeMap<String, Value>>,
    pub(crate) grants: Undropped<Vec<Statement>>,
    uses: Undropped<Vec<Grant>>,
    /// The variables of the secrets that it uses.
    secrets: Vec<&'static str>,
    /// Whether its answer says which records of a batch failed.
    reports_failures: bool,
    /// Whether its answers are there as a whole before any of them is sent.
    pub(crate) is_whole: bool,
    /// Whether it provides resources of stacks.
    #[cfg(feature = "custom-resources")]
    pub(crate) is_provider: bool,
    changes: Undropped<Vec<(&'static str, Change)>>,
    pub(crate) triggers: Undropped<Vec<Arc<dyn Trigger>>>,
}

impl Function {
    /// A function that answers `http` requests with any tower service: a plain async function through
    /// [`service_fn`](crate::service_fn), an axum `Router`, a stack of layers.
    ///
    /// API Gateway HTTP and REST APIs, load balancers and function URLs are answered as HTTP. Any other event is the
    /// body of the request; a status of 400 or more then fails the invocation with the body as its message.
    ///
    /// With the feature `lambda_http`, the service may also be a `service_fn` over `lambda_http::Request`; any other service over
    /// these comes through `HttpService::lambda_http`.
    pub fn http<R, S>(name: impl Into<String>, service: S) -> Self
    where
        S: HttpHandler<R> + Clone + Send + 'static,
        S::Response: AnswerTo<R>,
        S::Error: FailureOf<R>,
        S::Future: Send + 'static,
    {
        let factory = ready(move || <S::Response as AnswerTo<R>>::service(service));
        Self::new(name, FunctionKind::Http, factory).whole(<S::Response as AnswerTo<R>>::IS_WHOLE)
    }

    /// Like [`http`](Self::http), for a service whose construction needs async work: clients, connections, secrets.
    ///
    /// The factory runs once per execution environment, and only in the Lambda of this very function. An error that
    /// it gives is reported to Lambda as a failed start.
    pub fn http_factory<R, F, Fut, S, E>(name: impl Into<String>, factory: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        E: Into<BoxError>,
        S: HttpHandler<R> + Clone + Send + 'static,
        S::Response: AnswerTo<R>,
        S::Error: FailureOf<R>,
        S::Future: Send + 'static,
    {
        let factory = made(factory, <S::Response as AnswerTo<R>>::service::<S>);
        Self::new(name, FunctionKind::Http, factory).whole(<S::Response as AnswerTo<R>>::IS_WHOLE)
    }

    /// A function over a typed event, [`LambdaEvent<T>`](crate::LambdaEvent), that answers anything serializable.
    ///
    /// `T` is anything that serde reads, or [`Records`](crate::Records) for a batch. With the feature `lambda_http`, it may also be a
    /// service over the `LambdaEvent<T>` of `lambda_runtime`.
    pub fn event<E, S>(name: impl Into<String>, service: S) -> Self
    where
        E: TypedEvent + Send + 'static,
        S: Service<E> + Clone + Send + 'static,
        S::Response: Serialize,
        S::Error: FailureOf<E>,
        S::Future: Send + 'static,
    {
        Self::new(name, FunctionKind::Event, ready(move || HttpService::event(service))).answers::<S::Response>()
    }

    /// Like [`event`](Self::event), for a service whose construction needs async work.
    pub fn event_factory<T, F, Fut, S, E>(name: impl Into<String>, factory: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        E: Into<BoxError>,
        T: TypedEvent + Send + 'static,
        S: Service<T> + Clone + Send + 'static,
        S::Response: Serialize,
        S::Error: FailureOf<T>,
        S::Future: Send + 'static,
    {
        Self::new(name, FunctionKind::Event, made(factory, HttpService::event)).answers::<S::Response>()
    }

    /// A function of the old signature: the raw event's bytes, the context, and a writer for the answer.
    #[deprecated(note = "Please migrate to Function::http")]
    pub fn raw<F>(name: impl Into<String>, handler: F) -> Self
    where
        F: Fn(&[u8], &Context, &mut dyn std::io::Write) -> Result<(), Error> + Clone + Send + 'static,
    {
        Self::new(name, FunctionKind::Raw, ready(move || HttpService::raw(handler)))
    }

    fn new(name: impl Into<String>, kind: FunctionKind, factory: Build) -> Self {
        let spec = FunctionSpec {
            name: name.into(),
            kind,
            options: Undropped::default(),
            variables: Undropped::default(),
            grants: Undropped::default(),
            uses: Undropped::default(),
            secrets: Vec::new(),
            reports_failures: false,
            is_whole: false,
            #[cfg(feature = "custom-resources")]
            is_provider: false,
            changes: Undropped::default(),
            triggers: Undropped::default(),
        };
        Self { spec, factory }
    }

    /// Notes whether its answers are of a type that says which records failed.
    fn answers<R: 'static>(mut self) -> Self {
        self.spec.reports_failures = is_batch_response::<R>();
        self
    }

    fn whole(mut self, is_whole: bool) -> Self {
        self.spec.is_whole = is_whole;
        self
    }

    /// Wraps the handler in a [`tower::Layer`]; the last one added is the first to see a request, as with axum's
    /// `Router::layer`.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + 'static,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + 'static,
        <L::Service as Service<Request>>::Error: Into<BoxError> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let inner = self.factory;
        self.factory = Box::new(move || Box::pin(async move { Ok(inner().await?.layer(layer)) }));
        self
    }

    /// A variable of this function alone: text, or a value of the template.
    ///
    /// What differs from one environment to the next belongs in the environments' settings.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.spec.variables.insert(name.into(), value.into());
        self
    }

    /// Adds a permission to this function's role.
    pub fn grant(mut self, statement: Statement) -> Self {
        self.spec.grants.push(statement);
        self
    }

    /// Adds something that invokes this function.
    pub fn trigger(mut self, trigger: impl Trigger) -> Self {
        self.spec.triggers.push(if cfg!(sparta_serving) { Arc::new(Described(trigger)) } else { Arc::new(trigger) });
        self
    }

    /// The name it was registered with.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Its name in Lambda, for another resource's property or an output.
    pub fn reference(&self) -> Value {
        self.spec.logical_id("Function").reference()
    }

    /// Its ARN, for another resource's property or an output; the alias's, where it was given one.
    pub fn arn(&self) -> Value {
        self.spec.invoked_arn()
    }

    /// What the serving process needs of it, with `wrap` around its own layers.
    pub(crate) fn into_entry(self, wrap: impl FnOnce(HttpService) -> HttpService + Send + 'static) -> FunctionEntry {
        let Self { spec, factory } = self;
        let build: Build = Box::new(move || Box::pin(async move { Ok(wrap(factory().await?)) }));
        let streams = spec.streams();
        FunctionEntry { name: spec.name, is_event: spec.kind != FunctionKind::Http, streams, build }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(f)
    }
}

/// Whether it is Sparta's, or one of `aws_lambda_events`, which has each behind a feature of its own.
fn is_batch_response<R: 'static>() -> bool {
    let is_theirs =
        || match type_name::<R>().strip_prefix("aws_lambda_events::").and_then(|path| path.rsplit("::").next()) {
            Some(name) => ["SqsBatchResponse", "KinesisEventResponse", "DynamoDbEventResponse"].contains(&name),
            None => false,
        };
    TypeId::of::<R>() == TypeId::of::<BatchResponse>() || is_theirs()
}

fn ready(build: impl FnOnce() -> HttpService + Send + 'static) -> Build {
    Box::new(move || Box::pin(async move { Ok(build()) }))
}

fn made<F, Fut, S, E>(factory: F, wrap: fn(S) -> HttpService) -> Build
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = Result<S, E>> + Send + 'static,
    E: Into<BoxError>,
    S: Send + 'static,
{
    Box::new(move || Box::pin(async move { factory().await.map(wrap).map_err(|error| Failure::of(error).into()) }))
}

impl FunctionSpec {
    /// The name it was registered with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its handler takes.
    pub fn kind(&self) -> FunctionKind {
        self.kind
    }

    /// Who takes its answers as streams.
    pub(crate) fn streams(&self) -> Streams {
        self.triggers.iter().fold(Streams::default(), |all, trigger| all.or(trigger.streams()))
    }

    /// What invokes it.
    pub fn triggers(&self) -> &[Arc<dyn Trigger>] {
        &self.triggers
    }

    /// What its role allows beyond its logs and triggers.
    pub fn grants(&self) -> impl Iterator<Item = &Statement> {
        self.grants.iter().chain(self.of_constructs().flat_map(Grant::statements))
    }

    /// What it may do with the constructs that it uses.
    pub fn uses(&self) -> impl Iterator<Item = &Grant> {
        self.uses.iter()
    }

    /// Where its asynchronous events go that Lambda is done with: what became of them, such as `on failure`, and the permission.
    pub fn destinations(&self) -> impl Iterator<Item = (&'static str, &Grant)> {
        self.options.asynchronous.outcomes().map(|(outcome, destination)| (outcome.words(), destination.grant()))
    }

    /// What it may do with the constructs that it uses, and with those that its asynchronous events go to.
    fn of_constructs(&self) -> impl Iterator<Item = &Grant> {
        self.uses.iter().chain(self.options.asynchronous.destinations().map(Destination::grant))
    }

    /// The variables of the secrets that it uses, which are settings.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().copied()
    }

    /// Whether its answer says which records of a batch failed, as a [`BatchResponse`] does.
    pub fn reports_failures(&self) -> bool {
        self.reports_failures
    }

    /// The constructs that it uses and that invoke it.
    pub(crate) fn constructs(&self) -> impl Iterator<Item = Arc<dyn Construct>> {
        let used = self.of_constructs().map(|grant| Arc::clone(grant.construct()));
        used.chain(self.triggers.iter().flat_map(|trigger| trigger.constructs()))
    }

    pub(crate) fn grants_mut(&mut self) -> impl Iterator<Item = &mut Statement> {
        let destinations = self.options.asynchronous.destinations_mut().map(Destination::grant_mut);
        let of_constructs = self.uses.iter_mut().chain(destinations);
        self.grants.iter_mut().chain(of_constructs.flat_map(Grant::statements_mut))
    }

    /// A logical id that begins with this function's name.
    pub fn logical_id(&self, suffix: &str) -> LogicalId {
        LogicalId::of_words([self.name.as_str(), suffix])
    }

    /// What AWS would refuse of it, its triggers included; `app` is the processor that the App is for.
    pub(crate) fn check(&self, app: Architecture) -> Vec<Mistake> {
        let mut mistakes = self.check_options(app);
        mistakes.extend(self.check_grants());
        let ignores = self.triggers.iter().filter(|trigger| self.reports_failures && !trigger.reads_batch_responses());
        mistakes.extend(ignores.map(|it| self.mistake(FunctionMistake::IgnoresFailures { trigger: it.describe() })));
        mistakes.extend(self.circles().map(|through| self.mistake(FunctionMistake::InvokesItself { through })));
        let problems = self.triggers.iter().flat_map(|trigger| trigger.check(self));
        mistakes.extend(problems.map(|problem| self.mistake(problem)));
        mistakes
    }

    /// The constructs that it uses and that invoke it with a permission for it in their own role, or are it.
    fn circles(&self) -> impl Iterator<Item = String> {
        let constructs = self.of_constructs().map(Grant::construct);
        let circles = constructs.filter(|it| it.functions().iter().any(|handle| handle.function() == self.name));
        circles.map(|it| format!("{} `{}`", it.words(), it.label()))
    }

    /// A problem of this function.
    pub(crate) fn mistake(&self, problem: impl Into<Problem>) -> Mistake {
        Mistake::new(Subject::Function(self.name.clone()), problem)
    }
}
