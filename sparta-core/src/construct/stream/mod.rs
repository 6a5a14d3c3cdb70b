//! Streams of Kinesis.

mod stream_records;

pub use stream_records::StreamRecords;

use std::{fmt::Debug, marker::PhantomData, time::Duration};

use super::{Construct, Grant, NameError, New, declared, declared::Declared, grant::with_key, name, source::Form};
use crate::{
    attribute,
    cfn::{Resource, Value},
    iam::Statement,
    mistake::Problem,
    resource,
};

/// A data stream of Kinesis.
///
/// It is paid for on demand, encrypted with AWS's key for Kinesis, keeps records for 24 hours, and is deleted with its stack.
///
/// An App with a pipeline says `App::accept_shared("AWS::Kinesis::Stream")`: IAM cannot limit `kinesis:UpdateStreamMode`, which
/// CloudFormation needs where a stream changes between shards and demand, to one stream.
///
/// See <https://docs.aws.amazon.com/streams/latest/dev/introduction.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::Stream, service_fn};
///
/// fn readings() -> Stream {
///     Stream::new("readings")
/// }
///
/// async fn measure(_: Request) -> Result<String, Error> {
///     let stream = readings().name()?;
///     Ok(format!("writes to {stream}"))
/// }
///
/// async fn average(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let app = App::new("Weather")
///     .function(Function::http("measure", service_fn(measure)).uses(readings().write()))
///     .function(Function::batch("average", service_fn(average)).trigger(readings().records().retries(3).bisect()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Stream<Origin = New> {
    declared: Declared,
    shards: Option<u32>,
    keeps: Duration,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

/// What is wrong with a [`Stream`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamMistake {
    /// No shard.
    #[error("a stream has at least 1 shard; without `.shards(...)` it is paid for on demand")]
    Shards,
    /// A time that Kinesis does not keep records for.
    #[error("records are kept for whole hours, 24 to 8,760; this is {0:?}")]
    Retention(Duration),
}

const FORM: Form = Form { service: "kinesis", prefix: "stream/" };
const HOUR: u64 = 60 * 60;
/// AWS's own key for Kinesis, whose policy lets everybody in the account use it through Kinesis.
const AWS_KEY: &str = "alias/aws/kinesis";

declared::construct!(Stream, "stream", FORM);

impl Stream {
    /// A stream that the stack makes. Its name in AWS is CloudFormation's.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "Stream"))
    }

    /// So many shards, each of which takes 1 MB and 1,000 records a second, in place of paying on demand.
    ///
    /// See <https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html>.
    pub fn shards(mut self, shards: u32) -> Self {
        self.shards = Some(shards);
        self
    }

    /// How long records are kept: whole hours, 24 to 8,760; 24 by default.
    pub fn retention(mut self, time: Duration) -> Self {
        self.keeps = time;
        self
    }
}

impl<Origin> Stream<Origin> {
    fn of(declared: Declared) -> Self {
        Self { declared, shards: None, keeps: Duration::from_secs(24 * HOUR), kms_key: None, origin: PhantomData }
    }

    /// The KMS key, by its ARN, that records are encrypted with, in place of AWS's key for Kinesis; of one that exists already,
    /// the key that it has. Grants allow its use through Kinesis.
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Its name in AWS, in a function that uses it.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn name(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "Stream", "write")
    }

    fn arn(&self) -> Value {
        let of_new = || attribute!(AWS::Kinesis::Stream, self.declared.id(), "Arn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        let mode = if self.shards.is_some() { "PROVISIONED" } else { "ON_DEMAND" };
        let stream = resource!(AWS::Kinesis::Stream {
            RetentionPeriodHours: (self.keeps.as_secs() / HOUR),
            ShardCount: (self.shards),
            StreamEncryption: {
                EncryptionType: "KMS",
                KeyId: (self.kms_key.clone().unwrap_or_else(|| AWS_KEY.into())),
            },
            StreamModeDetails: { StreamMode: (mode) },
        });
        vec![("Stream", stream.delete())]
    }
}

/// What reading a stream takes.
const READ: [&str; 5] = [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
];

impl<Origin: Clone> Stream<Origin>
where
    Self: Construct,
{
    /// Reads records, shard by shard.
    pub fn read(&self) -> Grant {
        self.grant(&READ, &["kms:Decrypt"])
    }

    /// Puts records.
    pub fn write(&self) -> Grant {
        self.grant(&["kinesis:PutRecord", "kinesis:PutRecords"], &["kms:GenerateDataKey"])
    }

    fn grant(&self, actions: &[&str], key_actions: &[&str]) -> Grant {
        let key = self.kms_key.as_ref().map(|key| with_key(key, "kinesis", key_actions));
        let statement = Statement::allow(actions.iter().copied()).on(self.arn());
        Grant::new(self.clone(), [statement].into_iter().chain(key))
    }

    /// What invokes a function with batches of its records.
    pub fn records(&self) -> StreamRecords<Origin> {
        StreamRecords::new(self.clone())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Construct for Stream<Origin> {
    declared::forwards!(Stream);

    fn value(&self) -> Value {
        self.declared.existing_name().unwrap_or_else(|| self.declared.id().reference())
    }

    fn check(&self) -> Vec<Problem> {
        let is_hours = (24 * HOUR..=8_760 * HOUR).contains(&self.keeps.as_secs())
            && self.keeps.as_secs().is_multiple_of(HOUR)
            && self.keeps.subsec_nanos() == 0;
        let shards = self.shards.filter(|shards| *shards == 0).map(|_| StreamMistake::Shards);
        let retention = (!is_hours).then_some(StreamMistake::Retention(self.keeps));
        let own = shards.into_iter().chain(retention).map(Problem::from);
        self.declared.check(&["Stream"]).into_iter().chain(own).collect()
    }
}
