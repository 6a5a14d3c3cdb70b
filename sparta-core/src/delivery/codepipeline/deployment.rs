//! What CloudFormation may do for one environment, and what the roles that it makes for it may ever do.

use std::collections::BTreeMap;

use super::{PipelineInput, StageInput};
use crate::{
    PipelineMistake,
    cfn::LogicalId,
    contract::{CODE_ARTIFACT, CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY as BOUNDARY},
    iam::Statement,
    permissions::{
        Boundary, BoundaryMistake, INLINE, MANAGED, Needs, NeedsMistake, Place, chunks, of_references, size,
    },
};

/// The rights of one environment.
#[derive(Debug)]
pub(super) struct Deployment {
    /// What CloudFormation may do, in policies that IAM takes: a single inline one, or several managed ones.
    pub(super) policies: Vec<Vec<Statement>>,
    /// What bounds the service's roles, where it has any.
    pub(super) boundary: Option<Vec<Statement>>,
}

/// The most managed policies that a role has unless AWS is asked for more.
const POLICIES: usize = 10;

/// What else a role of CloudFormation's has in its inline policy: its name and the like.
const MARGIN: usize = 256;

impl Deployment {
    /// What deploying the service as `stack` takes.
    pub(super) fn of(
        input: &PipelineInput<'_>,
        stage: &StageInput<'_>,
        stack: &str,
        boundary: &LogicalId,
    ) -> Result<Self, Vec<PipelineMistake>> {
        let mut parameters: BTreeMap<String, String> = stage.parameters.clone();
        for (parameter, value) in &mut parameters {
            *value = known(input, parameter, value);
        }
        let boundary = format!("${{{boundary}}}");
        parameters.extend([
            (CODE_BUCKET.to_owned(), "${Artifacts}".to_owned()),
            (CODE_KEY.to_owned(), format!("*/{CODE_ARTIFACT}/*")),
            (BOUNDARY.to_owned(), boundary.clone()),
        ]);
        let place = Place { template: input.service, stack, parameters: &parameters };

        let mut mistakes = Vec::new();
        let bounds = Boundary::of(&place).unwrap_or_else(|found| {
            mistakes.extend(found.into_iter().map(|mistake| bounds_mistake(stack, mistake)));
            None
        });
        let needs = Needs::of(&place, bounds.as_ref().map(|_| boundary.as_str()), input.described);
        let needs = needs.unwrap_or_else(|found| {
            mistakes.extend(found.into_iter().map(PipelineMistake::from));
            Needs::default()
        });
        let references = of_references(&place, stage.parameters.values().map(String::as_str));
        let references = references.unwrap_or_else(|found| {
            mistakes.extend(found.into_iter().map(PipelineMistake::from));
            Needs::default()
        });
        let statements = [needs.statements(), references.statements()].concat();
        let policies = policies(&statements);
        if policies.is_empty() {
            mistakes.push(PipelineMistake::RoleTooLarge { stack: stack.to_owned(), characters: size(&statements) });
        }
        match mistakes.is_empty() {
            true => Ok(Self { policies, boundary: bounds.map(|it| it.statements) }),
            false => Err(mistakes),
        }
    }
}

/// The policies of a role with these statements; none where it cannot have as many.
fn policies(statements: &[Statement]) -> Vec<Vec<Statement>> {
    if size(statements) + MARGIN <= INLINE {
        return vec![statements.to_vec()];
    }
    chunks(statements, MANAGED).filter(|chunks| chunks.len() <= POLICIES).unwrap_or_default()
}

/// A parameter's value as a part of names; a secret's is nobody's to see.
fn known(input: &PipelineInput<'_>, parameter: &str, value: &str) -> String {
    let hidden = LogicalId::new(parameter).ok().and_then(|id| input.service.parameters().get(&id));
    match hidden.is_some_and(|parameter| parameter.no_echo) {
        true => "*".to_owned(),
        false => value.replace("${", "${!"),
    }
}

fn bounds_mistake(stack: &str, mistake: BoundaryMistake) -> PipelineMistake {
    match mistake {
        BoundaryMistake::Attached { role, policy } => PipelineMistake::AttachedPolicy { role, policy },
        BoundaryMistake::Negative { role } => PipelineMistake::NegativePolicy { role },
        BoundaryMistake::Opaque { role } => PipelineMistake::OpaquePolicy { role },
        BoundaryMistake::Anything { role, action } => PipelineMistake::UnlimitedPolicy { role, action },
        BoundaryMistake::Own { role } => PipelineMistake::OwnBoundary { role },
        BoundaryMistake::Foreign { resource, property } => PipelineMistake::ForeignIdentity { resource, property },
        BoundaryMistake::Group { resource } => PipelineMistake::Group { resource },
        BoundaryMistake::TooLarge(characters) => {
            PipelineMistake::BoundaryTooLarge { stack: stack.to_owned(), characters }
        }
    }
}

impl From<NeedsMistake> for PipelineMistake {
    fn from(mistake: NeedsMistake) -> Self {
        match mistake {
            NeedsMistake::Type(kind) => Self::ResourceType(kind),
            NeedsMistake::Role { resource, property, kind } => Self::UnknownRole { resource, property, kind },
            NeedsMistake::Identity { resource, property } => Self::UnknownIdentity { resource, property },
            NeedsMistake::Provider { resource, kind } => Self::UnknownProvider { resource, kind },
            NeedsMistake::Name { resource, property } => Self::UnknownName { resource, property },
            NeedsMistake::Target { resource, action, kind } => Self::UnknownTarget { resource, action, kind },
            NeedsMistake::Reference(reference) => Self::UnknownReference(reference),
        }
    }
}
