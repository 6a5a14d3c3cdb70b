//! The copy of what was built, which is what is deployed: made in the build's stage, and where no build can write.
//!
//! Lambda fetches the code when a stack is updated, after the approval, and a rollback fetches it again. Until then a
//! later build could put something else under a key that it knows. The copy's key is its content, so that the next build of
//! the same code asks CloudFormation for what is there already.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    id,
    roles::{self, artifacts as objects},
    stages::{artifacts, role},
    stores,
};
use crate::{
    attribute,
    cfn::{Template, Value, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, RELEASE_ARTIFACT, code_prefix, configuration_file},
    delivery::Plan,
    iam::{Arn, Statement},
    property, resource,
};

const PROGRAM: &str = include_str!("release.py");

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
        EncryptionKey: (stores::key(plan)),
        Environment: {
            ComputeType: "BUILD_GENERAL1_SMALL",
            Image: "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            Type: "LINUX_CONTAINER",
            EnvironmentVariables: (variables(plan)),
        },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("ReleaseLog").reference()) } },
        TimeoutInMinutes: 10,
    }));
    let mut statements = objects(plan, &[BUILD_ARTIFACT, CODE_ARTIFACT], &[RELEASE_ARTIFACT]);
    let code = sub(format!("${{Artifacts.Arn}}/{}*", code_prefix(plan.app())));
    let copy = Statement::allow(["s3:GetObject", "s3:PutObject"]).on(code);
    statements.push(stores::code_in(plan).into_iter().fold(copy, Statement::on));
    statements.push(roles::log("ReleaseLog"));
    template.resource(id("ReleaseRole"), roles::project_role("Copies what was built", &project(), &statements));
    let start = [roles::builds_of(&project())];
    template.resource(id("ReleaseActionRole"), roles::action_role("Starts the copy of what was built", &start));
}

/// Where the copies go: the pipeline's own bucket, and that in each other region, for the environments that are there.
fn variables(plan: &Plan<'_>) -> Vec<Value> {
    let variable = |name: &str, value: Value| property!(AWS::CodeBuild::Project.Environment.EnvironmentVariables[] { Name: (name), Value: (value) });
    let mut variables = vec![
        variable("CODE_BUCKET", id("Artifacts").reference()),
        variable("CODE_PREFIX", code_prefix(plan.app()).into()),
    ];
    let regions =
        plan.elsewhere().filter_map(|stage| Some((configuration_file(stage.environment.name()), stage.region()?)));
    let regions: BTreeMap<String, &str> = regions.collect();
    if !regions.is_empty() {
        variables.push(variable("REGIONS", Value::json_text(json!(regions)).into()));
    }
    let buckets = stores::regions(plan).into_iter();
    let name = |region: &str| format!("CODE_BUCKET_{}", region.replace('-', "_"));
    variables.extend(buckets.map(|region| variable(&name(region), stores::bucket_in(region))));
    variables
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
        OutputArtifacts: (artifacts([RELEASE_ARTIFACT])),
        RoleArn: (role("ReleaseActionRole")),
        RunOrder: (order),
    })
}

/// Part of the pipeline's stack, not of the repository.
fn buildspec() -> String {
    let program: String = PROGRAM.lines().map(|line| format!("        {line}\n").replace("        \n", "\n")).collect();
    format!(
        r#"version: 0.2
phases:
  build:
    commands:
      - |
        python3 - <<'END'
{program}        END
artifacts:
  base-directory: release
  files: ["*.json"]
"#
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

    use serde_json::{Value as Json, json};

    use super::super::{Source, tests::guide};

    /// The buckets that the steps know, each in a folder: the checksum of each object.
    const AWS: &str = r#"#!/bin/sh
operation=$2; shift 2
while [ $# -gt 0 ]; do
  case $1 in --bucket) bucket=$2 ;; --key) key=$2 ;; --checksum-sha256) sum=$2 ;; esac
  shift 2
done
mkdir -p "$STORE/$bucket"
object="$STORE/$bucket/$(echo "$key" | tr / _)"
case $operation in
  put-object) [ -e "$object" ] && echo "An error occurred (PreconditionFailed)" >&2 && exit 254; echo "$sum" > "$object" ;;
  head-object) cat "$object" ;;
esac
"#;

    /// What a build hands over, packed as `build` does.
    const BUILT: &str = "import sys, zipfile, json
archive = zipfile.ZipFile('code/code.zip', 'w')
archive.writestr(zipfile.ZipInfo('sparta-code-id'), sys.argv[1])
archive.close()
open('build/cloudformation.json', 'w').write('{ }')
open('build/test.json', 'w').write(json.dumps({'Parameters': {'Message': 'Hi', 'CodeKey': 'of the build'}}))
";

    /// Runs the steps on a build of the code of this id; gives the folder that is the artifact `Release`, and what they said.
    fn released(folder: &Path, id: &str) -> Result<String, String> {
        released_to(folder, id, &[])
    }

    /// The same with these variables besides.
    fn released_to(folder: &Path, id: &str, more: &[(&str, &str)]) -> Result<String, String> {
        _ = fs::remove_dir_all(folder.join("build"));
        for name in ["bin", "store", "build", "code"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let aws = folder.join("bin/aws");
        fs::write(&aws, AWS).unwrap();
        fs::set_permissions(&aws, fs::Permissions::from_mode(0o755)).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        // What is called python3 may be a wrapper that puts other programs first.
        let python = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        let python = text(python.stdout);
        let python = python.trim();
        assert!(Command::new(python).args(["-c", BUILT, id]).current_dir(folder).status().unwrap().success());
        let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
        let mut steps = Command::new(python);
        steps.args(["-c", super::PROGRAM]).current_dir(folder.join("build")).env("PATH", path);
        steps.env("CODEBUILD_SRC_DIR_Code", folder.join("code")).env("STORE", folder.join("store"));
        steps.env("CODE_BUCKET", "bucket").env("CODE_PREFIX", "Hello/code/").envs(more.iter().copied());
        let output = steps.output().unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    fn objects(folder: &Path) -> Vec<String> {
        objects_of(folder, "bucket")
    }

    fn objects_of(folder: &Path, bucket: &str) -> Vec<String> {
        let names = fs::read_dir(folder.join("store").join(bucket))
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap());
        names.map(|name| name.replace('_', "/")).collect()
    }

    #[test]
    fn the_next_build_of_the_same_code_is_the_same_release() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        let (one, other) = ("1".repeat(40), "2".repeat(40));
        let configuration = || fs::read_to_string(folder.join("build/release/test.json")).unwrap();
        let said = released(folder, &one).unwrap();
        assert!(said.contains("is new"), "{said}");
        let [key] = &objects(folder)[..] else { panic!("{:?}", objects(folder)) };
        assert!(key.starts_with(&format!("Hello/code/{one}-")), "{key}");
        let first = configuration();
        let parameters = serde_json::from_str::<Json>(&first).unwrap()["Parameters"].take();
        assert_eq!(parameters, json!({"Message": "Hi", "CodeBucket": "bucket", "CodeKey": key}));
        assert_eq!(fs::read_to_string(folder.join("build/release/cloudformation.json")).unwrap(), "{ }");

        let said = released(folder, &one).unwrap();
        assert!(said.contains("is there already"), "{said}");
        assert_eq!((configuration(), objects(folder).len()), (first.clone(), 1));

        released(folder, &other).unwrap();
        assert_ne!(configuration(), first);
        assert_eq!(objects(folder).len(), 2);
    }

    #[test]
    fn what_is_not_what_it_is_called_is_not_released() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        let told = released(folder, "../../elsewhere").unwrap_err();
        assert!(told.contains("is not the id of its code"), "{told}");
        released(folder, &"1".repeat(40)).unwrap();
        fs::write(fs::read_dir(folder.join("store/bucket")).unwrap().next().unwrap().unwrap().path(), "other").unwrap();
        let told = released(folder, &"1".repeat(40)).unwrap_err();
        assert!(told.contains("is not what was built: other"), "{told}");
    }

    #[test]
    fn an_environment_in_another_region_takes_the_copy_that_is_there() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        let id = "1".repeat(40);
        let regions = [("REGIONS", r#"{"test.json": "eu-central-1"}"#), ("CODE_BUCKET_eu_central_1", "there")];
        released_to(folder, &id, &regions).unwrap();
        assert_eq!(objects_of(folder, "there"), objects(folder));
        let configuration = fs::read_to_string(folder.join("build/release/test.json")).unwrap();
        let parameters = serde_json::from_str::<Json>(&configuration).unwrap()["Parameters"].take();
        assert_eq!((&parameters["CodeBucket"], &parameters["CodeKey"]), (&json!("there"), &json!(objects(folder)[0])));
        // The pipeline's own region has no other bucket.
        let place = tempfile::tempdir().unwrap();
        let here = [regions[0], ("CODE_BUCKET_eu_central_1", "bucket")];
        let said = released_to(place.path(), &id, &here).unwrap();
        assert_eq!(said.matches("s3://").count(), 1, "{said}");
    }

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
        assert_eq!(artifacts(&resources["ReleaseRole"], "s3:PutObject"), ["Release", "code"]);
        assert_eq!(artifacts(&resources["ReleaseRole"], "s3:GetObject"), ["Build", "Code", "code"]);
        let mut deployments: Vec<&Json> =
            actions(&resources).into_iter().filter(|it| it["Name"] == "CreateChangeSet").collect();
        assert_eq!(deployments.remove(0)["InputArtifacts"], json!([{"Name": "Update"}]));
        assert_eq!(deployments.len(), 2);
        for action in deployments {
            assert_eq!(action["InputArtifacts"], json!([{"Name": "Release"}]));
            let configuration = &action["Configuration"];
            let overrides = configuration["ParameterOverrides"]["Fn::Sub"].as_str().unwrap();
            assert!(!overrides.contains("Code"), "{overrides}");
            for file in ["TemplatePath", "TemplateConfiguration"] {
                assert!(configuration[file].as_str().unwrap().starts_with("Release::"), "{configuration}");
            }
        }
        for role in ["TestDeployRole", "ProductionDeployRole"] {
            assert_eq!(artifacts(&resources[role], "s3:GetObject"), ["Release"]);
            assert_eq!(artifacts(&resources[role], "s3:PutObject"), Vec::<String>::new());
        }
        for role in ["TestCloudFormationRole", "ProductionCloudFormationRole"] {
            let policy = resources[role]["Properties"]["Policies"].to_string();
            assert!(policy.contains("${Artifacts}/HelloPipeline/code/*") && !policy.contains("/Code/"), "{policy}");
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
