//! Tables of DynamoDB.

mod changes;
mod grants;
mod index;

pub use changes::TableChanges;
pub use grants::TableGrant;
pub use index::{Index, IndexMistake, Key};

use std::marker::PhantomData;

use super::{Construct, NameError, New, declared, declared::Declared, name, source::Form};
use crate::{
    attribute,
    cfn::{Resource, Value},
    mistake::Problem,
    property, resource,
};

/// A table of DynamoDB.
///
/// It is paid for by request, encrypted, can be restored to any second of the last 35 days, and is kept with its items when
/// its stack is deleted.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, Request, construct::{Index, Key, Table}, service_fn};
///
/// fn links() -> Table {
///     Table::new("links")
///         .key("code")
///         .index(Index::global("by-owner").key("owner").sort_key(Key::number("created")))
///         .time_to_live("expires")
/// }
///
/// async fn follow(_: Request) -> Result<String, Error> {
///     let table = links().name()?;
///     Ok(format!("reads {table}"))
/// }
///
/// let app = App::new("Links").function(Function::http("follow", service_fn(follow)).uses(links().read()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Table<Origin = New> {
    pub(super) declared: Declared,
    key: Option<Key>,
    sort_key: Option<Key>,
    indexes: Vec<Index>,
    capacity: Option<(u32, u32)>,
    point_in_time_recovery: bool,
    time_to_live: Option<String>,
    stream: Option<StreamView>,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

/// What a stream says of each change of an item.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamView {
    /// The keys.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after the change.
    NewAndOldImages,
}

impl StreamView {
    const fn aws_name(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::NewImage => "NEW_IMAGE",
            Self::OldImage => "OLD_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }
}

const FORM: Form = Form { service: "dynamodb", prefix: "table/" };

declared::construct!(Table, "table", FORM);

impl Table {
    /// A table that the stack makes, with a [`key`](Self::key). Its name in AWS is CloudFormation's.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "Table"))
    }

    /// The attribute that each item is found by: its name for text, or a [`Key`].
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The attribute that items of one key are sorted by; with it the two together are what an item is found by.
    pub fn sort_key(mut self, key: impl Into<Key>) -> Self {
        self.sort_key = Some(key.into());
        self
    }

    /// Adds an index: up to 20 global and 5 local ones.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html>.
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// Reads and writes each second that are paid for whether they happen or not, in place of paying by request.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html>.
    pub fn provisioned(mut self, read_units: u32, write_units: u32) -> Self {
        self.capacity = Some((read_units, write_units));
        self
    }

    /// No backups, in place of those that it can be restored from to any second of the last 35 days.
    pub fn without_point_in_time_recovery(mut self) -> Self {
        self.point_in_time_recovery = false;
        self
    }

    /// The attribute with the time, in seconds since 1970, after which an item is deleted, usually within a few days.
    ///
    /// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html>.
    pub fn time_to_live(mut self, attribute: impl Into<String>) -> Self {
        self.time_to_live = Some(attribute.into());
        self
    }

    /// What its stream says of each change; where [`changes`](Self::changes) invoke a function, items before and after by
    /// default.
    pub fn stream(mut self, view: StreamView) -> Self {
        self.stream = Some(view);
        self
    }

    /// Deletes it with its items when its stack is deleted.
    pub fn delete_with_stack(mut self) -> Self {
        self.declared.delete_with_stack();
        self
    }

    /// What invokes a function for each change of its items.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    /// use sparta_core::construct::Table;
    ///
    /// let changes = Table::new("links").key("code").changes().size(100).retries(3).bisect();
    /// ```
    pub fn changes(self) -> TableChanges {
        TableChanges::new(self)
    }
}

impl<Origin: Clone> Table<Origin> {
    fn of(declared: Declared) -> Self {
        Self {
            declared,
            key: None,
            sort_key: None,
            indexes: Vec::new(),
            capacity: None,
            point_in_time_recovery: true,
            time_to_live: None,
            stream: None,
            kms_key: None,
            origin: PhantomData,
        }
    }

    /// The KMS key, by its ARN, that it is encrypted with, in place of one of DynamoDB's own; of one that exists already, the
    /// key that it has. Grants allow its use through DynamoDB.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::construct::Table;
    ///
    /// let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    /// let orders = Table::existing("orders").kms_key(key).read();
    /// ```
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Its name in AWS, in a function that uses it; of one that exists already and is given by its ARN, that.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn name(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "Table", "read")
    }

    pub(super) fn arn(&self) -> Value {
        let of_new = || attribute!(AWS::DynamoDB::Table, self.declared.id(), "Arn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    fn resource(&self) -> Resource {
        let schema = index::schema(self.key.as_ref(), self.sort_key.as_ref());
        let of_kind = |is_global| {
            let indexes: Vec<Value> =
                self.indexes.iter().filter(|it| it.is_global == is_global).map(|it| it.property(self)).collect();
            Some(indexes).filter(|indexes| !indexes.is_empty())
        };
        let view = self.stream.map(StreamView::aws_name);
        resource!(AWS::DynamoDB::Table {
            AttributeDefinitions: (index::definitions(self)),
            BillingMode: (if self.capacity.is_some() { "PROVISIONED" } else { "PAY_PER_REQUEST" }),
            GlobalSecondaryIndexes: (of_kind(true)),
            KeySchema: (schema),
            LocalSecondaryIndexes: (of_kind(false)),
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: (self.point_in_time_recovery) },
            ProvisionedThroughput: (self.throughput()),
            SSESpecification: (self.kms_key.as_ref().map(|key| property!(AWS::DynamoDB::Table.SSESpecification {
                SSEEnabled: true,
                SSEType: "KMS",
                KMSMasterKeyId: (key),
            }))),
            StreamSpecification: (view.map(|view| property!(AWS::DynamoDB::Table.StreamSpecification {
                StreamViewType: (view),
            }))),
            TimeToLiveSpecification: (self.time_to_live.as_ref().map(|attribute| {
                property!(AWS::DynamoDB::Table.TimeToLiveSpecification { AttributeName: (attribute), Enabled: true })
            })),
        })
    }

    fn throughput(&self) -> Option<Value> {
        self.capacity.map(|(read, write)| {
            property!(AWS::DynamoDB::Table.ProvisionedThroughput {
                ReadCapacityUnits: (read),
                WriteCapacityUnits: (write),
            })
        })
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        vec![("Table", self.declared.kept(self.resource()))]
    }
}

impl<Origin: Clone + std::fmt::Debug + Send + Sync + 'static> Construct for Table<Origin> {
    declared::forwards!(Table);

    fn value(&self) -> Value {
        // DynamoDB takes an ARN wherever it takes a name, and of a table of another account only that.
        self.declared.existing_address().unwrap_or_else(|| self.declared.id().reference())
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.declared.check(&["Table"]);
        if self.declared.is_new() {
            problems.extend(index::check(self).into_iter().map(Problem::from));
        }
        problems
    }
}
