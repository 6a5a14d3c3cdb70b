use sparta_core::{cfn::Value, settings::Field, synth::Configuration};

use super::{
    Session,
    build::{BuildOptions, Built},
    request::Request,
    target::Target,
};
use crate::CliError;

/// Build the service and deploy it as a stack
#[derive(clap::Args)]
pub(crate) struct Provision {
    #[command(flatten)]
    build: BuildOptions,

    #[command(flatten)]
    target: Target,

    /// S3 bucket that the code goes to, in the stack's region and account; needed to deploy
    #[arg(long = "s3Bucket", alias = "s3-bucket", short, value_name = "BUCKET")]
    s3_bucket: Option<String>,

    /// Value of a parameter of the template, instead of the environment's; may be repeated
    #[arg(long = "param", short = 'm', conflicts_with = "code_pipeline_package", value_name = "NAME=VALUE")]
    parameters: Vec<String>,

    /// Tag on the stack and everything in it; may be repeated
    #[arg(long = "tag", short = 'g', conflicts_with = "code_pipeline_package", value_name = "KEY=VALUE")]
    tags: Vec<String>,

    /// Only replace the functions' code, without CloudFormation; refused where anything else has changed
    #[arg(long, short = 'c', conflicts_with = "code_pipeline_package")]
    inplace: bool,

    /// Print what this takes, as a complete IAM policy, and do nothing else
    ///
    /// It is for whoever deploys by hand: CloudFormation acts with the rights of its caller. `*` stands for the account,
    /// and for the region and the bucket where no option names them.
    #[arg(long = "explainRole", alias = "explain-role", conflicts_with = "code_pipeline_package")]
    explain_role: bool,
}

/// The tag that names the build.
pub(super) const BUILD_ID_TAG: &str = "sparta:buildId";

impl Provision {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        if self.explain_role {
            return self.explain(session);
        }
        let for_pipeline = self.build.code_pipeline_package.is_some();
        if !for_pipeline && !session.global.noop && self.s3_bucket.is_none() {
            let error = CliError::usage("provision needs a bucket for the code: --s3Bucket BUCKET");
            return Err(error.hint("`aws s3 mb s3://BUCKET` creates one; --noop shows what would be deployed."));
        }
        // A wrong option is told before minutes of compiling.
        let request = self.request(session)?;
        if !for_pipeline && !session.global.noop {
            return self.deploy(session, request).await;
        }
        let built = self.build.build(session).await?;
        if for_pipeline {
            return session.print(&built.files.to_string(), &built.files);
        }
        let request = self.complete(request, &built);
        let path = request.write(&self.build.output_dir, "provision.request.json")?;
        let text = format!("{}request         {}\nnothing was deployed", built.files, path.display());
        session.print(&text, &serde_json::json!({"files": built.files, "request": request}))
    }

    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_self, reason = "the full build computes a role here")]
    fn explain(&self, _: &Session) -> Result<(), CliError> {
        Err(super::session::build_without_roles("provision --explainRole"))
    }

    #[cfg(not(sparta_lambda))]
    fn explain(&self, session: &Session) -> Result<(), CliError> {
        let request = self.request(session)?;
        let of_environment = std::env::var("AWS_REGION").or_else(|_| std::env::var("AWS_DEFAULT_REGION")).ok();
        let region = session.global.region.clone().or(of_environment).filter(|region| !region.is_empty());
        let account = super::explain_role::Account {
            region: region.as_deref().unwrap_or("*"),
            bucket: self.s3_bucket.as_deref().unwrap_or("*"),
            in_place: self.inplace,
        };
        let policy = super::explain_role::policy(&session.synthesized()?, &request, &account)?;
        let text = serde_json::to_string_pretty(&policy)
            .map_err(|error| CliError::failed("the policy is no JSON").source(error))?;
        session.print(&text, &policy)
    }

    /// The stack without what only the build knows.
    fn request(&self, session: &Session) -> Result<Request, CliError> {
        let synthesis = session.checked()?;
        let model = &synthesis.model;
        let configuration = self.target.environment(model)?.map(|environment| environment.configuration());
        let Configuration { mut parameters, mut tags, stack_policy } = configuration.unwrap_or_default();
        for text in &self.parameters {
            let (name, value) = pair("--param NAME=VALUE", text)?;
            let field = find(model.settings(), name)?;
            field
                .check_deployed(value)
                .map_err(|mistake| CliError::usage(format!("--param {name} does not fit: {mistake}")))?;
            parameters.insert(field.parameter_name(), value.to_owned());
        }
        tags.extend([
            ("sparta:app".to_owned(), model.name().to_owned()),
            ("sparta:version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ]);
        for text in &self.tags {
            let (key, value) = pair("--tag KEY=VALUE", text)?;
            if key.starts_with("aws:") || key.starts_with("sparta:") {
                let message = format!("--tag {key}: the prefixes `aws:` and `sparta:` are reserved");
                return Err(CliError::usage(message).hint("Choose another key."));
            }
            tags.insert(key.to_owned(), value.to_owned());
        }
        let stack_name = self.target.stack(model)?;
        Ok(Request {
            stack_name,
            parameters,
            tags,
            capabilities: synthesis.template.capability().into_iter().collect(),
            stack_policy: stack_policy.map(|policy| json(&policy)).transpose()?,
        })
    }

    fn complete(&self, mut request: Request, built: &Built) -> Request {
        request.tags.insert(BUILD_ID_TAG.to_owned(), built.build_id.to_string());
        if let Some(bucket) = &self.s3_bucket {
            request.parameters.insert("CodeBucket".to_owned(), bucket.clone());
        }
        request.parameters.insert("CodeKey".to_owned(), built.code.key(built.synthesis.model.name()));
        request
    }

    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_async, reason = "the full build asks AWS here")]
    async fn deploy(&self, _: &Session, _: Request) -> Result<(), CliError> {
        Err(super::session::lambda_build("provision").hint("--noop works in this build too."))
    }

    #[cfg(not(sparta_lambda))]
    async fn deploy(&self, session: &Session, request: Request) -> Result<(), CliError> {
        use super::deployment::Deployment;
        // Without credentials, or with a stack of somebody else's, there is nothing to compile for.
        let deployment = Deployment::start(session, self.s3_bucket.as_deref()).await?;
        deployment.check_owner(&request, session.app.name()).await?;
        let built = self.build.build(session).await?;
        let request = self.complete(request, &built);
        let key = built.code.key(built.synthesis.model.name());
        deployment.upload(&key, built.code.bytes().to_vec()).await?;
        if self.inplace {
            return deployment.update_in_place(session, &request, &built).await;
        }
        let template = deployment.template(session.app.name(), &built.synthesis.template).await?;
        deployment.converge(session, &request, template).await
    }
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
