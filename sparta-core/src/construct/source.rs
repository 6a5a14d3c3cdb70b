//! Constructs that are there already: where they are, and what is read off that.

use super::{ConstructMistake, words};
use crate::{
    cfn::{Import, Value, part, sub},
    iam::Arn,
    settings::Setting,
};

/// A construct that the stack makes.
#[derive(Clone, Copy, Debug)]
pub struct New;

/// A construct that is there already.
#[derive(Clone, Copy, Debug)]
pub struct Existing;

/// Where a construct is that is there already: its ARN, its name in the stack's own account and region, or a value of the
/// template that is its ARN, such as a setting.
///
/// # Example
///
/// ```
/// use sparta_core::construct::Table;
///
/// let orders = Table::existing("orders");
/// let elsewhere = Table::existing("arn:aws:dynamodb:eu-west-1:123456789012:table/orders");
/// ```
///
/// A setting is the ARN in each environment:
///
/// ```
/// # use sparta_core::construct::Queue;
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Shop {
///     orders: String,
/// }
///
/// let orders = Queue::existing(Shop::ORDERS);
/// ```
#[derive(Clone, Debug)]
pub struct Source(Inner);

#[derive(Clone, Debug)]
enum Inner {
    Text(String),
    Value { label: String, arn: Value },
    Name { label: String, name: Value },
}

/// How a service writes the ARNs of a kind of construct: its prefix in IAM, and what is before the name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) service: &'static str,
    pub(super) prefix: &'static str,
}

impl Source {
    /// A value of the template that is the ARN; `label` is what the construct is called here.
    pub fn value(label: impl Into<String>, arn: impl Into<Value>) -> Self {
        Self(Inner::Value { label: label.into(), arn: arn.into() })
    }

    /// A value of the template that is the name in the stack's own account and region; `label` is what the construct is called
    /// here.
    pub fn named(label: impl Into<String>, name: impl Into<Value>) -> Self {
        Self(Inner::Name { label: label.into(), name: name.into() })
    }

    /// What it is called: the last word of its name.
    pub(super) fn label(&self) -> String {
        match &self.0 {
            Inner::Text(text) => text.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
            Inner::Value { label, .. } | Inner::Name { label, .. } => label.clone(),
        }
    }

    pub(super) fn arn(&self, form: Form) -> Value {
        match &self.0 {
            Inner::Text(text) if text.starts_with("arn:") => Value::from(text.as_str()),
            Inner::Text(name) => sub(Arn::new(form.service, &format!("{}{name}", form.prefix)).to_string()),
            Inner::Value { arn, .. } => arn.clone(),
            Inner::Name { name, .. } => {
                let arn = Arn::new(form.service, &format!("{}${{Name}}", form.prefix)).to_string();
                let own = Value::Map([("Name".to_owned(), name.clone())].into());
                Value::function("Fn::Sub", vec![Value::from(arn), own])
            }
        }
    }

    /// Its name or its ARN, as it was given.
    pub(super) fn address(&self) -> Value {
        match &self.0 {
            Inner::Text(text) => Value::from(text.as_str()),
            Inner::Value { arn: value, .. } | Inner::Name { name: value, .. } => value.clone(),
        }
    }

    /// Its name, which is the end of its ARN.
    pub(super) fn name(&self, form: Form) -> Value {
        match &self.0 {
            Inner::Text(text) => match Arn::parse(text) {
                Some(arn) => Value::from(arn.resource.strip_prefix(form.prefix).unwrap_or(arn.resource)),
                None => Value::from(text.as_str()),
            },
            Inner::Name { name, .. } => name.clone(),
            // The name is the last of what the prefix's last character parts, or of the six parts of an ARN.
            Inner::Value { arn, .. } => match form.prefix.chars().last() {
                Some(separator @ '/') => part(arn, separator, 1),
                Some(separator) => part(arn, separator, 6),
                None => part(arn, ':', 5),
            },
        }
    }

    pub(super) fn check(&self, kind: &'static str, form: Form) -> Option<ConstructMistake> {
        let Inner::Text(text) = &self.0 else { return None };
        let Form { service, prefix } = form;
        let fits = match text.starts_with("arn:") {
            true => Arn::parse_literal(text).is_some_and(|arn| {
                let name = arn.resource.strip_prefix(prefix).unwrap_or_default();
                arn.partition.starts_with("aws") && arn.service == service && is_name(name)
            }),
            false => is_name(text),
        };
        // A bucket's has neither.
        let Arn { region, account, .. } = Arn::new(service, "");
        let [region, account] =
            [(region, "REGION"), (account, "ACCOUNT")].map(|(part, word)| if part.is_empty() { "" } else { word });
        let expected = Arn { partition: "aws", service, region, account, resource: "" };
        let expected = format!("{expected}{prefix}NAME");
        (!fits).then(|| ConstructMistake::NotThere { kind: words(kind), text: text.clone(), expected })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self(Inner::Text(text.to_owned()))
    }
}

impl From<Setting<String>> for Source {
    /// The setting is the ARN, and the construct is called like it.
    fn from(arn: Setting<String>) -> Self {
        Self::value(arn.variable().to_ascii_lowercase().replace('_', "-"), arn)
    }
}

impl From<Import> for Source {
    /// The import is the ARN, and the construct is called like the output.
    fn from(arn: Import) -> Self {
        Self::value(arn.label().to_owned(), arn)
    }
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        Self(Inner::Text(text))
    }
}
