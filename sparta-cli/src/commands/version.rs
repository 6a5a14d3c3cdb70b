//! `version`: what this program is.

use std::fmt::Write;

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
        let report = Report {
            app: session.app.name(),
            sparta: env!("CARGO_PKG_VERSION"),
            build: if cfg!(feature = "aws") { "aws" } else { "plain" },
            platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        };
        let mut text = String::new();
        _ = write!(text, "{} with sparta {} ({} build, {})", report.app, report.sparta, report.build, report.platform);
        session.print(&text, &report)
    }
}
