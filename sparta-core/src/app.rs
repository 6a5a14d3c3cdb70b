//! The App: what `main()` declares.

mod apis;
mod decorate;
mod defaults;
mod files;
mod hooks;
mod lifecycle;
mod resources;
mod stack;

pub(crate) use decorate::{Decorator, Validator};

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use tower::{Layer, Service};

use crate::{
    Alarm, Architecture, BoxError, Check, Distribution, Environment, Function, FunctionEntry, Health, Hooks,
    HttpService, Pipeline, Request, ServeError, Serving,
    cfn::Value,
    construct::Construct,
    file::File,
    function::Options,
    hook::Steps,
    iam::Statement,
    monitoring::Watched,
    off_lambda::{OffLambda, Undropped},
    serve,
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
        let prepare: Option<crate::runtime::Prepare> = Some(Box::new(|| Box::pin(crate::fetch::stored_settings())));
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
