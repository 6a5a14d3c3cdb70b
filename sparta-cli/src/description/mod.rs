//! A service as it is declared, for people and for machines.

mod cost;
mod environment;
mod html;
mod sections;
#[cfg(test)]
mod tests;

use serde::Serialize;
use sparta_core::{
    FunctionKind, Synthesis, Warning, cfn::Template, delivery::Source, diff::without_secrets, settings::parameter_name,
};

use self::{cost::Cost, environment::Environment};
use crate::{CliError, diagram::Diagram, roles::Role};

/// A service as it is declared.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description<'a> {
    app: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    architecture: &'a str,
    /// What `provision` deploys to, where there are no environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    provision_stack: Option<String>,
    functions: Vec<Function<'a>>,
    settings: Vec<Setting<'a>>,
    environments: Vec<Environment<'a>>,
    /// What is shipped beside the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline: Option<Pipeline>,
    /// What CloudFormation may do where the pipeline deploys to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Role>,
    /// What AWS takes and is hardly meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
    diagrams: Vec<Diagram>,
    cost_drivers: Vec<Cost>,
    /// Without what somebody wrote into it and should be hidden.
    template: Template,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Function<'a> {
    name: &'a str,
    kind: FunctionKind,
    memory_mb: u32,
    timeout_seconds: u64,
    triggers: Vec<String>,
    grants: Vec<String>,
}

#[derive(Serialize)]
struct Setting<'a> {
    variable: &'a str,
    parameter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

#[derive(Serialize)]
struct Pipeline {
    repository: String,
    branch: String,
    /// What reads it.
    through: String,
}

impl<'a> Description<'a> {
    pub(crate) fn of(synthesis: &'a Synthesis) -> Result<Self, CliError> {
        let model = &synthesis.model;
        Ok(Self {
            app: model.name(),
            description: model.description(),
            architecture: model.architecture().lambda_name(),
            provision_stack: model.environments().is_empty().then(|| model.direct_stack_name(None)),
            functions: model.functions().iter().map(Function::of).collect(),
            settings: model.settings().iter().map(Setting::of).collect(),
            environments: model.environments().iter().map(|it| Environment::of(model, it)).collect(),
            files: model.files().iter().map(|file| file.path.as_str()).collect(),
            pipeline: model.pipeline().and_then(Pipeline::of),
            roles: roles(synthesis)?,
            warnings: synthesis.warnings(),
            diagrams: Diagram::all(model),
            cost_drivers: cost::of(synthesis),
            template: without_secrets(&synthesis.template),
        })
    }

    /// The diagrams of the service and its pipeline.
    pub(crate) fn diagrams(&self) -> &[Diagram] {
        &self.diagrams
    }
}

impl Pipeline {
    fn of(declared: &sparta_core::Pipeline) -> Option<Self> {
        let location = declared.source().ok()?;
        let through = match (declared.connection_arn(), Source::Connection.lacks(declared)) {
            (Some(arn), _) => arn,
            (None, Some(_)) => "a connection that is given: --connection",
            (None, None) if location.repository().is_none() => "a role of its own",
            (None, None) => "a connection of its stack, unless --connection or --oauth is given",
        };
        let (repository, branch) = (location.to_string(), declared.source_branch().to_owned());
        Some(Self { repository, branch, through: through.to_owned() })
    }
}

impl<'a> Function<'a> {
    fn of(spec: &'a sparta_core::FunctionSpec) -> Self {
        Self {
            name: spec.name(),
            kind: spec.kind(),
            memory_mb: spec.memory().megabytes(),
            timeout_seconds: spec.timeout().as_secs(),
            triggers: spec.triggers().iter().map(|trigger| trigger.describe()).collect(),
            grants: spec.grants().flat_map(|grant| grant.actions().iter().cloned()).collect(),
        }
    }
}

impl<'a> Setting<'a> {
    fn of(field: &'a sparta_core::settings::Field) -> Self {
        Self {
            variable: &field.variable,
            parameter: parameter_name(&field.variable),
            description: field.description.as_deref(),
        }
    }
}

fn roles(synthesis: &Synthesis) -> Result<Vec<Role>, CliError> {
    let Some(pipeline) = synthesis.model.pipeline() else { return Ok(Vec::new()) };
    let roles = synthesis.deployment_roles(pipeline)?;
    Ok(roles.iter().map(Role::of).collect())
}
