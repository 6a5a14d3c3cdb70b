//! The request context, one variant for each kind of event.

use std::collections::HashMap;

use aws_lambda_events::alb::AlbTargetGroupRequestContext;
use aws_lambda_events::apigw::{
    ApiGatewayProxyRequestContext, ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription,
    ApiGatewayV2httpRequestContext, ApiGatewayWebsocketProxyRequestContext,
};
use aws_lambda_events::vpc_lattice::VpcLatticeRequestV2Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `requestContext` of an event: who called, through which API, authorized how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RequestContext {
    /// Of a REST API, or an HTTP API with payload 1.0.
    ApiGatewayV1(ApiGatewayProxyRequestContext),
    /// Of an HTTP API or function URL.
    ApiGatewayV2(ApiGatewayV2httpRequestContext),
    /// Of an Application Load Balancer.
    Alb(AlbTargetGroupRequestContext),
    /// Of a WebSocket API.
    WebSocket(ApiGatewayWebsocketProxyRequestContext),
    /// Of VPC Lattice. The first version of its events (`V1`) has no context: then all of it is empty.
    VpcLattice(VpcLatticeRequestV2Context),
    /// Of any other event, which has none.
    PassThrough,
}

impl RequestContext {
    /// What an authorizer passed on about the caller; load balancers, VPC Lattice and other events have none.
    pub fn authorizer(&self) -> Option<&ApiGatewayRequestAuthorizer> {
        match self {
            Self::ApiGatewayV1(context) => Some(&context.authorizer),
            Self::ApiGatewayV2(context) => context.authorizer.as_ref(),
            Self::WebSocket(context) => Some(&context.authorizer),
            Self::Alb(_) | Self::VpcLattice(_) | Self::PassThrough => None,
        }
    }

    /// What a Lambda authorizer says of the caller; nothing where no function has decided, or it says nothing.
    pub fn authorizer_context(&self) -> Option<&HashMap<String, Value>> {
        let of_function = self.authorizer().filter(|authorizer| authorizer.jwt.is_none());
        of_function.map(|authorizer| &authorizer.fields).filter(|fields| !fields.is_empty())
    }

    /// What the JSON Web Token says that an HTTP API or, with a user pool, a REST API let through; nothing where no authorizer looked
    /// at one.
    pub fn jwt_claims(&self) -> Option<&HashMap<String, String>> {
        self.authorizer().and_then(|authorizer| authorizer.jwt.as_ref()).map(|token| &token.claims)
    }

    /// With the claims of a token where those of HTTP APIs are: a REST API has them beside what functions say.
    pub(crate) fn with_claims(mut self) -> Self {
        if let Self::ApiGatewayV1(context) = &mut self
            && let Some(Value::Object(claims)) = context.authorizer.fields.get("claims")
        {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let mut token = ApiGatewayRequestAuthorizerJwtDescription::default();
            token.claims = claims.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            context.authorizer.jwt = Some(token);
        }
        self
    }
}
