//! What an expression in `resource!` can be.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::Value;

/// What can stand for a property, in parentheses in [`resource!`](crate::resource): `BucketName: (name)`.
///
/// Text, numbers, booleans, lists and maps of such, [`Value`] (intrinsic functions and references are), JSON, and
/// `Option` of each, which is left out where it is `None`: as a property, in a list, in a map. Implement it for a type
/// of your own to say what that is in a template.
///
/// # Example
///
/// ```
/// use sparta_core::cfn::{IntoValue, Value};
///
/// struct Days(u32);
///
/// impl IntoValue for Days {
///     fn into_value(self) -> Option<Value> {
///         self.0.into_value()
///     }
/// }
///
/// assert_eq!(vec![Some(Days(1)), None].into_value(), Some(Value::from(vec![1])));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a template can hold",
    label = "is expected to be text, a number, a boolean, a list, a map, a `Value`, JSON, or an `Option` of one",
    note = "`resource.reference()` is the value of another resource, `resource.attribute(\"Arn\")` that of its attribute",
    note = "implement `IntoValue` for a type of your own"
)]
pub trait IntoValue {
    /// The value, or `None` where there is none and what it would be the value of is left out.
    fn into_value(self) -> Option<Value>;
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Option<Value> {
        self.and_then(T::into_value)
    }
}

impl<T: IntoValue + Clone> IntoValue for &T {
    fn into_value(self) -> Option<Value> {
        self.clone().into_value()
    }
}

impl<T: IntoValue> IntoValue for Box<T> {
    fn into_value(self) -> Option<Value> {
        (*self).into_value()
    }
}

fn list<T: IntoValue>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().filter_map(T::into_value).collect())
}

fn map<K: Into<String>, T: IntoValue>(entries: impl IntoIterator<Item = (K, T)>) -> Value {
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key.into(), value.into_value()?)));
    Value::Map(entries.collect())
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Option<Value> {
        Some(list(self))
    }
}

impl<T: IntoValue, const N: usize> IntoValue for [T; N] {
    fn into_value(self) -> Option<Value> {
        Some(list(self))
    }
}

impl<T: IntoValue + Clone> IntoValue for &[T] {
    fn into_value(self) -> Option<Value> {
        Some(list(self.iter().cloned()))
    }
}

impl<K: Into<String>, T: IntoValue> IntoValue for BTreeMap<K, T> {
    fn into_value(self) -> Option<Value> {
        Some(map(self))
    }
}

impl<K: Into<String>, T: IntoValue, S> IntoValue for HashMap<K, T, S> {
    fn into_value(self) -> Option<Value> {
        Some(map(self))
    }
}

macro_rules! into_value {
    ($($name:ty)*) => {$(
        impl IntoValue for $name {
            fn into_value(self) -> Option<Value> {
                Some(Value::from(self))
            }
        }
    )*};
}
into_value!(bool char &str String Cow<'_, str> i8 i16 i32 i64 u8 u16 u32 u64 isize usize f32 f64);
into_value!(serde_json::Number serde_json::Value serde_json::Map<String, serde_json::Value>);

impl IntoValue for Value {
    fn into_value(self) -> Option<Value> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cfn::sub;

    #[track_caller]
    fn becomes(given: impl IntoValue, expected: serde_json::Value) {
        assert_eq!(given.into_value().map(|value| json!(value)), Some(expected));
    }

    #[test]
    fn what_json_has_becomes_itself() {
        becomes("text", json!("text"));
        let text = String::from("text");
        becomes(&text, json!("text"));
        becomes(text, json!("text"));
        becomes(Cow::Borrowed("text"), json!("text"));
        becomes('x', json!("x"));
        becomes(true, json!(true));
        becomes(7_u8, json!(7));
        becomes(-7_i64, json!(-7));
        becomes(7_usize, json!(7));
        becomes(0.5, json!(0.5));
        becomes(json!({"a": [1, {"b": "c"}]}), json!({"a": [1, {"b": "c"}]}));
        becomes(sub("${AWS::Region}"), json!({"Fn::Sub": "${AWS::Region}"}));
    }

    #[test]
    fn lists_and_maps_become_lists_and_maps() {
        becomes(vec!["a", "b"], json!(["a", "b"]));
        becomes(["a", "b"], json!(["a", "b"]));
        becomes(&["a", "b"][..], json!(["a", "b"]));
        becomes(BTreeMap::from([("a", vec![1])]), json!({"a": [1]}));
        becomes(HashMap::from([("b".to_owned(), 2), ("a".to_owned(), 1)]), json!({"a": 1, "b": 2}));
    }

    #[test]
    fn what_is_none_is_left_out_of_lists_and_maps() {
        assert_eq!(None::<&str>.into_value(), None);
        assert_eq!(Some(None::<&str>).into_value(), None);
        becomes(vec![Some("a"), None], json!(["a"]));
        becomes(BTreeMap::from([("a", Some(1)), ("b", None)]), json!({"a": 1}));
    }

    #[test]
    fn a_number_that_json_lacks_is_null_which_the_check_refuses() {
        becomes(f64::NAN, json!(null));
    }
}
