//! AWS Lambda: new code for a function that exists.

use aws_config::SdkConfig;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::operation::Client;
use super::request::Request;
use super::{AwsError, calls};

/// What a function runs, and how its last update went.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Code {
    /// Base64 of the archive's SHA-256.
    #[serde(rename = "CodeSha256", default)]
    pub sha256: String,
    /// `Successful`, `InProgress` or `Failed`.
    #[serde(rename = "LastUpdateStatus", default = "successful")]
    pub last_update: String,
    /// AWS's reason for the last update's status.
    #[serde(rename = "LastUpdateStatusReason")]
    pub reason: Option<String>,
}

/// Absent for a function that was never updated.
fn successful() -> String {
    "Successful".to_owned()
}

/// The calls that Sparta makes of Lambda.
#[derive(Clone, Debug)]
pub(crate) struct Lambda {
    client: Client,
}

impl Lambda {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(calls::LAMBDA, config) }
    }

    /// What the function runs now.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn code(&self, function: &str) -> Result<Code, AwsError> {
        let request = Request::rest("GET", &["2015-03-31", "functions", function, "configuration"]);
        self.client.call(calls::GET_FUNCTION_CONFIGURATION, thing(function), request).await
    }

    /// Starts to give the function the code at this place in S3.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn update_code(&self, function: &str, bucket: &str, key: &str) -> Result<(), AwsError> {
        let request = Request::rest("PUT", &["2015-03-31", "functions", function, "code"])
            .body(&json!({ "S3Bucket": bucket, "S3Key": key }));
        let IgnoredAny = self.client.call(calls::UPDATE_FUNCTION_CODE, thing(function), request).await?;
        Ok(())
    }
}

fn thing(function: &str) -> String {
    format!("function {function:?}")
}
