//! What Elastic Load Balancing would refuse of a rule.

use std::{net::IpAddr, time::Duration};

use http::HeaderName;

use super::LoadBalancer;
use crate::{cfn::Value, iam::Arn};

/// What is wrong with a [`LoadBalancer`] rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum LoadBalancerMistake {
    #[error(
        "`{0}` is not the ARN of a listener of an Application Load Balancer, such as \
         `arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`"
    )]
    Listener(String),
    #[error("the priority of a rule is 1 to 50,000, not {0}")]
    Priority(u32),
    #[error("the rule {priority} has no condition: add `.path(\"/*\")` for all requests")]
    NoCondition { priority: u32 },
    #[error(
        "the rule {priority} has {count} values in its conditions, and a load balancer takes 5: let `*` stand for several, or add \
         another rule"
    )]
    TooManyValues { priority: u32, count: usize },
    #[error(
        "the path `{0}` does not begin with `/` or `*`, or has more than 128 characters or a space: `/orders/*` is one"
    )]
    Path(String),
    #[error(
        "the host `{0}` is none: letters, digits, `-`, `.`, `*` and `?` are expected, with a dot, at most 128 characters, and neither a scheme \
         nor a port"
    )]
    Host(String),
    #[error(
        "`{0}` is not the name of a header that a rule knows: at most 40 characters, and not `host`, which is `.host(..)`"
    )]
    Header(String),
    #[error("`{0}` is not a network: an address and the length of its prefix are expected, such as `10.0.0.0/8`")]
    SourceIp(String),
    #[error("the path of the health check `{0}` does not begin with `/`")]
    HealthPath(String),
    #[error("health checks are 5 to 300 whole seconds apart, not {0:?}")]
    HealthInterval(Duration),
}

/// See <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>.
const VALUES: usize = 5;

impl LoadBalancer {
    pub(super) fn mistakes(&self) -> Vec<LoadBalancerMistake> {
        use LoadBalancerMistake as Mistake;
        let priority = self.priority;
        let mut mistakes = Vec::new();
        let listener = self.listener.as_str().filter(|arn| !is_listener(arn));
        mistakes.extend(listener.map(|arn| Mistake::Listener(arn.to_owned())));
        if !(1..=50_000).contains(&priority) {
            mistakes.push(Mistake::Priority(priority));
        }
        match self.values() {
            0 => mistakes.push(Mistake::NoCondition { priority }),
            count if count > VALUES => mistakes.push(Mistake::TooManyValues { priority, count }),
            _ => {}
        }
        mistakes.extend(self.paths.iter().filter(|it| !is_path(it)).cloned().map(Mistake::Path));
        mistakes.extend(self.hosts.iter().filter(|it| !is_host(it)).cloned().map(Mistake::Host));
        let headers = self.headers.iter().map(|(name, _)| name).filter(|name| !is_header(name));
        mistakes.extend(headers.cloned().map(Mistake::Header));
        let networks = self.source_ips.iter().filter_map(Value::as_str).filter(|it| !is_network(it));
        mistakes.extend(networks.map(|it| Mistake::SourceIp(it.to_owned())));
        if let Some((path, every)) = &self.health {
            if !path.starts_with('/') {
                mistakes.push(Mistake::HealthPath(path.clone()));
            }
            if !(5..=300).contains(&every.as_secs()) || every.subsec_nanos() > 0 {
                mistakes.push(Mistake::HealthInterval(*every));
            }
        }
        mistakes
    }

    /// How many values all conditions have together.
    fn values(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(_, values)| values.len()).sum();
        let others =
            [self.hosts.len(), self.paths.len(), self.methods.len(), self.queries.len(), self.source_ips.len()];
        headers + others.iter().sum::<usize>()
    }
}

fn is_listener(arn: &str) -> bool {
    Arn::parse(arn)
        .is_some_and(|arn| arn.service == "elasticloadbalancing" && arn.resource.starts_with("listener/app/"))
}

fn is_path(path: &str) -> bool {
    path.starts_with(['/', '*']) && path.len() <= 128 && path.bytes().all(|b| b.is_ascii_graphic())
}

fn is_host(host: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-.*?".contains(&b);
    host.len() <= 128 && host.contains('.') && host.bytes().all(fits)
}

fn is_header(name: &str) -> bool {
    name.len() <= 40 && name.parse::<HeaderName>().is_ok_and(|name| name != http::header::HOST)
}

fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}
