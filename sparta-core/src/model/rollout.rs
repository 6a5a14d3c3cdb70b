//! Whether what environments say of new code fits the functions.

use std::{collections::BTreeSet, time::Duration};

use super::Model;
use crate::{Canary, Environment, Mistake, Subject, Watch};

/// What is wrong between environments and the functions that take over there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum RolloutMistake {
    #[error("its migration `{function}` is no function of the app: the functions are {known}")]
    NoFunction { function: String, known: String },
    #[error(
        "its migration `{function}` may take {} seconds, and what waits for it is stopped after 900: give it at most 870, \
         `.timeout(Duration::from_secs(870))`", timeout.as_secs()
    )]
    Timeout { function: String, timeout: Duration },
    #[error(
        "its migration `{0}` has an alias, and migrations run the code that was just deployed: leave out `.alias(..)` and \
         `.provisioned_concurrency(..)`"
    )]
    Alias(String),
    #[error("its canary has nothing to move: each function is one `.without_canary()`, a migration or a provider")]
    NothingMoves,
    #[error(
        "its canary and those of others watch {0} alarms, and CodeDeploy watches 10 for all of them: let `Alarm::any([..])` be one \
         of several"
    )]
    TooManyAlarms(usize),
    #[error(
        "its canary is called after its stack `{stack}`, which has at most {most} characters then: give it a shorter \
         `.stack_prefix(..)`"
    )]
    StackName { stack: String, most: usize },
}

/// The longest name that CodeDeploy takes.
const NAME: usize = 100;

/// What CodeDeploy watches: <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>.
const ALARMS: usize = 10;

/// The longest migration, in seconds.
const LONGEST: Duration = Duration::from_secs(870);

impl Model {
    /// What is wrong with migrations and canaries.
    pub(super) fn check_rollout(&self, mistakes: &mut Vec<Mistake>) {
        for environment in &self.environments {
            let found = self.check_migration(environment).into_iter().chain(self.check_canary(environment));
            let subject = || Subject::Environment(environment.name().to_owned());
            mistakes.extend(found.map(|mistake| Mistake::new(subject(), mistake)));
        }
    }

    fn check_migration(&self, environment: &Environment) -> Option<RolloutMistake> {
        let name = environment.migration_function()?;
        let function = || name.to_owned();
        let Some(spec) = self.functions.iter().find(|it| it.name() == name) else {
            let known: Vec<&str> = self.functions.iter().map(|function| function.name()).collect();
            return Some(RolloutMistake::NoFunction { function: function(), known: known.join(", ") });
        };
        let timeout = spec.timeout();
        let too_long = (timeout > LONGEST).then(|| RolloutMistake::Timeout { function: function(), timeout });
        too_long.or_else(|| spec.alias_id().map(|_| RolloutMistake::Alias(function())))
    }

    fn check_canary(&self, environment: &Environment) -> Option<RolloutMistake> {
        let canary = environment.traffic_canary()?;
        if !self.functions.iter().any(|function| function.has_canary(&self.environments)) {
            return Some(RolloutMistake::NothingMoves);
        }
        let with_canary = self.environments.iter().filter(|it| it.traffic_canary().is_some());
        let alarms: BTreeSet<_> =
            with_canary.flat_map(Environment::watches).map(Watch::alarm).map(|it| it.logical_id()).collect();
        let too_many = (alarms.len() > ALARMS).then_some(RolloutMistake::TooManyAlarms(alarms.len()));
        too_many.or_else(|| self.check_stack_name(environment, canary))
    }

    /// What is made in the stack for the canary has the stack's name in its own.
    fn check_stack_name(&self, environment: &Environment, canary: &Canary) -> Option<RolloutMistake> {
        let own = if canary.is_ready() { 0 } else { canary.to_string().len() + 1 };
        let of_pipeline = self.pipeline.as_ref().map(|it| self.stack_name(environment, it.source_branch()));
        let stack = of_pipeline.unwrap_or_else(|| self.direct_stack_name(Some(environment)));
        let most = NAME - own;
        (stack.len() > most).then_some(RolloutMistake::StackName { stack, most })
    }
}
