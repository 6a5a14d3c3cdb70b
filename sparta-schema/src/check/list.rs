use std::collections::HashSet;

use crate::check::code::field;
use crate::check::{Checker, Verdict};
use crate::dynamic::is_dynamic;
use crate::fault::FaultKind;
use crate::node::{Node, Presence, Value};
use crate::schema::{Id, Keyword};

impl Checker<'_> {
    pub(super) fn list_keyword(&mut self, keyword: &Keyword, items: &[Node], place: usize) {
        match keyword {
            Keyword::Items(id) => self.items(*id, items),
            Keyword::PrefixItems(ids) => self.first_items(ids, items),
            Keyword::Contains(id) => self.contains(*id, items, place),
            Keyword::MinItems(min) => self.at_least(*min, items.iter(), "item", place),
            Keyword::MaxItems(max) => self.at_most(*max, items.iter(), "item", place),
            Keyword::MaxUniqueItems(max) => {
                let different = items.iter().filter_map(canonical).collect::<HashSet<_>>().len();
                if different > *max {
                    let message = format!("{} must have at most {max} different items, not {different}", self.name());
                    self.fault(place, FaultKind::Count, message);
                }
            }
            Keyword::UniqueItems => self.unique(items, |item| Some(vec![item]), "item"),
            Keyword::UniqueKeys(keys) => {
                let values = |item| keys.iter().map(|key| field(item, key)).collect();
                self.unique(items, values, &keys.join(", "));
            }
            _ => {}
        }
    }

    fn items(&mut self, id: Id, items: &[Node]) {
        for (index, item) in items.iter().enumerate() {
            self.at_item(index, |it| it.schema(id, item));
        }
    }

    // what is left out moves the others to the front, and what may be leaves open which the next is
    fn first_items(&mut self, ids: &[Id], items: &[Node]) {
        let mut present = items.iter().enumerate().filter(|(_, it)| it.presence() != Presence::No);
        for id in ids {
            let Some((index, item)) = present.next() else { return };
            if item.presence() == Presence::Perhaps {
                self.unsure = true;
                return;
            }
            self.at_item(index, |it| it.schema(*id, item));
        }
    }

    fn contains(&mut self, id: Id, items: &[Node], place: usize) {
        let verdicts: Vec<_> = items.iter().map(|item| self.verdict(id, item)).collect();
        if verdicts.iter().any(|it| matches!(it, Verdict::Yes)) {
            return;
        }
        if verdicts.iter().any(|it| matches!(it, Verdict::Unsure)) {
            self.unsure = true;
        } else {
            self.fault(place, FaultKind::Form, format!("{} lacks an item that it must have", self.name()));
        }
    }

    pub(super) fn at_least<'n>(&mut self, min: usize, nodes: impl Iterator<Item = &'n Node>, what: &str, place: usize) {
        let count = nodes.filter(|it| it.presence() != Presence::No).count();
        if count < min {
            let message = format!("{} must have at least {min} {what}{}, not {count}", self.name(), plural(min));
            self.fault(place, FaultKind::Count, message);
        }
    }

    pub(super) fn at_most<'n>(&mut self, max: usize, nodes: impl Iterator<Item = &'n Node>, what: &str, place: usize) {
        let count = nodes.filter(|it| it.presence() == Presence::Yes).count();
        if count > max {
            let message = format!("{} must have at most {max} {what}{}, not {count}", self.name(), plural(max));
            self.fault(place, FaultKind::Count, message);
        }
    }

    fn unique<'n>(&mut self, items: &'n [Node], values: impl Fn(&'n Node) -> Option<Vec<&'n Node>>, what: &str) {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let values = values(item).and_then(|it| it.into_iter().map(canonical).collect::<Option<Vec<_>>>());
            if values.is_some_and(|it| !seen.insert(it)) {
                let message = format!("{} must not have the same {what} twice", self.name());
                self.at_item(index, |it| it.fault(item.place, FaultKind::Unique, message));
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The same text for the same values; `None` for what is not known.
fn canonical(node: &Node) -> Option<String> {
    let mut text = String::new();
    write(node, &mut text).then_some(text)
}

fn write(node: &Node, text: &mut String) -> bool {
    match &node.value {
        Value::Null => text.push_str("null"),
        Value::Bool(it) => text.push_str(if *it { "true" } else { "false" }),
        Value::Number(it) => text.push_str(&it.to_string()),
        Value::String(it) if !is_dynamic(it) => text.push_str(&format!("{it:?}")),
        Value::List(items) => {
            text.push('[');
            for item in items {
                if !write(item, text) {
                    return false;
                }
                text.push(',');
            }
        }
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for entry in entries {
                text.push_str(&format!("{:?}:", entry.key));
                if !write(&entry.value, text) {
                    return false;
                }
                text.push(',');
            }
        }
        Value::String(_) | Value::Unknown(_) | Value::Choice(_) | Value::Absent => return false,
    }
    if matches!(node.value, Value::List(_) | Value::Map(_)) {
        text.push(';');
    }
    true
}
