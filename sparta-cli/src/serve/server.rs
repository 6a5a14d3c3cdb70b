//! The address that everything is served at, whichever build of the service is the newest.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{
    body::{self, Body},
    service::{Arrived, Service, message},
    web_socket::{self, Connections, Lasts, Session},
};
use crate::error::BoxError;

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

/// What all connections share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) state: watch::Receiver<State>,
    /// Those of the WebSocket API.
    pub(super) connections: Arc<Connections>,
    pub(super) lasts: Lasts,
    port: u16,
}

/// A connection that is to be a WebSocket once its request is answered.
type Accepted = Arc<Mutex<Option<Session>>>;

/// Serves until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, state: watch::Receiver<State>) {
    serve_for(listener, state, Lasts::default()).await;
}

pub(super) async fn serve_for(listener: TcpListener, state: watch::Receiver<State>, lasts: Lasts) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    let shared = Shared { state, connections: Arc::default(), lasts, port };
    let mut connections = JoinSet::new();
    loop {
        // An error is that of one connection, or of too many: the next one may come.
        let Ok((stream, client)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        connections.spawn(connection(stream, client, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, client: SocketAddr, shared: Shared) {
    _ = stream.set_nodelay(true);
    let accepted = Accepted::default();
    let service = service_fn(|request| {
        let (shared, accepted) = (shared.clone(), Arc::clone(&accepted));
        async move { Ok::<_, Infallible>(respond(request, client, &shared, &accepted).await) }
    });
    // A connection that breaks is the client's.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await;
    let session = accepted.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(session) = session {
        session.run(shared).await;
    }
}

async fn respond(
    mut request: Request<Incoming>,
    client: SocketAddr,
    shared: &Shared,
    accepted: &Accepted,
) -> Response<Body> {
    let upgrade = hyper::upgrade::on(&mut request);
    let (head, body) = request.into_parts();
    if web_socket::is_wanted(&head) {
        let arrived = shared.arrived(&head, Bytes::new(), client);
        let connected = match shared.ready().await {
            Ok(service) => service.connect(&arrived).await,
            Err(response) => Err(response),
        };
        return connected.map_or_else(
            |refusal| refusal,
            |(response, client)| {
                let session = Session::new(client, upgrade, shared);
                *accepted.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
                response
            },
        );
    }
    let Ok(body) = whole(body).await else { return message(StatusCode::BAD_REQUEST, "Bad Request") };
    let service = match shared.ready().await {
        Ok(service) => service,
        Err(response) => return response,
    };
    let Some(body) = body else { return service.too_large(&head) };
    match web_socket::connection_of(&service.plan, head.uri.path()) {
        Some(id) => web_socket::respond(&shared.connections, &head, body, &id),
        None => service.respond(shared.arrived(&head, body, client)).await,
    }
}

/// The whole body; nothing of one that is too large, as soon as that is known.
async fn whole(body: Incoming) -> Result<Option<Bytes>, BoxError> {
    if body.size_hint().lower() > REQUEST_LIMIT as u64 {
        return Ok(None);
    }
    match Limited::new(body, REQUEST_LIMIT).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Shared {
    /// The newest build, once it is there; or what is answered in its place.
    pub(super) async fn ready(&self) -> Result<Arc<Service>, Response<Body>> {
        let mut state = self.state.clone();
        let ready = state.wait_for(|state| !matches!(state, State::Building)).await;
        match ready.map(|state| state.clone()) {
            Ok(State::Ready(service)) => Ok(service),
            Ok(State::Broken(said)) => Err(broken(&said)),
            Ok(State::Building) | Err(_) => Err(message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")),
        }
    }

    fn arrived<'a>(&self, head: &'a Parts, body: Bytes, client: SocketAddr) -> Arrived<'a> {
        Arrived { head, body, client: client.ip(), port: self.port }
    }
}

fn broken(said: &str) -> Response<Body> {
    let mut response = Response::new(body::full(Bytes::copy_from_slice(said.as_bytes())));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
