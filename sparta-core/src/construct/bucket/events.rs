//! Objects that are put and deleted, which invoke a function.

use std::{fmt::Debug, sync::Arc};

use serde_json::json;

use super::Bucket;
use crate::{
    FunctionSpec,
    cfn::Value,
    construct::{Construct, New, rule::Rule},
    mistake::Problem,
    property,
    trigger::{Scope, Trigger},
};

/// Invokes a function for each object that is put into a bucket or deleted.
///
/// The events come through EventBridge, which the bucket tells of everything: a notification from the bucket itself would be
/// a circle where the function uses the bucket, too, and could not overlap with another. The function gets an
/// [`ObjectEvent`](super::ObjectEvent), at least once for each object. Of a bucket that exists already, its owner has to
/// [switch EventBridge on][on].
///
/// [on]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html
///
/// # Example
///
/// ```
/// use sparta_core::construct::Bucket;
///
/// let images = Bucket::new("images").created().under("uploads/").ending(".jpg").ending(".png");
/// let deleted = Bucket::existing("documents").removed();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct BucketEvents<Origin = New> {
    bucket: Bucket<Origin>,
    what: What,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Created,
    Removed,
}

impl What {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Created => ("Object Created", "created in"),
            Self::Removed => ("Object Deleted", "removed from"),
        }
    }
}

/// What is wrong with [`BucketEvents`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BucketEventsMistake {
    /// An empty prefix or suffix.
    #[error("every key begins and ends with an empty text: remove `.under(\"\")` and `.ending(\"\")`")]
    Empty,
    /// A prefix that keys do not begin with.
    #[error("no key begins like the prefix `{0}`: leave out its first `/`")]
    Slash(String),
}

impl<Origin> BucketEvents<Origin> {
    pub(super) fn created(bucket: Bucket<Origin>) -> Self {
        Self { bucket, what: What::Created, prefixes: Vec::new(), suffixes: Vec::new() }
    }

    pub(super) fn removed(bucket: Bucket<Origin>) -> Self {
        Self { what: What::Removed, ..Self::created(bucket) }
    }

    /// Only objects whose keys begin with this prefix, `uploads/`; or with one of several.
    pub fn under(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    /// Only objects whose keys end with this suffix, `.jpg`; or with one of several.
    pub fn ending(mut self, suffix: impl Into<String>) -> Self {
        self.suffixes.push(suffix.into());
        self
    }

    /// The patterns of EventBridge for its keys, one of which a key fits.
    ///
    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.
    fn keys(&self) -> Vec<serde_json::Value> {
        let (prefixes, suffixes) = (&self.prefixes, &self.suffixes);
        match (prefixes.is_empty(), suffixes.is_empty()) {
            (_, true) => prefixes.iter().map(|prefix| json!({"prefix": prefix})).collect(),
            (true, _) => suffixes.iter().map(|suffix| json!({"suffix": suffix})).collect(),
            _ => {
                let both = prefixes.iter().flat_map(|prefix| suffixes.iter().map(move |suffix| [prefix, suffix]));
                both.map(|both| json!({"wildcard": both.map(|text| literal(text)).join("*")})).collect()
            }
        }
    }
}

/// A text as a wildcard pattern has it that fits nothing else.
fn literal(text: &str) -> String {
    text.replace('\\', r"\\").replace('*', r"\*")
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Trigger for BucketEvents<Origin> {
    fn describe(&self) -> String {
        let (_, words) = self.what.words();
        format!("objects {words} the bucket {}", self.bucket.label())
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        vec![Arc::new(self.bucket.clone())]
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        let mut texts = self.prefixes.iter().chain(&self.suffixes);
        let empty = texts.any(String::is_empty).then_some(BucketEventsMistake::Empty);
        let slashes = self.prefixes.iter().filter(|prefix| prefix.starts_with('/'));
        let slashes = slashes.cloned().map(BucketEventsMistake::Slash);
        empty.into_iter().chain(slashes).map(Problem::from).collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        if self.bucket.declared.is_new() {
            let on = property!(AWS::S3::Bucket.NotificationConfiguration {
                EventBridgeConfiguration: { EventBridgeEnabled: true },
            });
            scope.change_construct(&self.bucket, |bucket| bucket.property("NotificationConfiguration", on));
        }
        let (detail_type, words) = self.what.words();
        let keys = Some(self.keys()).filter(|keys| !keys.is_empty()).map(|keys| json!({"key": keys}));
        let object = keys.map(|keys| ("object".to_owned(), Value::from(keys)));
        let bucket = Value::Map([("name".to_owned(), Value::List(vec![self.bucket.value()]))].into());
        let detail = [("bucket".to_owned(), bucket)].into_iter().chain(object);
        let pattern = property!(AWS::Events::Rule.EventPattern {
            source: ["aws.s3"],
            "detail-type": [(detail_type)],
            detail: (Value::Map(detail.collect())),
        });
        let label = self.bucket.label();
        Rule {
            words: &[label, detail_type],
            about: format!("Objects {words} {label}"),
            pattern,
            bus: None,
            dead_letters: None,
        }
        .invoke(scope);
    }
}
