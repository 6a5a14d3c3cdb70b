//! The clients of AWS, made when they are first used.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use tokio::sync::OnceCell;

/// Region and credentials from where the process runs; TLS by rustls on ring, which is small.
pub(crate) async fn config() -> &'static SdkConfig {
    static CONFIG: OnceCell<SdkConfig> = OnceCell::const_new();
    CONFIG
        .get_or_init(async || {
            let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
            aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await
        })
        .await
}

pub(crate) async fn dynamodb() -> &'static aws_sdk_dynamodb::Client {
    static CLIENT: OnceCell<aws_sdk_dynamodb::Client> = OnceCell::const_new();
    CLIENT.get_or_init(async || aws_sdk_dynamodb::Client::new(config().await)).await
}

pub(crate) async fn s3() -> &'static aws_sdk_s3::Client {
    static CLIENT: OnceCell<aws_sdk_s3::Client> = OnceCell::const_new();
    CLIENT.get_or_init(async || aws_sdk_s3::Client::new(config().await)).await
}
