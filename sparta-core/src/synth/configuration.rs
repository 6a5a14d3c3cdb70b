//! Template configuration files of environments.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Environment,
    cfn::Value,
    contract::{MIGRATION_FUNCTION, TRAFFIC_SHIFTING},
    settings::parameter_name,
};

/// An environment's template configuration file, as CodePipeline reads it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html>.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Configuration {
    /// Values of the template's parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Tags on the stack and everything in it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What updates of the stack may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_policy: Option<Value>,
}

impl Environment {
    /// Its template configuration file.
    pub fn configuration(&self) -> Configuration {
        let values = self.settings.values.iter();
        // An absent value is an empty parameter, because a parameter without a value stops the deployment.
        let values = values.map(|(name, value)| (parameter_name(name), value.clone().unwrap_or_default()));
        let mut parameters: BTreeMap<String, String> = values.collect();
        let canary = self.canary.as_ref().map(|canary| (TRAFFIC_SHIFTING, canary.to_string()));
        let migration = self.migration.as_ref().map(|function| (MIGRATION_FUNCTION, function.clone()));
        parameters.extend(canary.into_iter().chain(migration).map(|(name, value)| (name.to_owned(), value)));
        self.stored.set_digest(&mut parameters);
        Configuration { parameters, tags: self.tags.clone(), stack_policy: self.stack_policy.clone() }
    }
}

impl Configuration {
    /// Sets the value of one of the environment's parameters.
    pub fn set_parameter(&mut self, environment: &Environment, name: String, value: String) {
        self.parameters.insert(name, value);
        environment.stored.set_digest(&mut self.parameters);
    }

    /// The document as indented JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a configuration is JSON");
        json.push('\n');
        json
    }
}
