//! `logs`: what the deployed functions have logged.

use sparta_core::Model;

use crate::{CliError, logs::Since, package::Features, session::Session, stack::AnyStack};

/// Show what the deployed functions have logged, all of them together
///
/// With `--format json` each event is one line.
#[derive(clap::Args)]
pub(crate) struct Logs {
    /// Names of functions, instead of all
    #[arg(value_name = "FUNCTION")]
    functions: Vec<String>,

    #[command(flatten)]
    stack: AnyStack,

    /// How far back: `30s`, `10m`, `2h`, `7d`
    #[arg(long, value_name = "TIME", default_value = "10m")]
    since: Since,

    /// Only events that match this pattern of CloudWatch's, such as `ERROR` or `{ $.level = "ERROR" }`
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,

    /// Only events of the invocation with this request id
    #[arg(long, value_name = "ID", conflicts_with = "filter", value_parser = request_id)]
    request: Option<String>,

    /// Go on to show what is logged, until Ctrl+C
    #[arg(long)]
    follow: bool,

    #[command(flatten)]
    features: Features,
}

impl Logs {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let groups = self.groups(&synthesis.model)?;
        let stack = self.stack.name(session, &synthesis.model)?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, show(session, &self, &stack, groups))
    }

    /// The functions that are meant, with the logical ids of their log groups.
    fn groups(&self, model: &Model) -> Result<Vec<(String, String)>, CliError> {
        let all = model
            .functions()
            .iter()
            .map(|function| (function.name().to_owned(), function.logical_id("Logs").to_string()));
        let all: Vec<(String, String)> = all.collect();
        let known = all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(unknown) = self.functions.iter().find(|name| !all.iter().any(|(function, _)| function == *name)) {
            let error = CliError::usage(format!("there is no function called `{unknown}`"));
            return Err(error.hint(format!("Functions: {known}.")));
        }
        let is_meant = |name: &String| self.functions.is_empty() || self.functions.contains(name);
        Ok(all.into_iter().filter(|(name, _)| is_meant(name)).collect())
    }
}

/// A pattern takes it as it is between quotes.
fn request_id(text: &str) -> Result<String, String> {
    let is_id = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_id { Ok(text.to_owned()) } else { Err("a request id is letters, digits and `-`".to_owned()) }
}

#[cfg(feature = "aws")]
async fn show(
    session: &Session,
    command: &Logs,
    stack: &str,
    functions: Vec<(String, String)>,
) -> Result<(), CliError> {
    use std::time::Duration;

    use crate::{
        aws::{cloudformation::CloudFormation, logs},
        logs::{Group, Reader},
        output::say,
    };

    /// How often what is new is asked for: CloudWatch Logs takes five such calls a second in some regions.
    const PAUSE: Duration = Duration::from_secs(2);

    let config = session.aws().await?;
    let resources = CloudFormation::new(&config).resources(stack).await?;
    let groups = functions.into_iter().filter_map(|(function, id)| {
        let group = resources.iter().find(|it| it.logical_id == id)?;
        Some(Group { function, name: group.physical_id.clone()? })
    });
    let groups: Vec<Group> = groups.collect();
    if groups.is_empty() {
        let error = CliError::failed(format!("the stack {stack:?} has no log of these functions"));
        return Err(error.hint("`status` shows what is in it."));
    }
    let pattern = command.request.as_ref().map(|id| format!("\"{id}\"")).or_else(|| command.filter.clone());
    let since = now().saturating_sub(millis(command.since.0));
    let mut reader = Reader::new(logs::Logs::new(&config), groups, pattern, since);
    print(session, &reader.read(now()).await?)?;
    if !command.follow {
        return Ok(());
    }
    say("what is logged is shown until Ctrl+C");
    let ended = super::serve::interrupted();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            ended = &mut ended => return ended,
            () = tokio::time::sleep(PAUSE) => print(session, &reader.read(now()).await?)?,
        }
    }
}

#[cfg(feature = "aws")]
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, millis)
}

#[cfg(feature = "aws")]
fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(feature = "aws")]
fn print(session: &Session, lines: &[crate::logs::Line]) -> Result<(), CliError> {
    use std::io::Write;

    let mut output = std::io::stdout().lock();
    for line in lines {
        let text = match session.global.format {
            crate::options::Format::Json => {
                let failed = |error| CliError::failed("an event is no JSON").source(error);
                serde_json::to_string(line).map_err(failed)?
            }
            _ => line.to_string(),
        };
        // A reader that went away, as in `| head`, is no failure.
        if writeln!(output, "{text}").is_err() {
            break;
        }
    }
    Ok(())
}
