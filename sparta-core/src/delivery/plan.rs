//! What every CI system needs to know: the environments in their order, their stacks, and who may do what there.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::DeliveryMistake;
use crate::{
    Environment, Mistake, Pipeline, Problem, SourceLocation, Subject, Synthesis,
    cfn::LogicalId,
    contract::{CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY},
    iam::Statement,
    permissions::{INLINE, Looked, MANAGED, Permissions, Resolver, chunks, shared_name, size},
    settings::is_fetched,
};

/// How a service is delivered.
pub(crate) struct Plan<'a> {
    pub(crate) synthesis: &'a Synthesis,
    /// The declaration.
    pub(crate) pipeline: &'a Pipeline,
    /// Where that is which is delivered.
    pub(crate) location: &'a SourceLocation,
    /// What the pipeline and its stack are called.
    pub(crate) name: String,
    /// The environments in the order of their registration.
    pub(crate) stages: Vec<Stage<'a>>,
}

/// One environment.
pub(crate) struct Stage<'a> {
    pub(crate) environment: &'a Environment,
    /// Its stack.
    pub(crate) stack: String,
    /// What CloudFormation may do, in policies that IAM takes: a single inline one, or several managed ones.
    pub(crate) policies: Vec<Vec<Statement>>,
    /// What bounds the service's roles, where it has any.
    pub(crate) boundary: Option<Vec<Statement>>,
    /// The parameters for the ids of its HTTP APIs, by what they are called in the service's template.
    pub(crate) pins: BTreeMap<LogicalId, LogicalId>,
    /// The actions that nothing binds to the stack, by the resource type that takes them.
    shared: BTreeMap<String, BTreeSet<String>>,
    id_prefix: String,
}

/// What CloudFormation may do when a pipeline deploys an environment.
#[derive(Clone, Debug)]
pub struct DeploymentRole {
    /// The environment's name.
    pub environment: String,
    /// Its stack.
    pub stack: String,
    /// What the role allows. Resources are texts for `Fn::Sub`, in which `*` stands for what only AWS knows.
    pub statements: Vec<Statement>,
}

/// The most managed policies that a role has unless AWS is asked for more.
const POLICIES: usize = 10;

/// What else a role of CloudFormation's has in its inline policy: its name and the like.
const MARGIN: usize = 256;

impl<'a> Plan<'a> {
    /// The plan of a pipeline whose code for an environment is at these texts for bucket and key.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub(super) fn of(
        synthesis: &'a Synthesis,
        pipeline: &'a Pipeline,
        code: &dyn Fn(&Stage<'_>) -> [String; 2],
    ) -> Result<Self, Vec<Mistake>> {
        let mut mistakes: Vec<Mistake> = pipeline.check().into_iter().map(mistake).collect();
        let stages = stages(synthesis, pipeline, code).map_err(|of_stages| mistakes.extend(of_stages));
        match (pipeline.source(), stages) {
            (Ok(location), Ok(stages)) if mistakes.is_empty() => {
                let name = pipeline.name_for(synthesis.model.name());
                Ok(Self { synthesis, pipeline, location, name, stages })
            }
            _ => Err(mistakes),
        }
    }

    /// The environments in their order, those that are deployed side by side together.
    pub(crate) fn waves(&self) -> impl Iterator<Item = &[Stage<'a>]> {
        self.stages.chunk_by(|one, next| one.environment.is_beside(next.environment))
    }

    /// The App's name.
    pub(crate) fn app(&self) -> &'a str {
        self.synthesis.model.name()
    }
}

/// The environments in their order, each with what CloudFormation may do there.
pub(super) fn stages<'a>(
    synthesis: &'a Synthesis,
    pipeline: &Pipeline,
    code: &dyn Fn(&Stage<'_>) -> [String; 2],
) -> Result<Vec<Stage<'a>>, Vec<Mistake>> {
    let (model, mut stages, mut mistakes) = (&synthesis.model, Vec::new(), Vec::new());
    let looked = Rc::new(Looked::new(&synthesis.template));
    for (position, environment) in model.environments().iter().enumerate() {
        let id = |environment: &Environment| LogicalId::of_words([environment.name()]);
        let is_taken = model.environments()[..position].iter().any(|other| id(other) == id(environment));
        let name = environment.name();
        let id_prefix = if is_taken { format!("{name}-{}", position + 1) } else { name.to_owned() };
        let stack = model.stack_name(environment, pipeline.source_branch());
        let name = pipeline.name_for(model.name());
        if name.strip_prefix(&stack).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            mistakes.push(mistake(DeliveryMistake::NameOfEnvironment { name, stack: stack.clone() }));
        }
        let mut stage = Stage {
            environment,
            stack,
            policies: Vec::new(),
            boundary: None,
            pins: pins(synthesis, &id_prefix),
            shared: BTreeMap::new(),
            id_prefix,
        };
        let found = stage.permit(synthesis, &looked, code(&stage));
        mistakes.extend(found.into_iter().filter(|it| !mistakes.contains(it)).collect::<Vec<_>>());
        stages.push(stage);
    }
    for account in accounts(&stages) {
        let of_account: Vec<&Stage<'_>> = stages.iter().filter(|stage| stage.account() == account).collect();
        if of_account.len() > 1 {
            let found = shared(&of_account, &model.shared_types).into_iter().map(mistake);
            mistakes.extend(found.filter(|it| !mistakes.contains(it)).collect::<Vec<_>>());
            mistakes.extend(alike(&looked, &of_account));
        }
    }
    if mistakes.is_empty() { Ok(stages) } else { Err(mistakes) }
}

/// The accounts that stages are in, as far as they say so.
fn accounts<'s>(stages: &'s [Stage<'_>]) -> BTreeSet<Option<&'s str>> {
    stages.iter().map(Stage::account).collect()
}

/// The environments whose stacks give a resource names that cannot be told apart.
fn alike(looked: &Rc<Looked<'_>>, stages: &[&Stage<'_>]) -> Vec<Mistake> {
    let stacks: Vec<&str> = stages.iter().map(|stage| stage.stack.as_str()).collect();
    let resolvers: Vec<Resolver<'_>> =
        stacks.iter().map(|stack| Resolver::new(looked, stack, BTreeMap::new())).collect();
    let mut found = Vec::new();
    for (first, one) in stacks.iter().zip(&resolvers) {
        for (second, other) in stacks.iter().zip(&resolvers).filter(|(second, _)| *second != first) {
            if let Some(resource) = shared_name(one, other) {
                let (one, other) = ((*first).to_owned(), (*second).to_owned());
                found.push(mistake(DeliveryMistake::StacksAlike { one, other, resource }));
            }
        }
    }
    found
}

impl Stage<'_> {
    /// The logical id of what belongs to this environment.
    pub(crate) fn id(&self, what: &str) -> LogicalId {
        LogicalId::of_words([self.id_prefix.as_str(), what])
    }

    /// The logical id of the policy that bounds the service's roles.
    pub(crate) fn boundary_id(&self) -> LogicalId {
        self.id("Boundary")
    }

    /// Sets what deploying the service as this stack takes.
    fn permit(&mut self, synthesis: &Synthesis, looked: &Rc<Looked<'_>>, [bucket, key]: [String; 2]) -> Vec<Mistake> {
        let values = self.environment.configuration().parameters;
        let boundary = format!("${{{}}}", self.boundary_id());
        let known = values.iter().map(|(name, value)| (name.clone(), known(synthesis, name, value)));
        let mut parameters: BTreeMap<String, String> = known.collect();
        parameters.extend([
            (CODE_BUCKET.to_owned(), bucket),
            (CODE_KEY.to_owned(), key),
            (PERMISSIONS_BOUNDARY.to_owned(), boundary.clone()),
        ]);
        let mut resolver = Resolver::new(looked, &self.stack, parameters);
        resolver.pins.clone_from(&self.pins);
        let values = values.values().map(String::as_str);
        let declared = &synthesis.model.type_permissions;
        let (permissions, mistakes) = Permissions::of(&resolver, Some(&boundary), declared, values);
        let mut mistakes: Vec<Mistake> = mistakes.into_iter().map(mistake).collect();
        self.policies = policies(&permissions.required);
        self.boundary = permissions.boundary;
        self.shared = permissions.shared;
        if self.policies.is_empty() {
            let (stack, characters) = (self.stack.clone(), size(&permissions.required));
            mistakes.push(mistake(DeliveryMistake::RoleTooLarge { stack, characters }));
        }
        mistakes
    }
}

/// Parts of an HTTP API are bound by its id alone, which is known once the stack is there.
fn pins(synthesis: &Synthesis, prefix: &str) -> BTreeMap<LogicalId, LogicalId> {
    let resources = synthesis.template.resources().iter();
    let apis = resources.filter(|(_, it)| it.resource_type() == "AWS::ApiGatewayV2::Api");
    apis.map(|(id, _)| (id.clone(), LogicalId::of_words([prefix, id.as_str(), "Id"]))).collect()
}

/// What the environments, which are in one account, could change of each other, besides what the App accepts.
fn shared(stages: &[&Stage<'_>], accepted: &BTreeSet<String>) -> Vec<DeliveryMistake> {
    let mut shared: BTreeMap<&String, BTreeSet<&str>> = BTreeMap::new();
    for (kind, actions) in stages.iter().flat_map(|stage| &stage.shared).filter(|(kind, _)| !accepted.contains(*kind)) {
        shared.entry(kind).or_default().extend(actions.iter().map(String::as_str));
    }
    let mistake = |(kind, actions): (&String, BTreeSet<&str>)| DeliveryMistake::SharedType {
        kind: kind.clone(),
        actions: actions.into_iter().collect::<Vec<_>>().join("`, `"),
    };
    shared.into_iter().map(mistake).collect()
}

fn mistake(problem: impl Into<Problem>) -> Mistake {
    Mistake::new(Subject::Pipeline, problem)
}

/// The policies of a role with these statements; none where it cannot have as many.
pub(super) fn policies(statements: &[Statement]) -> Vec<Vec<Statement>> {
    if size(statements) + MARGIN <= INLINE {
        return vec![statements.to_vec()];
    }
    chunks(statements, MANAGED).filter(|chunks| chunks.len() <= POLICIES).unwrap_or_default()
}

/// A parameter's value as a part of names; a secret's is nobody's to see, unless it is only what a function fetches.
fn known(synthesis: &Synthesis, parameter: &str, value: &str) -> String {
    let declared = LogicalId::new(parameter).ok().and_then(|id| synthesis.template.parameters().get(&id));
    match declared.is_some_and(|parameter| parameter.no_echo) && !is_fetched(value) {
        true => "*".to_owned(),
        false => value.replace("${", "${!"),
    }
}

impl From<Stage<'_>> for DeploymentRole {
    fn from(stage: Stage<'_>) -> Self {
        Self {
            environment: stage.environment.name().to_owned(),
            stack: stage.stack,
            statements: stage.policies.concat(),
        }
    }
}
