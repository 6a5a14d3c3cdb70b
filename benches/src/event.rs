//! API Gateway HTTP API events (payload format 2.0) of exact sizes.

use serde_json::{Value, json};

/// Events that every service answers: a name for the table and the bytes.
pub(crate) struct Event {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

impl Event {
    /// The smallest event that still is an HTTP request: 200 bytes.
    pub(crate) fn small() -> Self {
        let event = json!({
            "version": "2.0",
            "rawPath": "/hello",
            "headers": {},
            "requestContext": { "http": { "method": "GET", "path": "/hello" } },
            "isBase64Encoded": false,
        });
        Self::padded("200 B", event, "rawQueryString", 200, "q=")
    }

    /// What a browser's request becomes: 1.4 KB.
    pub(crate) fn usual() -> Self {
        Self::padded("1.4 KB", request("GET"), "rawQueryString", 1400, "page=1&filter=")
    }

    /// An upload of a JSON document, escaped as API Gateway does: 100 KB.
    pub(crate) fn large() -> Self {
        Self::padded("100 KB", request("POST"), "body", 100 * 1024, &document(1200))
    }

    /// The largest event that Lambda passes on: 6 MB, a JSON document again.
    pub(crate) fn largest() -> Self {
        Self::padded("6 MB", request("POST"), "body", 6 * 1024 * 1024, &document(70_000))
    }

    /// Fills `field` up to `size`, starting with `text`.
    fn padded(name: &'static str, mut event: Value, field: &str, size: usize, text: &str) -> Self {
        event[field] = text.into();
        let missing = size.checked_sub(event.to_string().len()).expect("an event without padding fits its size");
        event[field] = (text.to_owned() + &"x".repeat(missing)).into();
        Self { name, bytes: event.to_string().into_bytes() }
    }
}

fn document(records: usize) -> String {
    let records = (0..records).map(|n| json!({ "id": n, "name": format!("record {n}"), "tags": ["a", "b"] }));
    Value::Array(records.collect()).to_string()
}

fn request(method: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/hello",
        "headers": {
            "accept": "text/html,application/json;q=0.9,*/*;q=0.8",
            "accept-encoding": "gzip, br",
            "content-type": "application/json",
            "host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
            "x-amzn-trace-id": "Root=1-68f0e1d2-0a1b2c3d4e5f60718293a4b5",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "http": { "method": method, "path": "/hello", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7" },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1_760_000_000_000_u64,
        },
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_http_requests_of_the_sizes_that_they_are_named_for() {
        let sizes = [
            (Event::small(), 200),
            (Event::usual(), 1400),
            (Event::large(), 100 * 1024),
            (Event::largest(), 6 * 1024 * 1024),
        ];
        for (event, size) in sizes {
            assert_eq!(event.bytes.len(), size, "{}", event.name);
            let event: Value = serde_json::from_slice(&event.bytes).expect("an event is JSON");
            assert_eq!(event["version"], "2.0");
            assert_eq!(event["requestContext"]["http"]["path"], "/hello");
        }
    }

    #[test]
    fn large_events_are_mostly_an_escaped_document() {
        for event in [Event::large(), Event::largest()] {
            let event: Value = serde_json::from_slice(&event.bytes).expect("an event is JSON");
            let body = event["body"].as_str().expect("the body is text");
            let document = body.trim_end_matches('x');
            assert!(document.len() * 2 > body.len());
            assert!(serde_json::from_str::<Value>(document).is_ok_and(|document| document.is_array()));
        }
    }
}
