//! Buses of EventBridge.

mod bus_rule;

pub use bus_rule::{BusRule, BusRuleMistake};

use std::{fmt::Debug, marker::PhantomData};

use super::{Construct, Existing, Grant, NameError, New, declared, declared::Declared, name, source::Form};
use crate::{
    attribute,
    cfn::{Resource, Value, sub},
    iam::Statement,
    mistake::Problem,
    resource,
};

/// A bus of EventBridge, which events are put on and rules take them from.
///
/// It is encrypted with EventBridge's key and deleted with its stack.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html>.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::EventBus, service_fn};
///
/// fn orders() -> EventBus {
///     EventBus::new("orders").archive(30)
/// }
///
/// async fn order(_: Request) -> Result<String, Error> {
///     let bus = orders().name()?;
///     Ok(format!("puts on {bus}"))
/// }
///
/// async fn ship(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let paid = orders().rule(json!({"detail-type": ["order paid"]}));
/// let app = App::new("Shop")
///     .function(Function::http("order", service_fn(order)).uses(orders().put_events()))
///     .function(Function::event("ship", service_fn(ship)).trigger(paid));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct EventBus<Origin = New> {
    declared: Declared,
    archive: Option<u32>,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

/// What is wrong with an [`EventBus`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventBusMistake {
    /// An archive of no time.
    #[error("an archive keeps events for at least 1 day")]
    Archive,
}

const FORM: Form = Form { service: "events", prefix: "event-bus/" };
const ARCHIVE: &str = "EventBusArchive";
/// The bus that every account has in each region, and AWS's services put their events on.
const DEFAULT: &str = "default";

declared::construct!(EventBus, "event bus", FORM);

impl EventBus {
    /// A bus that the stack makes. Its name in AWS is the stack's and its own.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "EventBus"))
    }

    /// Keeps its events for so many days, so that they can be put on it again. The names of the stack and the bus then have at
    /// most 47 characters together, for the name of the archive; the check looks at the environment whose stack has the longest.
    ///
    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html>.
    pub fn archive(mut self, days: u32) -> Self {
        self.archive = Some(days);
        self
    }

    /// The KMS key, by its ARN, that events and those in the archive are encrypted with, in place of EventBridge's own. Its policy has to let
    /// `events.amazonaws.com` use it; who puts events needs no permission for it.
    ///
    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html>.
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }
}

impl EventBus<Existing> {
    /// The account's own bus, which AWS's services put their events on.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::construct::EventBus;
    ///
    /// let stopped = json!({"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}});
    /// let trigger = EventBus::default_bus().rule(stopped);
    /// ```
    pub fn default_bus() -> Self {
        Self::existing(DEFAULT)
    }
}

impl<Origin> EventBus<Origin> {
    fn of(declared: Declared) -> Self {
        Self { declared, archive: None, kms_key: None, origin: PhantomData }
    }

    /// Its name in AWS, or its ARN where it exists and was given by that, in a function that uses it. `PutEvents` takes both.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn name(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "EventBus", "put_events")
    }

    pub(super) fn arn(&self) -> Value {
        let of_new = || attribute!(AWS::Events::EventBus, self.declared.id(), "Arn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        let name = sub(format!("${{AWS::StackName}}-{}", self.declared.label));
        let bus = resource!(AWS::Events::EventBus { KmsKeyIdentifier: (&self.kms_key), Name: (&name) });
        let archive = self.archive.map(|days| {
            // By a name of the stack's, a pipeline's role is limited to it.
            let archive = resource!(AWS::Events::Archive {
                ArchiveName: (&name),
                KmsKeyIdentifier: (&self.kms_key),
                RetentionDays: (days),
                SourceArn: (self.arn()),
            });
            (ARCHIVE, archive.delete())
        });
        [("EventBus", bus.delete())].into_iter().chain(archive).collect()
    }
}

impl<Origin: Clone> EventBus<Origin>
where
    Self: Construct,
{
    /// Puts events on it.
    pub fn put_events(&self) -> Grant {
        Grant::new(self.clone(), [Statement::allow(["events:PutEvents"]).on(self.arn())])
    }

    /// What invokes a function with each of its events that fits a pattern.
    ///
    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>.
    pub fn rule(&self, pattern: serde_json::Value) -> BusRule<Origin> {
        BusRule::new(self.clone(), pattern)
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Construct for EventBus<Origin> {
    declared::forwards!(EventBus);

    fn value(&self) -> Value {
        self.declared.existing_address().unwrap_or_else(|| self.declared.id().reference())
    }

    fn check(&self) -> Vec<Problem> {
        let archive = self.archive.filter(|days| *days == 0).map(|_| EventBusMistake::Archive.into());
        self.declared.check(&["EventBus", ARCHIVE]).into_iter().chain(archive).collect()
    }
}
