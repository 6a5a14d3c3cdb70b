//! What the schemas are asked about: the tree with intrinsic functions for what they are.

use sparta_schema as schema;

use super::{
    place::Place,
    tree::{Entry, Node, Value},
};

/// The places of what the schemas are asked about, by number.
#[derive(Default)]
pub struct Places(Vec<Place>);

impl Places {
    pub fn add(&mut self, place: Place) -> usize {
        self.0.push(place);
        self.0.len() - 1
    }

    pub fn get(&self, number: usize) -> Option<Place> {
        self.0.get(number).copied()
    }

    /// The tree as the schemas know it.
    pub fn node(&mut self, node: &Node) -> schema::Node {
        let place = self.add(node.place);
        match &node.value {
            Value::Bool(value) => schema::Node::new(place, schema::Value::Bool(*value)),
            Value::Number(digits) => {
                schema::Node::new(place, schema::Value::Number(digits.parse().unwrap_or(f64::NAN)))
            }
            Value::Text(text) => schema::Node::text(place, text.as_str()),
            Value::Expression(_) | Value::Broken => schema::Node::expression(place),
            Value::List(items) => {
                let items = items.iter().map(|item| self.node(item)).collect();
                schema::Node::new(place, schema::Value::List(items))
            }
            Value::Map(entries) => match entries.as_slice() {
                [only] if is_intrinsic(&only.key) => self.intrinsic(place, only),
                entries => {
                    let entries = entries.iter().map(|entry| {
                        let place = self.add(entry.place);
                        schema::Entry::new(place, entry.key.as_str(), self.node(&entry.value))
                    });
                    let entries = entries.collect();
                    schema::Node::new(place, schema::Value::Map(entries))
                }
            },
        }
    }

    fn intrinsic(&mut self, place: usize, function: &Entry) -> schema::Node {
        let kind = match (function.key.as_str(), &function.value.value) {
            ("Ref", Value::Text(name)) if name == "AWS::NoValue" => {
                return schema::Node::new(place, schema::Value::Absent);
            }
            ("Fn::If", Value::List(arguments)) if arguments.len() == 3 => {
                let branches = arguments[1..].iter().map(|branch| self.node(branch)).collect();
                return schema::Node::new(place, schema::Value::Choice(branches));
            }
            ("Fn::Base64" | "Fn::Join" | "Fn::Sub", _) => Some(schema::Kind::Text),
            ("Fn::Cidr" | "Fn::GetAZs" | "Fn::Split", _) => Some(schema::Kind::List),
            _ => None,
        };
        schema::Node::intrinsic(place, kind)
    }
}

fn is_intrinsic(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}
