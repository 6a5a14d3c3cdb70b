//! The rules of load balancers, as the template has them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::values::{Place, Values};

/// A rule of a listener, which passes requests on to a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RulePlan {
    pub(crate) priority: u32,
    pub(crate) function: String,
    /// The ARN of the target group.
    pub(crate) group: String,
    /// Whether events have all values of headers and parameters.
    pub(crate) is_multi_value: bool,
    /// All of them have to hold.
    pub(crate) conditions: Vec<Condition>,
}

/// A condition, which holds for any of its values. Where a request comes from is not looked at: here it is this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Condition {
    Hosts(Vec<String>),
    Paths(Vec<String>),
    Methods(Vec<String>),
    Header(String, Vec<String>),
    /// Keys, where they are said, and values.
    Queries(Vec<(Option<String>, String)>),
}

impl Values<'_> {
    /// The rules, the first to be tried first.
    pub(super) fn rules(&self) -> Vec<RulePlan> {
        let rules = self.of_type("AWS::ElasticLoadBalancingV2::ListenerRule");
        let rules = rules.filter(|(_, rule)| self.is_present(rule));
        let mut rules: Vec<RulePlan> = rules.filter_map(|(_, rule)| self.rule(&rule["Properties"])).collect();
        rules.sort_by_key(|rule| rule.priority);
        rules
    }

    fn rule(&self, rule: &Value) -> Option<RulePlan> {
        let id = self.referred(&rule["Actions"]).pop()?;
        let group = self.template["Resources"].get(&id)?;
        let attributes = group["Properties"]["TargetGroupAttributes"].as_array().into_iter().flatten();
        let mut multi_value = attributes.filter(|it| it["Key"] == "lambda.multi_value_headers.enabled");
        let Place { region, account, .. } = &self.place;
        let name = self.physical_name(&id, group);
        let conditions = rule["Conditions"].as_array().into_iter().flatten();
        Some(RulePlan {
            priority: self.text(&rule["Priority"])?.parse().ok()?,
            function: self.function_of(&group["Properties"]["Targets"])?,
            group: format!("arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/50dc6c495c0c9188"),
            is_multi_value: multi_value.any(|it| self.text(&it["Value"]).as_deref() == Some("true")),
            conditions: conditions.filter_map(|it| self.rule_condition(it)).collect(),
        })
    }

    fn rule_condition(&self, condition: &Value) -> Option<Condition> {
        let of = |name: &str| self.list(&condition[name]["Values"]).or_else(|| self.list(&condition["Values"]));
        Some(match condition["Field"].as_str()? {
            "host-header" => Condition::Hosts(of("HostHeaderConfig")?),
            "path-pattern" => Condition::Paths(of("PathPatternConfig")?),
            "http-request-method" => Condition::Methods(of("HttpRequestMethodConfig")?),
            "http-header" => {
                let name = self.text(&condition["HttpHeaderConfig"]["HttpHeaderName"])?;
                Condition::Header(name, of("HttpHeaderConfig")?)
            }
            "query-string" => {
                let values = condition["QueryStringConfig"]["Values"].as_array()?.iter();
                let pairs = values.filter_map(|pair| Some((self.text(&pair["Key"]), self.text(&pair["Value"])?)));
                Condition::Queries(pairs.collect())
            }
            _ => return None,
        })
    }
}
