//! `delete`: a stack goes, with everything in it.

use std::io::IsTerminal;

use crate::{CliError, package::Features, session::Session, stack::AnyStack};

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
        let name = self.stack.name(&synthesis.model)?;
        if session.global.noop {
            let text = format!("would delete the stack {name}");
            return session.print(&text, &serde_json::json!({"stack": name, "deletion": "noop"}));
        }
        if !self.yes && !std::io::stdin().is_terminal() {
            let message = format!("nobody is there to say whether the stack {name} is to be deleted");
            return Err(CliError::usage(message).hint("Run it in a terminal, or give --yes."));
        }
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
    let question = format!("Delete the stack {name} of account {account} in {region}, and everything in it? [y/N] ");
    ask(&question, std::io::stdin().lock(), std::io::stderr())
        .map_err(|error| CliError::failed("the terminal cannot be read").source(error))
}

#[cfg(any(feature = "aws", test))]
fn ask(question: &str, mut answers: impl std::io::BufRead, mut out: impl std::io::Write) -> std::io::Result<bool> {
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_deletes() {
        let answered = |answer: &str| {
            let mut said = Vec::new();
            let agreed = ask("Delete it? [y/N] ", answer.as_bytes(), &mut said).unwrap();
            assert_eq!(said, b"Delete it? [y/N] ");
            agreed
        };
        assert!(["y\n", "Yes\n", " yes"].iter().all(|answer| answered(answer)));
        assert!(!["", "\n", "n\n", "yesterday\n", "delete\ny\n"].iter().any(|answer| answered(answer)));
    }
}
