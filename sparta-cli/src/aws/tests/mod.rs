mod endpoint;
mod http;
mod moto;
mod operation;
mod secrets;

use aws_config::SdkConfig;

use super::AwsError;
use super::lambda::{Code, Lambda};
use super::secrets::{Secrets, Stored};
use crate::deploy::tests::script::{Answer, Script};

/// The function's code, as the scripted server answers.
async fn code(config: &SdkConfig) -> Result<Code, AwsError> {
    Lambda::new(config).code("api").await
}

fn configuration() -> Answer {
    Answer::json(200, r#"{"CodeSha256": "abc", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no space"}"#)
}
