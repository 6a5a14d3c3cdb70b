//! What invokes a function. Each kind is one file and one type that implements [`Trigger`].

/// The constructors of an API's routes by their methods.
macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("`", stringify!($method), "` requests for `path`.")]
        pub fn $name(path: impl Into<String>) -> Self {
            Self::new(Route::Path(Some(Method::$method), path.into()))
        }
    )*};
}

mod domain;
mod function_url;
mod http_api;
mod lambda_authorizer;
mod load_balancer;
mod rest_api;
mod schedule;
pub(crate) mod schema;
pub(crate) mod security;
pub(crate) mod web_socket;

pub(crate) use domain::check_apart;
pub use domain::{Domain, DomainMistake, MutualTls};
pub use function_url::{FunctionUrl, FunctionUrlMistake};
pub use http_api::{
    ApiOptions, ApiOptionsMistake, Authorizer, BodyMistake, Cors, CorsMistake, HttpApi, HttpApiMistake, Iam, Jwt,
    JwtMistake,
};
pub(crate) use http_api::{has_body, has_routes, path, put_routes_into_body};
pub use lambda_authorizer::{LambdaAuthorizer, LambdaAuthorizerMistake};
pub use load_balancer::{LoadBalancer, LoadBalancerMistake};
pub(crate) use rest_api::deploy;
pub use rest_api::{
    Period, RestApi, RestApiMistake, RestApiOptions, RestApiOptionsMistake, RestAuthorizer, UsagePlan,
    UsagePlanMistake, UserPool, UserPoolMistake,
};
pub use schedule::{Schedule, ScheduleMistake};
pub use schema::SchemaMistake;
#[cfg(feature = "connections")]
pub use web_socket::{ConnectionSender, SendError};
pub use web_socket::{
    Connections, ConnectionsMistake, WebSocket, WebSocketAuthorizer, WebSocketMistake, WebSocketOptions,
    WebSocketOptionsMistake,
};

pub use crate::{
    Streams,
    function::{Customized, Scope, Trigger, TriggerExt},
};
