//! What the pipeline does, in order.

use super::{Source, environments, id, release, update};
use crate::{
    Push, RepositoryHost, attribute,
    cfn::{Parameter, Resource, Template, Value, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, CONNECTION_ARN, SOURCE_ARTIFACT, SOURCE_VARIABLES, TOKEN_VERSION},
    delivery::{DeliveryMistake, Plan},
    pipeline::Patterns,
    property, resource,
};

pub(super) fn add(plan: &Plan<'_>, source: Source<'_>, template: &mut Template) {
    if let Source::OAuth { .. } = source {
        // Without it, CloudFormation would not see that the token is another.
        let version = Parameter::string("Version of the secret that holds GitHub's token; the current one if empty");
        template.parameter(id(TOKEN_VERSION), Parameter { default: Some(String::new()), ..version });
    }
    let mut stages = vec![stage("Source", [read(plan, source)])];
    stages.extend(plan.pipeline.mutates().then(|| update::stage_of(plan)));
    stages.push(stage("Build", [build(), release::action(2)]));
    stages.extend(plan.waves().flat_map(|wave| environments::stages(plan, wave)));
    let pipeline = resource!(AWS::CodePipeline::Pipeline {
        // A literal name, since the environments' stacks have one too: a second stack of this template is refused.
        Name: (&plan.name),
        PipelineType: "V2",
        ExecutionMode: (plan.pipeline.mode()),
        RestartExecutionOnUpdate: (plan.pipeline.mutates().then_some(true)),
        RoleArn: (role("PipelineRole")),
        ArtifactStore: { Type: "S3", Location: (id("Artifacts").reference()) },
        Stages: (stages),
        Triggers: (trigger(plan)),
    });
    // It starts as soon as it exists, so its role has to be complete by then.
    let pipeline = pipeline.depends_on(id("PipelinePolicy")).depends_on(id("ArtifactsPolicy"));
    template.resource(id("Pipeline"), pipeline);
    if let Source::OAuth { .. } = source {
        template.resource(id("WebhookSecret"), webhook_secret());
        template.resource(id("Webhook"), webhook(plan));
    }
}

/// What CodePipeline would refuse.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>.
pub(super) fn check(plan: &Plan<'_>, source: Source<'_>) -> Vec<DeliveryMistake> {
    let own = if plan.pipeline.mutates() { 3 } else { 2 };
    let stages = own + plan.waves().map(environments::count).sum::<usize>();
    let too_many = (stages > 50).then_some(DeliveryMistake::TooManyStages { stages });
    let has_token = source != Source::Connection;
    let pushes = (has_token && !plan.pipeline.pushes().is_empty()).then_some(DeliveryMistake::PushesOfToken);
    let host = plan.repository.host();
    let elsewhere = (has_token && host != RepositoryHost::GitHub).then(|| DeliveryMistake::Token(host.title()));
    too_many.into_iter().chain(environments::check(plan)).chain(pushes).chain(elsewhere).collect()
}

pub(super) fn stage(name: &str, actions: impl IntoIterator<Item = Value>) -> Value {
    let actions: Vec<Value> = actions.into_iter().collect();
    property!(AWS::CodePipeline::Pipeline.Stages[] { Name: (name), Actions: (actions) })
}

pub(super) fn artifacts<const N: usize>(names: [&str; N]) -> [Value; N] {
    names.map(|name| property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].InputArtifacts[] { Name: (name) }))
}

pub(super) fn role(name: &str) -> Value {
    attribute!(AWS::IAM::Role, id(name), "Arn")
}

fn read(plan: &Plan<'_>, source: Source<'_>) -> Value {
    let (repository, branch) = (plan.repository, plan.pipeline.source_branch());
    match source {
        Source::Connection => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
            Name: "Source",
            ActionTypeId: { Category: "Source", Owner: "AWS", Provider: "CodeStarSourceConnection", Version: "1" },
            Configuration: {
                ConnectionArn: (id(CONNECTION_ARN).reference()),
                FullRepositoryId: (repository.full_name()),
                BranchName: (branch),
                // A trigger takes the place of that.
                DetectChanges: (if plan.pipeline.pushes().is_empty() { "true" } else { "false" }),
                OutputArtifactFormat: "CODE_ZIP",
            },
            Namespace: (SOURCE_VARIABLES),
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
            Namespace: (SOURCE_VARIABLES),
            OutputArtifacts: (artifacts([SOURCE_ARTIFACT])),
            RunOrder: 1,
        }),
    }
}

/// The pushes that start it, where they are not all pushes to its branch.
fn trigger(plan: &Plan<'_>) -> Option<Vec<Value>> {
    let pushes: Vec<Value> = plan.pipeline.pushes().iter().map(push).collect();
    let trigger = || {
        property!(AWS::CodePipeline::Pipeline.Triggers[] {
            ProviderType: "CodeStarSourceConnection",
            GitConfiguration: { SourceActionName: "Source", Push: (pushes.clone()) },
        })
    };
    (!pushes.is_empty()).then(|| vec![trigger()])
}

fn push(push: &Push) -> Value {
    property!(AWS::CodePipeline::Pipeline.Triggers[].GitConfiguration.Push[] {
        Branches: (push.branch_patterns().map(patterns)),
        FilePaths: (push.path_patterns().map(patterns)),
        Tags: (push.tag_patterns().map(patterns)),
    })
}

fn patterns(patterns: &Patterns) -> Value {
    let some = |list: &Vec<String>| Some(list.clone()).filter(|list| !list.is_empty());
    property!(AWS::CodePipeline::Pipeline.Triggers[].GitConfiguration.Push[].Branches {
        Includes: (some(&patterns.includes)),
        Excludes: (some(&patterns.excludes)),
    })
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
    let branch = plan.pipeline.source_branch();
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
