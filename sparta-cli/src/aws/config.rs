//! Which account, region and endpoint the calls go to.

use std::env;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};

use super::http;
use crate::error::Advice;

/// How often a call is tried before its failure counts; the SDK's own default is 3.
const ATTEMPTS: u32 = 8;

/// How long an answer may take. The SDK would wait for ever on a connection that died unnoticed, as when a laptop sleeps.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// What the command line says about the account to use.
#[derive(Clone, Debug, Default)]
pub(crate) struct AwsOptions {
    /// The region; default: `AWS_REGION`, then the profile's.
    pub region: Option<String>,
    /// The profile; default: `AWS_PROFILE`, then `default`.
    pub profile: Option<String>,
}

/// No region was given anywhere.
#[derive(Debug, thiserror::Error)]
#[error("no AWS region is set")]
pub(crate) struct NoRegion;

impl Advice for NoRegion {
    fn hints(&self) -> Vec<String> {
        vec!["Give --region, set AWS_REGION, or put `region` into the profile (`aws configure`).".into()]
    }
}

/// Loads credentials' source, region and endpoint; calls nothing that belongs to the account.
///
/// # Errors
///
/// [`NoRegion`] when neither options nor environment nor profile name one.
pub(crate) async fn load(options: &AwsOptions) -> Result<SdkConfig, NoRegion> {
    let timeouts = TimeoutConfig::builder().read_timeout(LONGEST_ANSWER).build();
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).http_client(http::client()).timeout_config(timeouts);
    if env::var_os("AWS_MAX_ATTEMPTS").is_none() {
        loader = loader.retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    match config.region() {
        Some(_) => Ok(config),
        None => Err(NoRegion),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_region_of_the_command_line_is_used_and_calls_are_tried_often_and_end() {
        let options = AwsOptions { region: Some("eu-west-1".into()), profile: None };
        let config = load(&options).await.unwrap();
        assert_eq!(config.region().unwrap().as_ref(), "eu-west-1");
        assert_eq!(config.timeout_config().unwrap().read_timeout(), Some(LONGEST_ANSWER));
        if env::var_os("AWS_MAX_ATTEMPTS").is_none() {
            assert_eq!(config.retry_config().unwrap().max_attempts(), ATTEMPTS);
        }
    }
}
