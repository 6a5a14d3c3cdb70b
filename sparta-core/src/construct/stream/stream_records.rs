//! Records of a stream, which invoke a function.

use std::{fmt::Debug, sync::Arc};

use super::{READ, Stream};
use crate::{
    FunctionSpec,
    construct::{
        Construct, New,
        grant::with_key,
        mapping::{Mapping, StreamOptions, stream_options},
    },
    iam::Statement,
    mistake::Problem,
    trigger::{Scope, Trigger},
};

/// Invokes a function with batches of a stream's records.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::construct::{Queue, Start, Stream};
///
/// let records = Stream::new("readings")
///     .records()
///     .size(500)
///     .window(Duration::from_secs(5))
///     .start(Start::TrimHorizon)
///     .retries(3)
///     .failures_to(Queue::new("lost-readings"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StreamRecords<Origin = New> {
    stream: Stream<Origin>,
    mapping: Mapping,
}

stream_options!(StreamRecords<Origin>, Origin);

impl<Origin> StreamRecords<Origin> {
    pub(super) fn new(stream: Stream<Origin>) -> Self {
        Self { stream, mapping: Mapping { stream: Some(StreamOptions::default()), ..Mapping::default() } }
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Trigger for StreamRecords<Origin> {
    fn describe(&self) -> String {
        format!("stream {}", self.stream.declared.label)
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        let stream: Arc<dyn Construct> = Arc::new(self.stream.clone());
        [stream].into_iter().chain(self.mapping.constructs()).collect()
    }

    fn reads_batch_responses(&self) -> bool {
        true
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mapping.check(10_000).into_iter().map(Problem::from).collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        scope.grant(Statement::allow(READ).on(self.stream.arn()));
        if let Some(key) = &self.stream.kms_key {
            scope.grant(with_key(key, "kinesis", &["kms:Decrypt"]));
        }
        self.mapping.synthesize(self.stream.label(), self.stream.arn(), scope);
    }
}
