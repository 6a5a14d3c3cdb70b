//! What API Gateway answers to those whom it does not let in.

use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::serve::body::{self, Body};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Refused {
    /// It does not say who sends it.
    Unknown,
    /// It has no token.
    NoToken,
    /// It is not signed.
    NotSigned,
    /// Its token is none that does, for this reason.
    Token(&'static str),
    /// Its token was valid in the past.
    Expired,
    /// Its token has none of these scopes.
    Scope(Vec<String>),
    /// Whoever decides does not let it in; explicitly, or by saying nothing of it.
    Denied { explicitly: bool },
    /// Whoever decides says that it does not know the caller.
    Unauthorized,
    /// It was not found out.
    Failed,
}

impl Refused {
    /// Of an HTTP API: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
    pub(in crate::serve) fn of_http_api(&self) -> Response<Body> {
        let (status, text) = match self {
            Self::Unknown | Self::NoToken | Self::Token(_) | Self::Expired | Self::Unauthorized => {
                (401, "Unauthorized")
            }
            Self::NotSigned | Self::Scope(_) | Self::Denied { .. } => (403, "Forbidden"),
            Self::Failed => (500, "Internal Server Error"),
        };
        let challenge = match self {
            Self::NoToken => Some("Bearer".to_owned()),
            Self::Token(problem) => Some(challenge("", "invalid_token", problem)),
            Self::Expired => Some(challenge("", "invalid_token", "the token has expired")),
            Self::Scope(scopes) => {
                Some(challenge(&scopes.join(" "), "insufficient_scope", "the token has none of the route's scopes"))
            }
            _ => None,
        };
        let mut response = answer(status, &json!({"message": text}));
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// Of a REST API: <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>.
    pub(in crate::serve) fn of_rest_api(&self) -> Response<Body> {
        let (status, kind, document) = match self {
            Self::Unknown | Self::NoToken | Self::Token(_) | Self::Unauthorized | Self::Scope(_) => {
                (401, "UnauthorizedException", json!({"message": "Unauthorized"}))
            }
            Self::Expired => (401, "UnauthorizedException", json!({"message": "The incoming token has expired"})),
            Self::NotSigned => {
                (403, "MissingAuthenticationTokenException", json!({"message": "Missing Authentication Token"}))
            }
            Self::Denied { explicitly } => {
                let end = if *explicitly { " with an explicit deny" } else { "" };
                let text = format!("User is not authorized to access this resource{end}");
                (403, "AccessDeniedException", json!({"Message": text}))
            }
            Self::Failed => (500, "AuthorizerConfigurationException", json!({"message": null})),
        };
        let mut response = answer(status, &document);
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
        response
    }

    /// Of a WebSocket API, which answers the request for a connection.
    pub(in crate::serve) fn of_web_socket_api(&self, connection: &str, request: &str) -> Response<Body> {
        let (status, text) = match self {
            Self::Unknown | Self::NoToken | Self::Token(_) | Self::Expired | Self::Unauthorized => {
                (401, "Unauthorized")
            }
            Self::NotSigned => (403, "Missing Authentication Token"),
            Self::Scope(_) | Self::Denied { .. } => (403, "Forbidden"),
            Self::Failed => (500, "Internal server error"),
        };
        answer(status, &json!({"message": text, "connectionId": connection, "requestId": request}))
    }
}

fn challenge(scope: &str, error: &str, description: &str) -> String {
    format!("Bearer scope=\"{scope}\" error=\"{error}\" error_description=\"{description}\"")
}

fn answer(status: u16, document: &Value) -> Response<Body> {
    let mut response = Response::new(body::full(document.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).expect("it is a status");
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
