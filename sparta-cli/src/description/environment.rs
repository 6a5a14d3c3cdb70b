//! An environment as it is declared, with what stands before it and after it.

use serde::Serialize;
use sparta_core::Model;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Environment<'a> {
    pub(super) name: &'a str,
    /// What `provision` deploys to.
    pub(super) provision_stack: String,
    /// What the pipeline deploys to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stack: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    approve_changes: bool,
    approve_promotion: bool,
    /// The environments that it is deployed side by side with.
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<&'a str>,
    /// When the pipeline may deploy it.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    /// What the variables of an execution have to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only_if: Vec<String>,
    /// The function that runs before new code takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    migration: Option<&'a str>,
    /// How traffic moves to new code.
    #[serde(skip_serializing_if = "Option::is_none")]
    canary: Option<String>,
    /// Where the tests are that look at it after a deployment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    smoke_tests: Vec<String>,
    /// The alarms that are watched after a deployment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    watches: Vec<Watch>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Watch {
    alarm: String,
    minutes: u64,
}

impl<'a> Environment<'a> {
    pub(super) fn of(model: &Model, environment: &'a sparta_core::Environment) -> Self {
        let branch = model.pipeline().map(sparta_core::Pipeline::source_branch);
        Self {
            name: environment.name(),
            provision_stack: model.direct_stack_name(Some(environment)),
            stack: branch.map(|branch| model.stack_name(environment, branch)),
            account: environment.account_id(),
            region: environment.region_name(),
            approve_changes: environment.changes_approval().is_some(),
            approve_promotion: environment.promotion_approval().is_some(),
            wave: environment.wave_name(),
            window: environment.deployment_window().map(ToString::to_string),
            only_if: environment.variable_checks().iter().map(ToString::to_string).collect(),
            migration: environment.migration_function(),
            canary: environment.traffic_canary().map(ToString::to_string),
            smoke_tests: environment.smoke_tests().iter().map(sparta_core::SmokeTest::place).collect(),
            watches: environment.watches().iter().map(Watch::of).collect(),
        }
    }

    /// What stands between a change and the environment, and between the environment and the next, in this order.
    pub(super) fn gates(&self) -> Vec<String> {
        let mut gates = Vec::new();
        gates.extend(self.wave.map(|wave| format!("wave {wave}")));
        gates.extend(self.window.as_ref().map(|window| format!("window {window}")));
        gates.extend(self.only_if.iter().map(|check| format!("only if {check}")));
        gates.extend(self.approve_changes.then(|| "approve changes".to_owned()));
        gates.extend(self.migration.map(|function| format!("migration {function}")));
        gates.extend(self.canary.as_ref().map(|canary| format!("canary {canary}")));
        gates.extend(self.watches.iter().map(|Watch { alarm, minutes }| format!("watch {alarm} for {minutes} min")));
        gates.extend((!self.smoke_tests.is_empty()).then(|| format!("smoke tests ({})", self.smoke_tests.len())));
        gates.extend(self.approve_promotion.then(|| "approve promotion".to_owned()));
        gates
    }

    /// The account and the region, where they are declared.
    pub(super) fn place(&self) -> String {
        [self.account, self.region].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl Watch {
    fn of(watch: &sparta_core::Watch) -> Self {
        Self { alarm: watch.alarm().logical_id().to_string(), minutes: watch.minutes() }
    }
}
