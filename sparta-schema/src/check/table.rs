//! DynamoDB's tables: keys and the definitions of their attributes.

use std::collections::HashSet;

use crate::check::Checker;
use crate::check::code::all_texts;
use crate::fault::FaultKind;
use crate::node::{Node, Value};

const KEYS: [&[&str]; 3] = [
    &["KeySchema", "*", "AttributeName"],
    &["GlobalSecondaryIndexes", "*", "KeySchema", "*", "AttributeName"],
    &["LocalSecondaryIndexes", "*", "KeySchema", "*", "AttributeName"],
];
const OPTIONAL: &[&str] = &["AttributeDefinitions", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes"];

impl Checker<'_> {
    /// What a table or an index has as a key is defined, and nothing else is.
    pub(super) fn table(&mut self, properties: &Node) {
        if !matches!(properties.value, Value::Map(_)) {
            return;
        }
        let (mut defined, mut keys) = (Vec::new(), Vec::new());
        let all_defined =
            all_texts(&["AttributeDefinitions", "*", "AttributeName"], OPTIONAL, properties, &mut defined);
        let mut all_keys = true;
        for path in KEYS {
            all_keys &= all_texts(path, OPTIONAL, properties, &mut keys);
        }
        let place = properties.place;
        let (defined, keys) = (unique(defined), unique(keys));
        let (has_definition, is_key): (HashSet<_>, HashSet<_>) = (defined.iter().collect(), keys.iter().collect());
        for key in keys.iter().filter(|it| all_defined && !has_definition.contains(it)) {
            let hint = self.hint(key, defined.iter().copied());
            let message = format!(
                "the key `{key}` of the table or an index has no attribute definition: `AttributeDefinitions` needs one of \
                 its name and type{hint}"
            );
            self.at_key("AttributeDefinitions", |it| it.fault(place, FaultKind::Dependent, message));
        }
        for attribute in defined.iter().filter(|it| all_keys && !is_key.contains(it)) {
            let message = format!(
                "the attribute `{attribute}` is no key of the table or an index: only keys are defined, leave it out"
            );
            self.at_key("AttributeDefinitions", |it| it.fault(place, FaultKind::Dependent, message));
        }
    }
}

fn unique(mut names: Vec<&str>) -> Vec<&str> {
    let mut seen = HashSet::new();
    names.retain(|it| seen.insert(*it));
    names
}
