//! Environments that are not where their pipeline is: in another account or region.

use super::{Plan, Stage};
use crate::{
    attribute,
    cfn::{Template, Value, sub},
    delivery::Pin,
    iam::{ACCOUNT, Arn, REGION},
    pipeline::short_name,
};

/// What lets a pipeline deploy an environment in another account or region: a stack there, of its own.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The environment.
    pub environment: String,
    /// Its account, where that is said.
    pub account: Option<String>,
    /// Its region, where that is said.
    pub region: Option<String>,
    /// What that stack is called: `<pipeline>-<environment>-roles`.
    pub stack: String,
    /// What is in it.
    pub template: Template,
    /// What it has parameters for and is known once the environment is deployed.
    pub pins: Vec<Pin>,
}

/// The longest name of a role, and of a policy.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const ROLE: usize = 64;
const POLICY: usize = 128;

impl<'a> Plan<'a> {
    /// The environments where the pipeline is.
    pub(super) fn home(&self) -> impl Iterator<Item = &Stage<'a>> {
        self.stages.iter().filter(|stage| !stage.is_elsewhere())
    }

    /// The environments that are not.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = &Stage<'a>> {
        self.stages.iter().filter(|stage| stage.is_elsewhere())
    }

    /// What one of the pipeline's own roles is called, so that another account can know it.
    pub(super) fn role_name(&self, role: &str) -> String {
        short_name(&format!("{}-{role}", self.name), ROLE)
    }
}

impl Stage<'_> {
    /// Whether it says its account or its region.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.account().is_some() || self.region().is_some()
    }

    pub(super) fn account(&self) -> Option<&str> {
        self.environment.account_id()
    }

    pub(super) fn region(&self) -> Option<&str> {
        self.environment.region_name()
    }

    /// What the stack is called that lets the pipeline deploy it.
    pub(super) fn own_stack(&self, pipeline: &str) -> String {
        short_name(&self.named(pipeline, "roles"), POLICY)
    }

    /// The stack with its roles: that one, or the pipeline's.
    pub(super) fn own_or(&self, pipeline: &str) -> String {
        if self.is_elsewhere() { self.own_stack(pipeline) } else { pipeline.to_owned() }
    }

    /// The ARN of what is in its account and region, text for `Fn::Sub` in the pipeline's stack.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let arn = Arn::new(service, resource);
        let (account, region) = (self.account().unwrap_or(ACCOUNT), self.region().unwrap_or(REGION));
        let region = if arn.region.is_empty() { "" } else { region };
        Arn { account, region, ..arn }.to_string()
    }

    /// What one of its roles is called where the pipeline's stack cannot refer to it.
    pub(super) fn role_name(&self, pipeline: &str, role: &str) -> String {
        short_name(&self.of_region(pipeline, role), ROLE)
    }

    /// What its policy is called that bounds the service's roles, for the same reason.
    pub(super) fn boundary_name(&self, pipeline: &str) -> String {
        short_name(&self.of_region(pipeline, "Boundary"), POLICY)
    }

    /// In IAM, names are those of all regions.
    fn of_region(&self, pipeline: &str, what: &str) -> String {
        let region = self.region().map(|region| format!("{region}-")).unwrap_or_default();
        self.named(pipeline, &format!("{region}{what}"))
    }

    fn named(&self, pipeline: &str, what: &str) -> String {
        format!("{pipeline}-{}-{what}", self.environment.name())
    }

    /// The ARN of one of its roles, in the pipeline's stack.
    pub(super) fn role(&self, pipeline: &str, role: &str) -> Value {
        if self.is_elsewhere() {
            let name = self.role_name(pipeline, role);
            return sub(self.arn("iam", &format!("role/{name}")));
        }
        attribute!(AWS::IAM::Role, self.id(role), "Arn")
    }

    /// The ARN of the policy that bounds the service's roles, text for `Fn::Sub` in the pipeline's stack.
    pub(super) fn boundary_arn(&self, pipeline: &str) -> String {
        if self.is_elsewhere() {
            return self.arn("iam", &format!("policy/{}", self.boundary_name(pipeline)));
        }
        format!("${{{}}}", self.boundary_id())
    }

    /// The stack of its own with this template.
    pub(super) fn with_own(&self, pipeline: &str, template: Template) -> Elsewhere {
        Elsewhere {
            environment: self.environment.name().to_owned(),
            account: self.account().map(str::to_owned),
            region: self.region().map(str::to_owned),
            stack: self.own_stack(pipeline),
            template,
            pins: self.own_pins(),
        }
    }

    /// What its stack has parameters for.
    pub(super) fn own_pins(&self) -> Vec<Pin> {
        let pins = self.pins.iter();
        let pin = |(resource, parameter): (&_, &_)| Pin {
            parameter: ToString::to_string(parameter),
            stack: self.stack.clone(),
            resource: ToString::to_string(resource),
        };
        pins.map(pin).collect()
    }
}
