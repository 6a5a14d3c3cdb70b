//! What must hold for any bytes that come as a batch.

use std::fmt::{self, Debug};

use bytes::Bytes;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use sparta_core::{BatchResponse, Records, RecordsError};

/// Reads the records as types of which some fit, and compares with what serde reads.
pub fn check(event: &[u8]) {
    let records = Records::<Value>::from_json(Bytes::copy_from_slice(event));
    match (&records, serde_json::from_slice(event)) {
        (_, Ok(Document { records: Some(texts) })) => {
            check_as::<Value>(event, &texts);
            check_as::<Message>(event, &texts);
            check_as::<Vec<u32>>(event, &texts);
            check_as::<String>(event, &texts);
            check_identifiers(&records.unwrap(), &texts);
        }
        (Err(RecordsError::NoRecords), Ok(Document { records: None })) => {}
        (other, Ok(Document { records: None })) => panic!("{other:?}"),
        (Ok(records), Err(_)) => show(records),
        (Err(error), Err(_)) => assert!(!error.to_string().is_empty()),
    }
}

/// An event's last list of records, each as it was written. It reads no deeper than that, so that no depth is too much.
struct Document {
    records: Option<Vec<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    #[serde(default)]
    body: Option<String>,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Document, A::Error> {
        let mut records = None;
        while let Some((name, value)) = members.next_entry::<String, &RawValue>()? {
            if ["Records", "records"].contains(&&*name) && value.get().starts_with('[') {
                let items: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(serde::de::Error::custom)?;
                records = Some(items.into_iter().map(|item| item.get().to_owned()).collect());
            }
        }
        Ok(Document { records })
    }
}

fn check_as<T: DeserializeOwned + PartialEq + Debug>(event: &[u8], texts: &[String]) {
    let records = Records::<T>::from_json(Bytes::copy_from_slice(event)).unwrap();
    assert_eq!((records.len(), records.is_empty()), (texts.len(), texts.is_empty()));
    assert_eq!((records.iter().len(), records.values().count()), (texts.len(), texts.len()));
    for ((index, record), text) in records.iter().enumerate().zip(texts) {
        assert_eq!((record.index(), record.json()), (index, text.as_bytes()));
        match (record.read(), serde_json::from_str::<T>(text)) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
            (Err(error), Err(_)) => {
                assert_eq!(error.index(), index);
                assert!(error.to_string().starts_with(&format!("record {index} is not a ")), "{error}");
            }
            (ours, theirs) => panic!("{text}: {ours:?} is not {theirs:?}"),
        }
    }
}

/// Of a name that is there twice, serde takes the last one, and Sparta the first: such records are not compared.
fn check_identifiers(records: &Records<Value>, texts: &[String]) {
    let mut response = BatchResponse::default();
    let names = ["messageId", "kinesis", "sequenceNumber", "dynamodb", "SequenceNumber"];
    for (record, text) in records.iter().zip(texts) {
        let identifier = record.identifier();
        response.fail(&record);
        let is_plain = !text.contains('\\') && names.iter().all(|name| text.matches(name).count() < 2);
        let Some(value) = serde_json::from_str::<Value>(text).ok().filter(|_| is_plain) else { continue };
        let paths = ["/messageId", "/kinesis/sequenceNumber", "/dynamodb/SequenceNumber"];
        let expected = paths.iter().find_map(|path| value.pointer(path)?.as_str());
        assert_eq!(identifier.as_deref(), expected, "{text}");
    }
    let response = serde_json::to_value(&response).unwrap();
    assert_eq!(response["batchItemFailures"].as_array().unwrap().len(), texts.len());
}

fn show(records: &Records<Value>) {
    for record in records {
        let _ = record.identifier();
        if let Err(error) = record.read() {
            assert!(!error.to_string().is_empty());
        }
    }
}
