//! What stands between a change and an environment, besides approvals, and which environments are deployed together.

use std::time::Duration;

use super::{Environment, EnvironmentMistake, Window, is_name};
use crate::{Alarm, Approval, Watch};

impl Environment {
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

    /// Lets the pipeline deploy in this window alone; a commit that comes earlier waits until it opens. A window that is given
    /// again takes the place of the first. `provision` looks at no window.
    ///
    /// # Example
    ///
    /// [`Window`] has one.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Lets the pipeline deploy it side by side with the other environments of this wave, which are registered next to it.
    ///
    /// Their change sets are made together, and executed together once all that are approved are; what comes after waits for all
    /// of them, and one that is rolled back takes the others with it.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Environment;
    ///
    /// let frankfurt = Environment::new("frankfurt", [("REGION", "de")]).wave("eu");
    /// let paris = Environment::new("paris", [("REGION", "fr")]).wave("eu");
    /// ```
    pub fn wave(mut self, name: impl Into<String>) -> Self {
        self.wave = Some(name.into());
        self
    }

    /// The alarms that are watched after a deployment.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// When the pipeline may deploy it.
    pub fn deployment_window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// The wave that it is deployed with.
    pub fn wave_name(&self) -> Option<&str> {
        self.wave.as_deref()
    }

    /// Whether both are deployed side by side, where one comes right after the other.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.wave.is_some() && self.wave == other.wave
    }

    /// What AWS would refuse of its gates.
    pub(super) fn check_gates(&self) -> Vec<EnvironmentMistake> {
        let approvals = [("approve_changes", &self.approve_changes), ("approve_promotion", &self.approve_promotion)];
        let approvals = approvals.into_iter().flat_map(|(gate, approval)| {
            let mistakes = approval.iter().flat_map(Approval::check);
            mistakes.map(move |mistake| EnvironmentMistake::Approval { gate, mistake })
        });
        let watches = Watch::check(&self.watches).into_iter().map(EnvironmentMistake::Watch);
        let window = self.window.iter().flat_map(Window::check).map(EnvironmentMistake::Window);
        let wave = self.wave.iter().filter(|wave| !is_name(wave)).cloned().map(EnvironmentMistake::Wave);
        let checks = self.check_variables().into_iter().map(EnvironmentMistake::VariableCheck);
        approvals.chain(watches).chain(window).chain(checks).chain(wave).chain(self.check_rollout()).collect()
    }
}
