//! Handlers whose request has a typed body.

use std::future::Future;

use serde::de::DeserializeOwned;
use tower::Service;

use super::Unfit;
use crate::error::{BoxError, Failure};
use crate::response::{IntoResponse, Response};
use crate::service::Request;

/// A handler that takes a request whose body is a value: `async fn create(request: http::Request<NewLink>)`.
///
/// A body that is no JSON is answered with a status 400, one that does not fit the type with 422, with every place in the document
/// that does not fit: [`Unfit`].
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
    async fn one_that_does_not_is_answered_with_its_paths() {
        let (status, text) = answer(r#"{"items": [{"count": 1}, {"count": "x"}, {}]}"#).await;
        let document: Value = serde_json::from_str(&text).unwrap();
        let errors = json!([
            {"path": "items[1].count", "message": "invalid type: string \"x\", expected u8"},
            {"path": "items[2]", "message": "missing field `count`"},
        ]);
        assert_eq!((status, document), (422, json!({"message": "the body does not fit", "errors": errors})));
    }

    #[tokio::test]
    async fn one_that_is_no_json_is_answered_with_where_it_ends() {
        for (body, problem) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            (r#"{"items": ["#, "EOF while parsing a list at line 1 column 11"),
            (r#"{"items": []} x"#, "trailing characters at line 1 column 15"),
        ] {
            let (status, text) = answer(body).await;
            let document: Value = serde_json::from_str(&text).unwrap();
            let errors = json!([{"path": ".", "message": problem}]);
            assert_eq!((status, document), (400, json!({"message": "the body is no JSON", "errors": errors})));
        }
    }
}
