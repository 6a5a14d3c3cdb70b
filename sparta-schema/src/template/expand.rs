//! What comes before anything else is read: `Fn::ForEach` is unrolled, as the language extensions do, and what is too deep
//! is left out.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::json::DEPTH;
use crate::template::names::has_extensions;

pub(super) const LOOP: &str = "Fn::ForEach::";
// a few nested loops over long lists make more than anybody can deploy
const VALUES: usize = 200_000;

/// The template without its loops and with what is too deep left out; `None` where it is so already.
///
/// A loop over what is known only when the template is deployed stays.
pub(super) fn expanded(template: &Json) -> Option<Json> {
    if !differs(template, 0) {
        return None;
    }
    let unrolls = template.as_object().is_some_and(has_extensions);
    let mut expander = Expander { mappings: template.get("Mappings"), bound: HashMap::new(), left: VALUES, unrolls };
    Some(expander.value(template, 0))
}

/// The template without its loops; `None` where there is none, where it is too deep, or where they make too much.
pub(super) fn unrolled(template: &Json) -> Option<Json> {
    let sections = template.as_object().filter(|it| has_extensions(it))?;
    if !has_loop(template, 0)? {
        return None;
    }
    let mut expander =
        Expander { mappings: sections.get("Mappings"), bound: HashMap::new(), left: VALUES, unrolls: true };
    let made = expander.value(template, 0);
    (expander.left > 0).then_some(made)
}

fn has_loop(value: &Json, depth: usize) -> Option<bool> {
    match value {
        _ if depth == DEPTH => None,
        Json::Array(items) => items.iter().try_fold(false, |found, it| Some(has_loop(it, depth + 1)? || found)),
        Json::Object(map) => map
            .iter()
            .try_fold(false, |found, (key, it)| Some(has_loop(it, depth + 1)? || key.starts_with(LOOP) || found)),
        _ => Some(false),
    }
}

fn differs(value: &Json, depth: usize) -> bool {
    match value {
        _ if depth == DEPTH => true,
        Json::Array(items) => items.iter().any(|it| differs(it, depth + 1)),
        Json::Object(map) => map.iter().any(|(key, it)| key.starts_with(LOOP) || differs(it, depth + 1)),
        _ => false,
    }
}

struct Expander<'t> {
    mappings: Option<&'t Json>,
    /// The loops' variables.
    bound: HashMap<String, String>,
    left: usize,
    unrolls: bool,
}

/// The parts of a well-formed loop: its variable, what it goes through and what it repeats.
pub(super) fn parts(argument: &Json) -> Option<(&str, &Json, &Map<String, Json>)> {
    match argument.as_array()?.as_slice() {
        [Json::String(name), collection @ (Json::Array(_) | Json::Object(_)), Json::Object(body)] => {
            Some((name, collection, body))
        }
        _ => None,
    }
}

impl Expander<'_> {
    fn value(&mut self, value: &Json, depth: usize) -> Json {
        self.left = self.left.saturating_sub(1);
        match value {
            // nobody looks there: it stands for anything
            _ if depth == DEPTH => json!({ "Fn::Transform": {} }),
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(items) => items.iter().map(|it| self.value(it, depth + 1)).collect(),
            Json::Object(map) => match self.variable(map) {
                Some(value) => Json::String(value),
                None => Json::Object(self.map(map, depth + 1)),
            },
            other => other.clone(),
        }
    }

    /// A reference to a loop's variable.
    fn variable(&self, map: &Map<String, Json>) -> Option<String> {
        let name = map.get("Ref").filter(|_| map.len() == 1)?.as_str()?;
        self.bound.get(name).cloned()
    }

    fn map(&mut self, map: &Map<String, Json>, depth: usize) -> Map<String, Json> {
        let mut made = Map::new();
        for (key, value) in map {
            let values = parts(value).filter(|_| self.unrolls && key.starts_with(LOOP) && depth < DEPTH);
            match values.and_then(|(name, collection, body)| Some((name, self.collection(collection)?, body))) {
                Some((name, values, body)) => self.repeat(name, values, body, depth, &mut made),
                None => _ = made.insert(self.text(key), self.value(value, depth)),
            }
        }
        made
    }

    fn repeat(
        &mut self,
        name: &str,
        values: Vec<String>,
        body: &Map<String, Json>,
        depth: usize,
        made: &mut Map<String, Json>,
    ) {
        let outer = self.bound.remove(name);
        for value in values {
            if self.left == 0 {
                // what is missing may be anything
                made.insert("Fn::Transform".to_owned(), json!({}));
                break;
            }
            self.left -= 1;
            self.bound.insert(name.to_owned(), value);
            let part = self.map(body, depth + 1);
            made.extend(part);
        }
        self.bound.remove(name);
        self.bound.extend(outer.map(|value| (name.to_owned(), value)));
    }

    /// What a loop goes through, where that is known.
    fn collection(&self, collection: &Json) -> Option<Vec<String>> {
        match collection {
            Json::Array(items) => items.iter().map(|it| self.scalar(it)).collect(),
            Json::Object(map) => {
                let path = map.get("Fn::FindInMap").filter(|_| map.len() == 1)?.as_array()?;
                let [mapping, first, second] = path.as_slice() else { return None };
                let found = self.mappings?.get(self.scalar(mapping)?)?.get(self.scalar(first)?)?;
                found.get(self.scalar(second)?)?.as_array()?.iter().map(|it| self.scalar(it)).collect()
            }
            _ => None,
        }
    }

    fn scalar(&self, value: &Json) -> Option<String> {
        match value {
            Json::String(text) => Some(self.text(text)),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(it) => Some(it.to_string()),
            Json::Object(map) => self.variable(map),
            _ => None,
        }
    }

    /// Puts the variables into a text: `${Name}`, and `&{Name}` without what no logical id has.
    fn text(&self, text: &str) -> String {
        if self.bound.is_empty() || !text.contains('{') {
            return text.to_owned();
        }
        let mut made = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '&']) {
            let (before, from) = rest.split_at(at);
            made.push_str(before);
            let name = from[1..].strip_prefix('{').and_then(|it| it.split_once('}'));
            match name.and_then(|(name, after)| Some((self.bound.get(name.trim())?, after))) {
                Some((value, after)) => {
                    let is_letter = |it: &char| from.starts_with('$') || it.is_ascii_alphanumeric();
                    made.extend(value.chars().filter(is_letter));
                    rest = after;
                }
                None => {
                    made.push_str(&from[..1]);
                    rest = &from[1..];
                }
            }
        }
        made + rest
    }
}
