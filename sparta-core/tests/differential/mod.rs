//! Sparta and `lambda_http` read the same events and write the same answers, or differ as is listed here.
//!
//! Where they differ on purpose, and `compare` makes up for it:
//!
//! - The path: `lambda_http` puts the API's stage before it, Sparta leaves the stage out. A REST API's events come
//!   without it, so that Sparta's path is the event's.
//! - A percent sign in the path of an HTTP API, which API Gateway decodes: an escape for `lambda_http`, a percent sign for
//!   Sparta.
//! - A path of VPC Lattice with a query in it, which its documentation does not speak of: Sparta takes the query from
//!   there, `lambda_http` adds the parameters to it.
//! - A header that is in `headers` and in `multiValueHeaders`: `lambda_http` keeps one value, Sparta all.
//! - A host that is only in `multiValueHeaders`, as a load balancer sends it: Sparta's URI has it, `lambda_http`'s is a
//!   path.
//! - An empty list of cookies: an empty header for `lambda_http`, none for Sparta.
//! - The query of events with a map of parameters: `lambda_http` writes it in the order of a hash map, Sparta in the
//!   event's order, and a load balancer's as the client sent it. They mean the same parameters.
//! - The first version of VPC Lattice's events: another event for `lambda_http`, for Sparta the same request as the
//!   second, and the context is empty.
//! - An event that is not HTTP: the path is `/events` for `lambda_http`, `/` and no raw path for Sparta.
//! - An event of an authorizer: an HTTP request for `lambda_http`, whose answer no API takes as a decision; another event
//!   for Sparta, whose answer is passed on as it is.
//! - Answers to HTTP APIs and load balancers: of a header with several values `lambda_http` sends one, Sparta all of
//!   them, with commas.
//! - Answers without cookies or headers: `lambda_http` sends empty lists, Sparta none.
//! - Forms, JavaScript, NDJSON and the like are binary for `lambda_http`; text that is not UTF-8 is converted, whatever
//!   its charset. Sparta sends the former as text, the latter as base64. Clients get the same bytes of the former.
//! - An answer to another event that is not JSON: `null` for `lambda_http`, a JSON string for Sparta.
//!
//! Where they differ in what they refuse, the tests in `refusals` show it. What handlers over `lambda_http` see under Sparta is in
//! `moved`.

mod answers;
mod claims;
mod compare;
mod corpus;
mod generate;
mod moved;
mod random;
mod refusals;
mod theirs;

use compare::check;
use generate::Kind;
use random::Random;

/// `cargo test --release` tries more: without optimization each takes some milliseconds.
const EVENTS_OF_A_KIND: u64 = if cfg!(debug_assertions) { 5_000 } else { 20_000 };

fn check_generated(kind: Kind) {
    for seed in 0..EVENTS_OF_A_KIND {
        let event = generate::event(kind, &mut Random::new(seed));
        check(&event);
    }
}

#[test]
fn generated_events_of_http_apis_and_function_urls_are_read_alike() {
    check_generated(Kind::HttpApi);
}

#[test]
fn generated_events_of_rest_apis_are_read_alike() {
    check_generated(Kind::RestApi);
}

#[test]
fn generated_events_of_load_balancers_are_read_alike() {
    check_generated(Kind::LoadBalancer);
}

#[test]
fn generated_events_of_web_sockets_are_read_alike() {
    check_generated(Kind::WebSocket);
}

#[test]
fn generated_events_of_vpc_lattice_are_read_alike() {
    check_generated(Kind::VpcLattice);
}

#[test]
fn both_versions_of_vpc_lattice_are_the_same_request() {
    for seed in 0..EVENTS_OF_A_KIND {
        let (first, second) = generate::both_lattices(&mut Random::new(seed));
        compare::check_as(&first, &second);
    }
}

#[test]
fn generated_events_of_other_senders_are_read_alike() {
    check_generated(Kind::Other);
}

/// Each recorded event, with the name of its file.
fn event_files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let events = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
    let name = |file: &std::path::Path| file.file_stem().unwrap().to_str().unwrap().to_owned();
    let events: Vec<_> = events.map(|file| (name(&file), std::fs::read_to_string(&file).unwrap())).collect();
    assert!(events.len() > 40);
    events
}

#[test]
fn recorded_events_are_read_alike() {
    for (name, event) in event_files() {
        println!("{name}");
        match &*name {
            "vpc-lattice-v1-request" => assert_eq!(compare::read(&event).uri().path(), "/api/product"),
            name if name.contains("custom-authorizer") => assert_eq!(compare::read(&event).method(), "POST"),
            // Its host has a placeholder in it.
            "apigw-console-request" => assert_eq!(refusals::taken(&event), "panics"),
            // It is put together by hand, from events of two hosts.
            "apigw-websocket-request" => assert!(compare::read(&event).uri().host().unwrap().starts_with("*.execute")),
            _ => check(event.trim()),
        }
    }
}
