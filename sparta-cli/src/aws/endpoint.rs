//! Where the calls of a service go: to a URL that the user sets, else to the service's host in the region.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_types::service_config::ServiceConfigKey;

use super::calls::Service;

/// The URL of a service.
///
/// CloudFormation's resolver knows the partitions and refuses what cannot be; only the service is replaced in its answer.
pub(super) async fn url(service: Service, config: &SdkConfig) -> Result<String, BoxError> {
    let params = Params::builder()
        .set_region(config.region().map(ToString::to_string))
        .set_use_fips(config.use_fips())
        .set_use_dual_stack(config.use_dual_stack())
        .set_endpoint(own_url(service, config))
        .build()?;
    let resolved = DefaultResolver::new().resolve_endpoint(&params).await?;
    if params.endpoint().is_some() {
        return Ok(resolved.url().to_owned());
    }
    let host = resolved.url().strip_prefix("https://cloudformation");
    let host = host.ok_or("the endpoint of CloudFormation has another form")?;
    // In GovCloud, CloudFormation's FIPS host is the ordinary one; these services have one of their own.
    let host = host.strip_prefix("-fips").unwrap_or(host);
    let ordinary = [(".api.aws", ".amazonaws.com"), (".api.amazonwebservices.com.cn", ".amazonaws.com.cn")];
    let ordinary = ordinary.iter().find_map(|(own, ordinary)| Some((host.strip_suffix(own)?, *ordinary)));
    let (host, domain) = ordinary.filter(|_| service.ipv6).unwrap_or((host, ""));
    let fips = if params.use_fips() == Some(true) { "-fips" } else { "" };
    Ok(format!("https://{}{fips}{host}{domain}", service.name))
}

/// The user's URL: one that the code sets goes before the service's own, and that before the one for all services.
fn own_url(service: Service, config: &SdkConfig) -> Option<String> {
    let for_all = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return for_all;
    }
    let key =
        ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let for_service = key.ok().and_then(|key| config.service_config()?.load_config(key));
    for_service.or(for_all)
}
