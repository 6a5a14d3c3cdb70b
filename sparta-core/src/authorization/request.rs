//! What API Gateway asks a Lambda authorizer.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use crate::RequestContext;

/// What API Gateway asks a Lambda authorizer: the request that somebody has sent, without its body.
///
/// It reads the events of HTTP APIs (payload 2.0), REST APIs and WebSocket APIs. `route_arn` is the ARN of the request, which
/// [`Authorization::on`](crate::Authorization::on) takes.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html> and
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>.
///
/// # Example
///
/// [`Authorization`](crate::Authorization) has one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizerRequest {
    /// The version of the payload: `2.0` of an HTTP API, nothing of the others.
    pub version: Option<String>,
    /// `REQUEST`.
    pub type_: Option<String>,
    /// The request's ARN: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/GET/orders`, or `../$connect`. REST APIs and WebSocket APIs
    /// call it `methodArn`.
    pub route_arn: Option<String>,
    /// The values of the identity sources in their order, of an HTTP API.
    pub identity_source: Option<Vec<String>>,
    /// The route: `GET /orders/{id}`, or `$connect`.
    pub route_key: Option<String>,
    /// The path, without a stage.
    pub raw_path: Option<String>,
    /// The query, of an HTTP API.
    pub raw_query_string: Option<String>,
    /// The cookies, of an HTTP API; others have them in the header `cookie`.
    pub cookies: Vec<String>,
    /// The headers, with all values of each.
    pub headers: HeaderMap,
    /// The parameters of the query. Of one that is there several times, an HTTP API joins the values with commas, the others
    /// give the last.
    pub query_string_parameters: HashMap<String, String>,
    /// All values of each parameter of the query, of REST APIs and WebSocket APIs.
    pub multi_value_query_string_parameters: HashMap<String, Vec<String>>,
    /// Who called, through which API.
    pub request_context: RequestContext,
    /// The parameters of the path.
    pub path_parameters: HashMap<String, String>,
    /// The variables of the stage.
    pub stage_variables: HashMap<String, String>,
}

/// An event, as any of the APIs sends it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: Option<String>,
    #[serde(rename = "type")]
    type_: Option<String>,
    #[serde(alias = "methodArn")]
    route_arn: Option<String>,
    identity_source: Option<Vec<String>>,
    route_key: Option<String>,
    http_method: Option<String>,
    resource: Option<String>,
    #[serde(alias = "path")]
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    cookies: Option<Vec<String>>,
    headers: Option<HashMap<String, String>>,
    multi_value_headers: Option<HashMap<String, Vec<String>>>,
    query_string_parameters: Option<HashMap<String, String>>,
    multi_value_query_string_parameters: Option<HashMap<String, Vec<String>>>,
    request_context: Value,
    path_parameters: Option<HashMap<String, String>>,
    stage_variables: Option<HashMap<String, String>>,
}

impl<'de> Deserialize<'de> for AuthorizerRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Event::deserialize(deserializer)?;
        let route_of_context = event.request_context.get("routeKey").and_then(Value::as_str).map(str::to_owned);
        let route = event.http_method.zip(event.resource).map(|(method, resource)| format!("{method} {resource}"));
        let one = |(name, value): (String, String)| (name, vec![value]);
        let headers = match event.multi_value_headers {
            Some(headers) => headers,
            None => event.headers.unwrap_or_default().into_iter().map(one).collect(),
        };
        Ok(Self {
            version: event.version,
            type_: event.type_,
            route_arn: event.route_arn,
            identity_source: event.identity_source,
            route_key: event.route_key.or(route).or(route_of_context),
            raw_path: event.raw_path,
            raw_query_string: event.raw_query_string,
            cookies: event.cookies.unwrap_or_default(),
            headers: map(headers).map_err(D::Error::custom)?,
            query_string_parameters: event.query_string_parameters.unwrap_or_default(),
            multi_value_query_string_parameters: event.multi_value_query_string_parameters.unwrap_or_default(),
            request_context: context(event.request_context).map_err(D::Error::custom)?,
            path_parameters: event.path_parameters.unwrap_or_default(),
            stage_variables: event.stage_variables.unwrap_or_default(),
        })
    }
}

fn map(headers: HashMap<String, Vec<String>>) -> Result<HeaderMap, http::Error> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, values) in headers {
        let name = HeaderName::try_from(name)?;
        for value in values {
            map.append(name.clone(), HeaderValue::try_from(value)?);
        }
    }
    Ok(map)
}

/// Each kind of API has a context of its own.
fn context(context: Value) -> serde_json::Result<RequestContext> {
    Ok(if context.get("http").is_some() {
        RequestContext::ApiGatewayV2(serde_json::from_value(context)?)
    } else if context.get("connectionId").is_some() {
        RequestContext::WebSocket(serde_json::from_value(context)?)
    } else {
        RequestContext::ApiGatewayV1(serde_json::from_value(context)?)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: &Value) -> AuthorizerRequest {
        serde_json::from_str(&event.to_string()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_request_is_read_as_an_http_api_sends_it() {
        let request = read(&json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/GET/orders",
            "identitySource": ["Bearer x", "7"],
            "routeKey": "GET /orders",
            "rawPath": "/orders",
            "rawQueryString": "key=7",
            "headers": {"authorization": "Bearer x"},
            "queryStringParameters": {"key": "7"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3",
                "http": {"method": "GET", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                "requestId": "id",
                "routeKey": "GET /orders",
                "stage": "$default",
                "timeEpoch": 1_583_348_638_390_i64,
            },
        }));
        assert_eq!(request.type_.as_deref(), Some("REQUEST"));
        assert_eq!(request.identity_source, Some(vec!["Bearer x".to_owned(), "7".to_owned()]));
        assert_eq!(request.headers["authorization"], "Bearer x");
        assert_eq!(request.query_string_parameters["key"], "7");
        assert!(request.route_arn.is_some_and(|arn| arn.ends_with("/GET/orders")));
        let RequestContext::ApiGatewayV2(context) = request.request_context else { panic!("it is of an HTTP API") };
        assert_eq!(context.http.source_ip.as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn a_request_is_read_as_a_rest_api_sends_it() {
        let request = read(&json!({
            "type": "REQUEST",
            "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/orders/7",
            "resource": "/orders/{id}",
            "path": "/orders/7",
            "httpMethod": "GET",
            "headers": {"X-AMZ-Date": "20170718T062915Z", "Accept": "b"},
            "multiValueHeaders": {"X-AMZ-Date": ["20170718T062915Z"], "Accept": ["a", "b"]},
            "queryStringParameters": {"color": "blue"},
            "multiValueQueryStringParameters": {"color": ["red", "blue"]},
            "pathParameters": {"id": "7"},
            "stageVariables": null,
            "requestContext": {
                "path": "/test/orders/7",
                "accountId": "123456789012",
                "resourceId": "05c7jb",
                "stage": "test",
                "requestId": "id",
                "identity": {"apiKey": "k", "apiKeyId": "i", "sourceIp": "192.0.2.1", "clientCert": null},
                "resourcePath": "/orders/{id}",
                "httpMethod": "GET",
                "apiId": "abcdef123",
            },
        }));
        assert_eq!(request.route_key.as_deref(), Some("GET /orders/{id}"));
        assert_eq!(request.raw_path.as_deref(), Some("/orders/7"));
        let accepts: Vec<_> = request.headers.get_all("accept").iter().collect();
        assert_eq!(accepts, ["a", "b"]);
        assert_eq!(request.multi_value_query_string_parameters["color"], ["red", "blue"]);
        assert_eq!(request.path_parameters["id"], "7");
        assert!(request.route_arn.is_some_and(|arn| arn.ends_with("/GET/orders/7")));
        let RequestContext::ApiGatewayV1(context) = request.request_context else { panic!("it is of a REST API") };
        assert_eq!(context.identity.source_ip.as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn a_request_is_read_as_a_web_socket_api_sends_it() {
        let request = read(&json!({
            "type": "REQUEST",
            "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/live/$connect",
            "headers": {"HeaderAuth1": "headerValue1"},
            "multiValueHeaders": {"HeaderAuth1": ["headerValue1"]},
            "queryStringParameters": {"token": "sesame"},
            "multiValueQueryStringParameters": {"token": ["sesame"]},
            "stageVariables": {},
            "requestContext": {
                "routeKey": "$connect",
                "eventType": "CONNECT",
                "extendedRequestId": "e",
                "requestTime": "19/Jan/2023:21:13:26 +0000",
                "messageDirection": "IN",
                "stage": "live",
                "connectedAt": 1_674_162_806_344_i64,
                "requestTimeEpoch": 1_674_162_806_345_i64,
                "identity": {"sourceIp": "192.0.2.1"},
                "requestId": "id",
                "domainName": "abcdef123.execute-api.us-east-1.amazonaws.com",
                "connectionId": "c",
                "apiId": "abcdef123",
            },
        }));
        assert_eq!((request.route_key.as_deref(), request.raw_path), (Some("$connect"), None));
        assert_eq!(request.headers["headerauth1"], "headerValue1");
        assert_eq!(request.query_string_parameters["token"], "sesame");
        let RequestContext::WebSocket(context) = request.request_context else { panic!("it is of a WebSocket API") };
        assert_eq!(context.connection_id.as_deref(), Some("c"));
    }

    #[test]
    fn what_is_no_such_event_says_what_is_missing() {
        let error = serde_json::from_str::<AuthorizerRequest>(r#"{"headers": {}}"#).unwrap_err();
        assert!(error.to_string().contains("missing field `requestContext`"), "{error}");
        let event = r#"{"headers": {"a b": "c"}, "requestContext": {}}"#;
        assert!(serde_json::from_str::<AuthorizerRequest>(event).unwrap_err().to_string().contains("header"));
    }
}
