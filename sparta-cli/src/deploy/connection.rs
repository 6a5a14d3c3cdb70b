//! The connection that a pipeline's stack has: somebody has to authorise it once, and is waited for.

use std::time::Duration;

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::json;
use sparta_core::iam::Arn;

use super::{Progress, interruption};
use crate::aws::{AwsError, calls, operation::Client, request::Request};
use crate::error::Advice;

/// How long somebody is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// From one look to the next.
    pub pause: Duration,
    /// After so many looks nobody is waited for any more.
    pub looks: u32,
    /// Looks in a row that may fail.
    pub patience: u32,
}

impl Default for Waiting {
    /// Half an hour.
    fn default() -> Self {
        Self { pause: Duration::from_secs(5), looks: 360, patience: 10 }
    }
}

/// Why a connection cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectionError {
    /// A call of AWS failed.
    #[error("{source}")]
    Aws {
        /// The stack.
        stack: String,
        /// The call.
        source: AwsError,
    },
    /// Nobody authorised it.
    #[error("the connection of stack {stack:?} was not authorised within {minutes} minutes")]
    Pending {
        /// The stack.
        stack: String,
        /// Its page in the console.
        page: String,
        /// How long somebody was waited for.
        minutes: u64,
    },
    /// Ctrl-C.
    #[error("interrupted; the connection of stack {stack:?} is still to be authorised")]
    Interrupted {
        /// The stack.
        stack: String,
        /// Its page in the console.
        page: String,
    },
    /// The stack does not have it.
    #[error("stack {stack:?} has no connection {id:?}, which it was just given")]
    Missing {
        /// The stack.
        stack: String,
        /// Its logical id.
        id: String,
    },
}

impl Advice for ConnectionError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Aws { source, .. } => {
                let mut hints = source.hints();
                hints.push(
                    "The connection is in its stack, and the pipeline does not read through it yet: the same command goes on."
                        .to_owned(),
                );
                hints
            }
            Self::Pending { page, .. } | Self::Interrupted { page, .. } => vec![
                format!("Choose \"Update pending connection\" at {page}"),
                "Then run the same command again, which goes on with the pipeline.".to_owned(),
            ],
            Self::Missing { .. } => {
                vec!["Somebody else changes this stack too: run the same command again.".to_owned()]
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Connection {
    connection_status: String,
}

/// Waits until somebody has authorised the connection of this stack; answers whether that was still to be done.
///
/// # Errors
///
/// [`ConnectionError`]; the connection stays as it is.
pub(crate) async fn authorised(
    config: &SdkConfig,
    progress: &dyn Progress,
    stack: &str,
    arn: &str,
    waiting: Waiting,
) -> Result<bool, ConnectionError> {
    let interrupted = || ConnectionError::Interrupted { stack: stack.to_owned(), page: console_page(arn) };
    let client = Client::new(calls::CODE_CONNECTIONS, config);
    let result = tokio::select! {
        result = wait(&client, progress, stack, arn, waiting) => result,
        () = interruption() => Err(interrupted()),
    };
    progress.stop();
    result
}

async fn wait(
    client: &Client,
    progress: &dyn Progress,
    stack: &str,
    arn: &str,
    waiting: Waiting,
) -> Result<bool, ConnectionError> {
    let failed = |source| ConnectionError::Aws { stack: stack.to_owned(), source };
    let mut told = "AVAILABLE".to_owned();
    let mut failures = 0;
    for look in 0..waiting.looks {
        if look > 0 {
            tokio::time::sleep(waiting.pause).await;
        }
        match status(client, arn).await {
            Ok(status) if status == "AVAILABLE" => return Ok(look > 0),
            Ok(status) => {
                if status != told {
                    tell(progress, stack, arn, &status);
                }
                (told, failures) = (status, 0);
            }
            Err(error) if error.is_transient() && look > 0 && failures < waiting.patience => {
                failures += 1;
                progress.say(&format!("{error}; asking again"));
            }
            Err(error) => return Err(failed(error)),
        }
    }
    let minutes = waiting.pause.as_secs() * u64::from(waiting.looks) / 60;
    Err(ConnectionError::Pending { stack: stack.to_owned(), page: console_page(arn), minutes })
}

fn tell(progress: &dyn Progress, stack: &str, arn: &str, status: &str) {
    match status {
        "ERROR" => progress.say("The connection is in ERROR: AWS tries again by itself; its page says why"),
        _ => progress.say(&format!(
            "The connection of stack {stack:?} has to be authorised once: choose \"Update pending connection\" at\n  {}\n\
             (Ctrl-C is safe: the same command goes on from there)",
            console_page(arn)
        )),
    }
    progress.start("Waiting until the connection is AVAILABLE");
}

async fn status(client: &Client, arn: &str) -> Result<String, AwsError> {
    let request = Request::json(&json!({ "ConnectionArn": arn }));
    let answer: Answer = client.call(calls::GET_CONNECTION, format!("connection {arn:?}"), request).await?;
    Ok(answer.connection.connection_status)
}

/// The page in the console where a connection is authorised.
pub(crate) fn console_page(arn: &str) -> String {
    let domain = match Arn::parse(arn).map(|arn| arn.partition) {
        Some("aws-us-gov") => "amazonaws-us-gov.com",
        _ => "aws.amazon.com",
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, _, region, account, connection] = parts[..] else { return arn.to_owned() };
    let id = connection.rsplit('/').next().unwrap_or_default();
    format!("https://{region}.console.{domain}/codesuite/settings/{account}/{region}/codeconnections/connections/{id}")
}
