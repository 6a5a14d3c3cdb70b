//! The version of a function that its alias points to.

use std::collections::BTreeMap;

use super::FunctionSpec;
use crate::{
    attribute,
    cfn::{LogicalId, Resource, Value, sub},
    contract::CODE_KEY,
    pipeline::fnv1a,
    property, resource,
    settings::Configured,
    stack::Stack,
};

/// A variable of functions with versions. Lambda publishes none where neither code nor configuration has changed, and
/// CloudFormation takes that for a failure.
const VERSION_VARIABLE: &str = "SPARTA_VERSION";

/// What all versions of a function have in common, so that none is published for it.
const OF_ALL_VERSIONS: [&str; 4] = ["CodeSigningConfigArn", "RecursiveLoop", "ReservedConcurrentExecutions", "Tags"];

impl FunctionSpec {
    /// The logical id of its alias, where it has one.
    pub(crate) fn alias_id(&self) -> Option<LogicalId> {
        self.alias().map(|_| self.logical_id("Alias"))
    }

    /// The ARN that it is invoked by: its alias's, or its own.
    pub(crate) fn invoked_arn(&self) -> Value {
        match self.alias_id() {
            Some(alias) => alias.reference(),
            None => self.arn(),
        }
    }

    /// Its own ARN, without an alias.
    pub(crate) fn arn(&self) -> Value {
        attribute!(AWS::Lambda::Function, self.logical_id("Function"), "Arn")
    }

    /// The name of its alias, where it has one.
    pub(crate) fn alias(&self) -> Option<&str> {
        self.options.alias_name()
    }

    /// What of it is invoked asynchronously: its alias, what was published last on managed instances, or what is there.
    pub(super) fn qualifier(&self) -> &str {
        let published = self.options.managed_instances.as_ref().map(|_| "$LATEST.PUBLISHED");
        self.alias().or(published).unwrap_or("$LATEST")
    }

    /// Adds its version and its alias, where it has one.
    pub(super) fn add_alias(&self, stack: &mut Stack) {
        let (Some(id), Some(name)) = (self.alias_id(), self.alias()) else { return };
        let (function, version) = (self.logical_id("Function"), self.logical_id("Version"));
        stack.resource(version.clone(), resource!(AWS::Lambda::Version { FunctionName: (function.reference()) }));
        let instances = self.options.provisioned_concurrency.as_ref();
        let provisioned = instances.map(|instances| self.provisioned(instances, stack));
        let alias = resource!(AWS::Lambda::Alias {
            FunctionName: (function.reference()),
            FunctionVersion: (attribute!(AWS::Lambda::Version, version, "Version")),
            Name: (name),
            ProvisionedConcurrencyConfig: (provisioned),
        });
        stack.resource(id, alias);
    }

    /// What is provisioned. A setting may be 0, which Lambda does not take.
    fn provisioned(&self, instances: &Configured<u32>, stack: &mut Stack) -> Value {
        let count = instances.to_value(Value::from);
        let config = property!(AWS::Lambda::Alias.ProvisionedConcurrencyConfig {
            ProvisionedConcurrentExecutions: (&count),
        });
        if instances.fixed().is_some() {
            return config;
        }
        let some = self.logical_id("HasProvisionedConcurrency");
        let none = Value::function("Fn::Equals", vec![count, "0".into()]);
        stack.condition(some.clone(), Value::function("Fn::Not", vec![none]));
        Value::function("Fn::If", vec![some.as_str().into(), config, Value::pseudo("AWS::NoValue")])
    }
}

/// Says of each version what it was made of, so that CloudFormation replaces it when that changes: it publishes the next
/// one, moves the alias there, and deletes the one before.
pub(crate) fn publish(functions: &[FunctionSpec], stack: &mut Stack) {
    for function in functions.iter().filter(|function| function.alias_id().is_some()) {
        let (id, version) = (function.logical_id("Function"), function.logical_id("Version"));
        let Some(resource) = stack.template().resources().get(&id) else { continue };
        let made_of = sub(format!("${{{CODE_KEY}}} {:016x}", fingerprint(resource)));
        let mut variables = variables(resource);
        variables.insert(VERSION_VARIABLE.to_owned(), made_of.clone());
        let environment = property!(AWS::Lambda::Function.Environment { Variables: (variables) });
        // Where an id is the user's, that is a mistake already.
        _ = stack.change(&id, |function| function.property("Environment", environment));
        _ = stack.change(&version, |version| version.property("Description", made_of));
    }
}

fn fingerprint(function: &Resource) -> u64 {
    let frozen: BTreeMap<_, _> =
        function.properties().iter().filter(|(name, _)| !OF_ALL_VERSIONS.contains(&name.as_str())).collect();
    fnv1a(&serde_json::to_vec(&frozen).unwrap_or_default())
}

fn variables(function: &Resource) -> BTreeMap<String, Value> {
    match function.properties().get("Environment") {
        Some(Value::Map(environment)) => match environment.get("Variables") {
            Some(Value::Map(variables)) => variables.clone(),
            _ => BTreeMap::new(),
        },
        _ => BTreeMap::new(),
    }
}
