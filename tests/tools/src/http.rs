use std::time::Duration;

use ureq::http::{HeaderName, HeaderValue, Request, request::Builder};
use ureq::{Agent, RequestExt};

const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// A server's answer, of any status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers by their names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Body, as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The values of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let wanted = self.headers.iter().filter(|(other, _)| other == name);
        wanted.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {}", self.text()))
    }
}

/// Gets a URL.
///
/// # Panics
///
/// If there is no answer.
pub fn get(url: &str) -> Answer {
    request(Request::get(url), b"").unwrap_or_else(|e| panic!("GET {url}: {e}"))
}

/// Posts a body to a URL.
///
/// # Panics
///
/// If there is no answer.
pub fn post(url: &str, body: &[u8]) -> Answer {
    request(Request::post(url), body).unwrap_or_else(|e| panic!("POST {url}: {e}"))
}

/// Sends a request with these headers.
///
/// # Panics
///
/// If there is no answer.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let start = Request::builder().method(method).uri(url);
    let start = headers.iter().fold(start, |start, (name, value)| start.header(*name, *value));
    request(start, body).unwrap_or_else(|e| panic!("{method} {url}: {e}"))
}

/// Whether a URL answers with success, now.
pub(crate) fn is_up(url: &str) -> bool {
    request(Request::get(url), b"").is_ok_and(|answer| answer.status == 200)
}

/// Sends any request, with headers of the caller's choice: nothing is sent through a proxy.
///
/// # Errors
///
/// When there is no answer; every status is one.
pub fn request(request: Builder, body: &[u8]) -> Result<Answer, ureq::Error> {
    let agent = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(300)))
        .build()
        .new_agent();
    let response = request.body(body)?.with_agent(&agent).run()?;
    let status = response.status().as_u16();
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers = response.headers().iter().map(header).collect();
    let body = response.into_body().into_with_config().limit(LARGEST_BODY).read_to_vec()?;
    Ok(Answer { status, headers, body })
}
