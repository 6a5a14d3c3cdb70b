//! Where the sources are that a pipeline delivers.

use std::fmt;

use super::{PipelineMistake, Repository};

/// Where the sources are that a pipeline delivers; shows as the repository's full name or the object's URL.
///
/// # Example
///
/// ```
/// use sparta_core::{Pipeline, SourceLocation};
///
/// let pipeline = Pipeline::s3("acme-sources", "orders.zip");
/// let Ok(location @ SourceLocation::S3 { .. }) = pipeline.source() else { panic!() };
/// assert_eq!(location.to_string(), "s3://acme-sources/orders.zip");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceLocation {
    /// A repository elsewhere, which is read through a connection or with a token.
    Repository(Repository),
    /// A repository of CodeCommit in the pipeline's account and region.
    CodeCommit {
        /// Its name.
        repository: String,
    },
    /// A zip of the sources in a bucket of the pipeline's account and region.
    S3 {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

impl SourceLocation {
    /// The repository, where it is one elsewhere.
    pub fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Repository(repository) => Some(repository),
            Self::CodeCommit { .. } | Self::S3 { .. } => None,
        }
    }

    /// The service of AWS's that has the sources, and what starts the pipeline then.
    pub(crate) fn service(&self) -> Option<[&'static str; 2]> {
        match self {
            Self::Repository(_) => None,
            Self::CodeCommit { .. } => Some(["CodeCommit", "each push to its branch"]),
            Self::S3 { .. } => Some(["S3", "each new version of the object"]),
        }
    }

    /// What AWS would refuse of a name.
    ///
    /// See <https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html>,
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>.
    pub(super) fn check(&self) -> Vec<PipelineMistake> {
        let known = |name: &str, more: &[u8]| name.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b));
        match self {
            Self::Repository(_) => Vec::new(),
            Self::CodeCommit { repository } => {
                let is_name = (1..=100).contains(&repository.len()) && known(repository, b"._-");
                let is_name = is_name && !repository.ends_with(".git");
                (!is_name).then(|| PipelineMistake::CodeCommit(repository.clone())).into_iter().collect()
            }
            Self::S3 { bucket, key } => {
                let lower = !bucket.bytes().any(|b| b.is_ascii_uppercase()) && known(bucket, b".-");
                let ends = bucket.starts_with(|c: char| c.is_ascii_alphanumeric()) && !bucket.ends_with(['.', '-']);
                let is_bucket = (3..=63).contains(&bucket.len()) && lower && ends;
                let is_key = (1..=1000).contains(&key.len()) && !key.ends_with('/') && !key.contains(char::is_control);
                let of_bucket = (!is_bucket).then(|| PipelineMistake::SourceBucket(bucket.clone()));
                let of_key = (!is_key).then(|| PipelineMistake::SourceKey(key.clone()));
                of_bucket.into_iter().chain(of_key).collect()
            }
        }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repository) => f.write_str(&repository.full_name()),
            Self::CodeCommit { repository } => f.write_str(repository),
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pipeline, Push};

    #[test]
    fn names_that_aws_would_refuse_are_mistakes() {
        for name in ["orders", "web.orders-2_a", &"x".repeat(100)] {
            assert_eq!(Pipeline::codecommit(name).check(), [], "{name}");
        }
        for name in
            ["", "a/b", "orders.git", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a", &"x".repeat(101)]
        {
            assert_eq!(Pipeline::codecommit(name).check(), [PipelineMistake::CodeCommit(name.into())]);
        }
        assert_eq!(Pipeline::s3("acme-sources", "orders/main.zip").check(), []);
        for bucket in ["", "ab", "Acme", "s3://acme", "acme-", "a_b_c", &"x".repeat(64)] {
            assert_eq!(Pipeline::s3(bucket, "a.zip").check(), [PipelineMistake::SourceBucket(bucket.into())]);
        }
        for key in ["", "orders/", "a\nb", &"x".repeat(1001)] {
            assert_eq!(Pipeline::s3("acme", key).check(), [PipelineMistake::SourceKey(key.into())]);
        }
    }

    #[test]
    fn what_is_for_repositories_elsewhere_is_a_mistake_with_what_is_possible() {
        let arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";
        let pipeline = Pipeline::codecommit("orders").on(Push::branch("main")).connection(arn);
        let mistakes = pipeline.check();
        let [pushes, connection] = &mistakes[..] else { panic!("{mistakes:?}") };
        assert!(pushes.to_string().contains("each push to its branch"), "{pushes}");
        assert!(connection.to_string().contains("without a connection"), "{connection}");
        let mistakes = Pipeline::s3("acme", "orders.zip").on(Push::tag("v*")).check();
        assert!(mistakes[0].to_string().contains("each new version of the object"), "{mistakes:?}");
    }

    #[test]
    fn another_repository_may_be_elsewhere() {
        let pipeline = Pipeline::codecommit("orders").repository("https://gitlab.com/acme/orders");
        assert_eq!(pipeline.source().unwrap().to_string(), "acme/orders");
        assert_eq!(pipeline.check(), []);
    }
}
