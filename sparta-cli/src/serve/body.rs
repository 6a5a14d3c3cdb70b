//! Bodies of responses: there as a whole, or as they are made.

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::invocation::Piece;
use crate::error::BoxError;

pub(super) type Body = UnsyncBoxBody<Bytes, BoxError>;

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Pieces of a function's answer. One that fails breaks the connection, as it does in AWS.
pub(super) fn streamed(first: Bytes, pieces: mpsc::Receiver<Piece>) -> Body {
    let first = (!first.is_empty()).then_some(Piece::Data(first));
    let frames = stream::unfold((first, pieces), async |(first, mut pieces)| {
        let piece = match first {
            Some(piece) => piece,
            None => pieces.recv().await?,
        };
        let frame = match piece {
            Piece::Data(data) => Ok(Frame::data(data)),
            Piece::Failed(error) => Err(BoxError::from(error.kind)),
        };
        Some((frame, (None, pieces)))
    });
    StreamBody::new(frames).boxed_unsync()
}
