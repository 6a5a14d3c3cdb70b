//! What protects a function: its key, tenants apart from one another, the end of loops.

use super::{Check, FunctionMistake, Options};
use crate::{Function, cfn::Value, iam::Statement};

/// What Lambda does when a function calls itself in a circle, through SQS, S3, SNS or another function.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecursiveLoop {
    /// Nothing: the circle is meant, and has an end of its own.
    Allow,
    /// It stops after about 16 rounds, which is Lambda's default.
    Terminate,
}

impl RecursiveLoop {
    pub(crate) const fn lambda_name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Terminate => "Terminate",
        }
    }
}

impl Function {
    /// The ARN of a KMS key that its variables are encrypted with, instead of Lambda's own; its role may decrypt with it.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, attribute, resource, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// # let policy = serde_json::json!({});
    /// let key = resource!(AWS::KMS::Key { EnableKeyRotation: true, KeyPolicy: (policy) });
    /// let hello = Function::http("hello", service_fn(hello)).kms_key(attribute!(AWS::KMS::Key, key, "Arn"));
    /// ```
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.spec.options.kms_key = Some(arn.into());
        self
    }

    /// Serves each tenant in instances of its own; whoever calls it names the tenant.
    ///
    /// It cannot be changed afterwards, nor goes it with a function URL or provisioned concurrency.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).tenant_isolation();
    /// ```
    pub fn tenant_isolation(mut self) -> Self {
        self.spec.options.tenant_isolation = true;
        self
    }

    /// What happens when it calls itself in a circle; by default Lambda ends it.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, LambdaEvent, RecursiveLoop, service_fn};
    /// # async fn crawl(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// let crawl = Function::event("crawl", service_fn(crawl)).recursive_loop(RecursiveLoop::Allow);
    /// ```
    pub fn recursive_loop(mut self, recursive_loop: RecursiveLoop) -> Self {
        self.spec.options.recursive_loop = Some(recursive_loop);
        self
    }
}

/// What a function's role may do with the key of its variables.
pub(super) fn decrypt(key: &Value) -> Statement {
    Statement::allow(["kms:Decrypt"]).on(key.clone())
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    if options.tenant_isolation && options.provisioned_concurrency.is_some() {
        check.report(FunctionMistake::IsolatedAndProvisioned);
    }
}
