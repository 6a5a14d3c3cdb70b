//! A section of a template: what is known by name, and what stands there as it was read.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::{Serialize, Serializer};

use super::{LogicalId, Value};

/// Resources, parameters, conditions or outputs by name, and beside them loops over what nobody knows yet and what a macro
/// reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section<T> {
    named: BTreeMap<LogicalId, T>,
    as_read: BTreeMap<String, Value>,
}

impl<T> Section<T> {
    pub(super) fn new() -> Self {
        Self { named: BTreeMap::new(), as_read: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.as_read.is_empty()
    }

    /// Adds what stands as it was read in another section.
    pub(super) fn include(&mut self, other: Self) {
        for (key, value) in other.as_read {
            self.as_read.entry(key).or_insert(value);
        }
    }

    pub(super) fn read(&mut self, key: String, value: Value) {
        self.as_read.insert(key, value);
    }
}

impl<T> Deref for Section<T> {
    type Target = BTreeMap<LogicalId, T>;

    fn deref(&self) -> &Self::Target {
        &self.named
    }
}

impl<T> DerefMut for Section<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.named
    }
}

impl<T: Serialize> Serialize for Section<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.as_read.is_empty() {
            return self.named.serialize(serializer);
        }
        let mut all: BTreeMap<&str, Entry<'_, T>> = BTreeMap::new();
        all.extend(self.as_read.iter().map(|(key, value)| (key.as_str(), Entry::AsRead(value))));
        all.extend(self.named.iter().map(|(id, value)| (id.as_str(), Entry::Named(value))));
        all.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'s, T> {
    Named(&'s T),
    AsRead(&'s Value),
}
