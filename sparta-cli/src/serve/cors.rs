//! What pages of other origins may read.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};

use super::{
    body::{self, Body},
    plan::CorsPlan,
};

impl CorsPlan {
    /// The answer to a browser that asks before it sends a request; functions see nothing of it.
    pub(super) fn preflight(&self, head: &Parts) -> Option<Response<Body>> {
        let is_asked =
            head.method == Method::OPTIONS && head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !is_asked || !head.headers.contains_key(header::ORIGIN) {
            return None;
        }
        let mut response = Response::new(body::full(""));
        *response.status_mut() = StatusCode::NO_CONTENT;
        if self.mark(head, response.headers_mut()) {
            set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_METHODS, &self.methods.join(","));
            set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, &self.headers.join(","));
            set(response.headers_mut(), header::ACCESS_CONTROL_MAX_AGE, self.max_age.as_deref().unwrap_or_default());
        }
        Some(response)
    }

    /// Replaces what an answer says of this by what is declared, and says whether the origin is let in.
    pub(super) fn mark(&self, head: &Parts, headers: &mut HeaderMap) -> bool {
        for name in [
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
        ] {
            headers.remove(name);
        }
        let origin = head.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let Some(origin) = origin.filter(|origin| self.lets_in(origin)) else { return false };
        let any = !self.credentials && self.origins.iter().any(|known| known == "*");
        set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, if any { "*" } else { origin });
        if !any {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if self.credentials {
            set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &self.exposed.join(","));
        true
    }

    fn lets_in(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| match known.strip_suffix('*') {
            Some(begin) => origin.starts_with(begin),
            None => known.eq_ignore_ascii_case(origin),
        })
    }
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, headers: &[(&'static str, &'static str)]) -> Parts {
        let builder = http::Request::builder().method(method);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(()).unwrap().into_parts().0
    }

    fn cors() -> CorsPlan {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        CorsPlan {
            origins: texts(&["https://links.example"]),
            methods: texts(&["GET", "POST"]),
            headers: texts(&["content-type"]),
            ..CorsPlan::default()
        }
    }

    #[test]
    fn a_browser_that_asks_hears_what_is_declared() {
        let asks = [("origin", "https://links.example"), ("access-control-request-method", "POST")];
        let response = cors().preflight(&request(Method::OPTIONS, &asks)).unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(response.headers()["access-control-allow-origin"], "https://links.example");
        assert_eq!(response.headers()["access-control-allow-methods"], "GET,POST");
        let other = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
        let response = cors().preflight(&request(Method::OPTIONS, &other)).unwrap();
        assert!(response.headers().is_empty());
        assert!(cors().preflight(&request(Method::GET, &asks)).is_none());
        assert!(cors().preflight(&request(Method::OPTIONS, &[])).is_none());
    }

    #[test]
    fn what_a_function_says_of_it_does_not_count() {
        let mut headers = HeaderMap::from_iter([(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))]);
        assert!(!cors().mark(&request(Method::GET, &[("origin", "https://evil.example")]), &mut headers));
        assert!(headers.is_empty());
        let all = CorsPlan { origins: vec!["*".to_owned()], ..CorsPlan::default() };
        assert!(all.mark(&request(Method::GET, &[("origin", "https://a.example")]), &mut headers));
        assert_eq!(headers["access-control-allow-origin"], "*");
    }
}
