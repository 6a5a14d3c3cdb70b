//! Batches: the records of queues and streams, one after another.

use std::any::type_name;
use std::iter::Enumerate;
use std::marker::PhantomData;
use std::{fmt, slice};

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Failure};
use crate::event::{FromEvent, mismatch};
use crate::json::{Cursor, Span, SyntaxError};

/// The records of an event from SQS, Kinesis, DynamoDB, SNS or S3, each read when its turn comes.
///
/// It holds the event's bytes; a record that does not fit `T` is an error of its own and does not spoil the others.
///
/// # Example
///
/// Only the messages that failed come again: Sparta sees by the answer's type that the trigger has to be configured for it.
/// [`Function::batch`](crate::Function::batch) does all of this by itself.
///
/// ```
/// use serde::Deserialize;
/// use sparta_core::{BatchResponse, Context, Error, LambdaEvent, Records};
///
/// #[derive(Deserialize)]
/// struct Message {
///     body: String,
/// }
///
/// async fn fulfil(event: LambdaEvent<Records<Message>>) -> Result<BatchResponse, Error> {
///     let mut response = BatchResponse::default();
///     for record in &event.payload {
///         let done = record.read().map_err(Error::from).and_then(|message| ship(&message.body));
///         if let Err(error) = done {
///             tracing::warn!(%error, "comes again");
///             response.fail(&record);
///         }
///     }
///     Ok(response)
/// }
///
/// fn ship(order: &str) -> Result<(), Error> {
///     order.parse::<u32>()?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let event = r#"{"Records": [
///     {"messageId": "m-1", "body": "7"},
///     {"messageId": "m-2", "body": "seven"},
///     {"messageId": "m-3", "body": 7}
/// ]}"#;
/// let event = LambdaEvent::new(Records::from_json(event)?, Context::default());
/// let response = serde_json::to_value(fulfil(event).await?)?;
/// let failures = serde_json::json!([{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-3"}]);
/// assert_eq!(response["batchItemFailures"], failures);
/// # Ok(())
/// # }
/// ```
pub struct Records<T> {
    event: Bytes,
    places: Vec<Span>,
    record: PhantomData<fn() -> T>,
}

/// One record of [`Records`].
pub struct Record<'a, T> {
    index: usize,
    json: &'a [u8],
    record: PhantomData<fn() -> T>,
}

/// The records of [`Records`] in their order.
#[derive(Debug)]
pub struct RecordsIter<'a, T> {
    event: &'a [u8],
    places: Enumerate<slice::Iter<'a, Span>>,
    record: PhantomData<fn() -> T>,
}

/// An event that is no batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The event has no list of them, as one of another sender.
    #[error("the event has no list called Records: expected one of SQS, Kinesis, DynamoDB, SNS or S3")]
    NoRecords,
    /// The event is not JSON.
    #[error("the event is not a JSON text: {0}")]
    Malformed(String),
}

/// A record that is not what the function is written for.
#[derive(Debug, thiserror::Error)]
#[error("record {index} is not a {expected}: {path}{source}")]
pub struct RecordError {
    index: usize,
    expected: &'static str,
    path: String,
    source: serde_json::Error,
}

impl<T> Records<T> {
    /// The records of an event's text.
    ///
    /// # Errors
    ///
    /// [`RecordsError`] when the text is not JSON or has no list of records.
    pub fn from_json(event: impl Into<Bytes>) -> Result<Self, RecordsError> {
        let event = event.into();
        match places(&event) {
            Ok(Some(places)) => Ok(Self { event, places, record: PhantomData }),
            Ok(None) => Err(RecordsError::NoRecords),
            Err(error) => Err(RecordsError::Malformed(error.to_string())),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The records in their order.
    pub fn iter(&self) -> RecordsIter<'_, T> {
        RecordsIter { event: &self.event, places: self.places.iter().enumerate(), record: PhantomData }
    }

    /// What the records read as, in their order, each read when its turn comes.
    pub fn values(&self) -> impl Iterator<Item = Result<T, RecordError>>
    where
        T: DeserializeOwned,
    {
        self.iter().map(|record| record.read())
    }
}

impl<'a, T> IntoIterator for &'a Records<T> {
    type Item = Record<'a, T>;
    type IntoIter = RecordsIter<'a, T>;

    fn into_iter(self) -> RecordsIter<'a, T> {
        self.iter()
    }
}

impl<'a, T> Iterator for RecordsIter<'a, T> {
    type Item = Record<'a, T>;

    fn next(&mut self) -> Option<Record<'a, T>> {
        let (index, place) = self.places.next()?;
        Some(Record { index, json: place.of(self.event), record: PhantomData })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<T> ExactSizeIterator for RecordsIter<'_, T> {}

impl<T> Record<'_, T> {
    /// Its place in the batch, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The record as it was sent.
    pub fn json(&self) -> &[u8] {
        self.json
    }

    /// What Lambda calls it in a [`BatchResponse`]: SQS's message id, or the sequence number of Kinesis or DynamoDB.
    pub fn identifier(&self) -> Option<String> {
        let paths = [&["messageId"][..], &["kinesis", "sequenceNumber"], &["dynamodb", "SequenceNumber"]];
        paths.into_iter().find_map(|path| text_at(self.json, path).ok().flatten())
    }

    /// Whether it has its place among the others: of a stream, or of a FIFO queue.
    pub(crate) fn is_ordered(&self) -> bool {
        let text = |name: &str| text_at(self.json, &[name]).ok().flatten();
        text("messageId").is_none() || text("eventSourceARN").is_some_and(|queue| queue.ends_with(".fifo"))
    }

    /// Reads the record.
    ///
    /// # Errors
    ///
    /// [`RecordError`], which names the record and what of it does not fit `T`.
    pub fn read(&self) -> Result<T, RecordError>
    where
        T: DeserializeOwned,
    {
        serde_json::from_slice(self.json).map_err(|plain| {
            let (path, source) = mismatch::<T>(self.json, plain);
            RecordError { index: self.index, expected: type_name::<T>(), path, source }
        })
    }
}

impl RecordError {
    /// The record's place in the batch, from 0.
    pub fn index(&self) -> usize {
        self.index
    }
}

impl<T> FromEvent for Records<T> {
    fn from_event(event: Bytes) -> Result<Self, Error> {
        Self::from_json(event).map_err(|error| Failure::of(error).into())
    }
}

impl<T> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Records({} of {})", self.len(), type_name::<T>())
    }
}

impl<T> fmt::Debug for Record<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} of {})", self.index, type_name::<T>())
    }
}

/// The answer to a batch: the records that failed. Lambda takes all others as done.
///
/// Of a stream, Lambda tries again from the first of them on. See
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

impl BatchResponse {
    /// The record comes again. One without an identifier makes Lambda try the whole batch again.
    pub fn fail<T>(&mut self, record: &Record<'_, T>) {
        self.fail_identifier(record.identifier().unwrap_or_default());
    }

    /// The record with this message id or sequence number comes again.
    pub fn fail_identifier(&mut self, identifier: impl Into<String>) {
        self.batch_item_failures.push(BatchItemFailure { item_identifier: identifier.into() });
    }
}

fn places(event: &[u8]) -> Result<Option<Vec<Span>>, SyntaxError> {
    let mut cursor = Cursor::new(event);
    let mut places = None;
    let mut more = cursor.open(b'{')?;
    while more {
        let is_records = matches!(&*cursor.key()?.read(event)?, b"Records" | b"records");
        match (is_records, cursor.peek()) {
            (true, Some(b'[')) => places = Some(items(&mut cursor)?),
            _ => drop(cursor.skip()?),
        }
        more = cursor.more(b'}')?;
    }
    cursor.end()?;
    Ok(places)
}

fn items(cursor: &mut Cursor<'_>) -> Result<Vec<Span>, SyntaxError> {
    let mut items = Vec::new();
    let mut more = cursor.open(b'[')?;
    while more {
        items.push(cursor.skip()?);
        more = cursor.more(b']')?;
    }
    Ok(items)
}

/// The text at the end of a path through objects.
fn text_at(json: &[u8], path: &[&str]) -> Result<Option<String>, SyntaxError> {
    let mut cursor = Cursor::new(json);
    for name in path {
        if !enter(json, &mut cursor, name.as_bytes())? {
            return Ok(None);
        }
    }
    match cursor.peek() {
        Some(b'"') => Ok(String::from_utf8(cursor.string()?.read(json)?.into_owned()).ok()),
        _ => Ok(None),
    }
}

/// Goes to the value of a member of the object; whether there is one.
fn enter(json: &[u8], cursor: &mut Cursor<'_>, name: &[u8]) -> Result<bool, SyntaxError> {
    let mut more = cursor.open(b'{')?;
    while more {
        if *cursor.key()?.read(json)? == *name {
            return Ok(true);
        }
        cursor.skip()?;
        more = cursor.more(b'}')?;
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn records_are_read_in_order_and_one_that_does_not_fit_spoils_no_other() {
        let records: Records<Vec<u32>> = Records::from_json(r#"{"x": 1, "Records": [[1, 2], [3, "4"], []]}"#).unwrap();
        assert_eq!(records.len(), 3);
        let mut values = records.values();
        assert_eq!(values.next().unwrap().unwrap(), [1, 2]);
        let error = values.next().unwrap().unwrap_err();
        assert_eq!(error.index(), 1);
        assert_eq!(
            error.to_string(),
            "record 1 is not a alloc::vec::Vec<u32>: [1]: invalid type: string \"4\", expected u32 at line 1 column 7"
        );
        assert!(values.next().unwrap().unwrap().is_empty());
        assert!(values.next().is_none());
    }

    #[test]
    fn a_record_has_the_identifier_that_lambda_knows_it_by() {
        let event = json!({"Records": [
            {"messageId": "m-1"},
            {"kinesis": {"sequenceNumber": "k-2"}},
            {"dynamodb": {"Keys": {}, "SequenceNumber": "d-3"}},
            {"messageId": 7},
        ]});
        let records: Records<Value> = Records::from_json(event.to_string()).unwrap();
        let mut response = BatchResponse::default();
        records.iter().for_each(|record| response.fail(&record));
        let failures = ["m-1", "k-2", "d-3", ""].map(|identifier| json!({"itemIdentifier": identifier}));
        assert_eq!(serde_json::to_value(&response).unwrap(), json!({"batchItemFailures": failures}));
        assert_eq!(serde_json::to_value(BatchResponse::default()).unwrap(), json!({"batchItemFailures": []}));
    }

    #[test]
    fn an_event_without_records_is_an_error_that_says_what_was_expected() {
        let error = |event: &'static str| Records::<Value>::from_json(event).unwrap_err().to_string();
        assert!(error("{}").starts_with("the event has no list called Records"));
        assert!(error(r#"{"Records": {}}"#).starts_with("the event has no list called Records"));
        assert_eq!(error("[]"), "the event is not a JSON text: expected an object at byte 0");
        assert_eq!(
            error(r#"{"Records": [1"#),
            "the event is not a JSON text: expected a comma or the end of a list at byte 14"
        );
    }
}
