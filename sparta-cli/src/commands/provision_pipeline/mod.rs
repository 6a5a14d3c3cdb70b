//! `provisionPipeline`: the service's own pipeline becomes a stack.

mod elsewhere;

use std::{collections::BTreeMap, path::Path};

use sparta_core::{
    AppMistake, CiSystem, Mistake, Pipeline, RepositoryHost, Synthesis,
    cfn::Template,
    contract::{APP_TAG, CONNECTION_ARN, PIPELINE_FILE, PIPELINE_REQUEST_FILE, VERSION_TAG},
    delivery::{Elsewhere, Pin, Source},
};

use self::elsewhere::{Others, TargetOptions};
use crate::{
    CliError,
    gate::was_handed_over,
    output::say,
    package::{Checkout, Features, HandedOver, OutputDir},
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

    /// ARN of the CodeConnections connection that reads the repository; by default the stack makes one, which has to be
    /// authorised once in the console
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
    elsewhere: TargetOptions,

    #[command(flatten)]
    output: OutputDir,

    #[command(flatten)]
    features: Features,
}

/// What is deployed.
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "the plain build hands over before it deploys"))]
struct Work<'a> {
    synthesis: &'a Synthesis,
    pipeline: Pipeline,
    source: Source<'a>,
    template: Template,
    request: Request,
    pins: Vec<Pin>,
    others: Others,
}

impl ProvisionPipeline {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let pipeline = self.declaration(&synthesis)?;
        let name = pipeline.name_for(synthesis.model.name());
        let secret = format!("sparta/{name}/github-token");
        // Another CI system reads its own repository, and the stack has the roles of its jobs.
        let is_codepipeline = pipeline.ci_system() == CiSystem::CodePipeline;
        if self.oauth.is_some() && !is_codepipeline {
            let message = "--oauth is for CodePipeline, and another CI system delivers this service";
            return Err(CliError::usage(message).hint("Leave it out: the system reads its own repository."));
        }
        let source = match self.oauth {
            Some(_) => Source::OAuth { secret_name: &secret },
            None => Source::Connection,
        };
        let others = Others::of(&synthesis, &pipeline)?;
        if let Some(environment) = &self.elsewhere.target {
            return self.make_target(session, &synthesis, others.target(&synthesis, environment)?).await;
        }
        let lacks = source.lacks(&pipeline).filter(|_| is_codepipeline);
        if let Some(mistake) = lacks.filter(|_| !session.global.noop) {
            return Err(CliError::usage(mistake.to_string()));
        }
        if !session.global.noop {
            session.check_place()?;
        }
        let template = session.pipeline(&synthesis, &pipeline, source)?;
        if source == Source::Connection {
            warn_of_repository(&synthesis, &pipeline, &template);
        }
        let path = self.output.folder().write(PIPELINE_FILE, template.to_json().as_bytes())?;

        let mut parameters = BTreeMap::new();
        let connection = self.connection.as_deref().or(pipeline.connection_arn());
        if let (Source::Connection, Some(arn)) = (source, connection) {
            parameters.insert(CONNECTION_ARN.to_owned(), arn.to_owned());
        }
        let request = Request {
            stack_name: name,
            parameters,
            tags: tags(&synthesis),
            capabilities: template.capability().into_iter().collect(),
            stack_policy: None,
            role: None,
            rollback_configuration: RollbackConfiguration::default(),
        };
        let pins = synthesis.pins(&pipeline)?;
        let work = Work { synthesis: &synthesis, pipeline, source, template, request, pins, others };
        if session.global.noop {
            return self.print_noop(session, &work, &path);
        }
        with_aws!(&synthesis, &self.features, deploy(session, &self, work, &secret))
    }

    /// Makes what lets the pipeline deploy this environment.
    async fn make_target(&self, session: &Session, synthesis: &Synthesis, target: Elsewhere) -> Result<(), CliError> {
        session.enter(synthesis.model.environment(&target.environment))?;
        if session.global.noop {
            let path =
                self.output.folder().write(&format!("{}.json", target.stack), target.template.to_json().as_bytes())?;
            let text = format!("stack elsewhere {}\nnothing was deployed", path.display());
            return session.print(&text, &serde_json::json!({"stack": target.stack, "template": path}));
        }
        // A wrong option is told before AWS is called.
        self.elsewhere.parameters(&target)?;
        session.check_place()?;
        let tags = tags(synthesis);
        let bucket = self.s3_bucket.as_deref();
        with_aws!(synthesis, &self.features, deploy_target(session, &self.elsewhere, bucket, &target, &tags))
    }

    /// What a deployment would ask for, in the order in which it asks.
    fn asked(&self, work: &Work<'_>) -> Vec<String> {
        let lacks = work.source.lacks(&work.pipeline);
        let lacks = lacks.filter(|_| work.pipeline.ci_system() == CiSystem::CodePipeline);
        let mut asked: Vec<String> = lacks.iter().map(ToString::to_string).collect();
        if self.oauth.as_ref().is_some_and(String::is_empty) {
            asked.push(
                "the token of GitHub: it is read from SPARTA_OAUTH_TOKEN, else asked for at the terminal".to_owned(),
            );
        }
        if has_connection(&work.template) {
            asked.push(
                "somebody who authorises the connection in the console, once: the command says where, and waits"
                    .to_owned(),
            );
        }
        asked.extend(work.others.asked());
        asked
    }

    fn print_noop(&self, session: &Session, work: &Work<'_>, stack: &Path) -> Result<(), CliError> {
        let Work { synthesis, template, request, others, .. } = work;
        let output = self.output.folder();
        let handed_over = HandedOver::write(synthesis, &output)?;
        let path = request.write(&output, PIPELINE_REQUEST_FILE)?;
        let mut text =
            format!("{handed_over}pipeline stack  {}\nrequest         {}\n", stack.display(), path.display());
        let (elsewhere, asked) = (others.write(&output)?, self.asked(work));
        elsewhere.iter().for_each(|stack| text += &stack.to_string());
        asked.iter().for_each(|what| text += &format!("would ask for   {what}\n"));
        text += "nothing was deployed";
        let mut document = serde_json::json!({
            "template": handed_over.template,
            "configurations": handed_over.configurations,
            "pipeline": stack,
            "request": request,
        });
        let warnings = [synthesis.warnings(), template.warnings()].concat();
        let more = [
            ("elsewhere", elsewhere.is_empty(), serde_json::json!(elsewhere)),
            ("asks", asked.is_empty(), serde_json::json!(asked)),
            ("warnings", warnings.is_empty(), serde_json::json!(warnings)),
        ];
        for (name, _, list) in more.into_iter().filter(|(_, is_empty, _)| !is_empty) {
            document[name] = list;
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
        // What the App declares has been checked, so that what is wrong now is an option.
        let connected = self.connection.iter().fold(pipeline.clone(), Pipeline::connection);
        let mistakes: Vec<String> = connected.check().iter().map(ToString::to_string).collect();
        if !mistakes.is_empty() {
            return Err(CliError::usage(mistakes.join("; ")));
        }
        if synthesis.model.environments().is_empty() {
            return Err(Mistake::from(AppMistake::PipelineWithoutEnvironment).into());
        }
        // Another connection than the App's is a parameter of the same template.
        let is_declared = pipeline.connection_arn().is_some() || self.connection.is_none();
        let pipeline = if is_declared { pipeline } else { connected };
        // Its template is in the repository as the App declares it.
        let mutates = pipeline.mutates() && is_declared && self.pipeline.is_none() && self.repo.is_none();
        Ok(pipeline.self_mutation(mutates))
    }
}

/// Warns where the repository has another template than the one that is deployed, which the next push would go back to.
fn warn_of_repository(synthesis: &Synthesis, pipeline: &Pipeline, template: &Template) {
    // The program that handed over to this one has done so.
    if was_handed_over() {
        return;
    }
    if !pipeline.mutates() {
        if synthesis.model.pipeline().is_none_or(Pipeline::mutates) {
            say("the pipeline does not update itself, because `main` does not declare what the options say");
        }
        return;
    }
    let path = Checkout::around(Path::new(".")).up.join(pipeline.template_path());
    if std::fs::read(&path).ok().as_deref() != Some(template.to_json().as_bytes()) {
        say(format!(
            "warning: {} is not the template of this pipeline, and the next push takes it from there: `{} build --buildspec` \
             writes it, to be committed",
            path.display(),
            cargo_run()
        ));
    }
}

fn tags(synthesis: &Synthesis) -> BTreeMap<String, String> {
    let own = [(APP_TAG, synthesis.model.name()), (VERSION_TAG, env!("CARGO_PKG_VERSION"))];
    let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
    synthesis.model.tags().clone().into_iter().chain(own).collect()
}

/// Whether a connection is in the stack itself.
fn has_connection(template: &Template) -> bool {
    template.resources().values().any(|resource| resource.resource_type() == "AWS::CodeConnections::Connection")
}

#[cfg(feature = "aws")]
use self::{aws::deploy, elsewhere::deploy_target};

/// What only the `aws` build does.
#[cfg(feature = "aws")]
pub(super) mod aws {
    use aws_config::SdkConfig;
    use sparta_core::{
        cfn::Template,
        contract::{CONNECTION_ARN, TOKEN_VERSION},
        delivery::{Pin, artifact_store},
    };

    use super::{
        ProvisionPipeline, Work,
        elsewhere::{add_stores, check_accounts, deploy_targets},
        has_connection,
    };
    use crate::{
        CliError,
        aws::{cloudformation::CloudFormation, codepipeline::CodePipeline},
        deploy::{Outcome, Progress, StackError, Token, Waiting, store_token},
        session::Session,
        stack::{Deployment, Request, connect, given_before},
    };

    /// The variable that holds the token where it is not on the command line.
    const TOKEN_VARIABLE: &str = "SPARTA_OAUTH_TOKEN";

    const MADE: &str = "The pipeline's own stack is deployed: the same command makes what is missing elsewhere.";

    const NOT_STARTED: &str = "The stack is deployed, but no execution was started: the next push does that, or \
         `pipeline start`. Running the same command again changes nothing.";

    pub(super) async fn deploy(
        session: &Session,
        command: &ProvisionPipeline,
        mut work: Work<'_>,
        secret: &str,
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
        // Before anything is made in its name.
        deployment.check_owner(&work.request, session.app.name()).await.map_err(taken)?;
        keep_connection(session, &deployment, &mut work).await?;
        let token = token.as_ref().map(|token| (secret, token));
        let Work { synthesis, mut request, template, pins, others, .. } = work;
        let app = session.app.name();
        check_accounts(&deployment, &others, &synthesis.model)?;
        let stored = add_stores(session, &deployment, &others, &mut request).await;
        stored.map_err(|error| error.hint("The pipeline's own stack was not changed."))?;
        // Another CI system has no stack where all environments have one of their own.
        if template.resources().is_empty() {
            return deploy_targets(session, &deployment, &others, &request).await;
        }
        let (bucket, begin) = artifact_store(&template);
        let deployment = deployment.with_own_bucket(&request, &template, &bucket, &begin).await?;
        let outcome = carry_out(&deployment, app, &mut request, &template, &pins, token, Waiting::default()).await?;
        let targets = deploy_targets(session, &deployment, &others, &request).await;
        targets.map_err(|error| error.hint(MADE))?;
        deployment.print(session, &request, &outcome)
    }

    /// A connection that was given earlier stays, because another one would have to be authorised.
    async fn keep_connection(session: &Session, deployment: &Deployment, work: &mut Work<'_>) -> Result<(), CliError> {
        if !has_connection(&work.template) {
            return Ok(());
        }
        let Some(arn) = given_before(deployment, &work.request.stack_name).await? else { return Ok(()) };
        deployment.progress().say(&format!("The pipeline goes on to read through {arn}, which it was given before"));
        work.pipeline = work.pipeline.clone().connection(&arn).self_mutation(false);
        work.template = session.pipeline(work.synthesis, &work.pipeline, work.source)?;
        work.request.parameters.insert(CONNECTION_ARN.to_owned(), arn);
        Ok(())
    }

    /// Keeps the token under its name, has the connection authorised, and makes the stack.
    pub(crate) async fn carry_out(
        deployment: &Deployment,
        app: &str,
        request: &mut Request,
        template: &Template,
        pins: &[Pin],
        token: Option<(&str, &Token)>,
        waiting: Waiting,
    ) -> Result<Outcome, CliError> {
        // Before the token is kept, which would replace that of the other pipeline.
        deployment.check_owner(request, app).await.map_err(taken)?;
        let source = deployment.template(app, template).await?;
        let pinned = pin(deployment.config(), pins, request).await;
        pinned.map_err(|error| error.hint("Nothing was deployed."))?;
        if let Some((secret, token)) = token {
            keep(deployment.config(), deployment.progress(), secret, token, request).await?;
        }
        let connected = connect(deployment, app, request, template, waiting).await?;
        let outcome = deployment.converge(request, source).await.map_err(|error| connected.fails(error))?;
        if connected.has_to_start {
            let started = CodePipeline::new(deployment.config()).start(&request.stack_name).await;
            started.map_err(|error| CliError::from(error).hint(NOT_STARTED))?;
            deployment.progress().say("An execution of the pipeline has started");
        }
        Ok(outcome)
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
            role: None,
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
