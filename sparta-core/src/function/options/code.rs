//! What code runs beside a function's own, and who has signed it.

use super::{Check, FunctionMistake, Options};
use crate::{Function, cfn::Value};

impl Function {
    /// A layer of Lambda's, by the ARN of one of its versions; at most 5, in the order in which they are unpacked to `/opt`.
    ///
    /// It has nothing to do with [`layer`](Self::layer), which wraps the handler.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let insights = "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53";
    /// let hello = Function::http("hello", service_fn(hello)).lambda_layer(insights);
    /// ```
    pub fn lambda_layer(mut self, version_arn: impl Into<Value>) -> Self {
        self.spec.options.lambda_layers.push(version_arn.into());
        self
    }

    /// The ARN of a code signing configuration. Lambda then takes archives of its publishers only, or warns of others.
    ///
    /// Sparta does not sign: where the configuration enforces signatures, a step of your own signs the archive before it is
    /// deployed.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let config = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0";
    /// let hello = Function::http("hello", service_fn(hello)).code_signing(config);
    /// ```
    pub fn code_signing(mut self, config_arn: impl Into<Value>) -> Self {
        self.spec.options.code_signing = Some(config_arn.into());
        self
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    if options.lambda_layers.len() > 5 {
        check.report(FunctionMistake::LambdaLayers { count: options.lambda_layers.len() });
    }
}
