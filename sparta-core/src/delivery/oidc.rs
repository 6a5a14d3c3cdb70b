//! The stack that lets a CI system deploy with its own tokens: for each environment a bucket for code, the role that its job
//! takes on, and CloudFormation's.

use serde_json::{Map, Value as Json, json};

use super::{
    Backend, Elsewhere, Plan, Stage, ci,
    codepipeline::{add_deployment_roles, api_id, only_tls, private_bucket},
    github_actions, gitlab_ci,
};
use crate::{
    CiSystem, Mistakes, Pipeline, Synthesis, attribute,
    cfn::{LogicalId, Output, Resource, Template, Value, reference, sub},
    contract::code_prefix,
    iam::{Arn, Statement, policy_document},
    property, resource,
    synth::check_limits,
};

/// The audience that AWS's actions and SDKs ask tokens for.
pub(super) const AUDIENCE: &str = "sts.amazonaws.com";

/// Where the job of an environment deploys to: its stack, and the outputs of the roles' stack that say the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The environment.
    pub environment: String,
    /// Its stack.
    pub stack: String,
    /// The stack with the outputs: the pipeline's, or its own where it says its account or region.
    pub roles: String,
    /// The output with the name of the bucket for its code.
    pub bucket: String,
    /// The output with the ARN of the role that CloudFormation acts in.
    pub role: String,
    /// The output with the ARN of the policy that bounds the service's roles, where it has any.
    pub boundary: Option<String>,
}

/// Who signs the tokens of a CI system's jobs, and what they are about.
pub(super) struct Tokens {
    /// The host of the issuer.
    pub(super) issuer: String,
    /// The subjects of the tokens that deploy an environment.
    pub(super) subjects: fn(&Plan<'_>, &Stage<'_>) -> Vec<String>,
}

impl Tokens {
    /// Those of the pipeline's CI system; none where that is CodePipeline.
    pub(super) fn of(pipeline: &Pipeline) -> Option<Self> {
        match pipeline.ci_system() {
            CiSystem::CodePipeline => None,
            CiSystem::GitHubActions => Some(github_actions::tokens()),
            CiSystem::GitLabCi => Some(gitlab_ci::tokens(pipeline)),
        }
    }
}

impl Synthesis {
    /// Where the jobs of the CI system deploy to, environment by environment.
    ///
    /// # Errors
    ///
    /// All that it could not deploy.
    pub fn targets(&self, pipeline: &Pipeline) -> Result<Vec<Target>, Mistakes> {
        let Some(tokens) = Tokens::of(pipeline) else { return Ok(Vec::new()) };
        let name = pipeline.name_for(self.model.name());
        let target = |stage: &Stage<'_>| Target {
            roles: stage.own_or(&name),
            environment: stage.environment.name().to_owned(),
            stack: stage.stack.clone(),
            bucket: bucket_output(stage).to_string(),
            role: role_output(stage).to_string(),
            boundary: stage.boundary.as_ref().map(|_| boundary_output(stage).to_string()),
        };
        Ok(self.stages(pipeline, &tokens)?.iter().map(target).collect())
    }
}

fn bucket_output(stage: &Stage<'_>) -> LogicalId {
    stage.id("CodeBucketName")
}

fn role_output(stage: &Stage<'_>) -> LogicalId {
    stage.id("CloudFormationRoleArn")
}

fn boundary_output(stage: &Stage<'_>) -> LogicalId {
    stage.id("BoundaryArn")
}

impl Backend for Tokens {
    type Document = Template;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        [format!("${{{}}}", bucket_id(stage)), code_prefix(app) + "*"]
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Template, Mistakes> {
        ci::check(plan)?;
        let (app, system) = (plan.app(), plan.pipeline.ci_system().title());
        let mut template = Template::new(format!("Lets {system} deliver {app} from {}", plan.location));
        plan.home().for_each(|stage| self.add(plan, stage, &mut template));
        Mistakes::none_or(app, check_limits(&template).collect())?;
        Ok(template)
    }
}

/// The stacks of the environments that say their account or region.
pub(super) struct Elsewheres(pub(super) Tokens);

impl Backend for Elsewheres {
    type Document = Vec<Elsewhere>;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        self.0.code(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Vec<Elsewhere>, Mistakes> {
        ci::check(plan)?;
        plan.elsewhere().map(|stage| self.0.elsewhere(plan, stage)).collect()
    }
}

impl Tokens {
    fn elsewhere(&self, plan: &Plan<'_>, stage: &Stage<'_>) -> Result<Elsewhere, Mistakes> {
        let system = plan.pipeline.ci_system().title();
        let mut template = Template::new(format!("Lets {system} deploy {} from {}", stage.stack, plan.location));
        self.add(plan, stage, &mut template);
        Mistakes::none_or(plan.app(), check_limits(&template).collect())?;
        Ok(stage.with_own(&plan.name, template))
    }

    /// Adds what deploying an environment takes.
    fn add(&self, plan: &Plan<'_>, stage: &Stage<'_>, template: &mut Template) {
        for parameter in stage.pins.values() {
            template.parameter(parameter.clone(), api_id(&stage.stack));
        }
        let provider = self.add_provider(plan, stage, template);
        add_bucket(stage, template);
        add_deployment_roles(stage, template);
        let trust = self.trust(&provider, (self.subjects)(plan, stage));
        template.resource(stage.id("DeployRole"), deploy_role(plan, stage, trust));
        add_outputs(stage, template);
    }

    /// The ARN of the account's provider, which the stack of the account's first environment makes if the pipeline says so. AWS
    /// knows the certificates of the known ones itself, and fetches those of others.
    fn add_provider(&self, plan: &Plan<'_>, stage: &Stage<'_>, template: &mut Template) -> Value {
        let of_account = |it: &&Stage<'_>| it.account() == stage.account();
        let first = plan.home().find(of_account).or_else(|| plan.elsewhere().find(of_account));
        let is_here = |first: &Stage<'_>| first.own_or(&plan.name) == stage.own_or(&plan.name);
        let Some(first) = first.filter(|first| plan.pipeline.makes_provider() && is_here(first)) else {
            return sub(Arn::new("iam", &format!("oidc-provider/{}", self.issuer)).to_string());
        };
        let id = LogicalId::of_words(["Provider"]);
        if std::ptr::eq(first, stage) {
            let url = format!("https://{}", self.issuer);
            let provider = resource!(AWS::IAM::OIDCProvider { Url: (url), ClientIdList: [(AUDIENCE)] });
            template.resource(id.clone(), provider.retain_except_on_create());
        }
        reference(&id)
    }

    fn trust(&self, provider: &Value, subjects: Vec<String>) -> Value {
        let subjects = match <[String; 1]>::try_from(subjects) {
            Ok([one]) => json!(one),
            Err(several) => json!(several),
        };
        let mut claims = Map::new();
        claims.insert(format!("{}:aud", self.issuer), json!(AUDIENCE));
        claims.insert(format!("{}:sub", self.issuer), subjects);
        property!(AWS::IAM::Role.AssumeRolePolicyDocument {
            Version: "2012-10-17",
            Statement: [{
                Effect: "Allow",
                Principal: { Federated: (provider) },
                Action: "sts:AssumeRoleWithWebIdentity",
                Condition: { StringEquals: (Value::from(Json::Object(claims))) },
            }],
        })
    }
}

fn bucket_id(stage: &Stage<'_>) -> LogicalId {
    stage.id("CodeBucket")
}

/// One for each environment, so that what deploys one cannot put code where another takes it from. It outlives the stack:
/// rolling an environment back takes the code that it had.
fn add_bucket(stage: &Stage<'_>, template: &mut Template) {
    let id = bucket_id(stage);
    template.resource(stage.id("CodeBucketPolicy"), only_tls(&id, Vec::new()));
    template.resource(id, private_bucket(Vec::new()));
}

fn deploy_role(plan: &Plan<'_>, stage: &Stage<'_>, trust: Value) -> Resource {
    let (environment, system) = (stage.environment.name(), plan.pipeline.ci_system().title());
    resource!(AWS::IAM::Role {
        RoleName: (ci::role_name(plan, stage)),
        Description: (format!("The job of {system} that deploys {environment}")),
        AssumeRolePolicyDocument: (trust),
        Policies: [{ PolicyName: "Deploy", PolicyDocument: (policy_document(&deployment(stage))) }],
    })
}

/// What `provision --pipeline` calls. CloudFormation changes the stack's resources in a role of its own.
fn deployment(stage: &Stage<'_>) -> Vec<Statement> {
    let stack = |name: &str| sub(Arn::new("cloudformation", &format!("stack/{name}/*")).to_string());
    let bucket = bucket_id(stage);
    let functions = sub(Arn::new("lambda", &format!("function:{}-*", stage.stack)).to_string());
    let pass = Statement::allow(["iam:PassRole"]).on(attribute!(AWS::IAM::Role, stage.id("CloudFormationRole"), "Arn"));
    vec![
        Statement::allow(["cloudformation:DescribeStacks"]).on(stack("${AWS::StackName}")),
        Statement::allow(STACK_ACTIONS).on(stack(&stage.stack)),
        Statement::allow(["s3:GetBucketLocation", "s3:ListBucket"]).on(attribute!(
            AWS::S3::Bucket,
            bucket.clone(),
            "Arn"
        )),
        Statement::allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"])
            .on(sub(format!("${{{bucket}.Arn}}/*"))),
        Statement::allow(["lambda:GetFunctionConfiguration"]).on(functions),
        pass.when(json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}})),
    ]
}

/// What makes and executes change sets of a stack, and follows that. Nothing deletes it.
const STACK_ACTIONS: [&str; 13] = [
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:GetStackPolicy",
    "cloudformation:GetTemplate",
    "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources",
    "cloudformation:SetStackPolicy",
    "cloudformation:TagResource",
    "cloudformation:UntagResource",
];

fn add_outputs(stage: &Stage<'_>, template: &mut Template) {
    let environment = stage.environment.name();
    let arn = |id: LogicalId| attribute!(AWS::IAM::Role, id, "Arn");
    let bucket = Output::new(format!("Bucket for the code of {environment}"), reference(&bucket_id(stage)));
    template.output(bucket_output(stage), bucket);
    let role = format!("Role that CloudFormation deploys {environment} in");
    template.output(role_output(stage), Output::new(role, arn(stage.id("CloudFormationRole"))));
    let job = format!("Role that the job takes on that deploys {environment}");
    template.output(stage.id("DeployRoleArn"), Output::new(job, arn(stage.id("DeployRole"))));
    if stage.boundary.is_some() {
        let most = format!("The most that the functions of {environment} may do");
        template.output(boundary_output(stage), Output::new(most, reference(&stage.boundary_id())));
    }
}
