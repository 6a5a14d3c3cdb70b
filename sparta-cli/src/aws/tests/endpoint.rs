use aws_config::{BehaviorVersion, Region};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::origin::Origin;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::*;
use crate::aws::Fault;
use crate::calls::{LAMBDA, SECRETS_MANAGER, Service};

/// The URL of calls with this configuration, or why there is none.
async fn url(service: Service, config: &SdkConfig) -> Result<String, String> {
    crate::aws::endpoint::url(service, config).await.map_err(|error| error.to_string())
}

fn region(region: &str, fips: bool, dual_stack: bool) -> SdkConfig {
    SdkConfig::builder().region(Region::new(region.to_owned())).use_fips(fips).use_dual_stack(dual_stack).build()
}

#[tokio::test]
async fn each_partition_has_its_hosts() {
    for (name, host) in [
        ("eu-west-1", "eu-west-1.amazonaws.com"),
        ("cn-north-1", "cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", "us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "us-isob-east-1.sc2s.sgov.gov"),
        ("eu-isoe-west-1", "eu-isoe-west-1.cloud.adc-e.uk"),
        ("us-isof-south-1", "us-isof-south-1.csp.hci.ic.gov"),
        ("eusc-de-east-1", "eusc-de-east-1.amazonaws.eu"),
    ] {
        assert_eq!(url(LAMBDA, &region(name, false, false)).await, Ok(format!("https://lambda.{host}")));
        assert_eq!(url(LAMBDA, &region(name, true, false)).await, Ok(format!("https://lambda-fips.{host}")));
        let secrets = url(SECRETS_MANAGER, &region(name, false, false)).await;
        assert_eq!(secrets, Ok(format!("https://secretsmanager.{host}")));
    }
}

/// As `aws-sdk-lambda` 1.156 and `aws-sdk-secretsmanager` 1.125 have them.
#[tokio::test]
async fn dual_stack_has_hosts_of_its_own_but_for_services_whose_ordinary_ones_are_dual_stack() {
    for (name, fips, lambda, secrets) in [
        ("eu-west-1", false, "lambda.eu-west-1.api.aws", "secretsmanager.eu-west-1.amazonaws.com"),
        ("us-east-1", true, "lambda-fips.us-east-1.api.aws", "secretsmanager-fips.us-east-1.amazonaws.com"),
        ("us-gov-west-1", true, "lambda-fips.us-gov-west-1.api.aws", "secretsmanager-fips.us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", false, "lambda.us-iso-east-1.api.aws.ic.gov", "secretsmanager.us-iso-east-1.api.aws.ic.gov"),
        (
            "cn-north-1",
            false,
            "lambda.cn-north-1.api.amazonwebservices.com.cn",
            "secretsmanager.cn-north-1.amazonaws.com.cn",
        ),
    ] {
        assert_eq!(url(LAMBDA, &region(name, fips, true)).await, Ok(format!("https://{lambda}")));
        assert_eq!(url(SECRETS_MANAGER, &region(name, fips, true)).await, Ok(format!("https://{secrets}")));
    }
}

#[tokio::test]
async fn what_is_no_region_is_refused() {
    let no_label = url(LAMBDA, &region("eu-west-1.evil.example/", false, false)).await.unwrap_err();
    assert!(no_label.contains("must be a valid host label"), "{no_label}");
    let none = url(LAMBDA, &SdkConfig::builder().build()).await.unwrap_err();
    assert_eq!(none, "Invalid Configuration: Missing Region");
}

#[tokio::test]
async fn fips_and_dual_stack_are_refused_together_with_a_url() {
    let script = Script::new([]);
    for (config, refusal) in [
        (script.config().into_builder().use_fips(true), "FIPS and custom endpoint are not supported"),
        (script.config().into_builder().use_dual_stack(true), "Dualstack and custom endpoint are not supported"),
    ] {
        let error = code(&config.build()).await.unwrap_err();
        assert!(error.message.ends_with(refusal), "{error}");
        assert_eq!(error.fault, Fault::Refused);
    }
    assert!(script.seen().is_empty());
}

/// `AWS_ENDPOINT_URL_SECRETS_MANAGER` or the profile's entry for that service.
#[derive(Debug)]
struct ForSecrets(String);

impl LoadServiceConfig for ForSecrets {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let key = (key.service_id(), key.env(), key.profile());
        (key == ("Secrets Manager", "AWS_ENDPOINT_URL", "endpoint_url")).then(|| self.0.clone())
    }
}

#[tokio::test]
async fn a_services_own_url_goes_before_the_one_for_all_and_one_in_code_before_both() {
    let own = ForSecrets("http://own:2/path".into());
    let config =
        region("eu-west-1", false, false).into_builder().endpoint_url("http://all:1").service_config(own).build();
    assert_eq!(url(SECRETS_MANAGER, &config).await.as_deref(), Ok("http://own:2/path"));
    assert_eq!(url(LAMBDA, &config).await.as_deref(), Ok("http://all:1"));
    let mut in_code = config.into_builder();
    in_code.insert_origin("endpoint_url", Origin::shared_config());
    assert_eq!(url(SECRETS_MANAGER, &in_code.build()).await.as_deref(), Ok("http://all:1"));
}

#[tokio::test]
async fn urls_of_a_profile_hold() {
    let profile = "[profile test]\nregion = eu-west-1\nendpoint_url = http://all:1\nservices = local\n\n\
                   [services local]\nlambda =\n  endpoint_url = http://own:2\n";
    let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, profile).build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(crate::aws::http::client());
    let config = loader.profile_files(files).profile_name("test").load().await;
    assert_eq!(url(LAMBDA, &config).await.as_deref(), Ok("http://own:2"));
    assert_eq!(url(SECRETS_MANAGER, &config).await.as_deref(), Ok("http://all:1"));
}

#[tokio::test]
async fn calls_go_to_the_url() {
    let (all, own) = (
        Script::new([("GetFunctionConfiguration", vec![configuration()])]),
        Script::new([("GetSecretValue", vec![Answer::json_error(404, "ResourceNotFoundException", "none")])]),
    );
    let own_url = own.config().endpoint_url().unwrap().to_owned();
    let config = all.config().into_builder().service_config(ForSecrets(own_url)).build();
    code(&config).await.unwrap();
    assert!(matches!(Secrets::new(&config).get("token").await.unwrap(), Stored::Nothing));
    assert_eq!((all.seen().len(), own.seen().len()), (1, 1));
}
