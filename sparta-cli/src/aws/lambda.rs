//! AWS Lambda: new code for a function that exists.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;

use super::error::failed;
use super::{AwsError, Call};

const GET_CONFIGURATION: Call = Call { name: "GetFunctionConfiguration", action: "lambda:GetFunctionConfiguration" };
pub(crate) const UPDATE_CODE: Call = Call { name: "UpdateFunctionCode", action: "lambda:UpdateFunctionCode" };

/// What a function runs, and how its last update went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Base64 of the archive's SHA-256.
    pub sha256: String,
    /// `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
    /// AWS's reason for the last update's status.
    pub reason: Option<String>,
}

/// The calls that Sparta makes of Lambda.
#[derive(Clone, Debug)]
pub struct Lambda {
    client: Client,
}

impl Lambda {
    /// A client for the configured account and region.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// What the function runs now.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn code(&self, function: &str) -> Result<Code, AwsError> {
        let answer = self
            .client
            .get_function_configuration()
            .function_name(function)
            .send()
            .await
            .map_err(failed(GET_CONFIGURATION, thing(function)))?;
        Ok(Code {
            sha256: answer.code_sha256.unwrap_or_default(),
            // Absent for a function that was never updated.
            last_update: answer.last_update_status.map_or_else(|| "Successful".to_owned(), |s| s.as_str().to_owned()),
            reason: answer.last_update_status_reason,
        })
    }

    /// Starts to give the function the code at this place in S3.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn update_code(&self, function: &str, bucket: &str, key: &str) -> Result<(), AwsError> {
        self.client
            .update_function_code()
            .function_name(function)
            .s3_bucket(bucket)
            .s3_key(key)
            .send()
            .await
            .map_err(failed(UPDATE_CODE, thing(function)))?;
        Ok(())
    }
}

fn thing(function: &str) -> String {
    format!("function {function:?}")
}
