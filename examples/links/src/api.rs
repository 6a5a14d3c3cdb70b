//! What people call: make a link, follow a link.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use sparta::Error;

use crate::{aws, clicks, links};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) links: String,
    pub(crate) clicks: String,
}

pub(crate) async fn api() -> Result<Router, Error> {
    Ok(router(Shared {
        dynamodb: aws::dynamodb().await.clone(),
        sqs: aws_sdk_sqs::Client::new(aws::config().await),
        links: links().name()?,
        clicks: clicks().url()?,
    }))
}

pub(crate) fn router(shared: Shared) -> Router {
    Router::new().route("/{code}", get(follow)).route("/links", post(make)).with_state(shared)
}

/// A link that somebody wants to have.
#[derive(Deserialize)]
struct Wanted {
    code: String,
    target: String,
}

#[derive(Serialize)]
struct Made {
    code: String,
}

async fn make(State(shared): State<Shared>, Json(wanted): Json<Wanted>) -> Result<Response, Failed> {
    if !wanted.target.starts_with("https://") {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, "the target is no https address").into_response());
    }
    let put = shared
        .dynamodb
        .put_item()
        .table_name(&shared.links)
        .item("code", AttributeValue::S(wanted.code.clone()))
        .item("target", AttributeValue::S(wanted.target))
        .item("clicks", AttributeValue::N("0".into()))
        .condition_expression("attribute_not_exists(code)");
    match put.send().await {
        Ok(_) => Ok((StatusCode::CREATED, Json(Made { code: wanted.code })).into_response()),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {
            Ok((StatusCode::CONFLICT, "the code is taken").into_response())
        }
        Err(error) => Err(Failed(error.into())),
    }
}

async fn follow(State(shared): State<Shared>, Path(code): Path<String>) -> Result<Response, Failed> {
    let key = AttributeValue::S(code.clone());
    let found = shared.dynamodb.get_item().table_name(&shared.links).key("code", key).send().await?;
    let Some(Ok(target)) = found.item.as_ref().and_then(|item| item.get("target")).map(AttributeValue::as_s) else {
        return Ok((StatusCode::NOT_FOUND, "there is no such link").into_response());
    };
    shared.sqs.send_message().queue_url(&shared.clicks).message_body(code).send().await?;
    Ok((StatusCode::FOUND, [(LOCATION, target.clone())]).into_response())
}

/// What AWS did not do; the caller is told nothing of it, the log everything.
struct Failed(Error);

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "the request failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::operation::{
        get_item::GetItemOutput,
        put_item::{PutItemError, PutItemOutput},
    };
    use aws_smithy_mocks::{Rule, mock, mock_client};
    use sparta::Body;
    use tower::ServiceExt;

    use super::*;

    /// What the API answers when DynamoDB and SQS do as these rules say.
    async fn answer(
        rules: &[&Rule],
        messages: &[&Rule],
        request: http::Request<Body>,
    ) -> http::Response<axum::body::Body> {
        let shared = Shared {
            dynamodb: mock_client!(aws_sdk_dynamodb, rules),
            sqs: mock_client!(aws_sdk_sqs, messages),
            links: "links".into(),
            clicks: "https://sqs.example/clicks".into(),
        };
        router(shared).oneshot(request).await.unwrap()
    }

    fn make(target: &str) -> http::Request<Body> {
        let body = format!(r#"{{"code": "rust", "target": "{target}"}}"#);
        let request = http::Request::post("/links").header("content-type", "application/json");
        request.body(Body::from(body)).unwrap()
    }

    #[tokio::test]
    async fn a_link_that_is_made_is_followed_and_counted() {
        let target = AttributeValue::S("https://rust-lang.org".into());
        let found = mock!(aws_sdk_dynamodb::Client::get_item)
            .then_output(move || GetItemOutput::builder().item("target", target.clone()).build());
        let sent = mock!(aws_sdk_sqs::Client::send_message)
            .match_requests(|message| message.message_body() == Some("rust"))
            .then_output(|| aws_sdk_sqs::operation::send_message::SendMessageOutput::builder().build());
        let request = http::Request::get("/rust").body(Body::empty()).unwrap();
        let answer = answer(&[&found], &[&sent], request).await;
        assert_eq!(
            (answer.status(), &answer.headers()[LOCATION]),
            (StatusCode::FOUND, &"https://rust-lang.org".parse().unwrap())
        );
        assert_eq!(sent.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_code_that_is_taken_stays() {
        let taken = mock!(aws_sdk_dynamodb::Client::put_item).then_error(|| {
            PutItemError::ConditionalCheckFailedException(
                aws_sdk_dynamodb::types::error::ConditionalCheckFailedException::builder().build(),
            )
        });
        assert_eq!(answer(&[&taken], &[], make("https://rust-lang.org")).await.status(), StatusCode::CONFLICT);
        let put = mock!(aws_sdk_dynamodb::Client::put_item).then_output(|| PutItemOutput::builder().build());
        assert_eq!(answer(&[&put], &[], make("https://rust-lang.org")).await.status(), StatusCode::CREATED);
        assert_eq!(answer(&[], &[], make("ftp://rust-lang.org")).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
