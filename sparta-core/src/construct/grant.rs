//! What one function may do with one construct.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::Construct;
use crate::{
    cfn::{Resource, Value, sub},
    iam::{Arn, REGION, Statement},
    mistake::Problem,
    property,
};

/// What one function may do with one construct: a statement of its role, the variable with the construct's name, and so the
/// name at run time.
///
/// The grants of a construct are its methods: `links().read()`. [`Function::uses`](crate::Function::uses) takes them.
#[derive(Clone, Debug)]
#[must_use = "a grant is something for `Function::uses`"]
pub struct Grant {
    construct: Arc<dyn Construct>,
    statements: Vec<Statement>,
    problems: Vec<Problem>,
}

impl Grant {
    /// What the `statements` allow, for a construct of one's own.
    ///
    /// # Example
    ///
    /// [`Construct`] has one.
    pub fn new(construct: impl Construct, statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { construct: Arc::new(construct), statements: statements.into_iter().collect(), problems: Vec::new() }
    }

    /// Remembers what is wrong with it, for the report.
    pub(super) fn but(mut self, problems: impl IntoIterator<Item = impl Into<Problem>>) -> Self {
        self.problems.extend(problems.into_iter().map(Into::into));
        self
    }

    /// What may be done with.
    pub fn construct(&self) -> &Arc<dyn Construct> {
        &self.construct
    }

    /// What is allowed, in the function's role.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub(crate) fn statements_mut(&mut self) -> &mut [Statement] {
        &mut self.statements
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The variables of a function with these grants.
    pub(crate) fn variables(grants: &[Self]) -> BTreeMap<String, Value> {
        grants.iter().map(|grant| (grant.construct.variable(), grant.construct.value())).collect()
    }
}

/// A policy that denies everything that does not come over TLS.
pub(super) fn tls_only(actions: &str, resources: impl IntoIterator<Item = Value>) -> Value {
    let resources: Vec<Value> = resources.into_iter().collect();
    property!(AWS::SQS::QueuePolicy.PolicyDocument {
        Version: "2012-10-17",
        Statement: [{
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: (actions),
            Resource: (resources),
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        }],
    })
}

/// The resource of a policy with one more statement, unless it is there already.
pub(super) fn with_statement(policy: Resource, statement: Value) -> Resource {
    let Some(Value::Map(mut document)) = policy.properties().get("PolicyDocument").cloned() else { return policy };
    if let Some(Value::List(statements)) = document.get_mut("Statement")
        && !statements.contains(&statement)
    {
        statements.push(statement);
    }
    policy.property("PolicyDocument", Value::Map(document))
}

/// Lets a function use a KMS key through one AWS service only, which is in the key's region.
pub(super) fn with_key(key: &Value, service: &str, actions: &[&str]) -> Statement {
    let region = key.as_str().and_then(Arn::parse_literal).map_or(REGION, |arn| arn.region);
    let through = format!("{service}.{region}.amazonaws.com");
    let condition = Value::from(json!({"StringEquals": {"kms:ViaService": sub(through)}}));
    Statement::allow(actions.iter().copied()).on(key.clone()).when(condition)
}
