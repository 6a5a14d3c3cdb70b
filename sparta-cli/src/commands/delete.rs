use sparta_core::Model;

use super::{Session, target::AnyStack};
use crate::CliError;

/// Delete the deployed stack and everything in it
#[derive(clap::Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    stack: AnyStack,
}

impl Delete {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let model = session.validated()?;
        let name = self.stack.name(&model)?;
        if session.global.noop {
            let text = format!("would delete the stack {name}");
            return session.print(&text, &serde_json::json!({"stack": name, "deletion": "noop"}));
        }
        self.delete(session, &name, &model).await
    }

    #[cfg(not(sparta_lambda))]
    async fn delete(self, session: &Session, name: &str, model: &Model) -> Result<(), CliError> {
        use crate::deploy::{Deletion, StackError, Stacks};
        let progress = session.progress();
        let config = session.aws().await?;
        let deletion = Stacks::new(&config, &*progress).delete(name, self.stack.owner(model)).await;
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

    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_async, reason = "the full build asks AWS here")]
    async fn delete(self, _: &Session, _: &str, _: &Model) -> Result<(), CliError> {
        Err(super::session::lambda_build("delete"))
    }
}
