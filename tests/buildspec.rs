//! The journey that the project began with: what the pipeline does, step by step, with the files that it would do it with.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use sparta_test_tools::{Aws, LocalStack, Tools, Venv};

use crate::support::{LIGHT_PROFILE, Service, document, package, root, run, unzip};

const CODEBUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/codebuild.py");
const S3API: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/s3api.py");

/// A clean clone of what is committed, always at the same place, so that its dependencies are compiled once.
fn clone() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clone");
    _ = fs::remove_dir_all(&place);
    run(Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(&place)).success();
    place
}

/// Does as CodeBuild does with a buildspec and its sources, and gives the folder with the artifacts' archives.
fn code_build(
    buildspec: &Path,
    sources: &[String],
    variables: impl IntoIterator<Item = (String, String)>,
) -> tempfile::TempDir {
    let output = tempfile::tempdir().unwrap();
    let mut build = Command::new(Venv::ready(Tools::Aws).program("python"));
    build.arg(CODEBUILD).arg(buildspec).arg(output.path()).args(sources).env_clear();
    let kept = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    build.envs(std::env::vars_os().filter(|(name, _)| kept.iter().any(|kept| name == kept)));
    build.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("codebuild"));
    build.envs(LIGHT_PROFILE).envs(variables);
    run(&mut build).success();
    output
}

/// Copies what was built as the pipeline does, with the steps in its stack, to this bucket.
fn release(pipeline: &Value, built: &Path, aws: &Aws, bucket: &str) -> tempfile::TempDir {
    let project = &pipeline["Resources"]["ReleaseProject"]["Properties"];
    let folder = tempfile::tempdir().unwrap();
    let buildspec = folder.path().join("buildspec.yml");
    fs::write(&buildspec, project["Source"]["BuildSpec"].as_str().unwrap()).unwrap();
    let python = Venv::ready(Tools::Aws).program("python").display().to_string();
    for (name, program) in [("python3", format!("'{python}'")), ("aws", format!("'{python}' '{S3API}'"))] {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\nexec {program} \"$@\"\n")).unwrap();
        run(Command::new("chmod").arg("755").arg(&path)).success();
    }
    let given = project["Environment"]["EnvironmentVariables"].as_array().unwrap().iter().map(|variable| {
        let value = variable["Value"].as_str().unwrap_or(bucket);
        (variable["Name"].as_str().unwrap().to_owned(), value.to_owned())
    });
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let account = aws.variables().into_iter().map(|(name, value)| (name.to_owned(), value));
    let variables = given.chain(account).chain([("PATH".to_owned(), path)]);
    let archive = |name: &str| built.join(format!("{name}.zip")).display().to_string();
    code_build(&buildspec, &[archive("Build"), format!("Code={}", archive("Code"))], variables)
}

/// The actions of the pipeline that make change sets, in order: their configurations.
fn deployments(pipeline: &Value) -> Vec<Value> {
    let stages = pipeline["Resources"]["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
    let actions = stages.iter().flat_map(|stage| stage["Actions"].as_array().unwrap());
    let configurations = actions.map(|action| action["Configuration"].clone());
    // One more updates the pipeline's own stack.
    let of_service = configurations.filter(|it| it.get("ParameterOverrides").is_some());
    of_service.filter(|it| it["ActionMode"] == "CHANGE_SET_REPLACE").collect()
}

/// What the pipeline gives the template's parameters, with references as they are.
fn overrides(action: &Value) -> serde_json::Map<String, Value> {
    serde_json::from_str(action["ParameterOverrides"]["Fn::Sub"].as_str().unwrap()).unwrap()
}

/// The policy that bounds the roles of what an action deploys.
fn boundary(action: &Value) -> String {
    let overrides = overrides(action);
    let reference = overrides["PermissionsBoundary"].as_str().unwrap();
    reference.strip_prefix("${").unwrap().strip_suffix('}').unwrap().to_owned()
}

/// Deploys as CodePipeline does with the artifact `Release`, unpacked.
fn deploy(aws: &Aws, action: &Value, release: &Path) {
    let file = |property: &str| release.join(action[property].as_str().unwrap().strip_prefix("Release::").unwrap());
    let configuration = document(&file("TemplateConfiguration"));
    let mut parameters: BTreeMap<String, String> = serde_json::from_value(configuration["Parameters"].clone()).unwrap();
    let boundary = format!("arn:aws:iam::000000000000:policy/{}", boundary(action));
    for (name, _) in overrides(action) {
        assert_eq!(name, "PermissionsBoundary");
        parameters.insert(name, boundary.clone());
    }
    let parameters = parameters.iter().map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": value}));
    let stack = json!({
        "StackName": action["StackName"],
        "ChangeSetName": action["ChangeSetName"],
    });
    let mut request = stack.clone();
    request["ChangeSetType"] = json!("CREATE");
    request["TemplateBody"] = json!(fs::read_to_string(file("TemplatePath")).unwrap());
    request["Parameters"] = parameters.collect();
    request["Capabilities"] = json!([action["Capabilities"]]);
    aws.call("cloudformation", "create_change_set", request);
    aws.wait("cloudformation", "change_set_create_complete", stack.clone());
    aws.call("cloudformation", "execute_change_set", stack);
    aws.wait("cloudformation", "stack_create_complete", json!({"StackName": action["StackName"]}));
}

#[test]
fn what_the_buildspec_builds_in_a_clean_clone_greets_in_each_environment() {
    let source = clone();
    Service::of("codepipeline").run(&source, ["build", "--buildspec"]).success();
    let commit = run(Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&source)).success();
    let resolved = [("CODEBUILD_RESOLVED_SOURCE_VERSION".to_owned(), commit.trim().to_owned())];
    let built = code_build(&source.join("buildspec.yml"), &[source.display().to_string()], resolved);
    let pipeline = document(&package("codepipeline").path().join("pipeline.json"));

    let localstack = LocalStack::start();
    let aws = localstack.aws();
    aws.call("s3", "create_bucket", json!({"Bucket": "artifacts"}));
    let released = release(&pipeline, built.path(), aws, "artifacts");
    let documents = unzip(&released.path().join("Artifact.zip"));
    let again = release(&pipeline, built.path(), aws, "artifacts");
    let test = |released: &Path| document(&unzip(&released.join("Artifact.zip")).path().join("test.json"));
    assert_eq!(test(again.path()), test(released.path()), "the same code is in the same place");

    for name in ["pipeline.json", "openapi.json"] {
        assert!(!documents.path().join(name).exists(), "{name} is not for the environments");
    }
    let actions = deployments(&pipeline);
    for policy in actions.iter().map(boundary) {
        let logs =
            json!({"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:*:*:log-group:*"});
        let document = json!({"Version": "2012-10-17", "Statement": [logs]}).to_string();
        aws.call("iam", "create_policy", json!({"PolicyName": policy, "PolicyDocument": document}));
    }
    actions.iter().for_each(|action| deploy(aws, action, documents.path()));
    let greetings = actions.iter().map(|action| {
        let stack = action["StackName"].as_str().unwrap();
        let stacks = aws.call("cloudformation", "describe_stacks", json!({"StackName": stack}));
        let outputs = stacks["Stacks"][0]["Outputs"].as_array().unwrap();
        let function = outputs.iter().find(|output| output["OutputKey"] == "HelloWorldFunction").unwrap();
        (stack, localstack.invoke(function["OutputValue"].as_str().unwrap(), &json!({})).unwrap())
    });
    let expected =
        [("Test-HelloPipeline-main", json!("Hello Test!")), ("Prod-HelloPipeline-main", json!("Hello Production!"))];
    assert_eq!(greetings.collect::<Vec<_>>(), expected);

    for action in &actions {
        let stack = json!({"StackName": action["StackName"], "LogicalResourceId": "HelloWorldRole"});
        let role = aws.call("cloudformation", "describe_stack_resource", stack);
        let role = json!({"RoleName": role["StackResourceDetail"]["PhysicalResourceId"]});
        let bound = aws.call("iam", "get_role", role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].take();
        assert_eq!(bound, format!("arn:aws:iam::000000000000:policy/{}", boundary(action)));
    }

    let code = unzip(&unzip(&built.path().join("Code.zip")).path().join("code.zip"));
    let id = fs::read_to_string(code.path().join("sparta-code-id")).unwrap();
    let started = format!(r#""code":"{id}""#);
    let logs = localstack.function_logs();
    assert!(logs.iter().any(|log| log.contains(&started)), "{logs:#?}");
}
