//! Every fault at every call of a deployment: it ends well, or says what is and what to do, and the next run ends well.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_smithy_types::base64;
use serde_json::json;
use sha2::{Digest, Sha256};
use sparta_core::cfn::Template;

use super::world::fault::{Fault, Injected};
use super::world::server::Server;
use super::world::{BUCKET, World};
use super::{Pace, Recorder, report};
use crate::CliError;
use crate::aws::cloudformation::Event;
use crate::commands::carry_out;
use crate::deploy::{Progress, Stacks, Waiting, Wishes};
use crate::stack::{Deployment, Request, RollbackConfiguration};

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Journey {
    Provision(&'static str),
    InPlace(&'static str),
    /// A deployment that a smoke test finds not to work.
    Refused(&'static str),
    Delete,
    Recover,
    Pipeline {
        token: Option<&'static str>,
    },
    /// A pipeline with a connection of its own.
    Connected,
}

const WAITING: Waiting = Waiting { pause: Duration::from_millis(1), looks: 20, patience: 3 };

const SECRET: &str = "sparta/Hello/github-token";

impl Journey {
    async fn run(self, server: &Server, patience: Duration, seen: &Arc<Recorder>) -> Result<(), CliError> {
        let config = server.config(patience);
        let moment = Duration::from_millis(1);
        let pace = Pace { first: moment, most: moment, patience: 3 };
        if let Self::Delete = self {
            Stacks::new(&config, &**seen).pace(pace).delete("Hello", Some("Hello")).await?;
            return Ok(());
        }
        if let Self::Recover = self {
            let stacks = Stacks::new(&config, &**seen).pace(pace);
            let diagnosis = stacks.diagnose("Hello", Some("Hello"), false).await?;
            stacks.recover(&diagnosis, &Wishes::default()).await?;
            return Ok(());
        }
        let progress = Box::new(Shared(Arc::clone(seen)));
        let deployment = Deployment::of(config, progress, Some(BUCKET), pace).await?;
        match self {
            Self::Provision(version) | Self::InPlace(version) | Self::Refused(version) => {
                let request = request(version);
                deployment.check_owner(&request, "Hello").await?;
                deployment.check_bucket().await?;
                deployment.upload(&key(version), version.as_bytes().to_vec()).await?;
                if let Self::InPlace(_) = self {
                    deployment.update_in_place(&request, &template(), version.as_bytes()).await?;
                    return Ok(());
                }
                let source = deployment.template("Hello", &template()).await?;
                let previous = match self {
                    Self::Refused(_) => deployment.previous("Hello").await?,
                    _ => None,
                };
                deployment.converge(&request, source).await?;
                deployment.verify(&request, &template(), version.as_bytes()).await?;
                if let Self::Refused(_) = self {
                    let error = CliError::failed("the smoke test failed");
                    return Err(deployment.take_back("Hello", &request, previous, error).await);
                }
                Ok(())
            }
            Self::Pipeline { token } => {
                let mut request = request("pipeline");
                let token = token.map(|token| token.parse().unwrap());
                let token = token.as_ref().map(|token| (SECRET, token));
                carry_out(&deployment, "Hello", &mut request, &template(), &[], token, WAITING).await?;
                Ok(())
            }
            Self::Connected => {
                let template = connected();
                carry_out(&deployment, "Hello", &mut request("pipeline"), &template, &[], None, WAITING).await?;
                Ok(())
            }
            Self::Delete | Self::Recover => unreachable!("it needs no deployment"),
        }
    }

    /// What is not as it was asked to be.
    fn missed(self, world: &World) -> Option<String> {
        let stack = world.stack("Hello");
        match self {
            Self::Delete => stack.map(|stack| format!("the stack is in {}", stack.status)),
            Self::Recover => {
                let over = |it: &&super::world::Stack| it.status == "UPDATE_ROLLBACK_COMPLETE" && !it.is_busy();
                stack.filter(over).is_none().then(|| "the stack is still stuck".to_owned())
            }
            Self::InPlace(version) => {
                (world.functions["Hello-Fn"].sha256 != hash(version)).then(|| "other code runs".to_owned())
            }
            Self::Provision(version) | Self::Refused(version) => {
                if world.functions.get("Hello-Fn").map(|it| &it.sha256) != Some(&hash(version)) {
                    return Some("other code runs".to_owned());
                }
                of_stack(world, &request(version))
            }
            Self::Connected => {
                let is_whole = stack.is_some_and(|stack| stack.wanted.template == connected().to_compact_json());
                let missed = (!is_whole).then(|| "there is only part of it".to_owned());
                missed.or_else(|| of_stack(world, &request("pipeline")))
            }
            Self::Pipeline { token: None } => of_stack(world, &request("pipeline")),
            Self::Pipeline { token: Some(token) } => {
                let Some((version, value)) = world.secrets.get(SECRET).and_then(|versions| versions.last()) else {
                    return Some("there is no secret".to_owned());
                };
                let mut request = request("pipeline");
                request.parameters.insert("TokenVersion".to_owned(), version.clone());
                (value != token).then(|| "the secret is another".to_owned()).or_else(|| of_stack(world, &request))
            }
        }
    }
}

fn of_stack(world: &World, request: &Request) -> Option<String> {
    let Some(stack) = world.stack("Hello") else { return Some("there is no stack".to_owned()) };
    let complete = matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE");
    let policy = stack.policy.as_ref().map(|policy| serde_json::from_str(policy).unwrap());
    let wanted = &stack.wanted;
    let same = wanted.parameters == request.parameters && wanted.tags == request.tags && policy == request.stack_policy;
    (!complete || stack.is_busy() || !same).then(|| format!("the stack is in {} with {wanted:?}", stack.status))
}

fn key(version: &str) -> String {
    format!("Hello/code/{version}.zip")
}

fn hash(version: &str) -> String {
    base64::encode(Sha256::digest(version.as_bytes()))
}

fn request(version: &str) -> Request {
    let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Request {
        stack_name: "Hello".to_owned(),
        parameters: text(&[("CodeBucket", BUCKET), ("CodeKey", &key(version))]),
        tags: text(&[("sparta:app", "Hello")]),
        capabilities: vec!["CAPABILITY_IAM"],
        stack_policy: Some(json!({"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*"}]})),
        role: None,
        rollback_configuration: RollbackConfiguration::default(),
    }
}

fn template() -> Template {
    let code = json!({"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}});
    let template = json!({
        "Parameters": {"CodeBucket": {"Type": "String"}, "CodeKey": {"Type": "String"}},
        "Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Code": code}}},
    });
    Template::from_json(&template.to_string()).unwrap()
}

/// The same with a pipeline and its connection.
fn connected() -> Template {
    let mut all: serde_json::Value = serde_json::from_str(&template().to_json()).unwrap();
    all["Resources"]["GitHubConnection"] = json!({"Type": "AWS::CodeConnections::Connection"});
    all["Resources"]["Pipeline"] = json!({"Type": "AWS::CodePipeline::Pipeline"});
    Template::from_json(&all.to_string()).unwrap()
}

struct Shared(Arc<Recorder>);

impl Progress for Shared {
    fn say(&self, line: &str) {
        self.0.say(line);
    }

    fn start(&self, doing: &str) {
        self.0.start(doing);
    }

    fn event(&self, event: &Event) {
        self.0.event(event);
    }

    fn stop(&self) {}
}

/// One run on a world, with a fault or without: how it ended, what was said, and the world and the calls after it.
struct Run {
    error: Option<String>,
    said: String,
    world: World,
    calls: Vec<String>,
}

fn run(journey: Journey, world: World, fault: Option<Injected>) -> Run {
    let silent = fault.is_some_and(|injected| injected.fault == Fault::Silent);
    let patience = if silent { Duration::from_millis(300) } else { Duration::from_secs(20) };
    let (server, recorder) = (Server::of(world, fault), Arc::new(Recorder::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(journey.run(&server, patience, &recorder));
    let error = result.err().map(report);
    let said = format!("{}\n{}", recorder.text(), error.as_deref().unwrap_or_default());
    Run { error, said, world: server.world(), calls: server.calls() }
}

/// What an error says of the state that is left.
const UNCHANGED: [&str; 4] = ["was not changed", "Nothing was deployed", "was not updated", "No function was given"];
const CHANGED: [&str; 12] = [
    "goes on in AWS",
    "AWS goes on",
    "has not begun it",
    "The stack is in ",
    "The stack is as it was",
    "is created and in order",
    "is deployed, but",
    "may be left behind",
    "New code: ",
    "It is not known whether",
    "The empty stack \"Hello\" was deleted",
    "The connection is in its stack",
];
/// And of what to do.
const NEXT: [&str; 4] = ["same command", "`delete` command", "Allow `", "with --s3Bucket"];

/// What is wrong with how a journey with a fault ended, and with what comes after it.
fn judge(journey: Journey, before: &World, run: Run) -> Option<String> {
    let Run { error, said, mut world, .. } = run;
    if let Some(report) = &error {
        let claims = UNCHANGED.iter().any(|claim| report.contains(claim));
        if !claims && !CHANGED.iter().any(|claim| report.contains(claim)) {
            return Some("it does not say what state is left".to_owned());
        }
        if !NEXT.iter().any(|next| report.contains(next)) {
            return Some("it does not say what to do".to_owned());
        }
        if claims && changed(before, &world) {
            return Some("it says that nothing changed".to_owned());
        }
    } else if let Some(missed) = journey.missed(&world) {
        return Some(format!("it says that it is done, and {missed}"));
    }
    for litter in litter(&world) {
        if !said.contains(&litter) {
            return Some(format!("it leaves {litter} behind and does not say so"));
        }
    }
    world.settle();
    world.broken = false;
    let again = self::run(journey, world, None);
    match again.error {
        Some(report) => Some(format!("the next run fails: {report}")),
        None => journey.missed(&again.world).map(|missed| format!("after the next run {missed}")),
    }
}

/// Whether a stack is, or is about to be, another than before.
fn changed(before: &World, now: &World) -> bool {
    let of = |world: &World| {
        let stack = world.stack("Hello").filter(|stack| stack.status != "REVIEW_IN_PROGRESS" || stack.is_busy());
        stack.map(|stack| (stack.id.clone(), stack.status.clone(), stack.wanted.clone(), stack.is_busy()))
    };
    of(before) != of(now) || before.functions != now.functions
}

/// What was made for a change and is still there.
fn litter(world: &World) -> BTreeSet<String> {
    let open = |set: &&super::world::ChangeSet| !set.execution.starts_with("EXECUTE");
    let stacks = world.stacks.iter().filter(|stack| stack.status != "DELETE_COMPLETE" && !stack.is_busy());
    stacks.flat_map(|stack| stack.change_sets.iter().filter(open).map(|set| set.name.clone())).collect()
}

/// The journeys, each with the world that it begins in.
fn journeys() -> Vec<(&'static str, Journey, World)> {
    let after = |journey: Journey, world: World| {
        let run = run(journey, world, None);
        assert_eq!(run.error, None);
        run.world
    };
    let deployed = after(Journey::Provision("first"), World::default());
    let broken = |world: &World| {
        let mut world = world.clone();
        world.broken = true;
        world
    };
    let mut rolled_back = run(Journey::Provision("first"), broken(&World::default()), None).world;
    rolled_back.broken = false;
    let mut stuck = deployed.clone();
    "UPDATE_ROLLBACK_FAILED".clone_into(&mut stuck.stacks[0].status);
    let first = after(Journey::Pipeline { token: Some("ghp_first") }, World::default());
    let given = after(Journey::Pipeline { token: None }, World::default());
    vec![
        ("new", Journey::Provision("first"), World::default()),
        ("update", Journey::Provision("second"), deployed.clone()),
        ("unchanged", Journey::Provision("first"), deployed.clone()),
        ("in place", Journey::InPlace("second"), deployed.clone()),
        ("a creation that rolls back", Journey::Provision("first"), broken(&World::default())),
        ("a new start after a rollback", Journey::Provision("first"), rolled_back),
        ("an update that rolls back", Journey::Provision("second"), broken(&deployed)),
        ("delete", Journey::Delete, deployed),
        ("recover", Journey::Recover, stuck),
        ("a pipeline with a token", Journey::Pipeline { token: Some("ghp_first") }, World::default()),
        ("a pipeline with another token", Journey::Pipeline { token: Some("ghp_second") }, first),
        ("a pipeline with a connection", Journey::Pipeline { token: None }, World::default()),
        ("a pipeline that gets its own connection", Journey::Connected, given.pending(2)),
    ]
}

#[test]
fn what_a_smoke_test_refuses_is_taken_back_to_what_was_there_before() {
    let first = run(Journey::Provision("first"), World::default(), None).world;
    let refused = run(Journey::Refused("second"), first.clone(), None);
    let report = refused.error.unwrap();
    assert_eq!(report, "error: the smoke test failed\nhint: The stack Hello is again what it was before.\n");
    assert_eq!(Journey::Provision("first").missed(&refused.world), None);
    assert_eq!(refused.calls.iter().filter(|call| *call == "ExecuteChangeSet").count(), 2);

    let new = run(Journey::Refused("first"), World::default(), None);
    let report = new.error.unwrap();
    assert!(report.ends_with("hint: The stack Hello stays as it is: there was nothing before it.\n"), "{report}");
    assert_eq!(Journey::Provision("first").missed(&new.world), None);

    let back = refused.calls.iter().rposition(|call| call == "ExecuteChangeSet").unwrap();
    let denied = Injected { call: back, fault: Fault::Denied, always: true };
    let report = run(Journey::Refused("second"), first, Some(denied)).error.unwrap();
    assert!(report.contains("could not be taken back, and is as the deployment left it"), "{report}");
}

#[test]
fn a_pipeline_is_made_once_its_connection_is_authorised() {
    let new = run(Journey::Connected, World::default().pending(2), None);
    assert_eq!((new.error, new.world.started), (None, 0), "a new pipeline starts by itself");
    let page = "https://eu-west-1.console.aws.amazon.com/codesuite/settings/123456789012/eu-west-1/codeconnections/connections/\
                GitHubConnection";
    assert_eq!(new.said.matches(page).count(), 1, "{}", new.said);
    let calls = |name: &str| new.calls.iter().filter(|call| *call == name).count();
    assert_eq!((calls("GetConnection"), calls("ExecuteChangeSet")), (3, 2));
    let again = run(Journey::Connected, new.world, None);
    assert!(!again.calls.iter().any(|call| call == "ExecuteChangeSet") && !again.said.contains(page), "{}", again.said);

    let before = run(Journey::Pipeline { token: None }, World::default(), None).world;
    let before = run(Journey::Connected, before.pending(100), None);
    let error = before.error.unwrap();
    assert!(error.contains("was not authorised within") && error.contains("run the same command again"), "{error}");
    let template = &before.world.stack("Hello").unwrap().wanted.template;
    assert!(
        template.contains("GitHubConnection") && template.contains("Fn") && !template.contains("AWS::CodePipeline")
    );
    assert_eq!(run(Journey::Connected, before.world.pending(0), None).error, None);
}

#[test]
fn a_pipeline_that_was_there_before_its_connection_is_started() {
    let world = run(Journey::Connected, World::default(), None).world;
    let run = run(Journey::Connected, world.pending(1), None);
    assert_eq!((run.error, run.world.started), (None, 1), "{}", run.said);
}

#[test]
fn whatever_goes_wrong_is_told_and_the_next_run_ends_well() {
    let mut cases = Vec::new();
    for (name, journey, world) in journeys() {
        let calls = run(journey, world.clone(), None).calls;
        // Of a call that is made again and again, the first and the last stand for all.
        let like = |what: &String, calls: &[String]| calls.iter().filter(|it| *it == what).count();
        let telling =
            |call: usize| like(&calls[call], &calls[..call]) == 0 || like(&calls[call], &calls[call + 1..]) == 0;
        // The rest is as in the other journeys.
        let own = ["DescribeStacks", "ExecuteChangeSet", "GetConnection", "GetTemplate", "ListStackResources"];
        let is_own = |what: &&String| journey != Journey::Connected || own.contains(&what.as_str());
        let cases_of = calls.iter().enumerate().filter(|(call, what)| telling(*call) && is_own(what));
        for (call, what) in cases_of {
            for (fault, always) in Fault::ALL {
                let injected = Injected { call, fault, always };
                cases.push((
                    format!("{name}, {what} (call {call}): {fault:?}, always: {always}"),
                    journey,
                    world.clone(),
                    injected,
                ));
            }
        }
    }
    let count = cases.len();
    assert!(count >= 500, "{count} combinations");
    let (cases, wrong) = (Mutex::new(cases), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                loop {
                    let Some((name, journey, world, injected)) = cases.lock().unwrap().pop() else { return };
                    let run = run(journey, world.clone(), Some(injected));
                    let said = run.said.clone();
                    if let Some(reason) = judge(journey, &world, run) {
                        wrong.lock().unwrap().push(format!("{name}: {reason}\n{said}\n"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
