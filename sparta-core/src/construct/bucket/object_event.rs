//! What a function gets to know of an object.

use serde::Deserialize;

/// An object that was put into a bucket or deleted, as [`Bucket::created`](super::Bucket::created) and
/// [`Bucket::removed`](super::Bucket::removed) tell a function.
///
/// It reads EventBridge's event, whose keys are as they are in S3: not escaped.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{Error, LambdaEvent, construct::ObjectEvent};
///
/// async fn thumbnail(event: LambdaEvent<ObjectEvent>) -> Result<(), Error> {
///     let ObjectEvent { bucket, key, .. } = event.payload;
///     tracing::info!(bucket, key, "was put");
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Event")]
pub struct ObjectEvent {
    /// The name of the bucket.
    pub bucket: String,
    /// The key of the object.
    pub key: String,
    /// How many bytes it has; none of what was deleted.
    pub size: Option<u64>,
    /// Its version, where the bucket keeps versions.
    pub version: Option<String>,
    /// What tells its content from others; none of a deletion that is a marker only.
    pub etag: Option<String>,
    /// The request that it was put or deleted by, such as `PutObject`, or `Lifecycle Expiration`.
    pub reason: Option<String>,
}

/// EventBridge's event.
#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    bucket: BucketDetail,
    object: ObjectDetail,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct BucketDetail {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ObjectDetail {
    key: String,
    size: Option<u64>,
    version_id: Option<String>,
    etag: Option<String>,
}

impl From<Event> for ObjectEvent {
    fn from(Event { detail: Detail { bucket, object, reason } }: Event) -> Self {
        let ObjectDetail { key, size, version_id, etag } = object;
        Self { bucket: bucket.name, key, size, version: version_id, etag, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_of_s3_is_read() {
        let event = json!({
            "version": "0",
            "detail-type": "Object Created",
            "source": "aws.s3",
            "detail": {
                "version": "0",
                "bucket": {"name": "images"},
                "object": {"key": "a b+ü.jpg", "size": 5, "etag": "b1946a", "version-id": "IYV3", "sequencer": "61"},
                "requester": "123456789012",
                "reason": "PutObject",
            },
        });
        let read: ObjectEvent = serde_json::from_value(event).unwrap();
        let some = |text: &str| Some(text.to_owned());
        let expected = ObjectEvent {
            bucket: "images".into(),
            key: "a b+ü.jpg".into(),
            size: Some(5),
            version: some("IYV3"),
            etag: some("b1946a"),
            reason: some("PutObject"),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn what_was_deleted_has_neither_size_nor_etag() {
        let event = json!({"detail": {"bucket": {"name": "images"}, "object": {"key": "a"}}});
        let read: ObjectEvent = serde_json::from_value(event).unwrap();
        assert_eq!((read.key.as_str(), read.size, read.etag), ("a", None, None));
        assert!(serde_json::from_value::<ObjectEvent>(json!({"Records": []})).is_err());
    }
}
