//! An event of each kind, as AWS sends it.

use clap::ValueEnum;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sample {
    HttpApi,
    HttpApiAuthorizer,
    FunctionUrl,
    RestApi,
    RestApiAuthorizer,
    WebSocketConnect,
    WebSocket,
    LoadBalancer,
    Sqs,
    Sns,
    S3,
    Dynamodb,
    Kinesis,
    EventBridge,
    Schedule,
}

impl Sample {
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::HttpApi => include_str!("samples/http-api.json"),
            Self::HttpApiAuthorizer => include_str!("samples/http-api-authorizer.json"),
            Self::FunctionUrl => include_str!("samples/function-url.json"),
            Self::RestApi => include_str!("samples/rest-api.json"),
            Self::RestApiAuthorizer => include_str!("samples/rest-api-authorizer.json"),
            Self::WebSocketConnect => include_str!("samples/web-socket-connect.json"),
            Self::WebSocket => include_str!("samples/web-socket.json"),
            Self::LoadBalancer => include_str!("samples/load-balancer.json"),
            Self::Sqs => include_str!("samples/sqs.json"),
            Self::Sns => include_str!("samples/sns.json"),
            Self::S3 => include_str!("samples/s3.json"),
            Self::Dynamodb => include_str!("samples/dynamodb.json"),
            Self::Kinesis => include_str!("samples/kinesis.json"),
            Self::EventBridge => include_str!("samples/event-bridge.json"),
            Self::Schedule => include_str!("samples/schedule.json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorizers_read_what_is_theirs() {
        for sample in [Sample::HttpApiAuthorizer, Sample::RestApiAuthorizer] {
            let request: sparta_core::AuthorizerRequest = serde_json::from_str(sample.event()).unwrap();
            assert_eq!(request.route_key.as_deref(), Some("GET /hello"));
            assert_eq!(request.headers["authorization"], "Bearer a-token");
        }
    }

    #[test]
    fn each_sample_is_json_and_what_it_says_it_is() {
        for sample in Sample::value_variants() {
            let event: serde_json::Value = serde_json::from_str(sample.event()).unwrap();
            let records = &event["Records"][0];
            let source = records["eventSource"].as_str().or(records["EventSource"].as_str());
            let expected = match sample {
                Sample::Sqs => Some("aws:sqs"),
                Sample::Sns => Some("aws:sns"),
                Sample::S3 => Some("aws:s3"),
                Sample::Dynamodb => Some("aws:dynamodb"),
                Sample::Kinesis => Some("aws:kinesis"),
                _ => None,
            };
            assert_eq!(source, expected, "{sample:?}");
        }
    }
}
