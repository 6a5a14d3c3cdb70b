//! `delete`: a stack goes, with everything in it.

use crate::{CliError, consent, package::Features, session::Session, stack::AnyStack};

/// Delete the deployed stack and everything in it
#[derive(clap::Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    stack: AnyStack,

    /// Delete it without asking
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    features: Features,
}

impl Delete {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.stack.name(session, &synthesis.model)?;
        if session.global.noop {
            let text = format!("would delete the stack {name}");
            return session.print(&text, &serde_json::json!({"stack": name, "deletion": "noop"}));
        }
        consent::check(self.yes, &format!("the stack {name} is to be deleted"))?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, delete(session, &name, self.stack.owner(&synthesis.model), self.yes))
    }
}

#[cfg(feature = "aws")]
async fn delete(session: &Session, name: &str, owner: Option<&str>, yes: bool) -> Result<(), CliError> {
    use crate::deploy::{Deletion, StackError, Stacks};
    let progress = session.progress();
    let config = session.aws().await?;
    if !yes && !agreed(&config, name).await? {
        return Err(CliError::failed(format!("the stack {name} was not deleted")));
    }
    let deletion = Stacks::new(&config, &*progress).delete(name, owner).await;
    let deletion = deletion.map_err(|error| {
        let foreign = matches!(error, StackError::NotOurs { .. });
        let error = CliError::from(error);
        if foreign { error.hint("To delete it all the same, name it: --stack NAME.") } else { error }
    })?;
    let (said, word) = match deletion {
        Deletion::Deleted => ("is deleted", "deleted"),
        Deletion::Missing => ("is not there", "missing"),
    };
    session.print(&format!("the stack {name} {said}"), &serde_json::json!({"stack": name, "deletion": word}))
}

/// Asks on the terminal.
#[cfg(feature = "aws")]
async fn agreed(config: &aws_config::SdkConfig, name: &str) -> Result<bool, CliError> {
    let account = crate::aws::sts::identity(config).await?.account;
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    consent::agreed(&format!("Delete the stack {name} of account {account} in {region}, and everything in it?"))
}
