//! Orders from a queue, which are counted in what all invocations share.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent};

/// What is in store.
pub struct Store {
    pieces: AtomicU32,
}

impl Store {
    pub async fn open() -> Result<Self, Error> {
        Ok(Self { pieces: AtomicU32::new(10) })
    }

    fn take(&self, pieces: u32) -> bool {
        let left = |there: u32| there.checked_sub(pieces);
        self.pieces.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok()
    }
}

pub async fn orders(store: &Store, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let (batch, context) = event.into_parts();
    if context.request_id.is_empty() || batch.records.is_empty() {
        return Err("an order is expected".into());
    }
    let mut response = SqsBatchResponse::default();
    for message in batch.records {
        let pieces = message.body.as_deref().unwrap_or_default().parse();
        if !pieces.is_ok_and(|pieces| store.take(pieces)) {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}
