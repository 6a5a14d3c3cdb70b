//! The three builds of one binary: what a person compiles, what talks to AWS, and what Lambda runs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    commands::Shell,
    golden,
    support::{Service, cargo, package, root, run},
};

const SERVICES: [&str; 5] = ["hello", "codepipeline", "commands", "legacy", "mistaken"];
/// What the SDKs' packages, and the folders of their sources, are called.
const SDKS: [&str; 4] = ["aws-sdk-", "aws-smithy-", "aws-config", "aws-runtime"];

/// The packages that a service is made of.
fn packages(service: &str, flags: &[&str], rust_flags: &str) -> Vec<String> {
    let mut command = cargo();
    command.args(["tree", "--package", service, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    run(command.args(flags).env("RUSTFLAGS", rust_flags)).success().lines().map(str::to_owned).collect()
}

fn is_sdk(package: &str) -> bool {
    SDKS.iter().any(|sdk| package.starts_with(sdk))
}

#[test]
fn only_the_feature_aws_brings_the_sdks() {
    for service in SERVICES {
        let packages = packages(service, &[], "");
        assert!(packages.iter().any(|package| package.starts_with("tokio ")), "{service}: {packages:?}");
        let sdks: Vec<_> = packages.iter().filter(|package| is_sdk(package)).collect();
        assert!(sdks.is_empty(), "{service} depends on {sdks:?}");
    }
    let packages = packages("hello", &["--features", "sparta-lambda/aws"], "");
    assert!(packages.iter().any(|package| is_sdk(package)), "{packages:?}");
}

#[test]
fn only_the_feature_lambda_http_brings_it() {
    let is_theirs = |package: &String| package.starts_with("lambda_");
    for service in SERVICES {
        for rust_flags in ["", "--cfg sparta_serving"] {
            let packages = packages(service, &[], rust_flags);
            let theirs: Vec<_> = packages.iter().filter(|package| is_theirs(package)).collect();
            assert!(theirs.is_empty(), "{service} depends on {theirs:?}");
        }
    }
    let packages = packages("hello", &["--features", "sparta-lambda/lambda_http"], "");
    assert_eq!(packages.iter().filter(|package| package.starts_with("lambda_http ")).count(), 1, "{packages:?}");
}

#[test]
fn what_only_a_command_line_takes_is_not_compiled_for_lambda() {
    let only = ["cargo-config2", "cargo_metadata", "flate2", "object", "tempfile", "toml", "tracing-subscriber", "zip"];
    let of = |name: &str, packages: &[String]| packages.iter().any(|package| package.split(' ').next() == Some(name));
    for service in SERVICES {
        let (plain, serving) = (packages(service, &[], ""), packages(service, &[], "--cfg sparta_serving"));
        for name in only {
            assert!(of(name, &plain), "{service} does without {name}: {plain:?}");
            assert!(!of(name, &serving), "{service} has {name}: {serving:?}");
        }
        assert!(of("unwinding", &serving) && !of("unwinding", &plain), "{service}");
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    let first = text.as_bytes()[0];
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    places.any(|(place, _)| bytes[place..].starts_with(text.as_bytes()))
}

#[test]
fn the_packaged_binary_serves_and_carries_nothing_else() {
    let bootstrap = fs::read(package("codepipeline").path().join("code/bootstrap")).unwrap();
    assert!(contains(&bootstrap, "SPARTA_BUILD=serving;"));
    let others = ["SPARTA_BUILD=plain;", "SPARTA_BUILD=aws;", "clap", "sparta-cli", "sparta_cli"];
    let libraries = ["libgcc_s", "libm.so"];
    let foreign = ["lambda_http", "lambda_runtime"];
    let schemas = ["sparta-schema", "sparta_schema", "did you mean `"];
    for text in others.iter().chain(&foreign).chain(&schemas).chain(&libraries).chain(&SDKS) {
        assert!(!contains(&bootstrap, text), "it has {text} in it");
    }
    let plain = fs::read(Service::of("codepipeline").program()).unwrap();
    assert!(contains(&plain, "SPARTA_BUILD=plain;") && contains(&plain, "clap") && contains(&plain, "sparta_schema"));
}

#[test]
fn the_packaged_binary_says_which_service_it_is_and_that_it_only_serves() {
    let bootstrap = package("codepipeline").path().join("code/bootstrap");
    for arguments in [&[][..], &["--help"], &["provision", "--noop"]] {
        let run = run(Command::new(&bootstrap).args(arguments).env_remove("AWS_LAMBDA_RUNTIME_API"));
        golden::compare("said", "serving-build", &golden::transcript("bootstrap", &run));
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(said["functions"], json!(["hello-world"]));
        assert_eq!(said["triggers"], json!(["hello-world: GET /hello"]));
        assert_eq!(said["settings"], json!(["MESSAGE", "ENVIRONMENT"]));
    }
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[track_caller]
fn same_files(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for ((path, one), (_, other)) in one.iter().zip(&other) {
        assert!(one == other, "{} differs", path.display());
    }
}

/// Builds again what is in `package`, under the same name.
#[track_caller]
fn build(shell: &Shell, package: &Path, more: &[&str]) {
    let id = fs::read_to_string(package.join("build-id")).unwrap();
    let build = ["build", "--outputDir", "out", "--codePipelinePackage", "pipeline.zip", "--buildID", &id];
    shell.run(&[&build, more].concat()).success();
}

#[test]
fn packaging_twice_gives_the_same_bytes() {
    let once = package("codepipeline");
    let twice = Shell::of("codepipeline");
    build(&twice, once.path(), &[]);
    same_files(once.path(), &twice.folder().join("out"));
}

#[test]
fn a_binary_that_is_compiled_already_is_packaged_as_if_it_were_compiled_now() {
    let package = package("codepipeline");
    let bootstrap = package.path().join("code/bootstrap");
    let shell = Shell::of("codepipeline");
    build(&shell, package.path(), &["--binary", bootstrap.to_str().unwrap()]);
    same_files(package.path(), &shell.folder().join("out"));
}

#[test]
fn hooks_run_before_and_after_a_build_and_may_refuse_it() {
    let bootstrap = package("sparta-test-service").path().join("code/bootstrap");
    let shell = Shell::of("sparta-test-service");
    let build = |refuses: &str| {
        let build = ["build", "--outputDir", "out", "--binary", bootstrap.to_str().unwrap()];
        run(shell.command(&build).env("TEST_REFUSES", refuses))
    };
    let archive = shell.folder().join("out/code.zip");
    for (name, is_packaged) in [("before_build", false), ("after_build", true)] {
        let refused = build(name);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{}", refused.stderr);
        let hook = format!("error: the hook `{name}` of tests/service/src/main.rs:");
        assert!(refused.stderr.contains(&hook), "{}", refused.stderr);
        assert!(refused.stderr.contains(&format!("  caused by: {name} is not for today\n")), "{}", refused.stderr);
        assert_eq!(archive.exists(), is_packaged, "{name}");
    }
    let built = build("nothing");
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let bytes = fs::metadata(&archive).unwrap().len();
    let said: Vec<usize> = ["builds [\"test\"] into out\n", &format!(" of {bytes} bytes\n")]
        .map(|text| built.stderr.find(text).unwrap_or_else(|| panic!("`{text}` is not in:\n{}", built.stderr)))
        .into();
    assert!(said.is_sorted(), "{}", built.stderr);
    // Neither is a build.
    for command in [&["synth", "--outputDir", "out"][..], &["build", "--buildspec", "--noop", "--outputDir", "out"]] {
        let run = run(shell.command(command).env("TEST_REFUSES", "before_build"));
        assert!(!run.stderr.contains("hook"), "{command:?}: {}", run.stderr);
    }
}

#[test]
fn only_the_serving_build_of_this_very_app_is_packaged() {
    let hello = package("hello").path().join("code/bootstrap");
    let shell = Shell::of("codepipeline");
    fs::copy(hello, shell.folder().join("hello")).unwrap();
    fs::copy(Service::of("codepipeline").program(), shell.folder().join("plain")).unwrap();
    fs::write(shell.folder().join("text"), "hello").unwrap();
    for (name, code) in [("hello", 1), ("plain", 1), ("text", 1), ("nothing", 2)] {
        let run = shell.says(&format!("binary-{name}"), &["build", "--binary", name]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{name}");
    }
    assert!(!shell.folder().join(".sparta").exists(), "it wrote something");
}

#[test]
fn a_package_whose_binary_lacks_a_feature_of_the_program_is_refused() {
    let with_feature = Service::with_features("legacy", &["more"]);
    let folder = tempfile::tempdir().unwrap();
    let run = with_feature.run(folder.path(), ["build"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.stderr.contains("it lacks the function `more`"), "{}", run.stderr);
    assert!(run.stderr.contains("--features"), "{}", run.stderr);
    assert!(!folder.path().join(".sparta").exists(), "it wrote something");
}

#[test]
fn a_command_that_calls_aws_is_run_by_the_build_that_can() {
    let shell = Shell::of("legacy");
    let help = shell.run(&["region", "--help"]).success();
    assert!(help.contains("Prints the region") && help.contains("--label"), "{help}");

    let run = shell.run(&["region", "--label", "to", "--region", "eu-west-1"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "to eu-west-1\n"), "{}", run.stderr);
    let json = shell.run(&["region", "--region", "eu-west-1", "--format", "json"]).success();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!(["region", "eu-west-1"]));

    let run = shell.run(&["status", "--region", "eu-west-1"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(
        run.stderr.contains("error: DescribeStacks of stack \"Legacy\" failed for want of credentials"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("Log in (`aws sso login`"), "{}", run.stderr);

    let bytes = |path: &Path| fs::read(path).unwrap();
    let plain = Service::of("legacy").program().to_owned();
    let target = plain.parent().unwrap().parent().unwrap();
    let with_aws = target.join("with-aws").join(plain.strip_prefix(target).unwrap());
    assert!(contains(&bytes(&with_aws), "SPARTA_BUILD=aws;"));
    assert!(contains(&bytes(&plain), "SPARTA_BUILD=plain;"), "the plain build is where it was");
}

#[test]
fn the_build_that_talks_to_aws_has_to_be_of_the_same_app() {
    let folder = tempfile::tempdir().unwrap();
    let with_feature = Service::with_features("legacy", &["more"]);
    let without_feature_flag = with_feature.run(folder.path(), ["status", "--region", "eu-west-1"]);
    assert_eq!(without_feature_flag.code, Some(1));
    let stderr = &without_feature_flag.stderr;
    assert!(stderr.contains("make different templates; nothing was done"), "{stderr}");
    assert!(stderr.contains("give them to the command too"), "{stderr}");

    let mut command = with_feature.command(folder.path(), ["region", "--region", "eu-west-1", "--features", "more"]);
    assert_eq!(run(&mut command).success(), "region eu-west-1\n");
}

#[test]
fn a_program_without_its_sources_says_how_to_compile_what_talks_to_aws() {
    let shell = Shell::of("codepipeline");
    let copy = shell.folder().join("codepipeline");
    fs::copy(Service::of("codepipeline").program(), &copy).unwrap();
    let run = run(Command::new(&copy)
        .args(["status", "-e", "test"])
        .current_dir(shell.folder())
        .env_remove("CARGO_MANIFEST_DIR"));
    golden::compare("said", "no-sources", &golden::transcript("codepipeline status", &run));
    assert_eq!(run.code, Some(1));
}

/// A crate of somebody else's: a command uses an SDK, another one the template, and a trigger is its own.
const MAIN: &str = r#"
use sparta::{clap, delivery::Source, prelude::*, trigger::{Scope, Trigger}};

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

/// Prints the region
#[derive(clap::Args)]
struct Region {
    /// How often
    #[arg(long, default_value_t = 1)]
    times: u32,
}

sparta::if_provision! {
    use aws_config::SdkConfig;

    fn region(config: &SdkConfig) -> String {
        config.region().map(ToString::to_string).unwrap_or_default()
    }
}

impl Command for Region {
    sparta::if_provision! {
        async fn run(mut self, context: CommandContext) -> Result<(), Error> {
            self.times += 1;
            let config = context.aws().await?;
            context.print(&region(&config).repeat(self.times as usize), &self.times)
        }
    }
}

/// Prints what the pipeline's stack is
#[derive(clap::Args)]
struct Stack;

impl Command for Stack {
    async fn run(self, context: CommandContext) -> Result<(), Error> {
        let synthesis = app().synthesize()?;
        synthesis.check()?;
        let pipeline = Pipeline::github("https://github.com/acme/elsewhere");
        let stack = synthesis.pipeline(&pipeline, Source::Connection)?;
        context.print(&stack.to_json(), &(context.options().noop, context.model().name()))
    }
}

#[derive(Debug)]
struct Subscription {
    topic: String,
}

impl Trigger for Subscription {
    fn describe(&self) -> String {
        format!("topic {}", self.topic)
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let subscription = resource!(AWS::SNS::Subscription {
            Endpoint: (scope.function_arn()),
            Protocol: "lambda",
            TopicArn: (&self.topic),
        });
        scope.add(&["Subscription"], subscription);
    }
}

fn app() -> App {
    let topic = Subscription { topic: "arn:aws:sns:eu-west-1:123456789012:orders".into() };
    App::new("Elsewhere").function(Function::http("hello", service_fn(hello)).trigger(topic))
}

fn main() -> sparta::Result<()> {
    app().command::<Region>().command::<Stack>().run()
}
"#;

/// Its profile is that of this workspace, so that what it depends on is compiled once for both.
fn manifest() -> String {
    format!(
        r#"
[package]
name = "elsewhere"
version = "0.1.0"
edition = "2024"

[workspace]

[features]
aws = ["sparta/aws", "dep:aws-config"]

[dependencies]
aws-config = {{ version = "1.13", default-features = false, optional = true }}
sparta = {{ package = "sparta-lambda", path = {:?} }}

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false
"#,
        root()
    )
}

#[test]
fn a_crate_of_the_users_compiles_in_each_build_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/main.rs"), MAIN).unwrap();
    fs::write(folder.path().join("Cargo.toml"), manifest()).unwrap();
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let host = run(Command::new("rustc").args(["--print", "host-tuple"])).success();
    let serving = ["--target", host.trim()];
    for (rust_flags, flags) in [("", &[][..]), ("", &["--features", "aws"]), ("--cfg sparta_serving", &serving)] {
        let mut command = cargo();
        command.args(["check", "--offline", "--message-format", "json", "--target-dir"]).arg(target).args(flags);
        command.current_dir(folder.path()).env("RUSTFLAGS", rust_flags);
        let said = run(&mut command).success();
        let messages: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let of_crate = messages.iter().filter(|message| message["target"]["name"] == "elsewhere");
        let reasons: Vec<_> = of_crate.map(|message| message["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["compiler-artifact"], "{rust_flags}{flags:?}: {said}");
    }
}
