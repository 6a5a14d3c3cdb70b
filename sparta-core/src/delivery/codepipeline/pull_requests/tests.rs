use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::{Value as Json, json};

use super::{
    super::{Source, tests::guided},
    *,
};
use crate::{Pipeline, delivery::DeliveryMistake};

const ARN: &str = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";

fn hello() -> Pipeline {
    Pipeline::github("https://github.com/acme/hello-pipeline")
}

fn resources(pipeline: Pipeline) -> BTreeMap<String, Json> {
    let pipeline = pipeline.pull_requests(PullRequests::builds());
    let mut template: Json = serde_json::from_str(&guided(&pipeline, Source::Connection).to_json()).unwrap();
    serde_json::from_value(template["Resources"].take()).unwrap()
}

#[test]
fn pull_requests_have_two_projects_with_a_role_and_a_log_each() {
    let resources = resources(hello()).into_iter().filter(|(id, _)| id.starts_with("PullRequest"));
    // By way of values, whose keys have one order.
    let resources: BTreeMap<String, Value> = resources.map(|(id, resource)| (id, resource.into())).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&resources).unwrap());
}

#[test]
fn without_them_the_stack_has_nothing_of_them() {
    let template = guided(&hello(), Source::Connection);
    assert!(template.resources().keys().all(|id| !id.as_str().starts_with("PullRequest")));
    let bucket = serde_json::to_string(&template.resources()[&id("Artifacts")]).unwrap();
    assert!(!bucket.contains(PULL_REQUEST_ARTIFACT), "{bucket}");
}

fn statements(role: &Json) -> &Vec<Json> {
    role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap()
}

/// Whoever opens a pull request has all that this role has.
#[test]
fn what_a_pull_request_runs_reads_its_sources_writes_its_log_and_nothing_else() {
    let resources = resources(hello());
    let may = statements(&resources["PullRequestBuildRole"]);
    let source = json!({"Fn::Sub": "${Artifacts.Arn}/HelloPipeline-main/PullRequest/source.zip"});
    let log = json!({"Fn::GetAtt": ["PullRequestBuildLog", "Arn"]});
    let of = |actions: [&str; 2], on: &Json| json!({"Action": actions, "Effect": "Allow", "Resource": on});
    let expected =
        [of(["s3:GetObject", "s3:GetObjectVersion"], &source), of(["logs:CreateLogStream", "logs:PutLogEvents"], &log)];
    assert_eq!(*may, expected);
    let project = &resources["PullRequestBuildProject"]["Properties"];
    assert_eq!(project["Artifacts"], json!({"Type": "NO_ARTIFACTS"}));
    assert_eq!(project["Source"]["Auth"], Json::Null, "no credentials of the repository are where it runs");
    assert_eq!(project["Cache"], json!({"Type": "NO_CACHE"}));
    assert_eq!(project["Environment"]["Image"], resources["BuildProject"]["Properties"]["Environment"]["Image"]);
}

#[test]
fn the_roles_are_for_their_projects_alone() {
    let resources = resources(hello());
    for (role, project) in [("PullRequestRole", "pull-requests"), ("PullRequestBuildRole", "pull-request-build")] {
        let trust = &resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
        assert_eq!(trust["Principal"], json!({"Service": "codebuild.amazonaws.com"}));
        let arn = "arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:project/${AWS::StackName}";
        let arn = json!({"Fn::Sub": format!("{arn}-{project}")});
        assert_eq!(trust["Condition"]["ArnEquals"]["aws:SourceArn"], arn);
    }
    // Nothing that is delivered is started or taken on by them.
    let others = resources.iter().filter(|(id, _)| !id.starts_with("PullRequest") && *id != "Artifacts");
    for (id, it) in others {
        assert!(!it.to_string().contains("\"PullRequest"), "{id}");
    }
}

#[test]
fn each_host_has_its_own_events_and_its_own_approvers() {
    let webhook = |pipeline: Pipeline| {
        let project = resources(pipeline)["PullRequestProject"]["Properties"].clone();
        let [source, triggers] = [&project["Source"], &project["Triggers"]];
        assert_eq!(triggers["PullRequestBuildPolicy"]["RequiresCommentApproval"], "FORK_PULL_REQUESTS");
        assert_eq!((&source["ReportBuildStatus"], &triggers["Webhook"]), (&json!(true), &json!(true)));
        let text = |it: &Json| it.as_str().unwrap().to_owned();
        let approver = text(&triggers["PullRequestBuildPolicy"]["ApproverRoles"][0]);
        let events = text(&triggers["FilterGroups"][0][0]["Pattern"]);
        (text(&source["Type"]), text(&source["Location"]), approver, events.contains("REOPENED"))
    };
    for (pipeline, kind, url, approver, reopens) in [
        (hello(), "GITHUB", "https://github.com/acme/hello-pipeline.git", "GITHUB_WRITE", true),
        (
            Pipeline::gitlab("https://gitlab.com/acme/web/hello"),
            "GITLAB",
            "https://gitlab.com/acme/web/hello.git",
            "GITLAB_DEVELOPER",
            true,
        ),
        (
            Pipeline::bitbucket("https://bitbucket.org/acme/hello"),
            "BITBUCKET",
            "https://bitbucket.org/acme/hello.git",
            "BITBUCKET_WRITE",
            false,
        ),
    ] {
        assert_eq!(webhook(pipeline), (kind.to_owned(), url.to_owned(), approver.to_owned(), reopens));
    }
}

#[test]
fn only_pull_requests_against_the_branch_itself_are_built() {
    let base = |branch: &str| {
        let project = resources(hello().branch(branch))["PullRequestProject"]["Properties"].clone();
        project["Triggers"]["FilterGroups"][0][1].clone()
    };
    let filter = |pattern: &str| json!({"Type": "BASE_REF", "Pattern": pattern});
    assert_eq!(base("main"), filter("^refs/heads/main$"));
    assert_eq!(base("release/1.2"), filter(r"^refs/heads/release/1\.2$"));
    assert_eq!(base("a+b|c(d)$e_f-g"), filter(r"^refs/heads/a\+b\|c\(d\)\$e_f-g$"));
}

#[test]
fn a_connection_that_is_given_reads_them_and_a_token_does_not() {
    let given = resources(hello().connection(ARN));
    let parameter = json!({"Ref": "ConnectionArn"});
    let auth = json!({"Type": "CODECONNECTIONS", "Resource": parameter});
    assert_eq!(given["PullRequestProject"]["Properties"]["Source"]["Auth"], auth);
    assert_eq!(statements(&given["PullRequestRole"])[0]["Resource"], parameter);

    let pipeline = hello().pull_requests(PullRequests::builds());
    let synthesis = super::super::tests::synthesis(
        &[super::super::tests::stage("test")],
        super::super::tests::service(super::super::tests::HTTP),
    );
    let refused = synthesis.pipeline(&pipeline, Source::OAuth { secret_name: "token" }).unwrap_err();
    assert!(refused.to_string().contains(&DeliveryMistake::PullRequestsOfToken.to_string()), "{refused}");
}

/// Runs what hands the sources over, in a clone, with an `aws` that keeps what it is told and says how the build ended.
fn hand_over(clone: &Path, status: &str) -> (bool, String) {
    let tools = tempfile::tempdir().unwrap();
    let tool = |name: &str, script: &str| {
        use std::os::unix::fs::PermissionsExt;
        let path = tools.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let said = tools.path().join("said");
    tool("sleep", "exit 0");
    tool("zip", "shift $(($# - 4)); echo zip \"$@\" >> \"$SAID\"");
    tool(
        "aws",
        &format!(
            "echo \"$@\" >> \"$SAID\"\ncase \"$*\" in\n*put-object*) echo v1 ;;\n*start-build*) echo b:1 ;;\n\
             *buildStatus,*) ;;\n*) [ -e \"$SAID.2\" ] && echo {status} || echo IN_PROGRESS; : > \"$SAID.2\" ;;\nesac"
        ),
    );
    let steps: Vec<&str> = HAND_OVER.lines().collect();
    let run = Command::new("sh")
        .args(["-euc", &steps.join("\n")])
        .current_dir(clone)
        .env("PATH", format!("{}:/usr/bin:/bin", tools.path().display()))
        .envs([("ARTIFACTS", "bucket"), ("SOURCE", "a/source.zip"), ("BUILD_PROJECT", "builds")])
        .envs([("CODEBUILD_RESOLVED_SOURCE_VERSION", "0a1b2c3")])
        .env("SAID", &said)
        .output()
        .unwrap();
    (run.status.success(), fs::read_to_string(said).unwrap())
}

#[test]
fn it_ends_as_the_build_of_these_sources_does() {
    let clone = tempfile::tempdir().unwrap();
    let (succeeds, said) = hand_over(clone.path(), "SUCCEEDED");
    assert!(succeeds, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "zip /tmp/source.zip . --exclude .git/*");
    assert!(
        lines[1].starts_with("s3api put-object --bucket bucket --key a/source.zip --body /tmp/source.zip"),
        "{said}"
    );
    assert!(lines[2].starts_with("codebuild start-build --project-name builds --source-version v1 "), "{said}");
    assert!(lines[2].contains("name=PULL_REQUEST_COMMIT,value=0a1b2c3"), "{said}");
    assert_eq!(lines[3..].iter().filter(|it| it.contains("batch-get-builds --ids b:1")).count(), 3, "{said}");
    for status in ["FAILED", "STOPPED", "TIMED_OUT", "FAULT"] {
        assert!(!hand_over(clone.path(), status).0, "{status}");
    }
}

#[test]
fn its_steps_are_the_projects_and_not_the_repositorys() {
    let resources = resources(hello());
    let steps = resources["PullRequestProject"]["Properties"]["Source"]["BuildSpec"].as_str().unwrap();
    assert!(
        steps.starts_with("version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        set -eu\n"),
        "{steps}"
    );
    let source = &resources["PullRequestBuildProject"]["Properties"]["Source"];
    assert_eq!(source["BuildSpec"], "delivery/pull-request.yml");
}
