//! What a function may do with a bucket.

use serde_json::json;

use super::Bucket;
use crate::{
    cfn::Value,
    construct::{Construct, Grant, grant::with_key},
    iam::Statement,
};

/// What a function may do with a bucket's objects, or with those under a prefix.
#[derive(Clone, Debug)]
#[must_use = "a grant is something for `Function::uses`"]
pub struct BucketGrant<Origin = super::New> {
    bucket: Bucket<Origin>,
    /// What it may do with objects.
    actions: Vec<&'static str>,
    lists: bool,
    key_actions: Vec<&'static str>,
    prefixes: Vec<String>,
}

/// What is wrong with a [`BucketGrant`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BucketGrantMistake {
    /// A prefix that stands for others, too.
    #[error("IAM reads the `*`, `?` and `$` of the prefix `{0}` as wildcards: name one without them")]
    Wildcard(String),
    /// A prefix that keys do not begin with.
    #[error("no key begins like the prefix `{0}`: leave out its first `/`")]
    Slash(String),
    /// No prefix.
    #[error("an empty prefix is that of all objects: remove `.under(\"\")`")]
    Empty,
}

const READ: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
const WRITE: [&str; 3] = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"];
const DELETE: [&str; 1] = ["s3:DeleteObject"];

impl<Origin: Clone> Bucket<Origin> {
    /// Reads objects, former versions too, and lists their keys.
    pub fn read(&self) -> BucketGrant<Origin> {
        self.grant(&READ, true, &["kms:Decrypt"])
    }

    /// Puts objects, at once or in parts.
    pub fn write(&self) -> BucketGrant<Origin> {
        // An upload in parts is read again when it is completed.
        self.grant(&WRITE, false, &["kms:Decrypt", "kms:GenerateDataKey"])
    }

    /// Reads, lists and puts objects.
    pub fn read_write(&self) -> BucketGrant<Origin> {
        self.grant(&[&READ[..], &WRITE].concat(), true, &["kms:Decrypt", "kms:GenerateDataKey"])
    }

    /// Deletes objects. Where the bucket is [`versioned`](Bucket::versioned), their former versions stay.
    pub fn delete(&self) -> BucketGrant<Origin> {
        self.grant(&DELETE, false, &[])
    }

    /// Puts what became of events that failed: Lambda asks for the whole bucket, and writes under `aws/lambda/async/` alone.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
    pub(in crate::construct) fn take_failures(&self) -> BucketGrant<Origin> {
        self.grant(&["s3:PutObject"], true, &["kms:GenerateDataKey"])
    }

    fn grant(&self, actions: &[&'static str], lists: bool, key_actions: &[&'static str]) -> BucketGrant<Origin> {
        BucketGrant {
            bucket: self.clone(),
            actions: actions.to_vec(),
            lists,
            key_actions: key_actions.to_vec(),
            prefixes: Vec::new(),
        }
    }
}

impl<Origin> BucketGrant<Origin> {
    /// Only objects whose keys begin with this prefix, `uploads/`; or with one of several.
    ///
    /// S3 answers with 403 in place of 404 where such a function reads an object that is not there.
    pub fn under(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    fn problems(&self) -> impl Iterator<Item = BucketGrantMistake> {
        self.prefixes.iter().filter_map(|prefix| match prefix.as_str() {
            "" => Some(BucketGrantMistake::Empty),
            it if it.starts_with('/') => Some(BucketGrantMistake::Slash(prefix.clone())),
            it if it.contains(['*', '?', '$']) => Some(BucketGrantMistake::Wildcard(prefix.clone())),
            _ => None,
        })
    }
}

impl<Origin: Clone> BucketGrant<Origin> {
    fn statements(&self) -> Vec<Statement> {
        let patterns = self.prefixes.iter().map(|prefix| format!("{prefix}*"));
        let patterns: Vec<String> = if self.prefixes.is_empty() { vec!["*".to_owned()] } else { patterns.collect() };
        let objects = Statement::allow(self.actions.iter().copied());
        let objects = patterns.iter().fold(objects, |statement, keys| statement.on(self.bucket.objects(keys)));
        let list = Statement::allow(["s3:ListBucket"]).on(self.bucket.arn());
        let list = match self.prefixes.is_empty() {
            true => list,
            false => list.when(Value::from(json!({"StringLike": {"s3:prefix": patterns}}))),
        };
        let key = self.bucket.kms_key.as_ref().filter(|_| !self.key_actions.is_empty());
        let key = key.map(|key| with_key(key, "s3", &self.key_actions));
        [objects].into_iter().chain(self.lists.then_some(list)).chain(key).collect()
    }
}

impl<Origin> From<BucketGrant<Origin>> for Grant
where
    Bucket<Origin>: Construct,
    Origin: Clone,
{
    fn from(grant: BucketGrant<Origin>) -> Self {
        Self::new(grant.bucket.clone(), grant.statements()).but(grant.problems())
    }
}
