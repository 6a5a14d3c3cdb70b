//! The copy of what was built, which is what is deployed: made in the build's stage, and where no build can write.
//!
//! Lambda fetches the code when a stack is updated, after the approval, and a rollback fetches it again. Until then a
//! later build could put something else under a key that it knows.

use super::{
    id,
    roles::{self, artifacts as objects},
    stages::{artifacts, role},
};
use crate::{
    attribute,
    cfn::{Template, Value, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, PROGRAM_ARTIFACT, RELEASE_ARTIFACT},
    delivery::Plan,
    iam::Arn,
    property, resource,
};

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    let name = sub("/aws/codebuild/${AWS::StackName}-release");
    let log = resource!(AWS::Logs::LogGroup { LogGroupName: (name), RetentionInDays: 90 });
    template.resource(id("ReleaseLog"), log.delete());
    template.resource(id("ReleaseProject"), resource!(AWS::CodeBuild::Project {
        Name: (sub("${AWS::StackName}-release")),
        Description: (format!("Copies what was built of {} to where no build can write; runs nothing of it", plan.app())),
        ServiceRole: (attribute!(AWS::IAM::Role, id("ReleaseRole"), "Arn")),
        Artifacts: { Type: "CODEPIPELINE" },
        Source: { Type: "CODEPIPELINE", BuildSpec: (buildspec()) },
        Cache: { Type: "NO_CACHE" },
        Environment: {
            ComputeType: "BUILD_GENERAL1_SMALL",
            Image: "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            Type: "LINUX_CONTAINER",
        },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("ReleaseLog").reference()) } },
        TimeoutInMinutes: 10,
    }));
    let mut statements = objects(&[BUILD_ARTIFACT, CODE_ARTIFACT], &[RELEASE_ARTIFACT, PROGRAM_ARTIFACT]);
    statements.push(roles::log("ReleaseLog"));
    template.resource(id("ReleaseRole"), roles::project_role("Copies what was built", &project(), &statements));
    let start = [roles::builds_of(&project())];
    template.resource(id("ReleaseActionRole"), roles::action_role("Starts the copy of what was built", &start));
}

/// The ARN of the project, which its role has to know before it exists.
fn project() -> Value {
    sub(Arn::new("codebuild", "project/${AWS::StackName}-release").to_string())
}

/// The stage's lock holds until the copy is made, so no other build of this pipeline runs between the two.
pub(super) fn action(order: u32) -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "Release",
        ActionTypeId: { Category: "Build", Owner: "AWS", Provider: "CodeBuild", Version: "1" },
        Configuration: { ProjectName: (id("ReleaseProject").reference()), PrimarySource: (BUILD_ARTIFACT) },
        InputArtifacts: (artifacts([BUILD_ARTIFACT, CODE_ARTIFACT])),
        OutputArtifacts: (artifacts([RELEASE_ARTIFACT, PROGRAM_ARTIFACT])),
        RoleArn: (role("ReleaseActionRole")),
        RunOrder: (order),
    })
}

/// Part of the pipeline's stack, not of the repository. An unpacked artifact can have lost its modes, and Lambda runs
/// what is executable only.
fn buildspec() -> String {
    format!(
        r#"version: 0.2
phases:
  build:
    commands:
      - chmod -R u=rwX,go=rX "$CODEBUILD_SRC_DIR" "$CODEBUILD_SRC_DIR_{CODE_ARTIFACT}"
      - find "$CODEBUILD_SRC_DIR_{CODE_ARTIFACT}" -name bootstrap -exec chmod 755 {{}} +
      - find "$CODEBUILD_SRC_DIR" "$CODEBUILD_SRC_DIR_{CODE_ARTIFACT}" -type f -exec sha256sum {{}} +
artifacts:
  secondary-artifacts:
    {RELEASE_ARTIFACT}:
      base-directory: $CODEBUILD_SRC_DIR
      files: ["**/*"]
    {PROGRAM_ARTIFACT}:
      base-directory: $CODEBUILD_SRC_DIR_{CODE_ARTIFACT}
      files: ["**/*"]
"#
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::{Source, tests::guide};

    fn resources(source: Source<'_>) -> Json {
        serde_json::from_str::<Json>(&guide(source).to_json()).unwrap()["Resources"].take()
    }

    fn actions(resources: &Json) -> Vec<&Json> {
        let stages = resources["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
        stages.iter().flat_map(|stage| stage["Actions"].as_array().unwrap()).collect()
    }

    /// The artifacts on which a policy of a role allows `action`.
    fn artifacts(role: &Json, action: &str) -> Vec<String> {
        let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        let allowing =
            statements.iter().filter(|it| it["Action"].as_array().is_some_and(|all| all.contains(&json!(action))));
        let resources = allowing.flat_map(|it| match &it["Resource"] {
            Json::Array(many) => many.clone(),
            one => vec![one.clone()],
        });
        resources.map(|it| it["Fn::Sub"].as_str().unwrap().split('/').nth(2).unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_deployed_is_where_no_build_can_write() {
        let resources = resources(Source::Connection);
        assert_eq!(artifacts(&resources["BuildRole"], "s3:PutObject"), ["Build", "Code"]);
        assert_eq!(artifacts(&resources["ReleaseRole"], "s3:PutObject"), ["Release", "Program"]);
        assert_eq!(artifacts(&resources["ReleaseRole"], "s3:GetObject"), ["Build", "Code"]);
        let mut deployments: Vec<&Json> =
            actions(&resources).into_iter().filter(|it| it["Name"] == "CreateChangeSet").collect();
        assert_eq!(deployments.remove(0)["InputArtifacts"], json!([{"Name": "Update"}]));
        assert_eq!(deployments.len(), 2);
        for action in deployments {
            assert_eq!(action["InputArtifacts"], json!([{"Name": "Release"}, {"Name": "Program"}]));
            let configuration = &action["Configuration"];
            let overrides = configuration["ParameterOverrides"]["Fn::Sub"].as_str().unwrap();
            assert!(overrides.contains(r#"{"Fn::GetArtifactAtt":["Program","ObjectKey"]}"#), "{overrides}");
            for file in ["TemplatePath", "TemplateConfiguration"] {
                assert!(configuration[file].as_str().unwrap().starts_with("Release::"), "{configuration}");
            }
        }
        for role in ["TestDeployRole", "ProductionDeployRole"] {
            assert_eq!(artifacts(&resources[role], "s3:GetObject"), ["Release", "Program"]);
            assert_eq!(artifacts(&resources[role], "s3:PutObject"), Vec::<String>::new());
        }
        for role in ["TestCloudFormationRole", "ProductionCloudFormationRole"] {
            let policy = resources[role]["Properties"]["Policies"].to_string();
            assert!(policy.contains("/*/Program/*") && !policy.contains("/*/Code/*"), "{policy}");
        }
        assert_eq!(resources["Artifacts"]["Properties"]["VersioningConfiguration"]["Status"], "Enabled");
    }

    #[test]
    fn the_copy_is_made_of_the_stacks_own_steps_before_another_build_can_run() {
        let resources = resources(Source::Connection);
        let stage = &resources["Pipeline"]["Properties"]["Stages"][2]["Actions"];
        assert_eq!(stage[1]["InputArtifacts"], stage[0]["OutputArtifacts"]);
        assert_ne!(stage[1]["RoleArn"], stage[0]["RoleArn"]);
        let steps = resources["ReleaseProject"]["Properties"]["Source"]["BuildSpec"].as_str().unwrap();
        assert!(steps.starts_with("version: 0.2\n"), "{steps}");
    }

    #[test]
    fn no_build_leaves_anything_to_the_next() {
        let resources = resources(Source::Connection);
        for project in ["BuildProject", "ReleaseProject"] {
            assert_eq!(resources[project]["Properties"]["Cache"], json!({"Type": "NO_CACHE"}));
        }
    }

    #[test]
    fn who_approves_is_told_the_commit() {
        for source in [Source::Connection, Source::OAuth { secret_name: "token" }] {
            let resources = resources(source);
            let actions = actions(&resources);
            assert_eq!(actions[0]["Namespace"], "SourceVariables");
            let artifacts = actions.iter().flat_map(|it| it["OutputArtifacts"].as_array().into_iter().flatten());
            assert!(
                artifacts.clone().all(|it| it["Name"] != "SourceVariables"),
                "CodePipeline refuses such a namespace"
            );
            let gates: Vec<&&Json> = actions.iter().filter(|it| it["ActionTypeId"]["Provider"] == "Manual").collect();
            let told: Vec<&str> = gates.iter().map(|it| it["Configuration"]["CustomData"].as_str().unwrap()).collect();
            let commit = "(commit #{SourceVariables.CommitId})";
            let of_environments = [
                format!("Create a change set for production? {commit}"),
                format!("Make these production changes? {commit}: #{{ChangesOf-production.Changes}}"),
            ];
            let of_pipeline = format!("The pipeline becomes another {commit}: #{{PipelineUpdate.Changes}}");
            let of_pipeline = (source == Source::Connection).then_some(of_pipeline);
            assert_eq!(told, of_pipeline.into_iter().chain(of_environments).collect::<Vec<_>>());
            for gate in gates {
                let shown = &gate["Configuration"];
                let page = "https://github.com/acme/hello-pipeline/commit/#{SourceVariables.CommitId}";
                assert_eq!(shown["ExternalEntityLink"], page);
            }
        }
    }

    #[test]
    fn services_take_on_roles_for_this_pipeline_only() {
        let resources = resources(Source::Connection);
        for (role, source) in [
            ("PipelineRole", "codepipeline:${AWS::Region}:${AWS::AccountId}:HelloPipeline-main"),
            ("BuildRole", "codebuild:${AWS::Region}:${AWS::AccountId}:project/${AWS::StackName}-build"),
            ("ReleaseRole", "codebuild:${AWS::Region}:${AWS::AccountId}:project/${AWS::StackName}-release"),
        ] {
            let condition = json!({
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                "ArnEquals": {"aws:SourceArn": {"Fn::Sub": format!("arn:${{AWS::Partition}}:{source}")}},
            });
            let trust = &resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
            assert_eq!(trust["Condition"], condition, "{role}");
        }
    }
}
