mod converge;
mod delete;
mod faults;
mod health;
mod inplace;
mod journeys;
pub(crate) mod log;
mod policy;
mod recover;
mod review;
mod reviewer;
mod rollback;
pub(crate) mod script;
mod secret;
mod statuses;
mod upload;
mod verify;
mod world;

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use script::{Answer, Script};
use tokio::sync::Notify;

use super::{Pace, Progress, StackRequest, Stacks, TemplateSource};
use crate::aws::cloudformation::Event;
use crate::error::CliError;
use crate::stack::RollbackConfiguration;

const STACK_ID: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/Hello/1";

/// Remembers what the user would see.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        self.lines().join("\n")
    }
}

impl Progress for Recorder {
    fn say(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }

    fn start(&self, doing: &str) {
        self.say(doing);
    }

    fn event(&self, event: &Event) {
        self.say(&format!("{} {}", event.logical_id, event.status));
    }

    fn stop(&self) {}
}

fn stacks<'a>(script: &Script, recorder: &'a Recorder) -> Stacks<'a> {
    let moment = Duration::from_millis(1);
    Stacks::new(&script.config(), recorder).pace(Pace { first: moment, most: moment, patience: 3 }).interrupt(pending)
}

fn request() -> StackRequest {
    StackRequest {
        name: "Hello".into(),
        template: TemplateSource::Body("{}".into()),
        parameters: BTreeMap::from([("Message".into(), "hi".into())]),
        tags: BTreeMap::from([("sparta:app".into(), "Hello".into())]),
        capabilities: vec!["CAPABILITY_IAM".into()],
        policy: None,
        role: None,
        rollback: RollbackConfiguration::default(),
    }
}

/// Stacks that Ctrl-C on this keyboard interrupts.
fn wired<'a>(stacks: Stacks<'a>, keyboard: &Arc<Notify>) -> Stacks<'a> {
    let keyboard = Arc::clone(keyboard);
    stacks.interrupt(move || {
        let keyboard = Arc::clone(&keyboard);
        async move { keyboard.notified().await }
    })
}

/// What the user reads on stderr.
fn report(error: impl Into<CliError>) -> String {
    let mut out = Vec::new();
    error.into().write_report(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn stack(status: &str) -> Answer {
    stack_of(Some("Hello"), status)
}

/// A stack with the tag of this app.
fn stack_of(app: Option<&str>, status: &str) -> Answer {
    let app = app.map(|app| format!("<member><Key>sparta:app</Key><Value>{app}</Value></member>")).unwrap_or_default();
    Answer::result(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackId>{STACK_ID}</StackId><StackName>Hello</StackName>\
             <StackStatus>{status}</StackStatus><CreationTime>2026-01-02T03:04:05Z</CreationTime>\
             <Outputs><member><OutputKey>Url</OutputKey><OutputValue>https://x</OutputValue></member></Outputs>\
             <Parameters><member><ParameterKey>CodeKey</ParameterKey><ParameterValue>old.zip</ParameterValue></member>\
             <member><ParameterKey>Secret</ParameterKey><ParameterValue>****</ParameterValue></member></Parameters>\
             <Tags>{app}<member><Key>sparta:buildId</Key><Value>1</Value></member></Tags>\
             </member></Stacks>"
        ),
    )
}

fn no_stack() -> Answer {
    Answer::error(400, "ValidationError", "Stack with id Hello does not exist")
}

/// Events as AWS gives them, newest first; each is `(id, logical id, type, status, reason)`.
fn events(events: &[(&str, &str, &str, &str, &str)]) -> Answer {
    let members: String = events
        .iter()
        .map(|(id, logical, kind, status, reason)| {
            let physical = if *kind == STACK { STACK_ID } else { "physical" };
            format!(
                "<member><StackId>{STACK_ID}</StackId><EventId>{id}</EventId><StackName>Hello</StackName>\
                 <LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
                 <ResourceType>{kind}</ResourceType><Timestamp>2026-01-02T03:04:05Z</Timestamp>\
                 <ResourceStatus>{status}</ResourceStatus>\
                 <ResourceStatusReason>{reason}</ResourceStatusReason></member>"
            )
        })
        .collect();
    Answer::result("DescribeStackEvents", &format!("<StackEvents>{members}</StackEvents>"))
}

const STACK: &str = "AWS::CloudFormation::Stack";
const FUNCTION: &str = "AWS::Lambda::Function";

fn change_set(status: &str, execution: &str, reason: &str) -> Answer {
    Answer::result(
        "DescribeChangeSet",
        &format!(
            "<StackId>{STACK_ID}</StackId><Status>{status}</Status><StatusReason>{reason}</StatusReason>\
             <ExecutionStatus>{execution}</ExecutionStatus>"
        ),
    )
}

fn change_set_made() -> Answer {
    Answer::result("CreateChangeSet", &format!("<Id>arn:change-set</Id><StackId>{STACK_ID}</StackId>"))
}

fn done(call: &str) -> Answer {
    Answer::result(call, "")
}
