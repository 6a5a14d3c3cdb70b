//! Counts how often each link is followed.

use aws_lambda_events::sqs::SqsMessage;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use sparta::{Error, LambdaEvent};

use crate::{aws, links};

pub(crate) async fn count(message: LambdaEvent<SqsMessage>) -> Result<(), Error> {
    let code = message.payload.body.unwrap_or_default();
    add(aws::dynamodb().await, &links().name()?, &code).await
}

/// A link that is not there was never followed, so the message is a mistake and comes again until it is a dead letter.
async fn add(dynamodb: &Client, table: &str, code: &str) -> Result<(), Error> {
    let one = AttributeValue::N("1".into());
    let update = dynamodb
        .update_item()
        .table_name(table)
        .key("code", AttributeValue::S(code.to_owned()))
        .update_expression("ADD clicks :one")
        .condition_expression("attribute_exists(code)")
        .expression_attribute_values(":one", one);
    update.send().await?;
    tracing::info!(code, "counted");
    Ok(())
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    #[tokio::test]
    async fn a_click_is_added_to_the_link() {
        let update = mock!(Client::update_item)
            .match_requests(|update| {
                update.table_name() == Some("links") && update.update_expression() == Some("ADD clicks :one")
            })
            .then_output(|| UpdateItemOutput::builder().build());
        add(&mock_client!(aws_sdk_dynamodb, [&update]), "links", "rust").await.unwrap();
        assert_eq!(update.num_calls(), 1);
    }
}
