//! Events of every kind, with what is seldom in them as often as what is usual.

use serde_json::{Map, Value, json};

use crate::differential::random::Random;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    HttpApi,
    RestApi,
    LoadBalancer,
    WebSocket,
    VpcLattice,
    Other,
}

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PURGE"];
const STAGES: [&str; 4] = ["$default", "prod", "v1", "a-b_c"];
const SEGMENTS: [&str; 19] = [
    "orders",
    "7",
    "100%25",
    "50%",
    "a%20b",
    "with space",
    "é",
    "x+y",
    "(a)",
    "~",
    "{id}",
    "'",
    "@",
    ":",
    "=",
    "&",
    ";",
    "*",
    "a\"b",
];
const WORDS: [&str; 14] = [
    "a",
    "Zz",
    "0",
    " ",
    "é",
    "€",
    "😀",
    "\"",
    "\\",
    "/",
    "\n",
    "\u{1}",
    "{\"a\": [1, 2.5, null]}",
    "some longer text",
];
const NAMES: [&str; 13] = [
    "Accept",
    "accept-encoding",
    "Content-Type",
    "COOKIE",
    "user-agent",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "x-custom",
    "x_under",
    "If-None-Match",
    "authorization",
    "a-very-long-name-of-a-header-that-is-seldom-seen",
];
const VALUES: [&str; 8] = ["", "a", "text/html, */*;q=0.8", "W/\"x\\y\"", "a=1; b=2", "\t", "Zoë", "203.0.113.7"];
const HOSTS: [&str; 5] =
    ["a1b2.execute-api.eu-west-1.amazonaws.com", "localhost", "127.0.0.1:3000", "shop.example:8443", "[::1]:8080"];
const DOMAINS: [&str; 3] =
    ["a1b2.execute-api.eu-west-1.amazonaws.com", "localhost", "a1b2.lambda-url.eu-west-1.on.aws"];
const ENCODED: [&str; 7] = ["a", "%20", "x+y", "%C3%A9", "%26", "%3d", "1.5"];
const KEYS: [&str; 6] = ["id", "color", "a.b", "x-y", "q", "page"];

/// An event as text.
pub(super) fn event(kind: Kind, random: &mut Random) -> String {
    let event = match kind {
        Kind::HttpApi => http_api(random),
        Kind::RestApi => rest_api(random),
        Kind::LoadBalancer => load_balancer(random),
        Kind::WebSocket => web_socket(random),
        Kind::VpcLattice => vpc_lattice(random),
        Kind::Other => any(random, 4),
    };
    let mut text = String::new();
    write(&event, random, &mut text);
    text
}

type Members = Vec<(&'static str, Value)>;

fn http_api(random: &mut Random) -> Value {
    let stage = random.pick(&STAGES);
    let mut path = path(random);
    if stage != "$default" && !random.one_in(3) {
        path = format!("/{stage}{path}");
    }
    let mut context = vec![
        ("accountId", "123456789012".into()),
        (
            "http",
            json!({"method": random.pick(&METHODS), "path": path, "protocol": "HTTP/1.1", "userAgent": text(random)}),
        ),
        ("requestId", text(random).into()),
        ("stage", stage.into()),
        ("timeEpoch", 1_583_348_638_390_i64.into()),
    ];
    maybe(random, &mut context, "domainName", |random| random.pick(&DOMAINS).into());
    maybe(random, &mut context, "authorizer", authorizer);
    let mut event: Members = vec![
        ("version", "2.0".into()),
        ("routeKey", "$default".into()),
        ("rawPath", path.into()),
        ("rawQueryString", encoded_query(random).into()),
        ("headers", single_headers(random)),
        ("requestContext", object(context)),
    ];
    maybe(random, &mut event, "cookies", |random| {
        (0..random.below(4)).map(|n| format!("c{n}={}", random.pick(&VALUES[..2]))).collect()
    });
    maybe(random, &mut event, "queryStringParameters", texts);
    maybe(random, &mut event, "pathParameters", texts);
    maybe(random, &mut event, "stageVariables", texts);
    add_body(random, &mut event);
    object(shuffled(random, event))
}

fn authorizer(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({"jwt": {"claims": texts(random), "scopes": ["read", "write"]}}),
        1 => json!({"lambda": {"user": any(random, 2)}}),
        _ => {
            json!({"iam": {"accessKey": "AKIA", "accountId": "1", "callerId": "C", "cognitoIdentity": null, "userArn": text(random)}})
        }
    }
}

fn rest_api(random: &mut Random) -> Value {
    let path = path(random);
    let method = random.pick(&METHODS);
    let stage = random.pick(&STAGES[1..]);
    let mut context = vec![
        ("accountId", "123456789012".into()),
        ("httpMethod", method.into()),
        ("identity", json!({"sourceIp": "192.0.2.1", "userAgent": text(random)})),
        ("path", format!("/{stage}{path}").into()),
        ("requestTimeEpoch", 1_583_349_317_135_i64.into()),
        ("stage", stage.into()),
    ];
    maybe(random, &mut context, "domainName", |random| random.pick(&HOSTS[..2]).into());
    maybe(random, &mut context, "authorizer", |random| json!({"principalId": text(random), "claims": texts(random)}));
    let mut event: Members =
        vec![("resource", "/{proxy+}".into()), ("httpMethod", method.into()), ("requestContext", object(context))];
    // An HTTP API with payload 1.0 has its stage in the path.
    if random.one_in(4) {
        event.push(("version", "1.0".into()));
        event.push(("path", format!("/{stage}{path}").into()));
    } else {
        event.push(("path", path.into()));
    }
    add_headers(random, &mut event);
    add_query(random, &mut event, text);
    maybe(random, &mut event, "pathParameters", texts);
    maybe(random, &mut event, "stageVariables", texts);
    add_body(random, &mut event);
    object(shuffled(random, event))
}

fn load_balancer(random: &mut Random) -> Value {
    let mut event: Members = vec![
        ("requestContext", json!({"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:group"}})),
        ("httpMethod", random.pick(&METHODS).into()),
        ("path", path(random).into()),
    ];
    match random.one_in(2) {
        true => event.push(("headers", single_headers(random))),
        false => event.push(("multiValueHeaders", multi_headers(random))),
    }
    let encoded = |random: &mut Random| random.joined(&ENCODED, 3);
    match random.one_in(2) {
        true => event.push(("queryStringParameters", pairs(random, |random| encoded(random).into()))),
        false => event.push(("multiValueQueryStringParameters", pairs(random, |random| many(random, encoded)))),
    }
    add_body(random, &mut event);
    object(shuffled(random, event))
}

fn web_socket(random: &mut Random) -> Value {
    let mut context = vec![
        ("connectedAt", 1_645_556_857_902_i64.into()),
        ("connectionId", text(random).into()),
        ("requestTimeEpoch", 1_645_556_857_902_i64.into()),
        ("eventType", random.pick(&["CONNECT", "MESSAGE", "DISCONNECT"]).into()),
        ("routeKey", "$default".into()),
        ("stage", random.pick(&STAGES[1..]).into()),
        ("identity", json!({"sourceIp": "192.0.2.1"})),
    ];
    maybe(random, &mut context, "domainName", |random| random.pick(&HOSTS[..2]).into());
    let mut event: Members = vec![("requestContext", object(context))];
    if random.one_in(2) {
        add_headers(random, &mut event);
        add_query(random, &mut event, text);
    }
    add_body(random, &mut event);
    object(shuffled(random, event))
}

fn vpc_lattice(random: &mut Random) -> Value {
    let mut context = vec![
        ("serviceNetworkArn", "arn:aws:vpc-lattice:network".into()),
        ("serviceArn", "arn:aws:vpc-lattice:service".into()),
        ("targetGroupArn", "arn:aws:vpc-lattice:group".into()),
        ("region", "eu-west-1".into()),
        ("timeEpoch", "1724875399456789".into()),
    ];
    maybe(random, &mut context, "identity", |random| json!({"type": "AWS_IAM", "principal": text(random)}));
    let mut event: Members = vec![
        ("version", "2.0".into()),
        ("path", path(random).into()),
        ("headers", multi_headers(random)),
        ("requestContext", object(context)),
    ];
    maybe(random, &mut event, "method", |random| random.pick(&METHODS).into());
    if random.one_in(2) {
        let encoded = |random: &mut Random| random.joined(&ENCODED, 3);
        event.push(("queryStringParameters", pairs(random, |random| many(random, encoded))));
    }
    add_body(random, &mut event);
    object(shuffled(random, event))
}

/// The first version of VPC Lattice's events, and the second one of the same request.
pub(super) fn both_lattices(random: &mut Random) -> (String, String) {
    let text = text(random);
    let mut second = json!({
        "version": "2.0",
        "path": path(random),
        "method": random.pick(&METHODS),
        "headers": single_headers(random),
        "queryStringParameters": pairs(random, |random| random.joined(&ENCODED, 3).into()),
        "body": text,
        "isBase64Encoded": false,
    });
    if random.one_in(2) {
        second["body"] = base64_simd::STANDARD.encode_to_string(&text).into();
        second["isBase64Encoded"] = true.into();
    }
    let mut first = Members::new();
    for (name, other) in [
        ("raw_path", "path"),
        ("method", "method"),
        ("headers", "headers"),
        ("query_string_parameters", "queryStringParameters"),
        ("body", "body"),
        ("is_base64_encoded", "isBase64Encoded"),
    ] {
        first.push((name, second[other].clone()));
    }
    let mut written = String::new();
    write(&object(shuffled(random, first)), random, &mut written);
    second["requestContext"] = json!({
        "serviceNetworkArn": "", "serviceArn": "", "targetGroupArn": "", "region": "", "timeEpoch": "", "identity": null,
    });
    (written, second.to_string())
}

fn path(random: &mut Random) -> String {
    let path: String = (0..random.below(4)).map(|_| format!("/{}", random.joined(&SEGMENTS, 3))).collect();
    if path.is_empty() { "/".to_owned() } else { path }
}

fn text(random: &mut Random) -> String {
    random.joined(&WORDS, 4)
}

fn texts(random: &mut Random) -> Value {
    pairs(random, |random| text(random).into())
}

fn many(random: &mut Random, one: impl Fn(&mut Random) -> String) -> Value {
    (0..=random.below(2)).map(|_| one(random)).collect()
}

fn pairs(random: &mut Random, mut value: impl FnMut(&mut Random) -> Value) -> Value {
    let map: Map<_, _> = (0..random.below(4)).map(|_| (random.pick(&KEYS).to_owned(), value(random))).collect();
    map.into()
}

fn encoded_query(random: &mut Random) -> String {
    let pair = |random: &mut Random| format!("{}={}", random.pick(&KEYS), random.joined(&ENCODED, 3));
    let pairs: Vec<_> = (0..random.below(4)).map(|_| pair(random)).collect();
    pairs.join("&")
}

fn single_headers(random: &mut Random) -> Value {
    let mut map: Map<_, _> =
        (0..random.below(8)).map(|_| (random.pick(&NAMES).to_owned(), random.pick(&VALUES).into())).collect();
    if !random.one_in(3) {
        map.insert(random.pick(&["host", "Host"]).to_owned(), random.pick(&HOSTS).into());
    }
    if random.one_in(3) {
        map.insert("X-Forwarded-Proto".to_owned(), random.pick(&["http", "https"]).into());
    }
    map.into()
}

fn multi_headers(random: &mut Random) -> Value {
    let values = |random: &mut Random| many(random, |random| random.pick(&VALUES).to_owned());
    let mut map: Map<_, _> = (0..random.below(8)).map(|_| (random.pick(&NAMES).to_owned(), values(random))).collect();
    if !random.one_in(3) {
        map.insert("host".to_owned(), json!([random.pick(&HOSTS)]));
    }
    map.into()
}

/// Both forms, as REST APIs send them, or one of them.
fn add_headers(random: &mut Random, event: &mut Members) {
    let single = single_headers(random);
    let both = single.as_object().unwrap().iter().map(|(name, value)| {
        let other = random.pick(&VALUES);
        (
            name.clone(),
            if random.one_in(3) && !["host", "x-forwarded-proto"].contains(&&*name.to_lowercase()) {
                json!([other, value])
            } else {
                json!([value])
            },
        )
    });
    let multi: Map<_, _> = both.collect();
    match random.below(4) {
        0 => event.push(("headers", single)),
        1 => event.extend([("headers", single), ("multiValueHeaders", Value::Null)]),
        _ => event.extend([("headers", single), ("multiValueHeaders", multi.into())]),
    }
}

fn add_query(random: &mut Random, event: &mut Members, one: fn(&mut Random) -> String) {
    match random.below(4) {
        0 => event.extend([("queryStringParameters", Value::Null), ("multiValueQueryStringParameters", Value::Null)]),
        1 => event.push(("queryStringParameters", pairs(random, |random| one(random).into()))),
        2 => event.push(("multiValueQueryStringParameters", pairs(random, |random| many(random, one)))),
        _ => {}
    }
}

fn add_body(random: &mut Random, event: &mut Members) {
    let body = random.joined(&WORDS, 12).repeat(random.below(4));
    match random.below(5) {
        0 => {}
        1 => event.push(("body", Value::Null)),
        2 => {
            let body = base64_simd::STANDARD.encode_to_string(body);
            event.extend([("body", body.into()), ("isBase64Encoded", true.into())]);
        }
        3 => event.push(("body", body.into())),
        _ => event.extend([("body", body.into()), ("isBase64Encoded", false.into())]),
    }
}

fn maybe(random: &mut Random, to: &mut Members, name: &'static str, value: impl FnOnce(&mut Random) -> Value) {
    match random.below(4) {
        0 => {}
        1 => to.push((name, Value::Null)),
        _ => to.push((name, value(random))),
    }
}

/// Half of the time as AWS orders them, else in any order.
fn shuffled(random: &mut Random, mut members: Members) -> Members {
    if random.one_in(2) {
        for n in (1..members.len()).rev() {
            members.swap(n, random.below(n + 1));
        }
    }
    members
}

/// `serde_json` sorts members; a list of pairs keeps their order until they are written.
fn object(members: Members) -> Value {
    Value::Array(vec![ORDERED.into(), members.into_iter().map(|(name, value)| json!([name, value])).collect()])
}

const ORDERED: &str = "an object in this order";

/// Any JSON: objects without what makes an event HTTP.
fn any(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => random.one_in(2).into(),
        2 => (random.next() as i64).into(),
        3 => ((random.next() % 1000) as f64 / 8.0).into(),
        4 => text(random).into(),
        5 => (0..random.below(4)).map(|_| any(random, depth - 1)).collect(),
        _ => pairs(random, |random| any(random, depth - 1)),
    }
}

fn write(value: &Value, random: &mut Random, text: &mut String) {
    match value {
        Value::Array(items) if items.first().is_some_and(|first| first == ORDERED) => {
            let members: Vec<_> = items[1].as_array().unwrap().iter().collect();
            let members = members.iter().map(|pair| (pair[0].as_str().unwrap(), &pair[1]));
            write_object(members, random, text);
        }
        Value::Object(map) => write_object(map.iter().map(|(name, value)| (name.as_str(), value)), random, text),
        Value::Array(items) => {
            text.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    text.push(',');
                }
                write(item, random, text);
                write_space(random, text);
            }
            text.push(']');
        }
        Value::String(string) => write_string(string, random, text),
        other => text.push_str(&other.to_string()),
    }
}

fn write_object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>, random: &mut Random, text: &mut String) {
    text.push('{');
    for (n, (name, value)) in members.enumerate() {
        if n > 0 {
            text.push(',');
        }
        write_space(random, text);
        write_string(name, random, text);
        write_space(random, text);
        text.push(':');
        write_space(random, text);
        write(value, random, text);
    }
    text.push('}');
}

fn write_space(random: &mut Random, text: &mut String) {
    if random.one_in(8) {
        text.push_str(random.pick(&[" ", "\n", "\t", "\r\n    "]));
    }
}

/// Characters that need no escape have one now and then.
fn write_string(string: &str, random: &mut Random, text: &mut String) {
    if !random.one_in(16) {
        text.push_str(&serde_json::to_string(string).unwrap());
        return;
    }
    text.push('"');
    for unit in string.encode_utf16() {
        text.push_str(&format!("\\u{unit:04x}"));
    }
    text.push('"');
}
