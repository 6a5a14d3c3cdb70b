//! What resources are called in their ARNs, and what `Ref` gives of them.

use std::{ptr, rc::Rc};

use super::{ANY, Resolver, generated::Naming};
use crate::{
    cfn::{LogicalId, Resource},
    permissions::values::{alternatives, is_optional},
};

impl<'a> Resolver<'a> {
    /// What a resource may be called, as it is at the end of its ARN: more than one name where a condition decides.
    pub(in crate::permissions) fn names(&self, id: &'a LogicalId, resource: &'a Resource) -> Rc<[String]> {
        self.names.get(ptr::from_ref(resource), || {
            let naming = Naming::of(resource.resource_type());
            let names = naming.and_then(|naming| self.guarded(id, || self.names_by(naming, id, resource)));
            names.unwrap_or_else(|| vec![ANY.to_owned()]).into()
        })
    }

    fn names_by(&self, naming: &Naming, id: &LogicalId, resource: &'a Resource) -> Vec<String> {
        let name = resource.properties().get(naming.property);
        let mut names: Vec<String> = alternatives(name).into_iter().map(|name| naming.set(&self.text(name))).collect();
        if is_optional(name) {
            names.push(naming.generated(&self.stack, id));
        }
        let path = resource.properties().get("Path").filter(|_| resource.resource_type().starts_with("AWS::IAM::"));
        let mut paths: Vec<String> = alternatives(path).into_iter().map(|path| self.text(path)).collect();
        if is_optional(path) {
            paths.push("/".to_owned());
        }
        let paths = paths.iter().map(|path| path.trim_start_matches('/'));
        paths.flat_map(|path| names.iter().map(move |name| format!("{path}{name}"))).collect()
    }

    /// The property that names a resource whose name is known only when it is deployed.
    pub(in crate::permissions) fn unknown_name(
        &self,
        id: &'a LogicalId,
        resource: &'a Resource,
    ) -> Option<&'static str> {
        let naming = Naming::of(resource.resource_type())?;
        let is_set = [naming.property, "Path"].iter().any(|property| resource.properties().contains_key(*property));
        (is_set && self.names(id, resource).iter().any(|name| name.starts_with(ANY))).then_some(naming.property)
    }

    /// What `Ref` gives of a resource, where it is one thing.
    pub(super) fn reference_to(&self, id: &'a LogicalId, resource: &'a Resource) -> String {
        let found = match Naming::of(resource.resource_type()) {
            Some(naming) if !naming.refers_by_arn => self.names(id, resource).to_vec(),
            Some(_) => self.own_arns(id, resource),
            None => Vec::new(),
        };
        <[String; 1]>::try_from(found).map_or_else(|_| ANY.to_owned(), |[one]| one)
    }
}
