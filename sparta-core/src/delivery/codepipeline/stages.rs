//! What the pipeline does, in order.

use super::{
    Source, environments, id, release, smoke,
    source::{self, Reader},
    stores, update,
};
use crate::{
    Variable, attribute,
    cfn::{Template, Value},
    contract::SOURCE_ARTIFACT,
    delivery::{DeliveryMistake, Plan},
    pipeline::build_environment,
    property, resource,
};

pub(super) fn add(plan: &Plan<'_>, reader: Reader<'_>, template: &mut Template) {
    let mut stages = vec![stage("Source", [source::read(plan, reader)])];
    stages.extend(plan.pipeline.mutates().then(|| update::stage_of(plan)));
    stages.push(stage("Build", [build(plan), release::action(2)]));
    stages.extend(plan.waves().flat_map(|wave| environments::stages(plan, wave)));
    let (store, stores) = stores::of_pipeline(plan);
    let pipeline = resource!(AWS::CodePipeline::Pipeline {
        // A literal name, since the environments' stacks have one too: a second stack of this template is refused.
        Name: (&plan.name),
        PipelineType: "V2",
        ExecutionMode: (plan.pipeline.mode()),
        RestartExecutionOnUpdate: (plan.pipeline.mutates().then_some(true)),
        RoleArn: (role("PipelineRole")),
        ArtifactStore: (store),
        ArtifactStores: (stores),
        Stages: (stages),
        Triggers: (source::trigger(plan)),
        Variables: (variables(plan.pipeline.variables())),
    });
    // It starts as soon as it exists, so its role has to be complete by then.
    let pipeline = pipeline.depends_on(id("PipelinePolicy")).depends_on(id("ArtifactsPolicy"));
    template.resource(id("Pipeline"), pipeline);
}

/// What CodePipeline would refuse.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>.
pub(super) fn check(plan: &Plan<'_>, source: Source<'_>) -> Vec<DeliveryMistake> {
    let own = if plan.pipeline.mutates() { 3 } else { 2 };
    let stages = own + plan.waves().map(environments::count).sum::<usize>();
    let too_many = (stages > 50).then_some(DeliveryMistake::TooManyStages { stages });
    too_many.into_iter().chain(environments::check(plan)).chain(source::check(plan, source)).collect()
}

fn variables(variables: &[Variable]) -> Option<Vec<Value>> {
    let declaration = |variable: &Variable| {
        property!(AWS::CodePipeline::Pipeline.Variables[] {
            Name: (variable.name()),
            DefaultValue: (variable.default_value()),
            Description: (variable.about()),
        })
    };
    (!variables.is_empty()).then(|| variables.iter().map(declaration).collect())
}

pub(super) fn stage(name: &str, actions: impl IntoIterator<Item = Value>) -> Value {
    let actions: Vec<Value> = actions.into_iter().collect();
    property!(AWS::CodePipeline::Pipeline.Stages[] { Name: (name), Actions: (actions) })
}

pub(super) fn artifacts<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Value> {
    let named = |name| property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].InputArtifacts[] { Name: (name) });
    names.into_iter().map(named).collect()
}

pub(super) fn role(name: &str) -> Value {
    attribute!(AWS::IAM::Role, id(name), "Arn")
}

fn build(plan: &Plan<'_>) -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "Build",
        ActionTypeId: { Category: "Build", Owner: "AWS", Provider: "CodeBuild", Version: "1" },
        Configuration: {
            ProjectName: (id("BuildProject").reference()),
            EnvironmentVariables: (build_environment(plan.pipeline.variables())),
        },
        InputArtifacts: (artifacts([SOURCE_ARTIFACT])),
        OutputArtifacts: (artifacts(smoke::built(plan))),
        RoleArn: (role("BuildActionRole")),
        RunOrder: 1,
    })
}
