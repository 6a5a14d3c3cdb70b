use std::env::consts::ARCH;
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::http::{Answer, post};
use crate::server::Server;
use crate::venv::{Tools, Venv};

/// AWS's Runtime Interface Emulator around one bootstrap.
///
/// It knows one invocation at a time; one that fails is also HTTP 200, with an `errorType` in its body. A process that
/// dies is 502.
pub struct Rie {
    server: Server,
    turn: Mutex<()>,
}

impl Rie {
    /// Starts the emulator with a bootstrap that has these variables (and PATH): `_HANDLER` names the function,
    /// `AWS_LAMBDA_FUNCTION_TIMEOUT` is in seconds. The bootstrap runs from the first invocation on.
    ///
    /// # Panics
    ///
    /// If it does not start, with its log.
    pub fn start(bootstrap: &Path, variables: &[(&str, &str)]) -> Self {
        let venv = Venv::ready(Tools::Aws);
        let emulator = emulator();
        let folder = bootstrap.parent().expect("a bootstrap is in a folder");
        let server = Server::start(
            &venv,
            |place| {
                let mut command = Command::new(&emulator);
                command
                    .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{}", place.port)])
                    .args(["--runtime-api-address", &format!("127.0.0.1:{}", place.second_port)])
                    .arg(bootstrap)
                    .current_dir(folder)
                    .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                    .envs(variables.iter().copied());
                command
            },
            |endpoint, _| TcpStream::connect(endpoint.trim_start_matches("http://")).is_ok(),
        );
        Self { server, turn: Mutex::new(()) }
    }

    /// Invokes the function, after the invocations of other threads.
    ///
    /// # Panics
    ///
    /// If the emulator does not answer.
    pub fn invoke(&self, event: &[u8]) -> Answer {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        post(&format!("{}/2015-03-31/functions/function/invocations", self.server.endpoint()), event)
    }

    /// URL of the emulator.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// What the bootstrap and the emulator have logged.
    pub fn log(&self) -> String {
        self.server.log()
    }
}

/// Path of the emulator's binary, made executable.
pub(crate) fn emulator() -> PathBuf {
    let architecture = if ARCH == "aarch64" { "arm64" } else { ARCH };
    let path = Venv::ready(Tools::Aws).package_file(&format!("samcli/local/rapid/aws-lambda-rie-{architecture}"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
        .unwrap_or_else(|e| panic!("no emulator for {ARCH} at {}: {e}", path.display()));
    path
}
