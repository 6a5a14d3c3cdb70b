//! A REST API, called over HTTP.

use serde_json::{Value, json};
use sparta_test_tools::{Answer, send};

use super::STACK;
use crate::support::Account;

/// Who calls the API of the stack.
struct Caller<'a> {
    account: &'a Account,
    address: String,
}

impl Caller<'_> {
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(method, &format!("{}{path}", self.address), headers, body.as_bytes())
    }

    /// What the function has seen of a request that reached it.
    #[track_caller]
    fn seen(&self, answer: &Answer) -> Value {
        let logs = || self.account.localstack.function_logs().join("\n");
        assert!((200..300).contains(&answer.status), "{} {}\n{}", answer.status, answer.text(), logs());
        answer.json()
    }
}

pub(super) fn requests_are_answered(account: &Account) {
    let address = account.localstack.rest_api(&account.stack_output(STACK, "RestApiUrl"));
    assert!(address.ends_with("/v1"), "{address}");
    let caller = Caller { account, address };
    requests_arrive_whole(&caller);
    answers_arrive_whole(&caller);
    what_does_not_fit_is_refused(&caller);
    keys_are_asked_for(&caller);
}

fn requests_arrive_whole(caller: &Caller<'_>) {
    let headers = [("x-tag", "one"), ("x-tag", "two"), ("content-type", "application/json")];
    let answer = caller.send("PATCH", "/files/a/b?q=1&q=%20z&r=%C3%A4", &headers, r#"{"ä": 1}"#);
    let seen = caller.seen(&answer);
    assert_eq!((&seen["method"], &seen["path"]), (&json!("PATCH"), &json!("/files/a/b")), "{seen}");
    assert_eq!(seen["query"], "q=1&q=+z&r=%C3%A4", "{seen}");
    assert_eq!(seen["parameters"], json!({"path": "a/b"}), "{seen}");
    assert_eq!((&seen["x-tag"], &seen["body"]), (&json!(["one", "two"]), &json!(r#"{"ä": 1}"#)), "{seen}");
}

fn answers_arrive_whole(caller: &Caller<'_>) {
    let body = r#"{"pieces": 3}"#;
    let made = caller.send("POST", "/orders", &[("content-type", "application/json")], body);
    assert_eq!((made.status, made.header("location")), (201, vec!["/orders/7"]), "{}", made.text());
    assert_eq!(caller.seen(&made)["body"], body);

    let shop = caller.send("GET", "/shop/window", &[], "");
    assert_eq!((shop.status, shop.text()), (200, "/shop/window".to_owned()));
    assert_eq!(shop.header("set-cookie"), ["a=1", "b=2"]);

    // AWS sends the bytes; LocalStack takes `*/*` for no binary media type and passes the function's base64 on.
    assert_eq!(caller.send("GET", "/bytes", &[], "").text(), "/wA=");
    assert_eq!(caller.send("GET", "/nowhere", &[], "").status, 403);
}

/// What API Gateway refuses does not reach the function.
fn what_does_not_fit_is_refused(caller: &Caller<'_>) {
    let tenant = [("x-tenant", "acme")];
    for (path, headers) in [("/orders/7?since=monday", &[][..]), ("/orders/7", &tenant), ("/orders/7", &[])] {
        let refused = caller.send("PUT", path, headers, "");
        assert_eq!(refused.status, 400, "{path}: {}", refused.text());
        assert!(refused.text().contains("Missing required request parameters"), "{}", refused.text());
    }
    let seen = caller.seen(&caller.send("PUT", "/orders/7?since=monday", &tenant, ""));
    assert_eq!((&seen["parameters"], &seen["query"]), (&json!({"id": "7"}), &json!("since=monday")), "{seen}");

    for body in ["{}", r#"{"pieces": 0}"#, r#"{"pieces": "three"}"#, "three"] {
        let refused = caller.send("POST", "/orders", &[("content-type", "application/json")], body);
        // AWS answers with 422 and why, as the document says; LocalStack leaves gateway responses out when it imports one.
        assert_eq!((refused.status, refused.text().contains("Invalid request body")), (400, true), "{body}");
    }
}

fn keys_are_asked_for(caller: &Caller<'_>) {
    let with = |headers: &[(&str, &str)]| caller.send("GET", "/partners", headers, "");
    assert_eq!(with(&[]).status, 403);
    assert_eq!(with(&[("x-api-key", "sesame")]).status, 403);
    let id = caller.account.stack_output(STACK, "KeyAcme");
    let key = caller.account.aws().call("apigateway", "get_api_key", json!({"apiKey": id, "includeValue": true}));
    let answer = with(&[("x-api-key", key["value"].as_str().unwrap())]);
    assert_eq!(caller.seen(&answer)["path"], "/partners");
}
