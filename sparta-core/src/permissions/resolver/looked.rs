//! What is in a template whatever stack it is deployed as.

use std::{collections::BTreeSet, ptr, rc::Rc};

use sparta_schema::iam;

use super::{arns::is_own, cache::Cache};
use crate::{
    cfn::{LogicalId, Resource, Template, Value},
    permissions::{
        actions::{Listed, listed, names, needed},
        values::{Leaf, leaves},
    },
};

/// A resource of a template with its logical id.
pub(in crate::permissions) type Named<'a> = (&'a LogicalId, &'a Resource);

/// What the handlers of a type list, or what of it a resource needs; `None` of a type without known handlers.
pub(in crate::permissions) type Actions = Option<Vec<Rc<Listed>>>;

/// A template, with what was found in its resources already.
pub(crate) struct Looked<'a> {
    pub(super) template: &'a Template,
    leaves: Cache<*const Resource, [Leaf<'a>]>,
    neighbours: Cache<*const Resource, [Named<'a>]>,
    own_types: Cache<&'a str, [&'static iam::Resource]>,
    listed: Cache<&'a str, Actions>,
    needed: Cache<(&'a str, Vec<&'a str>), Actions>,
    actions: Cache<*const Resource, Actions>,
}

impl<'a> Looked<'a> {
    pub(crate) fn new(template: &'a Template) -> Self {
        Self {
            template,
            leaves: Cache::default(),
            neighbours: Cache::default(),
            own_types: Cache::default(),
            listed: Cache::default(),
            needed: Cache::default(),
            actions: Cache::default(),
        }
    }

    /// The resource of this logical id.
    pub(super) fn resource(&self, id: &str) -> Option<Named<'a>> {
        self.template.resources().get_key_value(id)
    }

    /// The template's resources that values refer to.
    pub(super) fn referred<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Vec<Named<'a>> {
        let mut names = BTreeSet::new();
        values.into_iter().for_each(|value| value.references(&mut names));
        names.into_iter().filter_map(|name| self.resource(name)).collect()
    }

    /// All that a resource's properties may come to.
    pub(super) fn leaves(&self, resource: &'a Resource) -> Rc<[Leaf<'a>]> {
        self.leaves.get(ptr::from_ref(resource), || leaves(resource, &|value| self.referred([value])).into())
    }

    /// The template's resources that a resource's properties refer to.
    pub(super) fn neighbours(&self, resource: &'a Resource) -> Rc<[Named<'a>]> {
        self.neighbours.get(ptr::from_ref(resource), || self.referred(resource.properties().values()).into())
    }

    /// What IAM calls a type's resources.
    pub(super) fn own_types(&self, kind: &'a str) -> Rc<[&'static iam::Resource]> {
        self.own_types.get(kind, || {
            let handlers = sparta_schema::resource_type(kind).and_then(|kind| kind.handlers());
            let actions = handlers.into_iter().flat_map(|it| it.create.iter().chain(&it.delete));
            let mut services = actions.filter_map(|action| Some(action.split_once(':')?.0)).collect::<Vec<_>>();
            services.dedup();
            let resources = services.iter().filter_map(|service| iam::service(service)).flat_map(|it| it.resources());
            resources.filter(|it| is_own(kind, it.name)).collect()
        })
    }

    /// The listed actions that a resource with its properties needs.
    pub(super) fn actions(&self, resource: &'a Resource) -> Rc<Actions> {
        self.actions.get(ptr::from_ref(resource), || {
            let (kind, names) = (resource.resource_type(), names(resource));
            let look = || Rc::new(self.listed(kind).as_ref().as_ref().map(|listed| needed(&names, listed)));
            self.needed.get((kind, names.clone()), look)
        })
    }

    fn listed(&self, kind: &'a str) -> Rc<Actions> {
        self.listed.get(kind, || {
            let actions = listed(kind).map(|it| it.into_iter().map(|action| Rc::new(Listed::of(kind, action))));
            Rc::new(actions.map(Iterator::collect))
        })
    }
}
