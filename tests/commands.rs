//! What a person sees of each command: standard output, standard error and exit code.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    golden,
    support::{Run, Service, package, run},
};

/// A service in an empty folder, on a machine that knows nothing of AWS.
pub(crate) struct Shell {
    name: String,
    service: Service,
    folder: TempDir,
}

impl Shell {
    /// The plain build of this package.
    pub(crate) fn of(package: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self { name: package.to_owned(), service: Service::of(package), folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.service.command(self.folder(), arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| {
                ["AWS_", "CARGO_PKG_", "CODEBUILD_", "SPARTA_"].iter().any(|of| name.starts_with(of))
            }) {
                command.env_remove(name);
            }
        }
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("CARGO_TERM_QUIET", "true");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// Runs it and compares all that is seen with the golden file of this name.
    #[track_caller]
    pub(crate) fn says(&self, name: &str, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        let line = [&[self.name.as_str()], arguments].concat().join(" ");
        golden::compare("said", name, &golden::transcript(&line, &run));
        run
    }

    /// A file of its folder.
    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

const CONNECTION: &str =
    "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";

#[test]
fn without_arguments_it_prints_its_help_and_was_used_wrongly() {
    assert_eq!(Shell::of("codepipeline").says("no-arguments", &[]).code, Some(2));
}

#[test]
fn help_is_a_product() {
    let shell = Shell::of("codepipeline");
    let run = shell.says("help", &["--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn each_command_has_its_help() {
    let shell = Shell::of("codepipeline");
    for command in [
        "version",
        "synth",
        "build",
        "provision",
        "provisionPipeline",
        "status",
        "delete",
        "recover",
        "describe",
        "diff",
        "execute",
        "serve",
        "invoke",
        "completions",
    ] {
        assert_eq!(shell.says(&format!("{command}-help"), &[command, "--help"]).code, Some(0));
    }
    assert_eq!(shell.says("pipeline-help", &["pipeline", "--help"]).code, Some(0));
    for command in ["status", "approve", "reject", "retry", "rollback", "start", "delete"] {
        let name = format!("pipeline-{command}-help");
        assert_eq!(shell.says(&name, &["pipeline", command, "--help"]).code, Some(0));
    }
}

#[test]
fn what_is_not_known_is_wrong_usage() {
    let shell = Shell::of("codepipeline");
    for (name, arguments) in [
        ("unknown-command", &["deploy"][..]),
        ("misspelt-command", &["provisionPipline"]),
        ("misspelt-kebab-command", &["provision-pipline"]),
        ("misspelt-flag", &["provision", "--s3bucket", "code"]),
        ("misspelt-kebab-flag", &["provision", "--s3-buckt", "code"]),
        ("unknown-flag", &["build", "--fast"]),
        ("unknown-level", &["version", "--level", "loud"]),
        ("unknown-format", &["version", "--format", "yaml"]),
        ("format-of-another-command", &["version", "--format", "html"]),
        ("no-environment", &["provision", "--noop"]),
        ("no-environment-to-show", &["status"]),
        ("no-environment-to-delete", &["delete"]),
        ("delete-without-an-answer", &["delete", "-e", "test"]),
        ("no-bucket-name", &["provision", "-e", "test", "--s3Bucket", "s3://code"]),
        ("unknown-region", &["status", "-e", "test", "--region", "eu-wst-1"]),
        ("unknown-region-to-provision", &["provision", "-e", "test", "--s3Bucket", "code", "--region", "eu-wst-1"]),
        ("unknown-region-for-a-pipeline", &["provisionPipeline", "--connection", CONNECTION, "--region", "eu-west1"]),
        ("unknown-profile", &["provision", "-e", "test", "--s3Bucket", "code", "--profile", "nobody"]),
        ("wrong-stack", &["provision", "--noop", "-e", "test", "--stack", "my stack"]),
        ("unknown-environment", &["provision", "--noop", "--environment", "staging"]),
        ("unknown-parameter", &["provision", "--noop", "-e", "test", "--param", "Mesage=hello"]),
        ("malformed-parameter", &["provision", "--noop", "-e", "test", "--param", "hunter2"]),
        ("reserved-tag", &["provision", "--noop", "-e", "test", "--tag", "sparta:app=mine"]),
        (
            "refused-tag",
            &["provision", "--noop", "-e", "test", "--tag", "cost=a(b)", "--tag", "Team=x", "--tag", "team=y"],
        ),
        ("malformed-build-id", &["build", "--buildID", "no such id"]),
        ("package-name-taken", &["build", "--codePipelinePackage", "test.json"]),
        ("package-name-with-folder", &["synth", "--codePipelinePackage", "out/pipeline.zip"]),
        ("provision-without-bucket", &["provision", "-e", "test"]),
        ("package-with-parameter", &["provision", "--codePipelinePackage", "p.zip", "--param", "Message=x"]),
        ("pipeline-without-command", &["pipeline"]),
        ("recovery-without-an-answer", &["recover", "-e", "test"]),
        ("approval-without-an-answer", &["pipeline", "approve"]),
        ("pipeline-in-an-unknown-region", &["pipeline", "status", "--region", "eu-wst-1"]),
        ("pipeline-of-two-sources", &["provisionPipeline", "--connection", CONNECTION, "--oauth", "hunter2"]),
        ("execute-unknown-function", &["execute", "--function", "goodbye"]),
    ] {
        let run = shell.says(name, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(!run.stderr.contains("hunter2"), "{name} shows a secret");
    }
    assert_eq!(fs::read_dir(shell.folder()).unwrap().count(), 0, "it wrote something");
}

#[test]
fn commands_and_flags_have_a_second_spelling() {
    let said = |arguments: &[&str]| {
        let shell = Shell::of("codepipeline");
        (golden::transcript("", &shell.run(arguments)), shell)
    };
    let (camel, first) = said(&["provisionPipeline", "--noop", "--s3Bucket", "bucket", "--outputDir", "out"]);
    let (kebab, second) = said(&["provision-pipeline", "--noop", "--s3-bucket", "bucket", "--output-dir", "out"]);
    assert_eq!(camel, kebab);
    assert_eq!(first.file("out/pipeline.json"), second.file("out/pipeline.json"));

    let camel = [
        "provision",
        "--noop",
        "--s3Bucket",
        "b",
        "--codePipelinePackage",
        "p.zip",
        "--buildID",
        "1",
        "--outputDir",
        "o",
    ];
    let kebab = [
        "provision",
        "--noop",
        "--s3-bucket",
        "b",
        "--code-pipeline-package",
        "p.zip",
        "--build-id",
        "1",
        "--output-dir",
        "o",
    ];
    assert_eq!(said(&camel).0, said(&kebab).0);
    let execute = |flag| said(&["execute", "--function", "nobody", flag, "127.0.0.1:1"]).0;
    assert_eq!(execute("--runtimeApi"), execute("--runtime-api"));
}

#[test]
fn the_version_is_for_people_and_for_machines() {
    let shell = Shell::of("codepipeline");
    let version = shell.says("version", &["version"]).success();
    assert_eq!(shell.run(&["--version"]).success(), version);
    assert_eq!(shell.run(&["-V"]).success(), version);
    shell.says("version-json", &["version", "--format", "json"]);
}

#[test]
fn a_service_is_described_to_people_and_to_machines() {
    let shell = Shell::of("codepipeline");
    assert_eq!(shell.says("describe", &["describe"]).code, Some(0));
    let json = shell.says("describe-json", &["describe", "--format", "json"]).success();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["app"], "HelloPipeline");
    Shell::of("commands").says("describe-without-environments", &["describe"]);
    shell.says("describe-mermaid", &["describe", "--format", "mermaid"]).success();
    let page = shell.says("describe-to-a-file", &["describe", "--format", "html", "--output", "out/service.html"]);
    assert_eq!((page.code, page.stdout.as_str()), (Some(0), ""));
    assert!(shell.file("out/service.html").starts_with("<!DOCTYPE html>"));
}

#[test]
fn what_a_deployment_would_change_is_told_without_aws() {
    let shell = Shell::of("codepipeline");
    shell.run(&["synth", "--outputDir", "before"]).success();
    assert_eq!(shell.says("diff-same", &["diff", "-e", "test", "--against", "before", "--fail"]).code, Some(0));

    // As if it had been deployed with less.
    let before = shell.folder().join("before");
    let mut template: serde_json::Value = serde_json::from_str(&shell.file("before/cloudformation.json")).unwrap();
    let resources = template["Resources"].as_object_mut().unwrap();
    let role = resources.values_mut().find(|it| it["Type"] == "AWS::IAM::Role").unwrap();
    role["Properties"].as_object_mut().unwrap().remove("Policies");
    let function = resources.values_mut().find(|it| it["Type"] == "AWS::Lambda::Function").unwrap();
    function["Properties"]["MemorySize"] = 1024.into();
    let queue = serde_json::json!({"Type": "AWS::SQS::Queue"});
    resources.insert("Orders".to_owned(), queue);
    fs::write(before.join("cloudformation.json"), template.to_string()).unwrap();
    let environment = shell.file("before/test.json").replace("Hello Test!", "Hello!");
    fs::write(before.join("test.json"), environment).unwrap();
    let against = ["diff", "-e", "test", "--against", "before"];
    assert_eq!(shell.says("diff", &against).code, Some(0));
    assert_eq!(shell.run(&[&against[..], &["--fail"]].concat()).code, Some(1));
    let json = shell.run(&[&against[..], &["--format", "json"]].concat()).success();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["dataAtRisk"][0]["logicalId"], "Orders", "{json}");
    let nothing = shell.run(&["diff", "-e", "test", "--against", "Nothing"]);
    assert_eq!(nothing.code, Some(1), "{}", nothing.stderr);
}

#[test]
fn what_a_deployment_by_hand_takes_is_a_whole_policy() {
    let shell = Shell::of("codepipeline");
    let explain = ["provision", "--explainRole", "--environment", "production"];
    let options = ["--region", "eu-west-1", "--s3Bucket", "code"];
    let policy = shell.says("explain-role", &[&explain[..], &options].concat()).success();
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(!policy.to_string().contains("${") && !policy.to_string().contains("Fn::"), "{policy}");
    let china = shell.run(&[&explain[..], &["--region", "cn-north-1", "--inplace"]].concat()).success();
    assert!(china.contains("arn:aws-cn:lambda:cn-north-1:*:function:Prod-HelloPipeline-*"), "{china}");
    assert!(!shell.folder().join(".sparta").exists(), "nothing is built");
}

#[test]
fn the_buildspec_is_written_once_and_never_over_an_edited_one() {
    let shell = Shell::of("codepipeline");
    shell.says("buildspec", &["build", "--buildspec"]);
    golden::compare("codepipeline", "buildspec.yml", &shell.file("buildspec.yml"));
    assert_eq!(shell.run(&["build", "--buildspec"]).code, Some(0), "the same again");

    let edited = shell.file("buildspec.yml") + "# mine\n";
    fs::write(shell.folder().join("buildspec.yml"), &edited).unwrap();
    fs::write(shell.folder().join("delivery/pipeline.json"), "{}").unwrap();
    assert_eq!(shell.says("buildspec-edited", &["build", "--buildspec"]).code, Some(0));
    assert_eq!(shell.file("buildspec.yml"), edited);
    golden::compare("codepipeline", "pipeline", &shell.file("delivery/pipeline.json"));
}

#[test]
fn documents_are_written_without_a_compiler_and_are_those_of_a_build() {
    let shell = Shell::of("codepipeline");
    let synth = ["synth", "--codePipelinePackage", "pipeline.zip"];
    let run = run(shell.command(&synth).env("PATH", "").env_remove("CARGO"));
    golden::compare("said", "synth", &golden::transcript("codepipeline synth", &run));
    run.success();
    let package = package("codepipeline");
    let documents = ["cloudformation.json", "test.json", "production.json", "openapi.json", "pipeline.json"];
    for name in documents.into_iter().chain(["pipeline.zip"]) {
        let bytes = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert!(bytes(&shell.folder().join(".sparta")) == bytes(package.path()), "{name} differs");
    }
    assert!(!shell.folder().join(".sparta/code").exists(), "it has no code");

    let json = shell.run(&["synth", "--outputDir", "out", "--format", "json"]).success();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["template"], "out/cloudformation.json", "{json}");
    assert_eq!(json["configurations"], serde_json::json!(["out/test.json", "out/production.json"]), "{json}");
    assert_eq!(json["openapi"], "out/openapi.json", "{json}");
    let zip = zip::ZipArchive::new(fs::File::open(shell.folder().join(".sparta/pipeline.zip")).unwrap()).unwrap();
    assert!(!zip.file_names().any(|name| name.unwrap() == "openapi.json"), "no deployment reads it");
    let without = Shell::of("hello");
    without.run(&["synth"]).success();
    assert!(!without.folder().join(".sparta/openapi.json").exists(), "it has no routes");
}

#[test]
fn services_of_one_repository_have_a_folder_each() {
    let shell = Shell::of("codepipeline");
    let git = |arguments: &[&str]| run(Command::new("git").args(arguments).current_dir(shell.folder())).success();
    git(&["init", "--quiet"]);
    for package in ["codepipeline", "legacy"] {
        fs::create_dir_all(shell.folder().join(package).join("src")).unwrap();
        let mut synth = Service::of(package).command(shell.folder(), ["synth"]);
        let said = run(synth.env("CARGO_MANIFEST_DIR", shell.folder().join(package))).success();
        assert!(said.contains(&format!("{package}/.sparta/cloudformation.json")), "{said}");
    }
    let name = |package| shell.file(&format!("{package}/.sparta/cloudformation.json"));
    assert!(name("codepipeline").contains("HelloWorld") && !name("legacy").contains("HelloWorld"));
    assert_eq!(git(&["status", "--porcelain"]), "", "they are none of git's business");

    let buildspec =
        |package: &str, folder: &str| Service::of(package).run(&shell.folder().join(folder), ["build", "--buildspec"]);
    let said = buildspec("codepipeline", "codepipeline/src").success();
    assert!(said.contains("../../buildspec.yml"), "{said}");
    assert!(shell.file("buildspec.yml").contains("--package codepipeline"));
    let other = buildspec("legacy", "legacy");
    golden::compare("said", "buildspec-of-another", &golden::transcript("legacy build --buildspec", &other));
    assert_eq!(other.code, Some(1));
}

#[test]
fn a_provision_that_changes_nothing_shows_what_it_would_send() {
    let shell = Shell::of("codepipeline");
    let build = ["provision", "--noop", "--buildID", "42"];
    shell.says("provision-noop", &[&build[..], &["-e", "test"]].concat());
    golden::compare("codepipeline", "provision.request", &shell.file(".sparta/provision.request.json"));

    let options = ["--environment", "production", "--param", "Message=Hi!", "--param", "ENVIRONMENT=here"];
    let more = ["--tag", "team=a=b", "--s3Bucket", "bucket", "--format", "json", "--outputDir", "out"];
    let json = shell.says("provision-noop-json", &[&build[..], &options, &more].concat()).success();
    let request = serde_json::from_str::<serde_json::Value>(&json).unwrap()["request"].clone();
    assert_eq!(request, serde_json::from_str::<serde_json::Value>(&shell.file("out/provision.request.json")).unwrap());
    assert_eq!(request["StackName"], "Prod-HelloPipeline");
    assert_eq!(request["Parameters"]["Message"], "Hi!");
}

#[test]
fn a_pipeline_that_is_not_deployed_is_written() {
    let shell = Shell::of("codepipeline");
    assert_eq!(shell.says("pipeline-noop", &["provisionPipeline", "--noop"]).code, Some(0));
    golden::compare("codepipeline", "pipeline.request", &shell.file(".sparta/pipeline.request.json"));
    // What the pipeline's build would hand over.
    for document in ["cloudformation", "production", "test"] {
        golden::compare("codepipeline", document, &shell.file(&format!(".sparta/{document}.json")));
    }

    let arguments = ["provisionPipeline", "--noop", "--connection", CONNECTION, "--format", "json"];
    let more = ["--pipeline", "Mine", "--repo", "git@github.com:acme/other.git"];
    let json = shell.says("pipeline-noop-json", &[&arguments[..], &more].concat()).success();
    let request = serde_json::from_str::<serde_json::Value>(&json).unwrap()["request"].clone();
    assert_eq!(request["StackName"], "Mine");
    assert_eq!(request["Parameters"]["ConnectionArn"], CONNECTION);
}

#[test]
fn a_token_is_in_nothing_that_is_written_or_said() {
    const TOKEN: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let shell = Shell::of("codepipeline");
    let run = shell.run(&["provisionPipeline", "--noop", "--level", "trace", "--oauth", TOKEN]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stdout.contains(TOKEN) && !run.stderr.contains(TOKEN));
    let files: Vec<_> =
        fs::read_dir(shell.folder().join(".sparta")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        assert!(!fs::read_to_string(&file).unwrap().contains(TOKEN), "{}", file.display());
    }
    golden::compare("codepipeline", "pipeline-oauth", &shell.file(".sparta/pipeline.json"));
}

#[test]
fn a_pipeline_needs_a_repository_of_githubs_and_somewhere_to_deliver_to() {
    let shell = Shell::of("codepipeline");
    for (name, options) in [
        ("pipeline-of-elsewhere", &["--repo", "https://gitlab.com/a/b"][..]),
        ("pipeline-of-credentials", &["--repo", "https://me:hunter2@github.com/acme/hello"]),
        ("pipeline-of-wrong-options", &["--pipeline", "my pipeline", "--connection", "mine"]),
    ] {
        let run = shell.says(name, &[&["provisionPipeline", "--noop"], options].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(!run.stderr.contains("hunter2"), "{name} shows a secret");
    }
    let shell = Shell::of("commands");
    let noop = ["provisionPipeline", "--noop"];
    assert_eq!(shell.says("pipeline-without-repository", &noop).code, Some(2));
    let elsewhere = [&noop[..], &["--repo", "https://github.com/acme/orders"]].concat();
    assert_eq!(shell.says("pipeline-without-environment", &elsewhere).code, Some(1));
}

#[test]
fn a_command_of_the_users_own_is_like_the_others() {
    let shell = Shell::of("commands");
    shell.says("own-help", &["--help"]);
    shell.says("own-command-help", &["seed", "--help"]);
    assert_eq!(shell.says("own-command", &["seed", "--count", "2"]).code, Some(0));
    shell.says("own-command-json", &["seed", "--count", "2", "--format", "json"]);
    assert_eq!(shell.says("own-command-used-wrongly", &["seed", "--count", "two"]).code, Some(2));
    assert_eq!(shell.says("own-command-unknown-flag", &["seed", "--colour"]).code, Some(2));
}

#[test]
fn a_function_of_the_old_signature_is_warned_of() {
    let shell = Shell::of("legacy");
    let run = shell.says("deprecated", &["describe"]);
    assert!(run.stderr.contains("DEPRECATED: function `old`"), "{}", run.stderr);
    assert_eq!(shell.says("deprecated-provision", &["provision", "--noop", "--buildID", "42"]).code, Some(0));
    assert_eq!(shell.says("execute-which", &["execute"]).code, Some(2));
}

#[test]
fn all_mistakes_of_an_app_are_told_by_every_command() {
    let shell = Shell::of("mistaken");
    let said = shell.says("mistakes", &["describe"]);
    assert_eq!(said.code, Some(1));
    for arguments in [
        &["build"][..],
        &["provision", "--noop"],
        &["provision", "--s3Bucket", "bucket"],
        &["provisionPipeline", "--noop"],
        &["status"],
        &["delete"],
        &["execute"],
    ] {
        let run = shell.run(arguments);
        assert_eq!((run.code, run.stdout, run.stderr), (Some(1), String::new(), said.stderr.clone()), "{arguments:?}");
    }
    assert_eq!(shell.run(&["version"]).code, Some(0));
    assert_eq!(fs::read_dir(shell.folder()).unwrap().count(), 0, "it wrote something");
}

#[test]
fn without_a_region_or_credentials_it_says_how_to_give_them() {
    let shell = Shell::of("codepipeline");
    // What talks to AWS is compiled the first time, and that is said.
    shell.run(&["status", "-e", "test"]);
    assert_eq!(shell.says("no-region", &["status", "-e", "test"]).code, Some(1));
    assert_eq!(
        shell.says("no-region-to-provision", &["provision", "-e", "test", "--s3Bucket", "bucket"]).code,
        Some(1)
    );
    assert_eq!(shell.says("no-credentials", &["status", "-e", "test", "--region", "eu-west-1"]).code, Some(1));
    assert_eq!(fs::read_dir(shell.folder()).unwrap().count(), 0, "it compiled, to deploy nowhere");

    // Without a region it asks EC2 for one, where nobody answers.
    let mut status = shell.command(&["status", "-e", "test"]);
    status.env("AWS_EC2_METADATA_DISABLED", "false").env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    let run = run(&mut status);
    assert_eq!(run.stderr, shell.run(&["status", "-e", "test"]).stderr);
}

#[test]
fn a_profile_that_is_not_there_is_named_with_those_that_are() {
    let shell = Shell::of("codepipeline");
    let config = shell.folder().join("config");
    fs::write(&config, "[default]\nregion = eu-west-1\n[profile shop]\nregion = eu-wst-1\n").unwrap();
    let status = ["status", "-e", "test"];
    let said = |name: &str, variables: &[(&str, &str)]| {
        let run = run(shell.command(&status).env("AWS_CONFIG_FILE", &config).envs(variables.iter().copied()));
        golden::compare("said", name, &golden::transcript("codepipeline status -e test", &run));
        assert_eq!(run.code, Some(2));
    };
    said("unknown-profile-of-several", &[("AWS_PROFILE", "shp")]);
    said("unknown-region-of-a-profile", &[("AWS_PROFILE", "shop")]);
    let elsewhere = [("AWS_PROFILE", "shop"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_MAX_ATTEMPTS", "1")];
    let run = run(shell.command(&status).env("AWS_CONFIG_FILE", &config).envs(elsewhere));
    assert!(!run.stderr.contains("no AWS region"), "another endpoint has its own regions: {}", run.stderr);
}

#[test]
fn a_deletion_that_changes_nothing_names_the_stack() {
    let shell = Shell::of("codepipeline");
    shell.says("delete-noop", &["delete", "--noop", "-e", "test"]);
    shell.says("delete-noop-json", &["delete", "--noop", "--environment", "production", "--format", "json"]);
}

#[test]
fn a_function_that_is_served_to_nobody_says_so() {
    let shell = Shell::of("codepipeline");
    assert_eq!(shell.says("execute-nowhere", &["execute", "--runtimeApi", "127.0.0.1:1"]).code, Some(1));
}
