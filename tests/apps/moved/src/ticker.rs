//! An answer that comes piece by piece.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use lambda_http::{Error, Request, RequestExt, Response};

type Tick = Result<Frame<Bytes>, Infallible>;

pub async fn ticker(
    request: Request,
) -> Result<Response<StreamBody<impl stream::Stream<Item = Tick> + Send + Unpin + 'static>>, Error> {
    let ticks: u32 = request.query_string_parameters().first("ticks").unwrap_or("3").parse()?;
    let tick = |number| Ok(Frame::data(Bytes::from(format!("tick {number}\n"))));
    let body = StreamBody::new(stream::iter((1..=ticks).map(tick)));
    Ok(Response::builder().header("content-type", "text/plain").header("x-ticks", ticks).body(body)?)
}
