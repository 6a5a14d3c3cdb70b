//! Which route a message is for.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>.

use serde_json::Value;

use crate::serve::plan::{WebSocketPlan, WebSocketRoute};

/// The route that a message selects, or the one for all others.
pub(super) fn route<'p>(api: &'p WebSocketPlan, message: &str) -> Option<&'p WebSocketRoute> {
    let selected = key(&api.selection, message).filter(|key| !key.starts_with('$'));
    selected.and_then(|key| api.route(&key)).or_else(|| api.route("$default"))
}

/// What an expression gives for a message: `$request.body.action`, or a text with `${request.body.action}` in it.
fn key(expression: &str, message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    let part = |name: &str| {
        let path = name.strip_prefix("request.body.")?;
        match path.split('.').fold(&message, |value, part| &value[part]) {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    };
    if let Some(name) = expression.strip_prefix('$').filter(|name| !name.starts_with('{')) {
        return part(name);
    }
    let mut parts = expression.split("${");
    let mut key = parts.next()?.to_owned();
    for other in parts {
        let (name, rest) = other.split_once('}')?;
        key += &part(name)?;
        key += rest;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_message_is_the_key() {
        for (expression, message, expected) in [
            ("$request.body.action", r#"{"action": "say"}"#, Some("say")),
            ("$request.body.a.b", r#"{"a": {"b": 7}}"#, Some("7")),
            ("${request.body.service}/${request.body.action}", r#"{"service": "s", "action": "a"}"#, Some("s/a")),
            ("$request.body.action", r#"{"other": "say"}"#, None),
            ("$request.body.action", r#"{"action": {}}"#, None),
            ("$request.body.action", "hello", None),
        ] {
            assert_eq!(key(expression, message).as_deref(), expected, "{expression} {message}");
        }
    }

    #[test]
    fn no_message_selects_what_api_gateway_has_itself() {
        let of = |key: &str| WebSocketRoute {
            key: key.to_owned(),
            function: "f".to_owned(),
            guard: crate::serve::plan::Guard::Open,
            is_two_way: false,
        };
        let routes = vec![of("$connect"), of("say"), of("$default")];
        let selection = "$request.body.action".to_owned();
        let api = WebSocketPlan { stage: "live".to_owned(), variables: Default::default(), selection, routes };
        for (message, expected) in [
            (r#"{"action": "say"}"#, "say"),
            (r#"{"action": "$connect"}"#, "$default"),
            (r#"{"action": "other"}"#, "$default"),
            ("hello", "$default"),
        ] {
            assert_eq!(route(&api, message).unwrap().key, expected, "{message}");
        }
    }
}
