//! Roles that are computed are enough: what CloudFormation calls for a stack is within them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sparta_test_tools::LocalStack;

use crate::support::{Service, root, run};

/// The actions of a policy.
fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| match &statement["Action"] {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    });
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// What IAM calls the permission for an operation, where it is not called as the operation.
const CALLED_OTHERWISE: [(&str, &str); 1] = [("s3:HeadObject", "s3:GetObject")];

/// What LocalStack's services call of one another on their own account, with what for.
const OF_LOCALSTACK: [(&str, &str); 8] = [
    ("cloudwatch:PutMetricData", "its queues count their messages"),
    ("events:PutEvents", "its Parameter Store tells of what changes"),
    ("s3:CreateBucket", "its Lambda keeps archives in a bucket of its own"),
    ("s3:DeleteObject", "and removes them"),
    ("s3:PutObject", "and puts them there; provision uploads one too, from outside"),
    ("sqs:ReceiveMessage", "its event source mappings poll, as the function's role"),
    ("ssm:GetParameter", "it reads one parameter where AWS's handler, as the registry has it, reads several"),
    ("sts:AssumeRole", "its Lambda takes on the functions' roles"),
];

/// The stack is created, changed in its code and its settings, and deleted.
#[test]
fn what_cloudformation_calls_for_a_service_is_within_the_role_that_is_computed() {
    let mut called = BTreeSet::new();
    for example in ["hello", "codepipeline", "commands", "sparta-test-service"] {
        let localstack = LocalStack::start();
        localstack.aws().call("s3", "create_bucket", json!({"Bucket": "code"}));
        let (service, output) = (Service::of(example), tempfile::tempdir().unwrap());
        let environment: &[&str] =
            if ["codepipeline", "sparta-test-service"].contains(&example) { &["-e", "test"] } else { &[] };
        let command = |arguments: &[&str]| {
            let mut command = service.command(root(), [arguments, environment].concat());
            run(command.envs(localstack.aws().variables())).success()
        };
        let policy: Value =
            serde_json::from_str(&command(&["provision", "--explainRole", "--s3Bucket", "code"])).unwrap();

        let before = localstack.internal_calls();
        let provision =
            ["provision", "--s3Bucket", "code", "--outputDir", output.path().to_str().unwrap(), "--buildID"];
        let created = command(&[&provision[..], &["first"]].concat());
        let stack = created.split(' ').nth(1).unwrap();
        names_are_within(&policy, &localstack, stack);
        command(&[&provision[..], &["second", "--tag", "team=shop"]].concat());
        command(&["delete", "--yes"]);

        let allowed = actions(&policy);
        let calls = localstack.internal_calls();
        let calls: BTreeSet<String> = calls.difference(&before).map(|call| call.replacen('.', ":", 1)).collect();
        for step in ["iam:CreateRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:DeleteFunction"] {
            assert!(calls.contains(step), "{example}: {step} was not called: {calls:?}");
        }
        for call in &calls {
            let permission = CALLED_OTHERWISE.iter().find(|(name, _)| name == call).map_or(call.as_str(), |it| it.1);
            let own = OF_LOCALSTACK.iter().any(|(name, _)| name == call);
            assert!(own || allowed.contains(permission), "{example}: {call} is not within {allowed:?}");
        }
        called.extend(calls);
    }
    let unused = OF_LOCALSTACK.iter().chain(&CALLED_OTHERWISE).find(|(call, _)| !called.contains(*call));
    assert_eq!(unused, None, "it is not called any more");
    assert!(called.contains("sqs:CreateQueue") && called.contains("lambda:CreateEventSourceMapping"), "{called:?}");
}

/// What the stack's resources are called is what the policy is about.
fn names_are_within(policy: &Value, localstack: &LocalStack, stack: &str) {
    let resources = localstack.aws().call("cloudformation", "list_stack_resources", json!({"StackName": stack}));
    let arns = policy["Statement"].as_array().unwrap().iter().flat_map(|statement| match &statement["Resource"] {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    });
    let arns: Vec<String> = arns.map(|arn| arn.as_str().unwrap().to_owned()).collect();
    let mut checked = 0;
    for resource in resources["StackResourceSummaries"].as_array().unwrap() {
        let start = match resource["ResourceType"].as_str().unwrap() {
            "AWS::IAM::Role" => ":role/",
            "AWS::Lambda::Function" => ":function:",
            "AWS::Logs::LogGroup" => ":log-group:",
            _ => continue,
        };
        checked += 1;
        let name = resource["PhysicalResourceId"].as_str().unwrap();
        let patterns = arns.iter().filter_map(|arn| arn.split_once(start)?.1.strip_suffix('*'));
        assert!(patterns.into_iter().any(|pattern| name.starts_with(pattern)), "{start}{name} is not within {arns:#?}");
    }
    assert!(checked >= 3, "{resources}");
}
