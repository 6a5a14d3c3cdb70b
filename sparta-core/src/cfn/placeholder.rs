//! What stands for a resource's logical id until the resource is added to a template.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{LogicalId, Output, Resource, Value};

/// Tells a resource from all others of the process. Its clones are the same resource.
#[derive(Clone, Debug)]
pub(super) struct Token(LogicalId);

impl Token {
    pub(super) fn new(resource_type: &str) -> Self {
        // The number is never seen, since a template without mistakes has no placeholder left.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(LogicalId::placeholder(format!("<{number}:{resource_type}>")))
    }

    pub(super) fn id(&self) -> &LogicalId {
        &self.0
    }
}

impl PartialEq for Token {
    /// Resources are equal when their content is.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The type of the resource that a name in a template stands for, where that name is no logical id.
pub(super) fn resource_type(name: &str) -> Option<&str> {
    name.strip_prefix('<')?.strip_suffix('>')?.split_once(':').map(|(_, resource_type)| resource_type)
}

/// Whether a placeholder is somewhere in a text.
pub(super) fn is_in(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        number.len() < rest.len() && number.starts_with(':') && number.contains('>')
    })
}

/// The logical ids that placeholders of one template stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolver {
    known: BTreeMap<LogicalId, LogicalId>,
    /// Placeholders that were there before their resource.
    awaited: BTreeSet<String>,
    used: BTreeSet<LogicalId>,
    /// Resources with more than one logical id: what stands for one, its first id, another.
    twice: Vec<(LogicalId, LogicalId, LogicalId)>,
}

impl PartialEq for Resolver {
    /// It is how a template came about, and not what is in it.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Resolver {
    /// Records the logical id of a resource; `true` if something refers to it already.
    pub(super) fn name(&mut self, resource: &Resource, id: &LogicalId) -> bool {
        let token = LogicalId::from(resource);
        if let Some(first) = self.known.get(&token) {
            self.twice.push((token, first.clone(), id.clone()));
            return false;
        }
        let awaited = self.awaited.remove(token.as_str());
        self.known.insert(token, id.clone());
        awaited
    }

    /// The logical id that a placeholder stands for.
    pub(super) fn known(&self, placeholder: &LogicalId) -> Option<&LogicalId> {
        self.known.get(placeholder)
    }

    /// The ids of a resource that has two of them, so that what refers to it could mean either.
    pub(super) fn ambiguous(&self) -> impl Iterator<Item = (&LogicalId, &LogicalId)> {
        let used = self.twice.iter().filter(|(token, _, _)| self.used.contains(token));
        used.map(|(_, first, second)| (first, second))
    }

    pub(super) fn resource(&mut self, resource: &mut Resource) {
        for id in &mut resource.depends_on {
            self.id(id);
        }
        resource.values_mut().for_each(|value| self.value(value));
    }

    pub(super) fn output(&mut self, output: &mut Output) {
        output.values_mut().for_each(|value| self.value(value));
    }

    /// Puts logical ids where placeholders are, as far as they are known.
    pub(super) fn value(&mut self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    match (key.as_str(), &mut *value) {
                        ("Ref", Value::String(name)) => self.text(name),
                        ("Fn::GetAtt", Value::List(path)) => {
                            if let Some(Value::String(name)) = path.first_mut() {
                                self.text(name);
                            }
                        }
                        ("Fn::Sub", Value::String(text)) => self.substituted(text),
                        ("Fn::Sub", Value::List(arguments)) => {
                            for argument in arguments {
                                match argument {
                                    Value::String(text) => self.substituted(text),
                                    other => self.value(other),
                                }
                            }
                        }
                        _ => self.value(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn id(&mut self, id: &mut LogicalId) {
        if resource_type(id.as_str()).is_none() {
            return;
        }
        self.used.insert(id.clone());
        match self.known.get(id) {
            Some(known) => *id = known.clone(),
            None => _ = self.awaited.insert(id.to_string()),
        }
    }

    fn text(&mut self, name: &mut String) {
        if resource_type(name).is_some() {
            let mut id = LogicalId::placeholder(std::mem::take(name));
            self.id(&mut id);
            *name = id.to_string();
        }
    }

    /// A logical id is displayed into the text of an `Fn::Sub`: `${<3:AWS::S3::Bucket>.Arn}/*`.
    fn substituted(&mut self, text: &mut String) {
        let mut rest = std::mem::take(text);
        while let Some(start) = rest.find("${<") {
            let Some(end) = rest[start..].find('>').map(|end| start + end + 1) else { break };
            let mut name = rest[start + 2..end].to_owned();
            self.text(&mut name);
            *text += &rest[..start + 2];
            *text += &name;
            rest.drain(..end);
        }
        *text += &rest;
    }
}
