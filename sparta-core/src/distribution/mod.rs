//! CloudFront in front of the service's addresses.

mod origin;
mod resources;
#[cfg(feature = "site")]
mod site;

pub use origin::Origin;

use std::fmt;

use crate::{
    FunctionSpec,
    cfn::Value,
    mistake::{Mistake, Subject},
};
use origin::Kind;

/// A distribution of CloudFront: one address for what is behind several, near to whoever asks, over HTTP/3 and IPv6.
///
/// Requests over HTTP are sent on to HTTPS. Nothing is cached unless [`Origin::cache_policy`] says so, and answers get the headers that
/// a security review looks for, such as `strict-transport-security`. The address is the output `DistributionUrl`. Changes take some
/// minutes, because they go to all of CloudFront's places.
///
/// The ids of distributions and of their origin access controls are random, and nothing binds what deploys one environment to its
/// own: who declares a distribution accepts that a deployment of one environment could change another's, as with
/// `App::accept_shared("AWS::CloudFront::Distribution")`.
///
/// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Introduction.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{
///     App, Distribution, Error, Function, Origin, Request, service_fn,
///     trigger::{FunctionUrl, HttpApi},
/// };
///
/// let answer = || service_fn(async |_: Request| Ok::<_, Error>("hello"));
/// let app = App::new("Shop")
///     .function(Function::http("pages", answer()).trigger(FunctionUrl::signed()))
///     .function(Function::http("api", answer()).trigger(HttpApi::any("/api/{path+}")))
///     .distribution(Distribution::new(Origin::function_url("pages")).path("/api/*", Origin::http_api()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Distribution {
    origin: Origin,
    paths: Vec<(String, Origin)>,
    domains: Vec<Value>,
    certificate: Option<Value>,
    web_acl: Option<Value>,
    price_class: Option<PriceClass>,
}

/// In which of its places CloudFront answers, which have different prices.
///
/// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceClass {
    /// In North America, Europe and Israel.
    Cheapest,
    /// In all but the dearest, which are in South America, Australia and New Zealand.
    Middle,
    /// Everywhere, which is the default.
    All,
}

/// What is wrong with a [`Distribution`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum DistributionMistake {
    #[error("CloudFront is in front of the function URL of `{function}`, which is no function of the app: {instead}")]
    UnknownFunction { function: String, instead: String },
    #[error(
        "CloudFront is in front of the function URL of `{0}`, which has none: add `.trigger(FunctionUrl::signed())` to it"
    )]
    NoUrl(String),
    #[error(
        "the function URL of `{0}` is open to everybody, past CloudFront: make it `FunctionUrl::signed()`, and CloudFront signs \
         its requests"
    )]
    OpenUrl(String),
    #[error(
        "CloudFront is in front of the HTTP API, and no function has a route: add `.trigger(HttpApi::get(\"/\"))` to one"
    )]
    NoHttpApi,
    #[error(
        "CloudFront reaches the HTTP API at its own address, which is switched off: give the domain to the distribution, \
         `.domain(name, certificate)`, and not to the API"
    )]
    ClosedHttpApi,
    #[error(
        "CloudFront is in front of the REST API, and no function has a route: add `.trigger(RestApi::get(\"/\"))` to one"
    )]
    NoRestApi,
    #[error(
        "CloudFront cannot reach the REST API, which is private: put a load balancer in the VPC before it, or make it public"
    )]
    PrivateRestApi,
    #[error(
        "CloudFront reaches the REST API at its own address, which is switched off: give the domain to the distribution, \
         `.domain(name, certificate)`, and not to the API"
    )]
    ClosedRestApi,
    #[cfg(feature = "site")]
    #[error(transparent)]
    Site(#[from] crate::site::SiteMistake),
    #[cfg(feature = "site")]
    #[error(
        "CloudFront is in front of two sites, and an app has one: put both into one folder, and say the same of it everywhere"
    )]
    TwoSites,
    #[cfg(feature = "site")]
    #[error(
        "the page `{0}` for what is not found would take the place of such answers of the other origins, too: remove `.not_found(..)`, or \
         have the handlers answer with a page of their own"
    )]
    NotFound(String),
    #[error(
        "`{0}` is no path of CloudFront's: it begins with `/` or `*` and has up to 255 letters, digits and `_-.*$/~\"'@:+&`"
    )]
    Path(String),
    #[error("the path `{0}` stands twice: CloudFront takes the first that fits a request, and never the other")]
    PathTwice(String),
    #[error(
        "there are {0} paths beside the default, and CloudFront takes 74: let a pattern such as `/files/*` stand for several"
    )]
    TooManyPaths(usize),
    #[error(
        "the certificate `{0}` is of another region: CloudFront takes those of Certificate Manager in us-east-1 only"
    )]
    Certificate(String),
}

impl Distribution {
    /// One that sends what no [`path`](Self::path) is for to `origin`.
    pub fn new(origin: Origin) -> Self {
        Self { origin, paths: Vec::new(), domains: Vec::new(), certificate: None, web_acl: None, price_class: None }
    }

    /// Sends requests whose path fits a pattern, such as `/api/*`, to another origin. The first that fits counts. The origin gets
    /// the whole path.
    ///
    /// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern>.
    pub fn path(mut self, pattern: impl Into<String>, origin: Origin) -> Self {
        self.paths.push((pattern.into(), origin));
        self
    }

    /// A domain of one's own, with the ARN of its certificate, which is in us-east-1 whatever the stack's region is. The domain's
    /// record at its provider is an alias of the distribution. A second one needs a certificate for both.
    pub fn domain(mut self, name: impl Into<Value>, certificate: impl Into<Value>) -> Self {
        self.domains.push(name.into());
        self.certificate = Some(certificate.into());
        self
    }

    /// A web ACL of WAF, by its ARN: one for CloudFront, which is in us-east-1.
    pub fn web_acl(mut self, arn: impl Into<Value>) -> Self {
        self.web_acl = Some(arn.into());
        self
    }

    /// In which of its places CloudFront answers; everywhere by default.
    pub fn price_class(mut self, class: PriceClass) -> Self {
        self.price_class = Some(class);
        self
    }

    /// The patterns of paths with what they go to, in the order in which CloudFront tries them; the last, `*`, is for all others.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let paths = self.paths.iter().map(|(pattern, origin)| (pattern.as_str(), origin));
        paths.chain([("*", &self.origin)])
    }

    /// All origins, with the patterns that they are for.
    fn origins(&self) -> impl Iterator<Item = &Origin> {
        std::iter::once(&self.origin).chain(self.paths.iter().map(|(_, origin)| origin))
    }

    /// Whether CloudFront signs the requests of one of its origins.
    pub(crate) fn signs(&self) -> bool {
        self.origins().any(|origin| matches!(origin.kind, Kind::FunctionUrl(_)))
    }

    /// What is wrong with it, whatever is in the template.
    pub(crate) fn check(&self, functions: &[FunctionSpec]) -> Vec<Mistake> {
        let mut mistakes: Vec<DistributionMistake> = Vec::new();
        for origin in self.origins() {
            if let Kind::FunctionUrl(function) = &origin.kind
                && !functions.iter().any(|it| it.name() == function)
            {
                let nearest = sparta_schema::nearest(function, functions.iter().map(FunctionSpec::name));
                let instead = nearest.map_or_else(|| "add it".to_owned(), |name| format!("did you mean `{name}`?"));
                let unknown = DistributionMistake::UnknownFunction { function: function.clone(), instead };
                if !mistakes.contains(&unknown) {
                    mistakes.push(unknown);
                }
            }
        }
        for (n, (path, _)) in self.paths.iter().enumerate() {
            if !is_pattern(path) {
                mistakes.push(DistributionMistake::Path(path.clone()));
            } else if self.paths[..n].iter().any(|(other, _)| other == path) {
                mistakes.push(DistributionMistake::PathTwice(path.clone()));
            }
        }
        if self.paths.len() > 74 {
            mistakes.push(DistributionMistake::TooManyPaths(self.paths.len()));
        }
        let certificate = self.certificate.as_ref().and_then(Value::as_str);
        let elsewhere =
            certificate.filter(|arn| crate::iam::Arn::parse(arn).is_none_or(|arn| arn.region != "us-east-1"));
        mistakes.extend(elsewhere.map(|arn| DistributionMistake::Certificate(arn.to_owned())));
        let mistakes = mistakes.into_iter().map(|mistake| Mistake::new(Subject::App, mistake));
        #[cfg(feature = "site")]
        let mistakes = mistakes.chain(self.check_sites());
        mistakes.collect()
    }
}

fn is_pattern(path: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_-.*$/~\"'@:+&?".contains(c);
    path.len() <= 255 && path.starts_with(['/', '*']) && path.chars().all(known)
}

impl fmt::Display for PriceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cheapest => "PriceClass_100",
            Self::Middle => "PriceClass_200",
            Self::All => "PriceClass_All",
        })
    }
}
