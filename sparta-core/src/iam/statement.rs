//! One statement of a policy, and the documents that statements are in.

use crate::cfn::Value;
use crate::property;

/// One statement of an IAM policy that allows `actions` on `resources`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    actions: Vec<String>,
    resources: Vec<Value>,
    condition: Option<Value>,
}

impl Statement {
    /// Allows `actions`, such as `dynamodb:GetItem`; say [`on`](Self::on) what.
    pub fn allow<A: Into<String>>(actions: impl IntoIterator<Item = A>) -> Self {
        Self { actions: actions.into_iter().map(Into::into).collect(), resources: Vec::new(), condition: None }
    }

    /// Adds a resource: an ARN, or a value of the template that is one.
    #[must_use]
    pub fn on(mut self, resource: impl Into<Value>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Allows it only under an IAM condition: `{"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}`.
    #[must_use]
    pub fn when(mut self, condition: impl Into<Value>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// What is allowed.
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// On what it is allowed.
    pub fn resources(&self) -> &[Value] {
        &self.resources
    }

    /// When it is allowed, where that is said.
    pub(crate) fn condition(&self) -> Option<&Value> {
        self.condition.as_ref()
    }

    /// The same on other resources.
    pub(crate) fn on_only(&self, resources: &[Value]) -> Self {
        Self { resources: resources.to_vec(), ..self.clone() }
    }

    /// Some of the actions on the same.
    pub(crate) fn of_only(&self, actions: &[String]) -> Self {
        Self { actions: actions.to_vec(), ..self.clone() }
    }

    fn to_value(&self) -> Value {
        property!(AWS::IAM::Policy.PolicyDocument.Statement[] {
            Effect: "Allow",
            Action: (one_or_many(self.actions.iter().map(|a| Value::from(a.as_str())).collect())),
            Resource: (one_or_many(self.resources.clone())),
            Condition: (&self.condition),
        })
    }
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::List(values) }
}

/// The policy document with these statements.
pub fn policy_document(statements: &[Statement]) -> Value {
    let statements: Vec<Value> = statements.iter().map(Statement::to_value).collect();
    property!(AWS::IAM::Policy.PolicyDocument { Version: "2012-10-17", Statement: (statements) })
}

/// The trust policy of a role that only `service`, such as `lambda.amazonaws.com`, may take on.
pub fn trust_policy(service: &str) -> Value {
    property!(AWS::IAM::Role.AssumeRolePolicyDocument {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: (service) }, Action: "sts:AssumeRole" }],
    })
}

/// The trust policy of a role that `service` may take on for this account's `source_arn` only.
pub(crate) fn trust_policy_for(service: &str, source_arn: &Value) -> Value {
    property!(AWS::IAM::Role.AssumeRolePolicyDocument {
        Version: "2012-10-17",
        Statement: [{
            Effect: "Allow",
            Principal: { Service: (service) },
            Action: "sts:AssumeRole",
            Condition: {
                StringEquals: { "aws:SourceAccount": (Value::pseudo("AWS::AccountId")) },
                ArnEquals: { "aws:SourceArn": (source_arn) },
            },
        }],
    })
}
