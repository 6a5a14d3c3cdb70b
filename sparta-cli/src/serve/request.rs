//! The event that API Gateway and function URLs make of a request: payload format 2.0.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use std::{collections::BTreeMap, net::IpAddr};

use base64_simd::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{
    clock::Moment,
    plan::{Plan, UrlPlan},
    routes::Match,
};

/// Who makes an event of the request.
pub(super) enum Door<'a> {
    HttpApi(&'a Match<'a>),
    FunctionUrl(&'a UrlPlan),
}

/// A request as it came in.
pub(super) struct Incoming<'a> {
    pub(super) head: &'a Parts,
    /// The path, without what only this server has in it.
    pub(super) path: &'a str,
    pub(super) body: &'a Bytes,
    pub(super) client: IpAddr,
    pub(super) port: u16,
    pub(super) request_id: &'a str,
    pub(super) trace_root: &'a str,
}

impl Incoming<'_> {
    pub(super) fn event(&self, plan: &Plan, door: &Door<'_>) -> Value {
        let now = Moment::now();
        let query = self.head.uri.query().unwrap_or_default();
        let decoded = percent_decode_str(self.path).decode_utf8_lossy().into_owned();
        let (id, domain, key, raw_path) = match door {
            Door::HttpApi(found) => ("local", "execute-api", found.route.key.as_str(), decoded),
            Door::FunctionUrl(url) => (url.function.as_str(), "lambda-url", "$default", self.path.to_owned()),
        };
        let suffix = if domain == "lambda-url" { "on.aws" } else { "amazonaws.com" };
        let method = self.head.method.as_str();
        let user_agent = self.text(header::USER_AGENT.as_str());
        let mut event = json!({
            "version": "2.0",
            "routeKey": key,
            "rawPath": raw_path,
            "rawQueryString": query,
            "headers": self.headers(),
            "requestContext": {
                "accountId": match door { Door::HttpApi(_) => plan.account.as_str(), Door::FunctionUrl(_) => "anonymous" },
                "apiId": id,
                "domainName": format!("{id}.{domain}.{}.{suffix}", plan.region),
                "domainPrefix": id,
                "http": {
                    "method": method,
                    "path": raw_path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.client.to_string(),
                    "userAgent": user_agent.unwrap_or_default(),
                },
                "requestId": self.request_id,
                "routeKey": key,
                "stage": "$default",
                "time": now.common_log(),
                "timeEpoch": u64::try_from(now.millis()).unwrap_or_default(),
            },
        });
        let cookies = self.head.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies: Vec<&str> = cookies.flat_map(|value| value.split("; ")).collect();
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        if !query.is_empty() {
            let mut pairs = BTreeMap::<String, Vec<String>>::new();
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                pairs.entry(name.into_owned()).or_default().push(value.into_owned());
            }
            let joined = pairs.into_iter().map(|(name, values)| (name, Value::from(values.join(","))));
            event["queryStringParameters"] = Value::Object(joined.collect());
        }
        if let Door::HttpApi(Match { parameters, .. }) = door {
            if !parameters.is_empty() {
                let parameters = parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
                event["pathParameters"] = Value::Object(parameters.collect());
            }
            if let Some(api) = plan.http_api.as_ref().filter(|api| !api.variables.is_empty()) {
                event["stageVariables"] = json!(api.variables);
            }
        }
        let text = std::str::from_utf8(self.body).ok().filter(|_| is_text(&self.head.headers));
        event["isBase64Encoded"] = Value::Bool(text.is_none());
        if !self.body.is_empty() {
            event["body"] = text.map_or_else(|| STANDARD.encode_to_string(self.body).into(), Value::from);
        }
        event
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// The addresses that the request has come through.
    pub(super) fn forwarded_for(&self) -> String {
        match self.text("x-forwarded-for") {
            Some(before) => format!("{before}, {}", self.client),
            None => self.client.to_string(),
        }
    }

    /// Names are lower case; several values of one are joined. Cookies have a place of their own.
    fn headers(&self) -> Map<String, Value> {
        let headers = &self.head.headers;
        let mut map = Map::new();
        for name in headers.keys().filter(|name| *name != header::COOKIE) {
            let values: Vec<_> =
                headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            map.insert(name.as_str().to_owned(), values.join(",").into());
        }
        for (name, value) in [
            ("x-amzn-trace-id", self.trace_root.to_owned()),
            ("x-forwarded-for", self.forwarded_for()),
            ("x-forwarded-port", self.port.to_string()),
            ("x-forwarded-proto", "http".to_owned()),
        ] {
            map.insert(name.to_owned(), value.into());
        }
        map
    }
}

/// Whether a body goes into the event as it is; everything else is base64.
fn is_text(headers: &HeaderMap) -> bool {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return false;
    }
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return true };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    const TEXTS: [&str; 3] = ["application/json", "application/javascript", "application/xml"];
    kind.starts_with("text/") || kind.ends_with("+json") || kind.ends_with("+xml") || TEXTS.contains(&kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::plan::{Guard, Route};

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let plan = Plan { region: "eu-west-1".into(), account: "123456789012".into(), ..Plan::default() };
        let route = Route { key: "POST /{code}".into(), function: "api".into(), guard: Guard::Open };
        let found = Match { route: &route, parameters: vec![("code".into(), "a b".into())] };
        let (head, ()) = request.body(()).unwrap().into_parts();
        let incoming = Incoming {
            path: head.uri.path(),
            head: &head,
            body: &Bytes::from_static(body),
            client: [127, 0, 0, 1].into(),
            port: 3000,
            request_id: "id-1",
            trace_root: "Root=1-0-0",
        };
        incoming.event(&plan, &Door::HttpApi(&found))
    }

    #[test]
    fn a_request_becomes_the_event_that_api_gateway_sends() {
        let request = http::Request::post("/a%20b?x=1&x=2&y=%26")
            .header("Cookie", "a=1; b=2")
            .header("Accept", "text/html")
            .header("Accept", "text/plain")
            .header("Content-Type", "application/json; charset=utf-8");
        let event = event(request, br#"{"a": 1}"#);
        assert_eq!(event["rawPath"], "/a b");
        assert_eq!(event["rawQueryString"], "x=1&x=2&y=%26");
        assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "&"}));
        assert_eq!(event["pathParameters"], json!({"code": "a b"}));
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["headers"]["accept"], "text/html,text/plain");
        assert_eq!(event["headers"]["cookie"], Value::Null);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(r#"{"a": 1}"#), &json!(false)));
        assert_eq!(event["requestContext"]["domainName"], "local.execute-api.eu-west-1.amazonaws.com");
        assert_eq!(event["requestContext"]["http"]["path"], "/a b");
    }

    #[test]
    fn a_body_that_is_no_text_is_base64() {
        for (kind, body, expected) in [
            ("image/png", &b"abc"[..], true),
            ("text/plain", b"\xff", true),
            ("application/problem+json", b"{}", false),
            ("application/octet-stream", b"abc", true),
            ("application/x-www-form-urlencoded", b"a=1", true),
        ] {
            let event = event(http::Request::post("/x").header("content-type", kind), body);
            assert_eq!(event["isBase64Encoded"], expected, "{kind}");
        }
    }
}
