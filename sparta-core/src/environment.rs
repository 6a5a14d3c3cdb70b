//! The places that a service is promoted through.

mod canary;
mod gates;
mod only_if;
mod place;
mod rollout;
mod smoke;
mod window;

pub use canary::{Canary, CanaryMistake};
pub use only_if::{VariableCheck, VariableCheckMistake};
pub use smoke::{SmokeTest, SmokeTestError};
pub use window::{Window, WindowMistake};

use std::collections::BTreeMap;

use crate::{
    Approval, ApprovalMistake, Watch, WatchMistake,
    cfn::Value,
    contract::{TagMistake, check_tags, configuration_file, is_reserved_file},
    mistake::{Mistake, Subject},
    off_lambda::OffLambda,
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
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) stack_policy: Option<Value>,
    pub(crate) approve_changes: Option<Approval>,
    pub(crate) approve_promotion: Option<Approval>,
    pub(crate) watches: Vec<Watch>,
    pub(crate) window: Option<Window>,
    pub(crate) only_if: Vec<VariableCheck>,
    pub(crate) wave: Option<String>,
    pub(crate) canary: Option<Canary>,
    pub(crate) migration: Option<String>,
    pub(crate) smoke_tests: OffLambda<SmokeTest>,
}

impl Environment {
    /// An environment with its settings: a struct that derives `Settings`, or pairs of a variable's name and value.
    pub fn new(name: impl Into<String>, settings: impl EnvironmentSettings) -> Self {
        Self {
            name: name.into(),
            settings: settings.snapshot(),
            stored: Stored::default(),
            stack_prefix: None,
            account: None,
            region: None,
            tags: BTreeMap::new(),
            stack_policy: None,
            approve_changes: None,
            approve_promotion: None,
            watches: Vec::new(),
            window: None,
            only_if: Vec::new(),
            wave: None,
            canary: None,
            migration: None,
            smoke_tests: OffLambda::default(),
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

    /// With tags of all environments, beside its own.
    pub(crate) fn with_tags(mut self, tags: &BTreeMap<String, String>) -> Self {
        for (key, value) in tags {
            self.tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    /// Whether its name can be that of a file and begin that of a stack.
    pub(crate) fn has_valid_name(&self) -> bool {
        is_name(&self.name)
    }

    /// What AWS would refuse of it, apart from its settings.
    pub(crate) fn check(&self) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = self.check_gates().into_iter().map(|it| self.mistake(it)).collect();
        mistakes.extend(self.check_place().into_iter().map(|it| self.mistake(it)));
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

/// Whether it can be the name of a file, and a part of those of stacks, stages and actions.
fn is_name(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.len() <= 60 && text.bytes().all(known)
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
    #[error("its account `{0}` has to be the 12 digits of an AWS account")]
    Account(String),
    #[error("its region `{0}` is none of AWS, such as `eu-central-1`")]
    Region(String),
    #[error("{0}")]
    Tag(TagMistake),
    #[error("its stack policy takes {bytes} bytes, and CloudFormation allows 16,384: shorten it")]
    StackPolicy { bytes: usize },
    #[error("{gate} {mistake}")]
    Approval { gate: &'static str, mistake: ApprovalMistake },
    #[error("it {0}")]
    Watch(WatchMistake),
    #[error("its window is wrong: {0}")]
    Window(WindowMistake),
    #[error("its check of a variable is wrong: {0}")]
    VariableCheck(VariableCheckMistake),
    #[error("its canary {0}")]
    Canary(CanaryMistake),
    #[error("its wave `{0}` has to be called with 1 to 60 letters, digits, `-` and `_`, beginning with a letter")]
    Wave(String),
}

impl From<EnvironmentMistake> for Mistake {
    /// A mistake of the App, whose text names the environment itself.
    fn from(problem: EnvironmentMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}
