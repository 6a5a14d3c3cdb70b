use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::node::{Entry, Node, Unknown, Value};

impl Node {
    /// Reads a property's value as it stands in a template: intrinsic functions are unknown values, `Fn::If` is a choice
    /// and `AWS::NoValue` is absent.
    ///
    /// Places count values and keys in the order of the keys' names.
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
        Self::in_template(&in_order(Cow::Borrowed(json)), &Nothing)
    }

    /// The same of what is [`in_order`] already, with what a template knows of the values that its functions make.
    pub(crate) fn in_template(json: &Json, known: &dyn Known) -> Self {
        Reader { next: 0, depth: 0, known }.node(json)
    }
}

/// A document with its maps in the order of their keys, which is that of what is found. Another crate may switch on
/// `preserve_order` of `serde_json`, and then they come in the order of the document.
pub(crate) fn in_order(mut json: Cow<'_, Json>) -> Cow<'_, Json> {
    let map = Map::from_iter(["b", "a"].map(|key| (key.to_owned(), Json::Null)));
    if !map.keys().is_sorted() {
        json.to_mut().sort_all_objects();
    }
    json
}

/// What is known of the values that functions make.
pub(crate) trait Known {
    /// What `Ref` returns.
    fn reference(&self, name: &str) -> Unknown;

    /// What `Fn::GetAtt` returns.
    fn attribute(&self, id: &str, attribute: &str) -> Unknown;

    /// Whether `Fn::If` may take the branch of a condition that is true or false.
    fn may_be(&self, condition: &str, value: bool) -> bool;

    /// Whether what is `null` is left out before anything else is done.
    fn leaves_out_null(&self) -> bool {
        false
    }
}

struct Nothing;

impl Known for Nothing {
    fn reference(&self, _: &str) -> Unknown {
        Unknown::default()
    }

    fn attribute(&self, _: &str, _: &str) -> Unknown {
        Unknown::default()
    }

    fn may_be(&self, _: &str, _: bool) -> bool {
        true
    }
}

/// What lies deeper is not looked at; `serde_json` reads no text that goes deeper than 128.
pub(crate) const DEPTH: usize = 150;

struct Reader<'k> {
    next: usize,
    depth: usize,
    known: &'k dyn Known,
}

impl Reader<'_> {
    fn place(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn node(&mut self, json: &Json) -> Node {
        let place = self.place();
        if self.depth == DEPTH {
            return Node::expression(place);
        }
        self.depth += 1;
        let node = self.value(place, json);
        self.depth -= 1;
        node
    }

    fn value(&mut self, place: usize, json: &Json) -> Node {
        let value = match json {
            Json::Null if self.known.leaves_out_null() => Value::Absent,
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Bool(*it),
            // CloudFormation makes the text `4.0` of it, not `4`
            Json::Number(it) if it.is_f64() && it.as_f64().is_some_and(|it| it.fract() == 0.0) => {
                Value::String(it.to_string())
            }
            Json::Number(it) => Value::Number(it.as_f64().unwrap_or(f64::NAN)),
            Json::String(it) => Value::String(it.clone()),
            Json::Array(items) => Value::List(items.iter().map(|it| self.node(it)).collect()),
            Json::Object(map) => match function(map) {
                Some((name, argument)) => return self.function(place, name, argument),
                // a macro or a loop makes other keys of these
                None if map.keys().any(|key| key == "Fn::Transform" || key.starts_with("Fn::ForEach::")) => {
                    return Node::expression(place);
                }
                None => Value::Map(map.iter().map(|(key, it)| Entry::new(self.place(), key, self.node(it))).collect()),
            },
        };
        Node::new(place, value)
    }

    fn function(&mut self, place: usize, name: &str, argument: &Json) -> Node {
        match (name, argument) {
            ("Ref", Json::String(id)) if id == "AWS::NoValue" => Node::new(place, Value::Absent),
            ("Ref", Json::String(id)) => Node::new(place, Value::Unknown(self.known.reference(id))),
            ("Fn::GetAtt", argument) => Node::new(place, Value::Unknown(self.attribute(argument))),
            ("Fn::If", Json::Array(arguments)) if arguments.len() == 3 => {
                let condition = arguments[0].as_str();
                let may_be = |value| condition.is_none_or(|it| self.known.may_be(it, value));
                let taken = [(may_be(true), &arguments[1]), (may_be(false), &arguments[2])];
                let branches = taken.into_iter().filter(|(taken, _)| *taken).map(|(_, it)| self.node(it)).collect();
                Node::new(place, Value::Choice(branches))
            }
            // what such a function makes does not depend on what is in it
            _ => Node::function(place, name, Node::new(place, Value::Absent)),
        }
    }

    fn attribute(&self, argument: &Json) -> Unknown {
        match argument {
            Json::String(text) => text.split_once('.').map(|(id, attribute)| self.known.attribute(id, attribute)),
            Json::Array(arguments) => match arguments.as_slice() {
                [Json::String(id), Json::String(attribute)] => Some(self.known.attribute(id, attribute)),
                _ => None,
            },
            _ => None,
        }
        .unwrap_or_default()
    }
}

/// The intrinsic function that a map of one entry is.
pub(crate) fn function(map: &Map<String, Json>) -> Option<(&str, &Json)> {
    let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    let is_function = name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::"));
    is_function.then_some((name, argument))
}
