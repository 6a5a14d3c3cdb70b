//! Roles that are computed are enough: what CloudFormation calls for a stack is within them.

use std::{collections::BTreeSet, thread};

use regex_lite::Regex;
use serde_json::{Value, json};
use sparta_test_tools::LocalStack;

use crate::support::{LIGHT_PROFILE, Service, root, run};

/// The actions of a policy.
fn actions(policy: &Value) -> BTreeSet<String> {
    policy["Statement"].as_array().unwrap().iter().flat_map(|statement| texts(&statement["Action"])).collect()
}

/// One text or several.
fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter();
    all.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What IAM calls the permission for an operation, where it is not called as the operation.
const CALLED_OTHERWISE: [(&str, &str); 2] =
    [("lambda:Invoke", "lambda:InvokeFunction"), ("s3:HeadObject", "s3:GetObject")];

/// API Gateway's operations by their methods and paths, which are what IAM knows of them.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>.
const API_GATEWAY: [(&str, &str, &str); 16] = [
    ("apigateway:CreateApiKey", "POST", "/apikeys"),
    ("apigateway:CreateDeployment", "POST", "/restapis/a1b2c3/deployments"),
    ("apigateway:CreateRestApi", "POST", "/restapis"),
    ("apigateway:CreateStage", "POST", "/restapis/a1b2c3/stages"),
    ("apigateway:CreateUsagePlan", "POST", "/usageplans"),
    ("apigateway:CreateUsagePlanKey", "POST", "/usageplans/a1b2c3/keys"),
    ("apigateway:DeleteApiKey", "DELETE", "/apikeys/a1b2c3"),
    ("apigateway:DeleteDeployment", "DELETE", "/restapis/a1b2c3/deployments/d4e5f6"),
    ("apigateway:DeleteRestApi", "DELETE", "/restapis/a1b2c3"),
    ("apigateway:DeleteStage", "DELETE", "/restapis/a1b2c3/stages/v1"),
    ("apigateway:DeleteUsagePlan", "DELETE", "/usageplans/a1b2c3"),
    ("apigateway:DeleteUsagePlanKey", "DELETE", "/usageplans/a1b2c3/keys/d4e5f6"),
    ("apigateway:GetResources", "GET", "/restapis/a1b2c3/resources"),
    ("apigateway:GetStage", "GET", "/restapis/a1b2c3/stages/v1"),
    ("apigateway:GetStages", "GET", "/restapis/a1b2c3/stages"),
    ("apigateway:PutRestApi", "PUT", "/restapis/a1b2c3"),
];

/// What LocalStack's services call of one another on their own account, with what for.
const OF_LOCALSTACK: [(&str, &str); 11] = [
    ("cloudformation:DescribeStacks", "its REST APIs are tagged with the id of their stack"),
    ("cloudwatch:PutMetricData", "its queues count their messages"),
    ("events:PutEvents", "its Parameter Store tells of what changes"),
    ("logs:CreateLogStream", "its Lambda keeps what a function logs whose answer is waited for"),
    ("logs:PutLogEvents", "the same"),
    ("s3:CreateBucket", "its Lambda keeps archives in a bucket of its own"),
    ("s3:DeleteObject", "and removes them"),
    ("s3:PutObject", "and puts them there; provision uploads one too, from outside"),
    ("sqs:ReceiveMessage", "its event source mappings poll, as the function's role"),
    ("ssm:GetParameter", "it reads one parameter where AWS's handler, as the registry has it, reads several"),
    ("sts:AssumeRole", "its Lambda takes on the functions' roles"),
];

#[test]
fn what_cloudformation_calls_for_a_service_is_within_the_role_that_is_computed() {
    let called: BTreeSet<String> = thread::scope(|scope| {
        let services = ["hello", "codepipeline", "commands", "sparta-test-service"];
        let calls = services.map(|example| scope.spawn(move || calls_within_the_role(example)));
        calls.into_iter().flat_map(|calls| calls.join().unwrap()).collect()
    });
    let known = OF_LOCALSTACK.iter().chain(&CALLED_OTHERWISE).map(|(call, _)| *call);
    let unused = known.chain(API_GATEWAY.map(|(call, ..)| call)).find(|call| !called.contains(*call));
    assert_eq!(unused, None, "it is not called any more");
    assert!(called.contains("sqs:CreateQueue") && called.contains("lambda:CreateEventSourceMapping"), "{called:?}");
}

/// What is called while the stack is created, changed in its code and its settings, and deleted; all of it is allowed.
fn calls_within_the_role(example: &str) -> BTreeSet<String> {
    let localstack = LocalStack::start();
    localstack.aws().call("s3", "create_bucket", json!({"Bucket": "code"}));
    let (service, output) = (Service::of(example), tempfile::tempdir().unwrap());
    let environment: &[&str] =
        if ["codepipeline", "sparta-test-service"].contains(&example) { &["-e", "test"] } else { &[] };
    let command = |arguments: &[&str]| {
        let mut command = service.command(root(), [arguments, environment].concat());
        // What is called for a function is the same however its code is optimized.
        run(command.envs(localstack.aws().variables()).envs(LIGHT_PROFILE)).success()
    };
    let policy: Value = serde_json::from_str(&command(&["provision", "--explainRole", "--s3Bucket", "code"])).unwrap();

    let before = localstack.internal_calls();
    let provision = ["provision", "--outputDir", output.path().to_str().unwrap(), "--s3Bucket"];
    let created = command(&[&provision[..], &["code"]].concat());
    let stack = created.split(' ').nth(1).unwrap();
    names_are_within(&policy, &localstack, stack);
    // The code is the same: only from another place is it given to the functions again.
    localstack.aws().call("s3", "create_bucket", json!({"Bucket": "other"}));
    command(&[&provision[..], &["other", "--tag", "team=shop"]].concat());
    command(&["delete", "--yes"]);

    let allowed = actions(&policy);
    let calls = localstack.internal_calls();
    let calls: BTreeSet<String> = calls.difference(&before).map(|call| call.replacen('.', ":", 1)).collect();
    for step in ["iam:CreateRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:DeleteFunction"] {
        assert!(calls.contains(step), "{example}: {step} was not called: {calls:?}");
    }
    let is_outside = |call: &&String| {
        let own = OF_LOCALSTACK.iter().any(|(name, _)| name == call);
        let within = match API_GATEWAY.iter().find(|(name, ..)| name == call) {
            Some((_, method, path)) => allows_path(&policy, method, path),
            None => allowed.contains(permission(call)),
        };
        !own && !within
    };
    let outside: Vec<&String> = calls.iter().filter(is_outside).collect();
    assert!(outside.is_empty(), "{example}: {outside:?} is not within {policy:#}");
    calls
}

fn permission(call: &str) -> &str {
    CALLED_OTHERWISE.iter().find(|(name, _)| *name == call).map_or(call, |(_, permission)| permission)
}

/// Whether the policy allows a method on a path of API Gateway's, whatever its conditions are.
fn allows_path(policy: &Value, method: &str, path: &str) -> bool {
    let (action, arn) = (format!("apigateway:{method}"), format!("arn:aws:apigateway:us-east-1::{path}"));
    let covers = |pattern: &String| {
        let pattern = regex_lite::escape(pattern).replace(r"\*", ".*");
        Regex::new(&format!("^{pattern}$")).expect("the pattern is one").is_match(&arn)
    };
    let mut statements = policy["Statement"].as_array().unwrap().iter();
    statements.any(|statement| {
        texts(&statement["Action"]).contains(&action) && texts(&statement["Resource"]).iter().any(covers)
    })
}

/// What the stack's resources are called is what the policy is about.
fn names_are_within(policy: &Value, localstack: &LocalStack, stack: &str) {
    let resources = localstack.aws().call("cloudformation", "list_stack_resources", json!({"StackName": stack}));
    let statements = policy["Statement"].as_array().unwrap().iter();
    let arns: Vec<String> = statements.flat_map(|statement| texts(&statement["Resource"])).collect();
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
