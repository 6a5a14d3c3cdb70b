//! Where the calls of a service go: to a URL that the user sets, else to the service's host in the region.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::config::endpoint::{DefaultResolver, Params, ParamsBuilder, ResolveEndpoint as _};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint};
use aws_smithy_types::endpoint::Endpoint;
use aws_types::service_config::ServiceConfigKey;

use super::request::Service;

/// Finds the endpoint of one service.
///
/// It asks CloudFormation's resolver, which knows the partitions and refuses what cannot be, and replaces the service.
#[derive(Debug)]
pub(super) struct Endpoints {
    service: Service,
    params: ParamsBuilder,
}

impl Endpoints {
    pub(super) fn new(service: Service, config: &SdkConfig) -> Self {
        let params = Params::builder()
            .set_region(config.region().map(ToString::to_string))
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(config.use_dual_stack())
            .set_endpoint(own_url(service, config));
        Self { service, params }
    }

    async fn url(&self) -> Result<String, BoxError> {
        let params = self.params.clone().build()?;
        let resolved = DefaultResolver::new().resolve_endpoint(&params).await?;
        let url = resolved.url();
        if params.endpoint().is_some() {
            return Ok(url.to_owned());
        }
        let host =
            url.strip_prefix("https://cloudformation").ok_or("the endpoint of CloudFormation has another form")?;
        // In GovCloud, CloudFormation's FIPS host is the ordinary one; these services have one of their own.
        let mut rest = host.strip_prefix("-fips").unwrap_or(host).to_owned();
        if self.service.ipv6 {
            rest = rest
                .replace(".api.aws", ".amazonaws.com")
                .replace(".api.amazonwebservices.com.cn", ".amazonaws.com.cn");
        }
        let fips = if params.use_fips() == Some(true) { "-fips" } else { "" };
        Ok(format!("https://{}{fips}{rest}", self.service.name))
    }
}

impl ResolveEndpoint for Endpoints {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::new(async { Ok(Endpoint::builder().url(self.url().await?).build()) })
    }
}

/// The user's URL: what the code sets goes before the service's own, and that before the one for all services.
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
