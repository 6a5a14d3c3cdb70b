//! Changes of a table's items, which invoke a function.

use std::sync::Arc;

use super::{StreamView, Table};
use crate::{
    FunctionSpec, attribute,
    construct::{
        Construct,
        grant::with_key,
        mapping::{Mapping, StreamOptions, stream_options},
    },
    iam::Statement,
    mistake::Problem,
    property,
    trigger::{Scope, Trigger},
};

/// Invokes a function with the changes of a table's items, read from the table's stream.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, BatchResponse, Error, Function, LambdaEvent, Records, construct::Table, service_fn};
///
/// async fn audit(changes: LambdaEvent<Records<serde_json::Value>>) -> Result<BatchResponse, Error> {
///     Ok(BatchResponse::default())
/// }
///
/// let links = Table::new("links").key("code");
/// let audit = Function::event("audit", service_fn(audit)).trigger(links.changes().retries(3).bisect());
/// App::new("Links").function(audit).check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TableChanges {
    table: Table,
    mapping: Mapping,
}

stream_options!(TableChanges);

impl TableChanges {
    pub(super) fn new(table: Table) -> Self {
        Self { table, mapping: Mapping { stream: Some(StreamOptions::default()), ..Mapping::default() } }
    }
}

impl Trigger for TableChanges {
    fn describe(&self) -> String {
        format!("changes of the table {}", self.table.label())
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        let table: Arc<dyn Construct> = Arc::new(self.table.clone());
        [table].into_iter().chain(self.mapping.constructs()).collect()
    }

    fn reads_batch_responses(&self) -> bool {
        true
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mapping.check(10_000).into_iter().map(Problem::from).collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        if self.table.stream.is_none() {
            let stream = property!(AWS::DynamoDB::Table.StreamSpecification {
                StreamViewType: (StreamView::NewAndOldImages.aws_name()),
            });
            scope.change_construct(&self.table, |table| table.property("StreamSpecification", stream));
        }
        let stream = attribute!(AWS::DynamoDB::Table, self.table.id(), "StreamArn");
        let actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
        scope.grant(Statement::allow(actions).on(stream.clone()));
        // Lambda asks for it too, and IAM knows no resource for it.
        scope.grant(Statement::allow(["dynamodb:ListStreams"]).on("*"));
        if let Some(key) = &self.table.kms_key {
            scope.grant(with_key(key, "dynamodb", &["kms:Decrypt"]));
        }
        self.mapping.synthesize(self.table.label(), stream, scope);
    }
}
