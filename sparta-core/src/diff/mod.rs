//! What a deployment would change: two templates with their parameters, compared.
//!
//! ```
//! use sparta_core::diff::{Diff, Effect, Version};
//!
//! let old = Version::from_json(r#"{"Resources": {"Links": {"Type": "AWS::DynamoDB::Table", "Properties": {
//!     "TableName": "links"}}}}"#)?;
//! let new = Version::from_json(r#"{"Resources": {"Links": {"Type": "AWS::DynamoDB::Table", "Properties": {
//!     "TableName": "short-links"}}}}"#)?;
//! let diff = Diff::between(&old, &new);
//! assert_eq!(diff.resources[0].effect, Effect::Replacement);
//! assert_eq!(diff.data_at_risk[0].logical_id, "Links");
//! # Ok::<_, sparta_core::diff::VersionError>(())
//! ```

mod change;
mod compare;
mod cost;
mod data;
mod network;
mod normal;
mod openings;
mod permissions;
mod side;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

pub use change::{ChangeKind, Effect, PropertyChange, ResourceChange};
pub use compare::without_secrets;
pub use cost::CostDriver;
pub use data::{DataAtRisk, Loss};
pub use openings::Opening;
pub use permissions::{Permission, Widening};

use crate::{
    cfn::{Template, Value},
    contract::{CODE_KEY, OWN_TAG_PREFIX},
};
use side::Side;

/// A stack as it is or as it would be: its template, the values of its parameters, its tags.
#[derive(Clone, Debug)]
pub struct Version {
    template: Value,
    values: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
}

/// A document that cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Not JSON.
    #[error("it is no JSON, and templates are compared as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but without resources.
    #[error("it is no template: it has no `Resources`")]
    NoTemplate,
}

impl Version {
    /// What a template says, with the parameters' defaults.
    pub fn of(template: &Template) -> Self {
        Self::new(serde_json::to_value(template).expect("a template is JSON"))
    }

    /// What the template in a JSON document says, whoever wrote it.
    ///
    /// # Errors
    ///
    /// What is no JSON, or has no resources.
    pub fn from_json(text: &str) -> Result<Self, VersionError> {
        let json: serde_json::Value = serde_json::from_str(text)?;
        if !json.get("Resources").is_some_and(serde_json::Value::is_object) {
            return Err(VersionError::NoTemplate);
        }
        Ok(Self::new(json))
    }

    fn new(json: serde_json::Value) -> Self {
        let template = Value::from(sparta_schema::unrolled(&json).unwrap_or(json));
        Self { template, values: BTreeMap::new(), tags: BTreeMap::new() }
    }

    /// Sets values of parameters. `****`, which CloudFormation shows of those with `NoEcho`, is none.
    #[must_use]
    pub fn parameters<N: Into<String>, V: Into<String>>(mut self, values: impl IntoIterator<Item = (N, V)>) -> Self {
        self.values.extend(values.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Sets the stack's tags.
    #[must_use]
    pub fn tags<N: Into<String>, V: Into<String>>(mut self, tags: impl IntoIterator<Item = (N, V)>) -> Self {
        self.tags.extend(tags.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// What is billed of it: what is billed while nothing happens first, then what is billed as it is used. It is no estimate.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::diff::Version;
    ///
    /// let stack = Version::from_json(r#"{"Resources": {
    ///     "Clicks": {"Type": "AWS::SQS::Queue"},
    ///     "Gateway": {"Type": "AWS::EC2::NatGateway"}}}"#)?;
    /// let drivers = stack.cost_drivers();
    /// assert_eq!((drivers[0].logical_id.as_str(), drivers[0].when_idle), ("Gateway", true));
    /// assert_eq!((drivers[1].billed_by, drivers[1].when_idle), ("each request", false));
    /// # Ok::<_, sparta_core::diff::VersionError>(())
    /// ```
    pub fn cost_drivers(&self) -> Vec<CostDriver> {
        if cfg!(sparta_serving) { Vec::new() } else { cost::all(&Side::of(self)) }
    }
}

/// What would change from one version of a stack to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// The code of the functions.
    pub code: CodeChange,
    /// Resources that are new, gone or changed, by their logical ids.
    pub resources: Vec<ResourceChange>,
    /// Parameters whose value is another one; those with `NoEcho` are without their values.
    pub parameters: Vec<PropertyChange>,
    /// Parameters with `NoEcho` whose deployed value nobody shows, so that it may be another one.
    pub unknown_parameters: Vec<String>,
    /// Outputs that are new, gone or changed.
    pub outputs: Vec<PropertyChange>,
    /// Tags of the stack that are new, gone or changed, but for AWS's and Sparta's own.
    pub tags: Vec<PropertyChange>,
    /// Resources whose data would be deleted or left behind.
    pub data_at_risk: Vec<DataAtRisk>,
    /// What somebody would be allowed who is not now.
    pub widened_permissions: Vec<Permission>,
    /// What would be open to the network that is not now.
    pub network_openings: Vec<Opening>,
    /// What is billed while nothing happens, or by its size, and is new or changed. It is no estimate.
    pub cost_drivers: Vec<CostDriver>,
}

/// What becomes of the functions' code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CodeChange {
    /// Another archive.
    Changed,
    /// The same archive.
    Unchanged,
    /// It is not known which archive one of the two has.
    #[default]
    Unknown,
}

impl Diff {
    /// Compares two versions of a stack.
    ///
    /// What Lambda runs compares nothing: there the result is empty.
    pub fn between(old: &Version, new: &Version) -> Self {
        if cfg!(sparta_serving) {
            return Self::default();
        }
        let (before, after) = (Side::of(old), Side::of(new));
        let resources = change::resources(&before, &after);
        let (parameters, unknown_parameters) = compare::parameters(old, new, &before, &after);
        Self {
            code: code(old, new),
            parameters,
            unknown_parameters,
            outputs: compare::outputs(&before, &after),
            tags: compare::tags(&of_people(&old.tags), &of_people(&new.tags)),
            data_at_risk: data::at_risk(&before, &after, &resources),
            widened_permissions: permissions::widened(&before, &after),
            network_openings: openings::openings(&before, &after),
            cost_drivers: cost::drivers(&before, &after),
            resources,
        }
    }

    /// Whether nothing would change, as far as it is known.
    pub fn is_empty(&self) -> bool {
        self.code != CodeChange::Changed
            && self.resources.is_empty()
            && [&self.parameters, &self.outputs, &self.tags].iter().all(|changes| changes.is_empty())
    }

    /// Whether somebody would be allowed more, or more would be open to the network.
    pub fn widens(&self) -> bool {
        !self.widened_permissions.is_empty() || !self.network_openings.is_empty()
    }
}

fn code(old: &Version, new: &Version) -> CodeChange {
    // The key has the archive's SHA-256, so that the bucket says nothing more.
    match (old.values.get(CODE_KEY), new.values.get(CODE_KEY)) {
        (Some(old), Some(new)) if old == new => CodeChange::Unchanged,
        (Some(_), Some(_)) => CodeChange::Changed,
        _ => CodeChange::Unknown,
    }
}

/// The tags that people set.
fn of_people(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of_people = |name: &str| !name.starts_with("aws:") && !name.starts_with(OWN_TAG_PREFIX);
    tags.iter().filter(|(name, _)| of_people(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
