//! The conditions of a rule, as CloudFormation has them.

use http::Method;

use super::LoadBalancer;
use crate::{cfn::Value, property};

impl LoadBalancer {
    pub(super) fn conditions(&self) -> Vec<Value> {
        let mut conditions = Vec::new();
        if !self.hosts.is_empty() {
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "host-header",
                HostHeaderConfig: { Values: (&self.hosts) },
            }));
        }
        for (name, values) in &self.headers {
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "http-header",
                HttpHeaderConfig: { HttpHeaderName: (name), Values: (values) },
            }));
        }
        if !self.methods.is_empty() {
            let methods: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "http-request-method",
                HttpRequestMethodConfig: { Values: (methods) },
            }));
        }
        if !self.paths.is_empty() {
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "path-pattern",
                PathPatternConfig: { Values: (&self.paths) },
            }));
        }
        if !self.queries.is_empty() {
            let values = self.queries.iter().map(|(key, value)| {
                property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[].QueryStringConfig.Values[] {
                    Key: (key),
                    Value: (value),
                })
            });
            let values: Vec<Value> = values.collect();
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "query-string",
                QueryStringConfig: { Values: (values) },
            }));
        }
        if !self.source_ips.is_empty() {
            conditions.push(property!(AWS::ElasticLoadBalancingV2::ListenerRule.Conditions[] {
                Field: "source-ip",
                SourceIpConfig: { Values: (&self.source_ips) },
            }));
        }
        conditions
    }
}
