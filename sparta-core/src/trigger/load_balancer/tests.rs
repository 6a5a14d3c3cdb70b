use serde_json::{Value as Json, json};

use super::*;
use crate::{App, Error, Function, Request, cfn::LogicalId, service_fn};

const LISTENER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";

fn orders() -> Function {
    Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("ordered")))
}

fn rule() -> LoadBalancer {
    LoadBalancer::listener(LISTENER, 10)
}

fn resources(app: App) -> Json {
    let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
    serde_json::from_str::<Json>(&template).unwrap()["Resources"].clone()
}

#[test]
fn a_rule_forwards_to_a_group_that_takes_the_function_after_its_permission() {
    let trigger = rule().path("/orders/*").health_check("/health", Duration::from_secs(20));
    let resources = resources(App::new("Shop").function(orders().trigger(trigger)));
    let group = &resources["OrdersTargetGroup"];
    assert_eq!(group["DependsOn"], json!(["OrdersLoadBalancerPermission"]));
    assert_eq!(
        group["Properties"],
        json!({
            "HealthCheckEnabled": true,
            "HealthCheckIntervalSeconds": 20,
            "HealthCheckPath": "/health",
            "HealthCheckTimeoutSeconds": 19,
            "Matcher": {"HttpCode": "200"},
            "TargetGroupAttributes": [{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}],
            "TargetType": "lambda",
            "Targets": [{"Id": {"Fn::GetAtt": ["OrdersFunction", "Arn"]}}],
        })
    );
    let source = "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/*";
    assert_eq!(resources["OrdersLoadBalancerPermission"]["Properties"]["SourceArn"], json!({"Fn::Sub": source}));
    assert_eq!(
        resources["OrdersListenerRule"]["Properties"],
        json!({
            "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": "OrdersTargetGroup"}}],
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/orders/*"]}}],
            "ListenerArn": LISTENER,
            "Priority": 10,
        })
    );
}

#[test]
fn each_condition_has_all_its_values() {
    let trigger = rule().host("shop.example").method(Method::GET).header("X-Tenant", "acme").header("x-tenant", "ajax");
    let trigger = trigger.query("v", "2");
    let other = LoadBalancer::listener(LogicalId::of_words(["Listener"]).reference(), 11);
    let other = other.source_ip("10.0.0.0/8").source_ip("fd00::/8");
    let listener = crate::cfn::Resource::raw(
        "AWS::ElasticLoadBalancingV2::Listener",
        json!({
            "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188",
            "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            "Port": 443,
            "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"}],
        }),
    );
    let app = App::new("Shop").function(orders().trigger(trigger).trigger(other)).resource("Listener", listener);
    let resources = resources(app);
    assert_eq!(
        resources["OrdersListenerRule"]["Properties"]["Conditions"],
        json!([
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example"]}},
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Tenant", "Values": ["acme", "ajax"]}},
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}},
        ])
    );
    assert_eq!(
        resources["OrdersListenerRule2"]["Properties"]["Conditions"],
        json!([{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "fd00::/8"]}}])
    );
    assert_eq!(resources["OrdersTargetGroup"]["Properties"]["HealthCheckEnabled"], false);
    assert_eq!(resources["OrdersListenerRule2"]["Properties"]["ListenerArn"], json!({"Ref": "Listener"}));
}

#[test]
fn what_elastic_load_balancing_would_refuse_is_a_mistake_with_its_remedy() {
    let of = |trigger: LoadBalancer| trigger.mistakes().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let second = Duration::from_secs(1);
    for (trigger, expected) in [
        (rule(), "the rule 10 has no condition: add `.path(\"/*\")`"),
        (LoadBalancer::listener(LISTENER, 0).path("/"), "1 to 50,000, not 0"),
        (LoadBalancer::listener(LISTENER, 50_001).path("/"), "1 to 50,000, not 50001"),
        (LoadBalancer::listener("shop", 1).path("/"), "`shop` is not the ARN of a listener"),
        (LoadBalancer::listener(LISTENER.replace("/app/", "/net/"), 1).path("/"), "Application Load Balancer"),
        (
            (0..6).fold(rule(), |rule, n| rule.path(format!("/{n}"))),
            "6 values in its conditions, and a load balancer takes 5",
        ),
        (rule().path("orders"), "the path `orders` does not begin with `/`"),
        (rule().path("/a b"), "the path `/a b`"),
        (rule().host("https://shop.example"), "the host `https://shop.example`"),
        (rule().host("shop"), "the host `shop` is none"),
        (rule().header("host", "a"), "`.host(..)`"),
        (rule().header("x y", "a"), "`x y` is not the name of a header"),
        (rule().source_ip("10.0.0.1"), "`10.0.0.1` is not a network"),
        (rule().source_ip("10.0.0.0/33"), "`10.0.0.0/33` is not a network"),
        (rule().path("/").health_check("health", 9 * second), "the path of the health check `health`"),
        (rule().path("/").health_check("/health", 4 * second), "5 to 300 whole seconds apart, not 4s"),
        (rule().path("/").health_check("/health", 301 * second), "not 301s"),
        (rule().path("/").health_check("/health", Duration::from_millis(5_500)), "whole seconds"),
    ] {
        let found = of(trigger);
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let right = rule().path("*.png").host("*.shop.example").source_ip("::/0").health_check("/", 300 * second);
    assert_eq!(of(right), "");
}

#[test]
fn a_priority_is_taken_once_on_a_listener() {
    let app = |priority: u32| {
        let other = Function::http("other", service_fn(async |_: Request| Ok::<_, Error>("other")));
        let other = other.trigger(LoadBalancer::listener(LISTENER, priority).path("/other"));
        App::new("Shop").function(orders().trigger(rule().path("/orders"))).function(other)
    };
    let found = app(10).synthesize().map(drop).unwrap_err().to_string();
    let taken = format!("the priority 10 of the listener `{LISTENER}` is taken by function `orders` already");
    assert!(found.contains(&taken), "{found}");
    assert!(app(11).synthesize().is_ok());
    let never = App::new("Shop").function(orders().trigger(rule().path("/").health_check("/", Duration::ZERO)));
    assert!(never.synthesize().map(drop).unwrap_err().to_string().contains("whole seconds apart, not 0ns"));
}
