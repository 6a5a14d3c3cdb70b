//! The rules of load balancers: as an Application Load Balancer passes requests on to functions.
//!
//! See <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>.

mod event;
mod rules;

pub(super) use rules::place;

use std::time::Duration;

use base64_simd::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use super::{
    answer::is_of_connection,
    body::{self, Body},
    plan::RulePlan,
    service::{Arrived, Service, Unanswered, message},
};

/// The largest request and the largest answer.
const LIMIT: usize = 1024 * 1024;
/// How long a load balancer waits while nothing happens, unless it is told otherwise.
const WAIT: Duration = Duration::from_secs(60);

impl Service {
    pub(super) async fn through_load_balancer(&self, arrived: &Arrived<'_>, path: &str) -> Response<Body> {
        let Some(rule) = rules::find(&self.plan.rules, arrived.head, path) else {
            return message(StatusCode::NOT_FOUND, "no rule fits: the listener's default action is none of this App's");
        };
        if arrived.body.len() > LIMIT {
            return page(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let mut begun = arrived.begin();
        let event = arrived.incoming(&begun, path).balancer_event(rule);
        begun.invocation.event = event.to_string().into();
        let answer = match self.ask(&rule.function, begun.invocation, WAIT).await {
            Ok(answer) => answer.whole().await,
            Err(Unanswered::Late) => return page(StatusCode::GATEWAY_TIMEOUT),
            Err(_) => return page(StatusCode::BAD_GATEWAY),
        };
        let Ok(answer) = answer else { return page(StatusCode::BAD_GATEWAY) };
        response(&answer, rule).unwrap_or_else(|problem| {
            self.log(&rule.function, &format!("the load balancer refuses the answer: {problem}"));
            page(StatusCode::BAD_GATEWAY)
        })
    }
}

/// The response of an answer.
fn response(answer: &[u8], rule: &RulePlan) -> Result<Response<Body>, &'static str> {
    if answer.len() > LIMIT {
        return Err("it has more than 1 MB");
    }
    let answer: Value = serde_json::from_slice(answer).map_err(|_| "it is no JSON")?;
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or("it has no `statusCode`")?;
    let body = match &answer["body"] {
        Value::Null => Bytes::new(),
        Value::String(text) if answer["isBase64Encoded"] == true => {
            STANDARD.decode_to_vec(text).map_err(|_| "its body is not base64")?.into()
        }
        Value::String(text) => text.clone().into(),
        _ => return Err("its body is no text"),
    };
    let mut response = Response::new(body::full(body));
    *response.status_mut() = status;
    let headers = &answer[if rule.is_multi_value { "multiValueHeaders" } else { "headers" }];
    for (name, values) in headers.as_object().into_iter().flatten() {
        let values = match values {
            Value::Array(values) if rule.is_multi_value => &values[..],
            one if !rule.is_multi_value => std::slice::from_ref(one),
            _ => return Err("its `multiValueHeaders` are no lists"),
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "a header has no name of HTTP")?;
        for value in values.iter().filter(|_| !is_of_connection(&name)) {
            let text = value.as_str().ok_or("a header is no text")?;
            let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "a header is no value of HTTP")?;
            response.headers_mut().append(name.clone(), value);
        }
    }
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(kind);
    Ok(response)
}

/// The page that a load balancer answers with itself.
pub(super) fn page(status: StatusCode) -> Response<Body> {
    let text = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    let mut response = Response::new(body::full(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("awselb/2.0"));
    response
}
