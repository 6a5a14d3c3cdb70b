//! The two builds of one binary: what a person runs, and what Lambda runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    commands::Shell,
    support::{Service, cargo, package, root, run},
};

const SERVICES: [&str; 5] = ["hello", "codepipeline", "commands", "legacy", "mistaken"];
/// What the SDKs' packages, and the folders of their sources, are called.
const SDKS: [&str; 4] = ["aws-sdk-", "aws-smithy-", "aws-config", "aws-runtime"];

/// The packages that a service is made of, as its Lambda build has them or as it comes.
fn packages(service: &str, lambda: bool) -> Vec<String> {
    tree(service, "normal,build", lambda)
}

fn tree(service: &str, edges: &str, lambda: bool) -> Vec<String> {
    let mut command = cargo();
    command.args(["tree", "--package", service, "--edges", edges, "--prefix", "none", "--format", "{p}"]);
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", if lambda { "--cfg sparta_lambda" } else { "" });
    run(&mut command).success().lines().map(str::to_owned).collect()
}

/// The same without what only the compiler loads.
fn linked(service: &str, lambda: bool) -> Vec<String> {
    tree(service, "normal,no-proc-macro", lambda)
}

fn is_sdk(package: &str) -> bool {
    SDKS.iter().any(|sdk| package.starts_with(sdk))
}

#[test]
fn a_lambda_build_depends_on_no_aws_sdk() {
    for service in SERVICES {
        let packages = packages(service, true);
        assert!(packages.iter().any(|package| package.starts_with("tokio ")), "{service}: {packages:?}");
        let sdks: Vec<_> = packages.iter().filter(|package| is_sdk(package)).collect();
        assert!(sdks.is_empty(), "{service} depends on {sdks:?}");
    }
    assert!(packages("hello", false).iter().any(|package| is_sdk(package)), "the full build has them");
}

#[test]
fn a_lambda_build_carries_neither_the_schemas_nor_their_check() {
    let has_schemas = |packages: &[String]| packages.iter().any(|package| package.starts_with("sparta-schema "));
    for service in SERVICES {
        let packages = linked(service, true);
        assert!(packages.iter().any(|package| package.starts_with("sparta-core ")), "{service}: {packages:?}");
        assert!(!has_schemas(&packages), "{service}: {packages:?}");
    }
    assert!(has_schemas(&linked("hello", false)), "the full build has them");
    let bootstrap = fs::read(package("codepipeline").path().join("code/bootstrap")).unwrap();
    assert!(!contains(&bootstrap, "sparta_schema") && !contains(&bootstrap, "did you mean `"));
}

fn contains(bytes: &[u8], text: &str) -> bool {
    let first = text.as_bytes()[0];
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    places.any(|(place, _)| bytes[place..].starts_with(text.as_bytes()))
}

#[test]
fn the_packaged_binary_is_a_lambda_build_without_any_aws_sdk() {
    let bootstrap = fs::read(package("codepipeline").path().join("code/bootstrap")).unwrap();
    assert!(contains(&bootstrap, "SPARTA_BUILD=lambda;"));
    assert!(!contains(&bootstrap, "SPARTA_BUILD=full;"));
    for sdk in SDKS {
        assert!(!contains(&bootstrap, sdk), "it has {sdk} in it");
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
    same(&files(one), &files(other));
}

#[track_caller]
fn same(one: &[(PathBuf, Vec<u8>)], other: &[(PathBuf, Vec<u8>)]) {
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for ((path, one), (_, other)) in one.iter().zip(other) {
        assert!(one == other, "{} differs", path.display());
    }
}

#[test]
fn packaging_twice_gives_the_same_bytes() {
    let once = package("codepipeline");
    let twice = Shell::of("codepipeline");
    build(&twice, once.path());
    same_files(once.path(), &twice.folder().join(".sparta"));
}

/// Builds again what is in `package`, under the same name.
#[track_caller]
fn build(shell: &Shell, package: &Path) {
    let id = fs::read_to_string(package.join("code/sparta-build-id")).unwrap();
    shell.run(&["build", "--codePipelinePackage", "pipeline.zip", "--buildID", &id]).success();
}

/// The command line of what is on Lambda.
fn lean() -> Shell {
    Shell::lean(package("codepipeline").path().join("code/bootstrap"))
}

#[test]
fn a_lambda_build_packs_itself() {
    let shell = lean();
    let package = package("codepipeline");
    build(&shell, package.path());
    let (built, own) = (files(package.path()), files(&shell.folder().join(".sparta")));
    let (pipeline, built): (Vec<_>, Vec<_>) =
        built.into_iter().partition(|(path, _)| path == Path::new("pipeline.json"));
    assert_eq!(pipeline.len(), 1, "only the full build makes the pipeline's stack");
    same(&built, &own);
}

#[test]
fn a_lambda_build_does_what_needs_no_aws() {
    let (lean, full) = (lean(), Shell::of("codepipeline"));
    for arguments in [
        &["delete", "--noop"][..],
        &["provision", "--noop", "--buildID", "42", "--tag", "a=b", "--environment", "test"],
        &["provision", "--noop", "--environment", "nowhere"],
        &["execute", "--function", "nobody"],
    ] {
        let (lean, full) = (lean.run(arguments), full.run(arguments));
        // Only the full build makes the pipeline's stack.
        let said: Vec<&str> = full.stdout.lines().filter(|line| !line.starts_with("pipeline stack")).collect();
        assert_eq!(lean.stdout.lines().collect::<Vec<_>>(), said, "{arguments:?}");
        assert_eq!((lean.code, lean.stderr), (full.code, full.stderr), "{arguments:?}");
    }
    fs::remove_file(full.folder().join(".sparta/pipeline.json")).unwrap();
    same_files(&lean.folder().join(".sparta"), &full.folder().join(".sparta"));
    describes_all_but_roles(&lean, &full);
    lean.says("lambda-build-version", &["version"]);
    lean.says("lambda-build-help", &["--help"]);
    lean.says("lambda-build-build-help", &["build", "--help"]);
}

/// Only the full build knows which permissions a type's handlers need.
fn describes_all_but_roles(lean: &Shell, full: &Shell) {
    let (text, whole) = (lean.run(&["describe"]).success(), full.run(&["describe"]).success());
    assert!(whole.contains("\nROLE ") && whole.starts_with(text.trim_end()), "{text}");
    let json = |shell: &Shell| -> Value {
        serde_json::from_str(&shell.run(&["describe", "--format", "json"]).success()).unwrap()
    };
    let (text, mut whole) = (json(lean), json(full));
    assert!(whole.as_object_mut().unwrap().remove("roles").is_some());
    assert_eq!(text, whole);
}

#[test]
fn a_lambda_build_says_what_it_cannot_do() {
    const CONNECTION: &str =
        "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";
    let shell = lean();
    for (name, arguments) in [
        ("lambda-build-status", &["status"][..]),
        ("lambda-build-delete", &["delete"]),
        ("lambda-build-provision", &["provision", "--s3Bucket", "bucket"]),
        ("lambda-build-pipeline", &["provisionPipeline", "--connection", CONNECTION]),
        ("lambda-build-explain-role", &["provision", "--explainRole"]),
        ("lambda-build-buildspec", &["build", "--buildspec"]),
    ] {
        let run = shell.says(name, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{name}");
        assert!(run.stderr.contains("Lambda build"), "{name}: {}", run.stderr);
    }
}

#[test]
fn what_is_only_in_the_full_build_causes_no_warning_in_either() {
    let mut command = cargo();
    let built = run(command.args(["build", "--package", "legacy", "--message-format", "json"])).success();
    let messages = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_legacy = messages.filter(|message| message["target"]["name"] == "legacy");
    let reasons: Vec<_> = of_legacy.map(|message| message["reason"].as_str().map(str::to_owned)).collect();
    assert_eq!(reasons, [Some("compiler-artifact".to_owned())], "{built}");

    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let lean = Service::of("legacy").run(root(), ["build", "--outputDir", output]);
    assert_eq!(lean.code, Some(0), "{}", lean.stderr);
    assert!(!lean.stderr.contains("warning"), "{}", lean.stderr);

    let bootstrap = Shell::lean(folder.path().join("code/bootstrap"));
    let (lean, full) = (bootstrap.run(&["--help"]).success(), Shell::of("legacy").run(&["--help"]).success());
    assert!(full.contains("  region ") && !lean.contains("  region "), "{lean}");
}
