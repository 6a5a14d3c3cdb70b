//! What pages of other origins may do with a bucket.

use std::time::Duration;

use crate::{cfn::Value, property};

/// What pages of other origins may do with a bucket.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::construct::CorsRule;
///
/// let rule = CorsRule::new(["https://links.example"], ["PUT"])
///     .allow_headers(["content-type"])
///     .expose_headers(["etag"])
///     .max_age(Duration::from_secs(3_600));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct CorsRule {
    origins: Vec<String>,
    methods: Vec<String>,
    allowed: Vec<String>,
    exposed: Vec<String>,
    max_age: Option<Duration>,
}

/// What is wrong with a [`CorsRule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorsMistake {
    /// A rule for nobody or nothing.
    #[error("a CORS rule of a bucket names at least one origin and one method")]
    Empty,
    /// An origin that no browser sends.
    #[error("`{0}` is not an origin: `https://links.example`, without a path, or with one `*` in it")]
    Origin(String),
    /// A method that S3 has no rules for.
    #[error("a CORS rule of a bucket has no method `{0}`: GET, HEAD, PUT, POST and DELETE are expected")]
    Method(String),
}

impl CorsRule {
    /// Lets pages of these origins make requests of these methods.
    pub fn new<O: Into<String>, M: Into<String>>(
        origins: impl IntoIterator<Item = O>,
        methods: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            origins: texts(origins),
            methods: texts(methods),
            allowed: Vec::new(),
            exposed: Vec::new(),
            max_age: None,
        }
    }

    /// The headers that requests may have besides those that every page sends.
    pub fn allow_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.allowed = texts(names);
        self
    }

    /// The headers of answers that pages may read.
    pub fn expose_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.exposed = texts(names);
        self
    }

    /// How long a browser remembers what it may do: whole seconds.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    pub(super) fn property(&self) -> Value {
        let some = |names: &[String]| Some(names.to_vec()).filter(|names| !names.is_empty());
        property!(AWS::S3::Bucket.CorsConfiguration.CorsRules[] {
            AllowedHeaders: (some(&self.allowed)),
            AllowedMethods: (&self.methods),
            AllowedOrigins: (&self.origins),
            ExposedHeaders: (some(&self.exposed)),
            MaxAge: (self.max_age.map(|age| age.as_secs())),
        })
    }

    pub(super) fn check(&self) -> Vec<CorsMistake> {
        let is_empty = self.origins.is_empty() || self.methods.is_empty();
        let origins = self.origins.iter().filter(|it| !is_origin(it)).cloned().map(CorsMistake::Origin);
        let methods = self.methods.iter().filter(|it| !METHODS.contains(&it.as_str()));
        let methods = methods.cloned().map(CorsMistake::Method);
        is_empty.then_some(CorsMistake::Empty).into_iter().chain(origins).chain(methods).collect()
    }
}

const METHODS: [&str; 5] = ["GET", "HEAD", "PUT", "POST", "DELETE"];

fn is_origin(text: &str) -> bool {
    let host = text.split_once("://").map_or("", |(_, host)| host);
    text == "*" || (!host.is_empty() && !host.contains('/') && text.matches('*').count() <= 1)
}

fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}
