//! Which pages of other origins a browser lets call an HTTP API.

use std::time::Duration;

use http::{HeaderName, Method};

use crate::{cfn::Value, property};

/// Lets pages of other origins call the API: cross-origin resource sharing.
///
/// API Gateway answers preflight requests itself, and takes no CORS headers from handlers. Pages may send every method and
/// the headers `authorization` and `content-type`, unless [`method`](Self::method) and [`header`](Self::header) say which.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use http::Method;
/// use sparta_core::trigger::Cors;
///
/// let page = Cors::origin("https://links.example");
/// let pages = Cors::origins(["https://links.example", "http://localhost:3000"])
///     .method(Method::GET)
///     .header("x-request-id")
///     .expose("x-total")
///     .max_age(Duration::from_secs(60 * 60))
///     .credentials();
/// let everybody = Cors::any_origin();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Cors {
    origins: Vec<Value>,
    methods: Vec<Method>,
    headers: Vec<String>,
    exposed: Vec<String>,
    max_age: Option<Duration>,
    credentials: bool,
}

/// What is wrong with a [`Cors`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorsMistake {
    /// No page may call it.
    #[error("CORS without an origin lets nobody in: name one, `Cors::origin(\"https://links.example\")`")]
    NoOrigin,
    /// What no browser sends as an origin.
    #[error(
        "the origin `{0}` is not a scheme and a host, perhaps with a port, and nothing behind: `https://links.example` is one"
    )]
    Origin(String),
    /// Credentials for everybody.
    #[error("credentials for every origin (`{0}`) are what browsers and API Gateway refuse: name the origins")]
    CredentialsForAll(String),
    /// A wildcard that is none.
    #[error("with credentials, browsers take `*` for the name of a header: name the headers")]
    CredentialsAndAnyHeader,
    /// A method that API Gateway has no routes for.
    #[error("pages cannot be let send {0}: API Gateway knows GET, HEAD, OPTIONS, PATCH, POST, PUT and DELETE")]
    Method(String),
    /// What no header is called.
    #[error("`{0}` is not the name of a header")]
    Header(String),
    /// A time that API Gateway does not take.
    #[error("browsers keep the answer to a preflight for whole seconds, up to a day; this is {0:?}")]
    MaxAge(Duration),
}

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT, Method::DELETE];
const HEADERS: [&str; 2] = ["authorization", "content-type"];

impl Cors {
    /// Pages of this origin: `https://links.example`, or a setting that differs per environment.
    pub fn origin(origin: impl Into<Value>) -> Self {
        Self::origins([origin])
    }

    /// Pages of each of these origins.
    pub fn origins<O: Into<Value>>(origins: impl IntoIterator<Item = O>) -> Self {
        Self {
            origins: origins.into_iter().map(Into::into).collect(),
            methods: Vec::new(),
            headers: Vec::new(),
            exposed: Vec::new(),
            max_age: None,
            credentials: false,
        }
    }

    /// All pages there are.
    pub fn any_origin() -> Self {
        Self::origin("*")
    }

    /// Adds a method that pages may send; the first one takes the place of all.
    pub fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// Adds a header that pages may send; the first one takes the place of `authorization` and `content-type`. `*` is any.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.headers.push(name.into());
        self
    }

    /// Adds a header of answers that pages may read, beside those that they always may.
    pub fn expose(mut self, name: impl Into<String>) -> Self {
        self.exposed.push(name.into());
        self
    }

    /// How long browsers may keep the answer to a preflight: whole seconds, up to a day. Without it, 5 seconds by the
    /// standard.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Lets pages send cookies.
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    pub(super) fn check(&self) -> Vec<CorsMistake> {
        let mut mistakes = Vec::new();
        if self.origins.is_empty() {
            mistakes.push(CorsMistake::NoOrigin);
        }
        for origin in self.origins.iter().filter_map(Value::as_str) {
            if !is_origin(origin) {
                mistakes.push(CorsMistake::Origin(origin.to_owned()));
            } else if self.credentials && origin.contains('*') {
                mistakes.push(CorsMistake::CredentialsForAll(origin.to_owned()));
            }
        }
        if self.credentials && self.headers.iter().chain(&self.exposed).any(|name| name == "*") {
            mistakes.push(CorsMistake::CredentialsAndAnyHeader);
        }
        let methods = self.methods.iter().filter(|method| !METHODS.contains(method));
        mistakes.extend(methods.map(|method| CorsMistake::Method(method.to_string())));
        let headers = self.headers.iter().chain(&self.exposed);
        let headers = headers.filter(|name| *name != "*" && name.parse::<HeaderName>().is_err());
        mistakes.extend(headers.map(|name| CorsMistake::Header(name.clone())));
        let day = Duration::from_secs(24 * 60 * 60);
        let age = self.max_age.filter(|age| age.subsec_nanos() > 0 || *age > day);
        mistakes.extend(age.map(CorsMistake::MaxAge));
        mistakes
    }

    pub(super) fn configuration(&self) -> Value {
        let methods = if self.methods.is_empty() { &METHODS[..] } else { &self.methods };
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        let headers: Vec<&str> = match self.headers.is_empty() {
            true => HEADERS.to_vec(),
            false => self.headers.iter().map(String::as_str).collect(),
        };
        property!(AWS::ApiGatewayV2::Api.CorsConfiguration {
            AllowCredentials: (self.credentials.then_some(true)),
            AllowHeaders: (headers),
            AllowMethods: (methods),
            AllowOrigins: (&self.origins),
            ExposeHeaders: (Some(&self.exposed).filter(|names| !names.is_empty())),
            MaxAge: (self.max_age.map(|age| age.as_secs())),
        })
    }
}

/// `*`, or a scheme and a host as browsers send them; `https://*` is every host to API Gateway.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return text == "*" };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    let (name, port) = host.rsplit_once(':').filter(|(name, _)| !name.ends_with(':')).unwrap_or((host, "443"));
    let is_name =
        name == "*" || name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._[]:".contains(&b));
    is_scheme && is_name && !name.is_empty() && port.parse::<u16>().is_ok()
}
