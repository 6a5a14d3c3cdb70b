//! Callers that IAM knows.

/// Signatures that let a request through: those of callers of AWS who have the permission `execute-api:Invoke` for the route.
///
/// Callers sign their requests with version 4 of AWS's signatures, as those of AWS itself. A function of the same App gets the
/// permission with [`HttpApi::invoke`](crate::trigger::HttpApi::invoke). Who called is in the request's context:
/// [`RequestContext::authorizer`](crate::RequestContext::authorizer) has `iam`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, trigger::{ApiOptions, HttpApi, Iam}};
///
/// let one_route = HttpApi::post("/reports").authorizer(Iam);
/// let all_routes = App::new("Reports").http_api(ApiOptions::new().authorizer(Iam));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iam;
