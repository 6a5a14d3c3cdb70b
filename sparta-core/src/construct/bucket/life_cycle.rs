//! How long objects stay, and where.

use crate::{cfn::Value, property};

/// How long objects stay in a bucket, and in which storage class.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html>.
///
/// # Example
///
/// ```
/// use sparta_core::construct::LifeCycle;
///
/// let exports = LifeCycle::under("exports/").expire_after(30).expire_versions_after(7);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct LifeCycle {
    prefix: Option<String>,
    expire: Option<u32>,
    expire_versions: Option<u32>,
    abort_uploads: Option<u32>,
    moves: Vec<(u32, StorageClass)>,
}

/// A storage class that objects are moved to.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageClass {
    /// S3 Standard-IA: rarely read, after 30 days at the earliest.
    StandardIa,
    /// S3 One Zone-IA: rarely read and kept in one zone, after 30 days at the earliest.
    OneZoneIa,
    /// S3 Intelligent-Tiering, which moves each object as it is read.
    IntelligentTiering,
    /// S3 Glacier Instant Retrieval.
    GlacierInstantRetrieval,
    /// S3 Glacier Flexible Retrieval: objects are restored before they are read.
    Glacier,
    /// S3 Glacier Deep Archive: objects are restored within hours before they are read.
    DeepArchive,
}

/// What is wrong with a [`LifeCycle`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifeCycleMistake {
    /// No days at all.
    #[error("a life cycle counts at least 1 day until objects expire or an upload is given up, not 0")]
    Days,
    /// A move that S3 does not make so early.
    #[error("objects are moved to {class:?} after 30 days or later, not after {days}")]
    TooEarly {
        /// The class.
        class: StorageClass,
        /// After how many days.
        days: u32,
    },
    /// A move of what is deleted by then.
    #[error("objects are moved to {class:?} after {days} days, and deleted after {expire}: delete them later")]
    Gone {
        /// The class.
        class: StorageClass,
        /// After how many days.
        days: u32,
        /// When they are deleted.
        expire: u32,
    },
    /// Former versions of a bucket that keeps none.
    #[error("the bucket keeps no former versions of objects that could expire: add `.versioned()`")]
    NotVersioned,
    /// A rule that says nothing.
    #[error("the life cycle of `{0}` says nothing: add `.expire_after(30)`, for example")]
    Empty(String),
}

impl LifeCycle {
    /// Of objects whose keys begin with a prefix.
    pub fn under(prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::default() }
    }

    /// Deletes objects so many days after they were put.
    pub fn expire_after(mut self, days: u32) -> Self {
        self.expire = Some(days);
        self
    }

    /// Deletes former versions of objects so many days after they were replaced.
    pub fn expire_versions_after(mut self, days: u32) -> Self {
        self.expire_versions = Some(days);
        self
    }

    /// Gives up uploads in parts that nobody finished within so many days.
    pub fn abort_uploads_after(mut self, days: u32) -> Self {
        self.abort_uploads = Some(days);
        self
    }

    /// Moves objects to another storage class so many days after they were put.
    pub fn move_after(mut self, days: u32, class: StorageClass) -> Self {
        self.moves.push((days, class));
        self
    }

    /// The bucket's rule with a number.
    pub(super) fn property(&self, number: usize) -> Value {
        let moves: Vec<Value> = self
            .moves
            .iter()
            .map(|(days, class)| {
                property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[].Transitions[] {
                    StorageClass: (class.aws_name()),
                    TransitionInDays: (*days),
                })
            })
            .collect();
        property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
            AbortIncompleteMultipartUpload: (self.abort_uploads.map(|days| {
                property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[].AbortIncompleteMultipartUpload {
                    DaysAfterInitiation: (days),
                })
            })),
            ExpirationInDays: (self.expire),
            Id: (format!("Rule{}", number + 1)),
            NoncurrentVersionExpiration: (self.expire_versions.map(|days| {
                property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[].NoncurrentVersionExpiration {
                    NoncurrentDays: (days),
                })
            })),
            Prefix: (&self.prefix),
            Status: "Enabled",
            Transitions: (Some(moves).filter(|moves| !moves.is_empty())),
        })
    }

    pub(super) fn check(&self, is_versioned: bool) -> Vec<LifeCycleMistake> {
        let mut mistakes = Vec::new();
        let days = [self.expire, self.expire_versions, self.abort_uploads];
        if days.contains(&Some(0)) {
            mistakes.push(LifeCycleMistake::Days);
        }
        if self.expire_versions.is_some() && !is_versioned {
            mistakes.push(LifeCycleMistake::NotVersioned);
        }
        for &(days, class) in &self.moves {
            if days < class.earliest() {
                mistakes.push(LifeCycleMistake::TooEarly { class, days });
            }
            mistakes.extend(self.expire.filter(|expire| *expire <= days).map(|expire| LifeCycleMistake::Gone {
                class,
                days,
                expire,
            }));
        }
        if days == [None; 3] && self.moves.is_empty() {
            mistakes.push(LifeCycleMistake::Empty(self.prefix.clone().unwrap_or_default()));
        }
        mistakes
    }
}

impl StorageClass {
    const fn aws_name(self) -> &'static str {
        match self {
            Self::StandardIa => "STANDARD_IA",
            Self::OneZoneIa => "ONEZONE_IA",
            Self::IntelligentTiering => "INTELLIGENT_TIERING",
            Self::GlacierInstantRetrieval => "GLACIER_IR",
            Self::Glacier => "GLACIER",
            Self::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// The first day on which S3 moves objects there.
    const fn earliest(self) -> u32 {
        match self {
            Self::StandardIa | Self::OneZoneIa => 30,
            _ => 0,
        }
    }
}
