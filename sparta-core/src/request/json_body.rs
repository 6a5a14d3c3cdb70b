//! Handlers whose request has a typed body.

use std::future::Future;

use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use tower::Service;

use crate::error::{BoxError, Failure};
use crate::response::{IntoResponse, Json, Response};
use crate::service::Request;

/// A handler that takes a request whose body is a value: `async fn create(request: http::Request<NewLink>)`.
///
/// A body that is no JSON is answered with a status 400, one that does not fit the type with 422. Both say what is wrong, and
/// where in the document: [`Unfit`].
///
/// # Example
///
/// ```
/// use serde::Deserialize;
/// use sparta_core::{Error, Function, json_body, trigger::RestApi};
///
/// #[derive(Deserialize)]
/// struct NewLink {
///     url: String,
/// }
///
/// async fn create(request: http::Request<NewLink>) -> Result<String, Error> {
///     Ok(format!("a link to {}", request.body().url))
/// }
///
/// let links = Function::http("links", json_body(create)).trigger(RestApi::post("/links"));
/// ```
pub fn json_body<T, F, Fut, A, E>(
    handler: F,
) -> impl Service<
    Request,
    Response = Response,
    Error = BoxError,
    Future = impl Future<Output = Result<Response, BoxError>> + Send,
> + Clone
+ Send
+ 'static
where
    T: DeserializeOwned + Send + 'static,
    F: Fn(http::Request<T>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<A, E>> + Send + 'static,
    A: IntoResponse,
    E: Into<BoxError>,
{
    tower::service_fn(move |request: Request| {
        let handler = handler.clone();
        async move {
            let (head, body) = request.into_parts();
            let bytes = body.bytes().await.map_err(|error| BoxError::from(Failure::of(error)))?;
            let value = match Unfit::read(&bytes) {
                Ok(value) => value,
                Err(unfit) => return Ok(unfit.into_response()),
            };
            let answer = handler(http::Request::from_parts(head, value)).await;
            answer.map(IntoResponse::into_response).map_err(|error| Failure::of(error).into())
        }
    })
}

/// A body that is no JSON, or does not fit: the answer that says so.
///
/// ```json
/// {"message": "the body does not fit", "errors": [{"path": "items[0].count", "message": "invalid type: ..."}]}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at `{path}`: {problem}")]
pub struct Unfit {
    message: &'static str,
    status: StatusCode,
    path: String,
    problem: String,
}

#[derive(Serialize)]
struct Document<'a> {
    message: &'a str,
    errors: [Fault<'a>; 1],
}

#[derive(Serialize)]
struct Fault<'a> {
    path: &'a str,
    message: &'a str,
}

impl Unfit {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What does not fit of it.
    pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Self> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut json);
        let value = value.map_err(|error| Self::new(error.path().to_string(), error.inner()))?;
        json.end().map_err(|error| Self::new(".".to_owned(), &error))?;
        Ok(value)
    }

    fn new(path: String, error: &serde_json::Error) -> Self {
        let (message, status) = match error.is_data() {
            true => ("the body does not fit", StatusCode::UNPROCESSABLE_ENTITY),
            false => ("the body is no JSON", StatusCode::BAD_REQUEST),
        };
        Self { message, status, path, problem: error.to_string() }
    }

    /// Where it does not fit: `items[0].count`, or `.` for all of it.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl IntoResponse for Unfit {
    fn into_response(self) -> Response {
        let errors = [Fault { path: &self.path, message: &self.problem }];
        let document = Document { message: self.message, errors };
        (self.status, Json(document)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;
    use crate::{Body, Error};

    #[derive(Debug, Deserialize)]
    struct Order {
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    struct Item {
        count: u8,
    }

    async fn order(request: http::Request<Order>) -> Result<String, Error> {
        let sum: u32 = request.body().items.iter().map(|item| u32::from(item.count)).sum();
        if sum == 0 { Err("nothing is ordered".into()) } else { Ok(format!("{} {sum}", request.uri().path())) }
    }

    async fn answer(body: &'static str) -> (u16, String) {
        let mut request = Request::new(Body::from(body));
        *request.uri_mut() = "/orders".parse().unwrap();
        let response = json_body(order).oneshot(request).await.unwrap();
        (response.status().as_u16(), response.into_body().text().await.unwrap())
    }

    #[tokio::test]
    async fn a_body_that_fits_is_the_handlers() {
        assert_eq!(answer(r#"{"items": [{"count": 3}, {"count": 4}]}"#).await, (200, "/orders 7".to_owned()));
        let request = Request::new(Body::from(r#"{"items": []}"#));
        let error = json_body(order).oneshot(request).await.unwrap_err();
        assert_eq!(error.to_string(), "nothing is ordered");
    }

    #[tokio::test]
    async fn one_that_does_not_is_answered_with_its_path() {
        for (body, status, path, problem) in [
            (r#"{"items": [{"count": 1}, {"count": "x"}]}"#, 422, "items[1].count", "invalid type: string \"x\""),
            (r#"{"items": [{"count": 300}]}"#, 422, "items[0].count", "invalid value: integer `300`"),
            (r#"{"items": [{}]}"#, 422, "items[0]", "missing field `count`"),
            ("{}", 422, ".", "missing field `items`"),
            ("[]", 422, ".", "invalid length 0"),
            ("", 400, ".", "EOF while parsing"),
            (r#"{"items": ["#, 400, "items", "EOF while parsing"),
            (r#"{"items": []} x"#, 400, ".", "trailing characters"),
        ] {
            let (found, text) = answer(body).await;
            let document: Value = serde_json::from_str(&text).unwrap();
            assert_eq!((found, &document["errors"][0]["path"]), (status, &json!(path)), "{text}");
            assert!(document["errors"][0]["message"].as_str().unwrap().contains(problem), "{text}");
        }
    }
}
