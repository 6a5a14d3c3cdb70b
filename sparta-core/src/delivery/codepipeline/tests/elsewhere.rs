//! Environments in other accounts and regions.

use super::*;
use crate::{Alarm, cfn::Value};

const ACCOUNT: &str = "222222222222";

async fn smoke(_: crate::Deployed) -> Result<(), crate::Error> {
    Ok(())
}

/// Test where the pipeline is, staging in another region, production in another account and region.
fn environments() -> [Environment; 3] {
    let staging = stage("staging").region("eu-west-3").smoke_test(smoke);
    let production = stage("production")
        .account(ACCOUNT)
        .region("eu-central-1")
        .approve_changes(Approval::manual())
        .watch(Alarm::errors("api").above(0), Duration::from_secs(600));
    [stage("test"), staging, production]
}

fn json(template: &Template) -> Json {
    serde_json::from_str(&template.to_json()).unwrap()
}

/// The template's stack in a region of this account, with what its parameters are given.
fn documents() -> (Json, Vec<crate::delivery::Store>, Vec<crate::delivery::Elsewhere>) {
    let synthesis = synthesis(&environments(), service(HTTP));
    let pipeline = hello();
    let of_pipeline = synthesis.pipeline(&pipeline, Source::Connection).unwrap();
    assert_eq!(of_pipeline.dangling_references(), Vec::<String>::new());
    let stores = synthesis.stores(&pipeline).unwrap();
    let elsewhere = synthesis.elsewhere(&pipeline).unwrap();
    let others = stores.iter().map(|it| &it.template).chain(elsewhere.iter().map(|it| &it.template));
    for template in others {
        assert_eq!(template.dangling_references(), Vec::<String>::new());
    }
    (json(&of_pipeline), stores, elsewhere)
}

#[test]
fn a_pipeline_to_other_accounts_and_regions() {
    let (pipeline, stores, elsewhere) = documents();
    let others = stores.iter().map(|it| (&it.stack, &it.template));
    let others = others.chain(elsewhere.iter().map(|it| (&it.stack, &it.template)));
    let others: BTreeMap<_, Json> = others.map(|(stack, template)| (stack, json(template))).collect();
    insta::assert_json_snapshot!(Value::from(json!({"pipeline": pipeline, "others": others})));
}

#[test]
fn an_environment_elsewhere_has_no_role_in_the_pipelines_stack() {
    let (pipeline, _, elsewhere) = documents();
    let resources: Vec<&String> = pipeline["Resources"].as_object().unwrap().keys().collect();
    assert!(!resources.iter().any(|it| it.starts_with("Staging") || it.starts_with("Production")), "{resources:?}");
    let stacks: Vec<_> =
        elsewhere.iter().map(|it| (it.stack.as_str(), it.account.as_deref(), it.region.as_deref())).collect();
    assert_eq!(
        stacks,
        [
            ("HelloPipeline-main-staging-roles", None, Some("eu-west-3")),
            ("HelloPipeline-main-production-roles", Some(ACCOUNT), Some("eu-central-1")),
        ]
    );
    assert_eq!(elsewhere[1].pins[0].stack, "Production-HelloPipeline-main");
    let parameters: Vec<&String> = pipeline["Parameters"].as_object().unwrap().keys().collect();
    assert!(parameters.iter().all(|it| !it.starts_with("Production")), "{parameters:?}");
}

/// The statements of a role's own policy.
fn statements<'j>(template: &'j Json, role: &str) -> Vec<&'j Json> {
    let policies = template["Resources"][role]["Properties"]["Policies"].as_array().unwrap();
    policies.iter().flat_map(|it| it["PolicyDocument"]["Statement"].as_array().unwrap()).collect()
}

#[test]
fn the_roles_of_another_account_trust_one_role_each_and_are_trusted_by_name() {
    let (pipeline, stores, elsewhere) = documents();
    let target = json(&elsewhere[1].template);
    let roles = [("DeployRole", "PipelineRole"), ("WatchRole", "PipelineRole"), ("ShowRole", "ReviewRole")];
    for (role, by) in roles {
        let properties = &target["Resources"][format!("Production{role}")]["Properties"];
        assert_eq!(properties["RoleName"], format!("HelloPipeline-main-production-eu-central-1-{role}"));
        assert_eq!(pipeline["Resources"][by]["Properties"]["RoleName"], format!("HelloPipeline-main-{by}"));
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"][0];
        let arn = |it: &str| json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::${{PipelineAccount}}:{it}")});
        assert_eq!(trust["Principal"], json!({"AWS": arn("root")}));
        let caller = arn(&format!("role/HelloPipeline-main-{by}"));
        assert_eq!(trust["Condition"], json!({"ArnEquals": {"aws:PrincipalArn": caller}}));
    }
    // Nothing of the bucket, nor of its key, is for the account as such.
    let of_region =
        |region: &str| json(&stores.iter().find(|it| it.region.as_deref() == Some(region)).unwrap().template);
    let store = of_region("eu-central-1");
    let bucket = store["Resources"]["ArtifactsPolicy"]["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap();
    let key = store["Resources"]["ArtifactKey"]["Properties"]["KeyPolicy"]["Statement"].as_array().unwrap();
    let foreign: Vec<&Json> =
        bucket.iter().chain(key).filter(|it| it["Principal"].to_string().contains(ACCOUNT)).collect();
    assert_eq!(foreign.len(), 4);
    for statement in foreign {
        let caller = statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"].as_str().unwrap();
        let role = caller
            .strip_prefix("arn:${AWS::Partition}:iam::222222222222:role/HelloPipeline-main-production-eu-central-1-");
        assert!(matches!(role, Some("DeployRole" | "CloudFormationRole")), "{caller}");
    }
    assert!(!of_region("eu-west-3").to_string().contains(ACCOUNT));
}

#[test]
fn what_is_done_elsewhere_is_done_there_in_the_roles_that_are_there() {
    let (pipeline, ..) = documents();
    let stages = pipeline["Resources"]["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
    let stage = stages.iter().find(|it| it["Name"] == "Deploy-production").unwrap();
    let arn = |role: &str| json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::222222222222:role/HelloPipeline-main-production-eu-central-1-{role}")});
    for action in stage["Actions"].as_array().unwrap() {
        if action["ActionTypeId"]["Provider"] == "CloudFormation" {
            assert_eq!(action["Region"], "eu-central-1");
            assert_eq!(action["RoleArn"], arn("DeployRole"));
        }
    }
    assert_eq!(stage["Actions"][0]["Configuration"]["RoleArn"], arn("CloudFormationRole"));
    let rule = &stage["OnSuccess"]["Conditions"][0]["Rules"][0];
    assert_eq!((&rule["Region"], &rule["RoleArn"]), (&json!("eu-central-1"), &arn("WatchRole")));
    let shows = stage["Actions"][1]["Configuration"]["UserParameters"]["Fn::Sub"].as_str().unwrap();
    let shows: Json = serde_json::from_str(shows).unwrap();
    assert_eq!((&shows["role"], &shows["region"]), (&arn("ShowRole")["Fn::Sub"], &json!("eu-central-1")));
    let assumed = statements(&pipeline, "ReviewRole").into_iter().find(|it| it["Action"] == "sts:AssumeRole");
    assert!(assumed.unwrap()["Resource"].as_array().unwrap().contains(&arn("ShowRole")));
}

#[test]
fn a_key_is_only_there_for_another_account() {
    let of = |environment: Environment| {
        let template = template(&hello(), Source::Connection, &[stage("test"), environment], HTTP);
        json(&template)
    };
    let region = of(stage("production").region("eu-west-3"));
    assert_eq!(region["Parameters"]["ArtifactKey"], Json::Null);
    assert!(!region.to_string().contains("kms:"));
    let account = of(stage("production").account(ACCOUNT));
    assert_eq!(account["Resources"]["Pipeline"]["Properties"]["ArtifactStores"], Json::Null);
    let key = &account["Resources"]["Pipeline"]["Properties"]["ArtifactStore"]["EncryptionKey"];
    assert_eq!(key["Id"], json!({"Ref": "ArtifactKey"}));
    for project in ["BuildProject", "ReleaseProject"] {
        assert_eq!(account["Resources"][project]["Properties"]["EncryptionKey"], key["Id"]);
    }
    // It is in a stack of its own: a push does not change who decrypts.
    assert_eq!(account["Resources"]["ArtifactKey"], Json::Null);
    let updates = account["Resources"].as_object().unwrap().iter().filter(|(id, _)| id.starts_with("Update"));
    let kms: Vec<String> =
        updates.filter(|(_, it)| it.to_string().contains("kms:")).map(|(id, _)| id.clone()).collect();
    assert_eq!(kms, ["UpdateActionRole"]);
}

#[test]
fn accounts_of_their_own_share_no_names_and_no_types() {
    let shared = ["AWS::KMS::Key"];
    let mistakes = |production: Environment| {
        let synthesis = synthesis(&[stage("test"), production], service(&shared));
        synthesis.pipeline(&hello(), Source::Connection).err().map(|it| it.to_string()).unwrap_or_default()
    };
    assert!(mistakes(stage("production")).contains("AWS::KMS::Key"));
    assert_eq!(mistakes(stage("production").account(ACCOUNT)), "");
}

#[test]
fn nobody_is_asked_about_an_environment_that_was_skipped() {
    let pipeline = hello().variable(crate::Variable::new("RELEASE").default("no"));
    let staging =
        stage("staging").only_if(crate::VariableCheck::equals("RELEASE", "yes")).approve_promotion(Approval::manual());
    let template = template(&pipeline, Source::Connection, &[staging, stage("production")], HTTP);
    let json = json(&template);
    let stages = json["Resources"]["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
    let of = |name: &str| &stages.iter().find(|it| it["Name"] == name).unwrap()["BeforeEntry"];
    assert_eq!(of("Promote-staging"), of("Deploy-staging"));
    assert_eq!(of("Promote-staging")["Conditions"][0]["Result"], "SKIP");
}
