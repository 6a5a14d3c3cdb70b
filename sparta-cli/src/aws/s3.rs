//! Amazon S3: is the bucket ours, is the object there, put it.

use std::env;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, Delete, ObjectIdentifier};

use super::error::failed;
use super::{AwsError, Fault, calls};

/// How long an object may take to be sent and stored: 250 MB at 1 Mbit/s.
const LONGEST_UPLOAD: Duration = Duration::from_secs(2000);

/// A bucket that could be reached, or why not.
#[derive(Debug)]
pub(crate) enum Bucket {
    /// It may be used; with its region, where S3 tells.
    Ours(Option<String>),
    /// There is no such bucket.
    Missing,
    /// It is in another region, where S3 tells which.
    Elsewhere(Option<String>),
    /// It belongs to somebody else, or these credentials may not see it.
    Forbidden(AwsError),
}

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Base64 of the SHA-256 that S3 computed when it was stored; none if it computed another checksum.
    pub sha256: Option<String>,
}

/// The calls that Sparta makes of S3.
#[derive(Clone, Debug)]
pub(crate) struct S3 {
    client: Client,
    region: String,
}

impl S3 {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        // Servers at an overridden endpoint seldom resolve `BUCKET.host`.
        let path_style = config.endpoint_url().is_some() || env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build();
        Self { client: Client::from_conf(config), region }
    }

    /// The region that requests go to.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Looks at a bucket; `owner` is the account that it has to belong to.
    ///
    /// # Errors
    ///
    /// Those of the call that say nothing about the bucket.
    pub(crate) async fn bucket(&self, name: &str, owner: Option<&str>) -> Result<Bucket, AwsError> {
        let answer =
            self.client.head_bucket().bucket(name).set_expected_bucket_owner(owner.map(str::to_owned)).send().await;
        let error = match answer {
            Ok(answer) => return Ok(Bucket::Ours(answer.bucket_region)),
            Err(error) => error,
        };
        let region = header(&error, "x-amz-bucket-region");
        let error = AwsError::from_sdk(calls::HEAD_BUCKET, bucket(name), error);
        match error.status {
            Some(404) => Ok(Bucket::Missing),
            Some(301) => Ok(Bucket::Elsewhere(region)),
            Some(400 | 403) if region.as_deref().is_some_and(|region| region != self.region) => {
                Ok(Bucket::Elsewhere(region))
            }
            Some(400 | 403) => self.forbidden(name, error).await,
            _ => Err(error),
        }
    }

    /// An answer to HEAD has no body, so ask in a way that S3 answers with its reason.
    async fn forbidden(&self, name: &str, head: AwsError) -> Result<Bucket, AwsError> {
        match self.reason(name).await {
            Some(error) if error.status != Some(403) || error.fault != super::Fault::Denied => Err(error),
            _ if head.status == Some(403) => Ok(Bucket::Forbidden(head)),
            _ => Err(head),
        }
    }

    /// Why S3 refuses, which its answer to HEAD cannot say.
    async fn reason(&self, name: &str) -> Option<AwsError> {
        let asked = self.client.get_bucket_location().bucket(name).send().await;
        asked.map_err(failed(calls::GET_BUCKET_LOCATION, bucket(name))).err()
    }

    /// An object; none if it is not there or may not be seen.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn object(&self, name: &str, key: &str, owner: Option<&str>) -> Result<Option<Object>, AwsError> {
        let answer = self
            .client
            .head_object()
            .bucket(name)
            .key(key)
            .checksum_mode(ChecksumMode::Enabled)
            .set_expected_bucket_owner(owner.map(str::to_owned))
            .send()
            .await
            .map_err(failed(calls::HEAD_OBJECT, object(name, key)));
        match answer {
            Ok(answer) => Ok(Some(Object { sha256: answer.checksum_sha256 })),
            // Without s3:ListBucket, S3 says 403 for an object that is not there.
            Err(error) if matches!(error.status, Some(404 | 403)) => Ok(None),
            Err(error) if error.status == Some(400) => Err(self.reason(name).await.unwrap_or(error)),
            Err(error) => Err(error),
        }
    }

    /// Puts an object, which S3 checks against its SHA-256 in base64.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn put(
        &self,
        name: &str,
        key: &str,
        content: Vec<u8>,
        sha256: &str,
        owner: Option<&str>,
    ) -> Result<(), AwsError> {
        self.client
            .put_object()
            .bucket(name)
            .key(key)
            .checksum_sha256(sha256)
            .set_expected_bucket_owner(owner.map(str::to_owned))
            .body(ByteStream::from(content))
            .customize()
            .config_override(
                aws_sdk_s3::config::Builder::new()
                    .timeout_config(TimeoutConfig::builder().read_timeout(LONGEST_UPLOAD).build()),
            )
            .send()
            .await
            .map_err(failed(calls::PUT_OBJECT, object(name, key)))?;
        Ok(())
    }
}

impl S3 {
    /// Deletes every version of every object in a bucket; answers how many there were.
    ///
    /// # Errors
    ///
    /// Those of the calls; what was deleted until then is gone.
    pub(crate) async fn empty(&self, name: &str, owner: Option<&str>) -> Result<usize, AwsError> {
        let owner = owner.map(str::to_owned);
        let mut deleted = 0;
        loop {
            let listed = self.client.list_object_versions().bucket(name).set_expected_bucket_owner(owner.clone());
            let listed = listed.send().await.map_err(failed(calls::LIST_OBJECT_VERSIONS, bucket(name)))?;
            let versions = listed.versions.unwrap_or_default().into_iter().map(|it| (it.key, it.version_id));
            let markers = listed.delete_markers.unwrap_or_default().into_iter().map(|it| (it.key, it.version_id));
            let all = versions.chain(markers).filter_map(|(key, version)| identifier(key?, version));
            let all: Vec<ObjectIdentifier> = all.collect();
            if all.is_empty() {
                return Ok(deleted);
            }
            deleted += all.len();
            self.delete_versions(name, all, owner.clone()).await?;
        }
    }

    async fn delete_versions(
        &self,
        name: &str,
        versions: Vec<ObjectIdentifier>,
        owner: Option<String>,
    ) -> Result<(), AwsError> {
        let Ok(versions) = Delete::builder().set_objects(Some(versions)).quiet(true).build() else { return Ok(()) };
        let call = self.client.delete_objects().bucket(name).delete(versions).set_expected_bucket_owner(owner);
        let answer = call.send().await.map_err(failed(calls::DELETE_OBJECTS, bucket(name)))?;
        // One answer for all of them, which can be good although some of them are left.
        let Some(first) = answer.errors.unwrap_or_default().into_iter().next() else { return Ok(()) };
        let code = first.code.unwrap_or_default();
        Err(AwsError {
            call: calls::DELETE_OBJECTS,
            thing: object(name, &first.key.unwrap_or_default()),
            fault: if code == "AccessDenied" { Fault::Denied } else { Fault::Refused },
            status: None,
            code: Some(code.into()),
            message: first.message.unwrap_or_default(),
            request_id: None,
        })
    }
}

fn identifier(key: String, version: Option<String>) -> Option<ObjectIdentifier> {
    ObjectIdentifier::builder().key(key).set_version_id(version).build().ok()
}

fn bucket(name: &str) -> String {
    format!("bucket {name:?}")
}

fn object(name: &str, key: &str) -> String {
    format!("s3://{name}/{key}")
}

fn header<E>(error: &SdkError<E>, name: &str) -> Option<String> {
    error.raw_response()?.headers().get(name).map(str::to_owned)
}
