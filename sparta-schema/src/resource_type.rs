use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::archive::Archive;
#[cfg(feature = "template")]
use crate::node::Kind;
use crate::schema::{Id, Keyword, Schema, Types};
use crate::wire::Reader;

static TYPES: Archive = Archive::new(include_bytes!("../data/types.bin"));
/// A line for each type that has such properties: its name, and their paths.
static CONDITIONAL: &str = include_str!("../data/conditional.txt");
static LOADED: LazyLock<Mutex<HashMap<&'static str, &'static ResourceType>>> = LazyLock::new(Mutex::default);

/// What the CloudFormation registry says of one resource type.
///
/// Properties below others are written with dots, and `*` stands for any item of a list or map: `Rules.*.Id`.
pub struct ResourceType {
    name: &'static str,
    pub(crate) schemas: Vec<Schema>,
    pub(crate) root: Id,
    attributes: Vec<&'static str>,
    read_only: Vec<&'static str>,
    write_only: Vec<&'static str>,
    create_only: Vec<&'static str>,
    primary_identifier: Vec<&'static str>,
    handlers: Option<Handlers>,
    tagging: Option<Tagging>,
    pub(crate) rules: Vec<Rule>,
}

/// The IAM actions that CloudFormation needs for each of the things that it does to a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handlers {
    /// To create one.
    pub create: Vec<&'static str>,
    /// To read one: for `GetAtt` and drift detection.
    pub read: Vec<&'static str>,
    /// To change one.
    pub update: Vec<&'static str>,
    /// To delete one.
    pub delete: Vec<&'static str>,
    /// To list all of them.
    pub list: Vec<&'static str>,
}

/// How resources of a type are tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagging {
    /// Whether CloudFormation gives the stack's tags to a resource when it creates it.
    pub on_create: bool,
    /// Whether CloudFormation also gives it tags of its own, such as `aws:cloudformation:stack-name`, which nobody else can
    /// set.
    pub system: bool,
    /// The property that holds the tags, empty where the registry does not name it.
    pub property: &'static str,
    /// The IAM actions that tagging needs.
    pub permissions: Vec<&'static str>,
}

/// A constraint beyond the registry's schema, on what is at one path.
pub(crate) struct Rule {
    pub(crate) path: Vec<&'static str>,
    /// What it is for; empty where the schema describes the whole of what is there.
    pub(crate) message: &'static str,
    pub(crate) schema: Id,
}

/// The names of all resource types, sorted.
///
/// # Example
///
/// ```
/// assert!(sparta_schema::types().any(|name| name == "AWS::S3::Bucket"));
/// ```
pub fn types() -> impl ExactSizeIterator<Item = &'static str> {
    TYPES.keys()
}

/// What is known of a resource type, by its name.
///
/// The first look-up of a type decompresses and decodes it alone; it is kept for the life of the process.
///
/// # Example
///
/// ```
/// let bucket = sparta_schema::resource_type("AWS::S3::Bucket").unwrap();
/// assert!(bucket.has_attribute("Arn"));
/// assert!(bucket.handlers().unwrap().create.contains(&"s3:CreateBucket"));
/// ```
#[inline(never)]
pub fn resource_type(name: &str) -> Option<&'static ResourceType> {
    if cfg!(sparta_serving) {
        return None;
    }
    let mut loaded = LOADED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(&found) = loaded.get(name) {
        return Some(found);
    }
    let chunk = TYPES.get(name)?;
    let name = Box::leak(Box::<str>::from(name));
    let found = Box::leak(Box::new(ResourceType::read(name, chunk)));
    loaded.insert(name, found);
    Some(found)
}

impl std::fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl ResourceType {
    fn read(name: &'static str, chunk: Vec<u8>) -> Self {
        let mut from = Reader::new(chunk);
        Self {
            name,
            schemas: from.list(|from| from.list(Keyword::read)),
            root: from.number(),
            attributes: from.texts(),
            read_only: from.texts(),
            write_only: from.texts(),
            create_only: from.texts(),
            primary_identifier: from.texts(),
            handlers: Handlers::read(&mut from),
            tagging: Tagging::read(&mut from),
            rules: from.list(Rule::read),
        }
    }

    /// Its name, such as `AWS::S3::Bucket`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What `Fn::GetAtt` returns of it; a `*` in a name stands for anything.
    pub fn attributes(&self) -> &[&'static str] {
        &self.attributes
    }

    /// Whether `Fn::GetAtt` returns an attribute of it.
    pub fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| crate::names::matches(attribute, name))
    }

    /// Its properties at the top, sorted.
    pub fn properties(&self) -> impl Iterator<Item = &'static str> {
        self.schemas[self.root]
            .iter()
            .flat_map(|keyword| match keyword {
                Keyword::Properties(properties) => properties.as_slice(),
                _ => &[],
            })
            .map(|(name, _)| *name)
    }

    /// The types that a schema names.
    pub(crate) fn types_of(&self, id: Id) -> Option<Types> {
        self.schemas[id].iter().find_map(|keyword| match keyword {
            Keyword::Type(types) => Some(*types),
            Keyword::Ref(id) => self.types_of(*id),
            _ => None,
        })
    }

    /// What the values of a schema are, in the data's words: `AWS::EC2::VPC.Id`.
    pub(crate) fn formats(&self, id: Id, found: &mut Vec<&'static str>) {
        for keyword in &self.schemas[id] {
            match keyword {
                Keyword::Format(name) if name.contains("::") => found.push(name),
                Keyword::Ref(id) => self.formats(*id, found),
                Keyword::AnyOf(ids) => ids.iter().for_each(|it| self.formats(*it, found)),
                _ => {}
            }
        }
    }

    /// Whether it may have properties beside those that are known, as custom resources do.
    pub fn is_open(&self) -> bool {
        let is_never = |id: Id| matches!(self.schemas[id].as_slice(), [Keyword::Never]);
        let root = &self.schemas[self.root];
        let is_closed = root.iter().any(|it| matches!(it, Keyword::AdditionalProperties(id) if is_never(*id)));
        !is_closed || root.iter().any(|it| matches!(it, Keyword::PatternProperties(_)))
    }

    /// The properties at the top that cannot be left out.
    pub fn required(&self) -> &[&'static str] {
        let required = self.schemas[self.root].iter().find_map(|keyword| match keyword {
            Keyword::Required(names) => Some(names.as_slice()),
            _ => None,
        });
        required.unwrap_or_default()
    }

    /// The properties that only the service sets.
    pub fn read_only(&self) -> &[&'static str] {
        &self.read_only
    }

    /// The properties that cannot be read back, such as passwords.
    pub fn write_only(&self) -> &[&'static str] {
        &self.write_only
    }

    /// The properties whose change replaces the resource.
    pub fn create_only(&self) -> &[&'static str] {
        &self.create_only
    }

    /// The properties whose change replaces the resource in some cases, by what it is changed from and to.
    ///
    /// # Example
    ///
    /// ```
    /// let table = sparta_schema::resource_type("AWS::DynamoDB::Table").unwrap();
    /// assert_eq!(table.conditional_create_only().collect::<Vec<_>>(), ["KeySchema"]);
    /// ```
    pub fn conditional_create_only(&self) -> impl Iterator<Item = &'static str> {
        let lines = CONDITIONAL.lines().map(|line| line.split(' '));
        let mut found = lines.filter_map(|mut words| (words.next() == Some(self.name)).then_some(words));
        found.next().into_iter().flatten()
    }

    /// The properties that together identify one of them.
    pub fn primary_identifier(&self) -> &[&'static str] {
        &self.primary_identifier
    }

    /// What CloudFormation needs permission for, where the registry says it.
    pub fn handlers(&self) -> Option<&Handlers> {
        self.handlers.as_ref()
    }

    /// How it is tagged; `None` where it cannot be.
    pub fn tagging(&self) -> Option<&Tagging> {
        self.tagging.as_ref()
    }
}

/// What is known of a type's values when a template refers to them.
#[cfg(feature = "template")]
impl ResourceType {
    /// The schema of what `Ref` returns, where one property is it.
    pub(crate) fn reference(&self) -> Option<Id> {
        match self.primary_identifier.as_slice() {
            [path] => self.attribute(path),
            _ => None,
        }
    }

    /// The schema of an attribute or property by its path.
    pub(crate) fn attribute(&self, path: &str) -> Option<Id> {
        path.split('.').try_fold(self.root, |id, name| self.property(id, name))
    }

    fn property(&self, id: Id, name: &str) -> Option<Id> {
        self.schemas[id].iter().find_map(|keyword| match keyword {
            Keyword::Properties(properties) => properties.iter().find(|(it, _)| *it == name).map(|(_, id)| *id),
            Keyword::Ref(id) => self.property(*id, name),
            _ => None,
        })
    }

    /// What a value of a schema certainly is.
    pub(crate) fn kind(&self, id: Id) -> Option<Kind> {
        let types = self.types_of(id)?;
        match types {
            Types::ARRAY => Some(Kind::List),
            _ if types.has(Types::ARRAY) || types.has(Types::OBJECT) => None,
            _ => Some(Kind::Text),
        }
    }
}

impl Handlers {
    fn read(from: &mut Reader) -> Option<Self> {
        let handlers = Self {
            create: from.texts(),
            read: from.texts(),
            update: from.texts(),
            delete: from.texts(),
            list: from.texts(),
        };
        (from.byte() == 1).then_some(handlers)
    }
}

impl Tagging {
    fn read(from: &mut Reader) -> Option<Self> {
        let taggable = from.byte() == 1;
        let tagging = Self {
            on_create: from.byte() == 1,
            system: from.byte() == 1,
            property: from.text(),
            permissions: from.texts(),
        };
        taggable.then_some(tagging)
    }
}

impl Rule {
    fn read(from: &mut Reader) -> Self {
        Self { path: from.texts(), message: from.text(), schema: from.number() }
    }
}
