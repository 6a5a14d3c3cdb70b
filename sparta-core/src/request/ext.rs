//! What a request has from its event: query, path parameters, stage variables, context.

use std::collections::HashMap;

use aws_lambda_events::query_map::QueryMap;
use http::Extensions;
use http::request::Parts;
use serde_json::Value;

use super::{Connection, Event, NoConnection, RequestContext};
use crate::Context;

/// What an event has about a request beyond HTTP.
///
/// It is there for requests, their [`Parts`] and their [`Extensions`], so that middleware and extractors have it too.
/// What is not in the event is empty; maps are read when they are first asked for.
///
/// The methods are those of `lambda_http`'s trait of this name, with these differences:
///
/// - the path of a request is what the client sent to the API, without the stage of the API; the one with the stage is
///   [`raw_http_path`](Self::raw_http_path). (`lambda_http` puts the stage before the path of every kind of API.)
/// - [`query_string_parameters`](Self::query_string_parameters) are those of the request's URI, for every kind of event;
/// - a map or context that is not what it should be is empty or `None`, with a warning in the log, when it is asked for.
///   (`lambda_http` takes the whole event for another one.)
///
/// # Example
///
/// ```
/// use sparta_core::{Body, Error, Request, RequestExt};
///
/// async fn hello(request: Request) -> Result<String, Error> {
///     let parameters = request.path_parameters();
///     Ok(format!("hello {}", parameters.first("name").unwrap_or("you")))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let parameters = std::collections::HashMap::from([("name".to_owned(), "ada".to_owned())]);
/// let request = Request::new(Body::empty()).with_path_parameters(parameters);
/// assert_eq!(hello(request).await?, "hello ada");
/// # Ok(())
/// # }
/// ```
pub trait RequestExt: sealed::Extended {
    /// The path as the event has it, with the API's stage if it is there; empty for an event that is not HTTP.
    fn raw_http_path(&self) -> &str {
        event(self.extensions_ref()).map_or("", Event::raw_path)
    }

    /// With this path as the one of the event.
    #[must_use]
    fn with_raw_http_path(mut self, path: impl Into<String>) -> Self {
        event_mut(self.extensions_mut()).set_raw_path(path.into());
        self
    }

    /// The query's parameters, decoded: each name with all its values.
    fn query_string_parameters(&self) -> QueryMap {
        self.query_string_parameters_ref().cloned().unwrap_or_default()
    }

    /// The query's parameters, unless there are none.
    fn query_string_parameters_ref(&self) -> Option<&QueryMap> {
        event(self.extensions_ref()).map(Event::query).filter(|map| !map.is_empty())
    }

    /// With these parameters of the query; the URI stays what it is.
    #[must_use]
    fn with_query_string_parameters(mut self, parameters: impl Into<QueryMap>) -> Self {
        event_mut(self.extensions_mut()).set_query(parameters.into());
        self
    }

    /// The parameters of the API's route: `id` for `/users/{id}`.
    fn path_parameters(&self) -> QueryMap {
        self.path_parameters_ref().cloned().unwrap_or_default()
    }

    /// The parameters of the API's route, unless there are none.
    fn path_parameters_ref(&self) -> Option<&QueryMap> {
        event(self.extensions_ref()).map(Event::path_parameters).filter(|map| !map.is_empty())
    }

    /// With these parameters of the route.
    #[must_use]
    fn with_path_parameters(mut self, parameters: impl Into<QueryMap>) -> Self {
        event_mut(self.extensions_mut()).set_path_parameters(parameters.into());
        self
    }

    /// The variables of the API's stage.
    fn stage_variables(&self) -> QueryMap {
        self.stage_variables_ref().cloned().unwrap_or_default()
    }

    /// The variables of the API's stage, unless there are none.
    fn stage_variables_ref(&self) -> Option<&QueryMap> {
        event(self.extensions_ref()).map(Event::stage_variables).filter(|map| !map.is_empty())
    }

    /// With these variables of the stage.
    #[must_use]
    fn with_stage_variables(mut self, variables: impl Into<QueryMap>) -> Self {
        event_mut(self.extensions_mut()).set_stage_variables(variables.into());
        self
    }

    /// The event's `requestContext`.
    ///
    /// # Panics
    ///
    /// When there is none: the request is made by hand, or the context does not read as one of its kind.
    fn request_context(&self) -> RequestContext {
        let context = self.request_context_ref().cloned();
        context.expect("the request has no context: it is made by hand, or its event's context does not read as one")
    }

    /// The event's `requestContext`, if there is one that reads as one of its kind.
    fn request_context_ref(&self) -> Option<&RequestContext> {
        event(self.extensions_ref()).and_then(Event::context)
    }

    /// What the caller's JSON Web Token says, by the names of its claims: `sub`, `email`, `scope`. API Gateway passes texts
    /// alone, and of lists their text: `[a b]`.
    ///
    /// There are claims behind an HTTP API whose route has an authorizer ([`Jwt`](crate::trigger::Jwt)) and behind a REST API whose
    /// route has a user pool ([`UserPool`](crate::trigger::UserPool)), which have compared the token; the header `authorization` of any
    /// other request proves nothing.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Error, Request, RequestExt};
    ///
    /// async fn who(request: Request) -> Result<String, Error> {
    ///     let subject = request.jwt_claims().and_then(|claims| claims.get("sub"));
    ///     Ok(subject.cloned().ok_or("the route has no authorizer")?)
    /// }
    /// ```
    fn jwt_claims(&self) -> Option<&HashMap<String, String>> {
        self.request_context_ref().and_then(RequestContext::jwt_claims)
    }

    /// What a Lambda authorizer says of the caller: [`Authorization::context`](crate::Authorization::context).
    ///
    /// It is there behind an API whose route has one ([`LambdaAuthorizer`](crate::trigger::LambdaAuthorizer)) that said something.
    /// REST APIs and WebSocket APIs pass every value on as text, and besides them the `principalId`.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Error, Request, RequestExt};
    ///
    /// async fn who(request: Request) -> Result<String, Error> {
    ///     let name = request.authorizer_context().and_then(|context| context.get("name")?.as_str());
    ///     Ok(name.ok_or("the route has no authorizer")?.to_owned())
    /// }
    /// ```
    fn authorizer_context(&self) -> Option<&HashMap<String, Value>> {
        self.request_context_ref().and_then(RequestContext::authorizer_context)
    }

    /// The connection of a WebSocket API that the request is about: its id, the route, and what happens to it. What a client
    /// sends is the body, which [`json`](crate::RequestPayloadExt::json) reads.
    ///
    /// # Errors
    ///
    /// [`NoConnection`] where the request comes from somewhere else.
    ///
    /// # Example
    ///
    /// ```
    /// use serde::Deserialize;
    /// use sparta_core::{ConnectionEvent, Error, Request, RequestExt, RequestPayloadExt};
    ///
    /// #[derive(Deserialize)]
    /// struct Said {
    ///     text: String,
    /// }
    ///
    /// async fn chat(request: Request) -> Result<String, Error> {
    ///     let connection = request.connection()?;
    ///     Ok(match connection.event() {
    ///         ConnectionEvent::Connect => format!("{} is there", connection.id()),
    ///         ConnectionEvent::Disconnect => format!("{} has gone", connection.id()),
    ///         ConnectionEvent::Message => {
    ///             let said: Said = request.json()?.ok_or("the message is empty")?;
    ///             format!("{} said {} by {}", connection.id(), said.text, connection.route())
    ///         }
    ///     })
    /// }
    /// ```
    fn connection(&self) -> Result<Connection<'_>, NoConnection> {
        Connection::of(self.request_context_ref())
    }

    /// With this `requestContext`.
    #[must_use]
    fn with_request_context(mut self, context: RequestContext) -> Self {
        event_mut(self.extensions_mut()).set_context(context);
        self
    }

    /// The invocation: its id, deadline, trace.
    ///
    /// # Panics
    ///
    /// When the request is made by hand, without [`with_lambda_context`](Self::with_lambda_context).
    fn lambda_context(&self) -> Context {
        let context = self.lambda_context_ref().cloned();
        context.expect("the request has no Lambda context: it is made by hand, without `with_lambda_context`")
    }

    /// The invocation, if the request comes from one.
    fn lambda_context_ref(&self) -> Option<&Context> {
        self.extensions_ref().get()
    }

    /// With this invocation.
    #[must_use]
    fn with_lambda_context(mut self, context: Context) -> Self {
        self.extensions_mut().insert(context);
        self
    }
}

impl RequestExt for Extensions {}
impl RequestExt for Parts {}
impl<B> RequestExt for http::Request<B> {}

fn event(extensions: &Extensions) -> Option<&Event> {
    extensions.get()
}

fn event_mut(extensions: &mut Extensions) -> &mut Event {
    extensions.get_or_insert_with(|| Event::new(None))
}

mod sealed {
    use http::Extensions;
    use http::request::Parts;

    pub trait Extended: Sized {
        fn extensions_ref(&self) -> &Extensions;
        fn extensions_mut(&mut self) -> &mut Extensions;
    }

    impl Extended for Extensions {
        fn extensions_ref(&self) -> &Extensions {
            self
        }

        fn extensions_mut(&mut self) -> &mut Extensions {
            self
        }
    }

    impl Extended for Parts {
        fn extensions_ref(&self) -> &Extensions {
            &self.extensions
        }

        fn extensions_mut(&mut self) -> &mut Extensions {
            &mut self.extensions
        }
    }

    impl<B> Extended for http::Request<B> {
        fn extensions_ref(&self) -> &Extensions {
            self.extensions()
        }

        fn extensions_mut(&mut self) -> &mut Extensions {
            self.extensions_mut()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Body, request::ConnectionEvent};

    fn map(key: &str, value: &str) -> QueryMap {
        HashMap::from([(key.to_owned(), value.to_owned())]).into()
    }

    fn filled<T: RequestExt>(empty: T) -> T {
        let context = Context::default();
        empty
            .with_raw_http_path("/prod/users/7")
            .with_query_string_parameters(map("color", "red"))
            .with_path_parameters(map("id", "7"))
            .with_stage_variables(map("table", "users"))
            .with_request_context(RequestContext::PassThrough)
            .with_lambda_context(context)
    }

    fn check(filled: &impl RequestExt) {
        assert_eq!(filled.raw_http_path(), "/prod/users/7");
        assert_eq!(filled.query_string_parameters(), map("color", "red"));
        assert_eq!(filled.path_parameters().first("id"), Some("7"));
        assert_eq!(filled.stage_variables_ref().and_then(|map| map.first("table")), Some("users"));
        assert!(matches!(filled.request_context(), RequestContext::PassThrough));
        assert_eq!(filled.lambda_context(), Context::default());
    }

    #[test]
    fn a_request_can_be_made_by_hand_with_everything_that_an_event_has() {
        let request = filled(crate::Request::new(Body::empty()));
        check(&request);
        check(request.extensions());
        check(&request.into_parts().0);
        check(&filled(Extensions::new()));
    }

    #[test]
    fn a_request_without_an_event_has_nothing_of_it() {
        let request = crate::Request::new(Body::empty());
        assert_eq!(request.raw_http_path(), "");
        assert!(request.query_string_parameters().is_empty());
        assert_eq!(request.path_parameters_ref(), None);
        assert!(request.request_context_ref().is_none());
        assert!(request.lambda_context_ref().is_none());
        let request = request.with_path_parameters(map("id", "7"));
        assert!(request.request_context_ref().is_none());
    }

    #[test]
    fn claims_are_those_of_the_token_that_the_authorizer_let_through() {
        let context = |authorizer: &str| {
            let http = r#""http": {"method": "GET", "path": "/"}"#;
            let text = format!(r#"{{"apiId": "a", "routeKey": "GET /", {http}, "authorizer": {authorizer}}}"#);
            crate::Request::new(Body::empty())
                .with_request_context(RequestContext::ApiGatewayV2(serde_json::from_str(&text).unwrap()))
        };
        let request =
            context(r#"{"jwt": {"claims": {"sub": "ada", "scope": "links:write"}, "scopes": ["links:write"]}}"#);
        assert_eq!(request.jwt_claims().and_then(|claims| claims.get("sub")).map(String::as_str), Some("ada"));
        assert_eq!(request.authorizer_context(), None);
        let request = context(r#"{"lambda": {"sub": "eve", "age": 36}}"#);
        assert_eq!(request.jwt_claims(), None);
        assert_eq!(request.authorizer_context().map(|it| (&it["sub"], &it["age"])), Some((&"eve".into(), &36.into())));
        assert_eq!(context(r#"{"lambda": null}"#).authorizer_context(), None);
        assert_eq!(crate::Request::new(Body::empty()).jwt_claims(), None);
    }

    #[test]
    fn claims_of_a_rest_api_are_those_of_the_token_that_cognito_let_through() {
        let context = |authorizer: &str| {
            let text =
                format!(r#"{{"apiId": "a", "httpMethod": "GET", "identity": {{}}, "authorizer": {authorizer}}}"#);
            crate::Request::new(Body::empty())
                .with_request_context(RequestContext::ApiGatewayV1(serde_json::from_str(&text).unwrap()))
        };
        let request = context(r#"{"claims": {"sub": "ada", "cognito:groups": "admins,users", "exp": 7}}"#);
        let claim = |name: &str| request.jwt_claims().and_then(|claims| claims.get(name)).map(String::as_str);
        assert_eq!(
            (claim("sub"), claim("cognito:groups"), claim("exp")),
            (Some("ada"), Some("admins,users"), Some("7"))
        );
        assert_eq!(request.authorizer_context(), None);
        let request = context(r#"{"principalId": "eve", "claims": "mine"}"#);
        assert_eq!(request.jwt_claims(), None);
        assert_eq!(request.authorizer_context().map(|it| &it["claims"]), Some(&"mine".into()));
    }

    #[test]
    fn a_connection_is_that_of_an_event_of_a_web_socket_api() {
        let context = |text: &str| {
            crate::Request::new(Body::empty())
                .with_request_context(RequestContext::WebSocket(serde_json::from_str(text).unwrap()))
        };
        let of = |event: &str| {
            let times = r#""connectedAt": 1, "requestTimeEpoch": 2"#;
            context(&format!(r#"{{"connectionId": "c=", "routeKey": "say", "eventType": "{event}", {times}}}"#))
        };
        for (text, event) in [
            ("CONNECT", ConnectionEvent::Connect),
            ("MESSAGE", ConnectionEvent::Message),
            ("DISCONNECT", ConnectionEvent::Disconnect),
        ] {
            let request = of(text);
            let connection = request.connection().unwrap();
            assert_eq!((connection.id(), connection.route(), connection.event()), ("c=", "say", event));
            assert_eq!(connection.context().connected_at, 1);
        }
        assert_eq!(of("OTHER").connection().unwrap_err(), NoConnection);
        let nameless = r#"{"eventType": "MESSAGE", "connectedAt": 1, "requestTimeEpoch": 2}"#;
        assert_eq!(context(nameless).connection().unwrap_err(), NoConnection);
        assert_eq!(crate::Request::new(Body::empty()).connection().unwrap_err(), NoConnection);
    }

    #[test]
    fn changing_a_copy_leaves_the_original_alone() {
        let parts = filled(Extensions::new());
        let copy = parts.clone().with_path_parameters(map("id", "8"));
        assert_eq!(copy.path_parameters().first("id"), Some("8"));
        assert_eq!(copy.stage_variables().first("table"), Some("users"));
        check(&parts);
    }
}
