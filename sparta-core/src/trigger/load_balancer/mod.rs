//! Rules of a load balancer's listener, which pass requests on to functions.

mod check;
mod conditions;
#[cfg(test)]
mod tests;

pub use check::LoadBalancerMistake;

use std::time::Duration;

use http::Method;

use super::{Scope, Trigger};
use crate::{
    FunctionSpec, Problem,
    cfn::{Resource, Value, sub},
    function::invocation,
    iam::Arn,
    property, resource,
};

/// Requests that come to a listener of an Application Load Balancer and fit the conditions of a rule.
///
/// The load balancer exists already, or is a resource of the service's own. Several values of one condition are alternatives;
/// different conditions have to hold together. Requests and answers have up to 1 MB:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use http::Method;
/// use sparta_core::{App, Error, Function, Request, service_fn, trigger::LoadBalancer};
///
/// let listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
/// let orders = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("ordered"))).trigger(
///     LoadBalancer::listener(listener, 10)
///         .host("shop.example")
///         .path("/orders")
///         .path("/orders/*")
///         .method(Method::GET)
///         .health_check("/health", Duration::from_secs(60)),
/// );
/// App::new("Shop").function(orders).check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct LoadBalancer {
    listener: Value,
    priority: u32,
    hosts: Vec<String>,
    paths: Vec<String>,
    methods: Vec<Method>,
    /// Names with their values.
    headers: Vec<(String, Vec<String>)>,
    /// Keys and values.
    queries: Vec<(String, String)>,
    source_ips: Vec<Value>,
    health: Option<(String, Duration)>,
}

impl LoadBalancer {
    /// Requests to a listener, by its ARN: text, a setting, or the `reference()` of a resource. The rule with the lowest priority is
    /// tried first: 1 to 50,000, each once on a listener, also among rules of other stacks.
    pub fn listener(arn: impl Into<Value>, priority: u32) -> Self {
        Self {
            listener: arn.into(),
            priority,
            hosts: Vec::new(),
            paths: Vec::new(),
            methods: Vec::new(),
            headers: Vec::new(),
            queries: Vec::new(),
            source_ips: Vec::new(),
            health: None,
        }
    }

    /// For this host, or another one that is named: `shop.example`, `*.shop.example`.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// For this path, or another one that is named: `/orders/*`, where `*` is any text and `?` any character.
    pub fn path(mut self, pattern: impl Into<String>) -> Self {
        self.paths.push(pattern.into());
        self
    }

    /// By this method, or another one that is named.
    pub fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// With a header of this value, or another one that is named for the same header; `*` is any text.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            Some((_, values)) => values.push(value),
            None => self.headers.push((name, vec![value])),
        }
        self
    }

    /// With a parameter of this value in the query, or another one that is named; `*` is any text.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.queries.push((key.into(), value.into()));
        self
    }

    /// From an address of this network, or another one that is named: `10.0.0.0/8`.
    pub fn source_ip(mut self, network: impl Into<Value>) -> Self {
        self.source_ips.push(network.into());
        self
    }

    /// Asks the function whether it works, by `GET` requests for a path, every so often: 5 to 300 whole seconds. Any status but 200
    /// says that it does not. Each is an invocation; without health checks the function counts as healthy.
    pub fn health_check(mut self, path: impl Into<String>, every: Duration) -> Self {
        self.health = Some((path.into(), every));
        self
    }

    fn target_group(&self, function: &Value) -> Resource {
        let every = self.health.as_ref().map(|(_, every)| every.as_secs());
        resource!(AWS::ElasticLoadBalancingV2::TargetGroup {
            HealthCheckEnabled: (self.health.is_some()),
            HealthCheckIntervalSeconds: (every),
            HealthCheckPath: (self.health.as_ref().map(|(path, _)| path.as_str())),
            // It has to be over before the next one.
            HealthCheckTimeoutSeconds: (every.map(|every| every.saturating_sub(1).min(LONGEST_CHECK))),
            Matcher: (self.health.as_ref().map(|_| property!(AWS::ElasticLoadBalancingV2::TargetGroup.Matcher { HttpCode: "200" }))),
            // Several values of one header, cookies among them, arrive and go back as they are.
            TargetGroupAttributes: [{ Key: "lambda.multi_value_headers.enabled", Value: "true" }],
            TargetType: "lambda",
            Targets: [{ Id: (function) }],
        })
    }
}

/// What a health check of a function may take by default.
const LONGEST_CHECK: u64 = 30;

impl Trigger for LoadBalancer {
    fn describe(&self) -> String {
        let place = self.hosts.iter().chain(&self.paths).map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("load balancer, rule {}{}{place}", self.priority, if place.is_empty() { "" } else { ": " })
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mistakes().into_iter().map(Problem::from).collect()
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        let seconds = function.timeout().as_secs();
        (seconds > WAITS).then(|| LoadBalancerWarning::Timeout { seconds }.into()).into_iter().collect()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        let listener = match self.listener.as_str() {
            Some(arn) => arn.to_owned(),
            None => serde_json::to_string(&self.listener).unwrap_or_default(),
        };
        Some(format!("the priority {} of the listener `{listener}`", self.priority))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let function = scope.function_arn();
        // The group takes the function as soon as it is made, if the permission is there: so that cannot name the group.
        let permission = scope.share(&format!("{name}-LoadBalancerPermission"), || {
            let groups = sub(Arn::new("elasticloadbalancing", "targetgroup/*").to_string());
            invocation(&function, "elasticloadbalancing.amazonaws.com", groups)
        });
        let group = scope.add(&[&name, "TargetGroup"], self.target_group(&function).depends_on(permission));
        let rule = resource!(AWS::ElasticLoadBalancingV2::ListenerRule {
            Actions: [{ Type: "forward", TargetGroupArn: (group.reference()) }],
            Conditions: (self.conditions()),
            ListenerArn: (&self.listener),
            Priority: (self.priority),
        });
        scope.add(&[&name, "ListenerRule"], rule);
    }
}

/// After how many seconds without a byte a load balancer closes a connection, unless it is told otherwise.
const WAITS: u64 = 60;

#[derive(Debug, thiserror::Error)]
enum LoadBalancerWarning {
    #[error(
        "it may run for {seconds} s, and a load balancer closes connections on which nothing happens for {WAITS} s: give it a timeout of \
         at most {WAITS} s, or raise the load balancer's `idle_timeout.timeout_seconds`"
    )]
    Timeout { seconds: u64 },
}
