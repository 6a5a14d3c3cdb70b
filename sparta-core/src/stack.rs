//! The template while it is built: its ids, and the hook that changes any resource in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cfn::{Change, LogicalId, LogicalIdError, Output, Parameter, Resource, Template, Value},
    mistake::{Mistake, Subject},
};

/// Resources that the user adds to the template, by logical id, with their conditions and outputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserResources {
    pub(crate) conditions: Vec<(String, Value)>,
    pub(crate) resources: Vec<(String, Resource)>,
    pub(crate) outputs: Vec<(String, Output)>,
    pub(crate) included: Vec<Template>,
    pub(crate) metadata: BTreeMap<String, Value>,
}

/// A template that is being built. What the user has added is in it from the start, under the user's own ids.
#[derive(Debug)]
pub(crate) struct Stack {
    template: Template,
    users: Ids,
    /// The user's ids that Sparta has wanted for something of its own.
    wanted: Ids,
    /// The user's changes, for when everything was added.
    changes: Vec<(LogicalId, Change)>,
    mistakes: Vec<Mistake>,
}

/// Logical ids by what they are of.
type Ids = BTreeMap<&'static str, BTreeSet<LogicalId>>;

const CONDITION: &str = "condition";
const RESOURCE: &str = "resource";
const OUTPUT: &str = "output";

/// What is wrong with a logical id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum IdMistake {
    #[error("the {what} `{id}` has to be called with 1 to 255 letters and digits: rename it")]
    Malformed { what: &'static str, id: String },
    #[error("the {what} `{id}` is called like another one of the template: rename it")]
    Taken { what: &'static str, id: LogicalId },
    #[error(
        "the setting `{variable}` would be the parameter `{parameter}`, and a resource is called that already: rename it"
    )]
    Parameter { variable: String, parameter: String },
}

impl From<IdMistake> for Mistake {
    fn from(problem: IdMistake) -> Self {
        Self::new(Subject::Template, problem)
    }
}

impl UserResources {
    /// All logical ids in the order of their registration, with what they are of.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let conditions = self.conditions.iter().map(|(id, _)| (CONDITION, id.as_str()));
        let resources = self.resources.iter().map(|(id, _)| (RESOURCE, id.as_str()));
        let own = conditions.chain(resources).chain(self.outputs.iter().map(|(id, _)| (OUTPUT, id.as_str())));
        own.chain(self.included.iter().flat_map(included_ids))
    }
}

fn included_ids(template: &Template) -> impl Iterator<Item = (&'static str, &str)> {
    let conditions = template.conditions().keys().map(|id| (CONDITION, id.as_str()));
    let resources = template.resources().keys().map(|id| (RESOURCE, id.as_str()));
    conditions.chain(resources).chain(template.outputs().keys().map(|id| (OUTPUT, id.as_str())))
}

fn named(what: &str, text: &str) -> Result<LogicalId, LogicalIdError> {
    if what == CONDITION { LogicalId::condition(text) } else { LogicalId::new(text) }
}

impl Stack {
    /// A stack with the user's resources. The first one of an id stays.
    pub(crate) fn new(description: &str, user: &UserResources) -> Self {
        let mut template = Template::new(description);
        let mut users = Ids::new();
        let mut reserve =
            |what, id: &str| named(what, id).ok().filter(|id| users.entry(what).or_default().insert(id.clone()));
        for (id, condition) in &user.conditions {
            reserve(CONDITION, id).map(|id| template.condition(id, condition.clone()));
        }
        for (id, resource) in &user.resources {
            reserve(RESOURCE, id).map(|id| template.resource(id, resource.clone()));
        }
        for (id, output) in &user.outputs {
            reserve(OUTPUT, id).map(|id| template.output(id, output.clone()));
        }
        for (name, value) in &user.metadata {
            template.metadata(name, value.clone());
        }
        for included in &user.included {
            included_ids(included).for_each(|(what, id)| _ = reserve(what, id));
            template.include(included.clone());
        }
        Self { template, users, wanted: Ids::new(), changes: Vec::new(), mistakes: Vec::new() }
    }

    /// Adds a parameter.
    pub(crate) fn parameter(&mut self, id: LogicalId, parameter: Parameter) {
        self.template.parameter(id, parameter);
    }

    /// Adds a condition.
    pub(crate) fn condition(&mut self, id: LogicalId, condition: Value) {
        if self.is_free(CONDITION, &id) {
            self.template.condition(id, condition);
        }
    }

    /// Adds an output; two of one name with different values are a mistake.
    pub(crate) fn output(&mut self, id: LogicalId, output: Output) {
        if self.is_free(OUTPUT, &id) {
            self.template.output(id, output);
        }
    }

    /// Adds an output in place of what Sparta had under this name.
    pub(crate) fn put_output(&mut self, id: LogicalId, output: Output) {
        if self.is_free(OUTPUT, &id) {
            self.template.put_output(id, output);
        }
    }

    /// Adds a resource; two different ones of one name are a mistake.
    pub(crate) fn resource(&mut self, id: LogicalId, resource: Resource) {
        if self.is_free(RESOURCE, &id) {
            self.template.resource(id, resource);
        }
    }

    /// Adds a resource, numbered where Sparta has one of this name already, and gives its id.
    pub(crate) fn numbered(&mut self, first: &LogicalId, resource: Resource) -> LogicalId {
        let numbered = |n: usize| match n {
            1 => first.clone(),
            // An id is cut at 255 characters, which must not take the number off.
            n => LogicalId::of_words([&first.as_str()[..first.as_str().len().min(240)], &n.to_string()]),
        };
        let taken = |n: usize| {
            let id = numbered(n);
            self.template.resources().contains_key(&id) && !self.is_users(RESOURCE, &id)
        };
        // Numbers are taken from 1 on, so that the first free one is found without trying each.
        let mut free = 1;
        while taken(free) {
            free *= 2;
        }
        let mut below = free / 2;
        while free - below > 1 {
            let middle = below.midpoint(free);
            if taken(middle) { below = middle } else { free = middle }
        }
        let id = numbered(free);
        self.resource(id.clone(), resource);
        id
    }

    /// Adds a resource that several parts of the App share, once.
    pub(crate) fn share(&mut self, id: LogicalId, resource: impl FnOnce() -> Resource) -> LogicalId {
        if self.is_free(RESOURCE, &id) && !self.template.resources().contains_key(&id) {
            self.template.resource(id.clone(), resource());
        }
        id
    }

    /// Changes a resource, the user's or Sparta's own; `false` where there is none. The id may stand for a resource of the
    /// user's: `LogicalId::from(&resource)`.
    #[must_use]
    pub(crate) fn change(&mut self, id: &LogicalId, change: impl FnOnce(Resource) -> Resource) -> bool {
        self.template.change(id, change)
    }

    /// Remembers a change of the user's for when everything was added.
    pub(crate) fn customize(&mut self, id: LogicalId, change: Change) {
        self.changes.push((id, change));
    }

    /// Makes the changes that were remembered, in the order in which they were.
    pub(crate) fn make_changes(&mut self) {
        for (id, change) in std::mem::take(&mut self.changes) {
            self.template.change(&id, |resource| change.apply(resource));
        }
    }

    /// Changes all resources of a type.
    pub(crate) fn change_all(&mut self, resource_type: &str, change: impl Fn(Resource) -> Resource) {
        let resources =
            self.template.resources().iter().filter(|(_, resource)| resource.resource_type() == resource_type);
        for id in resources.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.template.change(&id, &change);
        }
    }

    /// A value with logical ids where it refers to resources.
    pub(crate) fn resolve(&mut self, value: Value) -> Value {
        self.template.resolve(value)
    }

    /// Remembers a mistake for the report.
    pub(crate) fn report(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// The template as it stands.
    pub(crate) fn template(&self) -> &Template {
        &self.template
    }

    /// The template as it stands, for the user's changes of it.
    pub(crate) fn template_mut(&mut self) -> &mut Template {
        &mut self.template
    }

    /// The template, complete.
    pub(crate) fn into_template(self) -> Template {
        self.template
    }

    /// What is wrong with the user's ids, and what was reported.
    pub(crate) fn check(&self, user: &UserResources) -> Vec<Mistake> {
        let mut seen = BTreeSet::new();
        let ids = user.ids().filter_map(|(what, text)| match named(what, text) {
            Err(_) => Some(IdMistake::Malformed { what, id: text.to_owned() }),
            Ok(id) => {
                let is_wanted = self.wanted.get(what).is_some_and(|wanted| wanted.contains(&id));
                let is_first = seen.insert((what, id.clone()));
                (is_wanted || !is_first).then_some(IdMistake::Taken { what, id })
            }
        });
        let ids: Vec<Mistake> = ids.map(Mistake::from).collect();
        [ids, self.mistakes.clone()].concat()
    }

    fn is_users(&self, what: &str, id: &LogicalId) -> bool {
        self.users.get(what).is_some_and(|ids| ids.contains(id))
    }

    /// Whether Sparta can have the id, which is not the user's.
    fn is_free(&mut self, what: &'static str, id: &LogicalId) -> bool {
        let is_users = self.is_users(what, id);
        if is_users {
            self.wanted.entry(what).or_default().insert(id.clone());
        }
        !is_users
    }
}
