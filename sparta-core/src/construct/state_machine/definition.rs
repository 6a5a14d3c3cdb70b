//! Definitions in the Amazon States Language, as far as Sparta checks them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// What is wrong with the definition of a [`StateMachine`](super::StateMachine).
///
/// See <https://states-language.net>.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum DefinitionMistake {
    #[error("a definition is an object with `StartAt` and at least one state in `States`")]
    NoStates,
    #[error("`StartAt` names the state `{0}`, which there is not")]
    Start(String),
    #[error("the state `{state}` is of the type `{found}`: one of {} is expected", TYPES.join(", "))]
    Type { state: String, found: String },
    #[error("the state `{state}` goes on with `{next}`, which there is not")]
    Next { state: String, next: String },
    #[error("the state `{0}` does not say how it goes on: it has either `\"Next\": \"..\"` or `\"End\": true`")]
    NoEnd(String),
    #[error("the choice `{0}` has no `Choices`")]
    NoChoices(String),
    #[error("the task `{0}` has no `Resource`")]
    NoResource(String),
    #[error("no state leads to `{0}`: remove it, or go on with it somewhere")]
    Unreachable(String),
    #[error("it never ends: no state that can be reached has `\"End\": true`, or is of the type Succeed or Fail")]
    Endless,
    #[error("`${{{0}}}` stands for no function of its tasks: add `.task(Function::handle(\"{0}\"))`")]
    NoTask(String),
    #[error("its definition has no `${{{0}}}`: remove `.task(..)`, or write that for the function's ARN")]
    UnusedTask(String),
}

const TYPES: [&str; 8] = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

/// What is wrong with the structure of a definition, and of those inside of its states.
pub(super) fn check(definition: &Json) -> Vec<DefinitionMistake> {
    let states = definition["States"].as_object().filter(|states| !states.is_empty());
    let (Some(states), Some(start)) = (states, definition["StartAt"].as_str()) else {
        return vec![DefinitionMistake::NoStates];
    };
    let mut mistakes: Vec<_> = states.iter().flat_map(|(name, state)| check_state(name, state, states)).collect();
    if !states.contains_key(start) {
        mistakes.push(DefinitionMistake::Start(start.to_owned()));
    }
    if mistakes.is_empty() {
        mistakes = check_ways(start, states);
    }
    mistakes.extend(states.values().flat_map(inner).flat_map(check));
    mistakes
}

fn check_state(name: &str, state: &Json, states: &Map<String, Json>) -> Vec<DefinitionMistake> {
    let found = state["Type"].as_str().unwrap_or_default();
    if !TYPES.contains(&found) {
        return vec![DefinitionMistake::Type { state: name.to_owned(), found: found.to_owned() }];
    }
    let ends = state["End"] == true;
    let missing = match found {
        "Succeed" | "Fail" => None,
        "Choice" => {
            state["Choices"].as_array().is_none_or(Vec::is_empty).then_some(DefinitionMistake::NoChoices as fn(_) -> _)
        }
        _ => (ends == state["Next"].is_string()).then_some(DefinitionMistake::NoEnd as fn(_) -> _),
    };
    let resource =
        (found == "Task" && !state["Resource"].is_string()).then_some(DefinitionMistake::NoResource as fn(_) -> _);
    let missing = [missing, resource].into_iter().flatten().map(|mistake| mistake(name.to_owned()));
    let unknown = nexts(state).filter(|next| !states.contains_key(*next));
    let unknown = unknown.map(|next| DefinitionMistake::Next { state: name.to_owned(), next: next.to_owned() });
    missing.chain(unknown).collect()
}

/// Which states are reached, and whether one of them is the last.
fn check_ways(start: &str, states: &Map<String, Json>) -> Vec<DefinitionMistake> {
    let (mut reached, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(name) = open.pop() {
        open.extend(nexts(&states[name]).filter(|next| reached.insert(next)));
    }
    let unreachable = states.keys().filter(|name| !reached.contains(name.as_str()));
    let is_last =
        |name: &&str| states[*name]["End"] == true || ["Succeed", "Fail"].iter().any(|it| states[*name]["Type"] == *it);
    let endless = (!reached.iter().any(is_last)).then_some(DefinitionMistake::Endless);
    unreachable.cloned().map(DefinitionMistake::Unreachable).chain(endless).collect()
}

/// The states that a state may go on with.
fn nexts(state: &Json) -> impl Iterator<Item = &str> {
    let inside = ["Choices", "Catch"].into_iter().filter_map(|name| state[name].as_array()).flatten();
    let own = ["Next", "Default"].into_iter().map(|name| &state[name]);
    own.chain(inside.map(|it| &it["Next"])).filter_map(Json::as_str)
}

/// The definitions inside of a state.
fn inner(state: &Json) -> impl Iterator<Item = &Json> {
    let branches = state["Branches"].as_array().into_iter().flatten();
    branches.chain([&state["ItemProcessor"], &state["Iterator"]].into_iter().filter(|it| !it.is_null()))
}

/// How the ARNs of integrations with other services begin, in most of AWS.
const INTEGRATION: &str = "arn:aws:states:::";

/// A definition's text for `Fn::Sub`, with what stands for `${name}`, every other `$` as it is written, and integrations with
/// other services in whatever partition it is deployed to.
pub(super) fn substituted(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut parts = text.split("${");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| Some((values.get(name)?, rest))) {
            Some((value, rest)) => written += &format!("{value}{rest}"),
            None => written += &format!("${{!{part}"),
        }
    }
    written.replace(INTEGRATION, "arn:${AWS::Partition}:states:::")
}

/// The names in `${name}` that a function could have.
pub(super) fn placeholders(text: &str) -> BTreeSet<&str> {
    let inside = text.split("${").skip(1).filter_map(|part| Some(part.split_once('}')?.0));
    let is_name =
        |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    inside.filter(is_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(states: Json) -> Vec<String> {
        check(&json!({"StartAt": "A", "States": states})).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_definition_that_works_has_no_mistakes() {
        let branch = json!({"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}});
        let states = json!({
            "A": {"Type": "Choice", "Choices": [{"Next": "Work"}], "Default": "Failed"},
            "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Both", "Catch": [{"Next": "Failed"}]},
            "Both": {"Type": "Parallel", "Branches": [branch], "Next": "Each"},
            "Each": {"Type": "Map", "ItemProcessor": branch, "End": true},
            "Failed": {"Type": "Fail"},
        });
        assert_eq!(report(states), [""; 0]);
    }

    #[test]
    fn mistakes_name_the_state_and_the_remedy() {
        for (states, expected) in [
            (json!({}), "at least one state"),
            (json!({"B": {"Type": "Succeed"}}), "`StartAt` names the state `A`"),
            (json!({"A": {"Type": "Tasks"}}), "of the type `Tasks`: one of Task, Pass"),
            (json!({"A": {"Type": "Pass", "Next": "B"}}), "`A` goes on with `B`"),
            (json!({"A": {"Type": "Pass"}}), "either `\"Next\": \"..\"` or `\"End\": true`"),
            (json!({"A": {"Type": "Choice", "Choices": []}}), "the choice `A` has no `Choices`"),
            (json!({"A": {"Type": "Task", "End": true}}), "the task `A` has no `Resource`"),
            (json!({"A": {"Type": "Succeed"}, "B": {"Type": "Fail"}}), "no state leads to `B`"),
            (json!({"A": {"Type": "Wait", "Next": "A"}}), "it never ends"),
            (json!({"A": {"Type": "Map", "ItemProcessor": {}, "End": true}}), "at least one state"),
        ] {
            let report = report(states);
            assert!(report.len() == 1 && report[0].contains(expected), "{expected}: {report:?}");
        }
    }

    #[test]
    fn names_of_functions_are_substituted_and_nothing_else() {
        let text = r#"{"a": "${ship}", "b": "${aws:x} $.c", "d": "${other-one}"}"#;
        assert_eq!(placeholders(text), BTreeSet::from(["ship", "other-one"]));
        let values = BTreeMap::from([("ship", "${ShipFunction.Arn}".to_owned())]);
        let expected = r#"{"a": "${ShipFunction.Arn}", "b": "${!aws:x} $.c", "d": "${!other-one}"}"#;
        assert_eq!(substituted(text, &values), expected);
        let invoke = substituted(r#""arn:aws:states:::lambda:invoke""#, &values);
        assert_eq!(invoke, r#""arn:${AWS::Partition}:states:::lambda:invoke""#);
    }
}
