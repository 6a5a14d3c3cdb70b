//! The functions of an App in this process.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use futures_util::lock::Mutex;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt;

use crate::{
    App, Body, Build, Context, Error, Exchange, Failure, FunctionEntry, HttpService, Response,
    settings::{Kind, set_absent, set_variables},
};

/// An App whose functions are invoked in this process, for tests: see [`app`].
pub struct TestApp {
    functions: BTreeMap<String, TestFunction>,
}

struct TestFunction {
    is_event: bool,
    state: Mutex<State>,
}

/// A function is built when it is invoked first, as on Lambda.
enum State {
    Declared(Option<Build>),
    Built(HttpService),
}

/// Why an invocation in a test has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum InvokeError {
    #[error("the app has no function `{name}`: it has {known}")]
    NoFunction { name: String, known: String },
    #[error("the function `{function}` does not start")]
    Start { function: String, source: Failure },
    #[error("the function `{function}` did not start before: its first invocation says why")]
    Started { function: String },
    #[error("the event is no JSON")]
    Event(#[source] serde_json::Error),
    #[error("the function `{function}` failed")]
    Failed { function: String, source: Failure },
    #[error("the answer of the function `{function}` is of another type: {text}")]
    Answer { function: String, text: String, source: serde_json::Error },
}

/// The functions of an App, to be invoked in this process with their layers and the App's.
///
/// Settings are those of its first environment where the process has no variables for them; secrets have the values that
/// [`set_secret`](super::set_secret) gave them. Nothing is checked: [`App::check`] does that.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, LambdaEvent, service_fn, testing};
///
/// async fn double(event: LambdaEvent<u32>) -> Result<u32, Error> {
///     Ok(2 * event.payload)
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let app = testing::app(App::new("Sums").function(Function::event("double", service_fn(double))));
/// let answer: u32 = app.invoke("double", 21).await?;
/// assert_eq!(answer, 42);
/// # Ok::<_, Error>(())
/// # })?;
/// # Ok::<_, Error>(())
/// ```
pub fn app(app: App) -> TestApp {
    for settings in app.environments.first().iter().map(|environment| &environment.settings) {
        for (field, (name, text)) in settings.fields.iter().zip(&settings.values) {
            match (&field.kind, text) {
                // Only that it is absent is known here.
                (Kind::Secret, None) => set_absent(name),
                (Kind::Secret, Some(_)) => {}
                (_, text) => set_variables([(name.clone(), text.clone().unwrap_or_default())]),
            }
        }
    }
    let functions = app.into_entries().into_iter().map(|FunctionEntry { name, is_event, build, .. }| {
        (name, TestFunction { is_event, state: Mutex::new(State::Declared(Some(build))) })
    });
    TestApp { functions: functions.collect() }
}

impl TestApp {
    /// Invokes a function with an event, as Lambda does with its JSON: anything that serde writes, such as
    /// `serde_json::json!` or an event of [`aws_lambda_events`](crate::aws_lambda_events).
    ///
    /// # Errors
    ///
    /// [`InvokeError`]: of the function's start, of its handler, or an answer of another type than `R`.
    pub async fn invoke<R: DeserializeOwned>(&self, function: &str, event: impl Serialize) -> Result<R, InvokeError> {
        let event = serde_json::to_vec(&event).map_err(InvokeError::Event)?;
        let (is_event, service) = self.service(function).await?;
        let answer = exchange(is_event, service, event.into()).await;
        let answer = answer.map_err(|source| InvokeError::Failed { function: function.to_owned(), source })?;
        serde_json::from_slice(&answer).map_err(|source| InvokeError::Answer {
            function: function.to_owned(),
            text: String::from_utf8_lossy(&answer).into_owned(),
            source,
        })
    }

    /// Sends a request to a function over HTTP.
    ///
    /// The request reaches the handler as it is; path parameters and the like are set with
    /// [`RequestExt`](crate::RequestExt).
    ///
    /// # Errors
    ///
    /// [`InvokeError`]: of the function's start, or of its handler.
    pub async fn request(
        &self,
        function: &str,
        request: http::Request<impl Into<Body>>,
    ) -> Result<Response, InvokeError> {
        let mut request = request.map(Into::into);
        let extensions = request.extensions_mut();
        if extensions.get::<Context>().is_none() {
            extensions.insert(Context::default());
        }
        let (_, service) = self.service(function).await?;
        let answer = service.oneshot(request).await;
        answer.map_err(|source| InvokeError::Failed { function: function.to_owned(), source: Failure::of(source) })
    }

    /// The function's service, which is built once.
    async fn service(&self, name: &str) -> Result<(bool, HttpService), InvokeError> {
        let function = self.functions.get(name).ok_or_else(|| self.no_function(name))?;
        let mut state = function.state.lock().await;
        let service = match &mut *state {
            State::Built(service) => service.clone(),
            State::Declared(build) => {
                let build = build.take().ok_or_else(|| InvokeError::Started { function: name.to_owned() })?;
                let service = build().await.map_err(Failure::from);
                let service = service.map_err(|source| InvokeError::Start { function: name.to_owned(), source })?;
                *state = State::Built(service.clone());
                service
            }
        };
        Ok((function.is_event, service))
    }

    fn no_function(&self, name: &str) -> InvokeError {
        let known: Vec<String> = self.functions.keys().map(|name| format!("`{name}`")).collect();
        InvokeError::NoFunction { name: name.to_owned(), known: known.join(", ") }
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").field("functions", &self.functions.keys()).finish()
    }
}

/// From the bytes of an event to those of its answer.
async fn exchange(is_event: bool, service: HttpService, event: Bytes) -> Result<Bytes, Failure> {
    let context = Context::default();
    let mut exchange = match is_event {
        true => Exchange::of_event(event, context),
        false => Exchange::read(event, context).map_err(Failure::from)?,
    };
    let request = std::mem::take(&mut exchange.request);
    let answer = service.oneshot(request).await.map_err(Failure::of)?;
    exchange.answer(answer).await.map_err(|error: Error| Failure::from(error))
}
