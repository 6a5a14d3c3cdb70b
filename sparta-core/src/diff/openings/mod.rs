//! What would be open to the network that is not now.

mod ingress;
mod routes;

use serde::Serialize;

use super::{
    normal::{entries, get, items},
    permissions::Pattern,
    side::{Part, Side},
    text::only_id,
};
use crate::cfn::Value;
use ingress::Ingress;

/// Something that would be open to the network, or to more of it, and is not now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What would be open: `GET /orders without an authorizer`, `tcp 443 from 0.0.0.0/0`.
    pub what: String,
}

/// Something that is open on one side, and what says whether another thing is no more open.
struct Open {
    opening: Opening,
    extent: Extent,
}

enum Extent {
    /// Open or not, by what it is.
    All(String),
    /// A route of an API: with a key of the API, or to everybody.
    Route { route: String, to_everybody: bool },
    /// A rule of a security group.
    Ingress(Ingress),
    /// An origin that CORS allows.
    Origin { of: String, origin: Pattern },
}

impl Extent {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All(own), Self::All(other)) => own == other,
            (Self::Route { route, to_everybody }, Self::Route { route: other, to_everybody: too }) => {
                route == other && (*to_everybody || !too)
            }
            (Self::Ingress(own), Self::Ingress(other)) => own.covers(other),
            (Self::Origin { of, origin }, Self::Origin { of: other, origin: too }) => of == other && origin.covers(too),
            _ => false,
        }
    }
}

/// What is open in the one and not in the other.
pub(super) fn openings(before: &Side, after: &Side) -> Vec<Opening> {
    let old = all(before);
    let new = all(after).into_iter().filter(|new| !old.iter().any(|old| old.extent.covers(&new.extent)));
    let mut found: Vec<Opening> = new.map(|open| open.opening).chain(no_longer_shut(before, after)).collect();
    found.sort_by(|one, other| (&one.logical_id, &one.what).cmp(&(&other.logical_id, &other.what)));
    found.dedup();
    found
}

fn all(side: &Side) -> Vec<Open> {
    let mut found = Vec::new();
    for (id, part) in &side.resources {
        public(id, part, &mut found);
        ingress::rules(id, part, &mut found);
        origins(id, part, &mut found);
        gateway(side, id, part, &mut found);
    }
    routes::routes(side, &mut found);
    found
}

fn opening(id: &str, part: &Part, what: impl Into<String>) -> Opening {
    Opening { logical_id: id.to_owned(), resource_type: part.kind.clone(), what: what.into() }
}

/// Properties that give something a public address, wherever they stand.
const PUBLIC: &[(&str, &str)] = &[
    ("AssignPublicIp", "ENABLED"),
    ("AssociatePublicIpAddress", "true"),
    ("EndpointPublicAccess", "true"),
    ("MapPublicIpOnLaunch", "true"),
    ("PubliclyAccessible", "true"),
];

fn public(id: &str, part: &Part, found: &mut Vec<Open>) {
    let mut all = |what: String| {
        found.push(Open { extent: Extent::All(format!("{id} {what}")), opening: opening(id, part, what) });
    };
    match part.kind.as_str() {
        "AWS::ElasticLoadBalancing::LoadBalancer" | "AWS::ElasticLoadBalancingV2::LoadBalancer"
            if part.text("Scheme") != Some("internal") && part.text("Type") != Some("gateway") =>
        {
            all("a load balancer that faces the internet".to_owned());
        }
        "AWS::Lambda::Url" if part.text("AuthType") == Some("NONE") => {
            all("a function URL that asks for no credentials (AuthType NONE)".to_owned());
        }
        _ => {}
    }
    flags(&part.properties, &mut |name, value| all(format!("{name}: {value}")));
}

fn flags(value: &Value, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Map(map) => {
            for (name, value) in map {
                match PUBLIC.iter().find(|(flag, open)| flag == name && value.as_str() == Some(open)) {
                    Some((flag, open)) => found(flag, open),
                    None => flags(value, found),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| flags(item, found)),
        _ => {}
    }
}

/// The origins whose pages may call it.
fn origins(id: &str, part: &Part, found: &mut Vec<Open>) {
    let mut lists = Vec::new();
    for (holder, list) in [("CorsConfiguration", "AllowOrigins"), ("Cors", "AllowOrigins")] {
        lists.extend(part.property(holder).and_then(|cors| get(cors, list)));
    }
    let of_body = part.property("Body").and_then(|body| get(body, "x-amazon-apigateway-cors"));
    lists.extend(of_body.and_then(|cors| get(cors, "allowOrigins")));
    let rules = part.property("CorsConfiguration").and_then(|cors| get(cors, "CorsRules"));
    lists.extend(items(rules).iter().filter_map(|rule| get(rule, "AllowedOrigins")));
    for origin in lists.into_iter().flat_map(|list| items(Some(list))).filter_map(Value::as_str) {
        let what = format!("pages of {} may call it (CORS)", if origin == "*" { "every origin" } else { origin });
        let extent = Extent::Origin { of: id.to_owned(), origin: Pattern::of(origin) };
        found.push(Open { opening: opening(id, part, what), extent });
    }
}

/// A subnet's way to the internet and back.
fn gateway(side: &Side, id: &str, part: &Part, found: &mut Vec<Open>) {
    let Some(gateway) = part.text("GatewayId").filter(|_| part.kind == "AWS::EC2::Route") else { return };
    let own = only_id(gateway).and_then(|id| side.resources.get(id));
    if gateway.starts_with("igw-") || own.is_some_and(|own| own.kind == "AWS::EC2::InternetGateway") {
        let table = part.text("RouteTableId").unwrap_or(id);
        let what = "a route to an internet gateway";
        found.push(Open { opening: opening(id, part, what), extent: Extent::All(format!("{table} {what}")) });
    }
}

/// What shuts a resource: its type, the path, the value that shuts it, and what is open without it.
const SHUT: &[(&str, &str, &str, &str)] = &[
    ("AWS::ApiGateway::RestApi", "DisableExecuteApiEndpoint", "true", "the default address is on"),
    ("AWS::ApiGateway::RestApi", "EndpointConfiguration.Types", "PRIVATE", "no longer a private API"),
    ("AWS::ApiGatewayV2::Api", "DisableExecuteApiEndpoint", "true", "the default address is on"),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls", "true", "BlockPublicAcls is off"),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicPolicy", "true", "BlockPublicPolicy is off"),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.IgnorePublicAcls", "true", "IgnorePublicAcls is off"),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.RestrictPublicBuckets", "true", "RestrictPublicBuckets is off"),
];

/// What was shut and is not any more; a new bucket is open where it says so.
fn no_longer_shut(before: &Side, after: &Side) -> Vec<Opening> {
    let mut found = Vec::new();
    for (id, part) in &after.resources {
        for (_, path, shut, what) in SHUT.iter().filter(|(kind, ..)| *kind == part.kind) {
            let is = |part: &Part, wanted: &str| {
                let value = path.split('.').try_fold(&part.properties, |value, name| get(value, name));
                items(value).iter().any(|value| value.as_str() == Some(wanted))
            };
            let was_shut = before.resources.get(id).is_some_and(|old| is(old, shut));
            let says_so = !before.resources.contains_key(id) && path.starts_with("PublicAccess") && is(part, "false");
            if (was_shut && !is(part, shut)) || says_so {
                found.push(opening(id, part, *what));
            }
        }
    }
    found
}

/// The name of what a text refers to, or the text.
fn name_of(text: &str) -> &str {
    only_id(text).unwrap_or(text)
}

/// The operations of a document of OpenAPI: path, method, operation.
fn operations(body: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    entries(get(body, "paths")).flat_map(|(path, methods)| {
        entries(Some(methods)).map(move |(method, it)| (path.as_str(), method.as_str(), it))
    })
}
