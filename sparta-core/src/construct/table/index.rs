//! Keys and indexes of tables.

use std::collections::BTreeMap;

use super::Table;
use crate::{cfn::Value, property};

/// An attribute that items are found or sorted by, with its type.
///
/// # Example
///
/// ```
/// use sparta_core::construct::{Key, Table};
///
/// let readings = Table::new("readings").key("sensor").sort_key(Key::number("time"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: String,
    kind: &'static str,
}

impl Key {
    /// A text, which `"name"` alone is too.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "S" }
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "N" }
    }

    /// Bytes.
    pub fn binary(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "B" }
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self::text(name)
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        Self::text(name)
    }
}

/// An index of a table: other attributes that its items are found by.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html>.
///
/// # Example
///
/// ```
/// use sparta_core::construct::{Index, Table};
///
/// let by_owner = Index::global("by-owner").key("owner").sort_key("code").project(["target"]);
/// let links = Table::new("links").key("code").index(by_owner);
/// let owners = links.read().index("by-owner");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Index {
    pub(super) name: String,
    pub(super) is_global: bool,
    key: Option<Key>,
    sort_key: Option<Key>,
    projection: Projection,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Projection {
    All,
    Keys,
    Only(Vec<String>),
}

impl Index {
    /// An index with a key of its own.
    pub fn global(name: impl Into<String>) -> Self {
        Self::of(name.into(), true)
    }

    /// An index with the table's key and another sort key. It cannot be added to a table that is there already.
    pub fn local(name: impl Into<String>) -> Self {
        Self::of(name.into(), false)
    }

    fn of(name: String, is_global: bool) -> Self {
        Self { name, is_global, key: None, sort_key: None, projection: Projection::All }
    }

    /// The attribute that items are found by; of a global index only.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The attribute that items of one key are sorted by.
    pub fn sort_key(mut self, key: impl Into<Key>) -> Self {
        self.sort_key = Some(key.into());
        self
    }

    /// Holds these attributes and the keys, in place of whole items.
    pub fn project<A: Into<String>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::Only(attributes.into_iter().map(Into::into).collect());
        self
    }

    /// Holds the keys alone, in place of whole items.
    pub fn project_keys(mut self) -> Self {
        self.projection = Projection::Keys;
        self
    }

    pub(super) fn property<Origin: Clone>(&self, table: &Table<Origin>) -> Value {
        let (kind, attributes) = match &self.projection {
            Projection::All => ("ALL", None),
            Projection::Keys => ("KEYS_ONLY", None),
            Projection::Only(attributes) => ("INCLUDE", Some(attributes)),
        };
        let projection = property!(AWS::DynamoDB::Table.GlobalSecondaryIndexes[].Projection {
            ProjectionType: (kind),
            NonKeyAttributes: (attributes),
        });
        if self.is_global {
            property!(AWS::DynamoDB::Table.GlobalSecondaryIndexes[] {
                IndexName: (&self.name),
                KeySchema: (schema(self.key.as_ref(), self.sort_key.as_ref())),
                Projection: (projection),
                ProvisionedThroughput: (table.throughput()),
            })
        } else {
            property!(AWS::DynamoDB::Table.LocalSecondaryIndexes[] {
                IndexName: (&self.name),
                KeySchema: (schema(table.key.as_ref(), self.sort_key.as_ref())),
                Projection: (projection),
            })
        }
    }
}

pub(super) fn schema(key: Option<&Key>, sort_key: Option<&Key>) -> Vec<Value> {
    let keys = [(key, "HASH"), (sort_key, "RANGE")].into_iter().filter_map(|(key, kind)| Some((key?, kind)));
    keys.map(|(key, kind)| property!(AWS::DynamoDB::Table.KeySchema[] { AttributeName: (&key.name), KeyType: (kind) }))
        .collect()
}

/// The keys of the table and its indexes.
fn keys<Origin>(table: &Table<Origin>) -> impl Iterator<Item = &Key> {
    let of_indexes = table.indexes.iter().flat_map(|index| [&index.key, &index.sort_key]);
    [&table.key, &table.sort_key].into_iter().chain(of_indexes).flatten()
}

/// The types of all attributes that are keys, each once.
pub(super) fn definitions<Origin>(table: &Table<Origin>) -> Vec<Value> {
    let kinds: BTreeMap<&str, &str> = keys(table).map(|key| (key.name.as_str(), key.kind)).collect();
    kinds
        .into_iter()
        .map(|(name, kind)| {
            property!(AWS::DynamoDB::Table.AttributeDefinitions[] { AttributeName: (name), AttributeType: (kind) })
        })
        .collect()
}

/// What is wrong with the keys and indexes of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum IndexMistake {
    #[error("the table `{0}` has no key: add the attribute that its items are found by, `.key(\"id\")`")]
    NoKey(String),
    #[error("the global index `{0}` has no key: add the attribute that its items are found by, `.key(\"owner\")`")]
    NoIndexKey(String),
    #[error(
        "the local index `{0}` has a key: it shares that of its table, so give it a sort key only, or make it a global one"
    )]
    LocalKey(String),
    #[error("the local index `{0}` needs a sort key, and its table one too")]
    NoSortKey(String),
    #[error("two indexes of the table `{table}` are called `{index}`: rename one")]
    Twice { table: String, index: String },
    #[error("the attribute `{0}` of a table is a key of two types: it has one")]
    Types(String),
    #[error("the table `{table}` has no index `{index}` to read: {instead}")]
    NotThere { table: String, index: String, instead: String },
    #[error("the index `{0}` can only be read: what is written goes to its table")]
    ReadOnly(String),
}

/// What DynamoDB would refuse of a table's keys.
pub(super) fn check<Origin>(table: &Table<Origin>) -> Vec<IndexMistake> {
    let label = || table.declared.label.clone();
    let mut mistakes = Vec::new();
    if table.key.is_none() {
        mistakes.push(IndexMistake::NoKey(label()));
    }
    for (n, index) in table.indexes.iter().enumerate() {
        let name = || index.name.clone();
        match (index.is_global, &index.key) {
            (true, None) => mistakes.push(IndexMistake::NoIndexKey(name())),
            (false, Some(_)) => mistakes.push(IndexMistake::LocalKey(name())),
            _ => {}
        }
        if !index.is_global && (index.sort_key.is_none() || table.sort_key.is_none()) {
            mistakes.push(IndexMistake::NoSortKey(name()));
        }
        if table.indexes[..n].iter().any(|other| other.name == index.name) {
            mistakes.push(IndexMistake::Twice { table: label(), index: name() });
        }
    }
    let mut kinds = BTreeMap::new();
    let twice = keys(table).filter(|key| *kinds.entry(&key.name).or_insert(key.kind) != key.kind);
    mistakes.extend(twice.map(|key| IndexMistake::Types(key.name.clone())));
    mistakes
}
