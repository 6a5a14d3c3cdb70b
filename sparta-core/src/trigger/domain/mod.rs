//! The own domains of HTTP, REST and WebSocket APIs.

mod check;
mod edge;
mod resources;

pub use check::DomainMistake;
pub(crate) use check::check_apart;

use crate::cfn::{LogicalId, Value};

/// A domain of one's own for an API of the App: [`ApiOptions::domain`](super::ApiOptions::domain),
/// [`RestApiOptions::domain`](super::RestApiOptions::domain), [`WebSocketOptions::domain`](super::WebSocketOptions::domain).
///
/// It takes a certificate for the domain, in the region that the stack is in: one of AWS Certificate Manager by its ARN, or one that
/// the stack makes, which is validated by a record in a hosted zone of Route 53. With a hosted zone, the domain's records (A and
/// AAAA) are in the stack too. It takes TLS 1.2 and above, over IPv4 and IPv6.
///
/// The output `HttpApiUrl`, `RestApiUrl` or `WebSocketUrl` then is the address at the domain, without a stage. The address that API
/// Gateway gives every API is closed, unless [`keep_default_endpoint`](Self::keep_default_endpoint) says otherwise.
///
/// Each API has a domain of its own. An [edge-optimized](super::RestApiOptions::edge) REST API needs a certificate that is there
/// already, in `us-east-1`.
///
/// What differs from one environment to the next is a setting. An account has 120 domains in a region, unless it asked for more:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Environment, trigger::{ApiOptions, Domain}};
/// # use sparta_macros::Settings;
///
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Links {
///     /// Where the API is.
///     domain: String,
/// }
///
/// let app = App::new("Links")
///     .http_api(ApiOptions::new().domain(Domain::new(Links::DOMAIN).hosted_zone("Z0123456789ABCDEFGHIJ").base_path("v1")))
///     .environment(Environment::new("test", Links { domain: "test.links.example".into() }))
///     .environment(Environment::new("production", Links { domain: "links.example".into() }));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Domain {
    name: Value,
    certificate: Option<Value>,
    zone: Option<Value>,
    base_paths: Vec<String>,
    mutual_tls: Option<MutualTls>,
    keeps_default_endpoint: bool,
}

/// Callers prove who they are with a certificate, which one of a list of authorities has signed: [`Domain::mutual_tls`].
///
/// A handler reads the caller's certificate in the context of the request: `RequestContext::ApiGatewayV2` has `authentication`.
///
/// WebSocket APIs and edge-optimized REST APIs have none. See
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html>.
///
/// # Example
///
/// ```
/// use sparta_core::trigger::{Domain, MutualTls};
///
/// let domain = Domain::new("api.links.example")
///     .hosted_zone("Z0123456789ABCDEFGHIJ")
///     .mutual_tls(MutualTls::truststore("s3://links-certificates/authorities.pem").version("3sL4kqtJlcpXroDTDmJ"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct MutualTls {
    truststore: Value,
    version: Option<Value>,
    ownership: Option<Value>,
}

/// The API that has a domain, and what its parts are called.
#[derive(Clone, Debug)]
pub(super) struct Of {
    /// What ids and outputs begin with: `HttpApi`.
    pub(super) words: &'static str,
    /// What people call it: `HTTP API`.
    pub(super) name: &'static str,
    pub(super) api: LogicalId,
    pub(super) stage: LogicalId,
    /// Its address without a domain.
    pub(super) endpoint: Value,
    pub(super) scheme: &'static str,
}

impl Domain {
    /// The domain of this name: `api.links.example`, or a setting.
    pub fn new(name: impl Into<Value>) -> Self {
        Self {
            name: name.into(),
            certificate: None,
            zone: None,
            base_paths: Vec::new(),
            mutual_tls: None,
            keeps_default_endpoint: false,
        }
    }

    /// Has a certificate of AWS Certificate Manager, by its ARN, in place of one that the stack makes.
    pub fn certificate(mut self, arn: impl Into<Value>) -> Self {
        self.certificate = Some(arn.into());
        self
    }

    /// The hosted zone of Route 53 that the domain is in, by its id: its records, and the one that validates its certificate.
    ///
    /// Without one the stack has the outputs `HttpApiDomainTarget` and `HttpApiDomainZone` (`RestApiDomainTarget`,
    /// `WebSocketDomainTarget`), which a record elsewhere is made of.
    pub fn hosted_zone(mut self, id: impl Into<Value>) -> Self {
        self.zone = Some(id.into());
        self
    }

    /// Adds a path of the domain that the API is below: `v1`. Without any it is the whole domain. Routes and handlers do not
    /// see it.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_paths.push(path.into());
        self
    }

    /// Lets callers with a certificate in only.
    pub fn mutual_tls(mut self, mutual_tls: MutualTls) -> Self {
        self.mutual_tls = Some(mutual_tls);
        self
    }

    /// Keeps the address that API Gateway gives every API open beside the domain: the output `HttpApiEndpoint`, `RestApiEndpoint`
    /// or `WebSocketEndpoint`.
    pub fn keep_default_endpoint(mut self) -> Self {
        self.keeps_default_endpoint = true;
        self
    }

    pub(super) fn has_mutual_tls(&self) -> bool {
        self.mutual_tls.is_some()
    }

    pub(super) fn keeps_endpoint(&self) -> bool {
        self.keeps_default_endpoint
    }
}

impl MutualTls {
    /// The authorities' certificates, in an object of S3: `s3://bucket/authorities.pem`. Who deploys the service has to be let
    /// read it.
    pub fn truststore(uri: impl Into<Value>) -> Self {
        Self { truststore: uri.into(), version: None, ownership: None }
    }

    /// The object's version, in a bucket that keeps versions: another one is how a deployment notices a change.
    pub fn version(mut self, id: impl Into<Value>) -> Self {
        self.version = Some(id.into());
        self
    }

    /// A public certificate of AWS Certificate Manager that proves whose the domain is, by its ARN: where the domain's own
    /// [`certificate`](Domain::certificate) was imported, or is of a private authority.
    pub fn ownership_certificate(mut self, arn: impl Into<Value>) -> Self {
        self.ownership = Some(arn.into());
        self
    }
}
