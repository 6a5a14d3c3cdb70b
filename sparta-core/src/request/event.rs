//! The event behind a request.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use aws_lambda_events::query_map::QueryMap;
use bytes::Bytes;
use http::uri::PathAndQuery;
use serde::de::DeserializeOwned;

use super::RequestContext;
use crate::json::{Cursor, Span, SyntaxError};

/// Who sent an event, and so the form that the answer must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An API Gateway HTTP API, with payload 2.0.
    HttpApi,
    /// A function URL, whose events have the form of those of an HTTP API.
    FunctionUrl,
    /// An API Gateway REST API, or an HTTP API with payload 1.0.
    RestApi,
    LoadBalancer,
    /// An API Gateway WebSocket API.
    WebSocket,
    /// A VPC Lattice service, in either version.
    VpcLattice,
    /// Anything else: the event itself is the request's body.
    Raw,
}

/// What an event has for the body of its request.
#[cfg(feature = "lambda_http")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is not known: the request was made by hand, or the event is the body.
    #[default]
    Unknown,
    Nothing,
    Text,
    /// Bytes, in base64.
    Binary,
}

/// Where in an event is what is read when it is asked for, and what its body was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Places {
    pub(crate) path_parameters: Option<Span>,
    pub(crate) stage_variables: Option<Span>,
    pub(crate) context: Option<Span>,
    #[cfg(feature = "lambda_http")]
    pub(crate) body: Sent,
}

/// The event behind a request. Its maps are read when they are asked for, once.
#[derive(Debug, Clone)]
pub(crate) struct Event(Arc<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    /// `None` where the request was made by hand, as tests do.
    origin: Option<Origin>,
    json: Bytes,
    raw_path: Bytes,
    target: Option<PathAndQuery>,
    query: Lazy<QueryMap>,
    path_parameters: Lazy<QueryMap>,
    stage_variables: Lazy<QueryMap>,
    context: Lazy<Option<Box<RequestContext>>>,
    #[cfg(feature = "lambda_http")]
    body: Sent,
}

#[derive(Debug, Clone)]
struct Lazy<T> {
    place: Option<Span>,
    value: OnceLock<T>,
}

impl Event {
    pub(crate) fn new(origin: Option<Origin>) -> Self {
        Self::read(origin, Bytes::new(), None, Places::default(), Bytes::new())
    }

    pub(crate) fn read(
        origin: impl Into<Option<Origin>>,
        raw_path: Bytes,
        target: impl Into<Option<PathAndQuery>>,
        places: Places,
        json: Bytes,
    ) -> Self {
        Self(Arc::new(Parts {
            origin: origin.into(),
            json,
            raw_path,
            target: target.into(),
            query: Lazy::at(None),
            path_parameters: Lazy::at(places.path_parameters),
            stage_variables: Lazy::at(places.stage_variables),
            context: Lazy::at(places.context),
            #[cfg(feature = "lambda_http")]
            body: places.body,
        }))
    }

    pub(crate) fn raw_path(&self) -> &str {
        std::str::from_utf8(&self.0.raw_path).unwrap_or_default()
    }

    pub(crate) fn query(&self) -> &QueryMap {
        let query = || self.0.target.as_ref().and_then(PathAndQuery::query).unwrap_or_default();
        self.0.query.value.get_or_init(|| query().parse().unwrap_or_default())
    }

    pub(crate) fn path_parameters(&self) -> &QueryMap {
        self.0.path_parameters.map(&self.0.json)
    }

    pub(crate) fn stage_variables(&self) -> &QueryMap {
        self.0.stage_variables.map(&self.0.json)
    }

    pub(crate) fn context(&self) -> Option<&RequestContext> {
        let context = self.0.context.value.get_or_init(|| self.0.read_context().map(Box::new));
        context.as_deref()
    }

    pub(crate) fn set_raw_path(&mut self, path: String) {
        Arc::make_mut(&mut self.0).raw_path = path.into();
    }

    pub(crate) fn set_query(&mut self, query: QueryMap) {
        Arc::make_mut(&mut self.0).query = Lazy::of(query);
    }

    pub(crate) fn set_path_parameters(&mut self, parameters: QueryMap) {
        Arc::make_mut(&mut self.0).path_parameters = Lazy::of(parameters);
    }

    pub(crate) fn set_stage_variables(&mut self, variables: QueryMap) {
        Arc::make_mut(&mut self.0).stage_variables = Lazy::of(variables);
    }

    pub(crate) fn set_context(&mut self, context: RequestContext) {
        Arc::make_mut(&mut self.0).context = Lazy::of(Some(Box::new(context.with_claims())));
    }
}

/// Everything that a request has of its event, read at once.
#[cfg(feature = "lambda_http")]
pub(crate) struct Whole {
    pub(crate) origin: Option<Origin>,
    pub(crate) raw_path: Bytes,
    /// Path and query of the URI as it was read.
    pub(crate) target: Option<PathAndQuery>,
    pub(crate) query: QueryMap,
    pub(crate) path_parameters: QueryMap,
    pub(crate) stage_variables: QueryMap,
    pub(crate) context: Option<RequestContext>,
    pub(crate) body: Sent,
}

#[cfg(feature = "lambda_http")]
impl Event {
    pub(crate) fn into_whole(self) -> Whole {
        let (query, path_parameters) = (self.query().clone(), self.path_parameters().clone());
        let stage_variables = self.stage_variables().clone();
        let mut parts = Arc::unwrap_or_clone(self.0);
        let context = match parts.context.value.take() {
            Some(read) => read.map(|context| *context),
            None => parts.read_context(),
        };
        let Parts { origin, raw_path, target, body, .. } = parts;
        Whole { origin, raw_path, target, query, path_parameters, stage_variables, context, body }
    }
}

impl Parts {
    fn read_context(&self) -> Option<RequestContext> {
        match self.origin {
            Some(Origin::HttpApi | Origin::FunctionUrl) => self.context_of().map(RequestContext::ApiGatewayV2),
            Some(Origin::RestApi) => self.context_of().map(|it| RequestContext::ApiGatewayV1(it).with_claims()),
            Some(Origin::LoadBalancer) => self.context_of().map(RequestContext::Alb),
            Some(Origin::WebSocket) => self.context_of().map(RequestContext::WebSocket),
            // The first version of its events has no context: then nothing is in it.
            Some(Origin::VpcLattice) if self.context.place.is_none() => {
                Some(RequestContext::VpcLattice(Default::default()))
            }
            Some(Origin::VpcLattice) => self.context_of().map(RequestContext::VpcLattice),
            Some(Origin::Raw) => Some(RequestContext::PassThrough),
            None => None,
        }
    }

    fn context_of<T: DeserializeOwned>(&self) -> Option<T> {
        match serde_json::from_slice(self.context.place?.of(&self.json)) {
            Ok(context) => Some(context),
            Err(error) => {
                tracing::warn!(%error, "the requestContext of the event does not read as one");
                None
            }
        }
    }
}

impl<T> Lazy<T> {
    fn at(place: Option<Span>) -> Self {
        Self { place, value: OnceLock::new() }
    }

    fn of(value: T) -> Self {
        Self { place: None, value: value.into() }
    }
}

impl Lazy<QueryMap> {
    fn map(&self, json: &Bytes) -> &QueryMap {
        self.value.get_or_init(|| match self.place.map(|place| texts(json, place)) {
            Some(Ok(map)) => map.into(),
            Some(Err(error)) => {
                tracing::warn!(%error, "a map of the event does not read as one");
                QueryMap::default()
            }
            None => QueryMap::default(),
        })
    }
}

/// An object of texts; what is no text is left out.
fn texts(json: &[u8], place: Span) -> Result<HashMap<String, String>, SyntaxError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut map = HashMap::new();
    let mut cursor = Cursor::at(json, place.start);
    let mut more = cursor.open(b'{')?;
    while more {
        let key = cursor.key()?.read(json)?;
        match cursor.peek() {
            Some(b'"') => drop(map.insert(text(&key), text(&cursor.string()?.read(json)?))),
            _ => drop(cursor.skip()?),
        }
        more = cursor.more(b'}')?;
    }
    Ok(map)
}
