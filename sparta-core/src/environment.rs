//! The places that a service is promoted through.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Alarm, Approval, ApprovalMistake, Watch, WatchMistake,
    cfn::Value,
    contract::{TagMistake, check_tags, configuration_file, is_reserved_file},
    mistake::{Mistake, Subject},
    pipeline::is_stack_name,
    settings::{EnvironmentSettings, SettingsSnapshot, Stored},
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
    pub(crate) stored: Stored,
    pub(crate) stack_prefix: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) stack_policy: Option<Value>,
    pub(crate) approve_changes: Option<Approval>,
    pub(crate) approve_promotion: Option<Approval>,
    pub(crate) watches: Vec<Watch>,
}

impl Environment {
    /// An environment with its settings: a struct that derives `Settings`, or pairs of a variable's name and value.
    pub fn new(name: impl Into<String>, settings: impl EnvironmentSettings) -> Self {
        Self {
            name: name.into(),
            settings: settings.snapshot(),
            stored: Stored::default(),
            stack_prefix: None,
            tags: BTreeMap::new(),
            stack_policy: None,
            approve_changes: None,
            approve_promotion: None,
            watches: Vec::new(),
        }
    }

    /// The prefix of its stack's name; by default the environment's name.
    pub fn stack_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.stack_prefix = Some(prefix.into());
        self
    }

    /// A tag on its stack and everything in it: letters, digits, spaces and `_ . : / = + - @`, since IAM takes no others.
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

    /// Watches an alarm after each deployment, for whole minutes, 1 to 180, and rolls back when it rings. Up to five alarms.
    ///
    /// The pipeline rolls its stage back to the last execution that was successful there, if there is one that started since the
    /// pipeline itself was changed. `provision` lets CloudFormation roll the update back, for the longest of these times, once
    /// the alarm is there: not with the deployment that adds it.
    ///
    /// The alarm is in the template, and so in every environment's stack, and needs no [`App::alarm`](crate::App::alarm); who hears
    /// of [all alarms](crate::App::alarms) hears of it too.
    ///
    /// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html> and
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-rollback-triggers.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    /// use sparta_core::{Alarm, Environment};
    ///
    /// let production = Environment::new("production", [("MESSAGE", "Hello Production!")])
    ///     .watch(Alarm::errors("api").above(0), Duration::from_secs(600));
    /// ```
    pub fn watch(mut self, alarm: Alarm, duration: Duration) -> Self {
        self.watches.push(Watch::new(alarm, duration));
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The prefix of its stack's name.
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

    /// The alarms that are watched after a deployment.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// With tags of all environments, beside its own.
    pub(crate) fn with_tags(mut self, tags: &BTreeMap<String, String>) -> Self {
        for (key, value) in tags {
            self.tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    /// Whether its name can be that of a file and begin that of a stack.
    pub(crate) fn has_valid_name(&self) -> bool {
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let begins = self.name.starts_with(|c: char| c.is_ascii_alphabetic());
        begins && self.name.len() <= 60 && self.name.bytes().all(known)
    }

    /// What AWS would refuse of it, apart from its settings.
    pub(crate) fn check(&self) -> Vec<Mistake> {
        let mut mistakes = self.check_approvals();
        mistakes.extend(Watch::check(&self.watches).into_iter().map(|it| self.mistake(EnvironmentMistake::Watch(it))));
        self.check_stack(&mut mistakes);
        if !self.has_valid_name() {
            mistakes.push(EnvironmentMistake::Name(self.name.clone()).into());
        } else if is_reserved_file(&configuration_file(&self.name)) {
            mistakes.push(EnvironmentMistake::Reserved(self.name.clone()).into());
        }
        if let Some(prefix) = self.stack_prefix.as_ref().filter(|prefix| !is_stack_name(prefix, 60)) {
            mistakes.push(self.mistake(EnvironmentMistake::StackPrefix(prefix.clone())));
        }
        mistakes
    }

    /// What is wrong with its settings by themselves.
    pub(crate) fn check_settings(&self) -> impl Iterator<Item = Mistake> {
        let mistakes = self.settings.mistakes().into_iter();
        mistakes.map(|problem| Mistake::new(Subject::Environment(self.name.clone()), problem))
    }

    fn check_approvals(&self) -> Vec<Mistake> {
        let gates = [("approve_changes", &self.approve_changes), ("approve_promotion", &self.approve_promotion)];
        let mistakes = gates.into_iter().flat_map(|(gate, approval)| {
            let mistakes = approval.iter().flat_map(Approval::check);
            mistakes.map(move |mistake| EnvironmentMistake::Approval { gate, mistake })
        });
        mistakes.map(|problem| self.mistake(problem)).collect()
    }

    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html>.
    fn check_stack(&self, mistakes: &mut Vec<Mistake>) {
        let tags = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        mistakes.extend(check_tags(tags).into_iter().map(|it| self.mistake(EnvironmentMistake::Tag(it))));
        let policy = self.stack_policy.as_ref().and_then(|policy| serde_json::to_string(policy).ok());
        if let Some(bytes) = policy.map(|policy| policy.len()).filter(|bytes| *bytes > 16_384) {
            mistakes.push(self.mistake(EnvironmentMistake::StackPolicy { bytes }));
        }
    }

    fn mistake(&self, problem: EnvironmentMistake) -> Mistake {
        Mistake::new(Subject::Environment(self.name.clone()), problem)
    }
}

/// What is wrong with an [`Environment`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum EnvironmentMistake {
    #[error("the environment's name `{0}` has to be 1 to 60 letters, digits, `-` and `_`, beginning with a letter")]
    Name(String),
    #[error("an environment cannot be called `{0}`, because the file `{0}.json` is another one: rename it")]
    Reserved(String),
    #[error("its stack prefix `{0}` has to begin with a letter and go on with letters, digits and `-`")]
    StackPrefix(String),
    #[error("{0}")]
    Tag(TagMistake),
    #[error("its stack policy takes {bytes} bytes, and CloudFormation allows 16,384: shorten it")]
    StackPolicy { bytes: usize },
    #[error("{gate} {mistake}")]
    Approval { gate: &'static str, mistake: ApprovalMistake },
    #[error("it {0}")]
    Watch(WatchMistake),
}

impl From<EnvironmentMistake> for Mistake {
    /// A mistake of the App, whose text names the environment itself.
    fn from(problem: EnvironmentMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}
