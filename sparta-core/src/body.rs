//! The body of a request or response.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use serde::de::DeserializeOwned;

use crate::error::{BoxError, Error, Result};

/// The body of requests and responses: bytes that are there already, or a stream of them.
///
/// # Example
///
/// ```
/// # async fn example() -> sparta_core::Result<()> {
/// use sparta_core::Body;
///
/// let body = Body::from(r#"{"id": 7}"#);
/// let json: serde_json::Value = body.json().await?;
/// assert_eq!(json["id"], 7);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    /// The lock is never waited for: it lets handlers share a request across an `await`.
    Stream(Mutex<Stream>),
}

type Stream = UnsyncBoxBody<Bytes, BoxError>;

fn unpoisoned<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl Default for Kind {
    fn default() -> Self {
        Self::Full(Bytes::new())
    }
}

impl Body {
    /// Any HTTP body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        if let Some(own) = (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            return own.take().unwrap_or_default();
        }
        match body {
            Some(body) => {
                let stream = body.map_err(Into::into).boxed_unsync();
                Self(Kind::Stream(Mutex::new(stream)))
            }
            None => Self::empty(),
        }
    }

    /// A body without bytes.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The bytes, unless the body is a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::Stream(_) => None,
        }
    }

    /// All bytes of the body.
    ///
    /// # Errors
    ///
    /// The error of the stream that the body is made of; bytes that are there already cannot fail.
    pub async fn bytes(self) -> Result<Bytes> {
        match self.0 {
            Kind::Full(bytes) => Ok(bytes),
            Kind::Stream(stream) => match unpoisoned(stream.into_inner()).collect().await {
                Ok(collected) => Ok(collected.to_bytes()),
                Err(error) => Err(Error::from_boxed(error)),
            },
        }
    }

    /// The body as text.
    ///
    /// # Errors
    ///
    /// As [`Body::bytes`], and when the bytes are not UTF-8.
    pub async fn text(self) -> Result<String> {
        Ok(String::from_utf8(self.bytes().await?.into())?)
    }

    /// The body as a value that was written as JSON.
    ///
    /// # Errors
    ///
    /// As [`Body::bytes`], and when the bytes are not JSON that fits `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        Ok(serde_json::from_slice(&self.bytes().await?)?)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => Pin::new(unpoisoned(stream.get_mut())).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Stream(stream) => unpoisoned(stream.lock()).is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => unpoisoned(stream.lock()).size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Full(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{Full, Limited};

    #[test]
    fn a_request_can_be_shared_across_an_await() {
        fn shared<T: Send + Sync>() {}
        shared::<crate::Request>();
    }

    #[tokio::test]
    async fn a_body_of_bodies_is_not_boxed_again() {
        let body = Body::new(Body::new(Body::from("hello")));
        assert_eq!(body.as_bytes(), Some(&b"hello"[..]));
        assert_eq!(body.text().await.unwrap(), "hello");
    }

    #[tokio::test]
    async fn a_stream_is_collected() {
        let body = Body::new(Full::new(Bytes::from_static(b"[1, 2]")));
        assert_eq!(body.as_bytes(), None);
        assert_eq!(body.json::<Vec<u8>>().await.unwrap(), [1, 2]);
    }

    #[tokio::test]
    async fn the_error_of_a_stream_is_returned() {
        let limited = Limited::new(Full::new(Bytes::from_static(b"hello")), 2);
        let error = Body::new(limited).bytes().await.unwrap_err();
        assert_eq!(error.type_name(), "LengthLimitError");
        assert_eq!(error.message(), "length limit exceeded");
    }

    #[tokio::test]
    async fn a_full_body_yields_its_bytes_once() {
        let mut body = Body::from("hello");
        assert_eq!(http_body::Body::size_hint(&body).exact(), Some(5));
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "hello");
        assert!(http_body::Body::is_end_stream(&body));
        assert!(body.frame().await.is_none());
    }
}
