//! The one error of all calls, with advice for each kind of failure.

use std::error::Error;
use std::fmt;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;

use super::Call;
use crate::error::Advice;
use crate::output::Shown;

/// What kind of failure a call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There are no credentials, or they could not be loaded.
    NoCredentials,
    /// The credentials have run out.
    Expired,
    /// AWS does not know the credentials.
    BadCredentials,
    /// The credentials do not allow the call.
    Denied,
    /// AWS refused for the number of requests, again and again.
    Throttled,
    /// AWS failed (5xx), again and again.
    Unavailable,
    /// There was no answer: no connection, a dropped one, or none in time.
    Unreachable,
    /// The answer is none of AWS's, or one of another form, so that nobody knows what AWS did.
    Unreadable,
    /// AWS refused the call for a reason of its own.
    Refused,
}

/// A call of AWS that failed.
///
/// It keeps texts only and never the request, so that nothing secret can be read out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AwsError {
    /// The call.
    pub call: Call,
    /// What it was about, such as `stack "Hello"`.
    pub thing: String,
    /// The kind of failure.
    pub fault: Fault,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// AWS's code, such as `ValidationError`.
    pub code: Option<Box<str>>,
    /// AWS's message, or the chain of causes when there was no answer.
    pub message: String,
    /// AWS's id of the request.
    pub request_id: Option<Box<str>>,
}

impl AwsError {
    /// Whether the same call may succeed a little later.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.fault, Fault::Throttled | Fault::Unavailable | Fault::Unreachable | Fault::Unreadable)
    }

    /// Whether AWS answered with this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether CloudFormation answered that there is no such stack.
    pub(crate) fn is_missing_stack(&self) -> bool {
        self.has_code("ValidationError") && self.message.starts_with("Stack") && self.message.contains("does not exist")
    }

    /// A call that was not even made.
    pub(super) fn refused(call: Call, thing: String, reason: &(dyn Error + 'static)) -> Self {
        let message = causes(reason);
        Self { call, thing, fault: Fault::Refused, status: None, code: None, message, request_id: None }
    }

    pub(crate) fn from_sdk<E>(call: Call, thing: String, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let request_id = error.request_id().map(Box::from);
        let read = status.is_some_and(|status| (200..300).contains(&status));
        let service = error.as_service_error().filter(|service| !read || service.message().is_some());
        let (code, message) = match service {
            Some(service) => {
                (service.code().map(Box::from), service.message().map_or_else(|| no_message(status), str::to_owned))
            }
            None => (None, causes(&error)),
        };
        let fault = match &error {
            SdkError::ServiceError(_) | SdkError::ResponseError(_) if read => Fault::Unreadable,
            SdkError::ServiceError(_) => answered(status, code.as_deref(), &message),
            _ if message.to_lowercase().contains("credential") => Fault::NoCredentials,
            SdkError::ConstructionFailure(_) => Fault::Refused,
            _ => Fault::Unreachable,
        };
        let message = if fault == Fault::NoCredentials { of_providers(message) } else { message };
        Self { call, thing, fault, status, code, message, request_id }
    }
}

/// What the providers of credentials say that were meant to give some: those that were not asked for, and EC2's metadata on
/// a machine that is not EC2's, explain nothing.
fn of_providers(message: String) -> String {
    let Some((_, tried)) = message.split_once("no credentials found in chain. Attempted:") else { return message };
    let idle = |said: &&str| said.contains("provider was not enabled") || said.starts_with("Ec2InstanceMetadata");
    let failed: Vec<&str> = tried.lines().map(str::trim).filter(|said| !said.is_empty() && !idle(said)).collect();
    if failed.is_empty() { "none were found".to_owned() } else { failed.join("; ") }
}

pub(crate) fn failed<E>(call: Call, thing: impl fmt::Display) -> impl FnOnce(SdkError<E>) -> AwsError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    move |error| AwsError::from_sdk(call, thing.to_string(), error)
}

fn no_message(status: Option<u16>) -> String {
    match status {
        Some(status) => format!("HTTP status {status} without a message"),
        None => "no message".to_owned(),
    }
}

fn answered(status: Option<u16>, code: Option<&str>, message: &str) -> Fault {
    match (code.unwrap_or_default(), status) {
        ("ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired", _) => Fault::Expired,
        (
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "AuthFailure"
            | "InvalidToken"
            | "IncompleteSignature"
            | "MissingAuthenticationToken",
            _,
        ) => Fault::BadCredentials,
        ("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation", _) => Fault::Denied,
        (
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "SlowDown"
            | "RateExceeded",
            Some(429 | 400 | 503),
        ) => Fault::Throttled,
        (_, Some(429)) => Fault::Throttled,
        (_, Some(500..)) if is_anothers_refusal(message) => Fault::Refused,
        (_, Some(500..)) => Fault::Unavailable,
        (_, Some(403)) => Fault::Denied,
        _ => Fault::Refused,
    }
}

/// Whether it failed inside only because what it called there refused: `An error occurred (CODE) when calling the ...`.
fn is_anothers_refusal(message: &str) -> bool {
    let code = message.rsplit_once("An error occurred (").and_then(|(_, rest)| rest.split_once(") when calling the "));
    code.is_some_and(|(code, _)| answered(Some(400), Some(code), "") == Fault::Refused && !code.starts_with("Internal"))
}

/// Whether what a dynamic reference of the template names is not there.
fn is_missing_reference(message: &str) -> bool {
    let is_parameter = message.starts_with("Parameters: [") && message.contains("cannot be found");
    is_parameter || message.contains("can't find the specified secret") || message.contains("(ParameterNotFound)")
}

fn causes(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        cause = error.source();
    }
    texts.join(": ")
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, thing, .. } = self;
        // AWS's own words; those of the SDK may have several lines.
        let message = match &self.code {
            Some(_) => Shown(&self.message).to_string(),
            None => self.message.clone(),
        };
        write!(f, "{} of {thing} ", call.name)?;
        match (self.fault, &self.code) {
            (Fault::NoCredentials, _) => write!(f, "failed for want of credentials: {message}"),
            (Fault::Unreadable, _) => write!(f, "was answered, but not in a way that can be read: {message}"),
            (Fault::Unreachable, _) => write!(f, "got no answer from AWS: {message}"),
            (Fault::Throttled, Some(code)) => {
                write!(f, "was throttled after all retries ({code}): {message}")
            }
            (Fault::Unavailable, Some(code)) => {
                write!(f, "failed inside AWS after all retries ({code}): {message}")
            }
            (_, Some(code)) => write!(f, "was refused ({code}): {message}"),
            (_, None) => write!(f, "was refused: {message}"),
        }?;
        match &self.request_id {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

impl Error for AwsError {}

impl Advice for AwsError {
    fn hints(&self) -> Vec<String> {
        let hint = match self.fault {
            Fault::NoCredentials => {
                "Log in (`aws sso login`, or `aws configure` once), set AWS_PROFILE or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or give --profile."
                    .to_owned()
            }
            Fault::Expired => {
                "The credentials have run out: renew them (`aws sso login`, or a new session token) and run the same \
                 command again."
                    .to_owned()
            }
            Fault::BadCredentials => {
                "AWS does not know these credentials: check AWS_PROFILE or --profile, the access key and this \
                 machine's clock (`aws sts get-caller-identity` shows who you are)."
                    .to_owned()
            }
            Fault::Denied => format!(
                "Allow `{}` on {} for the identity that deploys (`aws sts get-caller-identity` shows which that is).",
                self.call.action, self.thing
            ),
            Fault::Throttled => {
                "Other work in this account uses up its request rate; run the same command again in a minute."
                    .to_owned()
            }
            Fault::Unavailable => {
                "This is AWS's fault, and often short: run the same command again; https://health.aws.amazon.com \
                 shows outages."
                    .to_owned()
            }
            Fault::Unreachable => {
                "Check the network, the proxy, the region and AWS_ENDPOINT_URL, then run the same command again."
                    .to_owned()
            }
            Fault::Refused if is_missing_reference(&self.message) => {
                "The template refers to a secret or parameter ({{resolve:...}}) that this account has not in this region: \
                 make it first (`aws secretsmanager create-secret`, `aws ssm put-parameter`), or correct its name in \
                 the settings of the environment."
                    .to_owned()
            }
            Fault::Unreadable => {
                "Something else may have answered in AWS's place: check the proxy and AWS_ENDPOINT_URL, then run the same \
                 command again."
                    .to_owned()
            }
            Fault::Refused => return Vec::new(),
        };
        vec![hint]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_providers_of_credentials_only_those_speak_that_were_asked_for() {
        let of = |lines: &str| {
            of_providers(format!("other: not enabled: no credentials found in chain. Attempted:\n{lines}"))
        };
        let idle = "  Environment: the credential provider was not enabled: environment variable not set\n";
        let metadata = "  Ec2InstanceMetadata: an error occurred while loading credentials: it does not answer";
        assert_eq!(of(&format!("{idle}{metadata}")), "none were found");
        let expired = "  Profile: an error occurred while loading credentials: the SSO session has expired\n";
        let said = of(&format!("{idle}{expired}{metadata}"));
        assert_eq!(said, "Profile: an error occurred while loading credentials: the SSO session has expired");
        assert_eq!(of_providers("the token is broken".into()), "the token is broken");
    }
}
