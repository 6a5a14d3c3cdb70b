//! Which rule of a listener a request fits.
//!
//! See <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>.

use std::net::IpAddr;

use http::{header, request::Parts};

use crate::serve::{
    pairs::Pairs,
    plan::{Condition, Front, Plan, RulePlan},
    wildcard,
};

/// The path of a request for the load balancer: below `/load-balancer`, by a host that a rule names, or wherever it is the
/// only front door.
pub(in crate::serve) fn place<'h>(plan: &Plan, head: &'h Parts) -> Option<&'h str> {
    if plan.rules.is_empty() {
        return None;
    }
    let path = head.uri.path();
    match path.strip_prefix("/load-balancer") {
        Some("") => return Some("/"),
        Some(below) if below.starts_with('/') => return Some(below),
        _ => {}
    }
    let is_named = || {
        let hosts = plan.rules.iter().flat_map(|rule| &rule.conditions).filter_map(|condition| match condition {
            Condition::Hosts(hosts) => Some(hosts),
            _ => None,
        });
        let host = host(head);
        host.is_some_and(|host| hosts.flatten().any(|pattern| wildcard::fits(&pattern.to_ascii_lowercase(), &host)))
    };
    (plan.front() == Some(Front::LoadBalancer) || is_named()).then_some(path)
}

/// The first rule whose conditions hold.
pub(super) fn find<'r>(rules: &'r [RulePlan], head: &Parts, path: &str) -> Option<&'r RulePlan> {
    rules.iter().find(|rule| rule.conditions.iter().all(|condition| holds(condition, head, path)))
}

fn holds(condition: &Condition, head: &Parts, path: &str) -> bool {
    let fits = |pattern: &str, text: &str| wildcard::fits(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase());
    match condition {
        // This machine's own names stand for any: nobody else is called so here.
        Condition::Hosts(hosts) => host(head).is_none_or(|host| hosts.iter().any(|pattern| fits(pattern, &host))),
        Condition::Paths(paths) => paths.iter().any(|pattern| wildcard::fits(pattern, path)),
        Condition::Methods(methods) => methods.iter().any(|method| method == head.method.as_str()),
        Condition::Header(name, values) => {
            let own = head.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            own.into_iter().any(|own| values.iter().any(|pattern| fits(pattern, own)))
        }
        Condition::Queries(values) => {
            let query = Pairs::of_query(head.uri.query().unwrap_or_default());
            let is_there = |(key, value): &(Option<String>, String)| {
                query.iter().any(|(name, own)| key.as_deref().is_none_or(|key| fits(key, name)) && fits(value, own))
            };
            values.iter().any(is_there)
        }
    }
}

/// The host that a request names, without the port and without `.localhost`, which browsers find here; nothing where that is
/// this machine.
fn host(head: &Parts) -> Option<String> {
    let host = head.headers.get(header::HOST)?.to_str().ok()?.to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => &host,
    };
    let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let name = name.strip_suffix(".localhost").unwrap_or(name);
    (!is_address && name != "localhost").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(priority: u32, conditions: Vec<Condition>) -> RulePlan {
        let (function, group) = (priority.to_string(), String::new());
        RulePlan { priority, function, group, is_multi_value: true, conditions }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_first_rule_whose_conditions_hold_is_taken() {
        let rules = [
            rule(1, vec![Condition::Hosts(texts(&["*.shop.example"])), Condition::Paths(texts(&["/orders/*"]))]),
            rule(2, vec![Condition::Methods(texts(&["POST"]))]),
            rule(3, vec![Condition::Header("X-Kind".into(), texts(&["tea*"]))]),
            rule(4, vec![Condition::Queries(vec![(Some("version".into()), "2".into()), (None, "beta".into())])]),
        ];
        for (request, expected) in [
            (http::Request::get("/orders/1").header("host", "A.shop.example:3000"), Some("1")),
            (http::Request::get("/orders/1").header("host", "a.shop.example.localhost:3000"), Some("1")),
            (http::Request::get("/orders/1").header("host", "127.0.0.1:3000"), Some("1")),
            (http::Request::get("/orders/1").header("host", "[::1]:3000"), Some("1")),
            (http::Request::get("/orders/1").header("host", "other.example"), None),
            (http::Request::post("/Orders/1").header("host", "a.shop.example"), Some("2")),
            (http::Request::get("/").header("x-kind", "TEAPOT"), Some("3")),
            (http::Request::get("/?Version=2"), Some("4")),
            (http::Request::get("/?any=BETA"), Some("4")),
            (http::Request::get("/?version=3"), None),
        ] {
            let (head, ()) = request.body(()).unwrap().into_parts();
            let found = find(&rules, &head, head.uri.path()).map(|rule| rule.function.as_str());
            assert_eq!(found, expected, "{head:?}");
        }
    }
}
