//! A pipeline whose environments are in another region and in another account.

use std::process::Command;

use serde_json::{Value, json};

use super::CONNECTION;
use crate::support::{Account, Run, assert_says, run};

const ACCOUNT: &str = "222222222222";

/// A run of a service that has such environments; an account of LocalStack is who its key says.
fn service(account: &Account, key: &str, arguments: &[&str]) -> Run {
    let output = account.output.path().to_str().unwrap();
    let mut command: Command = account.command(arguments.iter().copied());
    if ["provision", "provisionPipeline"].contains(&arguments[0]) {
        command.args(["--outputDir", output]);
    }
    run(command.env("TEST_ABROAD", ACCOUNT).env("AWS_ACCESS_KEY_ID", key))
}

#[test]
fn a_pipeline_deploys_elsewhere_in_roles_that_are_made_there() {
    const HOME: &str = "000000000000";
    let account = Account::with("sparta-test-service");
    let nothing = service(&account, ACCOUNT, &["provisionPipeline", "--target", "away"]);
    assert_eq!(nothing.code, Some(2), "{}", nothing.stderr);
    assert_says(&nothing.stderr, &["--artifactBucket BUCKET is needed"]);
    let nobody = service(&account, HOME, &["status", "-e", "away"]);
    assert_eq!(nobody.code, Some(2), "{}", nobody.stderr);
    assert_says(&nobody.stderr, &["the environment `away` is in account 222222222222", "--profile NAME"]);

    let made = service(&account, HOME, &["provisionPipeline", "--connection", CONNECTION]);
    assert_says(&made.stdout, &["stack Misbehaving-main is created"]);
    // What is left to be done is a line to copy.
    let command = made.stderr.lines().find(|it| it.contains("provisionPipeline --target away")).unwrap();
    let options = command.split_once("--target away").unwrap().1.split_whitespace().collect::<Vec<_>>();
    let [bucket, key] = ["--artifactBucket", "--artifactKey"].map(|name| {
        let at = options.iter().position(|it| *it == name).unwrap();
        options[at + 1].to_owned()
    });
    let given = account.stack("Misbehaving-main")["Parameters"].clone();
    let parameter = |name: &str| {
        let found = given.as_array().unwrap().iter().find(|it| it["ParameterKey"] == name);
        found.unwrap_or_else(|| panic!("no {name}: {given}"))["ParameterValue"].as_str().unwrap().to_owned()
    };
    assert_eq!((parameter("EuCentral1Artifacts"), parameter("EuCentral1ArtifactKey")), (bucket.clone(), key.clone()));
    assert!(key.starts_with("arn:aws:kms:eu-central-1:000000000000:key/"), "{key}");
    assert_ne!(parameter("EuWest3Artifacts"), bucket);

    let status =
        service(&account, HOME, &["status", "--stack", "Misbehaving-main-abroad-roles", "--region", "eu-west-3"]);
    assert_says(&status.success(), &["CREATE_COMPLETE", "AbroadDeployRole (AWS::IAM::Role)"]);

    let target = [&["provisionPipeline", "--target", "away"], &options[..]].concat();
    assert_says(&service(&account, ACCOUNT, &target).success(), &["stack Misbehaving-main-away-roles is created"]);
    assert_says(&service(&account, ACCOUNT, &target).success(), &["stack Misbehaving-main-away-roles is unchanged"]);
    let role = account.aws().of_account(ACCOUNT).call(
        "iam",
        "get_role",
        json!({"RoleName": "Misbehaving-main-away-eu-central-1-DeployRole"}),
    );
    let trust: &Value = &role["Role"]["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"]["AWS"], "arn:aws:iam::000000000000:root");
    let caller = "arn:aws:iam::000000000000:role/Misbehaving-main-PipelineRole";
    assert_eq!(trust["Condition"]["ArnEquals"]["aws:PrincipalArn"], caller);
    let stranger = service(&account, HOME, &target);
    assert_eq!(stranger.code, Some(2), "{}", stranger.stderr);
    assert_says(&stranger.stderr, &["the credentials are those of account 000000000000"]);

    let deleted = service(&account, HOME, &["pipeline", "delete", "--yes"]);
    assert_says(
        &deleted.stderr,
        &["the stack Misbehaving-main-away-roles stays", "with credentials of account 222222222222"],
    );
}
