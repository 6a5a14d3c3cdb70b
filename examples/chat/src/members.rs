//! Who is in which room: a table of DynamoDB.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue, types::ReturnValue};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use sparta::Error;

/// How long API Gateway lets a connection last.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

#[derive(Clone)]
pub(crate) struct Members {
    dynamodb: Client,
    table: String,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) room: String,
    pub(crate) name: String,
}

type Item = HashMap<String, AttributeValue>;

impl Members {
    pub(crate) fn new(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// With the credentials and in the region of the function.
    pub(crate) async fn connect(table: String) -> Self {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
        Self::new(Client::new(&config), table)
    }

    pub(crate) async fn enter(&self, id: &str, Member { room, name }: &Member) -> Result<(), Error> {
        let expires = (SystemTime::now() + LONGEST).duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let put = self.dynamodb.put_item().table_name(&self.table).item("id", text(id)).item("room", text(room));
        put.item("name", text(name)).item("expires", AttributeValue::N(expires.to_string())).send().await?;
        Ok(())
    }

    pub(crate) async fn find(&self, id: &str) -> Result<Option<Member>, Error> {
        let found = self.dynamodb.get_item().table_name(&self.table).key("id", text(id)).send().await?;
        Ok(found.item.and_then(member))
    }

    /// Removes a connection, and says who it was.
    pub(crate) async fn leave(&self, id: &str) -> Result<Option<Member>, Error> {
        let delete = self.dynamodb.delete_item().table_name(&self.table).key("id", text(id));
        let deleted = delete.return_values(ReturnValue::AllOld).send().await?;
        Ok(deleted.attributes.and_then(member))
    }

    /// The connections in a room.
    pub(crate) async fn of_room(&self, room: &str) -> Result<Vec<String>, Error> {
        let query = self.dynamodb.query().table_name(&self.table).index_name("by-room");
        let query = query.key_condition_expression("room = :room").expression_attribute_values(":room", text(room));
        let mut items = query.into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(mut item) = items.try_next().await? {
            ids.extend(take(&mut item, "id"));
        }
        Ok(ids)
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn member(mut item: Item) -> Option<Member> {
    Some(Member { room: take(&mut item, "room")?, name: take(&mut item, "name")? })
}

fn take(item: &mut Item, key: &str) -> Option<String> {
    match item.remove(key)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}
