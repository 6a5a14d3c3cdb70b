//! Topics of SNS.

mod messages;

pub use messages::{TopicMessages, TopicMessagesMistake};

use std::{fmt::Debug, marker::PhantomData};

use super::{
    Construct, Grant, NameError, New, declared,
    declared::Declared,
    grant::{tls_only, with_key, with_statement},
    name,
    source::Form,
};
use crate::{
    attribute,
    cfn::{Resource, Value, sub},
    iam::Statement,
    mistake::Problem,
    property, resource,
};

/// A topic of SNS, whose messages go to everything that subscribes.
///
/// It is encrypted with AWS's key for SNS, takes requests over TLS only, and is deleted with its stack.
///
/// See <https://docs.aws.amazon.com/sns/latest/dg/welcome.html>.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::Topic, service_fn};
///
/// fn news() -> Topic {
///     Topic::new("news")
/// }
///
/// async fn tell(_: Request) -> Result<String, Error> {
///     let arn = news().arn()?;
///     Ok(format!("publishes to {arn}"))
/// }
///
/// async fn read(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let urgent = news().messages().filter(json!({"priority": ["high"]}));
/// let app = App::new("News")
///     .function(Function::http("tell", service_fn(tell)).uses(news().publish()))
///     .function(Function::event("read", service_fn(read)).trigger(urgent));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Topic<Origin = New> {
    declared: Declared,
    fifo: bool,
    deduplicates: bool,
    publishers: Vec<String>,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

/// What is wrong with a [`Topic`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicMistake {
    /// A publisher that is no AWS service.
    #[error("`{0}` is not an AWS service that publishes: `cloudwatch.amazonaws.com` is one")]
    Publisher(String),
}

const FORM: Form = Form { service: "sns", prefix: "" };
const POLICY: &str = "TopicPolicy";
/// AWS's own key for SNS, whose policy lets everybody in the account use it through SNS, and no AWS service.
const AWS_KEY: &str = "alias/aws/sns";

declared::construct!(Topic, "topic", FORM);

impl Topic {
    /// A topic that the stack makes. Its name in AWS is CloudFormation's.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "Topic"))
    }

    /// Keeps messages of one group in order and delivers each once, to queues only.
    ///
    /// See <https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html>.
    pub fn fifo(mut self) -> Self {
        self.fifo = true;
        self
    }

    /// A FIFO topic that takes messages of one content within five minutes for the same.
    pub fn deduplicate_by_content(self) -> Self {
        Self { deduplicates: true, ..self.fifo() }
    }

    /// Lets an AWS service publish for this account: `cloudwatch.amazonaws.com` for alarms, `events.amazonaws.com` for rules.
    ///
    /// The policy of AWS's key for SNS lets no service use it, so a topic with such a publisher is encrypted by SNS's disks
    /// alone, unless it has a [`kms_key`](Self::kms_key) whose policy lets the service use it.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::construct::Topic;
    ///
    /// let alarms = Topic::new("alarms").publisher("cloudwatch.amazonaws.com");
    /// ```
    pub fn publisher(mut self, service: impl Into<String>) -> Self {
        self.publishers.push(service.into());
        self
    }
}

impl<Origin> Topic<Origin> {
    fn of(declared: Declared) -> Self {
        Self { declared, fifo: false, deduplicates: false, publishers: Vec::new(), kms_key: None, origin: PhantomData }
    }

    /// The KMS key, by its ARN, that messages are encrypted with, in place of AWS's key for SNS; of one that exists already, the
    /// key that it has. Grants allow its use through SNS.
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Its ARN, in a function that uses it.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn arn(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "Topic", "publish")
    }

    pub(super) fn topic_arn(&self) -> Value {
        let of_new = || attribute!(AWS::SNS::Topic, self.declared.id(), "TopicArn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    /// Whether it delivers to queues only, in order; of a topic that exists, its ARN says so.
    pub(super) fn is_fifo(&self) -> bool {
        let existing = self.declared.existing_arn();
        self.fifo || existing.is_some_and(|arn| arn.as_str().is_some_and(|arn| arn.ends_with(".fifo")))
    }

    fn resource(&self) -> Resource {
        let aws_key = Some(Value::from(AWS_KEY)).filter(|_| self.publishers.is_empty());
        // CloudFormation's own names have not the ending that SNS wants.
        let name = self.fifo.then(|| sub(format!("${{AWS::StackName}}-{}.fifo", self.declared.id())));
        let topic = resource!(AWS::SNS::Topic {
            ContentBasedDeduplication: (self.deduplicates.then_some(true)),
            FifoTopic: (self.fifo.then_some(true)),
            KmsMasterKeyId: (self.kms_key.clone().or(aws_key)),
            TopicName: (name),
        });
        topic.delete()
    }

    fn policy(&self) -> Resource {
        let policy = resource!(AWS::SNS::TopicPolicy {
            PolicyDocument: (tls_only("sns:Publish", [self.topic_arn()])),
            Topics: [(self.declared.id().reference())],
        });
        let publish = self.publishers.iter().map(|service| {
            property!(AWS::SNS::TopicPolicy.PolicyDocument.Statement[] {
                Effect: "Allow",
                Principal: { Service: (service) },
                Action: "sns:Publish",
                Resource: (self.topic_arn()),
                Condition: { StringEquals: { "aws:SourceAccount": (Value::pseudo("AWS::AccountId")) } },
            })
        });
        publish.fold(policy, with_statement)
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        vec![("Topic", self.resource()), (POLICY, self.policy())]
    }
}

impl<Origin: Clone> Topic<Origin>
where
    Self: Construct,
{
    /// Publishes messages.
    pub fn publish(&self) -> Grant {
        let key = self.kms_key.as_ref().map(|key| with_key(key, "sns", &["kms:Decrypt", "kms:GenerateDataKey"]));
        let statement = Statement::allow(["sns:Publish"]).on(self.topic_arn());
        Grant::new(self.clone(), [statement].into_iter().chain(key))
    }

    /// What invokes a function with each of its messages.
    pub fn messages(&self) -> TopicMessages<Origin> {
        TopicMessages::new(self.clone())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Construct for Topic<Origin> {
    declared::forwards!(Topic);

    /// Its ARN.
    fn value(&self) -> Value {
        self.topic_arn()
    }

    fn check(&self) -> Vec<Problem> {
        let services = self.publishers.iter().filter(|it| !it.contains(".amazonaws."));
        let services = services.cloned().map(TopicMistake::Publisher).map(Problem::from);
        self.declared.check(&["Topic", POLICY]).into_iter().chain(services).collect()
    }
}
