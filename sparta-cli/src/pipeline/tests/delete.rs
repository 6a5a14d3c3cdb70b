use std::time::Duration;

use super::*;
use crate::{
    deploy::{Lines, Pace},
    stack::Deployment,
};

fn stack(name: &str, status: &str) -> Answer {
    Answer::result(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackId>arn:aws:cloudformation:eu-west-1:1:stack/{name}/1</StackId>\
             <StackName>{name}</StackName><StackStatus>{status}</StackStatus>\
             <CreationTime>2026-01-02T03:04:05Z</CreationTime>\
             <Parameters><member><ParameterKey>TokenVersion</ParameterKey><ParameterValue>v-1</ParameterValue></member>\
             </Parameters><Tags><member><Key>sparta:app</Key><Value>Shop</Value></member></Tags></member></Stacks>"
        ),
    )
}

fn no_stack() -> Answer {
    Answer::error(400, "ValidationError", "Stack with id X does not exist")
}

/// The template of a pipeline that delivers to one stack.
fn template() -> Answer {
    let retained = |kind: &str| json!({ "Type": kind, "DeletionPolicy": "RetainExceptOnCreate" });
    let mut role = retained("AWS::IAM::Role");
    role["Properties"] = json!({ "Policies": [{ "Fn::Sub": "${Artifacts.Arn}/*" }] });
    let deployment = json!({ "Configuration": {
        "StackName": "Test-Shop-main", "RoleArn": { "Fn::GetAtt": ["TestCloudFormationRole", "Arn"] },
    }});
    let template = json!({
        "Parameters": { "TokenVersion": { "Type": "String" } },
        "Resources": {
            "Artifacts": retained("AWS::S3::Bucket"),
            "TestCloudFormationRole": role,
            "Pipeline": { "Type": "AWS::CodePipeline::Pipeline", "Properties": { "Stages": [{ "Actions": [deployment] }] } },
        },
    });
    Answer::result("GetTemplate", &format!("<TemplateBody>{template}</TemplateBody>"))
}

fn resources() -> Answer {
    let member = |id: &str, kind: &str, name: &str| {
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{name}</PhysicalResourceId>\
             <ResourceType>{kind}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
             <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
        )
    };
    let members = member("Artifacts", "AWS::S3::Bucket", "shop-artifacts")
        + &member("TestCloudFormationRole", "AWS::IAM::Role", "shop-test");
    Answer::result("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>"))
}

/// AWS where the pipeline's stack is looked at, then that of the environment, and then these.
fn aws(environment: Answer, then: &[Answer]) -> Script {
    aws_with(environment, then, "<DeleteResult></DeleteResult>")
}

/// The same where S3 answers this to a deletion.
fn aws_with(environment: Answer, then: &[Answer], deletion: &str) -> Script {
    let mut stacks = vec![stack("Shop-main", "UPDATE_COMPLETE"), environment];
    stacks.extend_from_slice(then);
    let identity = "<Account>1</Account><Arn>arn:aws:iam::1:user/me</Arn>";
    let set = |status: &str| {
        let id = "<StackId>arn:aws:cloudformation:eu-west-1:1:stack/Shop-main/1</StackId>";
        let inner = format!("{id}<Status>{status}</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>");
        Answer::result("DescribeChangeSet", &inner)
    };
    let made = "<Id>arn:set</Id><StackId>arn:aws:cloudformation:eu-west-1:1:stack/Shop-main/1</StackId>";
    let versions = "<ListVersionsResult><Version><Key>a/Code/1</Key><VersionId>v1</VersionId></Version>\
                    <DeleteMarker><Key>a/Code/2</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
    let none = "<ListVersionsResult></ListVersionsResult>";
    Script::new([
        ("DescribeStacks", stacks),
        ("GetCallerIdentity", vec![Answer::result("GetCallerIdentity", identity)]),
        ("GetTemplate", vec![template()]),
        ("ListStackResources", vec![resources()]),
        ("CreateChangeSet", vec![Answer::result("CreateChangeSet", made)]),
        ("DescribeChangeSet", vec![set("CREATE_COMPLETE")]),
        ("ExecuteChangeSet", vec![Answer::result("ExecuteChangeSet", "")]),
        ("DescribeStackEvents", vec![Answer::result("DescribeStackEvents", "<StackEvents></StackEvents>")]),
        ("GET /shop-artifacts", vec![Answer::xml(200, versions.into()), Answer::xml(200, none.into())]),
        ("POST /shop-artifacts", vec![Answer::xml(200, deletion.into())]),
        ("DeleteStack", vec![Answer::result("DeleteStack", "")]),
        ("DeleteSecret", vec![answer(&json!({ "Name": "sparta/Shop-main/github-token" }))]),
    ])
}

async fn deployment(script: &Script) -> Deployment {
    let moment = Duration::from_millis(1);
    let pace = Pace { first: moment, most: moment, patience: 3 };
    Deployment::of(script.config(), Box::new(Lines), None, pace).await.unwrap()
}

/// The template that an update was asked for with.
fn asked_for(script: &Script) -> Value {
    let seen = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap();
    let body = seen.body.split('&').find_map(|it| it.strip_prefix("TemplateBody=")).unwrap().replace('+', " ");
    serde_json::from_str(&percent_encoding::percent_decode_str(&body).decode_utf8_lossy()).unwrap()
}

#[tokio::test]
async fn the_stack_goes_and_what_stays_is_named_with_who_needs_it() {
    let there = stack("Test-Shop-main", "UPDATE_COMPLETE");
    let script = aws(there, &[stack("Shop-main", "UPDATE_COMPLETE"), no_stack()]);
    let deployment = deployment(&script).await;
    let removal = Removal::of(&deployment, "Shop-main", "Shop", false).await.unwrap();
    assert_eq!(removal.question(), "Delete the pipeline Shop-main and its stack?");
    let asked = removal.report().to_string();
    assert!(asked.starts_with("the pipeline Shop-main goes, with"), "{asked}");
    assert!(asked.contains("\nstays    shop-artifacts (AWS::S3::Bucket), for Test-Shop-main\n"), "{asked}");
    let report = removal.carry_out(&deployment, "Shop").await.unwrap();
    assert_eq!(
        report.to_string(),
        "the pipeline Shop-main is deleted, and its stack\n\
         kept     shop-artifacts (AWS::S3::Bucket), for Test-Shop-main\n\
         kept     shop-test (AWS::IAM::Role), for Test-Shop-main\n\
         kept     sparta/Shop-main/github-token (AWS::SecretsManager::Secret)\n\
         The stacks that it deployed stay, and need what is named after them: Test-Shop-main\n"
    );
    assert_eq!(script.changes(), ["DeleteStack"]);
}

#[tokio::test]
async fn everything_goes_once_no_environment_is_there_and_the_bucket_is_emptied_after_the_pipeline_has_gone() {
    let ours = || stack("Shop-main", "UPDATE_COMPLETE");
    let script = aws(no_stack(), &[ours(), ours(), ours(), ours(), no_stack()]);
    let deployment = deployment(&script).await;
    let removal = Removal::of(&deployment, "Shop-main", "Shop", true).await.unwrap();
    let report = removal.carry_out(&deployment, "Shop").await.unwrap().to_string();
    assert!(report.contains("deleted  shop-artifacts (AWS::S3::Bucket)\n") && !report.contains("kept"), "{report}");
    let changes = ["CreateChangeSet", "ExecuteChangeSet", "POST /shop-artifacts", "DeleteSecret", "DeleteStack"];
    assert_eq!(script.changes(), changes);
    let template = asked_for(&script);
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(Vec::from_iter(resources.keys()), ["Artifacts", "TestCloudFormationRole"]);
    assert!(resources.values().all(|it| it["DeletionPolicy"] == "Delete"), "{template}");
    let deleted = script.seen().into_iter().find(|seen| seen.call == "POST /shop-artifacts").unwrap().body;
    assert!(deleted.contains("<Key>a/Code/1</Key>") && deleted.contains("<VersionId>v2</VersionId>"), "{deleted}");
}

#[tokio::test]
async fn what_cannot_be_deleted_leaves_the_stack_for_the_next_run() {
    let ours = || stack("Shop-main", "UPDATE_COMPLETE");
    let refused =
        "<DeleteResult><Error><Key>a/Code/1</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    let script = aws_with(no_stack(), &[ours()], refused);
    let deployment = deployment(&script).await;
    let removal = Removal::of(&deployment, "Shop-main", "Shop", true).await.unwrap();
    let said = report(removal.carry_out(&deployment, "Shop").await.unwrap_err());
    assert!(
        said.starts_with("error: DeleteObjects of s3://shop-artifacts/a/Code/1 was refused (AccessDenied): no"),
        "{said}"
    );
    assert!(
        said.contains("hint: Allow `s3:DeleteObjectVersion`") && said.contains("the same command goes on"),
        "{said}"
    );
    assert_eq!(script.count("DeleteStack") + script.count("DeleteSecret"), 0);
}

#[tokio::test]
async fn what_an_environment_needs_stays_in_the_stack() {
    let ours = || stack("Shop-main", "UPDATE_COMPLETE");
    let script = aws(stack("Test-Shop-main", "UPDATE_COMPLETE"), &[ours()]);
    let deployment = deployment(&script).await;
    let removal = Removal::of(&deployment, "Shop-main", "Shop", true).await.unwrap();
    let report = removal.carry_out(&deployment, "Shop").await.unwrap();
    assert!(report.to_string().starts_with("the pipeline Shop-main is deleted; its stack stays with"), "{report}");
    assert_eq!(script.count("DeleteStack") + script.count("POST /shop-artifacts"), 0);
    let template = asked_for(&script);
    assert_eq!(template["Metadata"]["sparta:needed"], json!({ "Test-Shop-main": ["TestCloudFormationRole"] }));
    assert_eq!(template["Resources"]["Artifacts"]["DeletionPolicy"], "RetainExceptOnCreate");
}

#[tokio::test]
async fn a_pipeline_of_another_app_is_left_alone() {
    let script = aws(no_stack(), &[]);
    let deployment = deployment(&script).await;
    let said = report(Removal::of(&deployment, "Shop-main", "Other", true).await.unwrap_err());
    assert!(said.starts_with("error: stack \"Shop-main\" belongs to the app \"Shop\", and is left alone"), "{said}");
    assert!(script.changes().is_empty());
}
