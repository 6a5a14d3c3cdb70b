//! What a function may do with a table.

use super::{IndexMistake, Table};
use crate::{
    cfn::append,
    construct::{Construct, Grant, grant::with_key},
    iam::Statement,
    mistake::Problem,
};

/// What a function may do with a table, or with one of its indexes.
#[derive(Clone, Debug)]
#[must_use = "a grant is something for `Function::uses`"]
pub struct TableGrant<Origin = super::New> {
    table: Table<Origin>,
    actions: Vec<&'static str>,
    key_actions: Vec<&'static str>,
    index: Option<String>,
}

const READ: [&str; 6] = [
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
];
/// What can be done with an index.
const READ_INDEX: [&str; 3] = ["dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan"];
const WRITE: [&str; 5] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];
const DELETE: [&str; 3] = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PartiQLDelete"];

impl<Origin: Clone> Table<Origin> {
    /// Reads items: one, several, by a query, all.
    pub fn read(&self) -> TableGrant<Origin> {
        self.grant(&READ)
    }

    /// Puts and updates items. In a batch, `BatchWriteItem`, IAM does not tell deletions from puts.
    pub fn write(&self) -> TableGrant<Origin> {
        self.grant(&WRITE)
    }

    /// Reads, puts and updates items.
    pub fn read_write(&self) -> TableGrant<Origin> {
        self.grant(&[&READ[..], &WRITE].concat())
    }

    /// Deletes items.
    pub fn delete(&self) -> TableGrant<Origin> {
        self.grant(&DELETE)
    }

    fn grant(&self, actions: &[&'static str]) -> TableGrant<Origin> {
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        let key_actions = vec!["kms:Decrypt", "kms:DescribeKey"];
        TableGrant { table: self.clone(), actions: actions.to_vec(), key_actions, index: None }
    }
}

impl<Origin> TableGrant<Origin> {
    /// Through this index only, which can be queried and scanned.
    pub fn index(mut self, name: impl Into<String>) -> Self {
        self.index = Some(name.into());
        self
    }
}

impl<Origin: Clone> TableGrant<Origin> {
    fn statement(&self) -> Statement {
        let table = self.table.arn();
        match &self.index {
            None => Statement::allow(self.actions.iter().copied()).on(table),
            Some(index) => Statement::allow(READ_INDEX).on(append(&table, &format!("/index/{index}"))),
        }
    }

    fn problem(&self) -> Option<IndexMistake> {
        let index = self.index.as_ref()?;
        if self.actions != READ {
            return Some(IndexMistake::ReadOnly(index.clone()));
        }
        let indexes = &self.table.indexes;
        let is_there = !self.table.declared.is_new() || indexes.iter().any(|it| it.name == *index);
        (!is_there).then(|| {
            let names: Vec<String> = indexes.iter().map(|index| format!("`{}`", index.name)).collect();
            let instead = match names.is_empty() {
                true => format!("add one with `.index(Index::global(\"{index}\").key(\"owner\"))`"),
                false => format!("it has {}", names.join(", ")),
            };
            IndexMistake::NotThere { table: self.table.declared.label.clone(), index: index.clone(), instead }
        })
    }
}

impl<Origin> From<TableGrant<Origin>> for Grant
where
    Table<Origin>: Construct,
    Origin: Clone,
{
    fn from(grant: TableGrant<Origin>) -> Self {
        let key = grant.table.kms_key.as_ref().map(|key| with_key(key, "dynamodb", &grant.key_actions));
        let statements = [grant.statement()].into_iter().chain(key);
        let problem = grant.problem().map(Problem::from);
        Self::new(grant.table.clone(), statements).but(problem)
    }
}
