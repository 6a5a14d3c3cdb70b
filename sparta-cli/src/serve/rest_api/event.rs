//! The event that a REST API makes of a request: payload format 1.0.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>.

use base64_simd::STANDARD;
use serde_json::{Map, Value, json};

use super::{Place, binary, routes::Match};
use crate::serve::{clock::Moment, pairs::Pairs, plan::Plan, request::Incoming};

/// The parts of a caller's identity that there may be, none of which is known so far.
const IDENTITY: [&str; 12] = [
    "accessKey",
    "accountId",
    "apiKey",
    "apiKeyId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
];

impl Incoming<'_> {
    pub(super) fn rest_event(&self, plan: &Plan, place: &Place<'_>, found: &Match<'_>) -> Value {
        let (now, api, route) = (Moment::now(), place.api, found.route);
        let query = Pairs::of_query(self.head.uri.query().unwrap_or_default());
        let headers = self.all_headers(plan);
        let some = |map: Map<String, Value>| if map.is_empty() { Value::Null } else { map.into() };
        let mut identity: Map<String, Value> = IDENTITY.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        identity.insert("sourceIp".to_owned(), self.client.to_string().into());
        identity.insert("userAgent".to_owned(), self.text("user-agent").into());
        let parameters = found.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        let variables = api.variables.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        let mut event = json!({
            "resource": route.path,
            "path": place.path,
            "httpMethod": self.head.method.as_str(),
            "headers": headers.last(),
            "multiValueHeaders": headers.all(),
            "queryStringParameters": some(query.last()),
            "multiValueQueryStringParameters": some(query.all()),
            "pathParameters": some(parameters.collect()),
            "stageVariables": some(variables.collect()),
            "requestContext": {
                "accountId": plan.account,
                "apiId": API_ID,
                "domainName": domain(plan),
                "domainPrefix": API_ID,
                "extendedRequestId": self.request_id,
                "httpMethod": self.head.method.as_str(),
                "identity": identity,
                "path": place.whole_path,
                "protocol": "HTTP/1.1",
                "requestId": self.request_id,
                "requestTime": now.common_log(),
                "requestTimeEpoch": u64::try_from(now.millis()).unwrap_or_default(),
                "resourceId": resource_id(&route.path),
                "resourcePath": route.path,
                "stage": api.stage,
            },
            "body": null,
            "isBase64Encoded": false,
        });
        if !self.body.is_empty() {
            let is_binary = binary::is_binary(&api.binary_types, self.text("content-type"));
            event["isBase64Encoded"] = is_binary.into();
            event["body"] = match is_binary {
                true => STANDARD.encode_to_string(self.body),
                // What is no text arrives damaged, as it does in AWS.
                false => String::from_utf8_lossy(self.body).into_owned(),
            }
            .into();
        }
        event
    }

    /// All headers, with those of API Gateway's own, which it writes with capital letters; clients over HTTP/2 have none.
    pub(in crate::serve) fn all_headers(&self, plan: &Plan) -> Pairs {
        let mut headers = Pairs::of_headers(&self.head.headers);
        headers.set("Host", self.text("host").map_or_else(|| domain(plan), str::to_owned));
        if let Some(agent) = self.text("user-agent") {
            headers.set("User-Agent", agent);
        }
        headers.set("X-Amzn-Trace-Id", self.trace_root);
        headers.set("X-Forwarded-For", self.forwarded_for());
        headers.set("X-Forwarded-Port", self.port.to_string());
        headers.set("X-Forwarded-Proto", "http");
        headers
    }
}

/// What API Gateway would call the API.
pub(in crate::serve) const API_ID: &str = "local";

pub(in crate::serve) fn domain(plan: &Plan) -> String {
    format!("{API_ID}.execute-api.{}.amazonaws.com", plan.region)
}

/// Six characters, the same for the same path.
fn resource_id(path: &str) -> String {
    format!("{:06x}", crc32fast::hash(path.as_bytes()) & 0xff_ffff)
}
