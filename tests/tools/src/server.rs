use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::venv::Venv;

const SUPERVISOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/supervise.py");
const PATIENCE: Duration = Duration::from_secs(120);
const ATTEMPTS: usize = 3;

/// What a server is started with: its folder and its ports are new in each attempt.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) second_port: u16,
}

impl Place {
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A server process that ends when this is dropped, and also when the test's process dies.
pub(crate) struct Server {
    supervisor: Child,
    place: Place,
}

impl Server {
    /// Starts what `command` describes and waits until `is_ready`, which is given the server's endpoint and log.
    ///
    /// The command's environment is the only one that the server gets.
    pub(crate) fn start(
        venv: &Venv,
        command: impl Fn(&Place) -> Command,
        is_ready: impl Fn(&str, &str) -> bool,
    ) -> Self {
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            let place = new_place();
            let mut server = Self::spawn(venv, &command(&place), place);
            match server.wait_until(&is_ready) {
                Ok(()) => return server,
                // its port may have been taken by somebody else in the meantime
                Err(last_log) => log = last_log,
            }
        }
        panic!("the server did not start; its log:\n{log}");
    }

    fn spawn(venv: &Venv, command: &Command, place: Place) -> Self {
        let log = File::create(log_path(&place.folder)).expect("the temporary folder can be written");
        let errors = log.try_clone().expect("the log can be shared");
        let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let supervisor = Command::new(venv.program("python"))
            .arg(SUPERVISOR)
            .arg(&place.folder)
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(variables)
            .current_dir(command.get_current_dir().unwrap_or(&place.folder))
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            // an interrupt from the terminal must not end the supervisor before it has cleaned up
            .process_group(0)
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        Self { supervisor, place }
    }

    fn wait_until(&mut self, is_ready: impl Fn(&str, &str) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let log = self.log();
            if let Ok(Some(status)) = self.supervisor.try_wait() {
                return Err(format!("{log}\nended with {status}"));
            }
            if is_ready(&self.place.endpoint(), &log) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("{}\nwas not ready within {PATIENCE:?}", self.log()))
    }

    pub(crate) fn endpoint(&self) -> String {
        self.place.endpoint()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.place.folder
    }

    pub(crate) fn log(&self) -> String {
        read(&log_path(&self.place.folder))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
        let _ = fs::remove_dir_all(&self.place.folder);
    }
}

pub(crate) fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn new_place() -> Place {
    let folder = tempfile::Builder::new().prefix("sparta-").tempdir().expect("a temporary folder").keep();
    let (port, second_port) = free_ports().expect("free ports on the loopback interface");
    Place { folder, port, second_port }
}

fn free_ports() -> io::Result<(u16, u16)> {
    let (first, second) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
    Ok((first.local_addr()?.port(), second.local_addr()?.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venv::Tools;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    #[test]
    #[should_panic = "the oven is cold"]
    fn a_server_that_does_not_start_shows_its_log() {
        Server::start(&Venv::ready(Tools::Aws), |_| shell("echo the oven is cold; exit 1"), |_, _| false);
    }

    #[test]
    fn a_server_takes_its_descendants_and_its_folder_with_it() {
        // the inner shell has a session of its own and has lost its parent
        let script = "setsid sh -c 'echo $$ up; while true; do sleep 1000; done' & exec sleep 1000";
        let server = Server::start(&Venv::ready(Tools::Aws), |_| shell(script), |_, log| log.contains("up"));
        let pid = server.log().split(' ').next().unwrap().to_owned();
        let (process, folder) = (Path::new("/proc").join(pid), server.folder().to_owned());

        assert!(process.exists() && folder.exists());
        drop(server);
        assert!(!process.exists() && !folder.exists());
    }
}
