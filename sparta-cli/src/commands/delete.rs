//! `delete`: a stack goes, with everything in it.

use crate::{CliError, package::Features, session::Session, stack::AnyStack};

/// Delete the deployed stack and everything in it
#[derive(clap::Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    stack: AnyStack,

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
        with_aws!(&synthesis, &self.features, delete(session, &name, self.stack.owner(&synthesis.model)))
    }
}

#[cfg(feature = "aws")]
async fn delete(session: &Session, name: &str, owner: Option<&str>) -> Result<(), CliError> {
    use crate::deploy::{Deletion, StackError, Stacks};
    let progress = session.progress();
    let config = session.aws().await?;
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
