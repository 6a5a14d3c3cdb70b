//! Patterns that EventBridge and SNS compare events with.

use serde_json::Value as Json;

/// Whether it is an object whose values are lists of what fits, or such objects themselves.
pub(super) fn is_pattern(pattern: &Json) -> bool {
    let fits = |value: &Json| match value {
        Json::Array(values) => !values.is_empty(),
        nested => is_pattern(nested),
    };
    pattern.as_object().is_some_and(|fields| !fields.is_empty() && fields.values().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_leaves_of_a_pattern_are_lists() {
        for right in
            [json!({"a": ["b"]}), json!({"a": {"b": [1]}, "c": [{"prefix": "d"}]}), json!({"$or": [{"a": [1]}]})]
        {
            assert!(is_pattern(&right), "{right}");
        }
        for wrong in [json!({}), json!([]), json!("a"), json!({"a": "b"}), json!({"a": []}), json!({"a": {"b": 1}})] {
            assert!(!is_pattern(&wrong), "{wrong}");
        }
    }
}
