//! Resources and their attributes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{IntoValue, LogicalId, Value, placeholder::Token};

/// A resource: a type, its properties and CloudFormation's attributes.
///
/// [`resource!`](crate::resource) makes one that was checked when it was compiled, [`raw`](Self::raw) one of any JSON.
///
/// # Example
///
/// ```
/// use sparta_core::{attribute, cfn::DeletionPolicy, resource};
///
/// let orders = resource!(AWS::SQS::Queue { VisibilityTimeout: 60 }).deletion_policy(DeletionPolicy::Retain);
/// let alarm = resource!(AWS::CloudWatch::Alarm {
///     ComparisonOperator: "GreaterThanThreshold",
///     EvaluationPeriods: 1,
///     Namespace: "AWS/SQS",
///     MetricName: "ApproximateAgeOfOldestMessage",
///     Dimensions: [{ Name: "QueueName", Value: (attribute!(AWS::SQS::Queue, orders, "QueueName")) }],
///     Statistic: "Maximum",
///     Period: 300,
///     Threshold: 600,
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resource {
    #[serde(rename = "Type", skip_serializing_if = "String::is_empty")]
    pub(super) resource_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) condition: Option<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deletion_policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_replace_policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creation_policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) properties: BTreeMap<String, Value>,
    /// Attributes of a document that Sparta does not write: `Description`, `Version`, what a macro reads.
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
    /// Whether the properties were given as something else than a map.
    #[serde(skip)]
    pub(super) malformed: bool,
    /// The function that provides it, where a handle of the function made it.
    #[cfg(feature = "custom-resources")]
    #[serde(skip)]
    pub(crate) provider: Option<Provider>,
    #[serde(skip)]
    pub(super) token: Token,
}

/// A function of the App that provides a custom resource.
#[cfg(feature = "custom-resources")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) function: String,
    pub(crate) by_alias: bool,
}

/// What becomes of a resource when its stack is deleted, or the resource is taken out of it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DeletionPolicy {
    /// It is deleted.
    Delete,
    /// It stays.
    Retain,
    /// It stays, but not where the creation of its stack fails.
    RetainExceptOnCreate,
    /// It is deleted, and a snapshot of it stays; only some types have snapshots.
    Snapshot,
}

/// What becomes of a resource that an update replaces.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UpdateReplacePolicy {
    /// It is deleted.
    Delete,
    /// It stays.
    Retain,
    /// It is deleted, and a snapshot of it stays; only some types have snapshots.
    Snapshot,
}

impl Resource {
    pub(crate) fn of(resource_type: &str, properties: BTreeMap<String, Value>) -> Self {
        Self {
            resource_type: resource_type.to_owned(),
            depends_on: Vec::new(),
            condition: None,
            deletion_policy: None,
            update_replace_policy: None,
            creation_policy: None,
            update_policy: None,
            metadata: None,
            properties,
            others: BTreeMap::new(),
            malformed: false,
            #[cfg(feature = "custom-resources")]
            provider: None,
            token: Token::new(resource_type),
        }
    }

    /// A resource of a type such as `AWS::SQS::Queue`, with its properties as a JSON object: of a generated document,
    /// or of a type that is known only when the program runs.
    ///
    /// What is wrong with it is found by the check at synthesis, not by the compiler.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::cfn::Resource;
    ///
    /// let queue = Resource::raw("AWS::SQS::Queue", json!({"VisibilityTimeout": 60}));
    /// ```
    pub fn raw(resource_type: impl AsRef<str>, properties: serde_json::Value) -> Self {
        match Value::from(properties) {
            Value::Map(properties) => Self::of(resource_type.as_ref(), properties),
            other => {
                let malformed = other != Value::Null;
                Self { malformed, ..Self::of(resource_type.as_ref(), BTreeMap::new()) }
            }
        }
    }

    /// What `Ref` gives for it, usually its name; for another resource's property, an output or a variable.
    ///
    /// It is the logical id that this resource gets in its template, no matter which of the two is added first. A reference to a
    /// resource that is in no template is a mistake.
    pub fn reference(&self) -> Value {
        self.token.id().reference()
    }

    /// One of its attributes, as `Fn::GetAtt` gives it: `bucket.attribute("Arn")`.
    ///
    /// The check at synthesis refuses what the type does not return; [`attribute!`](crate::attribute) does when it is
    /// compiled.
    pub fn attribute(&self, name: &str) -> Value {
        self.token.id().attribute(name)
    }

    /// Sets a property, in place of what it was before; `None` takes it off.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, value: impl IntoValue) -> Self {
        let name = name.into();
        match value.into_value() {
            Some(value) => _ = self.properties.insert(name, value),
            None => _ = self.properties.remove(&name),
        }
        self
    }

    /// Changes a property in its place, which is `Null` where there is none.
    #[must_use]
    pub(crate) fn change_property(mut self, name: &str, change: impl FnOnce(&mut Value)) -> Self {
        change(self.properties.entry(name.to_owned()).or_insert(Value::Null));
        self
    }

    /// Creates this resource only after another one: its logical id, or the resource.
    #[must_use]
    pub fn depends_on(mut self, other: impl Into<LogicalId>) -> Self {
        self.depends_on.push(other.into());
        self
    }

    /// Creates this resource only where a condition of the template holds.
    #[must_use]
    pub fn condition(mut self, id: LogicalId) -> Self {
        self.condition = Some(id);
        self
    }

    /// What becomes of it when its stack is deleted; most types are deleted by default.
    #[must_use]
    pub fn deletion_policy(mut self, policy: DeletionPolicy) -> Self {
        self.deletion_policy = Some(policy.into());
        self
    }

    /// What becomes of it when an update replaces it; it is deleted by default.
    #[must_use]
    pub fn update_replace_policy(mut self, policy: UpdateReplacePolicy) -> Self {
        self.update_replace_policy = Some(policy.into());
        self
    }

    /// What CloudFormation waits for before it takes this resource as created.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html>.
    #[must_use]
    pub fn creation_policy(mut self, policy: impl IntoValue) -> Self {
        self.creation_policy = policy.into_value();
        self
    }

    /// How CloudFormation updates a group of instances, or an alias of a function.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html>.
    #[must_use]
    pub fn update_policy(mut self, policy: impl IntoValue) -> Self {
        self.update_policy = policy.into_value();
        self
    }

    /// Data that goes with it, for people and tools.
    #[must_use]
    pub fn metadata(mut self, metadata: impl IntoValue) -> Self {
        self.metadata = metadata.into_value();
        self
    }

    /// Keeps the resource when its stack is deleted or it is replaced: `DeletionPolicy: Retain`.
    #[must_use]
    pub fn retain(self) -> Self {
        self.deletion_policy(DeletionPolicy::Retain).update_replace_policy(UpdateReplacePolicy::Retain)
    }

    /// Keeps the resource like [`retain`](Self::retain), but not where the creation of its stack fails.
    #[must_use]
    pub fn retain_except_on_create(self) -> Self {
        self.deletion_policy(DeletionPolicy::RetainExceptOnCreate).update_replace_policy(UpdateReplacePolicy::Retain)
    }

    /// Deletes the resource with its stack: `DeletionPolicy: Delete`.
    #[must_use]
    pub fn delete(self) -> Self {
        self.deletion_policy(DeletionPolicy::Delete).update_replace_policy(UpdateReplacePolicy::Delete)
    }

    /// The type, such as `AWS::SQS::Queue`.
    pub fn resource_type(&self) -> &str {
        &self.resource_type
    }

    /// The properties by name.
    pub fn properties(&self) -> &BTreeMap<String, Value> {
        &self.properties
    }

    /// Whether a function of the App provides it.
    pub(crate) fn is_provided(&self) -> bool {
        #[cfg(feature = "custom-resources")]
        return self.provider.is_some();
        #[cfg(not(feature = "custom-resources"))]
        false
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        let attributes = [
            &self.deletion_policy,
            &self.update_replace_policy,
            &self.creation_policy,
            &self.update_policy,
            &self.metadata,
        ];
        self.properties.values().chain(self.others.values()).chain(attributes.into_iter().flatten())
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let attributes = [
            &mut self.deletion_policy,
            &mut self.update_replace_policy,
            &mut self.creation_policy,
            &mut self.update_policy,
            &mut self.metadata,
        ];
        self.properties.values_mut().chain(self.others.values_mut()).chain(attributes.into_iter().flatten())
    }
}

impl From<&Resource> for LogicalId {
    /// A placeholder for its logical id until it has one.
    fn from(resource: &Resource) -> Self {
        resource.token.id().clone()
    }
}

macro_rules! from_policies {
    ($($policy:ident: $($variant:ident)*;)*) => {$(
        impl From<$policy> for Value {
            fn from(policy: $policy) -> Self {
                Self::from(match policy { $($policy::$variant => stringify!($variant),)* })
            }
        }
    )*};
}
from_policies! {
    DeletionPolicy: Delete Retain RetainExceptOnCreate Snapshot;
    UpdateReplacePolicy: Delete Retain Snapshot;
}
