//! The commands that are built in: one file each.

mod build;
mod completions;
mod delete;
mod describe;
mod diff;
mod execute;
mod invoke;
mod logs;
mod pipeline;
mod provision;
mod provision_pipeline;
mod recover;
mod serve;
mod smoke_test;
mod status;
mod synth;
mod version;

#[cfg(all(test, feature = "aws"))]
pub(crate) use provision_pipeline::aws::carry_out;
#[cfg(feature = "aws")]
pub(crate) use smoke_test::run as run_smoke_tests;
pub(crate) use version::version;

use crate::{CliError, session::Session};

/// The doc comment of each is its help.
#[derive(clap::Subcommand)]
#[command(rename_all = "camelCase")]
pub(crate) enum Builtin {
    Version(version::Version),
    Synth(synth::Synth),
    Build(build::Build),
    Provision(provision::Provision),
    #[command(alias = "provision-pipeline")]
    ProvisionPipeline(provision_pipeline::ProvisionPipeline),
    #[command(subcommand)]
    Pipeline(pipeline::Pipeline),
    Status(status::Status),
    Logs(logs::Logs),
    #[command(alias = "smoke-test")]
    SmokeTest(smoke_test::SmokeTest),
    Delete(delete::Delete),
    Recover(recover::Recover),
    Describe(describe::Describe),
    Diff(diff::Diff),
    Execute(execute::Execute),
    Serve(serve::Serve),
    Invoke(invoke::Invoke),
    Completions(completions::Completions),
}

impl Builtin {
    /// Does it. `line` is the whole command line.
    pub(crate) async fn run(self, session: Session, line: clap::Command) -> Result<(), CliError> {
        match self {
            Self::Version(command) => command.run(&session),
            Self::Synth(command) => command.run(&session),
            Self::Build(command) => command.run(&session),
            Self::Provision(command) => command.run(&session).await,
            Self::ProvisionPipeline(command) => command.run(&session).await,
            Self::Pipeline(command) => command.run(&session).await,
            Self::Status(command) => command.run(&session).await,
            Self::Logs(command) => command.run(&session).await,
            Self::SmokeTest(command) => command.run(&session).await,
            Self::Delete(command) => command.run(&session).await,
            Self::Recover(command) => command.run(&session).await,
            Self::Describe(command) => command.run(&session),
            Self::Diff(command) => command.run(&session).await,
            Self::Execute(command) => command.run(&session),
            Self::Serve(command) => command.run(&session).await,
            Self::Invoke(command) => command.run(&session).await,
            Self::Completions(command) => command.run(&session, line),
        }
    }
}
