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
        let name = self.stack.name(&session.validated()?)?;
        if session.global.noop {
            let text = format!("would delete the stack {name}");
            return session.print(&text, &serde_json::json!({"stack": name, "deletion": "noop"}));
        }
        delete(session, &name).await
    }
}

#[cfg(not(sparta_lambda))]
async fn delete(session: &Session, name: &str) -> Result<(), CliError> {
    use crate::deploy::{Deletion, Stacks};
    let progress = session.progress();
    let deletion = Stacks::new(&session.aws().await?, &*progress).delete(name).await?;
    let (said, word) = match deletion {
        Deletion::Deleted => ("is deleted", "deleted"),
        Deletion::Missing => ("is not there", "missing"),
    };
    session.print(&format!("the stack {name} {said}"), &serde_json::json!({"stack": name, "deletion": word}))
}

#[cfg(sparta_lambda)]
#[expect(clippy::unused_async, reason = "the full build asks AWS here")]
async fn delete(_: &Session, _: &str) -> Result<(), CliError> {
    Err(super::session::lambda_build("delete"))
}
