//! The health of a service: a route that says whether it works.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{BoxFuture, join_all};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde::Serialize;
use tower::service_fn;

use crate::{
    Body, Error, Function, Request, Response,
    construct::{Grant, of_variable},
    trigger::HttpApi,
};

/// What the function is called that answers.
const FUNCTION: &str = "health";

/// A route that says whether the service works: [`App::health`](crate::App::health).
///
/// It is a function of its own, `health`, behind the App's HTTP API, open to everybody. It has all settings, which are checked
/// when it starts, like those of any function: a start that fails is answered with a status 500. When it is asked, it looks
/// whether it has what it [uses](Self::uses), and runs all [checks](Self::check) side by side.
///
/// The answer is JSON of the type `application/health+json`, with a status 200, or 503 where anything fails. It names what was
/// checked and how long that took; why a check failed is in the function's log alone.
///
/// See <https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, Health, Request, construct::Table, service_fn, trigger::HttpApi};
///
/// fn links() -> Table {
///     Table::new("links").key("code")
/// }
///
/// /// Calls what the service cannot do without.
/// async fn payment_provider() -> Result<(), Error> {
///     Ok(())
/// }
///
/// let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
/// let app = App::new("Links")
///     .function(api.uses(links().read()).trigger(HttpApi::get("/links")))
///     .health(Health::at("/health").uses(links().read()).check("payments", payment_provider));
/// app.check().unwrap();
/// ```
#[must_use]
pub struct Health {
    path: String,
    limit: Duration,
    checks: Vec<Check>,
    /// The variables of what it uses.
    variables: Vec<String>,
    configure: Vec<Configure>,
}

type Configure = Box<dyn FnOnce(Function) -> Function>;

#[derive(Clone)]
struct Check {
    name: String,
    run: Arc<dyn Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync>,
}

impl Health {
    /// Answers to `GET` on this path, such as `/health`.
    pub fn at(path: impl Into<String>) -> Self {
        let limit = Duration::from_secs(2);
        Self { path: path.into(), limit, checks: Vec::new(), variables: Vec::new(), configure: Vec::new() }
    }

    /// Runs `check`, and fails where that does, or takes longer than the [time limit](Self::time_limit).
    pub fn check<F, Fut, E>(mut self, name: impl Into<String>, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        let run = move || -> BoxFuture<'static, Result<(), Error>> {
            let checked = check();
            Box::pin(async move { checked.await.map_err(Into::into) })
        };
        self.checks.push(Check { name: name.into(), run: Arc::new(run) });
        self
    }

    /// How long each check may take; 2 seconds by default.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// What the checks may do with a construct, as [`Function::uses`]. That the construct is there is a check of its own, called
    /// like its variable.
    pub fn uses(mut self, grant: impl Into<Grant>) -> Self {
        let grant = grant.into();
        self.variables.push(grant.construct().variable());
        self.function(|function| function.uses(grant))
    }

    /// Changes the function: its secrets, VPC, memory.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Health, Memory, Vpc};
    ///
    /// let health = Health::at("/health")
    ///     .function(|health| health.memory(Memory::mb(512)).vpc(Vpc::new(["subnet-0a"], ["sg-0a"])));
    /// ```
    pub fn function(mut self, change: impl FnOnce(Function) -> Function + 'static) -> Self {
        self.configure.push(Box::new(change));
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_function(self) -> Function {
        let Self { path, limit, mut checks, variables, configure } = self;
        checks.extend(variables.into_iter().map(is_there));
        let checks: Arc<[Check]> = checks.into();
        let answer = service_fn(move |_: Request| {
            let checks = Arc::clone(&checks);
            async move { answer(&checks, limit).await }
        });
        let function = Function::http(FUNCTION, answer).description("Says whether the service works");
        configure.into_iter().fold(function, |function, change| change(function)).trigger(HttpApi::get(path).open())
    }
}

/// Whether a construct is there, which its variable says.
fn is_there(variable: String) -> Check {
    let name = variable.clone();
    let run = move || -> BoxFuture<'static, Result<(), Error>> {
        let found = of_variable(&variable).is_some_and(|text| !text.is_empty());
        let missing = format!("the variable {variable}, with its name, is not set");
        Box::pin(async move { if found { Ok(()) } else { Err(Error::from(missing)) } })
    };
    Check { name, run: Arc::new(run) }
}

/// The answer's document.
#[derive(Serialize)]
struct Document<'a> {
    status: &'static str,
    checks: BTreeMap<&'a str, Vec<Checked>>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    status: &'static str,
    observed_value: u64,
    observed_unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'static str>,
}

const PASS: &str = "pass";
const FAIL: &str = "fail";

async fn answer(checks: &[Check], limit: Duration) -> Result<Response, Error> {
    let results = join_all(checks.iter().map(|check| run(check, limit))).await;
    let failed = results.iter().any(|checked| checked.status == FAIL);
    let mut named: BTreeMap<&str, Vec<Checked>> = BTreeMap::new();
    for (check, result) in checks.iter().zip(results) {
        named.entry(&check.name).or_default().push(result);
    }
    let document = Document { status: if failed { FAIL } else { PASS }, checks: named };
    let mut response = Response::new(Body::from(serde_json::to_vec(&document)?));
    *response.status_mut() = if failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/health+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn run(check: &Check, limit: Duration) -> Checked {
    let start = Instant::now();
    let result = tokio::time::timeout(limit, (check.run)()).await;
    let output = match result {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::error!(check = check.name, "the service is not healthy: {error}");
            Some("it failed; the log says why")
        }
        Err(_) => {
            tracing::error!(check = check.name, "the service is not healthy: no answer in {limit:?}");
            Some("it took too long")
        }
    };
    let observed_value = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Checked { status: if output.is_none() { PASS } else { FAIL }, observed_value, observed_unit: "ms", output }
}
