//! Tells every morning how often links were followed.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::Value;
use sparta::{Error, LambdaEvent};

use crate::{aws, links};

pub(crate) async fn report(_: LambdaEvent<Value>) -> Result<u64, Error> {
    let clicks = clicks(aws::dynamodb().await, &links().name()?).await?;
    tracing::info!(clicks, "links were followed");
    Ok(clicks)
}

async fn clicks(dynamodb: &Client, table: &str) -> Result<u64, Error> {
    let scan = dynamodb.scan().table_name(table).projection_expression("clicks").into_paginator().items();
    let mut items = scan.send();
    let mut clicks = 0;
    while let Some(item) = items.try_next().await? {
        if let Some(AttributeValue::N(number)) = item.get("clicks") {
            clicks += number.parse::<u64>()?;
        }
    }
    Ok(clicks)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::operation::scan::ScanOutput;
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    #[tokio::test]
    async fn clicks_of_all_links_are_added_up() {
        let item = |clicks: &str| [("clicks".to_owned(), AttributeValue::N(clicks.into()))].into();
        let scan =
            mock!(Client::scan).then_output(move || ScanOutput::builder().items(item("2")).items(item("40")).build());
        assert_eq!(clicks(&mock_client!(aws_sdk_dynamodb, [&scan]), "links").await.unwrap(), 42);
    }
}
