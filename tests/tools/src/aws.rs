use std::process::Command;

use serde_json::Value;

use crate::venv::Venv;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/aws.py");

/// A client of a test server's AWS APIs.
#[derive(Clone, Debug)]
pub struct Aws {
    venv: Venv,
    endpoint: String,
    key: String,
}

impl Aws {
    pub(crate) fn new(venv: Venv, endpoint: String) -> Self {
        Self { venv, endpoint, key: "test".to_owned() }
    }

    /// The same in another account, which LocalStack takes from the key.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Self {
        Self { key: account.to_owned(), ..self.clone() }
    }

    /// Calls an operation by its botocore names, for example `call("s3", "list_buckets", json!({}))`.
    ///
    /// A string `fileb://PATH` among the parameters stands for that file's bytes. Streams come back as text, or as base64
    /// when they are not text.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn call(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.try_call(service, operation, parameters).unwrap_or_else(|e| panic!("{service} {operation}: {e}"))
    }

    /// Calls an operation that may fail.
    ///
    /// # Errors
    ///
    /// The refusal in botocore's words: `An error occurred (CODE) when calling the OPERATION operation: MESSAGE`.
    pub fn try_call(&self, service: &str, operation: &str, parameters: Value) -> Result<Value, String> {
        self.script("call", service, operation, parameters)
    }

    /// Waits for a state by its botocore name, for example `wait("lambda", "function_active_v2", ...)`, for two minutes.
    ///
    /// # Panics
    ///
    /// If the state does not come.
    pub fn wait(&self, service: &str, waiter: &str, parameters: Value) {
        self.script("wait", service, waiter, parameters).unwrap_or_else(|e| panic!("{service} {waiter}: {e}"));
    }

    fn script(&self, verb: &str, service: &str, name: &str, parameters: Value) -> Result<Value, String> {
        let output = Command::new(self.venv.program("python"))
            .args([SCRIPT, verb, service, name, &parameters.to_string()])
            .env_clear()
            .envs(self.variables())
            .output()
            .expect("the set-up has a Python");
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).expect("the script prints JSON")),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    /// Variables that send a command's AWS calls to this server and keep the user's own configuration out of them.
    pub fn variables(&self) -> [(&'static str, String); 8] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", self.key.clone()),
            ("AWS_SECRET_ACCESS_KEY", "test".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_DEFAULT_REGION", "us-east-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_CONFIG_FILE", "/dev/null".into()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ]
    }
}
