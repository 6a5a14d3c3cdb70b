//! Functions over one record at a time.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use tower::{Service, ServiceExt, service_fn};

use crate::{BatchResponse, BoxError, Context, Error, Function, LambdaEvent, Record, Records, error::Failure};

impl Function {
    /// A function that gets the records of a queue or stream one at a time, and fails them one at a time.
    ///
    /// Records that the service fails come again, and the others do not: Lambda is told which, and the trigger's mapping says
    /// that it is told. Where records are in order, of streams and FIFO queues, nothing after one that failed is begun. `T` is
    /// the record as its sender writes it, such as `SqsMessage` of the crate `aws_lambda_events`. A record that does not fit it, and
    /// a panic, fail that record alone.
    ///
    /// # Example
    ///
    /// ```
    /// use serde::Deserialize;
    /// use sparta_core::{Error, Function, LambdaEvent, construct::Queue, service_fn};
    ///
    /// #[derive(Deserialize)]
    /// struct Message {
    ///     body: String,
    /// }
    ///
    /// async fn count(message: LambdaEvent<Message>) -> Result<(), Error> {
    ///     let clicks: u32 = message.payload.body.parse()?;
    ///     tracing::info!(clicks, "counted");
    ///     Ok(())
    /// }
    ///
    /// let count = Function::batch("count", service_fn(count)).trigger(Queue::new("clicks").batches().size(100));
    /// ```
    pub fn batch<T, S>(name: impl Into<String>, service: S) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        S: Service<LambdaEvent<T>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError> + 'static,
        S::Future: Send + 'static,
    {
        Self::event(
            name,
            service_fn(move |batch: LambdaEvent<Records<T>>| {
                let service = service.clone();
                async move { one_by_one(batch, service).await }
            }),
        )
    }
}

async fn one_by_one<T, S>(batch: LambdaEvent<Records<T>>, service: S) -> Result<BatchResponse, Error>
where
    T: DeserializeOwned,
    S: Service<LambdaEvent<T>> + Clone,
    S::Error: Into<BoxError> + 'static,
{
    let (records, context) = batch.into_parts();
    let mut response = BatchResponse::default();
    let mut records = records.iter();
    while let Some(record) = records.next() {
        let Some(identifier) = record.identifier() else {
            return Err(Error::msg(format!("record {} has nothing that Lambda knows it by", record.index())));
        };
        if let Err(error) = one(&record, &context, service.clone()).await {
            tracing::warn!(%error, record = identifier, "the record failed and comes again");
            response.fail_identifier(identifier);
            if record.is_ordered() {
                records.by_ref().for_each(|later| response.fail(&later));
            }
        }
    }
    Ok(response)
}

async fn one<T, S>(record: &Record<'_, T>, context: &Context, service: S) -> Result<(), Error>
where
    T: DeserializeOwned,
    S: Service<LambdaEvent<T>>,
    S::Error: Into<BoxError> + 'static,
{
    let event = LambdaEvent::new(record.read()?, context.clone());
    // The service is this record's own, so nothing that a panic left behind is seen by another.
    match AssertUnwindSafe(service.oneshot(event)).catch_unwind().await {
        Ok(done) => done.map(drop).map_err(|error| Failure::of(error).into()),
        Err(_) => Err(Error::msg("the handler panicked")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Deserialize)]
    struct Message {
        body: String,
    }

    /// The failures that a function over records answers with, and the records that it was given.
    async fn failures(records: Value) -> (Result<Value, Error>, Vec<String>) {
        let given = Arc::new(Mutex::new(Vec::new()));
        let service = {
            let given = Arc::clone(&given);
            service_fn(move |record: LambdaEvent<Message>| {
                let body = record.payload.body;
                given.lock().unwrap().push(body.clone());
                async move {
                    match body.as_str() {
                        "bad" => Err(Error::msg("a bad record")),
                        "panic" => panic!("a record that panics"),
                        _ => Ok(()),
                    }
                }
            })
        };
        let records = Records::from_json(json!({"Records": records}).to_string()).unwrap();
        let answer = one_by_one(LambdaEvent::new(records, Context::default()), service).await;
        let given = given.lock().unwrap().clone();
        (answer.map(|answer| json!(answer)["batchItemFailures"].take()), given)
    }

    fn failed(identifiers: &[&str]) -> Value {
        identifiers.iter().map(|it| json!({"itemIdentifier": it})).collect()
    }

    #[tokio::test]
    async fn records_fail_alone() {
        let message = |id: &str, body: Value| json!({"messageId": id, "body": body});
        let records = [
            message("1", "a".into()),
            message("2", "bad".into()),
            message("3", "panic".into()),
            message("4", 7.into()),
        ];
        let (answer, given) = failures([&records[..], &[message("5", "b".into())]].concat().into()).await;
        assert_eq!(answer.unwrap(), failed(&["2", "3", "4"]));
        assert_eq!(given, ["a", "bad", "panic", "b"]);
    }

    #[tokio::test]
    async fn nothing_after_a_failure_is_begun_where_records_are_in_order() {
        let fifo = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo";
        let message = |id: &str, body: &str| json!({"messageId": id, "body": body, "eventSourceARN": fifo});
        let (answer, given) = failures(json!([message("1", "a"), message("2", "bad"), message("3", "b")])).await;
        assert_eq!((answer.unwrap(), given), (failed(&["2", "3"]), vec!["a".to_owned(), "bad".into()]));
        let change = |number: &str, body: &str| json!({"dynamodb": {"SequenceNumber": number}, "body": body});
        let (answer, given) = failures(json!([change("7", "bad"), change("8", "a")])).await;
        assert_eq!((answer.unwrap(), given), (failed(&["7", "8"]), vec!["bad".to_owned()]));
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_named_fails_the_batch() {
        let (answer, given) = failures(json!([{"body": "a"}])).await;
        assert_eq!(answer.unwrap_err().to_string(), "record 0 has nothing that Lambda knows it by");
        assert!(given.is_empty());
    }
}
