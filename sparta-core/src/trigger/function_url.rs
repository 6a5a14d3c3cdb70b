use super::{Scope, Trigger};
use crate::{FunctionSpec, attribute, cfn::Output, resource};

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
}

impl FunctionUrl {
    /// Only callers that sign their requests and have the permission `lambda:InvokeFunctionUrl`.
    pub fn signed() -> Self {
        Self { public: false }
    }

    /// Everybody on the internet.
    pub fn public() -> Self {
        Self { public: true }
    }
}

impl Trigger for FunctionUrl {
    fn describe(&self) -> String {
        format!("function URL ({})", if self.public { "public" } else { "signed" })
    }

    fn claim(&self, function: &FunctionSpec) -> Option<String> {
        Some(format!("the function URL of `{}`", function.name()))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let function = scope.function_arn();
        let auth = if self.public { "NONE" } else { "AWS_IAM" };
        let url = resource!(AWS::Lambda::Url { TargetFunctionArn: (&function), AuthType: (auth) });
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
