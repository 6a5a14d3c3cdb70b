//! What a template's values, names and ARNs are in one stack, as far as they are known before it is deployed.

mod arns;
mod cache;
mod generated;
mod looked;
mod names;
mod tags;
mod text;
mod variables;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    ptr,
    rc::Rc,
};

use cache::Cache;
use sparta_schema::iam;

pub(super) use arns::{is_of, is_own};
pub(super) use generated::clean;
pub(crate) use looked::Looked;
pub(super) use looked::{Actions, Named};
pub(super) use text::{UNKNOWN, UNNAMED, is_unknown, plain};

use super::{PermissionsMistake, binding::Target, principals::Principals, values::Leaf};
use crate::{
    cfn::{LogicalId, Resource, Template, Value},
    iam::{ACCOUNT, Arn, REGION},
};

/// What stands for a name that only AWS knows.
pub(super) const ANY: &str = "*";

/// Resolves what is in a template, deployed as one stack.
pub(crate) struct Resolver<'a> {
    looked: Rc<Looked<'a>>,
    /// The stack's name.
    pub(super) stack: String,
    /// What is known of parameters: texts for `Fn::Sub`, with `*` for what is not known.
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    /// The parameters, in the template that the role is in, for the ids that AWS gives resources.
    pub(crate) pins: BTreeMap<LogicalId, LogicalId>,
    /// The resources that are being looked at, each because the one before it refers to it.
    path: RefCell<Vec<&'a LogicalId>>,
    circles: RefCell<BTreeSet<String>>,
    names: Cache<*const Resource, [String]>,
    arns: Cache<(*const Resource, *const iam::Resource), [String]>,
    texts: Cache<*const Resource, [Rc<str>]>,
    attributes: Cache<(*const Resource, String), str>,
    /// The roles that each resource works with.
    pub(super) roles: Cache<*const Resource, Principals>,
    /// What binds an action on one of IAM's types to the stack, by the type that it is taken for, for each ARN.
    pub(super) bonds: Bonds<'a>,
}

type Bonds<'a> = RefCell<HashMap<(*const iam::Action, *const iam::Resource, Option<&'a str>, bool), Vec<Target>>>;

impl<'a> Resolver<'a> {
    /// A template as `stack`, in whatever account and region it is deployed to.
    pub(crate) fn new(looked: &Rc<Looked<'a>>, stack: &str, parameters: BTreeMap<String, String>) -> Self {
        Self {
            looked: Rc::clone(looked),
            stack: stack.to_owned(),
            parameters,
            account: ACCOUNT,
            region: REGION,
            pins: BTreeMap::new(),
            path: RefCell::default(),
            circles: RefCell::default(),
            names: Cache::default(),
            arns: Cache::default(),
            texts: Cache::default(),
            attributes: Cache::default(),
            roles: Cache::default(),
            bonds: RefCell::default(),
        }
    }

    /// The parameter for the id of the resource that a value is: `Ref`, or its attribute `ApiId`.
    pub(super) fn pin(&self, value: &Value) -> Option<String> {
        let name = match value.as_function()? {
            ("Ref", Value::String(name)) => name.as_str(),
            ("Fn::GetAtt", Value::String(path)) => path.strip_suffix(".ApiId")?,
            ("Fn::GetAtt", Value::List(path)) => match &path[..] {
                [Value::String(name), Value::String(attribute)] if attribute == "ApiId" => name.as_str(),
                _ => return None,
            },
            _ => return None,
        };
        let (id, _) = self.resource(name)?;
        self.pins.get(id).map(|parameter| format!("${{{parameter}}}"))
    }

    /// A text with `*` for the ids that parameters are for: that is what they are until the ids are known.
    pub(super) fn unpinned(&self, text: &str) -> String {
        let names = self.pins.values().map(|parameter| format!("${{{parameter}}}"));
        names.fold(text.to_owned(), |text, name| text.replace(&name, ANY))
    }

    /// The ARN of a service's resource in the stack's account and region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let mut arn = Arn::new(service, resource);
        if !arn.region.is_empty() {
            arn.region = self.region;
        }
        if !arn.account.is_empty() {
            arn.account = self.account;
        }
        arn.to_string()
    }

    pub(super) fn template(&self) -> &'a Template {
        self.looked.template
    }

    /// The resource of this logical id.
    pub(super) fn resource(&self, id: &str) -> Option<Named<'a>> {
        self.looked.resource(id)
    }

    /// The template's resources that values refer to.
    pub(super) fn referred<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Vec<Named<'a>> {
        self.looked.referred(values)
    }

    /// Those that a resource's properties refer to.
    pub(super) fn neighbours(&self, resource: &'a Resource) -> Rc<[Named<'a>]> {
        self.looked.neighbours(resource)
    }

    /// The listed actions that a resource with its properties needs.
    pub(super) fn actions(&self, resource: &'a Resource) -> Rc<Actions> {
        self.looked.actions(resource)
    }

    /// All that a resource's properties may come to.
    pub(super) fn leaves(&self, resource: &'a Resource) -> Rc<[Leaf<'a>]> {
        self.looked.leaves(resource)
    }

    /// The [texts](Self::text) of its leaves.
    pub(super) fn texts(&self, resource: &'a Resource) -> Rc<[Rc<str>]> {
        let text = |leaf: &Leaf<'a>| match &leaf.literal {
            Some(literal) if !literal.contains(ANY) => Rc::clone(literal),
            _ => self.text(leaf.value).into(),
        };
        self.texts.get(ptr::from_ref(resource), || self.leaves(resource).iter().map(text).collect())
    }

    /// What a look at a resource finds; `None` where that is part of what is being looked at already.
    ///
    /// CloudFormation refuses resources that refer to each other in a circle.
    pub(super) fn guarded<T>(&self, id: &'a LogicalId, look: impl FnOnce() -> T) -> Option<T> {
        let start = self.path.borrow().iter().position(|earlier| *earlier == id);
        if let Some(start) = start {
            let circle = written(&self.path.borrow()[start..]);
            self.circles.borrow_mut().insert(circle);
            return None;
        }
        self.path.borrow_mut().push(id);
        let found = look();
        self.path.borrow_mut().pop();
        Some(found)
    }

    /// The circles that were met so far.
    pub(super) fn circles(&self) -> Vec<PermissionsMistake> {
        self.circles.borrow().iter().cloned().map(PermissionsMistake::Circle).collect()
    }
}

/// A circle as text, the same wherever it is entered: `` `A` -> `B` -> `A` ``.
fn written(circle: &[&LogicalId]) -> String {
    let first = circle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(position, _)| position);
    let ids = circle.iter().cycle().skip(first).take(circle.len() + 1);
    ids.map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" -> ")
}
