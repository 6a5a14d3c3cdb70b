//! What CloudFront asks for what it does not have.

use std::fmt;

use crate::cfn::{LogicalId, Value};
#[cfg(feature = "site")]
use crate::site::Site;

/// What CloudFront asks: an address of the service, or its site.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Origin {
    pub(super) kind: Kind,
    pub(super) cache_policy: Option<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    FunctionUrl(String),
    HttpApi,
    RestApi,
    #[cfg(feature = "site")]
    Site(Box<Site>),
}

/// `CachingDisabled`: <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html>.
const NO_CACHE: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/// `CachingOptimized`, which keeps what it is told to keep, for a second at least.
#[cfg(feature = "site")]
const CACHE: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

impl Origin {
    /// The function URL of a function, which is [`FunctionUrl::signed`](crate::trigger::FunctionUrl::signed). CloudFront signs its
    /// requests, and Lambda refuses all others: origin access control.
    ///
    /// The signature is in the header `authorization`, so that one of the caller's does not reach the function: a token goes into
    /// another header or a cookie. Whoever sends a body also sends its SHA-256 in the header `x-amz-content-sha256`, because Lambda
    /// takes no body that is not signed.
    ///
    /// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html>.
    pub fn function_url(function: impl Into<String>) -> Self {
        Self { kind: Kind::FunctionUrl(function.into()), cache_policy: None }
    }

    /// The App's HTTP API. It stays reachable at its own address: what has to be kept from others needs an authorizer.
    pub fn http_api() -> Self {
        Self { kind: Kind::HttpApi, cache_policy: None }
    }

    /// The App's REST API, which is not private. It stays reachable at its own address: what has to be kept from others needs an
    /// authorizer.
    pub fn rest_api() -> Self {
        Self { kind: Kind::RestApi, cache_policy: None }
    }

    /// A static site: a folder of files, in a bucket that only CloudFront reads, by origin access control. It takes the feature `site`.
    ///
    /// # Example
    ///
    /// [`Site`] has one.
    #[cfg(feature = "site")]
    pub fn site(site: Site) -> Self {
        Self { kind: Kind::Site(Box::new(site)), cache_policy: Some(CACHE.into()) }
    }

    /// What CloudFront keeps of its answers: the id of a cache policy, of AWS's or one's own. Nothing by default, and of a site what
    /// its files say.
    ///
    /// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html>.
    pub fn cache_policy(mut self, id: impl Into<Value>) -> Self {
        self.cache_policy = Some(id.into());
        self
    }

    /// The function whose URL it is.
    pub fn function(&self) -> Option<&str> {
        if let Kind::FunctionUrl(function) = &self.kind { Some(function) } else { None }
    }

    pub(super) fn cache_policy_id(&self) -> Value {
        self.cache_policy.clone().unwrap_or_else(|| NO_CACHE.into())
    }
}

/// In words: `HTTP API`, `function URL of api`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::FunctionUrl(function) => write!(f, "function URL of {function}"),
            Kind::HttpApi => f.write_str("HTTP API"),
            Kind::RestApi => f.write_str("REST API"),
            #[cfg(feature = "site")]
            Kind::Site(_) => f.write_str("site"),
        }
    }
}

impl Kind {
    /// What it is called in the distribution.
    pub(super) fn id(&self) -> String {
        match self {
            Self::FunctionUrl(function) => LogicalId::of_words([function.as_str(), "Url"]).to_string(),
            Self::HttpApi => "HttpApi".to_owned(),
            Self::RestApi => "RestApi".to_owned(),
            #[cfg(feature = "site")]
            Self::Site(_) => "Site".to_owned(),
        }
    }
}
