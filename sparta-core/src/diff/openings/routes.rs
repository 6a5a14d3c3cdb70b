//! Routes of APIs that anybody may call, whether they are resources or stand in the API's document.

use super::{Extent, Open, name_of, opening, operations};
use crate::{
    cfn::Value,
    diff::{
        normal::{entries, get, items, text_at},
        side::{Part, Side},
        text::only_id,
    },
};

const ANY: &str = "x-amazon-apigateway-any-method";
const AUTH: &str = "x-amazon-apigateway-auth";

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Guarded,
    WithKey,
    Everybody,
}

pub(super) fn routes(side: &Side, found: &mut Vec<Open>) {
    for (id, part) in side.of_kind("AWS::ApiGatewayV2::Route") {
        let api = name_of(part.text("ApiId").unwrap_or_default());
        let is_web_socket = side.resources.get(api).is_some_and(|api| api.text("ProtocolType") == Some("WEBSOCKET"));
        let key = part.text("RouteKey").unwrap_or_default();
        // Whoever is connected may send.
        if is_web_socket && key != "$connect" {
            continue;
        }
        push(id, part, api, key, access(part), found);
    }
    for (id, part) in side.of_kind("AWS::ApiGateway::Method") {
        let api = name_of(part.text("RestApiId").unwrap_or_default());
        let method = part.text("HttpMethod").unwrap_or_default();
        let path = part.text("ResourceId").map(|resource| path(side, resource, 0)).unwrap_or_default();
        push(id, part, api, &format!("{method} {path}"), access(part), found);
    }
    for (id, part) in &side.resources {
        let Some(body) = part.property("Body") else { continue };
        for (path, method, operation) in operations(body).filter(|(_, method, _)| is_method(method)) {
            let method = if method == ANY { "ANY".to_owned() } else { method.to_ascii_uppercase() };
            let is_default = get(operation, "isDefaultRoute").is_some();
            let route = if is_default { "$default".to_owned() } else { format!("{method} {path}") };
            push(id, part, id, &route, of_operation(operation, body), found);
        }
    }
}

fn push(id: &str, part: &Part, api: &str, route: &str, access: Access, found: &mut Vec<Open>) {
    // What browsers ask before a call.
    if access == Access::Guarded || route.starts_with("OPTIONS ") {
        return;
    }
    let to_everybody = access == Access::Everybody;
    let what = if to_everybody { "without an authorizer" } else { "with a key of the API, and without an authorizer" };
    let extent = Extent::Route { route: format!("{api} {route}"), to_everybody };
    found.push(Open { opening: opening(id, part, format!("{route} {what}")), extent });
}

fn access(part: &Part) -> Access {
    match part.text("AuthorizationType") {
        None | Some("NONE") if part.text("ApiKeyRequired") == Some("true") => Access::WithKey,
        None | Some("NONE") => Access::Everybody,
        Some(_) => Access::Guarded,
    }
}

fn of_operation(operation: &Value, body: &Value) -> Access {
    let required = items(get(operation, "security").or_else(|| get(body, "security")));
    let schemes =
        get(body, "components").and_then(|it| get(it, "securitySchemes")).or_else(|| get(body, "securityDefinitions"));
    let scheme = |name: &str| schemes.and_then(|schemes| get(schemes, name));
    let is_guard = |name: &str| {
        scheme(name).is_some_and(|it| entries(Some(it)).any(|(key, _)| key.starts_with("x-amazon-apigateway-auth")))
    };
    let names = || required.iter().flat_map(|it| entries(Some(it)).map(|(name, _)| name.as_str()));
    let by_auth = get(operation, AUTH).and_then(|auth| text_at(auth, "type")).is_some_and(|kind| kind != "NONE");
    if by_auth || names().any(is_guard) {
        Access::Guarded
    } else if names().any(|name| scheme(name).and_then(|it| text_at(it, "type")) == Some("apiKey")) {
        Access::WithKey
    } else {
        Access::Everybody
    }
}

fn is_method(name: &str) -> bool {
    name == ANY || ["get", "put", "post", "delete", "options", "head", "patch", "trace"].contains(&name)
}

/// The path of a resource of a REST API.
fn path(side: &Side, resource: &str, depth: usize) -> String {
    let own =
        only_id(resource).and_then(|id| side.resources.get(id)).filter(|it| it.kind == "AWS::ApiGateway::Resource");
    match own {
        Some(own) if depth < 32 => {
            let parent = own.text("ParentId").map(|parent| path(side, parent, depth + 1)).unwrap_or_default();
            format!("{}/{}", parent.trim_end_matches('/'), own.text("PathPart").unwrap_or_default())
        }
        _ => "/".to_owned(),
    }
}
