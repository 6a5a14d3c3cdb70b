//! CloudFormation's part of the world.

use super::{ACCOUNT, ChangeSet, Stack, Step, Wanted, World, answers};
use crate::deploy::tests::script::Answer;

/// A request's form fields.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn of(body: &str) -> Self {
        let text = |encoded: &str| {
            let spaced = encoded.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        Self(body.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (text(k), text(v))).collect())
    }

    pub(super) fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    fn pairs(&self, list: &str, [key, value]: [&str; 2]) -> std::collections::BTreeMap<String, String> {
        let keys = (1..).map(|n| format!("{list}.member.{n}."));
        let pairs = keys.map(|at| (self.get(&format!("{at}{key}")), self.get(&format!("{at}{value}"))));
        pairs.take_while(|(key, _)| !key.is_empty()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }
}

fn invalid(message: &str) -> Answer {
    Answer::error(400, "ValidationError", message)
}

fn missing(name: &str) -> Answer {
    invalid(&format!("Stack with id {name} does not exist"))
}

impl World {
    pub(super) fn cloudformation(&mut self, form: &Form) -> Answer {
        let name = form.get("StackName");
        let call = form.get("Action");
        if call == "CreateChangeSet" {
            return self.create_change_set(form);
        }
        let Some(index) = self.stacks.iter().rposition(|stack| stack.is(name)) else { return missing(name) };
        let set = form.get("ChangeSetName");
        match call {
            "DescribeStacks" => {
                self.step(index);
                answers::stack(&self.stacks[index])
            }
            "DescribeStackEvents" => {
                let hidden = self.eventless.min(1) * 3;
                self.eventless = self.eventless.saturating_sub(1);
                answers::events(&self.stacks[index], hidden)
            }
            "ListStackResources" => answers::resources(&self.stacks[index]),
            "GetTemplate" => answers::template(&self.stacks[index]),
            "GetStackPolicy" => answers::policy(&self.stacks[index]),
            "SetStackPolicy" => {
                self.stacks[index].policy = Some(form.get("StackPolicyBody").to_owned());
                Answer::result(call, "")
            }
            "DescribeChangeSet" => self.stacks[index].describe(set),
            "DeleteChangeSet" => {
                self.stacks[index].change_sets.retain(|it| it.name != set && it.id != set);
                Answer::result(call, "")
            }
            "ListChangeSets" => answers::change_sets(&self.stacks[index]),
            "ExecuteChangeSet" => self.execute(index, set),
            "DeleteStack" => self.delete(index),
            "ContinueUpdateRollback" => self.continue_rollback(index),
            other => invalid(&format!("{other} is not in this world")),
        }
    }

    fn create_change_set(&mut self, form: &Form) -> Answer {
        let (name, set) = (form.get("StackName"), form.get("ChangeSetName"));
        let create = form.get("ChangeSetType") == "CREATE";
        let wanted = Wanted {
            template: form.get("TemplateBody").to_owned(),
            parameters: form.pairs("Parameters", ["ParameterKey", "ParameterValue"]),
            tags: form.pairs("Tags", ["Key", "Value"]),
        };
        let found = self.stacks.iter().rposition(|stack| stack.is(name));
        let status = found.map(|index| self.stacks[index].status.clone());
        let index = match (found, status.as_deref()) {
            (None, _) if create => {
                let id = format!("arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/{name}/{}", self.id());
                let (name, status) = (name.to_owned(), "REVIEW_IN_PROGRESS".to_owned());
                self.stacks.push(Stack { name, id, status, wanted: wanted.clone(), ..Stack::default() });
                self.stacks.len() - 1
            }
            (Some(index), Some("REVIEW_IN_PROGRESS")) if create => index,
            (None, _) => return invalid(&format!("Stack [{name}] does not exist")),
            (_, Some(_)) if create => {
                let message =
                    format!("Stack [{name}] already exists and cannot be created again with the changeSet [{set}].");
                return invalid(&message);
            }
            (Some(index), Some(status)) if self.stacks[index].is_busy() || !status.ends_with("_COMPLETE") => {
                return invalid(&format!("Stack:{name} is in {status} state and can not be updated."));
            }
            (Some(index), _) => index,
        };
        let stack = &mut self.stacks[index];
        if stack.change_sets.iter().any(|it| it.name == set) {
            return Answer::error(400, "AlreadyExistsException", "ChangeSet already exists");
        }
        let id = format!("arn:aws:cloudformation:eu-west-1:{ACCOUNT}:changeSet/{set}/1");
        let change_set = ChangeSet {
            id: id.clone(),
            name: set.to_owned(),
            status: "CREATE_PENDING",
            reason: "",
            execution: "UNAVAILABLE",
            wanted,
        };
        stack.change_sets.push(change_set);
        Answer::result("CreateChangeSet", &format!("<Id>{id}</Id><StackId>{}</StackId>", stack.id))
    }

    fn execute(&mut self, index: usize, set: &str) -> Answer {
        let (broken, late) = (self.broken, self.lateness);
        let stack = &mut self.stacks[index];
        let Some(position) = stack.change_sets.iter().position(|it| it.is(set)) else { return no_change_set(set) };
        let execution = stack.change_sets[position].execution;
        if execution != "AVAILABLE" || stack.is_busy() {
            let message = format!("ChangeSet [{set}] cannot be executed in its current status of [{execution}]");
            return Answer::error(400, "InvalidChangeSetStatus", &message);
        }
        // The others are not for the stack as it will be.
        let mut executed = stack.change_sets.swap_remove(position);
        executed.execution = "EXECUTE_IN_PROGRESS";
        let create = stack.status == "REVIEW_IN_PROGRESS";
        stack.steps.extend(std::iter::repeat_n(Step::Late, late));
        let [begin, done, undo, undone] = match create {
            true => ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"],
            false => {
                ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
            }
        };
        stack.steps.push_back(Step::Status(begin));
        if broken {
            let failed = if create { "CREATE_FAILED" } else { "UPDATE_FAILED" };
            stack.steps.extend([
                Step::Resource(failed, "no such layer"),
                Step::Status(undo),
                Step::Status(undone),
                Step::Executed("EXECUTE_FAILED"),
            ]);
        } else {
            let resource = if create { "CREATE_COMPLETE" } else { "UPDATE_COMPLETE" };
            stack.steps.extend([
                Step::Become(executed.wanted.clone()),
                Step::Resource(resource, ""),
                Step::Status(done),
                Step::Executed("EXECUTE_COMPLETE"),
            ]);
        }
        stack.change_set = Some(executed.id.clone());
        stack.change_sets = vec![executed];
        Answer::result("ExecuteChangeSet", "")
    }

    fn delete(&mut self, index: usize) -> Answer {
        let late = self.lateness;
        let stack = &mut self.stacks[index];
        match stack.status.as_str() {
            "DELETE_COMPLETE" => {}
            "REVIEW_IN_PROGRESS" => stack.steps = [Step::Status("DELETE_COMPLETE")].into(),
            _ if stack.steps.iter().any(|step| matches!(step, Step::Status("DELETE_COMPLETE"))) => {}
            _ => {
                let steps = std::iter::repeat_n(Step::Late, late);
                let steps = steps.chain([
                    Step::Status("DELETE_IN_PROGRESS"),
                    Step::Resource("DELETE_COMPLETE", ""),
                    Step::Status("DELETE_COMPLETE"),
                ]);
                stack.steps = steps.collect();
            }
        }
        let review = self.stacks[index].status == "REVIEW_IN_PROGRESS";
        if review {
            self.step(index);
        }
        Answer::result("DeleteStack", "")
    }
}

impl World {
    fn continue_rollback(&mut self, index: usize) -> Answer {
        let late = self.lateness;
        let stack = &mut self.stacks[index];
        if stack.is_busy() || stack.status != "UPDATE_ROLLBACK_FAILED" {
            let status = if stack.is_busy() { "UPDATE_ROLLBACK_IN_PROGRESS" } else { &stack.status };
            return invalid(&format!("Stack [{}] is in {status} state and can not continue its rollback", stack.name));
        }
        stack.steps.extend(std::iter::repeat_n(Step::Late, late));
        stack.steps.extend(["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"].map(Step::Status));
        Answer::result("ContinueUpdateRollback", "")
    }
}

impl Stack {
    fn describe(&mut self, set: &str) -> Answer {
        let Some(position) = self.change_sets.iter().position(|it| it.is(set)) else { return no_change_set(set) };
        let unchanged = self.wanted == self.change_sets[position].wanted && self.status != "REVIEW_IN_PROGRESS";
        let change_set = &mut self.change_sets[position];
        let answer = answers::change_set(&self.id, change_set);
        if change_set.status == "CREATE_PENDING" {
            (change_set.status, change_set.execution, change_set.reason) = match unchanged {
                true => ("FAILED", "UNAVAILABLE", "The submitted information didn't contain changes."),
                false => ("CREATE_COMPLETE", "AVAILABLE", ""),
            };
        }
        answer
    }
}

impl ChangeSet {
    fn is(&self, name: &str) -> bool {
        self.id == name || self.name == name
    }
}

fn no_change_set(name: &str) -> Answer {
    Answer::error(404, "ChangeSetNotFound", &format!("ChangeSet [{name}] does not exist"))
}
