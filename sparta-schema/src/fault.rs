use std::fmt;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The place of the [`Node`](crate::Node) or key that it is about.
    pub place: usize,
    /// The property that it is about, such as `Tags[0].Key`; empty for the resource's properties as a whole.
    pub path: String,
    /// What sort of mistake it is.
    pub kind: FaultKind,
    /// What is wrong and what was expected, as a sentence without a capital and a full stop.
    pub message: String,
}

/// What sort of mistake a [`Fault`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// A property that the type does not have.
    UnknownProperty,
    /// A property that only the service sets.
    ReadOnly,
    /// A property that cannot be left out is.
    Required,
    /// A value of the wrong type, or `null`.
    Type,
    /// A value that is not among those allowed.
    Enum,
    /// A text that does not match the pattern or format.
    Pattern,
    /// A text that is too short or too long.
    Length,
    /// A number that is too small, too large or between the steps.
    Range,
    /// Too few or too many items or keys.
    Count,
    /// Items that may not be equal are.
    Unique,
    /// Properties that exclude one another.
    Exclusive,
    /// A property that needs another one.
    Dependent,
    /// A value that has none of the forms allowed.
    Form,
    /// An IAM action that is not known, which IAM takes: a warning.
    UnknownAction,
    /// A reference to a resource of another kind than is wanted.
    Reference,
    /// A runtime that Lambda has retired: a warning.
    Retired,
    /// A dynamic reference that is misspelt.
    DynamicReference,
    /// An intrinsic function with arguments that it does not take.
    Function,
    /// An intrinsic function whose name is misspelt.
    UnknownFunction,
}

impl FaultKind {
    /// Whether CloudFormation takes it, although it is hardly what was meant.
    pub fn is_warning(self) -> bool {
        matches!(self, Self::UnknownAction | Self::Retired)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}
