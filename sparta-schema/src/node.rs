use crate::resource_type::ResourceType;
use crate::schema::Id;

/// A property's value as far as it is known, with the place that it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it was written, by the caller's own count: the index of a token, a position in a document.
    pub place: usize,
    /// What was written.
    pub value: Value,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, which no property takes.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order in which it was written.
    Map(Vec<Entry>),
    /// An expression or an intrinsic function.
    Unknown(Unknown),
    /// Several possibilities, of which a condition chooses: the branches of `Fn::If`.
    Choice(Vec<Node>),
    /// Nothing, as if it had not been written: `AWS::NoValue`.
    Absent,
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub place: usize,
    /// The value.
    pub value: Node,
}

/// What is known of a value that is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// What it certainly is, where that is known.
    pub kind: Option<Kind>,
    /// Whether it may turn out to be left out, as an `Option` may.
    pub optional: bool,
    /// Which resource's value it is, where that is known.
    pub(crate) source: Option<Source>,
}

/// A value that `Ref` or `Fn::GetAtt` takes from a resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) resource_type: &'static ResourceType,
    /// The schema of the value in its type; `None` where several properties together make it.
    pub(crate) schema: Option<Id>,
    /// What it is, where that depends on the resource.
    pub(crate) format: Option<&'static str>,
    /// Whether it is what `Ref` returns: of attributes the data does not always say what they are.
    pub(crate) is_reference: bool,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.resource_type.name() == other.resource_type.name() && self.schema == other.schema
    }
}

impl Eq for Source {}

/// What an unknown value certainly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, which CloudFormation also reads as a number or a boolean: what `Fn::Sub` makes.
    Text,
    /// A list: what `Fn::GetAZs` makes.
    List,
}

impl Node {
    /// A value at a place.
    pub fn new(place: usize, value: Value) -> Self {
        Self { place, value }
    }

    /// Text.
    pub fn text(place: usize, text: impl Into<String>) -> Self {
        Self::new(place, Value::String(text.into()))
    }

    /// An expression: anything, and it may turn out to be left out.
    pub fn expression(place: usize) -> Self {
        Self::new(place, Value::Unknown(Unknown { optional: true, ..Unknown::default() }))
    }

    /// An intrinsic function, of whose result the kind may be known.
    pub fn intrinsic(place: usize, kind: Option<Kind>) -> Self {
        Self::new(place, Value::Unknown(Unknown { kind, ..Unknown::default() }))
    }

    pub(crate) fn presence(&self) -> Presence {
        match &self.value {
            Value::Absent => Presence::No,
            Value::Unknown(Unknown { optional: true, .. }) => Presence::Perhaps,
            Value::Choice(branches) => {
                let mut all = branches.iter().map(Self::presence);
                let first = all.next().unwrap_or(Presence::No);
                if all.all(|it| it == first) { first } else { Presence::Perhaps }
            }
            _ => Presence::Yes,
        }
    }
}

/// Whether a value is there when the template is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Yes,
    Perhaps,
    No,
}

impl Entry {
    /// A key at a place and its value.
    pub fn new(place: usize, key: impl Into<String>, value: Node) -> Self {
        Self { key: key.into(), place, value }
    }
}
