//! The service as it is deployed, for what is the user's own: commands and hooks.

use aws_config::SdkConfig;
use sparta_core::{Deployed, Environment, Model, contract::APP_TAG};

use super::target;
use crate::{
    CliError,
    aws::cloudformation::{CloudFormation, Stack},
    deploy::{State, not_ours},
    error::Advice,
    session::cargo_run,
};

/// The stacks of a service, where they are looked for.
pub(crate) struct Lookup<'a> {
    config: &'a SdkConfig,
    model: &'a Model,
    cloudformation: CloudFormation,
}

/// A service that is not deployed, or twice.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LookupError {
    /// There is no stack, or nothing in it.
    #[error("{what} is not deployed: there is no stack {} in {region}", or(.stacks))]
    NotThere {
        /// The environment, or the app.
        what: String,
        /// What its stack would be called.
        stacks: Vec<String>,
        /// Where it was looked for.
        region: String,
        /// What deploys it.
        remedy: String,
    },
    /// Both `provision` and the pipeline have deployed it.
    #[error(
        "the environment `{environment}` is deployed twice: by `provision` as the stack `{direct}`, and by the pipeline as \
         `{delivered}`"
    )]
    Twice {
        /// The environment.
        environment: String,
        /// The stack of `provision`.
        direct: String,
        /// The stack of the pipeline.
        delivered: String,
    },
}

impl Advice for LookupError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::NotThere { remedy, .. } => format!("{remedy}; --region and --profile say where it is looked for."),
            Self::Twice { .. } => "Let the command say which one it means: `context.deployed_stack(NAME)`.".to_owned(),
        }]
    }
}

fn or(stacks: &[String]) -> String {
    stacks.iter().map(|stack| format!("`{stack}`")).collect::<Vec<_>>().join(" or ")
}

/// One stack that a service can have, and what deploys to it.
struct Candidate {
    stack: String,
    remedy: String,
    tag: Tag,
}

/// What a stack's tag for its app says.
enum Tag {
    /// This app.
    Ours,
    /// This app, or nothing: a pipeline's CloudFormation sets none.
    OursOrNone,
    /// Whatever it says.
    Any,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(config: &'a SdkConfig, model: &'a Model) -> Self {
        Self { config, model, cloudformation: CloudFormation::new(config) }
    }

    /// An environment where it is deployed: by `provision`, or else by the pipeline.
    pub(crate) async fn environment(&self, name: Option<&str>) -> Result<Deployed, CliError> {
        let environment = target::environment(self.model, name)?;
        let candidates = self.candidates(environment);
        let mut found = Vec::new();
        for candidate in &candidates {
            found.extend(self.stack_of(candidate).await?.map(|stack| (stack, candidate)));
        }
        match &found[..] {
            [] => Err(self.not_there(environment, &candidates)),
            [(stack, candidate)] => self.deployed(stack, environment, &candidate.remedy).await,
            [(direct, _), (delivered, _), ..] => {
                let environment = name.unwrap_or_default().to_owned();
                let (direct, delivered) = (direct.name.clone(), delivered.name.clone());
                Err(LookupError::Twice { environment, direct, delivered }.into())
            }
        }
    }

    /// A stack by its name, whoever has deployed it.
    pub(crate) async fn stack(&self, name: &str) -> Result<Deployed, CliError> {
        let remedy = format!("`{} provision --stack {name} --s3Bucket BUCKET` deploys it", cargo_run());
        let candidate = Candidate { stack: name.to_owned(), remedy, tag: Tag::Any };
        match self.stack_of(&candidate).await? {
            Some(stack) => self.deployed(&stack, None, &candidate.remedy).await,
            None => Err(self.not_there(None, &[candidate])),
        }
    }

    /// A stack that this program has just deployed, as an environment where there is one.
    pub(crate) async fn just_deployed(
        &self,
        stack: &str,
        environment: Option<&Environment>,
    ) -> Result<Deployed, CliError> {
        let remedy = self.candidates(environment).swap_remove(0).remedy;
        let candidate = Candidate { stack: stack.to_owned(), remedy, tag: Tag::Ours };
        match self.stack_of(&candidate).await? {
            Some(stack) => self.deployed(&stack, environment, &candidate.remedy).await,
            None => Err(self.not_there(environment, &[candidate])),
        }
    }

    fn candidates(&self, environment: Option<&Environment>) -> Vec<Candidate> {
        let option = environment.map_or_else(String::new, |it| format!(" --environment {}", it.name()));
        let mut candidates = vec![Candidate {
            stack: self.model.direct_stack_name(environment),
            remedy: format!("`{} provision{option} --s3Bucket BUCKET` deploys it", cargo_run()),
            tag: Tag::Ours,
        }];
        if let (Some(environment), Some(pipeline)) = (environment, self.model.pipeline()) {
            let branch = pipeline.source_branch();
            candidates.push(Candidate {
                stack: self.model.stack_name(environment, branch),
                remedy: format!("its pipeline deploys it, on a push to `{branch}`"),
                tag: Tag::OursOrNone,
            });
        }
        candidates
    }

    /// The stack, where something is deployed to it.
    async fn stack_of(&self, candidate: &Candidate) -> Result<Option<Stack>, CliError> {
        let found = self.cloudformation.stack(&candidate.stack).await?;
        let state = State::of(found.as_ref());
        let Some(stack) = found.filter(|_| !matches!(state, State::Missing | State::Review | State::Empty)) else {
            return Ok(None);
        };
        let refused = match candidate.tag {
            Tag::Any => None,
            Tag::OursOrNone if !stack.tags.contains_key(APP_TAG) => None,
            Tag::Ours | Tag::OursOrNone => not_ours(&stack, self.model.name()),
        };
        refused.map_or(Ok(Some(stack)), |error| Err(error.into()))
    }

    async fn deployed(
        &self,
        stack: &Stack,
        environment: Option<&Environment>,
        remedy: &str,
    ) -> Result<Deployed, CliError> {
        let resources = self.cloudformation.resources(&stack.id).await?.into_iter();
        let resources = resources.filter(|it| !it.status.starts_with("DELETE"));
        let resources = resources.filter_map(|it| Some((it.logical_id, it.physical_id.filter(|id| !id.is_empty())?)));
        let deployed = Deployed::new(&stack.id).with_remedy(remedy).with_extension(self.config.clone());
        let deployed =
            environment.into_iter().fold(deployed, |it, environment| it.with_environment(environment.name()));
        let deployed = stack.outputs.iter().fold(deployed, |it, output| it.with_output(&output.key, &output.value));
        let deployed = stack.parameters.iter().fold(deployed, |it, (name, value)| it.with_parameter(name, value));
        Ok(resources.fold(deployed, |it, (id, physical_id)| it.with_resource(id, physical_id)))
    }

    fn not_there(&self, environment: Option<&Environment>, candidates: &[Candidate]) -> CliError {
        let what = match environment {
            Some(environment) => format!("the environment `{}`", environment.name()),
            None => format!("the app `{}`", self.model.name()),
        };
        let remedy = candidates.first().map(|it| it.remedy.clone()).unwrap_or_default();
        let stacks = candidates.iter().map(|it| it.stack.clone()).collect();
        let region = self.config.region().map_or_else(|| "this region".to_owned(), ToString::to_string);
        LookupError::NotThere { what, stacks, region, remedy }.into()
    }
}

#[cfg(test)]
mod tests {
    use sparta_core::{
        App, DeployedError, Error, Function, Pipeline, Request,
        construct::{Construct, Queue, Table, Topic},
        service_fn,
    };

    use super::*;
    use crate::deploy::tests::script::{Answer, Script};

    fn app() -> App {
        App::new("Links")
            .function(Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
            .with(links())
            .environment(Environment::new("test", ()))
            .environment(Environment::new("production", ()).stack_prefix("Prod"))
            .pipeline(Pipeline::github("https://github.com/acme/links"))
    }

    fn links() -> Table {
        Table::new("links").key("code")
    }

    fn stack(name: &str, status: &str, app: &str) -> Answer {
        let id = format!("arn:aws:cloudformation:eu-central-1:111111111111:stack/{name}/1");
        let tags = format!("<Tags><member><Key>sparta:app</Key><Value>{app}</Value></member></Tags>");
        let stack = format!(
            "<Stacks><member><StackId>{id}</StackId><StackName>{name}</StackName><StackStatus>{status}</StackStatus>\
             <CreationTime>2026-01-02T03:04:05Z</CreationTime><Outputs><member><OutputKey>HttpApiUrl</OutputKey>\
             <OutputValue>https://x</OutputValue></member></Outputs>{}</member></Stacks>",
            if app.is_empty() { "" } else { &tags }
        );
        Answer::result("DescribeStacks", &stack)
    }

    fn missing() -> Answer {
        Answer::error(400, "ValidationError", "Stack with id Links does not exist")
    }

    fn resources(resources: &[(&str, &str, &str)], next: &str) -> Answer {
        let members = resources.iter().map(|(id, physical_id, status)| {
            format!(
                "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical_id}</PhysicalResourceId>\
                 <ResourceType>AWS::X::Y</ResourceType><ResourceStatus>{status}</ResourceStatus>\
                 <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
            )
        });
        let members: String = members.collect();
        let list = format!("<StackResourceSummaries>{members}</StackResourceSummaries>{next}");
        Answer::result("ListStackResources", &list)
    }

    /// What a look-up of an environment comes to, where AWS has these stacks in the order in which it is asked for them.
    async fn of(environment: Option<&str>, stacks: Vec<Answer>) -> Result<Deployed, CliError> {
        let pages = vec![
            resources(&[("LinksTable", "Test-Links-LinksTable-1X", "UPDATE_COMPLETE")], "<NextToken>2</NextToken>"),
            resources(
                &[
                    ("NewsTopic", "arn:aws:sns:eu-central-1:111111111111:news", "CREATE_COMPLETE"),
                    ("ClicksQueue", "https://sqs/clicks", "DELETE_COMPLETE"),
                ],
                "",
            ),
        ];
        let script = Script::new([("DescribeStacks", stacks), ("ListStackResources", pages)]);
        let model = app().validate().unwrap();
        let deployed = Lookup::new(&script.config(), &model).environment(environment).await;
        assert!(script.changes().is_empty(), "{:?}", script.changes());
        deployed
    }

    async fn report(environment: Option<&str>, stacks: Vec<Answer>) -> String {
        let mut report = Vec::new();
        of(environment, stacks).await.unwrap_err().write_report(&mut report).unwrap();
        String::from_utf8(report).unwrap().replace("cargo run -p sparta-cli --", "cargo run --")
    }

    #[tokio::test]
    async fn an_environment_is_what_provision_deployed_with_all_pages_of_its_resources() {
        let deployed =
            of(Some("test"), vec![stack("Test-Links", "UPDATE_COMPLETE", "Links"), missing()]).await.unwrap();
        assert_eq!((deployed.stack(), deployed.environment()), ("Test-Links", Some("test")));
        assert_eq!((deployed.region(), deployed.account()), ("eu-central-1", "111111111111"));
        assert_eq!(deployed.output("HttpApiUrl").unwrap(), "https://x");
        assert_eq!(links().name_in(&deployed).unwrap(), "Test-Links-LinksTable-1X");
        let news = Topic::new("news").name_in(&deployed).unwrap();
        assert_eq!(news, "arn:aws:sns:eu-central-1:111111111111:news");
        assert!(deployed.extension::<SdkConfig>().is_some());
        let gone = Queue::new("clicks").name_in(&deployed).unwrap_err();
        assert!(matches!(gone, DeployedError::NoConstruct { .. }));
        let expected = "the stack `Test-Links` has no queue `clicks`: `cargo run";
        assert!(gone.to_string().starts_with(expected), "{gone}");
        assert!(gone.to_string().contains(" provision --environment test --s3Bucket BUCKET` deploys it"), "{gone}");
    }

    #[tokio::test]
    async fn where_provision_deployed_nothing_it_is_what_the_pipeline_deployed() {
        let delivered = stack("Prod-Links-main", "CREATE_COMPLETE", "");
        for direct in [missing(), stack("Prod-Links", "REVIEW_IN_PROGRESS", "")] {
            let deployed = of(Some("production"), vec![direct, delivered.clone()]).await.unwrap();
            assert_eq!(deployed.stack(), "Prod-Links-main");
            let error = deployed.output("Url").unwrap_err().to_string();
            assert!(error.ends_with("its pipeline deploys it, on a push to `main`"), "{error}");
        }
    }

    #[tokio::test]
    async fn of_two_stacks_none_is_taken_for_the_other() {
        let both =
            vec![stack("Test-Links", "CREATE_COMPLETE", "Links"), stack("Test-Links-main", "CREATE_COMPLETE", "")];
        insta::assert_snapshot!(report(Some("test"), both).await, @"
        error: the environment `test` is deployed twice: by `provision` as the stack `Test-Links`, and by the pipeline as `Test-Links-main`
        hint: Let the command say which one it means: `context.deployed_stack(NAME)`.
        ");
    }

    #[tokio::test]
    async fn what_is_not_deployed_is_told_with_what_deploys_it() {
        insta::assert_snapshot!(report(Some("test"), vec![missing()]).await, @"
        error: the environment `test` is not deployed: there is no stack `Test-Links` or `Test-Links-main` in eu-west-1
        hint: `cargo run -- provision --environment test --s3Bucket BUCKET` deploys it; --region and --profile say where it is looked for.
        ");
        let rolled_back = vec![stack("Test-Links", "ROLLBACK_COMPLETE", "Links"), missing()];
        assert!(report(Some("test"), rolled_back).await.contains("`test` is not deployed"));
    }

    #[tokio::test]
    async fn a_stack_of_another_app_is_not_looked_into() {
        for app in ["Other", ""] {
            let error = report(Some("test"), vec![stack("Test-Links", "CREATE_COMPLETE", app)]).await;
            assert!(error.contains("is left alone"), "{error}");
        }
        // `Links-main` deploys to it by hand.
        let delivered = stack("Test-Links-main", "CREATE_COMPLETE", "Links-main");
        let error = report(Some("test"), vec![missing(), delivered]).await;
        assert!(error.contains("belongs to the app \"Links-main\", and is left alone"), "{error}");
    }

    #[tokio::test]
    async fn an_environment_has_to_be_one_of_the_apps() {
        assert!(report(Some("staging"), vec![missing()]).await.contains("Known: test, production."));
        assert!(report(None, vec![missing()]).await.contains("say which environment is meant"));
    }

    #[tokio::test]
    async fn a_stack_that_is_named_is_taken_whoever_deployed_it() {
        let script = Script::new([
            ("DescribeStacks", vec![stack("Mine", "CREATE_COMPLETE", "Other"), missing()]),
            ("ListStackResources", vec![resources(&[], "")]),
        ]);
        let (config, model) = (script.config(), app().validate().unwrap());
        let lookup = Lookup::new(&config, &model);
        let deployed = lookup.stack("Mine").await.unwrap();
        assert_eq!((deployed.stack(), deployed.environment()), ("Mine", None));
        let error = lookup.stack("Yours").await.unwrap_err();
        assert_eq!(error.message, "the app `Links` is not deployed: there is no stack `Yours` in eu-west-1");
    }
}
