//! The event that a load balancer makes of a request.

use base64_simd::STANDARD;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::serve::{pairs::Pairs, plan::RulePlan, request::Incoming};

impl Incoming<'_> {
    pub(super) fn balancer_event(&self, rule: &RulePlan) -> Value {
        let query = Pairs::of_raw_query(self.head.uri.query().unwrap_or_default());
        let mut headers = Pairs::of_headers(&self.head.headers);
        headers.set("x-amzn-trace-id", self.trace_root);
        headers.set("x-forwarded-for", self.forwarded_for());
        headers.set("x-forwarded-port", self.port.to_string());
        headers.set("x-forwarded-proto", "http");
        let is_text = self.body.is_empty() || is_text(&self.head.headers);
        let text = std::str::from_utf8(self.body).ok().filter(|_| is_text);
        let mut event = json!({
            "requestContext": {"elb": {"targetGroupArn": rule.group}},
            "httpMethod": self.head.method.as_str(),
            "path": self.path,
            "body": text.map_or_else(|| STANDARD.encode_to_string(self.body), str::to_owned),
            "isBase64Encoded": text.is_none(),
        });
        if rule.is_multi_value {
            event["multiValueHeaders"] = headers.all().into();
            event["multiValueQueryStringParameters"] = query.all().into();
        } else {
            event["headers"] = headers.last().into();
            event["queryStringParameters"] = query.last().into();
        }
        event
    }
}

/// Whether a body goes into the event as it is.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    const TEXTS: [&str; 3] = ["application/json", "application/javascript", "application/xml"];
    let is_text = kind.starts_with("text/") || TEXTS.contains(&kind.as_str());
    is_text && !headers.contains_key(header::CONTENT_ENCODING)
}
