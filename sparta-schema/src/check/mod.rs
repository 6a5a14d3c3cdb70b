//! The check of one resource's properties against its type.

mod beside;
mod code;
mod combination;
mod domain;
mod limits;
mod list;
mod map;
mod scalar;
mod stages;
mod table;
mod tags;
mod unknown;
mod whole;

use std::collections::HashSet;

use crate::dynamic::is_dynamic;
use crate::fault::{Fault, FaultKind};
use crate::names::nearest;
use crate::node::{Entry, Node, Unknown, Value};
use crate::resource_type::ResourceType;
use crate::schema::{Id, Keyword, Types};
use limits::Limits;

/// All mistakes in a resource's properties, sorted by their places.
///
/// What is unknown is taken for right, as is any text with a dynamic reference (`{{resolve:...}}`) that is not misspelt.
///
/// # Example
///
/// ```
/// use sparta_schema::{Entry, Node, Value, check, resource_type};
///
/// let status = Entry::new(3, "Stauts", Node::text(4, "Enabled"));
/// let versioning = Entry::new(1, "VersioningConfiguration", Node::new(2, Value::Map(vec![status])));
/// let faults = check(resource_type("AWS::S3::Bucket").unwrap(), &Node::new(0, Value::Map(vec![versioning])));
/// assert_eq!(faults[0].place, 2);
/// assert_eq!(faults[0].message, "missing property `Status` of `VersioningConfiguration`");
/// assert_eq!(faults[1].place, 3);
/// assert_eq!(
///     faults[1].message,
///     "unknown property `Stauts` of `VersioningConfiguration`; did you mean `Status`?"
/// );
/// ```
pub fn check(resource_type: &ResourceType, properties: &Node) -> Vec<Fault> {
    let mut faults = findings(resource_type, properties);
    faults.retain(|fault| !fault.kind.is_warning());
    faults
}

/// What CloudFormation takes in a resource's properties although it is hardly meant, sorted by places: an IAM action that
/// is not known.
///
/// # Example
///
/// ```
/// use sparta_schema::{Entry, Node, Value, resource_type, warnings};
///
/// let map = |entries: Vec<(&str, Node)>| {
///     Node::new(0, Value::Map(entries.into_iter().map(|(key, value)| Entry::new(0, key, value)).collect()))
/// };
/// let statement = map(vec![
///     ("Effect", Node::text(1, "Allow")),
///     ("Action", Node::text(2, "s3:GetObjekt")),
///     ("Resource", Node::text(3, "*")),
/// ]);
/// let policy = map(vec![("PolicyDocument", map(vec![("Statement", statement)]))]);
/// let warnings = warnings(resource_type("AWS::IAM::ManagedPolicy").unwrap(), &policy);
/// assert_eq!(warnings[0].message, "`s3:GetObjekt` is no IAM action that is known; did you mean `s3:GetObject`?");
/// ```
pub fn warnings(resource_type: &ResourceType, properties: &Node) -> Vec<Fault> {
    let mut faults = findings(resource_type, properties);
    faults.retain(|fault| fault.kind.is_warning());
    faults
}

/// Mistakes and warnings, which their [`kind`](FaultKind::is_warning) tells apart, sorted by places.
#[inline(never)]
pub fn findings(resource_type: &ResourceType, properties: &Node) -> Vec<Fault> {
    if cfg!(sparta_serving) {
        return Vec::new();
    }
    let mut faults = faults_of(resource_type, properties);
    let misspelt: HashSet<String> =
        faults.iter().filter(|it| it.kind == FaultKind::Enum).map(|it| it.path.clone()).collect();
    if !misspelt.is_empty() {
        // What else is missing or excluded depends on a value that was meant otherwise.
        let left_open = left_open(properties, "", &misspelt);
        let others = faults_of(resource_type, &left_open).into_iter().map(|it| (it.path, it.kind));
        let others: HashSet<(String, FaultKind)> = others.collect();
        faults.retain(|it| it.kind == FaultKind::Enum || others.contains(&(it.path.clone(), it.kind)));
    }
    faults
}

/// The properties with something unknown at some of their paths.
fn left_open(node: &Node, path: &str, paths: &HashSet<String>) -> Node {
    let value = match &node.value {
        Value::Map(entries) => {
            let entry = |it: &Entry| {
                let below = if path.is_empty() { it.key.clone() } else { format!("{path}.{}", it.key) };
                Entry { value: left_open(&it.value, &below, paths), ..it.clone() }
            };
            Value::Map(entries.iter().map(entry).collect())
        }
        Value::List(items) => {
            let item = |(index, it)| left_open(it, &format!("{path}[{index}]"), paths);
            Value::List(items.iter().enumerate().map(item).collect())
        }
        Value::Choice(branches) => Value::Choice(branches.iter().map(|it| left_open(it, path, paths)).collect()),
        _ if paths.contains(path) => Value::Unknown(Unknown::default()),
        value => value.clone(),
    };
    Node { place: node.place, value }
}

fn faults_of(resource_type: &ResourceType, properties: &Node) -> Vec<Fault> {
    let limits = Limits::of(properties);
    let mut checker = Checker::new(resource_type, &limits);
    checker.schema(resource_type.root, properties);
    checker.whole(properties);
    checker.code(properties);
    checker.tags(properties);
    let mut faults = checker.faults;
    faults.sort_by_key(|fault| fault.place);
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    faults
}

/// What is found while a value is compared with a schema.
struct Checker<'a> {
    resource_type: &'a ResourceType,
    /// The names and positions that lead to the value.
    path: String,
    faults: Vec<Fault>,
    /// Whether something was unknown that the result depends on.
    unsure: bool,
    /// Whether this is one of several possibilities, whose mistakes are none yet.
    tentative: bool,
    /// How many more values are compared with a schema, and how many more times a name that was meant is looked for.
    left: &'a Limits,
}

/// Whether a value is what a schema describes.
enum Verdict {
    Yes,
    No(Vec<Fault>),
    Unsure,
}

impl<'a> Checker<'a> {
    fn new(resource_type: &'a ResourceType, left: &'a Limits) -> Self {
        Self { resource_type, path: String::new(), faults: Vec::new(), unsure: false, tentative: false, left }
    }

    /// The end of a message that says what was probably meant; a possibility that is not taken has no message.
    fn hint<'n>(&self, name: &str, among: impl IntoIterator<Item = &'n str>) -> String {
        if !self.left.hint() {
            return String::new();
        }
        nearest(name, among).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
    }

    fn schema(&mut self, id: Id, node: &Node) {
        let resource_type = self.resource_type;
        let keywords = &resource_type.schemas[id];
        if !self.left.step() {
            self.unsure = true;
            return;
        }
        match &node.value {
            Value::Absent => {}
            Value::Choice(branches) => self.choice(id, branches),
            Value::Unknown(unknown) => self.unknown(id, *unknown, node),
            Value::String(text) if is_dynamic(text) => self.unsure |= !keywords.is_empty(),
            _ => {
                for keyword in keywords {
                    let wrong_type = !self.keyword(keyword, keywords, node);
                    if wrong_type {
                        break;
                    }
                }
            }
        }
    }

    /// Whether the schema's other keywords are worth a look.
    fn keyword(&mut self, keyword: &'a Keyword, beside: &'a [Keyword], node: &Node) -> bool {
        match keyword {
            Keyword::Never => self.fault(node.place, FaultKind::Form, format!("{} cannot be set here", self.name())),
            Keyword::Type(types) => return self.has_type(*types, node),
            Keyword::Ref(id) => self.schema(*id, node),
            Keyword::AllOf(all) => all.iter().for_each(|id| self.schema(*id, node)),
            Keyword::AnyOf(any) => self.any_of(any, node),
            Keyword::OneOf(one) => self.one_of(one, node),
            Keyword::Not(id) => self.not(*id, node),
            Keyword::If { condition, then, otherwise } => self.condition(*condition, *then, *otherwise, node),
            _ => match &node.value {
                Value::Map(entries) => match keyword {
                    Keyword::AdditionalProperties(id) => self.additional_properties(*id, beside, entries),
                    _ => self.map_keyword(keyword, entries, node.place),
                },
                Value::List(items) => self.list_keyword(keyword, items, node.place),
                _ => self.scalar_keyword(keyword, node),
            },
        }
        true
    }

    fn has_type(&mut self, types: Types, node: &Node) -> bool {
        let fits = match &node.value {
            // it is no type's value, which is said once for the whole
            Value::Null => {
                if self.tentative {
                    self.fault(node.place, FaultKind::Type, "`null` is no value".to_owned());
                }
                return false;
            }
            value => scalar::fits(types, value),
        };
        if !fits {
            let message =
                format!("{} must be {}, not {}", self.name(), scalar::expected(types), scalar::found(&node.value));
            self.fault(node.place, FaultKind::Type, message);
        }
        fits
    }

    // each branch may be the one that is taken; where mistakes are none yet, one that is right leaves the whole open
    fn choice(&mut self, id: Id, branches: &[Node]) {
        if !self.tentative {
            branches.iter().for_each(|branch| self.schema(id, branch));
            return;
        }
        let verdicts: Vec<_> = branches.iter().map(|branch| self.verdict(id, branch)).collect();
        if verdicts.iter().all(|it| matches!(it, Verdict::No(_))) {
            self.faults.extend(verdicts.into_iter().flat_map(Verdict::faults));
        } else {
            self.unsure |= !verdicts.iter().all(|it| matches!(it, Verdict::Yes));
        }
    }

    /// The faults that a check would find, which are none yet, and whether it is unsure.
    fn attempt(&mut self, check: impl FnOnce(&mut Self)) -> (Vec<Fault>, bool) {
        let faults = std::mem::take(&mut self.faults);
        let (unsure, tentative) = (self.unsure, self.tentative);
        (self.unsure, self.tentative) = (false, true);
        check(self);
        let found = (std::mem::replace(&mut self.faults, faults), self.unsure);
        (self.unsure, self.tentative) = (unsure, tentative);
        found
    }

    fn verdict(&mut self, id: Id, node: &Node) -> Verdict {
        match self.attempt(|it| it.schema(id, node)) {
            (faults, _) if !faults.is_empty() => Verdict::No(faults),
            (_, true) => Verdict::Unsure,
            (_, false) => Verdict::Yes,
        }
    }

    fn fault(&mut self, place: usize, kind: FaultKind, message: String) {
        // a possibility is not excluded by what is no mistake
        if self.tentative && kind.is_warning() {
            return;
        }
        self.faults.push(Fault { place, path: self.path.clone(), kind, message });
    }

    /// Goes to a map's key and comes back.
    fn at_key(&mut self, key: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        then(self);
        self.path.truncate(length);
    }

    /// Goes to a list's item and comes back.
    fn at_item(&mut self, index: usize, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        then(self);
        self.path.truncate(length);
    }

    /// What the value is called in a message.
    fn name(&self) -> String {
        match self.path.rsplit('.').next() {
            None | Some("") => self.resource_type.name().to_owned(),
            Some(name) => format!("`{name}`"),
        }
    }
}

impl Verdict {
    fn faults(self) -> Vec<Fault> {
        match self {
            Self::No(faults) => faults,
            Self::Yes | Self::Unsure => Vec::new(),
        }
    }
}
