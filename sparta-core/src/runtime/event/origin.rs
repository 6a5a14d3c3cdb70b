//! Who sent an event, by the marks that it has.

use http::header::HOST;

use super::Origin;
use super::fields::{Fields, Slot};
use super::uri::is_encoded;
use crate::json::Text;

impl Fields {
    /// Who sent the event, by its marks; a context that is no object has none.
    pub(super) fn origin(&self, event: &[u8]) -> Origin {
        let context = &self.of_context;
        match (self.context, context.http.is_there(), context.elb.is_there(), self.method.is_there()) {
            _ if self.arn.is_there() => Origin::Raw,
            (Slot::Nothing, ..) if self.lattice_path.is_there() && self.lattice_method.is_there() => Origin::VpcLattice,
            (Slot::Other(place), ..) if event[place.start] != b'{' => Origin::Raw,
            (Slot::Nothing | Slot::Text(_), ..) => Origin::Raw,
            (_, true, _, _) if self.is_from_function_url(event) => Origin::FunctionUrl,
            (_, true, _, _) => Origin::HttpApi,
            (_, _, true, true) => Origin::LoadBalancer,
            _ if context.connection_id.is_there() && context.event_type.is_there() => Origin::WebSocket,
            (_, _, _, true) => Origin::RestApi,
            _ if context.service_arn.is_there() => Origin::VpcLattice,
            _ => Origin::Raw,
        }
    }

    /// API Gateway sends events of the same form. The domain tells them apart: `ID.lambda-url.REGION.on.aws`.
    fn is_from_function_url(&self, event: &[u8]) -> bool {
        let is_url = |domain: &[u8]| {
            let id = domain.iter().position(|byte| *byte == b'.').unwrap_or(domain.len());
            domain[id..].starts_with(b".lambda-url.")
        };
        match (self.of_context.domain_name, &self.read_headers) {
            (Slot::Text(domain), _) => domain.read(event).is_ok_and(|domain| is_url(&domain)),
            (Slot::Nothing, Some(Ok(headers))) => headers.get(HOST).is_some_and(|host| is_url(host.as_bytes())),
            _ => false,
        }
    }

    /// Whether what escapes stand for is in the path instead of them.
    ///
    /// API Gateway decodes the path of HTTP APIs, in both forms of its events, and of nothing else. `localhost` is the
    /// domain that emulators name: the SAM CLI decodes, cargo lambda does not.
    pub(super) fn has_decoded_path(&self, origin: Origin, path: &[u8], event: &[u8]) -> bool {
        let is_emulated = |domain: Text| domain.read(event).is_ok_and(|domain| *domain == *LOCALHOST);
        match (origin, self.of_context.domain_name) {
            (Origin::HttpApi, Slot::Text(domain)) => !is_emulated(domain) || !is_encoded(path),
            (Origin::HttpApi, _) => true,
            // An HTTP API with payload 1.0 says so in `version`, which a REST API does not have.
            (Origin::RestApi, _) => self.version.is_there(),
            _ => false,
        }
    }

    /// Whether an API was asked by a domain name of its owner's, and not by AWS's, `ID.execute-api.REGION.amazonaws.com`.
    pub(super) fn has_own_domain(&self, event: &[u8]) -> bool {
        let Slot::Text(domain) = self.of_context.domain_name else { return false };
        let is_own =
            |domain: &[u8]| domain != LOCALHOST && domain.split(|byte| *byte == b'.').nth(1) != Some(b"execute-api");
        domain.read(event).is_ok_and(|domain| is_own(&domain))
    }
}

/// What emulators name as their domain.
const LOCALHOST: &[u8] = b"localhost";

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn origin(event: &str) -> Origin {
        let mut fields = Fields::default();
        let event = Bytes::from(event.to_owned());
        fields.read(&event).unwrap();
        fields.origin(&event)
    }

    #[test]
    fn the_origin_is_told_by_the_marks_in_any_order() {
        let http = r#"{"body": "b", "requestContext": {"stage": "s", "http": {}}}"#;
        assert_eq!(origin(http), Origin::HttpApi);
        let rest = r#"{"requestContext": {"stage": "s"}, "body": "b", "httpMethod": "GET"}"#;
        assert_eq!(origin(rest), Origin::RestApi);
        let balancer = r#"{"requestContext": {"elb": {}}, "httpMethod": "GET"}"#;
        assert_eq!(origin(balancer), Origin::LoadBalancer);
        let socket = r#"{"requestContext": {"eventType": "MESSAGE", "connectionId": "c"}, "body": "b"}"#;
        assert_eq!(origin(socket), Origin::WebSocket);
        let lattice = r#"{"version": "2.0", "method": "GET", "requestContext": {"serviceArn": "arn:aws:vpc-lattice"}}"#;
        assert_eq!(origin(lattice), Origin::VpcLattice);
        let first_lattice = r#"{"raw_path": "/", "method": "GET", "headers": {}}"#;
        assert_eq!(origin(first_lattice), Origin::VpcLattice);
        let url = r#"{"requestContext": {"domainName": "a1.lambda-url.eu-west-1.on.aws", "http": {}}}"#;
        assert_eq!(origin(url), Origin::FunctionUrl);
        let url_by_its_host =
            r#"{"headers": {"Host": "a1.lambda-url.eu-west-1.on.aws"}, "requestContext": {"http": {}}}"#;
        assert_eq!(origin(url_by_its_host), Origin::FunctionUrl);
        let named_alike = r#"{"requestContext": {"domainName": "shop.my.lambda-url.example", "http": {}}}"#;
        assert_eq!(origin(named_alike), Origin::HttpApi);
        let escaped = r#"{"\u0072equestContext": {"\u0068ttp": {}}}"#;
        assert_eq!(origin(escaped), Origin::HttpApi);
    }

    #[test]
    fn anything_else_is_raw() {
        for event in [
            r#"{"httpMethod": null, "requestContext": {}}"#,
            r#"{"httpMethod": "GET"}"#,
            r#"{"requestContext": "none", "httpMethod": "GET"}"#,
            r#"{"requestContext": [], "httpMethod": "GET"}"#,
            r#"{"requestContext": {"connectionId": "c"}}"#,
            r#"{"raw_path": "/"}"#,
            r#"{"raw_path": "/", "method": "GET", "requestContext": {}}"#,
            r#"{"path": "/", "method": "GET"}"#,
            r#"{"requestContext": {}, "httpMethod": "GET", "methodArn": "arn:aws:execute-api"}"#,
            r#"{"Records": []}"#,
            "[1]",
            "null",
            " 7 ",
            r#""text""#,
        ] {
            assert_eq!(origin(event), Origin::Raw, "{event}");
        }
    }
}
