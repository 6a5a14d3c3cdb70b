//! Settings that functions have no room for in their variables, and read from Parameter Store when they start.

use std::collections::BTreeMap;

use super::{Kind, SettingsSnapshot, parameter_name};
use crate::{
    cfn::{LogicalId, Parameter, Resource, Value, sub},
    contract::{SETTINGS_DIGEST, STORED_SETTINGS},
    iam::{Arn, Statement},
    resource,
};

/// What the value of a parameter begins with, since Parameter Store has no empty ones.
const MARK: &str = "=";
/// A parameter has 4 KB, with the mark.
const MAX_VALUE: usize = 4096 - MARK.len();
/// The characters of a digest.
#[cfg(feature = "fetch")]
const DIGEST: usize = 16;

/// The variables of the settings that are stored, in the order of their names; the same in all environments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored(Vec<String>);

impl Stored {
    /// Stores the largest settings, one after the other, until `fits`. Where that is not enough, or functions cannot fetch
    /// them, none is stored.
    pub(crate) fn until(settings: &[&SettingsSnapshot], fits: impl Fn(&Self) -> bool) -> Self {
        let mut stored = Self::default();
        if !cfg!(feature = "fetch") || fits(&stored) {
            return stored;
        }
        for variable in candidates(settings) {
            stored.0.push(variable);
            stored.0.sort();
            if fits(&stored) {
                return stored;
            }
        }
        Self::default()
    }

    pub(crate) fn has(&self, variable: &str) -> bool {
        self.0.iter().any(|stored| stored == variable)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes the variable takes that names them, at most.
    pub(crate) fn bytes(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        let names: usize = self.0.iter().map(|name| " ".len() + name.len()).sum();
        // A stack's name has 128 characters.
        STORED_SETTINGS.len() + "0123456789abcdef".len() + " /sparta/".len() + 128 + "/settings/".len() + names
    }

    /// The variable that names them. Its digest changes with their values, so that functions start anew and read them.
    pub(crate) fn variable(&self) -> Option<(String, Value)> {
        let names = self.0.join(" ");
        let text = format!("${{{SETTINGS_DIGEST}}} /sparta/${{AWS::StackName}}/settings/ {names}");
        (!self.is_empty()).then(|| (STORED_SETTINGS.to_owned(), sub(text)))
    }

    /// What lets a function read them.
    pub(crate) fn permission(&self) -> Option<Statement> {
        let arn = |variable: &String| sub(Arn::new("ssm", &format!("parameter{}", name(variable))).to_string());
        let arns = self.0.iter().map(arn);
        (!self.is_empty()).then(|| arns.fold(Statement::allow(["ssm:GetParameters"]), Statement::on))
    }

    /// The template's parameter for the digest.
    pub(crate) fn parameter(&self) -> Option<(LogicalId, Parameter)> {
        let description = "Digest of the settings that functions read from Parameter Store";
        (!self.is_empty()).then(|| (LogicalId::of_words([SETTINGS_DIGEST]), Parameter::string(description)))
    }

    /// Where they are stored.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (LogicalId, Resource)> {
        self.0.iter().map(|variable| {
            let parameter = parameter_name(variable);
            let stored = resource!(AWS::SSM::Parameter {
                Description: (sub(format!("The setting {variable} of ${{AWS::StackName}}"))),
                Name: (sub(name(variable))),
                Type: "String",
                Value: (sub(format!("{MARK}${{{parameter}}}"))),
            });
            (stored_id(variable), stored)
        })
    }

    /// The logical ids of where they are stored.
    pub(crate) fn ids(&self) -> impl Iterator<Item = LogicalId> {
        self.0.iter().map(|variable| stored_id(variable))
    }

    /// Sets the parameter for the digest to that of the values beside it.
    pub(crate) fn set_digest(&self, parameters: &mut BTreeMap<String, String>) {
        if !self.is_empty() {
            let value = |variable: &str| parameters.get(&parameter_name(variable)).map_or("", String::as_str);
            let digest = digest(self.0.iter().map(|variable| (variable.as_str(), value(variable))));
            parameters.insert(SETTINGS_DIGEST.to_owned(), digest);
        }
    }
}

fn name(variable: &str) -> String {
    format!("/sparta/${{AWS::StackName}}/settings/{variable}")
}

fn stored_id(variable: &str) -> LogicalId {
    LogicalId::of_words(["Stored", parameter_name(variable).as_str()])
}

/// The settings that Parameter Store can have, the largest first. Who reads settings without their type reads the variables of
/// the process, where they would not be; secrets are not to be read by whoever may read parameters.
fn candidates(settings: &[&SettingsSnapshot]) -> Vec<String> {
    let Some(first) = settings.first().filter(|first| first.check.is_some()) else { return Vec::new() };
    let texts = |n: usize| settings.iter().filter_map(move |of| of.values.get(n)?.1.as_deref());
    let fields = first.fields.iter().enumerate().filter(|(_, field)| field.kind != Kind::Secret);
    let sizes = fields.map(|(n, field)| (texts(n).map(str::len).max().unwrap_or(0), n, field));
    // Parameter Store takes `{{` for a reference to another parameter.
    let mut sizes: Vec<_> =
        sizes.filter(|(size, n, _)| *size <= MAX_VALUE && texts(*n).all(|text| !text.contains("{{"))).collect();
    sizes.sort_by_key(|(size, _, field)| (std::cmp::Reverse(*size), field.variable.clone()));
    sizes.into_iter().map(|(_, _, field)| field.variable.clone()).collect()
}

/// The value of a setting, of what is stored for it.
#[cfg(feature = "fetch")]
pub(crate) fn value_of(stored: &str) -> Option<&str> {
    stored.strip_prefix(MARK)
}

#[cfg(feature = "fetch")]
fn digest<'v>(values: impl Iterator<Item = (&'v str, &'v str)>) -> String {
    use std::fmt::Write;

    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for text in values.flat_map(|(name, value)| [name, value]) {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let digest = context.finish();
    digest.as_ref()[..DIGEST / 2].iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(not(feature = "fetch"))]
fn digest<'v>(_: impl Iterator<Item = (&'v str, &'v str)>) -> String {
    unreachable!("without the feature `fetch` no setting is stored")
}
