//! AWS as far as a deployment sees it: stacks, change sets, objects, functions, secrets and connections that change when they are told to.

mod answers;
pub(super) mod fault;
pub(super) mod server;
mod services;
mod stacks;

use std::collections::{BTreeMap, VecDeque};

use super::STACK;

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const BUCKET: &str = "ours";

/// One account in one region.
#[derive(Clone, Default)]
pub(super) struct World {
    /// Every stack that ever was, the one that has its name now last.
    pub stacks: Vec<Stack>,
    /// Base64 of the SHA-256 of each object.
    pub objects: BTreeMap<String, String>,
    /// The secrets with their versions, the current one last.
    pub secrets: BTreeMap<String, Vec<(String, String)>>,
    pub functions: BTreeMap<String, Function>,
    /// Looks at a connection until somebody has authorised it.
    pending: usize,
    /// Executions of pipelines that were started.
    pub started: usize,
    /// What operations come to: the resources cannot be made.
    pub broken: bool,
    /// Looks at a stack that still show what it was before an operation.
    pub lateness: usize,
    /// Answers about events that leave out what happened lately.
    pub eventless: usize,
    ids: usize,
}

#[derive(Clone, Default)]
pub(super) struct Stack {
    pub name: String,
    pub id: String,
    pub status: String,
    pub wanted: Wanted,
    pub policy: Option<String>,
    pub change_sets: Vec<ChangeSet>,
    pub events: Vec<Event>,
    /// What is still to come, a step at each look.
    steps: VecDeque<Step>,
    /// The change set that it was changed by last.
    change_set: Option<String>,
}

/// What a stack is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub template: String,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone)]
pub(super) struct ChangeSet {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub reason: &'static str,
    pub execution: &'static str,
    wanted: Wanted,
}

#[derive(Clone)]
pub(super) struct Event {
    id: usize,
    logical_id: String,
    kind: &'static str,
    status: &'static str,
    reason: &'static str,
}

/// A status that a stack comes to, and what happens with it.
#[derive(Clone)]
enum Step {
    /// Nothing is to be seen yet.
    Late,
    Status(&'static str),
    Resource(&'static str, &'static str),
    /// The stack is what the change set says, and its functions run the code.
    Become(Wanted),
    /// The execution of its change set is over.
    Executed(&'static str),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Function {
    pub sha256: String,
    /// Looks during which it is being updated.
    pub busy: usize,
}

impl World {
    /// The same with a connection that so many looks find unauthorised.
    pub(super) fn pending(mut self, looks: usize) -> Self {
        self.pending = looks;
        self
    }

    fn id(&mut self) -> usize {
        self.ids += 1;
        self.ids
    }

    /// The stack that has this name now, or that ever had this ARN.
    pub(super) fn stack(&self, name: &str) -> Option<&Stack> {
        self.stacks.iter().rev().find(|stack| stack.is(name))
    }

    /// Everything that is under way comes to its end, and nothing is late any more.
    pub(super) fn settle(&mut self) {
        for index in 0..self.stacks.len() {
            while !self.stacks[index].steps.is_empty() {
                self.step(index);
            }
        }
        self.functions.values_mut().for_each(|function| function.busy = 0);
        (self.lateness, self.eventless) = (0, 0);
    }

    /// The next thing that happens to a stack.
    fn step(&mut self, index: usize) {
        let id = self.id();
        let Some(step) = self.stacks[index].steps.pop_front() else { return };
        let stack = &mut self.stacks[index];
        match step {
            Step::Late => {}
            Step::Status(status) => {
                status.clone_into(&mut stack.status);
                let logical_id = stack.name.clone();
                stack.events.push(Event { id, logical_id, kind: STACK, status, reason: "" });
            }
            Step::Resource(status, reason) => {
                let logical_id = "Fn".to_owned();
                stack.events.push(Event { id, logical_id, kind: super::FUNCTION, status, reason });
            }
            Step::Become(wanted) => {
                stack.wanted = wanted;
                let key = stack.wanted.parameters.get("CodeKey").map(|key| format!("{BUCKET}/{key}"));
                let code = key.and_then(|key| self.objects.get(&key)).cloned();
                let name = format!("{}-Fn", stack.name);
                if let Some(sha256) = code {
                    self.functions.insert(name, Function { sha256, busy: 0 });
                }
            }
            Step::Executed(execution) => {
                let id = stack.change_set.clone();
                let executed = stack.change_sets.iter_mut().filter(|set| Some(&set.id) == id.as_ref());
                executed.for_each(|set| set.execution = execution);
            }
        }
    }
}

impl Stack {
    fn is(&self, name: &str) -> bool {
        self.id == name || self.name == name && self.status != "DELETE_COMPLETE"
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.steps.is_empty()
    }
}
