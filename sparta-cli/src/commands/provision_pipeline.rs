//! `provisionPipeline`: the service's own pipeline becomes a stack.

use std::{collections::BTreeMap, path::Path};

use sparta_core::{
    AppMistake, Mistake, Pipeline, RepositoryHost, Synthesis, Warning,
    cfn::Template,
    contract::{APP_TAG, CONNECTION_ARN, PIPELINE_FILE, PIPELINE_REQUEST_FILE, VERSION_TAG},
    delivery::Source,
};

use crate::{
    CliError,
    output::say,
    package::{Checkout, Features, OutputDir},
    session::{Session, cargo_run},
    stack::{Request, RollbackConfiguration, bucket_name},
};

/// Deploy the service's own pipeline: source, build, then one environment after the other
#[derive(clap::Args)]
pub(crate) struct ProvisionPipeline {
    /// Name of the pipeline and of its stack; by default `<App>-<branch>`
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,

    /// Repository, instead of the App's: its URL, or that of the page of another branch than main
    #[arg(long, value_name = "URL")]
    repo: Option<String>,

    /// ARN of the CodeConnections connection that reads the repository
    #[arg(long, value_name = "ARN", conflicts_with = "oauth")]
    connection: Option<String>,

    /// Read the repository with a GitHub token instead, from SPARTA_OAUTH_TOKEN, or asked for
    ///
    /// The token goes to Secrets Manager, and nowhere else. One that is given here, as `--oauth TOKEN`, is seen by
    /// everybody who can list this machine's processes, and stays in the shell's history.
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, default_missing_value = "")]
    oauth: Option<String>,

    /// S3 bucket for a template of more than 51,200 bytes
    #[arg(long = "s3Bucket", alias = "s3-bucket", short, value_name = "BUCKET", value_parser = bucket_name)]
    s3_bucket: Option<String>,

    #[command(flatten)]
    output: OutputDir,

    #[command(flatten)]
    features: Features,
}

impl ProvisionPipeline {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let pipeline = self.declaration(&synthesis)?;
        let name = pipeline.name_for(synthesis.model.name());
        let secret = format!("sparta/{name}/github-token");
        let source = match self.oauth {
            Some(_) => Source::OAuth { secret_name: &secret },
            None => Source::Connection,
        };
        let connection = self.connection.as_deref().or(pipeline.connection_arn());
        if source == Source::Connection && connection.is_none() {
            let message = "the pipeline needs a way to read the repository: --connection ARN or --oauth";
            if !session.global.noop {
                return Err(CliError::usage(message).hint(
                    "Create a connection in the console under Developer Tools, Settings, Connections, and authorise it there.",
                ));
            }
            say(format!("to deploy it, {message}"));
        }
        if !session.global.noop {
            session.check_place()?;
        }
        let template = session.pipeline(&synthesis, &pipeline, source)?;
        if source == Source::Connection {
            self.warn_of_repository(&pipeline, &template);
        }
        let path = self.output.folder().write(PIPELINE_FILE, template.to_json().as_bytes())?;

        let mut parameters = BTreeMap::new();
        if let (Source::Connection, Some(arn)) = (source, connection) {
            parameters.insert(CONNECTION_ARN.to_owned(), arn.to_owned());
        }
        let own = [(APP_TAG, synthesis.model.name()), (VERSION_TAG, env!("CARGO_PKG_VERSION"))];
        let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let request = Request {
            stack_name: name,
            parameters,
            tags: synthesis.model.tags().clone().into_iter().chain(own).collect(),
            capabilities: template.capability().into_iter().collect(),
            stack_policy: None,
            rollback_configuration: RollbackConfiguration::default(),
        };
        if session.global.noop {
            let warnings = [synthesis.warnings(), template.warnings()].concat();
            return self.print_noop(session, &request, &path, &warnings);
        }
        let pins = synthesis.pins(&pipeline)?;
        with_aws!(&synthesis, &self.features, deploy(session, &self, request, &template, &secret, &pins))
    }

    /// Warns where the repository has another template than the one that is deployed, which the next push would go back to.
    fn warn_of_repository(&self, pipeline: &Pipeline, template: &Template) {
        if self.pipeline.is_some() || self.repo.is_some() {
            say("the pipeline does not update itself, because --pipeline and --repo are not in what the App declares");
            return;
        }
        let path = Checkout::around(Path::new(".")).up.join(pipeline.template_path());
        if pipeline.mutates() && std::fs::read(&path).ok().as_deref() != Some(template.to_json().as_bytes()) {
            say(format!(
                "warning: {} is not the template of this pipeline, and the next push takes it from there: `{} build --buildspec` \
                 writes it, to be committed",
                path.display(),
                cargo_run()
            ));
        }
    }

    fn print_noop(
        &self,
        session: &Session,
        request: &Request,
        template: &Path,
        warnings: &[Warning],
    ) -> Result<(), CliError> {
        let path = request.write(&self.output.folder(), PIPELINE_REQUEST_FILE)?;
        let text =
            format!("pipeline stack  {}\nrequest         {}\nnothing was deployed", template.display(), path.display());
        let mut document = serde_json::json!({"pipeline": template, "request": request});
        if !warnings.is_empty() {
            document["warnings"] = serde_json::json!(warnings);
        }
        session.print(&text, &document)
    }

    /// The App's pipeline with what the options say otherwise.
    fn declaration(&self, synthesis: &Synthesis) -> Result<Pipeline, CliError> {
        let mut pipeline = match (synthesis.model.pipeline(), &self.repo) {
            (Some(pipeline), Some(url)) => pipeline.clone().repository(url),
            (Some(pipeline), None) => pipeline.clone(),
            (None, Some(url)) => Pipeline::at(RepositoryHost::of(url), url),
            (None, None) => {
                let message = "the App declares no pipeline, and no repository is given";
                let hint = "Add `.pipeline(Pipeline::github(URL))` to the App, or give --repo URL.";
                return Err(CliError::usage(message).hint(hint));
            }
        };
        if let Some(name) = &self.pipeline {
            pipeline = pipeline.name(name);
        }
        // Its template is in the repository as the App declares it.
        if self.pipeline.is_some() || self.repo.is_some() {
            pipeline = pipeline.self_mutation(false);
        }
        // What the App declares has been checked, so that what is wrong now is an option.
        let connected = self.connection.iter().fold(pipeline.clone(), Pipeline::connection);
        let mistakes: Vec<String> = connected.check().iter().map(ToString::to_string).collect();
        if !mistakes.is_empty() {
            return Err(CliError::usage(mistakes.join("; ")));
        }
        if synthesis.model.environments().is_empty() {
            return Err(Mistake::from(AppMistake::PipelineWithoutEnvironment).into());
        }
        Ok(pipeline)
    }
}

#[cfg(feature = "aws")]
use aws::deploy;

/// What only the `aws` build does.
#[cfg(feature = "aws")]
pub(super) mod aws {
    use aws_config::SdkConfig;
    use sparta_core::{
        cfn::Template,
        contract::TOKEN_VERSION,
        delivery::{Pin, artifact_store},
    };

    use super::ProvisionPipeline;
    use crate::{
        CliError,
        aws::cloudformation::CloudFormation,
        deploy::{Outcome, Progress, StackError, Token, store_token},
        session::Session,
        stack::{Deployment, Request},
    };

    /// The variable that holds the token where it is not on the command line.
    const TOKEN_VARIABLE: &str = "SPARTA_OAUTH_TOKEN";

    pub(super) async fn deploy(
        session: &Session,
        command: &ProvisionPipeline,
        mut request: Request,
        template: &Template,
        secret: &str,
        pins: &[Pin],
    ) -> Result<(), CliError> {
        let token = match &command.oauth {
            Some(given) => Some(Token::obtain(Some(given.clone()).filter(|text| !text.is_empty()), TOKEN_VARIABLE)?),
            None => None,
        };
        let deployment = Deployment::start(session, command.s3_bucket.as_deref()).await?;
        if command.oauth.as_ref().is_some_and(|given| !given.is_empty()) {
            deployment.progress().say(&format!(
                "A token on the command line shows in process lists and in the shell's history: leave it out there, and \
                 set {TOKEN_VARIABLE} or be asked for it"
            ));
        }
        let token = token.as_ref().map(|token| (secret, token));
        let app = session.app.name();
        // Before anything is made in its name.
        deployment.check_owner(&request, app).await.map_err(taken)?;
        let (bucket, begin) = artifact_store(template);
        let deployment = deployment.with_own_bucket(&request, template, &bucket, &begin).await?;
        let outcome = carry_out(&deployment, app, &mut request, template, pins, token).await?;
        deployment.print(session, &request, &outcome)
    }

    /// Keeps the token under its name, and makes the stack.
    pub(crate) async fn carry_out(
        deployment: &Deployment,
        app: &str,
        request: &mut Request,
        template: &Template,
        pins: &[Pin],
        token: Option<(&str, &Token)>,
    ) -> Result<Outcome, CliError> {
        // Before the token is kept, which would replace that of the other pipeline.
        deployment.check_owner(request, app).await.map_err(taken)?;
        let template = deployment.template(app, template).await?;
        let pinned = pin(deployment.config(), pins, request).await;
        pinned.map_err(|error| error.hint("Nothing was deployed."))?;
        if let Some((secret, token)) = token {
            keep(deployment.config(), deployment.progress(), secret, token, request).await?;
        }
        Ok(deployment.converge(request, template).await?)
    }

    /// Sets what is known now that environments are deployed.
    pub(super) async fn pin(config: &SdkConfig, pins: &[Pin], request: &mut Request) -> Result<(), CliError> {
        let cloudformation = CloudFormation::new(config);
        for Pin { parameter, stack, resource } in pins {
            let resources = match cloudformation.stack(stack).await? {
                Some(_) => cloudformation.resources(stack).await?,
                None => Vec::new(),
            };
            let found = resources.into_iter().find(|it| it.logical_id == *resource && !it.status.starts_with("DELETE"));
            let id = found.and_then(|it| it.physical_id).filter(|id| !id.is_empty());
            request.parameters.insert(parameter.clone(), id.unwrap_or_else(|| "*".to_owned()));
        }
        Ok(())
    }

    /// The names of pipelines can collide: `A-b` on the branch `c`, and `A` on `b-c`.
    pub(super) fn taken(error: StackError) -> CliError {
        let not_ours = matches!(error, StackError::NotOurs { .. });
        let mut error = CliError::from(error);
        if not_ours {
            error.hints = vec![
                "A pipeline is called `<App>-<branch>`, so that another app on another branch can have the same name. \
                 Give this one a name of its own: --pipeline NAME."
                    .to_owned(),
            ];
        }
        error
    }

    /// Keeps the token; the stack refers to its version, so that another token is a change of the stack.
    pub(super) async fn keep(
        config: &SdkConfig,
        progress: &dyn Progress,
        secret: &str,
        token: &Token,
        request: &mut Request,
    ) -> Result<(), CliError> {
        let description = format!("GitHub token of the pipeline {}", request.stack_name);
        let stored = store_token(config, progress, secret, token, &description).await;
        let (_, version) =
            stored.map_err(|error| CliError::from(error).hint("The pipeline's stack was not changed."))?;
        request.parameters.insert(TOKEN_VERSION.to_owned(), version);
        Ok(())
    }
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use serde_json::json;

    use sparta_core::delivery::Pin;

    use super::{
        aws::{keep, pin, taken},
        *,
    };
    use crate::deploy::{
        Lines, StackError,
        tests::script::{Answer, Script},
    };

    fn secret(token: &str, version: &str) -> Answer {
        let secret = json!({"ARN": "arn:secret", "SecretString": token, "VersionId": version});
        Answer::json(200, &secret.to_string())
    }

    #[test]
    fn a_pipelines_name_that_is_taken_is_explained() {
        let error = taken(StackError::NotOurs { name: "A-b-c".into(), owner: Some("A-b".into()) });
        assert_eq!(error.message, "stack \"A-b-c\" belongs to the app \"A-b\", and is left alone");
        assert!(error.hints[0].contains("--pipeline NAME"), "{:?}", error.hints);
        assert_eq!(taken(StackError::Missing { name: "A".into() }).hints.len(), 1);
    }

    fn request() -> Request {
        Request {
            stack_name: "Hello-main".into(),
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            capabilities: Vec::new(),
            stack_policy: None,
            rollback_configuration: RollbackConfiguration::default(),
        }
    }

    #[tokio::test]
    async fn the_id_of_an_api_is_given_once_its_stack_is_there() {
        let stack = "<Stacks><member><StackName>Test-Hello</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>\
                     <CreationTime>2026-01-02T03:04:05Z</CreationTime></member></Stacks>";
        let api = "<StackResourceSummaries><member><LogicalResourceId>HttpApi</LogicalResourceId>\
                   <PhysicalResourceId>a1b2c3</PhysicalResourceId><ResourceType>AWS::ApiGatewayV2::Api</ResourceType>\
                   <ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
                   <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member></StackResourceSummaries>";
        let missing = Answer::error(400, "ValidationError", "Stack with id Prod-Hello does not exist");
        let script = Script::new([
            ("DescribeStacks", vec![Answer::result("DescribeStacks", stack), missing]),
            ("ListStackResources", vec![Answer::result("ListStackResources", api)]),
        ]);
        let of = |environment: &str| Pin {
            parameter: format!("{environment}HttpApiId"),
            stack: format!("{environment}-Hello"),
            resource: "HttpApi".into(),
        };
        let mut request = request();
        pin(&script.config(), &[of("Test"), of("Prod")], &mut request).await.unwrap();
        let expected = [("ProdHttpApiId", "*"), ("TestHttpApiId", "a1b2c3")];
        assert_eq!(request.parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[tokio::test]
    async fn another_token_is_another_version_in_the_request_and_the_same_one_is_the_same() {
        let script = Script::new([
            ("GetSecretValue", vec![secret("first", "v-1"), secret("first", "v-1"), secret("second", "v-2")]),
            ("PutSecretValue", vec![secret("", "v-2")]),
        ]);
        let mut versions = Vec::new();
        for token in ["first", "second", "second"] {
            let mut request = request();
            let token = token.parse().unwrap();
            keep(&script.config(), &Lines, "sparta/Hello-main/github-token", &token, &mut request).await.unwrap();
            assert!(!serde_json::to_string(&request).unwrap().contains(token.expose()));
            versions.push(request.parameters.remove("TokenVersion").unwrap());
        }
        assert_eq!(versions, ["v-1", "v-2", "v-2"]);
        assert_eq!(script.changes(), ["PutSecretValue"]);
    }
}
