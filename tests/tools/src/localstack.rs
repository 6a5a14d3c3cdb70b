use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::http::is_up;
use crate::rie;
use crate::server::{Place, Server, read};
use crate::venv::{Tools, Venv};

/// Part of the name of the logger for what services call of one another.
const INTERNAL: &str = "request.internal";

// found by Python through PYTHONPATH: the executor, DynamoDB, custom resources, and a guard against other hosts
const PLUGINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/localstack");

/// LocalStack: CloudFormation with change sets and rollbacks, S3, IAM, SQS, DynamoDB, and Lambda functions that run.
///
/// Functions run as local processes under the Runtime Interface Emulator, from the archive that was uploaded; DynamoDB is
/// moto's. REST APIs are served, and custom resources are made by their functions. An HTTP API, a WebSocket API and a schedule can
/// be created, but they call nothing.
pub struct LocalStack {
    server: Server,
    aws: Aws,
}

impl LocalStack {
    /// Starts a LocalStack of its own, empty, on a free port.
    ///
    /// # Panics
    ///
    /// If it does not start, with its log.
    pub fn start() -> Self {
        let venv = Venv::ready(Tools::LocalStack);
        let emulator = rie::emulator();
        let server = Server::start(
            &venv,
            |place| command(&venv, &emulator, place),
            // the log line is its own; another server could answer on a port that was taken
            |endpoint, log| log.contains("Ready.") && is_up(&format!("{endpoint}/_localstack/health")),
        );
        let aws = Aws::new(venv, server.endpoint());
        Self { server, aws }
    }

    /// URL of all of its APIs.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// A client of its APIs.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Where it serves the stage of a REST API: an output `RestApiUrl` is an address of AWS.
    ///
    /// # Panics
    ///
    /// If it is no such output.
    pub fn rest_api(&self, output: &str) -> String {
        let parts = output.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
        let (host, stage) = parts.unwrap_or_else(|| panic!("{output} is no URL of a stage"));
        let id = host.split('.').next().unwrap_or_default();
        format!("{}/_aws/execute-api/{id}/{stage}", self.endpoint())
    }

    /// Invokes a function by its name or ARN and waits for its answer.
    ///
    /// # Errors
    ///
    /// The function's error document, when it failed.
    pub fn invoke(&self, function: &str, event: &Value) -> Result<Value, Value> {
        let request = json!({"FunctionName": function, "Payload": event.to_string()});
        let answer = self.aws.call("lambda", "invoke", request);
        let payload = answer["Payload"].as_str().unwrap_or_default();
        let payload = serde_json::from_str(payload).unwrap_or_else(|_| payload.into());
        if answer.get("FunctionError").is_some() { Err(payload) } else { Ok(payload) }
    }

    /// What its CloudFormation and its other services have called so far, such as `iam.CreateRole`.
    pub fn internal_calls(&self) -> BTreeSet<String> {
        let log = self.server.log();
        let lines = log.lines().filter(|line| line.contains(INTERNAL));
        let calls = lines.filter_map(|line| line.split_once(": AWS ")?.1.split_once(" => "));
        calls.map(|(call, _)| call.to_owned()).collect()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// What the functions and their emulators have logged, one text for each execution environment.
    pub fn function_logs(&self) -> Vec<String> {
        let files = fs::read_dir(logs(self.server.folder())).into_iter().flatten().flatten();
        files.map(|file| read(&file.path())).collect()
    }
}

fn logs(folder: &Path) -> PathBuf {
    folder.join("functions")
}

fn command(venv: &Venv, emulator: &Path, place: &Place) -> Command {
    let folder = |name: &str| {
        let path = place.folder.join(name);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        path
    };
    let address = format!("127.0.0.1:{}", place.port);
    let mut command = Command::new(venv.program("python"));
    command
        .args(["-m", "localstack.runtime.main"])
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder("home"))
        .env("TMPDIR", folder("tmp"))
        .env("FILESYSTEM_ROOT", folder("root"))
        .env("LOCALSTACK_VOLUME_DIR", folder("volume"))
        .env("GATEWAY_LISTEN", &address)
        // its own URLs are under a public domain, which would need DNS
        .env("LOCALSTACK_HOST", &address)
        .env("SQS_ENDPOINT_STRATEGY", "path")
        .env("DNS_ADDRESS", "0")
        .env("SKIP_SSL_CERT_DOWNLOAD", "1")
        .env("DISABLE_EVENTS", "1")
        .env("PYTHONPATH", PLUGINS)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LAMBDA_RUNTIME_EXECUTOR", "rie")
        .env("PROVIDER_OVERRIDE_DYNAMODB", "moto")
        // calls of one service to another are logged only so
        .env("LS_LOG", "trace")
        .env("RIE_BIN", emulator)
        .env("RIE_LOGS", folder("functions"));
    command
}
