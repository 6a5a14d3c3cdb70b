use serde_json::{Map, Value as Json};

use crate::node::{Entry, Node, Value};

impl Node {
    /// Reads a property's value as it stands in a template: intrinsic functions are unknown values, `Fn::If` is a choice
    /// and `AWS::NoValue` is absent.
    ///
    /// Places count values and keys in the order of the document.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_schema::{Node, Value};
    ///
    /// let node = Node::from_json(&json!({ "Fn::If": ["Large", 512, { "Ref": "AWS::NoValue" }] }));
    /// assert!(matches!(node.value, Value::Choice(branches) if branches[1].value == Value::Absent));
    /// ```
    pub fn from_json(json: &Json) -> Self {
        Reader { next: 0 }.node(json)
    }
}

struct Reader {
    next: usize,
}

impl Reader {
    fn place(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn node(&mut self, json: &Json) -> Node {
        let place = self.place();
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Bool(*it),
            Json::Number(it) => Value::Number(it.as_f64().unwrap_or(f64::NAN)),
            Json::String(it) => Value::String(it.clone()),
            Json::Array(items) => Value::List(items.iter().map(|it| self.node(it)).collect()),
            Json::Object(map) => match function(map) {
                Some((name, argument)) => {
                    let argument = self.node(argument);
                    return Node::function(place, name, argument);
                }
                // a macro or a loop makes other keys of these
                None if map.keys().any(|key| key.starts_with("Fn::")) => return Node::expression(place),
                None => Value::Map(map.iter().map(|(key, it)| Entry::new(self.place(), key, self.node(it))).collect()),
            },
        };
        Node::new(place, value)
    }
}

/// The intrinsic function that a map of one entry is.
pub(crate) fn function(map: &Map<String, Json>) -> Option<(&str, &Json)> {
    let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    let is_function = name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::"));
    is_function.then_some((name, argument))
}
