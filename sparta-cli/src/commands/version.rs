//! `version`: what this program is.

use serde::Serialize;

use crate::{CliError, session::Session};

/// Print the versions of Sparta and of this service's build
#[derive(clap::Args)]
pub(crate) struct Version {}

#[derive(Serialize)]
struct Report<'a> {
    app: &'a str,
    sparta: &'a str,
    build: &'a str,
    platform: String,
}

impl Version {
    pub(crate) fn run(self, session: &Session) -> Result<(), CliError> {
        let app = session.app.name();
        let report = Report { app, sparta: SPARTA, build: BUILD, platform: platform() };
        session.print(&format!("{app} {}", version()), &report)
    }
}

const SPARTA: &str = env!("CARGO_PKG_VERSION");
const BUILD: &str = if cfg!(feature = "aws") { "aws" } else { "plain" };

/// What `--version` prints behind the App's name.
pub(crate) fn version() -> String {
    format!("with sparta {SPARTA} ({BUILD} build, {})", platform())
}

fn platform() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}
