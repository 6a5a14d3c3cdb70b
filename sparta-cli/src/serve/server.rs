//! The address that everything is served at, whichever build of the service is the newest.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{
    body::{self, Body},
    service::{Arrived, Service, message},
};

/// What requests meet.
#[derive(Clone)]
pub(crate) enum State {
    /// The service is compiled: they wait.
    Building,
    /// It is served.
    Ready(Arc<Service>),
    /// It could not be compiled or is declared wrongly: what cargo or the service said.
    Broken(Arc<str>),
}

/// The largest request that API Gateway takes:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
const REQUEST_LIMIT: usize = 10 * 1024 * 1024;

/// Serves until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, state: watch::Receiver<State>) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    let mut connections = JoinSet::new();
    loop {
        // An error is that of one connection, or of too many: the next one may come.
        let Ok((stream, client)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        connections.spawn(connection(stream, client, port, state.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, client: SocketAddr, port: u16, state: watch::Receiver<State>) {
    _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = state.clone();
        async move { Ok::<_, Infallible>(respond(request, client, port, state).await) }
    });
    // A connection that breaks is the client's.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    request: Request<Incoming>,
    client: SocketAddr,
    port: u16,
    mut state: watch::Receiver<State>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, REQUEST_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        Err(_) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
    };
    let arrived = Arrived { head: &head, body, client: client.ip(), port };
    let ready = state.wait_for(|state| !matches!(state, State::Building)).await;
    let ready = ready.map(|state| state.clone());
    match ready {
        Ok(State::Ready(service)) => service.respond(arrived).await,
        Ok(State::Broken(said)) => broken(&said),
        Ok(State::Building) | Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    }
}

fn broken(said: &str) -> Response<Body> {
    let mut response = Response::new(body::full(Bytes::copy_from_slice(said.as_bytes())));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
