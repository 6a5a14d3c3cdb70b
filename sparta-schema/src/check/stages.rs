//! The stages of CodePipeline's pipelines: their sources and artifacts.

use std::collections::HashSet;

use crate::check::Checker;
use crate::check::code::{all_texts, field, text};
use crate::fault::FaultKind;
use crate::node::{Node, Value};

/// How many artifacts an action takes and makes: category, provider, least and most in, least and most out.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-action-artifacts.html>.
const COUNTS: &[(&str, &str, [usize; 4])] = &[
    ("Approval", "Manual", [0, 0, 0, 0]),
    ("Build", "CodeBuild", [1, 5, 0, 5]),
    ("Deploy", "CloudFormation", [0, 10, 0, 1]),
    ("Deploy", "CodeDeploy", [1, 1, 0, 0]),
    ("Deploy", "ECS", [1, 1, 0, 0]),
    ("Deploy", "ElasticBeanstalk", [1, 1, 0, 0]),
    ("Deploy", "OpsWorks", [1, 1, 0, 0]),
    ("Deploy", "S3", [1, 1, 0, 0]),
    ("Deploy", "ServiceCatalog", [1, 1, 0, 0]),
    ("Invoke", "Lambda", [0, 5, 0, 5]),
    ("Source", "CodeCommit", [0, 0, 1, 1]),
    ("Source", "CodeStarSourceConnection", [0, 0, 1, 1]),
    ("Source", "ECR", [0, 0, 1, 1]),
    ("Source", "S3", [0, 0, 1, 1]),
    ("Test", "CodeBuild", [1, 5, 0, 5]),
    ("Test", "DeviceFarm", [1, 1, 0, 0]),
];

impl Checker<'_> {
    pub(super) fn stages(&mut self, node: &Node) {
        let Value::List(stages) = &node.value else { return };
        // a stage that may be missing leaves open which is the first
        let are_certain = stages.iter().all(|it| matches!(it.value, Value::Map(_)));
        let (mut made, mut all_known) = (HashSet::new(), true);
        for (index, stage) in stages.iter().enumerate() {
            self.at_item(index, |it| it.stage(stage, are_certain.then_some(index == 0), &mut made, &mut all_known));
        }
    }

    fn stage<'n>(
        &mut self,
        stage: &'n Node,
        is_first: Option<bool>,
        made: &mut HashSet<&'n str>,
        all_known: &mut bool,
    ) {
        let Some(Value::List(actions)) = field(stage, "Actions").map(|it| &it.value) else {
            *all_known = false;
            return;
        };
        // actions of one stage have an order of their own
        for action in actions {
            let mut outputs = Vec::new();
            let path = ["OutputArtifacts", "*", "Name"];
            *all_known &= all_texts(&path, &["OutputArtifacts"], action, &mut outputs);
            let is_certain = matches!(action.value, Value::Map(_));
            for name in outputs {
                if !made.insert(name) && is_certain && *all_known {
                    let message = format!("the artifact `{name}` is made twice: each output has a name of its own");
                    self.at_key("Actions", |it| it.fault(action.place, FaultKind::Unique, message));
                }
            }
        }
        self.at_key("Actions", |checker| {
            for (index, action) in actions.iter().enumerate() {
                checker.at_item(index, |it| {
                    it.category(action, is_first);
                    it.inputs(action, made, *all_known);
                    it.counts(action);
                    it.configuration(action);
                });
            }
        });
    }

    /// The first stage fetches, and no other does.
    fn category(&mut self, action: &Node, is_first: Option<bool>) {
        let found = field(action, "ActionTypeId").and_then(|it| field(it, "Category"));
        let (Some((node, category)), Some(is_first)) = (found.and_then(|it| Some((it, text(it)?))), is_first) else {
            return;
        };
        let message = match (is_first, category) {
            (true, "Source") => return,
            (true, _) => format!("the first stage has sources alone, no action of the category `{category}`"),
            (false, "Source") => "only the first stage has sources".to_owned(),
            (false, _) => return,
        };
        self.at_key("ActionTypeId", |it| it.at_key("Category", |it| it.fault(node.place, FaultKind::Enum, message)));
    }

    fn inputs(&mut self, action: &Node, made: &HashSet<&str>, all_known: bool) {
        let Some(Value::List(inputs)) = field(action, "InputArtifacts").map(|it| &it.value) else { return };
        for (index, input) in inputs.iter().enumerate() {
            let Some((node, name)) = field(input, "Name").and_then(|it| Some((it, text(it)?))) else { continue };
            if all_known && !made.contains(name) {
                let hint = self.hint(name, made.iter().copied().collect::<std::collections::BTreeSet<_>>());
                let message = format!("no action before makes the artifact `{name}`{hint}");
                self.at_key("InputArtifacts", |it| {
                    it.at_item(index, |it| it.at_key("Name", |it| it.fault(node.place, FaultKind::Dependent, message)));
                });
            }
        }
    }

    fn counts(&mut self, action: &Node) {
        let get = |name: &str| field(action, "ActionTypeId").and_then(|it| field(it, name)).and_then(text);
        let (Some("AWS"), Some(category), Some(provider)) = (get("Owner"), get("Category"), get("Provider")) else {
            return;
        };
        let counts = COUNTS.iter().find(|(a, b, _)| (*a, *b) == (category, provider));
        let Some((_, _, [min_in, max_in, min_out, max_out])) = counts else { return };
        for (name, min, max) in [("InputArtifacts", min_in, max_in), ("OutputArtifacts", min_out, max_out)] {
            let node = field(action, name);
            let is_list = node.is_none_or(|it| matches!(it.value, Value::List(_) | Value::Absent));
            let items = match node.map(|it| &it.value) {
                Some(Value::List(items)) => items.as_slice(),
                _ => &[],
            };
            // what may be left out is not counted
            if !is_list
                || items.iter().any(|it| !matches!(it.value, Value::Map(_)))
                || (*min..=*max).contains(&items.len())
            {
                continue;
            }
            let expected = if min == max { format!("{min}") } else { format!("{min} to {max}") };
            let message = format!("an action of {provider} has {expected} `{name}`, not {}", items.len());
            let place = node.map_or(action.place, |it| it.place);
            self.at_key(name, |it| it.fault(place, FaultKind::Count, message));
        }
    }

    /// A template comes out of one of the action's artifacts.
    fn configuration(&mut self, action: &Node) {
        let Some(configuration) = field(action, "Configuration") else { return };
        self.at_key("Configuration", |checker| {
            if let Some(role) = field(configuration, "RoleArn") {
                checker.at_key("RoleArn", |it| it.role(role));
            }
            let Some((node, path)) = field(configuration, "TemplatePath").and_then(|it| Some((it, text(it)?))) else {
                return;
            };
            let mut names = Vec::new();
            let all_known = all_texts(&["InputArtifacts", "*", "Name"], &["InputArtifacts"], action, &mut names);
            let (artifact, _) = path.split_once("::").unwrap_or((path, ""));
            if all_known && !names.is_empty() && !names.contains(&artifact) {
                let hint = checker.hint(artifact, names.iter().copied());
                let message = format!(
                    "`TemplatePath` must begin with the name of an input artifact, such as `{}::template.json`, not \
                     `{path}`{hint}",
                    names[0]
                );
                checker.at_key("TemplatePath", |it| it.fault(node.place, FaultKind::Dependent, message));
            }
        });
    }
}
