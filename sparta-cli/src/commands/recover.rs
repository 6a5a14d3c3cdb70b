//! `recover`: a stack that is stuck gets out of that.

use crate::{CliError, consent::Consent, package::Features, session::Session, stack::AnyStack};

/// Get a stack out of a state in which nothing can be deployed to it
///
/// It says what state the stack is in and why, and what it would do, asks, does it, and follows that to its end.
#[derive(clap::Args)]
pub(crate) struct Recover {
    #[command(flatten)]
    stack: AnyStack,

    /// Continue a rollback without this resource, which stays as it is; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    skip: Vec<String>,

    /// Delete the stack, but leave this resource behind, whose deletion failed; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    retain: Vec<String>,

    /// Give up an update that is under way, and roll it back
    #[arg(long)]
    cancel: bool,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    features: Features,
}

impl Recover {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.stack.name(session, &synthesis.model)?;
        self.consent.check(session, &format!("the stack {name} is to be recovered"))?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, recover(session, &self, &name, self.stack.owner(&synthesis.model)))
    }
}

#[cfg(feature = "aws")]
async fn recover(session: &Session, command: &Recover, name: &str, owner: Option<&str>) -> Result<(), CliError> {
    use crate::{
        deploy::{Remedy, Stacks, Wishes},
        output::say,
    };

    let progress = session.progress();
    let stacks = Stacks::new(&session.aws().await?, &*progress);
    let mut wishes = Wishes { skip: command.skip.clone(), retain: command.retain.clone(), cancel: command.cancel };
    let print = |status: &str, remedy: Remedy| {
        let document = serde_json::json!({"stack": name, "status": status, "remedy": remedy});
        session.print(&format!("the stack {name} is in {status}"), &document)
    };
    let mut diagnosis = stacks.diagnose(name, owner, wishes.cancel).await?;
    loop {
        diagnosis.check(&wishes)?;
        say(&diagnosis);
        if session.global.noop || diagnosis.remedy == Remedy::Nothing {
            return print(&diagnosis.stack.status, diagnosis.remedy);
        }
        if diagnosis.remedy != Remedy::Wait && !command.consent.given(&diagnosis.question(&wishes))? {
            return Err(CliError::failed(format!("the stack {name} was left in {}", diagnosis.stack.status)));
        }
        let status = stacks.recover(&diagnosis, &wishes).await?;
        if diagnosis.remedy != Remedy::Wait || status == "DELETE_COMPLETE" {
            return print(&status, diagnosis.remedy);
        }
        // What was waited for may have left it stuck.
        wishes.cancel = false;
        diagnosis = stacks.diagnose(name, owner, false).await?;
    }
}
