//! Executions of a pipeline: CodePipeline walks through the stages of its template, and each action finds what it reads.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::{Case, World};

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Succeeded,
    /// At this place: `<stage>/<action>`, or `<stage>/BeforeEntry`.
    Failed(String),
    /// Of this stage, which CodePipeline deploys again as it was.
    RolledBack(String),
}

/// What happened in an execution.
#[derive(Debug)]
pub(super) struct Trace {
    /// The actions that ran, `<stage>/<action>`, in their order.
    pub(super) ran: Vec<String>,
    /// The stages that were skipped.
    pub(super) skipped: Vec<String>,
    pub(super) end: End,
}

/// A pipeline as its stack has it.
pub(super) struct Pipeline {
    pub(super) properties: Value,
}

/// What an execution has so far.
#[derive(Default)]
struct Found {
    artifacts: BTreeSet<String>,
    namespaces: BTreeSet<String>,
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn name(value: &Value) -> &str {
    value["Name"].as_str().unwrap()
}

impl Pipeline {
    pub(super) fn of(world: &World) -> Self {
        Self { properties: world.pipeline.properties("Pipeline") }
    }

    pub(super) fn stages(&self) -> impl Iterator<Item = &Value> {
        list(&self.properties, "Stages")
    }

    pub(super) fn actions(&self) -> impl Iterator<Item = (String, &Value)> {
        let place = |stage: &Value, action: &Value| format!("{}/{}", name(stage), name(action));
        self.stages().flat_map(move |stage| list(stage, "Actions").map(move |it| (place(stage, it), it)))
    }

    /// An execution in which what is at these places does not succeed: an action, `<stage>/BeforeEntry`, `<stage>/OnSuccess`.
    pub(super) fn execute(&self, fails: &dyn Fn(&str) -> bool) -> Trace {
        let mut trace = Trace { ran: Vec::new(), skipped: Vec::new(), end: End::Succeeded };
        let mut found = Found::default();
        for variable in list(&self.properties, "Variables") {
            assert!(variable["DefaultValue"].is_string(), "a push starts without {}", name(variable));
            found.namespaces.insert("variables".to_owned());
        }
        found.namespaces.insert("codepipeline".to_owned());
        for stage in self.stages() {
            match self.enter(stage, fails, &mut found, &mut trace) {
                End::Succeeded => {}
                end => {
                    trace.end = end;
                    break;
                }
            }
        }
        trace
    }

    fn enter(&self, stage: &Value, fails: &dyn Fn(&str) -> bool, found: &mut Found, trace: &mut Trace) -> End {
        let place = |what: &str| format!("{}/{what}", name(stage));
        for condition in list(&stage["BeforeEntry"], "Conditions") {
            list(condition, "Rules").for_each(|rule| found.check(&place("BeforeEntry"), rule));
            if fails(&place("BeforeEntry")) {
                match condition["Result"].as_str() {
                    Some("SKIP") => {
                        trace.skipped.push(name(stage).to_owned());
                        return End::Succeeded;
                    }
                    result => {
                        assert_eq!(result, Some("FAIL"));
                        return End::Failed(place("BeforeEntry"));
                    }
                }
            }
        }
        let mut actions: Vec<&Value> = list(stage, "Actions").collect();
        actions.sort_by_key(|action| action["RunOrder"].as_u64().unwrap());
        for together in actions.chunk_by(|one, next| one["RunOrder"] == next["RunOrder"]) {
            let mut failed = None;
            together.iter().for_each(|action| found.check(&place(name(action)), action));
            for action in together {
                let at = place(name(action));
                trace.ran.push(at.clone());
                if fails(&at) {
                    failed.get_or_insert(at);
                } else {
                    found.add(action);
                }
            }
            if let Some(at) = failed {
                assert_eq!(stage["OnFailure"], Value::Null, "nothing here goes on after a failure");
                return End::Failed(at);
            }
        }
        for condition in list(&stage["OnSuccess"], "Conditions") {
            list(condition, "Rules").for_each(|rule| found.check(&place("OnSuccess"), rule));
            if fails(&place("OnSuccess")) {
                assert_eq!(condition["Result"], "ROLLBACK");
                return End::RolledBack(name(stage).to_owned());
            }
        }
        End::Succeeded
    }
}

impl Found {
    /// What an action or a rule reads has to be there.
    fn check(&self, place: &str, reader: &Value) {
        for artifact in list(reader, "InputArtifacts").map(name) {
            assert!(self.artifacts.contains(artifact), "{place} reads {artifact}, which nothing has written");
        }
        let configuration = reader["Configuration"].to_string();
        for variable in configuration.split("#{").skip(1) {
            let (namespace, _) = variable.split_once('.').unwrap();
            assert!(
                self.namespaces.contains(namespace),
                "{place} reads a variable of {namespace}, which nothing has set"
            );
        }
        for file in ["TemplatePath", "TemplateConfiguration"] {
            if let Some((artifact, _)) = reader["Configuration"][file].as_str().and_then(|it| it.split_once("::")) {
                let inputs: Vec<&str> = list(reader, "InputArtifacts").map(name).collect();
                assert!(inputs.contains(&artifact), "{place} takes a file of {artifact}, which it does not read");
            }
        }
    }

    fn add(&mut self, action: &Value) {
        for artifact in list(action, "OutputArtifacts").map(name) {
            assert!(self.artifacts.insert(artifact.to_owned()), "{artifact} is written twice");
        }
        self.namespaces.extend(action["Namespace"].as_str().map(str::to_owned));
    }
}

/// What the role of each action calls, as its provider does.
pub(super) fn calls(world: &World) -> Vec<Case> {
    let pipeline = Pipeline::of(world);
    let mut calls = Vec::new();
    for (_, action) in pipeline.actions() {
        let Some(role) = action["RoleArn"].as_str().map(|arn| world.pipeline.role_of_arn(arn)) else { continue };
        // A build fetches and writes them itself.
        let worker = match action["ActionTypeId"]["Provider"].as_str() {
            Some("CodeBuild") => {
                let project = resource(world, "AWS::CodeBuild::Project", &action["Configuration"]["ProjectName"]);
                world.pipeline.role_of_arn(world.pipeline.properties(project)["ServiceRole"].as_str().unwrap())
            }
            _ => role.clone(),
        };
        let mut call = |operation: &str, on: String| calls.push(world.by(&worker, operation, on));
        for artifact in list(action, "InputArtifacts").map(name) {
            call("s3:GetObject", world.artifact(artifact));
        }
        for artifact in list(action, "OutputArtifacts").map(name) {
            call("s3:PutObject", world.artifact(artifact));
        }
        calls.extend(of_provider(world, &role, action));
    }
    calls
}

/// The resource of this type that is called so.
fn resource<'w>(world: &'w World, kind: &'w str, name: &Value) -> &'w str {
    let mut ids = world.pipeline.of_type(kind);
    ids.find(|id| *name == world.pipeline.physical_name(id)).unwrap_or_else(|| panic!("the stack has no {kind} {name}"))
}

fn of_provider(world: &World, role: &str, action: &Value) -> Vec<Case> {
    let configuration = &action["Configuration"];
    let text = |name: &str| configuration[name].as_str().unwrap();
    let call = |operation: &str, on: String| world.by(role, operation, on);
    let arn = |kind, name: &str| world.pipeline.arn(resource(world, kind, &configuration[name]));
    match action["ActionTypeId"]["Provider"].as_str().unwrap() {
        "CodeBuild" => {
            let project = arn("AWS::CodeBuild::Project", "ProjectName");
            ["StartBuild", "BatchGetBuilds"].map(|it| call(&format!("codebuild:{it}"), project.clone())).into()
        }
        "Lambda" => vec![call("lambda:InvokeFunction", arn("AWS::Lambda::Function", "FunctionName"))],
        "CloudFormation" => {
            let stack = format!("arn:aws:cloudformation:eu-west-1:{}:stack/{}/1", world.account, text("StackName"));
            let on_set = |operation: &str| {
                let call = call(&format!("cloudformation:{operation}"), stack.clone());
                call.with("cloudformation:ChangeSetName", text("ChangeSetName"))
            };
            match text("ActionMode") {
                "CHANGE_SET_REPLACE" => {
                    let pass = call("iam:PassRole", text("RoleArn").to_owned());
                    let pass = pass.with("iam:PassedToService", "cloudformation.amazonaws.com");
                    vec![on_set("DeleteChangeSet"), on_set("CreateChangeSet"), on_set("DescribeChangeSet"), pass]
                }
                mode => {
                    assert_eq!(mode, "CHANGE_SET_EXECUTE");
                    vec![on_set("ExecuteChangeSet"), on_set("DescribeChangeSet")]
                }
            }
        }
        "CodeStarSourceConnection" => {
            let use_it = call("codeconnections:UseConnection", text("ConnectionArn").to_owned());
            vec![use_it.with("codeconnections:FullRepositoryId", text("FullRepositoryId"))]
        }
        provider => panic!("what {provider} calls is not known"),
    }
}
