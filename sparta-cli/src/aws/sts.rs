//! AWS Security Token Service: who is calling.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;

use super::error::failed;
use super::{AwsError, calls};

/// Who calls AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account's 12 digits.
    pub account: String,
    /// The user's or role session's ARN.
    pub arn: String,
}

/// The account and the identity that the credentials belong to.
///
/// # Errors
///
/// Those of the call.
pub(crate) async fn identity(config: &SdkConfig) -> Result<Identity, AwsError> {
    let caller = Client::new(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(failed(calls::GET_CALLER_IDENTITY, "the credentials"))?;
    Ok(Identity { account: caller.account.unwrap_or_default(), arn: caller.arn.unwrap_or_default() })
}
