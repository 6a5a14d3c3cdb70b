//! The OpenAPI document of an API, with what API Gateway has added to OpenAPI.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>.

use std::collections::{BTreeMap, BTreeSet};

use super::{AUTHORIZER, BodyMistake, INTEGRATION, Parts};
use crate::{
    cfn::{LogicalId, Resource, Value},
    iam::Arn,
};

type Entries = BTreeMap<String, Value>;

pub(super) struct Document {
    pub(super) parts: Parts,
    pub(super) mistakes: Vec<BodyMistake>,
}

impl Document {
    /// The API with the document, which has the place of most of its properties.
    pub(super) fn of_api(&mut self, id: &LogicalId, api: Resource) -> Resource {
        let mut info = BTreeMap::from([("version".to_owned(), Value::from("1.0"))]);
        let mut body = BTreeMap::from([("openapi".to_owned(), Value::from("3.0.1"))]);
        let mut moved = vec!["ProtocolType"];
        for (property, value) in api.properties() {
            match property.as_str() {
                "Name" => _ = info.insert("title".to_owned(), value.clone()),
                "Description" => _ = info.insert("description".to_owned(), value.clone()),
                "Version" => _ = info.insert("version".to_owned(), value.clone()),
                "CorsConfiguration" => _ = body.insert("x-amazon-apigateway-cors".to_owned(), in_camel_case(value)),
                "DisableExecuteApiEndpoint" => _ = body.insert("servers".to_owned(), servers(value)),
                "CredentialsArn" | "RouteKey" | "Target" => self.refuse(id, property),
                _ => continue,
            }
            moved.push(property);
        }
        let (mut paths, mut integrations, mut schemes) = (BTreeMap::new(), Entries::new(), Entries::new());
        for (id, part) in self.parts.clone() {
            if !part.is_plain() {
                self.mistakes.push(BodyMistake::Attribute(id.clone()));
            }
            match part.resource_type() {
                INTEGRATION => _ = integrations.insert(id.to_string(), self.integration(&id, &part)),
                AUTHORIZER => _ = schemes.insert(id.to_string(), self.scheme(&id, &part)),
                _ => self.add_route(&id, &part, &mut paths, &mut schemes),
            }
        }
        let components = [("securitySchemes", schemes), ("x-amazon-apigateway-integrations", integrations)];
        let components = components.into_iter().filter(|(_, entries)| !entries.is_empty());
        let components = components.map(|(name, entries)| (name, Value::Map(entries)));
        body.insert("info".to_owned(), Value::Map(info));
        body.insert(
            "paths".to_owned(),
            Value::Map(paths.into_iter().map(|(path, it)| (path, Value::Map(it))).collect()),
        );
        body.insert("components".to_owned(), map(components));
        let moved: Vec<String> = moved.into_iter().map(str::to_owned).collect();
        let api = moved.into_iter().fold(api, |api, property| api.property(property, None::<Value>));
        api.property("Body", Value::Map(body))
    }

    fn refuse(&mut self, resource: &LogicalId, property: &str) {
        self.mistakes.push(BodyMistake::Property { resource: resource.clone(), property: property.to_owned() });
    }

    /// An integration, which all routes to one function share: an API has 300 of them.
    fn integration(&mut self, id: &LogicalId, integration: &Resource) -> Value {
        const NAMES: [(&str, &str); 11] = [
            ("ConnectionId", "connectionId"),
            ("ConnectionType", "connectionType"),
            ("CredentialsArn", "credentials"),
            ("IntegrationMethod", "httpMethod"),
            ("IntegrationSubtype", "integrationSubtype"),
            ("IntegrationType", "type"),
            ("IntegrationUri", "uri"),
            ("PayloadFormatVersion", "payloadFormatVersion"),
            ("RequestParameters", "requestParameters"),
            ("ResponseParameters", "responseParameters"),
            ("TimeoutInMillis", "timeoutInMillis"),
        ];
        let mut entries = self.translated(id, integration, &NAMES);
        let is_function = entries.get("type").and_then(Value::as_str) == Some("AWS_PROXY")
            && !entries.contains_key("integrationSubtype");
        if is_function {
            entries.entry("httpMethod".to_owned()).or_insert("POST".into());
            if let Some(function) = entries.remove("uri") {
                entries.insert("uri".to_owned(), invocations(function));
            }
        }
        Value::Map(entries)
    }

    fn scheme(&mut self, id: &LogicalId, authorizer: &Resource) -> Value {
        const NAMES: [(&str, &str); 8] = [
            ("AuthorizerCredentialsArn", "authorizerCredentials"),
            ("AuthorizerPayloadFormatVersion", "authorizerPayloadFormatVersion"),
            ("AuthorizerResultTtlInSeconds", "authorizerResultTtlInSeconds"),
            ("AuthorizerType", "type"),
            ("AuthorizerUri", "authorizerUri"),
            ("EnableSimpleResponses", "enableSimpleResponses"),
            ("IdentitySource", "identitySource"),
            ("JwtConfiguration", "jwtConfiguration"),
        ];
        let mut entries = self.translated(id, authorizer, &NAMES);
        entries.remove("name");
        if let Some(kind) = entries.get_mut("type") {
            *kind = kind.as_str().unwrap_or_default().to_ascii_lowercase().into();
        }
        if let Some(tokens) = entries.get_mut("jwtConfiguration") {
            *tokens = in_camel_case(tokens);
        }
        // Of tokens there is one identity source, which is a text there.
        let is_jwt = entries.get("type").and_then(Value::as_str) == Some("jwt");
        if let (true, Some(Value::List(sources))) = (is_jwt, entries.get("identitySource")) {
            let first = sources.first().cloned().unwrap_or(Value::Null);
            entries.insert("identitySource".to_owned(), first);
        }
        let own = Value::Map(entries);
        match is_jwt {
            true => map([("type", "oauth2".into()), ("x-amazon-apigateway-authorizer", own)]),
            false => map(api_key("Unused").into_iter().chain([("x-amazon-apigateway-authorizer", own)])),
        }
    }

    fn add_route(
        &mut self,
        id: &LogicalId,
        route: &Resource,
        paths: &mut BTreeMap<String, Entries>,
        schemes: &mut Entries,
    ) {
        let mut operation = BTreeMap::from([("responses".to_owned(), responses())]);
        let own = ["ApiId", "RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes"];
        for property in route.properties().keys().filter(|name| !own.contains(&name.as_str())) {
            match property.as_str() {
                "OperationName" => _ = operation.insert("operationId".to_owned(), route.properties()[property].clone()),
                _ => self.refuse(id, property),
            }
        }
        match self.named(route, "Target", INTEGRATION) {
            Some(integration) => {
                let place = format!("#/components/x-amazon-apigateway-integrations/{integration}");
                operation.insert("x-amazon-apigateway-integration".to_owned(), map([("$ref", place.into())]));
            }
            None => self.mistakes.push(BodyMistake::Target(id.clone())),
        }
        let text = |name: &str| route.properties().get(name).and_then(Value::as_str);
        let security = match text("AuthorizationType") {
            None | Some("NONE") => None,
            Some("AWS_IAM") => {
                let scheme = map(api_key("Authorization")
                    .into_iter()
                    .chain([("x-amazon-apigateway-authtype", "awsSigv4".into())]));
                schemes.insert(IAM.to_owned(), scheme);
                Some(IAM.to_owned())
            }
            Some(_) => {
                let named = self.named(route, "AuthorizerId", AUTHORIZER).map(|id| id.to_string());
                self.mistakes.extend(named.is_none().then(|| BodyMistake::Authorizer(id.clone())));
                named
            }
        };
        if let Some(scheme) = security {
            let scopes = route.properties().get("AuthorizationScopes").cloned().unwrap_or(Value::List(Vec::new()));
            operation.insert("security".to_owned(), vec![Value::Map([(scheme, scopes)].into())].into());
        }
        let key = text("RouteKey").unwrap_or_default();
        let (method, path) = key.split_once(' ').unwrap_or(("ANY", "/$default"));
        if !key.contains(' ') {
            operation.insert("isDefaultRoute".to_owned(), true.into());
        }
        let method = match method {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            method => method.to_ascii_lowercase(),
        };
        let item = paths.entry(path.to_owned()).or_insert_with(|| parameters(path));
        item.insert(method, Value::Map(operation));
    }

    /// The one of the API's own resources that a property refers to.
    fn named(&self, route: &Resource, property: &str, kind: &str) -> Option<&LogicalId> {
        let mut names = BTreeSet::new();
        route.properties().get(property)?.references(&mut names);
        let mut own = self.parts.iter().filter(|(_, part)| part.resource_type() == kind);
        own.find(|(id, _)| names.contains(id.as_str())).map(|(id, _)| id)
    }

    /// Properties by the names that they have in the document.
    fn translated(&mut self, id: &LogicalId, part: &Resource, names: &[(&str, &str)]) -> Entries {
        let mut entries = Entries::new();
        for (property, value) in part.properties() {
            match names.iter().find(|(name, _)| name == property) {
                Some((_, name)) => _ = entries.insert((*name).to_owned(), value.clone()),
                None if ["ApiId", "Name", "Description"].contains(&property.as_str()) => {}
                None => self.refuse(id, property),
            }
        }
        entries
    }
}

const IAM: &str = "Iam";

fn map<'n>(entries: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn api_key(header: &str) -> [(&'static str, Value); 3] {
    [("type", "apiKey".into()), ("name", header.into()), ("in", "header".into())]
}

/// What every operation of such a document has to say.
fn responses() -> Value {
    map([("default", map([("description", "What the function answers".into())]))])
}

/// The parameters that the document says of a path.
fn parameters(path: &str) -> Entries {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let name = name.strip_suffix('+').unwrap_or(name);
        let schema = map([("type", "string".into())]);
        map([("name", name.into()), ("in", "path".into()), ("required", true.into()), ("schema", schema)])
    };
    let parameters: Vec<Value> = names.map(parameter).collect();
    let parameters = Some(parameters).filter(|all| !all.is_empty());
    parameters.into_iter().map(|all| ("parameters".to_owned(), all.into())).collect()
}

fn servers(is_closed: &Value) -> Value {
    let endpoint = map([("disableExecuteApiEndpoint", is_closed.clone())]);
    vec![map([("url", "/".into()), ("x-amazon-apigateway-endpoint-configuration", endpoint)])].into()
}

/// The address by which API Gateway invokes a function of this ARN.
fn invocations(function: Value) -> Value {
    let path = "path/2015-03-31/functions/${Function}/invocations";
    let text = Arn { account: "lambda", ..Arn::new("apigateway", path) }.to_string();
    Value::function("Fn::Sub", vec![text.into(), map([("Function", function)])])
}

/// A map whose names begin with small letters.
fn in_camel_case(value: &Value) -> Value {
    let Value::Map(entries) = value else { return value.clone() };
    let small = |name: &String| name[..1].to_ascii_lowercase() + &name[1..];
    Value::Map(entries.iter().map(|(name, value)| (small(name), value.clone())).collect())
}
