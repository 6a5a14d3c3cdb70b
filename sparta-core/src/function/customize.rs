//! The user's changes of a function's resources, and of those that its triggers add.

use std::{collections::BTreeSet, sync::Arc};

use super::{DocumentedRoute, Function, FunctionSpec, Scope, Trigger};
use crate::{
    Streams,
    cfn::{Change, LogicalId, Resource},
    construct::{Construct, FunctionHandle},
    mistake::Problem,
    stack::Stack,
};

/// Something to customize that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum CustomizeMistake {
    #[error("it has no `{part}` to customize: it has {parts}")]
    OfFunction { part: &'static str, parts: String },
    #[error("its trigger `{trigger}` has no `{part}` to customize: it has {parts}")]
    OfTrigger { trigger: String, part: &'static str, parts: String },
    #[error(
        "its trigger `{trigger}` has no resource of its own: name what is customized, `.customize_part(...)`: {parts}"
    )]
    NoMain { trigger: String, parts: String },
}

impl Function {
    /// Changes the function's resource, after everything else was set.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Error, Function, Request, service_fn};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")))
    ///     .customize(|function| function.property("RecursiveLoop", "Terminate"))
    ///     .customize_part("Logs", |group| group.retain());
    /// ```
    pub fn customize(self, change: impl Fn(Resource) -> Resource + Send + Sync + 'static) -> Self {
        self.customize_part("Function", change)
    }

    /// Changes one of the resources that belong to the function, by its role: `Role`, `Logs`. The logical id of each is the
    /// function's name and the role.
    pub fn customize_part(
        mut self,
        role: &'static str,
        change: impl Fn(Resource) -> Resource + Send + Sync + 'static,
    ) -> Self {
        if !cfg!(sparta_serving) {
            self.spec.changes.push((role, Change::new(change)));
        }
        self
    }
}

impl FunctionSpec {
    /// What is in the template before the function, where that matters.
    pub(super) fn before_changes(&self, stack: &Stack) -> BTreeSet<LogicalId> {
        if self.changes.is_empty() { BTreeSet::new() } else { stack.template().resources().keys().cloned().collect() }
    }

    /// Leaves the user's changes to the stack, for when everything was added; `before` is what was there before the function.
    pub(super) fn customize(&self, before: &BTreeSet<LogicalId>, stack: &mut Stack) {
        for (role, change) in self.changes.iter() {
            let id = self.logical_id(role);
            let added: Vec<_> = stack.template().resources().keys().filter(|id| !before.contains(*id)).collect();
            if added.contains(&&id) {
                stack.customize(id, change.clone());
                continue;
            }
            let prefix = self.logical_id("");
            let parts = added.iter().filter_map(|id| id.as_str().strip_prefix(prefix.as_str()));
            let mistake = CustomizeMistake::OfFunction { part: role, parts: listed(parts) };
            stack.report(self.mistake(mistake));
        }
    }
}

/// What every [`Trigger`] can do: change the resources that it adds.
pub trait TriggerExt: Trigger + Sized {
    /// Changes the trigger's own resource, after everything else was set: a route, a schedule, the mapping of a queue. It is the
    /// first that the trigger adds for itself.
    ///
    /// It comes last, since what it returns has none of the trigger's options.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    /// use sparta_core::trigger::{HttpApi, Schedule, TriggerExt};
    ///
    /// let paused = Schedule::rate(Duration::from_secs(300)).customize(|schedule| schedule.property("State", "DISABLED"));
    /// let hello = HttpApi::get("/hello")
    ///     .customize(|route| route.property("OperationName", "hello"))
    ///     .customize_part("HttpApi", |api| api.property("Description", "Greetings"));
    /// ```
    fn customize(self, change: impl Fn(Resource) -> Resource + Send + Sync + 'static) -> Customized<Self> {
        Customized::new(self, None, change)
    }

    /// Changes another of the trigger's resources, by its role: the end of its logical id, without the function's name. What
    /// triggers share, such as the `HttpApi` of all routes, is changed for all of them.
    fn customize_part(
        self,
        role: &'static str,
        change: impl Fn(Resource) -> Resource + Send + Sync + 'static,
    ) -> Customized<Self> {
        Customized::new(self, Some(role), change)
    }
}

impl<T: Trigger> TriggerExt for T {}

/// A trigger with a change of one of its resources, which [`TriggerExt`] makes.
#[derive(Clone, Debug)]
#[must_use]
pub struct Customized<T> {
    trigger: T,
    role: Option<&'static str>,
    change: Option<Change>,
}

impl<T: Trigger> Customized<T> {
    fn new(
        trigger: T,
        role: Option<&'static str>,
        change: impl Fn(Resource) -> Resource + Send + Sync + 'static,
    ) -> Self {
        let change = if cfg!(sparta_serving) { None } else { Some(Change::new(change)) };
        Self { trigger, role, change }
    }

    /// The resource that is meant, among those that the trigger has added.
    fn part(&self, parts: &[Part]) -> Result<LogicalId, CustomizeMistake> {
        let is_meant = |part: &&Part| self.role.map_or(part.is_own, |role| part.role == role);
        if let Some(part) = parts.iter().find(is_meant) {
            return Ok(part.id.clone());
        }
        let trigger = self.trigger.describe();
        let parts = listed(parts.iter().map(|part| part.role.as_str()));
        Err(match self.role {
            Some(part) => CustomizeMistake::OfTrigger { trigger, part, parts },
            None => CustomizeMistake::NoMain { trigger, parts },
        })
    }
}

/// A resource that a trigger has added or shares.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) role: String,
    pub(super) id: LogicalId,
    /// Whether the trigger has it for itself.
    pub(super) is_own: bool,
}

#[deny(clippy::missing_trait_methods, reason = "what is not passed on is lost")]
impl<T: Trigger> Trigger for Customized<T> {
    fn describe(&self) -> String {
        self.trigger.describe()
    }

    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        self.trigger.check(function)
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        self.trigger.warnings(function)
    }

    fn unique_key(&self, function: &FunctionSpec) -> Option<String> {
        self.trigger.unique_key(function)
    }

    fn streams(&self) -> Streams {
        self.trigger.streams()
    }

    fn documented(&self) -> Vec<DocumentedRoute> {
        self.trigger.documented()
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        self.trigger.constructs()
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        self.trigger.functions()
    }

    fn reads_batch_responses(&self) -> bool {
        self.trigger.reads_batch_responses()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let before = scope.parts.len();
        self.trigger.synthesize(scope);
        match self.part(&scope.parts[before..]) {
            Ok(id) => self.change.iter().for_each(|change| scope.stack.customize(id.clone(), change.clone())),
            Err(mistake) => scope.stack.report(scope.function.mistake(mistake)),
        }
    }
}

/// Names for a message.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
