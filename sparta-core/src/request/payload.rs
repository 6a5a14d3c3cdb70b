//! A request's body as a typed value.

use serde::de::DeserializeOwned;

use crate::media_type::MediaType;
use crate::service::Request;

/// A body that is not what it was read as.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is not JSON that fits.
    #[error("the body does not read as application/json")]
    Json(#[source] serde_json::Error),
    /// It is not a form that fits.
    #[error("the body does not read as application/x-www-form-urlencoded")]
    WwwFormUrlEncoded(#[source] serde_urlencoded::de::Error),
    /// A layer made it a stream, which a shared request cannot be read from.
    #[error("the body is a stream: read it with `request.into_body().json().await`")]
    Stream,
}

/// Reads the body of a request without taking it apart.
///
/// # Example
///
/// ```
/// use serde::Deserialize;
/// use sparta_core::{Body, Request, RequestPayloadExt};
///
/// #[derive(Deserialize)]
/// struct Order {
///     item: String,
/// }
///
/// let mut request = Request::new(Body::from("item=tea&count=2"));
/// let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
/// request.headers_mut().insert("content-type", form);
/// let order: Option<Order> = request.payload().unwrap();
/// assert_eq!(order.unwrap().item, "tea");
/// ```
pub trait RequestPayloadExt {
    /// The body as its `content-type` says: JSON (`application/json` or `+json`) or a form; `None` for any other type and
    /// for an empty body.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the body does not fit `T`.
    fn payload<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError>;

    /// The body as JSON, whatever its `content-type` says; `None` if it is empty.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the body does not fit `T`.
    fn json<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError>;

    /// The body as a form, whatever its `content-type` says; `None` if it is empty.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the body does not fit `T`.
    fn form_url_encoded<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError>;
}

impl RequestPayloadExt for Request {
    fn payload<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError> {
        match MediaType::of(self.headers()) {
            Some(kind) if kind.is_json() => self.json(),
            Some(kind) if kind.is_form() => self.form_url_encoded(),
            _ => Ok(None),
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError> {
        match self.body().as_bytes().ok_or(PayloadError::Stream)? {
            [] => Ok(None),
            body => serde_json::from_slice(body).map(Some).map_err(PayloadError::Json),
        }
    }

    fn form_url_encoded<T: DeserializeOwned>(&self) -> Result<Option<T>, PayloadError> {
        match self.body().as_bytes().ok_or(PayloadError::Stream)? {
            [] => Ok(None),
            body => serde_urlencoded::from_bytes(body).map(Some).map_err(PayloadError::WwwFormUrlEncoded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;
    use http::header::CONTENT_TYPE;
    use serde_json::{Value, json};

    fn request(kind: &'static str, body: impl Into<Body>) -> Request {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
        request
    }

    #[test]
    fn the_content_type_says_how_the_body_is_read() {
        let json = request("application/json; charset=utf-8", r#"{"a": 1}"#);
        assert_eq!(json.payload::<Value>().unwrap(), Some(json!({"a": 1})));
        for kind in ["Application/JSON", "application/vnd.api+json", "application/json;charset=utf-8"] {
            assert_eq!(request(kind, "[7]").payload::<Value>().unwrap(), Some(json!([7])), "{kind}");
        }
        assert_eq!(request("application/jsonlines", "[7]").payload::<Value>().unwrap(), None);
        let form = request("application/x-www-form-urlencoded", "a=1&b=x+y");
        assert_eq!(form.payload::<Value>().unwrap(), Some(json!({"a": "1", "b": "x y"})));
        assert_eq!(request("text/plain", "a=1").payload::<Value>().unwrap(), None);
        assert_eq!(request("application/json", "").payload::<Value>().unwrap(), None);
    }

    #[test]
    fn a_body_that_does_not_fit_is_an_error() {
        let text = request("application/json", "{");
        assert!(matches!(text.payload::<Value>(), Err(PayloadError::Json(_))));
        let form = request("application/x-www-form-urlencoded", "a=1");
        assert!(matches!(form.payload::<Vec<u8>>(), Err(PayloadError::WwwFormUrlEncoded(_))));
        let stream = request("application/json", Body::new(http_body_util::Full::new(bytes::Bytes::from("{}"))));
        assert!(matches!(stream.payload::<Value>(), Err(PayloadError::Stream)));
    }
}
