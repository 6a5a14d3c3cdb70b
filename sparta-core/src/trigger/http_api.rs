//! Routes of an HTTP API.

use std::collections::BTreeSet;

use http::Method;

use super::{Scope, Trigger};
use crate::{
    FunctionSpec, attribute,
    cfn::{Output, join, sub},
    function::invocation,
    iam::Arn,
    mistake::Problem,
    resource,
};

/// A route of the App's HTTP API: API Gateway's lighter, cheaper kind.
///
/// All routes of an App share one API, whose address is the stack's output `HttpApiUrl`. Two routes of one method that differ
/// in the names of their parameters alone, such as `/{id}` and `/{code}`, are one for API Gateway. Answers are limited to 6 MB
/// and 30 seconds: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
///
/// # Example
///
/// ```
/// use sparta_core::trigger::HttpApi;
///
/// let one = HttpApi::get("/users/{id}");
/// let everything_below = HttpApi::any("/files/{path+}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct HttpApi {
    /// `None` is any method.
    method: Option<Method>,
    path: String,
}

macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("`", stringify!($method), "` requests for `path`.")]
        pub fn $name(path: impl Into<String>) -> Self {
            Self::route(Some(Method::$method), path)
        }
    )*};
}

impl HttpApi {
    methods!(get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS);

    /// Requests of every method for `path`.
    pub fn any(path: impl Into<String>) -> Self {
        Self::route(None, path)
    }

    fn route(method: Option<Method>, path: impl Into<String>) -> Self {
        Self { method, path: path.into() }
    }

    fn method(&self) -> &str {
        self.method.as_ref().map_or("ANY", Method::as_str)
    }
}

impl Trigger for HttpApi {
    fn describe(&self) -> String {
        format!("{} {}", self.method(), self.path)
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        if !is_route(&self.path) {
            return vec![HttpApiMistake::Path(self.path.clone()).into()];
        }
        let twice = name_twice(&self.path);
        let mistake = twice.map(|name| HttpApiMistake::Twice { path: self.path.clone(), name: name.to_owned() });
        mistake.map(Problem::from).into_iter().collect()
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        let seconds = function.timeout().as_secs();
        (seconds > WAITS).then(|| HttpApiWarning::Timeout { seconds }.into()).into_iter().collect()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        // API Gateway tells no routes apart by what their parameters are called
        let route = without_names(&self.path);
        let by_any_name = if route == self.path { "" } else { ", whatever its parameters are called," };
        Some(format!("the route `{} {route}`{by_any_name}", self.method()))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let api = scope.share("HttpApi", || {
            resource!(AWS::ApiGatewayV2::Api { Name: (sub("${AWS::StackName}")), ProtocolType: "HTTP" })
        });
        scope.share("HttpApiStage", || {
            resource!(AWS::ApiGatewayV2::Stage { ApiId: (api.reference()), StageName: "$default", AutoDeploy: true })
        });
        let function = scope.function_arn();
        let integration = scope.share(&format!("{name}-HttpApiIntegration"), || {
            resource!(AWS::ApiGatewayV2::Integration {
                ApiId: (api.reference()),
                IntegrationType: "AWS_PROXY",
                IntegrationUri: (&function),
                PayloadFormatVersion: "2.0",
            })
        });
        let route = resource!(AWS::ApiGatewayV2::Route {
            ApiId: (api.reference()),
            RouteKey: (self.describe()),
            Target: (join("/", ["integrations".into(), integration.reference()])),
        });
        scope.add(&[self.method(), &self.path, "Route"], route);

        // One permission for all routes: a function's policy holds 20 KB, and the API is this stack's own.
        scope.share(&format!("{name}-HttpApiPermission"), || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/*")).to_string();
            invocation(&function, "apigateway.amazonaws.com", sub(source))
        });
        scope.output(
            &["HttpApiUrl"],
            Output::new("Address of the HTTP API", attribute!(AWS::ApiGatewayV2::Api, api, "ApiEndpoint")),
        );
    }
}

/// What is wrong with an [`HttpApi`] route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpApiMistake {
    /// A path that API Gateway does not take.
    #[error(
        "the path `{0}` is not a route: begin it with `/` and write parameters as whole segments, `{{id}}` or, last, `{{rest+}}`"
    )]
    Path(String),
    /// A path with two parameters of one name.
    #[error("the path `{path}` has two parameters `{name}`, and a request could give only one: rename one")]
    Twice {
        /// The path.
        path: String,
        /// The parameters' name.
        name: String,
    },
}

/// How many seconds an HTTP API waits for an answer.
const WAITS: u64 = 30;

#[derive(Debug, thiserror::Error)]
enum HttpApiWarning {
    #[error(
        "it may run for {seconds} s, and an HTTP API waits for an answer for {WAITS} s: give it a timeout of at most {WAITS} s, let a \
         queue start what takes longer, or use a function URL"
    )]
    Timeout { seconds: u64 },
}

/// Segments are plain or a whole `{name}`; only the last may be `{name+}`.
fn is_route(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let segments: Vec<&str> = rest.split('/').collect();
    let last = segments.len() - 1;
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:@!&'()*,;=%+".contains(&b));
    segments.iter().enumerate().all(|(n, segment)| {
        match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(inner) => {
                let name = if n == last { inner.strip_suffix('+').unwrap_or(inner) } else { inner };
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            }
            None => plain(segment) && (!segment.is_empty() || rest.is_empty()),
        }
    })
}

/// The name that two parameters of a route have.
fn name_twice(path: &str) -> Option<&str> {
    let mut seen = BTreeSet::new();
    parameters(path).find(|name| !seen.insert(*name))
}

/// The path with `{}` for `{id}`, and `{+}` for `{rest+}`.
fn without_names(path: &str) -> String {
    let nameless = |segment: &str| match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) if inner.ends_with('+') => "{+}".to_owned(),
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').map(nameless).collect::<Vec<_>>().join("/")
}

fn parameters(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    inner.map(|name| name.strip_suffix('+').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::{is_route, name_twice};

    #[test]
    fn the_parameters_of_a_route_have_names_of_their_own() {
        for (path, name) in [("/{id}/{id}", "id"), ("/{id}/x/{id+}", "id"), ("/{a}/{b}/{b}", "b")] {
            assert_eq!(name_twice(path), Some(name), "{path}");
        }
        for good in ["/", "/{id}", "/{id}/{ID}", "/id/{id}", "/{id}/{path+}"] {
            assert_eq!(name_twice(good), None, "{good}");
        }
    }

    #[test]
    fn routes_are_told_from_what_api_gateway_refuses() {
        for good in ["/", "/hello", "/users/{id}", "/users/{id}/posts/{post-id}", "/files/{path+}", "/v1.0/a_b"] {
            assert!(is_route(good), "{good}");
        }
        for bad in ["", "hello", "/a//b", "/a/", "/{a+}/b", "/x{id}", "/{}", "/{a", "/a b", "/${x}"] {
            assert!(!is_route(bad), "{bad}");
        }
    }
}
