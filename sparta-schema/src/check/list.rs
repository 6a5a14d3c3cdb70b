use crate::check::{Checker, Verdict};
use crate::dynamic::is_dynamic;
use crate::fault::FaultKind;
use crate::node::{Entry, Node, Presence, Value};
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
                let known: Vec<_> = items.iter().filter(|it| is_known(it)).collect();
                let different = (0..known.len()).filter(|&i| !known[..i].iter().any(|it| same(it, known[i]))).count();
                if different > *max {
                    let message = format!("{} must have at most {max} different items, not {different}", self.name());
                    self.fault(place, FaultKind::Count, message);
                }
            }
            Keyword::UniqueItems => self.unique(items, |item| Some(vec![item]), "item"),
            Keyword::UniqueKeys(keys) => {
                let values = |item| keys.iter().map(|key| value_of(item, key)).collect();
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
        let mut seen: Vec<Vec<&Node>> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(values) = values(item).filter(|it| it.iter().all(|value| is_known(value))) else { continue };
            let again = seen.iter().any(|before| before.iter().zip(&values).all(|(a, b)| same(a, b)));
            if again {
                let message = format!("{} must not have the same {what} twice", self.name());
                self.at_item(index, |it| it.fault(item.place, FaultKind::Unique, message));
            }
            seen.push(values);
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn value_of<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|it| it.key == key).map(|it| &it.value)
}

fn is_known(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().all(is_known),
        Value::Map(entries) => entries.iter().all(|it| is_known(&it.value)),
        Value::String(text) => !is_dynamic(text),
        Value::Unknown(_) | Value::Choice(_) | Value::Absent => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let has = |entry: &Entry| b.iter().any(|it| it.key == entry.key && same(&it.value, &entry.value));
            a.len() == b.len() && a.iter().all(has)
        }
        (a, b) => a == b,
    }
}
