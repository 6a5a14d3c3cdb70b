//! `smokeTest`: what an environment is looked at with after it was deployed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use sparta_core::{Deployed, Environment, Synthesis};

use crate::{CliError, error::Advice, output::say, package::Features, session::Session, stack::Target};

/// Run the smoke tests of an environment that is deployed
///
/// What is deployed stays, whatever comes of them.
#[derive(clap::Args)]
pub(crate) struct SmokeTest {
    #[command(flatten)]
    target: Target,

    /// Take the stack's outputs from this file, a JSON object of texts as CodePipeline writes it, and call nothing of AWS
    #[arg(long, value_name = "FILE")]
    outputs: Option<PathBuf>,

    /// Name or ARN of the stack, instead of the environment's
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,

    #[command(flatten)]
    features: Features,
}

/// Outputs that cannot be taken from a file.
#[derive(Debug, thiserror::Error)]
enum OutputsError {
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} has no outputs of a stack", path.display())]
    Malformed { path: PathBuf, source: serde_json::Error },
}

impl Advice for OutputsError {
    fn hints(&self) -> Vec<String> {
        vec!["--outputs takes a JSON object of names and texts: {\"HttpApiUrl\": \"https://...\"}.".to_owned()]
    }
}

impl SmokeTest {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let environment = self.target.environment(&synthesis.model)?;
        session.enter(environment)?;
        let Some(environment) = environment.filter(|environment| !environment.smoke_tests().is_empty()) else {
            let name = environment.map_or_else(|| synthesis.model.name(), Environment::name);
            return Err(CliError::usage(format!("`{name}` has no smoke test"))
                .hint("An environment gets one with `.smoke_test(smoke)`."));
        };
        if let Some(path) = &self.outputs {
            let stack = self.stack.clone().unwrap_or_else(|| synthesis.model.direct_stack_name(Some(environment)));
            let deployed = of_outputs(&stack, environment, &synthesis, read(path)?);
            return run(environment, deployed).await;
        }
        session.check_place()?;
        with_aws!(&synthesis, &self.features, look(session, &synthesis, environment, self.stack.as_deref()))
    }
}

#[cfg(feature = "aws")]
async fn look(
    session: &Session,
    synthesis: &Synthesis,
    environment: &Environment,
    stack: Option<&str>,
) -> Result<(), CliError> {
    let config = session.aws().await?;
    let lookup = crate::stack::Lookup::new(&config, &synthesis.model);
    let deployed = match stack {
        Some(stack) => lookup.stack(stack).await?.with_environment(environment.name()),
        None => lookup.environment(Some(environment.name())).await?,
    };
    run(environment, deployed).await
}

/// Runs them in their order, until one fails.
pub(crate) async fn run(environment: &Environment, deployed: Deployed) -> Result<(), CliError> {
    for test in environment.smoke_tests() {
        say(format!("smoke test of {}", test.place()));
        test.run(deployed.clone()).await?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<BTreeMap<String, String>, OutputsError> {
    let text = fs::read_to_string(path).map_err(|source| OutputsError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| OutputsError::Malformed { path: path.to_owned(), source })
}

/// What outputs say of a stack: themselves, and what the resources are called that they refer to.
fn of_outputs(
    stack: &str,
    environment: &Environment,
    synthesis: &Synthesis,
    outputs: BTreeMap<String, String>,
) -> Deployed {
    let mut deployed = Deployed::new(stack).with_environment(environment.name());
    for (name, value) in environment.configuration().parameters {
        deployed = deployed.with_parameter(name, value);
    }
    deployed.with_outputs_of(&synthesis.template, outputs)
}

#[cfg(test)]
mod tests {
    use sparta_core::{
        App, Error, Function, Request,
        construct::{Construct, Queue},
        service_fn,
    };

    use super::*;

    #[tokio::test]
    async fn outputs_of_a_file_say_what_constructs_are_called() {
        let clicks = || Queue::new("clicks");
        let environment = Environment::new("test", ()).smoke_test(async |deployed: Deployed| {
            assert_eq!(Queue::new("clicks").name_in(&deployed)?, "https://sqs/clicks");
            assert_eq!((deployed.region(), deployed.environment()), ("eu-west-1", Some("test")));
            deployed.output("HttpApiUrl").map(drop).map_err(Error::from)
        });
        let api = service_fn(async |_: Request| Ok::<_, Error>("hello"));
        let app = App::new("Links").function(Function::http("api", api).uses(clicks().send())).environment(environment);
        let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let environment = synthesis.model.environment("test").unwrap();
        let arn = "arn:aws:cloudformation:eu-west-1:111111111111:stack/Test-Links/-";
        let outputs = |more: &[(&str, &str)]| {
            let all = [("ClicksQueue", "https://sqs/clicks")].iter().chain(more);
            let all = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            of_outputs(arn, environment, &synthesis, all)
        };
        run(environment, outputs(&[("HttpApiUrl", "https://x")])).await.unwrap();
        let error = run(environment, outputs(&[])).await.unwrap_err();
        let mut report = Vec::new();
        error.write_report(&mut report).unwrap();
        let report = String::from_utf8(report).unwrap();
        assert!(report.starts_with("error: the smoke test of ") && report.contains("`HttpApiUrl`"), "{report}");
    }

    #[test]
    fn a_file_that_has_no_outputs_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "[1]").unwrap();
        let error = read(file.path()).unwrap_err();
        assert!(error.to_string().ends_with("has no outputs of a stack"), "{error}");
        assert!(read(Path::new("/no/outputs.json")).unwrap_err().to_string().contains("cannot be read"));
    }
}
