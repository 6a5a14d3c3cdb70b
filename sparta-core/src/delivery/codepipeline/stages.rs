//! What the pipeline does, in order.

use serde_json::json;

use super::{BOUNDARY, CONNECTION, Plan, Source, Stage, id};
use crate::{
    Approval, attribute,
    cfn::{Parameter, Resource, Template, Value, sub},
    contract::{
        BUILD_ARTIFACT, CODE_ARTIFACT, CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY, SOURCE_ARTIFACT, TEMPLATE_FILE,
        TOKEN_VERSION, configuration_file,
    },
    property, resource,
};

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    if let Source::OAuth { .. } = plan.input.source {
        // Without it, CloudFormation would not see that the token is another.
        let version = Parameter::string("Version of the secret that holds GitHub's token; the current one if empty");
        template.parameter(id(TOKEN_VERSION), Parameter { default: Some(String::new()), ..version });
    }
    let mut stages = vec![stage("Source", [source(plan)]), stage("Build", [build()])];
    for it in &plan.stages {
        stages.push(stage(&format!("Deploy-{}", it.input.name), deployment(plan, it)));
        // A stage of its own: while somebody decides, later commits still reach this environment.
        if let Some(approval) = it.input.approve_promotion {
            stages.push(stage(&format!("Promote-{}", it.input.name), [manual("ApprovePromotion", approval, 1)]));
        }
    }
    let pipeline = resource!(AWS::CodePipeline::Pipeline {
        // A literal name, since the environments' stacks have one too: a second stack of this template is refused.
        Name: (&plan.name),
        PipelineType: "V2",
        ExecutionMode: "SUPERSEDED",
        RoleArn: (role("PipelineRole")),
        ArtifactStore: { Type: "S3", Location: (id("Artifacts").reference()) },
        Stages: (stages),
    });
    // It starts as soon as it exists, so its role has to be complete by then.
    let pipeline = pipeline.depends_on(id("PipelinePolicy")).depends_on(id("ArtifactsPolicy"));
    template.resource(id("Pipeline"), pipeline);
    if let Source::OAuth { .. } = plan.input.source {
        template.resource(id("WebhookSecret"), webhook_secret());
        template.resource(id("Webhook"), webhook(plan));
    }
}

fn stage(name: &str, actions: impl IntoIterator<Item = Value>) -> Value {
    let actions: Vec<Value> = actions.into_iter().collect();
    property!(AWS::CodePipeline::Pipeline.Stages[] { Name: (name), Actions: (actions) })
}

fn artifacts<const N: usize>(names: [&str; N]) -> [Value; N] {
    names.map(|name| property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].InputArtifacts[] { Name: (name) }))
}

fn role(name: &str) -> Value {
    attribute!(AWS::IAM::Role, id(name), "Arn")
}

fn source(plan: &Plan<'_>) -> Value {
    let (repository, branch) = (plan.repository, plan.input.pipeline.source_branch());
    match plan.input.source {
        Source::Connection => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
            Name: "Source",
            ActionTypeId: { Category: "Source", Owner: "AWS", Provider: "CodeStarSourceConnection", Version: "1" },
            Configuration: {
                ConnectionArn: (id(CONNECTION).reference()),
                FullRepositoryId: (repository.full_name()),
                BranchName: (branch),
                DetectChanges: "true",
                OutputArtifactFormat: "CODE_ZIP",
            },
            OutputArtifacts: (artifacts([SOURCE_ARTIFACT])),
            RoleArn: (role("SourceRole")),
            RunOrder: 1,
        }),
        Source::OAuth { secret_name } => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
            Name: "Source",
            ActionTypeId: { Category: "Source", Owner: "ThirdParty", Provider: "GitHub", Version: "1" },
            Configuration: {
                Owner: (repository.owner()),
                Repo: (repository.name()),
                Branch: (branch),
                OAuthToken: (token(secret_name)),
                PollForSourceChanges: "false",
            },
            OutputArtifacts: (artifacts([SOURCE_ARTIFACT])),
            RunOrder: 1,
        }),
    }
}

/// CloudFormation looks it up when it deploys the pipeline; neither the template nor its parameters hold the token.
fn token(secret_name: &str) -> Value {
    sub(format!("{{{{resolve:secretsmanager:{secret_name}:SecretString:::${{{TOKEN_VERSION}}}}}}}"))
}

/// What GitHub signs with what it tells: made by AWS, and known to nobody.
fn webhook_secret() -> Resource {
    let generated = resource!(AWS::SecretsManager::Secret {
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
    generated.delete()
}

/// GitHub tells of each push, so that nothing has to poll.
fn webhook(plan: &Plan<'_>) -> Resource {
    let branch = plan.input.pipeline.source_branch();
    resource!(AWS::CodePipeline::Webhook {
        Authentication: "GITHUB_HMAC",
        AuthenticationConfiguration: { SecretToken: (sub("{{resolve:secretsmanager:${WebhookSecret}}}")) },
        Filters: [{ JsonPath: "$.ref", MatchEquals: (format!("refs/heads/{branch}")) }],
        RegisterWithThirdParty: true,
        TargetAction: "Source",
        TargetPipeline: (id("Pipeline").reference()),
        TargetPipelineVersion: 1,
    })
}

fn build() -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "Build",
        ActionTypeId: { Category: "Build", Owner: "AWS", Provider: "CodeBuild", Version: "1" },
        Configuration: { ProjectName: (id("BuildProject").reference()) },
        InputArtifacts: (artifacts([SOURCE_ARTIFACT])),
        OutputArtifacts: (artifacts([BUILD_ARTIFACT, CODE_ARTIFACT])),
        RoleArn: (role("BuildActionRole")),
        RunOrder: 1,
    })
}

/// The approval is between change set and execution, in one stage: no other run can replace what was looked at.
fn deployment(plan: &Plan<'_>, stage: &Stage<'_>) -> Vec<Value> {
    let deploy_role = attribute!(AWS::IAM::Role, stage.id("DeployRole"), "Arn");
    let mut actions = vec![property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "CreateChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_REPLACE",
            Capabilities: (plan.input.service.capability()),
            ChangeSetName: (&plan.name),
            StackName: (&stage.stack),
            RoleArn: (attribute!(AWS::IAM::Role, stage.id("CloudFormationRole"), "Arn")),
            TemplatePath: (format!("{BUILD_ARTIFACT}::{TEMPLATE_FILE}")),
            TemplateConfiguration: (format!("{BUILD_ARTIFACT}::{}", configuration_file(stage.input.name))),
            ParameterOverrides: (overrides(stage)),
        },
        InputArtifacts: (artifacts([BUILD_ARTIFACT, CODE_ARTIFACT])),
        RoleArn: (&deploy_role),
        RunOrder: 1,
    })];
    actions.extend(stage.input.approve_changes.map(|approval| manual("ApproveChanges", approval, 2)));
    actions.push(property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "ExecuteChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_EXECUTE",
            ChangeSetName: (&plan.name),
            StackName: (&stage.stack),
        },
        RoleArn: (deploy_role),
        RunOrder: (actions.len() + 1),
    }));
    actions
}

/// The template's parameters for its code, where the build's artifact `Code` is, and for what bounds its roles.
fn overrides(stage: &Stage<'_>) -> Value {
    let of_code = |attribute: &str| json!({"Fn::GetArtifactAtt": [CODE_ARTIFACT, attribute]});
    let mut overrides = json!({CODE_BUCKET: of_code("BucketName"), CODE_KEY: of_code("ObjectKey")});
    if stage.deployment.boundary.is_some() {
        overrides[PERMISSIONS_BOUNDARY] = json!(format!("${{{}}}", stage.id(BOUNDARY)));
    }
    sub(serde_json::to_string(&Value::from(overrides)).expect("parameters are JSON"))
}

fn manual(name: &str, approval: &Approval, order: u32) -> Value {
    let configuration = property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
        CustomData: (approval.question()),
        NotificationArn: (approval.topic_arn()),
        ExternalEntityLink: (approval.url()),
    });
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (name),
        ActionTypeId: { Category: "Approval", Owner: "AWS", Provider: "Manual", Version: "1" },
        Configuration: (Some(configuration).filter(|it| *it != Value::Map(Default::default()))),
        RunOrder: (order),
        TimeoutInMinutes: (approval.timeout_minutes()),
    })
}
