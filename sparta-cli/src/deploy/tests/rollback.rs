//! The alarms that roll an update back.

use super::*;
use crate::stack::RollbackTrigger;

const ARN: &str = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:";
const PLACE: &str = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:";

fn triggers(prefix: &str, names: &[&str]) -> Vec<RollbackTrigger> {
    let trigger =
        |name: &&str| RollbackTrigger { arn: format!("{prefix}{name}"), kind: "AWS::CloudWatch::Alarm".into() };
    names.iter().map(trigger).collect()
}

fn watching(names: &[&str]) -> StackRequest {
    let minutes = if names.is_empty() { 0 } else { 10 };
    let rollback_triggers = triggers(PLACE, names);
    StackRequest {
        rollback: RollbackConfiguration { rollback_triggers, monitoring_time_in_minutes: minutes },
        ..request()
    }
}

/// A stack that CloudFormation watches with these alarms, for 20 minutes.
fn watched(status: &str, names: &[&str]) -> Answer {
    let members: String = triggers(ARN, names)
        .iter()
        .map(|it| format!("<member><Arn>{}</Arn><Type>{}</Type></member>", it.arn, it.kind))
        .collect();
    let configuration = format!(
        "<RollbackConfiguration><RollbackTriggers>{members}</RollbackTriggers>\
         <MonitoringTimeInMinutes>20</MonitoringTimeInMinutes></RollbackConfiguration>"
    );
    match stack(status) {
        Answer::Reply { status, headers, body } => {
            Answer::Reply { status, headers, body: body.replace("<Outputs>", &format!("{configuration}<Outputs>")) }
        }
        other => other,
    }
}

fn answers(describes: Vec<Answer>) -> Vec<(&'static str, Vec<Answer>)> {
    let alarm = |id: &str, physical_id: &str, status: &str| {
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical_id}</PhysicalResourceId>\
             <ResourceType>AWS::CloudWatch::Alarm</ResourceType><ResourceStatus>{status}</ResourceStatus>\
             <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
        )
    };
    let resources = [
        alarm("ErrorsAlarm", "Hello-ErrorsAlarm", "CREATE_COMPLETE"),
        alarm("BothAlarm", &format!("{ARN}Hello-BothAlarm"), "UPDATE_COMPLETE"),
        alarm("GoneAlarm", "Hello-GoneAlarm", "DELETE_COMPLETE"),
    ];
    let resources = format!("<StackResourceSummaries>{}</StackResourceSummaries>", resources.concat());
    vec![
        ("DescribeStacks", describes),
        ("ListStackResources", vec![Answer::result("ListStackResources", &resources)]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("1", "Hello", STACK, "UPDATE_IN_PROGRESS", "")])]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
    ]
}

/// What CreateChangeSet says of rollbacks, by its parameters' names; and what the user reads.
async fn asked(request: &StackRequest, describes: Vec<Answer>) -> (BTreeMap<String, String>, String) {
    let (script, recorder) = (Script::of(answers(describes)), Recorder::default());
    stacks(&script, &recorder).converge(request).await.unwrap();
    let body = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap().body;
    let decoded = |text: &str| text.replace("%3A", ":").replace("%2F", "/");
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs
        .filter_map(|(name, value)| Some((name.strip_prefix("RollbackConfiguration.")?.to_owned(), decoded(value))));
    (pairs.collect(), recorder.text())
}

/// With these alarms for so long.
fn said(names: &[&str], minutes: u32) -> BTreeMap<String, String> {
    let trigger = |(at, it): (usize, &RollbackTrigger)| {
        let name = |field: &str| format!("RollbackTriggers.member.{}.{field}", at + 1);
        [(name("Arn"), it.arn.clone()), (name("Type"), it.kind.clone())]
    };
    let mut said: BTreeMap<String, String> = triggers(ARN, names).iter().enumerate().flat_map(trigger).collect();
    if names.is_empty() {
        said.insert("RollbackTriggers".into(), String::new());
    }
    said.insert("MonitoringTimeInMinutes".into(), minutes.to_string());
    said
}

fn updated(status: fn(&str) -> Answer) -> Vec<Answer> {
    vec![status("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")]
}

#[tokio::test]
async fn alarms_that_are_there_roll_an_update_back_and_others_are_said_to_come_later() {
    let request = watching(&["Hello-ErrorsAlarm", "Hello-BothAlarm", "Hello-GoneAlarm", "Hello-NewAlarm"]);
    let (asked, text) = asked(&request, updated(stack)).await;
    assert_eq!(asked, said(&["Hello-ErrorsAlarm", "Hello-BothAlarm"], 10));
    assert!(text.contains("Hello-GoneAlarm or Hello-NewAlarm is not there before this deployment"), "{text}");
    assert!(text.contains("where Hello-ErrorsAlarm or Hello-BothAlarm rings until 10 min after the update"), "{text}");
}

#[tokio::test]
async fn an_update_that_an_alarm_rolled_back_says_so() {
    let because = "One or more of the rollback triggers is in ALARM";
    let rolled_back = [
        ("1", "Hello", STACK, "UPDATE_IN_PROGRESS", ""),
        ("2", "Hello", STACK, "UPDATE_ROLLBACK_IN_PROGRESS", because),
        ("3", "Hello", STACK, "UPDATE_ROLLBACK_COMPLETE", ""),
    ];
    let mut newest_first = rolled_back;
    newest_first.reverse();
    let mut answers = answers(vec![stack("CREATE_COMPLETE"), stack("UPDATE_ROLLBACK_COMPLETE")]);
    answers.retain(|(call, _)| *call != "DescribeStackEvents");
    answers.push(("DescribeStackEvents", vec![events(&[]), events(&newest_first)]));
    let (script, recorder) = (Script::of(answers), Recorder::default());
    let error = stacks(&script, &recorder).converge(&watching(&["Hello-ErrorsAlarm"])).await.unwrap_err();
    let report = report(error);
    assert!(report.contains(&format!("stack \"Hello\" could not be updated: {because}")), "{report}");
    assert!(report.contains("The stack is as it was before"), "{report}");
}

#[tokio::test]
async fn a_creation_has_no_alarm_yet() {
    let (asked, text) = asked(&watching(&["Hello-ErrorsAlarm"]), vec![no_stack(), stack("CREATE_COMPLETE")]).await;
    assert_eq!(asked, BTreeMap::new());
    assert!(text.contains("Hello-ErrorsAlarm is not there before this deployment"), "{text}");
}

#[tokio::test]
async fn what_is_no_longer_watched_is_taken_back_and_what_others_have_set_stays() {
    let nothing = watching(&[]);
    let own = |status: &str| watched(status, &["Hello-ErrorsAlarm"]);
    assert_eq!(asked(&nothing, updated(own)).await.0, said(&[], 0));
    let both = |status: &str| watched(status, &["Hello-ErrorsAlarm", "theirs"]);
    assert_eq!(asked(&nothing, updated(both)).await.0, said(&["theirs"], 20));
    let more = watching(&["Hello-BothAlarm"]);
    assert_eq!(asked(&more, updated(both)).await.0, said(&["theirs", "Hello-BothAlarm"], 10));
    let theirs = |status: &str| watched(status, &["theirs"]);
    assert_eq!(asked(&nothing, updated(theirs)).await.0, BTreeMap::new());
    assert_eq!(asked(&nothing, updated(stack)).await.0, BTreeMap::new());
}

#[tokio::test]
async fn cloudformation_acts_in_the_role_that_is_asked_for() {
    let role = Some("arn:aws:iam::123456789012:role/CloudFormation".to_owned());
    let (script, recorder) = (Script::of(answers(updated(stack))), Recorder::default());
    stacks(&script, &recorder).converge(&StackRequest { role, ..watching(&[]) }).await.unwrap();
    let body = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap().body;
    assert!(body.contains("&RoleARN=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FCloudFormation"), "{body}");
}
