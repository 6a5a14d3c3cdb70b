use std::process::Command;

use crate::aws::Aws;
use crate::http::{is_up, post};
use crate::server::Server;
use crate::venv::{Tools, Venv};

/// moto: APIs that LocalStack lacks, such as CodePipeline and CodeBuild.
///
/// Its CloudFormation ignores many types in silence and knows no rollback: deploy to [`LocalStack`](crate::LocalStack).
pub struct Moto {
    server: Server,
    aws: Aws,
}

impl Moto {
    /// Starts a moto of its own, empty, on a free port.
    ///
    /// # Panics
    ///
    /// If it does not start, with its log.
    pub fn start() -> Self {
        let venv = Venv::ready(Tools::Aws);
        let server = Server::start(
            &venv,
            |place| {
                let mut command = Command::new(venv.program("moto_server"));
                command.args(["-H", "127.0.0.1", "-p", &place.port.to_string()]);
                command.env("HOME", &place.folder).env("TMPDIR", &place.folder);
                command
            },
            |endpoint, log| log.contains("Running on") && is_up(&format!("{endpoint}/moto-api/data.json")),
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

    /// What it has logged.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Forgets everything.
    pub fn reset(&self) {
        let answer = post(&format!("{}/moto-api/reset", self.endpoint()), b"");
        assert_eq!(answer.status, 200, "moto did not reset: {}", answer.text());
    }
}
