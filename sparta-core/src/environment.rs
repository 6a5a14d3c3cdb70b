use std::collections::BTreeMap;

use crate::{
    Approval,
    cfn::Value,
    settings::{EnvironmentSettings, SettingsSnapshot},
};

/// A named place that the service is promoted to, with its settings and gates.
///
/// # Example
///
/// ```
/// use sparta_core::{Approval, Environment};
///
/// let test = Environment::new("test", [("MESSAGE", "Hello Test!")])
///     .approve_promotion(Approval::manual().message("Go on to production?"));
/// let production = Environment::new("production", [("MESSAGE", "Hello Production!")])
///     .stack_prefix("Prod")
///     .tag("cost-centre", "42");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Environment {
    pub(crate) name: String,
    pub(crate) settings: SettingsSnapshot,
    pub(crate) stack_prefix: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) stack_policy: Option<Value>,
    pub(crate) approve_changes: Option<Approval>,
    pub(crate) approve_promotion: Option<Approval>,
}

impl Environment {
    /// An environment with its settings: a struct that derives `Settings`, or pairs of a variable's name and value.
    pub fn new(name: impl Into<String>, settings: impl EnvironmentSettings) -> Self {
        Self {
            name: name.into(),
            settings: settings.snapshot(),
            stack_prefix: None,
            tags: BTreeMap::new(),
            stack_policy: None,
            approve_changes: None,
            approve_promotion: None,
        }
    }

    /// What its stack's name begins with; by default the environment's name.
    pub fn stack_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.stack_prefix = Some(prefix.into());
        self
    }

    /// A tag on its stack and everything in it.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// What updates of its stack may change, up to 16,384 bytes; without one, a stack keeps the policy that it has.
    ///
    /// The pipeline sets it, and so does `provision`: after it creates the stack, and before it updates it.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>.
    pub fn stack_policy(mut self, policy: serde_json::Value) -> Self {
        self.stack_policy = Some(policy.into());
        self
    }

    /// Asks between this environment's change set and its execution.
    pub fn approve_changes(mut self, approval: Approval) -> Self {
        self.approve_changes = Some(approval);
        self
    }

    /// Asks between this environment's deployment and the next environment.
    pub fn approve_promotion(mut self, approval: Approval) -> Self {
        self.approve_promotion = Some(approval);
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its stack's name begins with.
    pub fn prefix(&self) -> &str {
        self.stack_prefix.as_deref().unwrap_or(&self.name)
    }

    /// Its settings.
    pub fn settings(&self) -> &SettingsSnapshot {
        &self.settings
    }

    /// The gate between its change set and the execution.
    pub fn changes_approval(&self) -> Option<&Approval> {
        self.approve_changes.as_ref()
    }

    /// The gate between its deployment and the next environment.
    pub fn promotion_approval(&self) -> Option<&Approval> {
        self.approve_promotion.as_ref()
    }
}
