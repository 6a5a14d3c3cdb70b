//! What AWS would refuse in an App, found before it is asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Environment, FunctionSpec, Mistake, Model,
    cfn::{Value, pascal_case},
    contract::{OWN_PARAMETERS, configuration_file, is_reserved_file, is_reserved_tag},
    settings::{Field, check_variable_name},
};

pub(crate) fn model(model: &Model) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    app(model, &mut mistakes);
    functions(model, &mut mistakes);
    environments(model, &mut mistakes);
    settings(model, &mut mistakes);
    variables(model, &mut mistakes);
    pipeline(model, &mut mistakes);
    mistakes
}

fn app(model: &Model, mistakes: &mut Vec<Mistake>) {
    if !is_stack_name(&model.name, 100) {
        mistakes.push(Mistake::AppName(model.name.clone()));
    }
    if model.description.len() > 1024 {
        mistakes.push(Mistake::AppDescription);
    }
    if model.functions.is_empty() {
        mistakes.push(Mistake::NoFunction);
    }
}

fn functions(model: &Model, mistakes: &mut Vec<Mistake>) {
    let mut names = BTreeSet::new();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut claims: BTreeMap<String, &str> = BTreeMap::new();
    for function in &model.functions {
        let name = function.name();
        let id = pascal_case(name);
        if !names.insert(name) {
            mistakes.push(Mistake::FunctionTwice(name.to_owned()));
        } else if let Some(first) = ids.get(&id).filter(|_| !id.is_empty()) {
            mistakes.push(Mistake::FunctionCollision { first: (*first).to_owned(), second: name.to_owned() });
        }
        ids.entry(id).or_insert(name);
        options(model, function, mistakes);
        for trigger in &function.triggers {
            let wrong = trigger.check(function).into_iter();
            mistakes.extend(wrong.map(|mistake| Mistake::Trigger { function: name.to_owned(), mistake }));
            let Some(claim) = trigger.claim(function) else { continue };
            if let Some(by) = claims.get(&claim) {
                mistakes.push(Mistake::Claim { function: name.to_owned(), claim, by: (*by).to_owned() });
            } else {
                claims.insert(claim, name);
            }
        }
    }
}

fn options(model: &Model, function: &FunctionSpec, mistakes: &mut Vec<Mistake>) {
    let name = || function.name.clone();
    let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let named = (1..=64).contains(&function.name.len()) && function.name.bytes().all(known);
    if !named || pascal_case(&function.name).is_empty() {
        mistakes.push(Mistake::FunctionName(name()));
    }
    let megabytes = function.memory.megabytes();
    if !(128..=10_240).contains(&megabytes) {
        mistakes.push(Mistake::Memory { function: name(), megabytes });
    }
    let timeout = function.timeout;
    if !(1..=900).contains(&timeout.as_secs()) || timeout.subsec_nanos() > 0 {
        mistakes.push(Mistake::Timeout { function: name(), timeout });
    }
    if function.description.chars().count() > 256 {
        mistakes.push(Mistake::FunctionDescription { function: name() });
    }
    if let Some(architecture) = function.architecture.filter(|own| *own != model.architecture) {
        mistakes.push(Mistake::Architecture { function: name(), architecture, app: model.architecture });
    }
    for grant in &function.grants {
        if grant.resources().is_empty() {
            mistakes.push(Mistake::GrantOnNothing { function: name(), actions: grant.actions().join(", ") });
        }
        let actions = grant.actions().iter().filter(|action| !is_action(action));
        mistakes.extend(actions.map(|action| Mistake::GrantAction { function: name(), action: action.clone() }));
        let resources = grant.resources().iter().filter_map(Value::as_str).filter(|resource| !is_resource(resource));
        mistakes.extend(
            resources.map(|resource| Mistake::GrantResource { function: name(), resource: resource.to_owned() }),
        );
    }
}

/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
fn is_action(action: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*?".contains(&b));
    action == "*" || action.split_once(':').is_some_and(|(service, action)| name(service) && name(action))
}

fn is_resource(resource: &str) -> bool {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    resource == "*"
        || matches!(parts[..], ["arn", partition, service, _, _, rest] if !partition.is_empty() && !service.is_empty() && !rest.is_empty())
}

fn environments(model: &Model, mistakes: &mut Vec<Mistake>) {
    let mut names = BTreeSet::new();
    let mut stacks: BTreeMap<String, &str> = BTreeMap::new();
    for environment in &model.environments {
        approvals(environment, mistakes);
        stack(environment, mistakes);
        let name = environment.name.as_str();
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || name.len() > 60 || !name.bytes().all(known) {
            mistakes.push(Mistake::EnvironmentName(name.to_owned()));
            continue;
        }
        if is_reserved_file(&configuration_file(name)) {
            mistakes.push(Mistake::EnvironmentReserved(name.to_owned()));
        }
        if !names.insert(name.to_ascii_lowercase()) {
            mistakes.push(Mistake::EnvironmentTwice(name.to_owned()));
            continue;
        }
        if let Some(prefix) = environment.stack_prefix.as_ref().filter(|prefix| !is_stack_name(prefix, 60)) {
            mistakes.push(Mistake::StackPrefix { environment: name.to_owned(), prefix: prefix.clone() });
        }
        let stack = model.stack_name(environment, "main");
        if let Some(first) = stacks.get(&stack) {
            let (first, second) = ((*first).to_owned(), name.to_owned());
            mistakes.push(Mistake::SameStack { first, second, stack });
        } else {
            stacks.insert(stack, name);
        }
    }
    if let Some(last) = model.environments.last().filter(|last| last.approve_promotion.is_some()) {
        mistakes.push(Mistake::LastPromotion(last.name.clone()));
    }
}

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html> and
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html>.
fn stack(environment: &Environment, mistakes: &mut Vec<Mistake>) {
    let name = || environment.name.clone();
    // A stack has at most 50, and three are Sparta's.
    let count = environment.tags.len();
    if count > 47 {
        mistakes.push(Mistake::TooManyTags { environment: name(), count });
    }
    for (key, value) in &environment.tags {
        if is_reserved_tag(key) || !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            mistakes.push(Mistake::Tag { environment: name(), key: key.clone() });
        }
    }
    let policy = environment.stack_policy.as_ref().and_then(|policy| serde_json::to_string(policy).ok());
    if let Some(bytes) = policy.map(|policy| policy.len()).filter(|bytes| *bytes > 16_384) {
        mistakes.push(Mistake::StackPolicy { environment: name(), bytes });
    }
}

fn approvals(environment: &Environment, mistakes: &mut Vec<Mistake>) {
    let gates =
        [("approve_changes", &environment.approve_changes), ("approve_promotion", &environment.approve_promotion)];
    for (approval, gate) in gates {
        for mistake in gate.iter().flat_map(|gate| gate.check()) {
            mistakes.push(Mistake::Approval { environment: environment.name.clone(), approval, mistake });
        }
    }
}

fn settings(model: &Model, mistakes: &mut Vec<Mistake>) {
    for field in model.settings() {
        let parameter = field.parameter_name();
        if OWN_PARAMETERS.contains(&parameter.as_str()) {
            mistakes.push(Mistake::ParameterReserved { variable: field.variable.clone(), parameter });
        }
        // See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
        let characters = field.description.as_ref().map_or(0, |text| text.chars().count());
        if characters > 4000 {
            mistakes.push(Mistake::SettingDescription { variable: field.variable.clone(), characters });
        }
    }
    for environment in &model.environments {
        for problem in environment.settings.problems() {
            mistakes.push(Mistake::Setting { environment: environment.name.clone(), problem });
        }
        for (variable, value) in &environment.settings.values {
            let bytes = value.as_ref().map_or(0, String::len);
            if bytes > 4096 {
                let (environment, variable) = (environment.name.clone(), variable.clone());
                mistakes.push(Mistake::ValueTooLarge { environment, variable, bytes });
            }
        }
    }
    let Some((first, others)) = model.environments.split_first() else { return };
    for environment in others {
        same_settings(first, environment, mistakes);
    }
}

fn same_settings(first: &Environment, second: &Environment, mistakes: &mut Vec<Mistake>) {
    let by_variable = |environment: &Environment| -> BTreeMap<String, Field> {
        environment.settings.fields.iter().map(|field| (field.variable.clone(), field.clone())).collect()
    };
    let (ours, theirs) = (by_variable(first), by_variable(second));
    let mut missing = |variable: &String, from: &Environment, other: &Environment| {
        mistakes.push(Mistake::SettingMissing {
            environment: from.name.clone(),
            variable: variable.clone(),
            other: other.name.clone(),
        });
    };
    ours.keys().filter(|v| !theirs.contains_key(*v)).for_each(|v| missing(v, second, first));
    theirs.keys().filter(|v| !ours.contains_key(*v)).for_each(|v| missing(v, first, second));
    for (variable, field) in &ours {
        if theirs.get(variable).is_some_and(|other| other != field) {
            mistakes.push(Mistake::SettingDiffers {
                environment: second.name.clone(),
                variable: variable.clone(),
                other: first.name.clone(),
            });
        }
    }
}

/// A function's own variables and the environments' settings share 4 KB.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
fn variables(model: &Model, mistakes: &mut Vec<Mistake>) {
    for function in &model.functions {
        for variable in function.variables.keys() {
            if let Err(error) = check_variable_name(variable) {
                let (function, variable) = (function.name.clone(), variable.clone());
                mistakes.push(Mistake::Variable { function, variable, error });
            }
            if model.settings().iter().any(|field| field.variable == *variable) {
                let (function, variable) = (function.name.clone(), variable.clone());
                mistakes.push(Mistake::VariableTwice { function, variable });
            }
        }
        let own = function.variables.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len));
        let own: usize = own.sum();
        let none = Environment::new("none", ());
        let environments: &[Environment] =
            if model.environments.is_empty() { std::slice::from_ref(&none) } else { &model.environments };
        for environment in environments {
            let values = environment.settings.values.iter();
            let settings: usize = values.map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len)).sum();
            if own + settings > 4096 {
                mistakes.push(Mistake::VariablesTooLarge {
                    function: function.name.clone(),
                    environment: environment.name.clone(),
                    bytes: own + settings,
                });
            }
        }
    }
}

fn pipeline(model: &Model, mistakes: &mut Vec<Mistake>) {
    let Some(pipeline) = &model.pipeline else { return };
    if model.environments.is_empty() {
        mistakes.push(Mistake::PipelineWithoutEnvironment);
    }
    // See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>; each has at most 3 of its 50 actions.
    let promotions = model.environments.iter().filter(|environment| environment.approve_promotion.is_some()).count();
    let stages = 2 + model.environments.len() + promotions;
    if stages > 50 {
        mistakes.push(Mistake::TooManyStages { stages });
    }
    mistakes.extend(pipeline.check().into_iter().map(Mistake::Pipeline));
}

/// Whether `name` can be a stack's name, or what one begins with.
fn is_stack_name(name: &str, longest: usize) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= longest
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
