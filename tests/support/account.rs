//! A service and the account of the test servers that it is deployed to.

use std::{
    ffi::OsStr,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sparta_test_tools::{Aws, LocalStack};
use tempfile::TempDir;

use super::{Run, Service, root, run};

/// A service and the account that it is deployed to.
pub(crate) struct Account {
    pub localstack: LocalStack,
    /// Where its commands write.
    pub output: TempDir,
    service: Service,
}

impl Account {
    /// The service of this package, and an empty account with a bucket `code`.
    pub(crate) fn with(package: &str) -> Self {
        Self::of(Service::of(package))
    }

    /// This service, and the same account.
    pub(crate) fn of(service: Service) -> Self {
        let localstack = LocalStack::start();
        localstack.aws().call("s3", "create_bucket", json!({"Bucket": "code"}));
        Self { localstack, output: tempfile::tempdir().unwrap(), service }
    }

    pub(crate) fn aws(&self) -> &Aws {
        self.localstack.aws()
    }

    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.service.command(root(), arguments);
        command.envs(self.aws().variables());
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        run(&mut self.command(arguments))
    }

    /// A run of a command that writes files.
    pub(crate) fn write(&self, command: &str, arguments: &[&str]) -> Run {
        let output = self.output.path().to_str().unwrap();
        self.run([&[command, "--outputDir", output], arguments].concat())
    }

    pub(crate) fn provision(&self, arguments: &[&str]) -> Run {
        self.write("provision", &[&["-e", "test", "--s3Bucket", "code"], arguments].concat())
    }

    pub(crate) fn stack(&self, name: &str) -> Value {
        self.aws().call("cloudformation", "describe_stacks", json!({"StackName": name}))["Stacks"][0].take()
    }

    pub(crate) fn stack_output(&self, stack: &str, key: &str) -> String {
        let stack = self.stack(stack);
        let mut outputs = stack["Outputs"].as_array().unwrap().iter();
        outputs.find(|output| output["OutputKey"] == key).unwrap()["OutputValue"].as_str().unwrap().to_owned()
    }

    /// How many events and change sets a stack has.
    pub(crate) fn history(&self, stack: &str) -> [usize; 2] {
        let stack = json!({"StackName": stack});
        let count = |operation: &str, list: &str| {
            self.aws().call("cloudformation", operation, stack.clone())[list].as_array().unwrap().len()
        };
        [count("describe_stack_events", "StackEvents"), count("list_change_sets", "Summaries")]
    }

    /// Looks until something is there, for two minutes.
    #[track_caller]
    pub(crate) fn eventually<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(Instant::now() < deadline, "not within two minutes: {}", self.localstack.log());
            thread::sleep(Duration::from_millis(100));
        }
    }
}
