//! The harness itself: its servers start, answer, and are gone afterwards.

use std::env;
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use sparta_test_tools::{LocalStack, Moto, REGIONS, Rie, Tools, Venv, cfn_lint, get, post};

fn bootstrap(folder: &Path) -> PathBuf {
    let python = Venv::ready(Tools::Aws).program("python");
    let path = folder.join("bootstrap");
    fs::write(&path, format!("#!{}\n{}", python.display(), include_str!("echo.py"))).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn zip(file: &Path) -> PathBuf {
    let archive = file.with_extension("zip");
    let python = Venv::ready(Tools::Aws).program("python");
    let status = Command::new(python).args(["-m", "zipfile", "-c"]).arg(&archive).arg(file).status().unwrap();
    assert!(status.success());
    archive
}

fn eventually(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "not within a minute");
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_open(endpoint: &str) -> bool {
    TcpStream::connect(endpoint.trim_start_matches("http://")).is_ok()
}

/// Running processes whose command line or environment mentions `text`.
fn processes(text: &str) -> Vec<String> {
    let describe = |folder: PathBuf| {
        let parts = ["cmdline", "environ"].map(|part| fs::read(folder.join(part)).unwrap_or_default());
        String::from_utf8_lossy(&parts.concat()).replace('\0', " ")
    };
    let all = fs::read_dir("/proc").unwrap().flatten().map(|it| describe(it.path()));
    all.filter(|process| process.contains(text)).collect()
}

fn port(endpoint: &str) -> &str {
    endpoint.strip_prefix("http://127.0.0.1:").unwrap()
}

#[test]
fn localstack_stores_deploys_and_runs_functions_and_is_gone_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let archive = zip(&bootstrap(folder.path()));
    let localstack = LocalStack::start();
    let endpoint = localstack.endpoint();
    let aws = localstack.aws();

    aws.call("s3", "create_bucket", json!({"Bucket": "code"}));
    aws.call("s3", "put_object", json!({"Bucket": "code", "Key": "greeting", "Body": "hello"}));
    let object = aws.call("s3", "get_object", json!({"Bucket": "code", "Key": "greeting"}));
    assert_eq!(object["Body"], "hello");
    let refusal = aws.try_call("s3", "get_object", json!({"Bucket": "code", "Key": "nothing"})).unwrap_err();
    assert!(refusal.contains("(NoSuchKey)"), "{refusal}");

    let table = json!({
        "TableName": "links", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "code", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "code", "KeyType": "HASH"}],
    });
    aws.call("dynamodb", "create_table", table);
    let click = json!({
        "TableName": "links", "Key": {"code": {"S": "rust"}}, "UpdateExpression": "ADD clicks :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "ALL_NEW",
    });
    aws.call("dynamodb", "update_item", click.clone());
    assert_eq!(aws.call("dynamodb", "update_item", click)["Attributes"]["clicks"], json!({"N": "2"}));

    let code = format!("fileb://{}", archive.display());
    aws.call("s3", "put_object", json!({"Bucket": "code", "Key": "code.zip", "Body": code}));
    let function = json!({
        "FunctionName": "echo", "Runtime": "provided.al2023", "Handler": "its-handler",
        "Role": "arn:aws:iam::000000000000:role/any", "Code": {"S3Bucket": "code", "S3Key": "code.zip"},
        "Environment": {"Variables": {"MESSAGE": "bye"}},
    });
    aws.call("lambda", "create_function", function);
    aws.wait("lambda", "function_active_v2", json!({"FunctionName": "echo"}));
    let expected = |event: u8| json!({"event": event, "handler": "its-handler", "message": "bye"});
    assert_eq!(localstack.invoke("echo", &json!(1)), Ok(expected(1)));
    assert!(localstack.invoke("echo", &json!("die")).is_err());
    assert_eq!(localstack.invoke("echo", &json!(2)), Ok(expected(2)));
    let logs = localstack.function_logs();
    assert!(logs.iter().any(|log| log.contains("START RequestId")), "{logs:?}");

    let address = format!("127.0.0.1:{}", port(&endpoint));
    assert!(processes(&address).iter().any(|it| it.contains("bootstrap")), "{:#?}", processes(&address));
    drop(localstack);
    assert!(!is_open(&endpoint));
    assert_eq!(processes(&address), [""; 0]);
}

#[test]
fn moto_answers_what_localstack_lacks_forgets_on_reset_and_is_gone_afterwards() {
    let moto = Moto::start();
    let endpoint = moto.endpoint();
    assert_eq!(moto.aws().call("codepipeline", "list_pipelines", json!({}))["pipelines"], json!([]));

    let buckets = || moto.aws().call("s3", "list_buckets", json!({}))["Buckets"].as_array().unwrap().len();
    moto.aws().call("s3", "create_bucket", json!({"Bucket": "one"}));
    assert_eq!(buckets(), 1);
    moto.reset();
    assert_eq!(buckets(), 0);

    let option = format!("-p {}", port(&endpoint));
    assert_eq!(processes(&option).len(), 2, "the supervisor and the server");
    drop(moto);
    assert!(!is_open(&endpoint));
    assert_eq!(processes(&option), [""; 0]);
}

#[test]
fn the_emulator_runs_a_bootstrap_again_after_its_death_and_is_gone_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let bootstrap = bootstrap(folder.path());
    let rie = Rie::start(&bootstrap, &[("_HANDLER", "its-handler"), ("MESSAGE", "hi")]);
    let endpoint = rie.endpoint();
    let expected = |event: &str| json!({"event": event, "handler": "its-handler", "message": "hi"});

    assert_eq!(rie.invoke(b"\"one\"").json(), expected("one"));
    assert_eq!(rie.invoke(b"\"die\"").json()["errorType"], "Runtime.ExitError");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(rie.invoke(b"\"two\"").json(), expected("two")));
        }
    });
    assert!(rie.log().contains("START RequestId"), "{}", rie.log());

    let bootstrap = bootstrap.to_str().unwrap();
    assert_eq!(processes(bootstrap).len(), 3, "the supervisor, the emulator and the bootstrap");
    drop(rie);
    assert!(!is_open(&endpoint));
    assert_eq!(processes(bootstrap), [""; 0]);
}

#[test]
fn a_server_ends_when_the_test_that_started_it_is_killed() {
    const THIS: &str = "a_server_ends_when_the_test_that_started_it_is_killed";
    if let Some(file) = env::var_os("SPARTA_TEST_VICTIM") {
        let moto = Moto::start();
        fs::write(file, moto.endpoint()).unwrap();
        loop {
            thread::park();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("endpoint");
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", THIS])
        .env("SPARTA_TEST_VICTIM", &file)
        .spawn()
        .unwrap();
    eventually(|| fs::read(&file).is_ok_and(|it| !it.is_empty()));
    let endpoint = fs::read_to_string(&file).unwrap();
    assert!(is_open(&endpoint));

    victim.kill().unwrap();
    victim.wait().unwrap();
    eventually(|| !is_open(&endpoint));
    eventually(|| processes(&format!("-p {}", port(&endpoint))).is_empty());
}

#[test]
fn cfn_lint_finds_a_mistake_and_passes_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let template = |name: &str, url: &str| {
        let path = folder.path().join(name);
        let function = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": url, "TargetFunctionArn": "f"}});
        fs::write(&path, json!({"Resources": {"Url": function}}).to_string()).unwrap();
        path
    };
    let (good, bad) = (template("good.json", "NONE"), template("bad.json", "ALL"));

    cfn_lint(&[&good], REGIONS).unwrap();
    let report = cfn_lint(&[&good, &bad], REGIONS).unwrap_err();
    assert!(report.contains("'ALL' is not one of") && !report.contains("good.json"), "{report}");
    let report = cfn_lint(&[&good], &["cn-northwest-1"]).unwrap_err();
    assert!(report.contains("cn-northwest-1"), "{report}");
}

#[test]
fn answers_have_their_status_and_body() {
    let moto = Moto::start();
    assert_eq!(get(&format!("{}/moto-api/data.json", moto.endpoint())).json(), json!({}));
    assert_eq!(post(&format!("{}/moto-api/reset", moto.endpoint()), b"").text(), r#"{"status": "ok"}"#);
    assert_eq!(get(&format!("{}/moto-api/nothing", moto.endpoint())).status, 404);
}
