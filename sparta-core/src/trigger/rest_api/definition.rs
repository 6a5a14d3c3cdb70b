//! The definition of a REST API: one OpenAPI document, with API Gateway's extensions.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Access, RestApiMistake,
    security::{Asks, asks, requirement, requirements},
};
use crate::{
    cfn::{LogicalId, Value, append, sub},
    property,
    stack::Stack,
    trigger::{
        http_api::{
            Throttle,
            path::{parameters, without_names},
        },
        schema::{Schema, known},
    },
};

/// What a route does with a request.
pub(super) struct Operation<'a> {
    pub(super) function: Value,
    pub(super) stream: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) access: &'a Access,
    pub(super) api_key: bool,
    pub(super) queries: &'a [String],
    pub(super) headers: &'a [String],
    pub(super) body: Option<&'a Schema>,
}

/// A route as the definition has it.
pub(super) struct Defined {
    pub(super) path: String,
    /// `GET`, or `*` for all.
    pub(super) method: String,
    pub(super) asks: Asks,
    pub(super) has_key: bool,
}

const ANY: &str = "x-amazon-apigateway-any-method";
pub(super) const AUTH: &str = "x-amazon-apigateway-auth";
pub(super) const KEY: &str = "api_key";
const PARAMETERS: &str = "parameters";
const BODY: &str = "body";
const EVERYTHING: &str = "everything";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

pub(super) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The definition of an API without routes.
pub(super) fn empty() -> Value {
    object([
        ("info", object([("title", sub("${AWS::StackName}")), ("version", "1".into())])),
        ("openapi", "3.0.1".into()),
        ("paths", Value::Map(BTreeMap::new())),
    ])
}

/// Adds a route, and says what of it is there already.
pub(super) fn add(
    stack: &mut Stack,
    api: &LogicalId,
    path: &str,
    method: &str,
    operation: &Operation<'_>,
) -> Vec<RestApiMistake> {
    let mut mistakes = Vec::new();
    _ = stack.change(api, |api| {
        api.change_property("Body", |body| {
            let routes = entry(entry(body, "paths"), path);
            let name = if method == "ANY" { ANY.to_owned() } else { method.to_ascii_lowercase() };
            if get(routes, &name).is_some() {
                mistakes.push(RestApiMistake::Taken(format!("{method} {path}")));
            } else {
                let security = operation.security(body);
                *entry(entry(entry(body, "paths"), path), &name) = operation.definition(path, security);
                operation.add_shared(body);
            }
        })
    });
    mistakes
}

/// What is below a name in a map, which is there then.
pub(super) fn entry<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if !matches!(value, Value::Map(_)) {
        *value = Value::Map(BTreeMap::new());
    }
    match value {
        Value::Map(map) => map.entry(name.to_owned()).or_insert_with(|| Value::Map(BTreeMap::new())),
        other => other,
    }
}

impl Operation<'_> {
    /// What callers have to prove, each by the name of what is said of it for the whole API.
    fn security(&self, body: &mut Value) -> Vec<Value> {
        let scheme = match self.access {
            Access::Guarded(authorizer) => authorizer.scheme(),
            Access::OfApi | Access::Open => None,
        };
        let own = scheme.map(|scheme| requirement(body, &scheme));
        let key = self.api_key.then(|| object([(KEY, Value::List(Vec::new()))]));
        own.into_iter().chain(key).collect()
    }

    fn definition(&self, path: &str, security: Vec<Value>) -> Value {
        let mut operation = BTreeMap::from([
            ("responses".to_owned(), Value::Map(BTreeMap::new())),
            ("x-amazon-apigateway-integration".to_owned(), self.integration()),
        ]);
        let mut set = |name: &str, value: Value| _ = operation.insert(name.to_owned(), value);
        let of_path = parameters(path).map(|name| parameter("path", name));
        let of_query = self.queries.iter().map(|name| parameter("query", name));
        let of_headers = self.headers.iter().map(|name| parameter("header", name));
        let parameters: Vec<Value> = of_path.chain(of_query).chain(of_headers).collect();
        if !parameters.is_empty() {
            set("parameters", parameters.into());
        }
        if let Some(schema) = self.body {
            let json = object([("schema", known(&schema.root))]);
            set("requestBody", object([("content", object([("application/json", json)])), ("required", true.into())]));
        }
        if let Some(validator) = self.validator() {
            set(VALIDATOR, validator.into());
        }
        if let Some(kind) = self.access.name() {
            set(AUTH, object([("type", kind.into())]));
        }
        if !security.is_empty() {
            set("security", security.into());
        }
        Value::Map(operation)
    }

    /// What validates its requests, by name.
    fn validator(&self) -> Option<&'static str> {
        let has_parameters = !self.queries.is_empty() || !self.headers.is_empty();
        match (has_parameters, self.body.is_some()) {
            (false, false) => None,
            (true, false) => Some(PARAMETERS),
            (false, true) => Some(BODY),
            (true, true) => Some(EVERYTHING),
        }
    }

    fn integration(&self) -> Value {
        let mut integration = object([
            ("httpMethod", "POST".into()),
            ("type", "aws_proxy".into()),
            ("uri", uri(&self.function, self.stream)),
        ]);
        if let Some(timeout) = self.timeout {
            let milliseconds = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            *entry(&mut integration, "timeoutInMillis") = milliseconds.into();
        }
        if self.stream {
            *entry(&mut integration, "responseTransferMode") = "STREAM".into();
        }
        integration
    }

    /// Adds to the definition what its routes refer to.
    fn add_shared(&self, body: &mut Value) {
        if self.api_key {
            *entry(schemes(body), KEY) =
                object([("in", "header".into()), ("name", "x-api-key".into()), ("type", "apiKey".into())]);
        }
        if let Some(validator) = self.validator() {
            *entry(entry(body, "x-amazon-apigateway-request-validators"), validator) = object([
                ("validateRequestBody", (validator != PARAMETERS).into()),
                ("validateRequestParameters", (validator != BODY).into()),
            ]);
        }
        if let Some(schema) = self.body {
            let schemas = entry(entry(body, "components"), "schemas");
            for (name, schema) in &schema.named {
                *entry(schemas, name) = known(schema);
            }
            *entry(entry(body, "x-amazon-apigateway-gateway-responses"), "BAD_REQUEST_BODY") = object([
                (
                    "responseTemplates",
                    object([("application/json", r#"{"message":$context.error.messageString}"#.into())]),
                ),
                ("statusCode", "422".into()),
            ]);
        }
    }
}

impl Access {
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::OfApi => None,
            Self::Open => Some("NONE"),
            Self::Guarded(authorizer) => authorizer.is_iam().then_some("AWS_IAM"),
        }
    }
}

pub(super) fn schemes(body: &mut Value) -> &mut Value {
    entry(entry(body, "components"), "securitySchemes")
}

fn parameter(place: &str, name: &str) -> Value {
    object([
        ("in", place.into()),
        ("name", name.into()),
        ("required", true.into()),
        ("schema", object([("type", "string".into())])),
    ])
}

/// The address that API Gateway invokes a function at.
fn uri(function: &Value, stream: bool) -> Value {
    let (version, end) = match stream {
        true => ("2021-11-15", "/response-streaming-invocations"),
        false => ("2015-03-31", "/invocations"),
    };
    let start = format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/");
    match append(function, end).as_function() {
        Some(("Fn::Sub", Value::String(text))) => sub(start + text),
        _ => {
            let text = format!("{start}${{Function}}{end}");
            Value::function("Fn::Sub", vec![text.into(), object([("Function", function.clone())])])
        }
    }
}

/// Limits a route.
pub(super) fn throttle(stack: &mut Stack, stage: &LogicalId, path: &str, method: &str, throttle: Throttle) {
    let path = if path == "/" { path.to_owned() } else { format!("/{}", path.replace('/', "~1")) };
    limit(stack, stage, &path, method, throttle);
}

/// Limits every route that has no limit of its own.
pub(super) fn throttle_all(stack: &mut Stack, stage: &LogicalId, throttle: Throttle) {
    limit(stack, stage, "/*", "*", throttle);
}

fn limit(stack: &mut Stack, stage: &LogicalId, path: &str, method: &str, Throttle { rate, burst }: Throttle) {
    let setting = property!(AWS::ApiGateway::Stage.MethodSettings[] {
        HttpMethod: (method),
        ResourcePath: (path),
        ThrottlingBurstLimit: (burst),
        ThrottlingRateLimit: (rate),
    });
    _ = stack.change(stage, |stage| {
        stage.change_property("MethodSettings", |settings| match settings {
            Value::List(settings) => settings.push(setting),
            other => *other = Value::List(vec![setting]),
        })
    });
}

/// Closes the address that API Gateway gives the API, which an import does by the definition.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-endpoint-configuration.html>.
pub(super) fn close_default_endpoint(stack: &mut Stack, api: &LogicalId) {
    let closed = object([("disableExecuteApiEndpoint", true.into())]);
    let server = object([("url", "/".into()), ("x-amazon-apigateway-endpoint-configuration", closed)]);
    _ = stack.change(api, |api| api.change_property("Body", |body| *entry(body, "servers") = vec![server].into()));
}

/// The operations of a definition, each with its method and its path.
pub(super) fn operations(body: &mut Value) -> Vec<(String, String, &mut Value)> {
    let Value::Map(paths) = entry(body, "paths") else { return Vec::new() };
    let of_path = paths.iter_mut().flat_map(|(path, operations)| match operations {
        Value::Map(operations) => operations.iter_mut().map(|(method, it)| (named(method), path.clone(), it)).collect(),
        _ => Vec::new(),
    });
    of_path.collect()
}

/// A method as people write it.
pub(super) fn named(method: &str) -> String {
    if method == ANY { "ANY".to_owned() } else { method.to_ascii_uppercase() }
}

pub(super) fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(name),
        _ => None,
    }
}

/// The routes of an API.
pub(super) fn routes(stack: &Stack, api: &LogicalId) -> Vec<Defined> {
    let body = stack.template().resources().get(api).and_then(|api| api.properties().get("Body"));
    let Some(Value::Map(paths)) = body.and_then(|body| get(body, "paths")) else { return Vec::new() };
    let schemes = body.and_then(|body| get(get(body, "components")?, "securitySchemes"));
    let of_path = |(path, operations): (&String, &Value)| {
        let Value::Map(operations) = operations else { return Vec::new() };
        let defined = operations.iter().map(|(method, operation)| Defined {
            path: path.clone(),
            method: if method == ANY { "*".to_owned() } else { method.to_ascii_uppercase() },
            asks: asks(operation, schemes),
            has_key: requirements(operation).iter().any(|it| get(it, KEY).is_some()),
        });
        defined.collect()
    };
    paths.iter().flat_map(of_path).collect()
}

/// Paths that have different parameters in one place.
pub(super) fn siblings(routes: &[Defined]) -> Vec<RestApiMistake> {
    let mut known: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for Defined { path, .. } in routes {
        let segments = path.match_indices('/').map(|(at, _)| (&path[..at], path[at + 1..].split('/').next()));
        for (parent, segment) in segments {
            let Some(segment) = segment.filter(|segment| segment.starts_with('{')) else { continue };
            let (first, of) = *known.entry(without_names(parent)).or_insert((path, segment));
            if of != segment {
                mistakes.push(RestApiMistake::Siblings { first: first.to_owned(), second: path.clone() });
            }
        }
    }
    mistakes.dedup();
    mistakes
}

/// Whether API Gateway takes it as a part of a path: plain or a whole `{name}`; only the last may be `{name+}`.
pub(super) fn is_part(part: &str, is_last: bool) -> bool {
    match part.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => {
            let name = if is_last { inner.strip_suffix('+').unwrap_or(inner) } else { inner };
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        }
        None => !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b)),
    }
}
