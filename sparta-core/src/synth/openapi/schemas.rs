//! The schemas of a document, each under a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::trigger::schema::{Bodies, references, rename};

type Named = BTreeMap<String, Json>;

/// What is read and what is written: one type may be both, and be written otherwise than it is read.
#[derive(Default)]
pub(super) struct Schemas {
    bodies: Named,
    answers: Named,
    /// What answers that are not as the body of that name are called.
    other: BTreeMap<String, String>,
}

impl Schemas {
    pub(super) fn of<'b>(routes: impl Iterator<Item = &'b Bodies>) -> Self {
        let mut schemas = Self::default();
        for (is_answer, (name, schema)) in routes.cloned().flat_map(Bodies::into_named) {
            let named = if is_answer { &mut schemas.answers } else { &mut schemas.bodies };
            named.insert(name, schema);
        }
        for name in schemas.apart() {
            let mut other = format!("{name}Answer");
            while schemas.bodies.contains_key(&other) || schemas.answers.contains_key(&other) {
                other.push_str("Answer");
            }
            schemas.other.insert(name, other);
        }
        schemas
    }

    /// The names of bodies that answers have too and are not the same, by themselves or by what they refer to.
    fn apart(&self) -> BTreeSet<String> {
        let both = || self.answers.iter().filter_map(|(name, schema)| Some((name, schema, self.bodies.get(name)?)));
        let mut apart: BTreeSet<String> =
            both().filter(|(_, answer, body)| answer != body).map(|(name, ..)| name.clone()).collect();
        loop {
            let refers_to_one =
                |schema: &Json| references(schema).into_iter().flatten().any(|name| apart.contains(name));
            let more = both().filter(|(name, answer, _)| !apart.contains(*name) && refers_to_one(answer));
            let more: Vec<String> = more.map(|(name, ..)| name.clone()).collect();
            if more.is_empty() {
                return apart;
            }
            apart.extend(more);
        }
    }

    /// The schema of an answer, in the document.
    pub(super) fn answer(&self, schema: &Json) -> Json {
        let mut schema = schema.clone();
        rename(&mut schema, &|name| self.other.get(name).cloned());
        schema
    }

    /// All of them by their names in the document.
    pub(super) fn all(&self) -> Named {
        let answers = self.answers.iter().map(|(name, schema)| (self.other.get(name).unwrap_or(name), schema));
        let answers = answers.map(|(name, schema)| (name.clone(), self.answer(schema)));
        self.bodies.clone().into_iter().chain(answers).collect()
    }
}
