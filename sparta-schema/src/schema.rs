use crate::wire::Reader;

/// The place of a schema in its type's list.
pub(crate) type Id = usize;

/// What a JSON value has to be; an empty list of keywords takes anything.
pub(crate) type Schema = Vec<Keyword>;

/// One constraint, with the words of JSON Schema and cfn-lint's additions to it.
pub(crate) enum Keyword {
    Never,
    Type(Types),
    Ref(Id),
    Properties(Vec<(&'static str, Id)>),
    PatternProperties(Vec<(&'static str, Id)>),
    AdditionalProperties(Id),
    PropertyNames(Id),
    Required(Vec<&'static str>),
    RequiredXor(Vec<&'static str>),
    RequiredOr(Vec<&'static str>),
    DependentRequired(Vec<(&'static str, Vec<&'static str>)>),
    DependentExcluded(Vec<(&'static str, Vec<&'static str>)>),
    MinProperties(usize),
    MaxProperties(usize),
    Items(Id),
    PrefixItems(Vec<Id>),
    Contains(Id),
    MinItems(usize),
    MaxItems(usize),
    MaxUniqueItems(usize),
    UniqueItems,
    UniqueKeys(Vec<&'static str>),
    Enum(Vec<Literal>),
    EnumIgnoreCase(Vec<Literal>),
    Const(Literal),
    Pattern(&'static str),
    Format(&'static str),
    /// The pattern of a format, which is about text alone.
    FormatPattern(&'static str),
    /// Names of which text must not be a misspelling; other names may be right.
    Misspelt(Vec<&'static str>),
    /// The name of an IAM action, in which `*` and `?` stand for others.
    IamAction,
    /// Values that are on their way out, each with what is said of it.
    Retired(Vec<(&'static str, &'static str)>),
    MinLength(usize),
    MaxLength(usize),
    Minimum(f64),
    Maximum(f64),
    ExclusiveMinimum(f64),
    ExclusiveMaximum(f64),
    MultipleOf(f64),
    AllOf(Vec<Id>),
    AnyOf(Vec<Id>),
    OneOf(Vec<Id>),
    Not(Id),
    If {
        condition: Id,
        then: Option<Id>,
        otherwise: Option<Id>,
    },
}

/// A value that an enum or `const` names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'static str),
}

/// A set of JSON types, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Types(pub(crate) u8);

impl Types {
    pub(crate) const ARRAY: Self = Self(1);
    pub(crate) const BOOLEAN: Self = Self(2);
    pub(crate) const INTEGER: Self = Self(4);
    pub(crate) const NUMBER: Self = Self(8);
    pub(crate) const OBJECT: Self = Self(16);
    pub(crate) const STRING: Self = Self(32);

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Keyword {
    pub(crate) fn read(from: &mut Reader) -> Self {
        match from.byte() {
            0 => Self::Never,
            1 => Self::Type(Types(from.byte())),
            2 => Self::Ref(from.number()),
            3 => Self::Properties(from.list(named)),
            4 => Self::PatternProperties(from.list(named)),
            5 => Self::AdditionalProperties(from.number()),
            6 => Self::PropertyNames(from.number()),
            7 => Self::Required(from.texts()),
            8 => Self::RequiredXor(from.texts()),
            9 => Self::RequiredOr(from.texts()),
            10 => Self::DependentRequired(from.list(|from| (from.text(), from.texts()))),
            11 => Self::DependentExcluded(from.list(|from| (from.text(), from.texts()))),
            12 => Self::MinProperties(from.number()),
            13 => Self::MaxProperties(from.number()),
            14 => Self::Items(from.number()),
            15 => Self::PrefixItems(from.list(Reader::number)),
            16 => Self::Contains(from.number()),
            17 => Self::MinItems(from.number()),
            18 => Self::MaxItems(from.number()),
            19 => Self::MaxUniqueItems(from.number()),
            20 => Self::UniqueItems,
            21 => Self::UniqueKeys(from.texts()),
            22 => Self::Enum(from.list(Literal::read)),
            23 => Self::EnumIgnoreCase(from.list(Literal::read)),
            24 => Self::Const(Literal::read(from)),
            25 => Self::Pattern(from.text()),
            26 => Self::Format(from.text()),
            27 => Self::MinLength(from.number()),
            28 => Self::MaxLength(from.number()),
            29 => Self::Minimum(from.float()),
            30 => Self::Maximum(from.float()),
            31 => Self::ExclusiveMinimum(from.float()),
            32 => Self::ExclusiveMaximum(from.float()),
            33 => Self::MultipleOf(from.float()),
            34 => Self::AllOf(from.list(Reader::number)),
            35 => Self::AnyOf(from.list(Reader::number)),
            36 => Self::OneOf(from.list(Reader::number)),
            37 => Self::Not(from.number()),
            38 => Self::If { condition: from.number(), then: optional(from), otherwise: optional(from) },
            39 => Self::FormatPattern(from.text()),
            40 => Self::Misspelt(from.texts()),
            41 => Self::IamAction,
            42 => Self::Retired(from.list(|from| (from.text(), from.text()))),
            tag => unreachable!("keyword {tag} is not one that is written"),
        }
    }
}

fn named(from: &mut Reader) -> (&'static str, Id) {
    (from.text(), from.number())
}

fn optional(from: &mut Reader) -> Option<Id> {
    from.number().checked_sub(1)
}

impl Literal {
    fn read(from: &mut Reader) -> Self {
        match from.byte() {
            0 => Self::Null,
            1 => Self::Bool(false),
            2 => Self::Bool(true),
            3 => Self::Number(from.float()),
            4 => Self::Text(from.text()),
            tag => unreachable!("literal {tag} is not one that is written"),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(it) => it.fmt(f),
            Self::Number(it) => it.fmt(f),
            Self::Text(it) => it.fmt(f),
        }
    }
}
