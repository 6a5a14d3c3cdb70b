//! What the schemas are asked about: the tree with intrinsic functions for what they are.

use sparta_schema::{self as schema, Fault};

use super::{
    place::Place,
    tree::{Entry, Node, Value},
};

/// The places of what the schemas are asked about, by number, and what is found on the way.
#[derive(Default)]
pub(super) struct Places {
    places: Vec<Place>,
    /// What is wrong with intrinsic functions.
    pub faults: Vec<Fault>,
}

impl Places {
    pub(super) fn add(&mut self, place: Place) -> usize {
        self.places.push(place);
        self.places.len() - 1
    }

    pub(super) fn get(&self, number: usize) -> Option<Place> {
        self.places.get(number).copied()
    }

    /// The tree as the schemas know it.
    pub(super) fn node(&mut self, node: &Node) -> schema::Node {
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
        let name = self.add(function.place);
        let argument = self.node(&function.value);
        self.faults.extend(schema::check_function(name, &function.key, &argument));
        schema::Node::function(place, &function.key, argument)
    }
}

fn is_intrinsic(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}
