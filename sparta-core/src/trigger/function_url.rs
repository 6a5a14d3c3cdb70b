//! Function URLs.

use super::{Scope, Trigger};
use crate::{
    FunctionSpec, Problem, Streams, attribute,
    cfn::{Output, Resource},
    resource,
};

/// An HTTPS address of the function's own, without API Gateway.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html>.
///
/// # Example
///
/// ```
/// use sparta_core::trigger::FunctionUrl;
///
/// let for_callers_of_this_account = FunctionUrl::signed();
/// let for_everybody = FunctionUrl::public();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct FunctionUrl {
    public: bool,
    streaming: bool,
}

impl FunctionUrl {
    /// Only callers that sign their requests and have the permission `lambda:InvokeFunctionUrl`.
    pub fn signed() -> Self {
        Self { public: false, streaming: false }
    }

    /// Everybody on the internet.
    pub fn public() -> Self {
        Self { public: true, streaming: false }
    }

    /// Streams answers: the caller sees the first bytes of a response's body as soon as they are
    /// there, and an answer may have 200 MB instead of 6.
    ///
    /// It goes for the requests that come through this address; the function's other triggers get whole answers. A body
    /// that breaks off leaves the caller with a part of it, and the reason in the logs.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::trigger::FunctionUrl;
    ///
    /// let for_long_answers = FunctionUrl::public().streaming();
    /// ```
    pub fn streaming(mut self) -> Self {
        self.streaming = true;
        self
    }
}

impl Trigger for FunctionUrl {
    fn describe(&self) -> String {
        let callers = if self.public { "public" } else { "signed" };
        format!("function URL ({callers}{})", if self.streaming { ", streaming" } else { "" })
    }

    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        function.isolates_tenants().then(|| FunctionUrlMistake::IsolatedTenants.into()).into_iter().collect()
    }

    fn unique_key(&self, function: &FunctionSpec) -> Option<String> {
        Some(format!("the function URL of `{}`", function.name()))
    }

    fn streams(&self) -> Streams {
        Streams { function_url: self.streaming, ..Streams::default() }
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let (function, unqualified) = (scope.function_arn(), scope.function().arn());
        let alias = scope.function().alias().map(str::to_owned);
        let auth = if self.public { "NONE" } else { "AWS_IAM" };
        let mode = self.streaming.then_some("RESPONSE_STREAM");
        let url = resource!(AWS::Lambda::Url {
            TargetFunctionArn: (unqualified),
            Qualifier: (alias),
            AuthType: (auth),
            InvokeMode: (mode),
        });
        let url = scope.function().alias_id().into_iter().fold(url, Resource::depends_on);
        let url = scope.add(&[&name, "Url"], url);
        if self.public {
            // Since October 2025 a public URL needs both permissions.
            let through_url = resource!(AWS::Lambda::Permission {
                Action: "lambda:InvokeFunctionUrl",
                FunctionName: (&function),
                Principal: "*",
                FunctionUrlAuthType: "NONE",
            });
            scope.add(&[&name, "UrlPermission"], through_url);
            let invoke = resource!(AWS::Lambda::Permission {
                Action: "lambda:InvokeFunction",
                FunctionName: (function),
                Principal: "*",
                InvokedViaFunctionUrl: true,
            });
            scope.add(&[&name, "UrlInvokePermission"], invoke);
        }
        let description = format!("Address of the function {name}");
        scope.output(&[&name, "Url"], Output::new(description, attribute!(AWS::Lambda::Url, url, "FunctionUrl")));
    }
}

/// What is wrong with a [`FunctionUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionUrlMistake {
    /// The function isolates tenants, and a URL names none.
    #[error("Lambda has no function URLs where tenants are isolated: use an API, or remove `.tenant_isolation()`")]
    IsolatedTenants,
}
