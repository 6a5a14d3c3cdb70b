//! `provision`: the service becomes a stack.

use sparta_core::{
    Environment, Model, Synthesis,
    cfn::Value,
    contract::{APP_TAG, BUILD_ID_TAG, CODE_BUCKET, CODE_KEY, PROVISION_REQUEST_FILE, VERSION_TAG, check_tags},
    is_stack_name,
    settings::Field,
    synth::Configuration,
};

use crate::{
    CliError,
    difference::Acceptance,
    output::say,
    package::{BuildOptions, Built},
    roles::{self, Account},
    session::Session,
    stack::{Delivery, Request, RollbackConfiguration, Target, bucket_name},
};

/// Build the service and deploy it as a stack
#[derive(clap::Args)]
pub(crate) struct Provision {
    #[command(flatten)]
    build: BuildOptions,

    #[command(flatten)]
    target: Target,

    /// Name of the stack, instead of `<Environment>-<App>`
    #[arg(long, conflicts_with = "code_pipeline_package", value_name = "NAME")]
    stack: Option<String>,

    /// S3 bucket that the code goes to, in the stack's region and account; needed to deploy
    #[arg(long = "s3Bucket", alias = "s3-bucket", short, value_name = "BUCKET", value_parser = bucket_name)]
    s3_bucket: Option<String>,

    /// Value of a parameter of the template, instead of the environment's; may be repeated
    #[arg(long = "param", short = 'm', conflicts_with = "code_pipeline_package", value_name = "NAME=VALUE")]
    parameters: Vec<String>,

    /// Tag on the stack and everything in it; may be repeated
    #[arg(long = "tag", short = 'g', conflicts_with = "code_pipeline_package", value_name = "KEY=VALUE")]
    tags: Vec<String>,

    /// Deploy as a job of this pipeline does: what `build` has left in --outputDir, and compile nothing
    ///
    /// It is for GitHub Actions and GitLab CI. The pipeline's stack, which `provisionPipeline` makes, says which bucket and
    /// which roles are used.
    #[arg(long, value_name = "NAME", requires = "environment",
        conflicts_with_all = ["stack", "s3_bucket", "parameters", "tags", "inplace", "explain_role", "code_pipeline_package"])]
    pipeline: Option<String>,

    /// Only replace the functions' code, without CloudFormation; refused where anything else has changed
    #[arg(long, short = 'c', conflicts_with = "code_pipeline_package")]
    inplace: bool,

    #[command(flatten)]
    acceptance: Acceptance,

    /// Print the permissions required, as a complete IAM policy, and do nothing else
    ///
    /// It is for whoever deploys by hand: CloudFormation acts with the rights of its caller. `*` stands for the account,
    /// and for the region and the bucket where no option names them.
    #[arg(long = "explainRole", alias = "explain-role", conflicts_with = "code_pipeline_package")]
    explain_role: bool,
}

impl Provision {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let deploys =
            self.build.documents.code_pipeline_package.is_none() && !session.global.noop && !self.explain_role;
        if deploys && self.s3_bucket.is_none() && self.pipeline.is_none() {
            let error = CliError::usage("provision needs a bucket for the code: --s3Bucket BUCKET");
            return Err(error.hint("`aws s3 mb s3://BUCKET` creates one; --noop shows what would be deployed."));
        }
        // A wrong option is told before minutes of compiling.
        let synthesis = session.checked()?;
        if self.build.documents.code_pipeline_package.is_some() {
            let files = self.build.build(session, synthesis, None)?.files;
            return session.print(&files.to_string(), &files);
        }
        session.enter(self.target.environment(&synthesis.model)?)?;
        let delivery = self.delivery(&synthesis)?;
        let request = self.request(&synthesis, delivery.as_ref())?;
        if deploys {
            session.check_place()?;
            return with_aws!(&synthesis, &self.build.features, deploy(session, &self, synthesis, request, delivery));
        }
        if self.explain_role {
            return self.explain(session, &synthesis, &request);
        }
        let built = self.built(session, synthesis)?;
        let request = self.complete(request, &built);
        let path = request.write(&self.build.documents.output.folder(), PROVISION_REQUEST_FILE)?;
        let text = format!("{}request         {}\nnothing was deployed", built.files, path.display());
        if self.s3_bucket.is_none() && self.pipeline.is_none() {
            say("to deploy it, a bucket for the code is needed: --s3Bucket BUCKET");
        }
        session.print(&text, &serde_json::json!({"files": built.files, "request": request}))
    }

    /// Where the job of a pipeline deploys to.
    fn delivery(&self, synthesis: &Synthesis) -> Result<Option<Delivery>, CliError> {
        let Some(pipeline) = &self.pipeline else { return Ok(None) };
        Delivery::of(synthesis, pipeline, self.target.environment(&synthesis.model)?).map(Some)
    }

    /// What is deployed: compiled now, or by the pipeline's build.
    fn built(&self, session: &Session, synthesis: Synthesis) -> Result<Built, CliError> {
        match self.pipeline {
            Some(_) => self.build.built_before(session, synthesis),
            None => self.build.build(session, synthesis, None),
        }
    }

    fn explain(&self, session: &Session, synthesis: &Synthesis, request: &Request) -> Result<(), CliError> {
        let of_environment = std::env::var("AWS_REGION").or_else(|_| std::env::var("AWS_DEFAULT_REGION")).ok();
        let region = session.options().region.or(of_environment).filter(|region| !region.is_empty());
        let account = Account {
            region: region.as_deref().unwrap_or("*"),
            bucket: self.s3_bucket.as_deref().unwrap_or("*"),
            in_place: self.inplace,
        };
        let policy = roles::policy(synthesis, request, &account)?;
        let text = serde_json::to_string_pretty(&policy)
            .map_err(|error| CliError::failed("the policy is no JSON").source(error))?;
        session.print(&text, &policy)
    }

    /// The stack without what only the build knows.
    fn request(&self, synthesis: &Synthesis, delivery: Option<&Delivery>) -> Result<Request, CliError> {
        let model = &synthesis.model;
        let environment = self.target.environment(model)?;
        let mut configuration = match environment {
            Some(environment) => environment.configuration(),
            None => Configuration { tags: model.tags().clone(), ..Configuration::default() },
        };
        for text in &self.parameters {
            let (name, value) = pair("--param NAME=VALUE", text)?;
            let field = find(model.settings(), name)?;
            field
                .check_deployed(value)
                .map_err(|mistake| CliError::usage(format!("--param {name} does not fit: {mistake}")))?;
            // Without an environment there are no settings.
            if let Some(environment) = environment {
                configuration.set_parameter(environment, field.parameter_name(), value.to_owned());
            }
        }
        let Configuration { parameters, mut tags, stack_policy } = configuration;
        for text in &self.tags {
            let (key, value) = pair("--tag KEY=VALUE", text)?;
            tags.insert(key.to_owned(), value.to_owned());
        }
        let mistakes = check_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        if !mistakes.is_empty() {
            let mistakes: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            return Err(CliError::usage(format!("--tag: {}", mistakes.join("; "))));
        }
        tags.extend([
            (APP_TAG.to_owned(), model.name().to_owned()),
            (VERSION_TAG.to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ]);
        let stack_name = match delivery {
            Some(delivery) => delivery.target.stack.clone(),
            None => self.stack_name(model)?,
        };
        let rollback = environment.map(|it| RollbackConfiguration::of(it, &stack_name)).unwrap_or_default();
        if self.inplace {
            check_in_place(environment, &rollback)?;
        }
        Ok(Request {
            stack_name,
            parameters,
            tags,
            capabilities: synthesis.template.capability().into_iter().collect(),
            stack_policy: stack_policy.map(|policy| json(&policy)).transpose()?,
            role: None,
            rollback_configuration: rollback,
        })
    }

    #[cfg(feature = "aws")]
    fn reviewer(&self, synthesis: &Synthesis, request: &Request) -> crate::difference::Reviewer {
        use std::io::IsTerminal;
        let wanted = sparta_core::diff::Version::of(&synthesis.template).parameters(request.parameters.clone());
        let ask = |question: String| std::io::stdin().is_terminal().then(|| crate::consent::agreed(&question));
        crate::difference::Reviewer::new(wanted, self.acceptance.clone(), ask)
    }

    fn stack_name(&self, model: &Model) -> Result<String, CliError> {
        let Some(name) = &self.stack else { return self.target.stack(model) };
        if is_stack_name(name, 128) {
            return Ok(name.clone());
        }
        let message = format!("`{name}` is not the name of a stack");
        Err(CliError::usage(message)
            .hint("It begins with a letter and goes on with at most 127 letters, digits and `-`."))
    }

    fn complete(&self, mut request: Request, built: &Built) -> Request {
        request.tags.insert(BUILD_ID_TAG.to_owned(), built.build_id.to_string());
        if let Some(bucket) = &self.s3_bucket {
            request.parameters.insert(CODE_BUCKET.to_owned(), bucket.clone());
        }
        request.parameters.insert(CODE_KEY.to_owned(), built.code.key(built.synthesis.model.name()));
        request
    }
}

#[cfg(feature = "aws")]
async fn deploy(
    session: &Session,
    command: &Provision,
    synthesis: Synthesis,
    mut request: Request,
    delivery: Option<Delivery>,
) -> Result<(), CliError> {
    // Without credentials or a bucket, or with a stack of somebody else's, there is nothing to compile for.
    let mut deployment = crate::stack::Deployment::start(session, command.s3_bucket.as_deref()).await?;
    if let Some(delivery) = &delivery {
        deployment = by_means_of(delivery, deployment, &mut request).await?;
    }
    deployment.check_owner(&request, session.app.name()).await?;
    deployment.check_bucket().await?;
    let deployment = deployment.reviewed_by(command.reviewer(&synthesis, &request));
    if !command.inplace {
        deployment.review(&request).await?;
    }
    let built = command.built(session, synthesis)?;
    let request = command.complete(request, &built);
    let model = &built.synthesis.model;
    let hooks = crate::hooks::DeploymentHooks {
        steps: session.app.steps(),
        config: deployment.config(),
        model,
        environment: command.target.environment(model)?,
        stack: &request.stack_name,
    };
    hooks.before(&built.package).await?;
    let key = built.code.key(model.name());
    deployment.upload(&key, built.code.bytes().to_vec()).await?;
    if command.inplace {
        let updated = deployment.update_in_place(&request, &built.synthesis.template, built.code.bytes()).await?;
        hooks.smoke().await.map_err(|error| error.hint("The new code stays: --inplace takes nothing back."))?;
        hooks.after().await?;
        let text = match &updated[..] {
            [] => format!("stack {} is unchanged", request.stack_name),
            updated => format!("new code for {}", updated.join(", ")),
        };
        return session.print(&text, &serde_json::json!({"stack": request.stack_name, "updated": updated}));
    }
    let template = deployment.template(session.app.name(), &built.synthesis.template).await?;
    let previous = if hooks.has_smoke_tests() { deployment.previous(&request.stack_name).await? } else { None };
    let outcome = deployment.converge(&request, template).await?;
    deployment.verify(&request, &built.synthesis.template, built.code.bytes()).await?;
    if let Err(error) = hooks.smoke().await {
        return Err(deployment.take_back(session.app.name(), &request, previous, error).await);
    }
    hooks.after().await?;
    deployment.print(session, &request, &outcome)
}

/// Takes the bucket, CloudFormation's role and what bounds the service's roles from the stack of the pipeline.
#[cfg(feature = "aws")]
async fn by_means_of(
    delivery: &Delivery,
    deployment: crate::stack::Deployment,
    request: &mut Request,
) -> Result<crate::stack::Deployment, CliError> {
    use sparta_core::contract::PERMISSIONS_BOUNDARY;

    use crate::{aws::cloudformation::CloudFormation, stack::DeliveryError};
    let stack = CloudFormation::new(deployment.config()).stack(&delivery.target.roles).await?;
    let stack = stack.ok_or_else(|| DeliveryError::NoStack(delivery.target.roles.clone()))?;
    let outputs = stack.outputs.iter().map(|output| (output.key.as_str(), output.value.as_str()));
    let means = delivery.read(&outputs.collect())?;
    request.role = Some(means.role);
    request.parameters.extend(means.boundary.map(|arn| (PERMISSIONS_BOUNDARY.to_owned(), arn)));
    request.parameters.insert(CODE_BUCKET.to_owned(), means.bucket.clone());
    Ok(deployment.through(means.bucket))
}

/// What of the environment takes CloudFormation.
fn check_in_place(environment: Option<&Environment>, rollback: &RollbackConfiguration) -> Result<(), CliError> {
    let migrates = environment.is_some_and(|environment| environment.migration_function().is_some());
    let [message, option] = match (rollback.is_empty(), migrates) {
        (false, _) => ["and the environment's alarms roll nothing back then", ".watch(..)"],
        (true, true) => ["and the environment's migration does not run then", ".migration(..)"],
        (true, false) => return Ok(()),
    };
    let error = CliError::usage(format!("--inplace replaces code without CloudFormation, {message}"));
    Err(error.hint(format!("Leave --inplace out, or the environment's `{option}`.")))
}

fn json(policy: &Value) -> Result<serde_json::Value, CliError> {
    serde_json::to_value(policy).map_err(|error| CliError::failed("the stack policy is no JSON").source(error))
}

/// The setting with this parameter or variable name.
fn find<'f>(fields: &'f [Field], name: &str) -> Result<&'f Field, CliError> {
    let found = fields.iter().find(|field| field.parameter_name() == name || field.variable == name);
    found.ok_or_else(|| {
        let known: Vec<String> = fields.iter().map(Field::parameter_name).collect();
        let known =
            if known.is_empty() { "It has none to set.".to_owned() } else { format!("Known: {}.", known.join(", ")) };
        CliError::usage(format!("the template has no parameter `{name}`")).hint(known)
    })
}

/// Both sides of the first `=`. The text is not shown where it has none, because it may be a secret; clap would.
fn pair<'t>(usage: &str, text: &'t str) -> Result<(&'t str, &'t str), CliError> {
    let halves = text.split_once('=').filter(|(name, _)| !name.is_empty());
    halves.ok_or_else(|| CliError::usage(format!("expected {usage}, and one has no name or no `=`")))
}
