//! The App: what `main()` declares.

mod decorate;
mod defaults;
mod files;
mod hooks;
mod stack;

pub(crate) use decorate::{Decorator, Validator};

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::FutureExt;
use tower::{Layer, Service};

use crate::{
    Alarm, Architecture, BoxError, Check, Distribution, Environment, Error, Function, FunctionEntry, Health, Hooks,
    HttpService, Pipeline, Request, ServeError, Serving,
    alarm::Watched,
    cfn::{Output, Resource, Template, Value},
    construct::Construct,
    file::File,
    function::Options,
    hook::Steps,
    iam::Statement,
    off_lambda::{OffLambda, Undropped},
    runtime, serve,
    settings::process_variable,
    stack::UserResources,
    trigger::{ApiOptions, RestApiOptions, WebSocketOptions},
};

type Wrap = Box<dyn Fn(HttpService) -> HttpService + Send>;

/// The registry that `main()` builds: functions, environments, pipeline.
///
/// Builder methods only record; `check` and `provision` report mistakes, all at once.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Environment, Error, Function, Request, service_fn};
///
/// let app = App::new("Hello")
///     .function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
///     .environment(Environment::new("test", [("MESSAGE", "Hello Test!")]));
/// ```
#[must_use]
pub struct App {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) architecture: Architecture,
    pub(crate) defaults: Undropped<Options>,
    pub(crate) functions: Vec<Function>,
    pub(crate) environments: Undropped<Vec<Environment>>,
    pub(crate) pipeline: Undropped<Option<Pipeline>>,
    pub(crate) http_api: Undropped<Option<ApiOptions>>,
    pub(crate) web_socket: Undropped<Option<WebSocketOptions>>,
    pub(crate) distribution: Undropped<Option<Distribution>>,
    pub(crate) rest_api: Undropped<Option<RestApiOptions>>,
    pub(crate) watched: Undropped<Watched>,
    pub(crate) health: Option<String>,
    pub(crate) user_resources: Undropped<UserResources>,
    pub(crate) type_permissions: Undropped<Vec<(String, Statement)>>,
    pub(crate) shared_types: BTreeSet<String>,
    pub(crate) constructs: OffLambda<Arc<dyn Construct>>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) decorators: OffLambda<Decorator>,
    pub(crate) validators: OffLambda<Validator>,
    pub(crate) steps: Steps,
    pub(crate) files: OffLambda<File>,
    layers: Vec<Wrap>,
    hooks: Hooks,
    extensions: Vec<Box<dyn Any + Send>>,
}

impl App {
    /// An empty App. Its name is a letter followed by letters, digits and `-`; its stacks are named after it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            architecture: Architecture::default(),
            defaults: Undropped::default(),
            functions: Vec::new(),
            environments: Undropped::default(),
            pipeline: Undropped::default(),
            http_api: Undropped::default(),
            web_socket: Undropped::default(),
            distribution: Undropped::default(),
            rest_api: Undropped::default(),
            watched: Undropped::default(),
            health: None,
            user_resources: Undropped::default(),
            type_permissions: Undropped::default(),
            shared_types: BTreeSet::new(),
            constructs: OffLambda::default(),
            tags: BTreeMap::new(),
            decorators: OffLambda::default(),
            validators: OffLambda::default(),
            steps: Steps::default(),
            files: OffLambda::default(),
            layers: Vec::new(),
            hooks: Hooks::default(),
            extensions: Vec::new(),
        }
    }

    /// What the service is for: the description of its template, up to 1,024 bytes.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// The processor that all its functions run on; `x86_64` by default.
    pub fn architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = architecture;
        self
    }

    /// Adds a function.
    pub fn function(mut self, function: Function) -> Self {
        #[cfg(feature = "custom-resources")]
        let is_first = function.spec.is_provider && !self.functions.iter().any(|other| other.spec.is_provider);
        self.functions.push(function);
        #[cfg(feature = "custom-resources")]
        if is_first {
            self.functions.push(crate::custom_resource::failures());
        }
        self
    }

    /// Wraps every function in a [`tower::Layer`], around the functions' own layers; the last one added is the first
    /// to see a request, as with axum's `Router::layer`.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + 'static,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + 'static,
        <L::Service as Service<Request>>::Error: Into<BoxError> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers.push(Box::new(move |service| service.layer(&layer)));
        self
    }

    /// Runs `hook` before Lambda ends the process: to flush what is buffered, to close what is open.
    ///
    /// All hooks together have about 500 ms; the last one registered runs first. With a hook the process registers an
    /// extension, `sparta-shutdown`, without which Lambda ends a process unannounced, and exits with 0 after SIGTERM.
    /// No hook runs after a crash or a timeout.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Orders").on_shutdown(async || println!("closing the books"));
    /// ```
    pub fn on_shutdown<F, Fut>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.shutdown.push(runtime::hook(|| hook().map(Ok::<_, Error>)));
        self
    }

    /// Runs `hook` before SnapStart takes its snapshot of the started process: to close connections, which do not
    /// survive it. The last one registered runs first; an error is a failed start.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>.
    pub fn before_snapshot<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.before_snapshot.push(runtime::hook(hook));
        self
    }

    /// Runs `hook` each time that SnapStart restored the process from its snapshot: to open connections again, to
    /// refresh credentials, to generate ids that no two processes may share. The first one registered runs first; an
    /// error ends the process and is reported to Lambda.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>.
    pub fn after_restore<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.after_restore.push(runtime::hook(hook));
        self
    }

    /// Adds an environment; the pipeline promotes through them in the order of their registration.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environments.push(environment);
        self
    }

    /// The pipeline that delivers it.
    pub fn pipeline(mut self, pipeline: Pipeline) -> Self {
        *self.pipeline = Some(pipeline);
        self
    }

    /// Adds a construct that no function uses and that invokes none; those are in the template anyway.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, construct::Table};
    ///
    /// let app = App::new("Links").with(Table::new("archive").key("code"));
    /// ```
    pub fn with(mut self, construct: impl Construct) -> Self {
        self.constructs.push(|| Arc::new(construct));
        self
    }

    /// What is for all routes of its HTTP API: CORS, an authorizer, throttling, access logs.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{ApiOptions, Cors, HttpApi, Jwt}};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello")
    ///     .http_api(ApiOptions::new().cors(Cors::origin("https://hello.example")).throttle(200, 100).access_logs())
    ///     .function(hello.trigger(HttpApi::get("/hello").authorizer(Jwt::issuer("https://id.example").audience("hello"))));
    /// app.check().unwrap();
    /// ```
    pub fn http_api(mut self, options: ApiOptions) -> Self {
        if options.has_access_logs() {
            // What the deliveries of access logs take is on all of them, as `access_logs` says.
            self.shared_types.insert("AWS::ApiGatewayV2::Stage".to_owned());
        }
        *self.http_api = Some(options);
        self
    }

    /// What is for all routes of its REST API: stage, endpoint, who may come, throttling, access logs, usage plans.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{RestApi, RestApiOptions, UsagePlan}};
    ///
    /// let orders = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Orders")
    ///     .rest_api(RestApiOptions::new().throttle(200, 100).usage_plan(UsagePlan::new("partners").key("acme")))
    ///     .function(orders.trigger(RestApi::post("/orders").api_key()));
    /// app.check().unwrap();
    /// ```
    pub fn rest_api(mut self, options: RestApiOptions) -> Self {
        *self.rest_api = Some(options);
        self
    }

    /// What is for all routes of its WebSocket API: what selects a route, throttling, access logs.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::{WebSocket, WebSocketOptions}};
    ///
    /// let chat = Function::http("chat", service_fn(async |_: Request| Ok::<_, Error>(())));
    /// let app = App::new("Chat")
    ///     .web_socket(WebSocketOptions::new().throttle(200, 100))
    ///     .function(chat.trigger(WebSocket::connect()).trigger(WebSocket::default_route()));
    /// app.check().unwrap();
    /// ```
    pub fn web_socket(mut self, options: WebSocketOptions) -> Self {
        if options.has_access_logs() {
            self.shared_types.insert("AWS::ApiGatewayV2::Stage".to_owned());
        }
        *self.web_socket = Some(options);
        self
    }

    /// CloudFront in front of the service's addresses.
    ///
    /// # Example
    ///
    /// [`Distribution`] has one.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        // What CloudFront has is in no region, and its ids tell nothing of their stack, as `Distribution` says.
        self.shared_types.insert("AWS::CloudFront::Distribution".to_owned());
        if distribution.signs() {
            self.shared_types.insert("AWS::CloudFront::OriginAccessControl".to_owned());
        }
        *self.distribution = Some(distribution);
        self
    }

    /// Adds an alarm.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Alarm, App, Error, Function, Request, service_fn};
    ///
    /// let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(api).alarm(Alarm::errors("api").above(0));
    /// app.check().unwrap();
    /// ```
    pub fn alarm(mut self, alarm: Alarm) -> Self {
        self.watched.alarms.push(alarm);
        self
    }

    /// Adds the alarms that everything has which it declares, to one topic: errors and throttles of each function, failures of
    /// the HTTP and REST APIs, messages that wait for more than 10 minutes, messages in dead-letter queues, requests that a table
    /// throttles. One that [`alarm`](Self::alarm) adds takes the place of that of the same function and metric.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn};
    ///
    /// let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(api).alarms("arn:aws:sns:eu-west-1:123456789012:on-call");
    /// app.check().unwrap();
    /// ```
    pub fn alarms(mut self, topic: impl Into<Value>) -> Self {
        self.watched.usual_to = Some(topic.into());
        self
    }

    /// Adds a dashboard of CloudWatch with what matters of each function, API, queue and table, whose link is the output
    /// `DashboardUrl`. It shows 500 graphs, three of each function.
    ///
    /// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html>.
    pub fn dashboard(mut self) -> Self {
        self.watched.dashboard = true;
        self
    }

    /// Adds a route that says whether the service works, which `status --health` asks: a function of its own, `health`.
    ///
    /// # Example
    ///
    /// [`Health`] has one.
    pub fn health(mut self, health: Health) -> Self {
        self.health = Some(health.path().to_owned());
        self.function(health.into_function())
    }

    /// Adds a resource of the service's own to its template: a table, a bucket, an alarm.
    ///
    /// `id` is its logical id, letters and digits. Functions use it through [`Resource::reference`] and
    /// [`Resource::attribute`], in their variables and grants.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, attribute, iam::Statement, resource, service_fn};
    ///
    /// let table = resource!(AWS::DynamoDB::Table {
    ///     BillingMode: "PAY_PER_REQUEST",
    ///     AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    ///     KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    /// });
    /// let orders = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("hello")))
    ///     .variable("TABLE", table.reference())
    ///     .grant(Statement::allow(["dynamodb:GetItem"]).on(attribute!(AWS::DynamoDB::Table, table, "Arn")));
    /// let app = App::new("Orders").function(orders).resource("Table", table.retain());
    /// ```
    pub fn resource(mut self, id: impl Into<String>, resource: Resource) -> Self {
        self.user_resources.resources.push((id.into(), resource));
        self
    }

    /// Adds everything that is in a template of somebody else's: resources, conditions, mappings, outputs, transforms, and
    /// parameters, which need a default.
    ///
    /// Its names are those of the App's template. What a pipeline may do for the macros of the account that it names is up to
    /// [`type_permission`](Self::type_permission).
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, cfn::Template, service_fn, trigger::FunctionUrl};
    ///
    /// let shared = Template::from_json(r#"{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}}"#)?;
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(hello.trigger(FunctionUrl::signed())).include(shared);
    /// app.check().unwrap();
    /// # Ok::<_, sparta_core::cfn::TemplateError>(())
    /// ```
    pub fn include(mut self, template: Template) -> Self {
        self.user_resources.included.push(template);
        self
    }

    /// Adds a permission that CloudFormation needs for resources of a type, beyond what the registry lists for it.
    ///
    /// Private types, and the few AWS types that the registry has no permissions for, need it before a pipeline can deploy
    /// them. A custom resource's provider may be called without it. References to the App's own resources are resolved:
    /// `.on(role.attribute("Arn"))`.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, iam::Statement};
    ///
    /// let table = Statement::allow(["dynamodb:CreateTable", "dynamodb:DeleteTable"]).on("arn:aws:dynamodb:*:*:table/acme-*");
    /// let app = App::new("Hello").type_permission("Acme::Data::Table", table);
    /// ```
    pub fn type_permission(mut self, resource_type: impl Into<String>, statement: Statement) -> Self {
        self.type_permissions.push((resource_type.into(), statement));
        self
    }

    /// Accepts that what deploys one environment, or runs in it, may reach what the other environments have of a resource type.
    ///
    /// CloudFormation's role of an environment is bound to the environment's stack: by names, and by the tag
    /// `aws:cloudformation:stack-name`, which only CloudFormation sets. For some types neither can be, such as keys of KMS,
    /// whose ids are random and which have no such tag: who may push could change those of production by a deployment of
    /// test, before anybody approves. The same is true of what the functions of test may do. A pipeline of several environments is refused for them unless it is accepted here.
    /// `docs/shared-types.md` lists them.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Hello").accept_shared("AWS::KMS::Key");
    /// ```
    pub fn accept_shared(mut self, resource_type: impl Into<String>) -> Self {
        self.shared_types.insert(resource_type.into());
        self
    }

    /// Adds an output of the stack, which `status` shows and other stacks can import.
    pub fn output(mut self, id: impl Into<String>, output: Output) -> Self {
        self.user_resources.outputs.push((id.into(), output));
        self
    }

    /// Adds a condition, which resources and outputs can depend on.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html>.
    pub fn condition(mut self, id: impl Into<String>, condition: impl Into<Value>) -> Self {
        self.user_resources.conditions.push((id.into(), condition.into()));
        self
    }

    /// The name it was registered with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Serves the function that Lambda asks for, until Lambda ends the process.
    ///
    /// # Errors
    ///
    /// A start that failed, which has been logged and reported to Lambda then.
    pub fn serve(self) -> Result<(), ServeError> {
        // Environments share one settings type, which validation sees to.
        let settings = self.environments.leaked().first().map(|environment| &environment.settings);
        let checks =
            settings.into_iter().map(|settings| -> Check { Box::new(move || Ok(settings.check(&process_variable)?)) });
        #[cfg(feature = "fetch")]
        let prepare: Option<runtime::Prepare> = Some(Box::new(|| Box::pin(crate::fetch::stored_settings())));
        #[cfg(not(feature = "fetch"))]
        let prepare = None;
        let functions = entries(self.functions, self.layers);
        serve(Serving { functions, prepare, checks: checks.collect(), hooks: self.hooks })
    }

    /// Its functions, each with the App's layers, to be invoked in this process.
    pub(crate) fn into_entries(self) -> Vec<FunctionEntry> {
        entries(self.functions, self.layers)
    }

    /// Attaches a value for the crates above, such as a user's commands.
    #[doc(hidden)]
    pub fn extend(mut self, extension: impl Any + Send) -> Self {
        self.extensions.push(Box::new(extension));
        self
    }

    /// Removes and returns all extensions of one type.
    #[doc(hidden)]
    pub fn take_extensions<T: Any>(&mut self) -> Vec<T> {
        let (wanted, rest) = std::mem::take(&mut self.extensions).into_iter().partition(|e| (**e).is::<T>());
        self.extensions = rest;
        let wanted: Vec<Box<dyn Any + Send>> = wanted;
        wanted.into_iter().filter_map(|e| e.downcast().ok()).map(|e| *e).collect()
    }
}

/// Functions with the App's layers around their own.
fn entries(functions: Vec<Function>, layers: Vec<Wrap>) -> Vec<FunctionEntry> {
    let layers = Arc::new(Mutex::new(layers));
    let wrap = move |service| {
        let layers = layers.lock().unwrap_or_else(PoisonError::into_inner);
        layers.iter().fold(service, |service, layer| layer(service))
    };
    functions.into_iter().map(|function| function.into_entry(wrap.clone())).collect()
}
