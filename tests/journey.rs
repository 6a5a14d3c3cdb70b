//! A person deploys a service, changes it, breaks it, repairs it, and takes it away again.

mod abroad;
mod rest;
mod shelf;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Account, Run, assert_says, run};

const STACK: &str = "Test-Misbehaving";

fn greeting(account: &Account) -> Value {
    let function = account.stack_output("Test-Misbehaving", "GreetFunction");
    account.localstack.invoke(&function, &json!({})).unwrap()
}

/// A run that failed and said these things.
#[track_caller]
fn assert_fails(run: &Run, parts: &[&str]) {
    assert_eq!(run.code, Some(1), "stdout:\n{}\nstderr:\n{}", run.stdout, run.stderr);
    assert_says(&run.stderr, parts);
}

#[test]
fn a_service_is_created_changed_replaced_in_place_and_deleted() {
    let account = Account::with("sparta-test-service");

    // Before minutes are spent on what has nowhere to go.
    let nowhere = account.write("provision", &["-e", "test", "--s3Bucket", "no-such-bucket"]);
    assert_fails(&nowhere, &["there is no bucket \"no-such-bucket\"", "Nothing was deployed."]);
    assert_eq!(fs::read_dir(account.output.path()).unwrap().count(), 0, "nothing was compiled");

    // A stack of its own: LocalStack cannot delete what it has rolled back.
    let broken = account.provision(&["--stack", "Broken", "--param", "Catalogue=nonsense"]);
    assert_fails(&broken, &["could not be created: GreetRole (AWS::IAM::Role) CREATE_FAILED", "ROLLBACK_COMPLETE"]);
    assert_eq!(account.stack("Broken")["StackStatus"], "ROLLBACK_COMPLETE");

    let created = account.provision(&["--buildID", "first"]);
    assert_says(&created.stderr, &["GreetFunction", "CREATE_COMPLETE"]);
    // What its hook says of the stack.
    let queue = account.stack_output("Test-Misbehaving", "OrdersQueue");
    assert_says(&created.stderr, &[&format!("orders go to {queue}\n")]);
    let function = account.stack_output("Test-Misbehaving", "GreetFunction");
    assert_says(&created.success(), &["stack Test-Misbehaving is created", &format!("GreetFunction = {function}")]);
    assert_eq!(greeting(&account), "Hello!");
    shelf::is_made(&account);
    rest::requests_are_answered(&account);

    let good_day = ["--buildID", "first", "--param", "Greeting=Good day!"];
    let changed = account.provision(&[&good_day[..], &["--format", "json"]].concat()).success();
    let changed: Value = serde_json::from_str(&changed).unwrap();
    assert_eq!(changed["change"], "updated", "{changed}");
    assert_eq!(greeting(&account), "Good day!");

    let history = account.history("Test-Misbehaving");
    // Another commit with the same code is nothing to update anything for.
    let next = ["--buildID", "second", "--param", "Greeting=Good day!"];
    assert_says(&account.provision(&next).success(), &["stack Test-Misbehaving is unchanged"]);
    assert_eq!(account.history("Test-Misbehaving"), history);

    large_settings_are_read_from_parameter_store(&account);
    code_alone_is_replaced_in_place(&account);
    messages_are_consumed(&account);
    shelf::is_changed_and_replaced(&account, &["--buildID", "second", "--param", "Greeting=Good day!"]);

    status_is_told(&account);
    assert_says(&account.run(["delete", "-e", "test", "--yes"]).success(), &["the stack Test-Misbehaving is deleted"]);
    shelf::is_removed(&account);
    assert_says(
        &account.run(["delete", "-e", "test", "--yes"]).success(),
        &["the stack Test-Misbehaving is not there"],
    );
    assert_fails(&account.run(["status", "-e", "test"]), &["there is no stack \"Test-Misbehaving\""]);
    let functions = account.aws().call("lambda", "list_functions", json!({})).to_string();
    assert!(!functions.contains("\"Test-Misbehaving-"), "{functions}");
    shelf::is_not_made(&account);
}

/// A new value starts functions anew, though none of their variables has it.
fn large_settings_are_read_from_parameter_store(account: &Account) {
    let function = account.stack_output("Test-Misbehaving", "ObeyFunction");
    let agree = || account.localstack.invoke(&function, &json!({"do": "agree"})).unwrap();
    assert_eq!(agree(), "You pay. ".len() * 450);
    let terms = ["--buildID", "first", "--param", "Greeting=Good day!", "--param", "Terms=You do not pay."];
    account.provision(&terms).success();
    assert_eq!(agree(), "You do not pay.".len());
    account.provision(&terms[..4]).success();
    assert_eq!(agree(), "You pay. ".len() * 450);
}

fn code_alone_is_replaced_in_place(account: &Account) {
    let setting = ["--param", "Greeting=Good day!"];
    let history = account.history("Test-Misbehaving");
    let output = account.output.path().to_str().unwrap();
    let in_place = |catalogue: &str, arguments: &[&str]| {
        let replace = ["provision", "-e", "test", "--s3Bucket", "code", "--outputDir", output, "--inplace"];
        run(account.command([&replace, arguments].concat()).env("TEST_CATALOGUE", catalogue))
    };

    let refused = in_place("src/prices.txt", &["--param", "Greeting=Bye!", "--tag", "team=shop"]);
    assert_fails(&refused, &["more than code changed", "parameter Greeting changed", "tag team changed"]);
    assert_eq!(greeting(account), "Good day!");

    let replaced = in_place("src/prices.txt", &setting).success();
    assert_says(&replaced, &["new code for ", &account.stack_output("Test-Misbehaving", "GreetFunction")]);
    assert_eq!(greeting(account), "Good day!");
    let logs = account.localstack.function_logs();
    let code = fs::read_to_string(account.output.path().join("code/sparta-code-id")).unwrap();
    assert!(logs.iter().any(|log| log.contains(&format!(r#""code":"{code}""#))), "{logs:#?}");

    let again = in_place("src/prices.txt", &setting).success();
    assert_says(&again, &["stack Test-Misbehaving is unchanged"]);
    assert_says(&in_place("catalogue.txt", &setting).success(), &["new code for "]);
    assert_eq!(account.history("Test-Misbehaving"), history, "CloudFormation has no part in it");
}

fn messages_are_consumed(account: &Account) {
    let queue = account.stack_output("Test-Misbehaving", "OrdersQueue");
    account.aws().call("sqs", "send_message", json!({"QueueUrl": queue, "MessageBody": "7"}));
    let ordered = || account.localstack.function_logs().iter().any(|log| log.contains(r#""order":7"#));
    account.eventually(|| ordered().then_some(()));
}

fn status_is_told(account: &Account) {
    let function = account.stack_output("Test-Misbehaving", "GreetFunction");
    let text = account.run(["status", "-e", "test"]).success();
    assert_says(
        &text,
        &["Stack    Test-Misbehaving", "GreetFunction (AWS::Lambda::Function)", &function, "sparta:app"],
    );
    let json: Value =
        serde_json::from_str(&account.run(["status", "-e", "test", "--format", "json"]).success()).unwrap();
    assert_eq!(json["name"], "Test-Misbehaving");
    assert_eq!(json["tags"]["sparta:app"], "Misbehaving");
    let outputs = json["outputs"].as_array().unwrap();
    assert!(outputs.iter().any(|it| it["key"] == "GreetFunction" && it["value"] == function), "{json}");
}

#[test]
fn a_service_whose_update_fails_answers_as_before() {
    let account = Account::with("sparta-test-service");
    account.provision(&["--buildID", "first"]).success();
    // The variables of a function have 4 KB in all.
    let broken = account.provision(&["--buildID", "first", "--param", &format!("Greeting={}", "x".repeat(4050))]);
    // Which of its functions is the first is up to CloudFormation.
    assert_fails(&broken, &["could not be updated: ", "Function (AWS::Lambda::Function) UPDATE_FAILED: "]);
    let status = account.stack("Test-Misbehaving")["StackStatus"].as_str().unwrap().to_owned();
    assert_says(&broken.stderr, &[&format!("The stack is in {status}.")]);
    assert_eq!(greeting(&account), "Hello!");
}

#[test]
fn a_deployment_that_is_interrupted_goes_on_and_is_found_done() {
    let account = Account::with("sparta-test-service");
    let output = account.output.path().to_str().unwrap();
    let arguments = ["provision", "-e", "test", "--s3Bucket", "code", "--buildID", "first", "--outputDir", output];
    let mut left = account.command(arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(left.stderr.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("GreetFunction")).expect("its creation is told");
    run(Command::new("kill").args(["-INT", &left.id().to_string()])).success();
    let said = lines.collect::<Vec<_>>().join("\n");
    assert_eq!(left.wait().unwrap().code(), Some(1), "{said}");
    assert_says(&said, &["goes on in AWS", "run the same command again, which attaches to the operation"]);

    assert_says(&account.run(arguments).success(), &["stack Test-Misbehaving is unchanged"]);
    assert_eq!(greeting(&account), "Hello!");
}

const CONNECTION: &str =
    "arn:aws:codeconnections:us-east-1:000000000000:connection/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";

#[test]
fn a_pipeline_is_created_found_unchanged_and_deleted() {
    let account = Account::with("codepipeline");
    let connected = || account.write("provisionPipeline", &["--connection", CONNECTION]).success();

    assert_says(&connected(), &["stack HelloPipeline-main is created", "PipelineName = ", "ArtifactBucket = "]);
    let parameters = &account.stack("HelloPipeline-main")["Parameters"];
    let given = [("ConnectionArn", CONNECTION), ("ProductionHttpApiId", "*"), ("TestHttpApiId", "*")];
    let given = given.map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": value}));
    assert_eq!(*parameters, json!(given));
    let history = account.history("HelloPipeline-main");
    assert_says(&connected(), &["stack HelloPipeline-main is unchanged"]);
    assert_eq!(account.history("HelloPipeline-main"), history);

    let status = account.run(["status", "--stack", "HelloPipeline-main"]).success();
    assert_says(&status, &["CREATE_COMPLETE", "Pipeline (AWS::CodePipeline::Pipeline)"]);
    let deleted = account.run(["delete", "--stack", "HelloPipeline-main", "--yes"]).success();
    assert_says(&deleted, &["the stack HelloPipeline-main is deleted"]);
}

#[test]
fn a_token_is_in_secrets_manager_and_nowhere_else() {
    const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    let account = Account::with("codepipeline");
    let output = account.output.path().to_str().unwrap();
    let arguments = ["provisionPipeline", "--level", "trace", "--outputDir", output, "--oauth"];
    let created = run(account.command(arguments).env("SPARTA_OAUTH_TOKEN", TOKEN));
    assert_says(&created.stderr, &["The token is stored in the new secret"]);
    let again = account.run(arguments.into_iter().chain([TOKEN]));
    assert_says(&again.stderr, &["holds this token already"]);
    assert_says(&again.stdout, &["stack HelloPipeline-main is unchanged"]);

    const OTHER: &str = "ghp_zyxwvutsrqponmlkjihgfedcba9876543210";
    let replaced = account.run(arguments.into_iter().chain([OTHER]));
    assert_says(&replaced.stdout, &["stack HelloPipeline-main is updated"]);

    let secret = json!({"SecretId": "sparta/HelloPipeline-main/github-token"});
    assert_eq!(account.aws().call("secretsmanager", "get_secret_value", secret)["SecretString"], OTHER);
    let stack = json!({"StackName": "HelloPipeline-main"});
    let operations = ["get_template", "describe_stacks", "describe_stack_events"];
    let documents = operations.map(|it| account.aws().call("cloudformation", it, stack.clone()).to_string());
    assert_says(
        &documents[0],
        &["{{resolve:secretsmanager:sparta/HelloPipeline-main/github-token:SecretString:::${TokenVersion}}}"],
    );
    let written = fs::read_dir(output).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let printed = [created, again, replaced].map(|run| format!("{}{}", run.stdout, run.stderr));
    for text in documents.into_iter().chain(written).chain(printed) {
        assert!(!text.contains(TOKEN) && !text.contains(OTHER), "the token is in:\n{text}");
    }
}
