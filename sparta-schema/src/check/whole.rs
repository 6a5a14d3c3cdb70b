use std::collections::HashSet;

use crate::check::{Checker, Verdict};
use crate::dynamic;
use crate::fault::{Fault, FaultKind};
use crate::node::{Node, Presence, Value};
use crate::schema::Id;

/// What concerns the properties beyond the schema of each.
impl Checker<'_> {
    pub(super) fn whole(&mut self, properties: &Node) {
        self.form(properties);
        for path in self.resource_type.read_only() {
            let parts: Vec<_> = path.split('.').collect();
            self.visit(&parts, properties, 0, &mut |checker, node, place| {
                if node.presence() != Presence::No {
                    let message = format!("{} is set by the service and cannot be given", checker.name());
                    checker.fault(place, FaultKind::ReadOnly, message);
                }
            });
        }
        let resource_type = self.resource_type;
        for rule in &resource_type.rules {
            self.visit(&rule.path, properties, properties.place, &mut |checker, node, _| {
                if rule.message.is_empty() {
                    checker.document(rule.schema, node);
                } else if let Verdict::No(faults) = checker.verdict(rule.schema, node) {
                    checker.broken_rule(rule.message, faults);
                }
            });
        }
    }

    // what the type's own schema found fault with is not said again
    fn document(&mut self, id: Id, node: &Node) {
        let mut before = std::mem::take(&mut self.faults);
        self.schema(id, node);
        let places: HashSet<_> = before.iter().map(|it| it.place).collect();
        self.faults.retain(|fault| !places.contains(&fault.place));
        before.append(&mut self.faults);
        self.faults = before;
    }

    fn broken_rule(&mut self, rule: &str, faults: Vec<Fault>) {
        let because = |fault: Fault| Fault { message: format!("{} ({rule})", fault.message), ..fault };
        self.faults.extend(faults.into_iter().map(because));
    }

    /// Calls for each value at a path, in which `*` stands for every item.
    pub(super) fn visit(
        &mut self,
        path: &[&str],
        node: &Node,
        place: usize,
        found: &mut dyn FnMut(&mut Self, &Node, usize),
    ) {
        let Some((first, rest)) = path.split_first() else { return found(self, node, place) };
        match &node.value {
            Value::Choice(branches) => branches.iter().for_each(|it| self.visit(path, it, it.place, found)),
            Value::Map(entries) => {
                for entry in entries.iter().filter(|it| *first == "*" || it.key == *first) {
                    self.at_key(&entry.key, |it| it.visit(rest, &entry.value, entry.place, found));
                }
            }
            Value::List(items) if *first == "*" => {
                for (index, item) in items.iter().enumerate() {
                    self.at_item(index, |it| it.visit(rest, item, item.place, found));
                }
            }
            _ => {}
        }
    }

    /// `null` is a value nowhere, a key has one value, and a dynamic reference its form.
    fn form(&mut self, node: &Node) {
        match &node.value {
            Value::Null => {
                let message = format!("{} must not be `null`: leave it out instead", self.name());
                self.fault(node.place, FaultKind::Type, message);
            }
            Value::String(text) => {
                if let Some(message) = dynamic::mistake(text) {
                    self.fault(node.place, FaultKind::DynamicReference, message);
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.at_item(index, |it| it.form(item));
                }
            }
            Value::Choice(branches) => branches.iter().for_each(|it| self.form(it)),
            Value::Map(entries) => {
                let mut seen = HashSet::new();
                for entry in entries {
                    self.at_key(&entry.key, |it| {
                        if !seen.insert(entry.key.as_str()) {
                            let message = format!("{} is given twice", it.name());
                            it.fault(entry.place, FaultKind::Unique, message);
                        }
                        it.form(&entry.value);
                    });
                }
            }
            _ => {}
        }
    }
}
