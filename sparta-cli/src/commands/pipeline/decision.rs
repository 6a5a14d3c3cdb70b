//! What `pipeline approve` and `pipeline reject` have in common.

use crate::{CliError, consent::Consent, package::Features, session::Session, stack::AnyPipeline};

/// One approval, and the answer to it.
#[derive(clap::Args)]
pub(super) struct Decision {
    /// Environment or stage whose approval is meant; needed where several wait
    #[arg(value_name = "ENVIRONMENT")]
    place: Option<String>,

    /// Why, which CodePipeline keeps with the decision: up to 512 characters
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,

    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    features: Features,
}

/// The longest reason that CodePipeline takes.
const MESSAGE: usize = 512;

impl Decision {
    pub(super) async fn run(self, session: &Session, approved: bool) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        let characters = self.message.as_deref().map_or(0, |message| message.chars().count());
        if characters > MESSAGE {
            let message = format!("the message has {characters} characters, and CodePipeline takes {MESSAGE}");
            return Err(CliError::usage(message));
        }
        self.consent.check(session, if approved { "it is to be approved" } else { "it is to be rejected" })?;
        session.check_place()?;
        let place = self.pipeline.place(&synthesis.model, self.place.as_deref())?;
        with_aws!(&synthesis, &self.features, decide(session, &self, &name, &place, approved))
    }
}

#[cfg(feature = "aws")]
async fn decide(
    session: &Session,
    command: &Decision,
    name: &str,
    place: &crate::stack::Place,
    approved: bool,
) -> Result<(), CliError> {
    use crate::{output::say, pipeline::DeployedPipeline};

    let pipeline = DeployedPipeline::new(&session.aws().await?, name);
    let view = pipeline.look().await?;
    let question = view.question(place)?;
    let (verb, done) = if approved { ("approve", "approved") } else { ("reject", "rejected") };
    let what = format!("{} of {}", question.action, question.stage);
    say(&question);
    if session.global.noop {
        return session.print(&format!("would {verb} {what}"), &question.document("noop"));
    }
    if !command.consent.given(&format!("{}{} it?", verb[..1].to_uppercase(), &verb[1..]))? {
        return Err(CliError::failed(format!("{what} was not decided")));
    }
    let reason = command.message.clone().unwrap_or_else(|| format!("{done} on the command line"));
    pipeline.decide(&question, approved, &reason).await?;
    session.print(&format!("{what} is {done}"), &question.document(done))
}
