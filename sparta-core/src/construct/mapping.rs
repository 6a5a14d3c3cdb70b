//! Event source mappings: how records of queues and streams come to a function.

use std::{sync::Arc, time::Duration};

use serde_json::Value as Json;

use super::{Construct, Queue};
use crate::{cfn::Value, property, resource, trigger::Scope};

/// Where a function begins to read a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With what comes after the mapping was made.
    #[default]
    Latest,
    /// With the oldest record that is still there.
    TrimHorizon,
}

/// What is said of how records come; what is not said is Lambda's default.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    pub(super) size: Option<u32>,
    pub(super) window: Duration,
    pub(super) filters: Vec<Json>,
    pub(super) reports_failures: bool,
    pub(super) max_concurrency: Option<u32>,
    pub(super) stream: Option<StreamOptions>,
}

/// What only streams have.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamOptions {
    pub(super) start: Start,
    pub(super) bisects: bool,
    pub(super) retries: Option<u32>,
    pub(super) max_age: Option<Duration>,
    pub(super) parallel: Option<u32>,
    pub(super) failures_to: Option<Queue>,
}

/// What is wrong with how records come to a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum MappingMistake {
    #[error("a batch holds 1 to {most} records here, not {size}")]
    Size { size: u32, most: u32 },
    #[error("a batch of {0} messages needs a window of at least a second: `.window(Duration::from_secs(1))`")]
    NoWindow(u32),
    #[error("a window is whole seconds, at most 300; this one is {0:?}")]
    Window(Duration),
    #[error("a FIFO queue has no window: batches come at once")]
    FifoWindow,
    #[error("at most 2 to 1,000 instances read a queue, not {0}")]
    Concurrency(u32),
    #[error("a filter is a JSON object of at most 4,096 characters, and there are at most 5")]
    Filter,
    #[error("a batch is tried again 0 to 10,000 times, not {0}")]
    Retries(u32),
    #[error("a record's age is whole seconds, 60 to 604,800; this one is {0:?}")]
    Age(Duration),
    #[error("1 to 10 batches of one shard are worked on at once, not {0}")]
    Parallel(u32),
    #[error("what is known of records that failed goes to a queue that is not FIFO")]
    FailuresToFifo,
}

impl Mapping {
    /// Adds the mapping to a function's triggers.
    pub(super) fn synthesize(&self, label: &str, source: Value, scope: &mut Scope<'_>) {
        let window = self.window.as_secs();
        let stream = self.stream.as_ref();
        let failures_to = stream.and_then(|it| it.failures_to.as_ref());
        for statement in failures_to.iter().flat_map(|queue| queue.send().statements().to_vec()) {
            scope.grant(statement);
        }
        let patterns = self.filters.iter().map(|pattern| {
            let pattern = Value::json_text(pattern.clone());
            property!(AWS::Lambda::EventSourceMapping.FilterCriteria.Filters[] { Pattern: (pattern) })
        });
        let patterns: Vec<Value> = patterns.collect();
        let reports = self.reports_failures || scope.function().reports_failures();
        let mapping = resource!(AWS::Lambda::EventSourceMapping {
            BatchSize: (self.size),
            BisectBatchOnFunctionError: (stream.filter(|it| it.bisects).map(|_| true)),
            DestinationConfig: (failures_to.map(|queue| {
                property!(AWS::Lambda::EventSourceMapping.DestinationConfig { OnFailure: { Destination: (queue.arn()) } })
            })),
            EventSourceArn: (source),
            FilterCriteria: (Some(patterns)
                .filter(|it| !it.is_empty())
                .map(|patterns| { property!(AWS::Lambda::EventSourceMapping.FilterCriteria { Filters: (patterns) }) })),
            FunctionName: (scope.function_name()),
            FunctionResponseTypes: (reports.then_some(["ReportBatchItemFailures"])),
            MaximumBatchingWindowInSeconds: (Some(window).filter(|seconds| *seconds > 0)),
            MaximumRecordAgeInSeconds: (stream.and_then(|it| it.max_age).map(|age| age.as_secs())),
            MaximumRetryAttempts: (stream.and_then(|it| it.retries)),
            ParallelizationFactor: (stream.and_then(|it| it.parallel)),
            ScalingConfig: (self.max_concurrency.map(|most| {
                property!(AWS::Lambda::EventSourceMapping.ScalingConfig { MaximumConcurrency: (most) })
            })),
            StartingPosition: (stream.map(|it| match it.start {
                Start::Latest => "LATEST",
                Start::TrimHorizon => "TRIM_HORIZON",
            })),
        });
        let name = scope.function().name().to_owned();
        scope.add(&[&name, label, "Mapping"], mapping);
    }

    /// The queue of the records that failed.
    pub(super) fn constructs(&self) -> Option<Arc<dyn Construct>> {
        let queue = self.stream.as_ref()?.failures_to.clone()?;
        Some(Arc::new(queue))
    }

    /// What Lambda would refuse: `most` is how many records it takes in one batch from this source.
    pub(super) fn check(&self, most: u32) -> Vec<MappingMistake> {
        let mut mistakes = Vec::new();
        if let Some(size) = self.size.filter(|size| !(1..=most).contains(size)) {
            mistakes.push(MappingMistake::Size { size, most });
        }
        if self.window > Duration::from_secs(300) || self.window.subsec_nanos() > 0 {
            mistakes.push(MappingMistake::Window(self.window));
        }
        if let Some(most) = self.max_concurrency.filter(|most| !(2..=1_000).contains(most)) {
            mistakes.push(MappingMistake::Concurrency(most));
        }
        let is_filter = |filter: &Json| filter.is_object() && filter.to_string().len() <= 4_096;
        if self.filters.len() > 5 || !self.filters.iter().all(is_filter) {
            mistakes.push(MappingMistake::Filter);
        }
        let Some(stream) = &self.stream else { return mistakes };
        mistakes.extend(stream.retries.filter(|retries| *retries > 10_000).map(MappingMistake::Retries));
        let is_age = |age: &Duration| (60..=604_800).contains(&age.as_secs()) && age.subsec_nanos() == 0;
        mistakes.extend(stream.max_age.filter(|age| !is_age(age)).map(MappingMistake::Age));
        mistakes.extend(stream.parallel.filter(|batches| !(1..=10).contains(batches)).map(MappingMistake::Parallel));
        let fifo = stream.failures_to.as_ref().filter(|queue| queue.is_fifo());
        mistakes.extend(fifo.map(|_| MappingMistake::FailuresToFifo));
        mistakes
    }
}

/// The methods of a trigger over a stream, for a struct with a field `mapping`.
macro_rules! stream_options {
    ($type:ty $(, $origin:ident)?) => {
        impl $(<$origin>)? $type {
            /// The most records in one invocation: 1 to 10,000; 100 by default.
            pub fn size(mut self, records: u32) -> Self {
                self.mapping.size = Some(records);
                self
            }

            /// How long to gather records: whole seconds, at most 300; none by default.
            pub fn window(mut self, window: std::time::Duration) -> Self {
                self.mapping.window = window;
                self
            }

            /// Only records that fit: a pattern, of which at most five are asked for.
            ///
            /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>.
            pub fn filter(mut self, pattern: serde_json::Value) -> Self {
                self.mapping.filters.push(pattern);
                self
            }

            /// Where to begin; by default with what comes after the deployment.
            pub fn start(self, start: crate::construct::Start) -> Self {
                self.stream(|stream| stream.start = start)
            }

            /// Tries the halves of a batch that failed by themselves, so that one bad record holds up few others.
            pub fn bisect(self) -> Self {
                self.stream(|stream| stream.bisects = true)
            }

            /// How often a batch that failed is tried again: 0 to 10,000; by default until its records are too old.
            pub fn retries(self, retries: u32) -> Self {
                self.stream(|stream| stream.retries = Some(retries))
            }

            /// How old a record may be: 60 to 604,800 whole seconds; by default as old as the stream keeps it.
            pub fn max_age(self, age: std::time::Duration) -> Self {
                self.stream(|stream| stream.max_age = Some(age))
            }

            /// How many batches of one shard are worked on at once: 1 to 10; 1 by default. Records of one key stay in order.
            pub fn parallel(self, batches: u32) -> Self {
                self.stream(|stream| stream.parallel = Some(batches))
            }

            /// A queue that is told of each batch that was given up: where its records are in the stream, not what is in them.
            pub fn failures_to(self, queue: crate::construct::Queue) -> Self {
                self.stream(|stream| stream.failures_to = Some(queue))
            }

            /// The function answers with a [`BatchResponse`](crate::BatchResponse) that Sparta does not see, such as one in JSON.
            /// Where its type is a `BatchResponse`, Sparta sees it.
            pub fn report_failures(mut self) -> Self {
                self.mapping.reports_failures = true;
                self
            }

            fn stream(mut self, change: impl FnOnce(&mut crate::construct::mapping::StreamOptions)) -> Self {
                change(self.mapping.stream.get_or_insert_default());
                self
            }
        }
    };
}
pub(super) use stream_options;
