use aws_config::SdkConfig;
use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

use super::Progress;
use crate::aws::AwsError;
use crate::aws::s3::{Bucket, S3};
use crate::error::Advice;

/// A content-addressed object: what belongs under its key is never anything else.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The bucket.
    pub bucket: String,
    /// The key, which depends on the content.
    pub key: String,
    /// The content.
    pub content: Vec<u8>,
    /// The account that the bucket has to belong to; default: any.
    pub owner: Option<String>,
}

/// What an upload found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploaded {
    /// The object is new.
    Uploaded,
    /// The object was there already, byte for byte.
    AlreadyThere,
}

/// Why something is not in the bucket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// A call of AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// There is no such bucket.
    #[error("there is no bucket {bucket:?}")]
    Missing {
        /// The bucket.
        bucket: String,
        /// Where it would belong.
        region: String,
    },
    /// The bucket is somebody else's.
    #[error("bucket {bucket:?} belongs to another account, or these credentials may not use it")]
    Forbidden {
        /// The bucket.
        bucket: String,
        /// S3's answer.
        source: AwsError,
    },
    /// Lambda takes code from buckets of its own region only.
    #[error("bucket {bucket:?} is in {}, the deployment in {wanted}", found.as_deref().unwrap_or("another region"))]
    Elsewhere {
        /// The bucket.
        bucket: String,
        /// The bucket's region.
        found: Option<String>,
        /// The deployment's region.
        wanted: String,
    },
}

impl Advice for UploadError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Aws(error) => return error.hints(),
            Self::Missing { bucket, region } => format!(
                "Create it (`aws s3 mb s3://{bucket} --region {region}`), or name one of yours with --s3Bucket."
            ),
            Self::Forbidden { .. } => {
                "Bucket names are shared by all accounts: name one of yours with --s3Bucket. If it \
                 is yours, allow `s3:ListBucket` on it and `s3:GetObject` and `s3:PutObject` on its objects."
                    .to_owned()
            }
            Self::Elsewhere { found, wanted, .. } => match found {
                Some(found) => {
                    format!("Name a bucket in {wanted} with --s3Bucket, or deploy to {found} with --region {found}.")
                }
                None => format!("Name a bucket in {wanted} with --s3Bucket."),
            },
        };
        vec![hint]
    }
}

/// Puts an object into a bucket, unless it is there already.
///
/// What is there is trusted by its SHA-256 only: whoever may write to the bucket could have put anything under the key.
///
/// # Errors
///
/// [`UploadError`], which says what is wrong with the bucket.
pub(crate) async fn upload(
    config: &SdkConfig,
    progress: &dyn Progress,
    upload: Upload,
) -> Result<Uploaded, UploadError> {
    let s3 = S3::new(config);
    let Upload { bucket, key, content, owner } = upload;
    let owner = owner.as_deref();
    check(&s3, &bucket, owner).await?;
    let length = content.len();
    let sha256 = base64::encode(Sha256::digest(&content));
    match s3.object(&bucket, &key, owner).await? {
        Some(object) if object.sha256.as_ref() == Some(&sha256) => {
            progress.say(&format!("s3://{bucket}/{key} is there already"));
            return Ok(Uploaded::AlreadyThere);
        }
        Some(_) => progress.say(&format!("s3://{bucket}/{key} is there, but not with this content: replacing it")),
        None => {}
    }
    progress.start(&format!("Uploading s3://{bucket}/{key} ({length} bytes)"));
    let put = s3.put(&bucket, &key, content, &sha256, owner).await;
    progress.stop();
    put?;
    progress.say(&format!("Uploaded s3://{bucket}/{key} ({length} bytes)"));
    Ok(Uploaded::Uploaded)
}

/// Refuses a bucket that nothing could be uploaded to.
///
/// # Errors
///
/// [`UploadError`], which says what is wrong with the bucket.
pub(crate) async fn check_bucket(config: &SdkConfig, bucket: &str, owner: Option<&str>) -> Result<(), UploadError> {
    check(&S3::new(config), bucket, owner).await
}

async fn check(s3: &S3, bucket: &str, owner: Option<&str>) -> Result<(), UploadError> {
    let bucket = bucket.to_owned();
    let wanted = s3.region().to_owned();
    match s3.bucket(&bucket, owner).await? {
        Bucket::Ours(Some(found)) if found != wanted => {
            Err(UploadError::Elsewhere { bucket, found: Some(found), wanted })
        }
        Bucket::Ours(_) => Ok(()),
        Bucket::Missing => Err(UploadError::Missing { bucket, region: wanted }),
        Bucket::Elsewhere(found) => Err(UploadError::Elsewhere { bucket, found, wanted }),
        Bucket::Forbidden(source) => Err(UploadError::Forbidden { bucket, source }),
    }
}
