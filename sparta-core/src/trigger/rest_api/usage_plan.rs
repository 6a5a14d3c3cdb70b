//! How much each caller with a key may ask of a REST API.

use super::{STAGE, UsagePlanMistake};
use crate::{
    cfn::{LogicalId, Output, Value, pascal_case, sub},
    property, resource,
    stack::Stack,
    trigger::http_api::Throttle,
};

/// What callers with keys may ask of the routes that need one, [`RestApi::api_key`](super::RestApi::api_key): so many
/// requests in a second, and so many in a day, a week or a month.
///
/// API Gateway makes the keys' values, which are in no template. The output `Key<Name>` is a key's id:
/// `aws apigateway get-api-key --include-value --api-key ID` shows its value. Limits are on a best-effort basis: they are no
/// way to keep anybody out.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>.
///
/// # Example
///
/// ```
/// use sparta_core::trigger::{Period, UsagePlan};
///
/// let partners = UsagePlan::new("partners").throttle(10, 20).quota(10_000, Period::Month).key("acme").key("globex");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct UsagePlan {
    name: String,
    throttle: Option<Throttle>,
    quota: Option<(u32, Period)>,
    keys: Vec<String>,
}

/// The time that a quota is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day, in UTC.
    Day,
    /// A week from Sunday on.
    Week,
    /// A month from its first day on.
    Month,
}

impl UsagePlan {
    /// A plan without limits, and without keys yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), throttle: None, quota: None, keys: Vec::new() }
    }

    /// Lets `rate` requests in a second of each key through, and `burst` at once; callers get a status 429 beyond.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// Lets so many requests of each key through in a period; callers get a status 429 beyond.
    pub fn quota(mut self, requests: u32, period: Period) -> Self {
        self.quota = Some((requests, period));
        self
    }

    /// Adds a key, by the name of who has it.
    pub fn key(mut self, name: impl Into<String>) -> Self {
        self.keys.push(name.into());
        self
    }

    pub(super) fn has_key(&self) -> bool {
        !self.keys.is_empty()
    }

    pub(super) fn limits(&self) -> Option<Throttle> {
        self.throttle
    }

    /// What is wrong with all plans of an API.
    pub(super) fn check_all(plans: &[Self]) -> Vec<UsagePlanMistake> {
        let mut mistakes = Vec::new();
        let keys = || plans.iter().flat_map(|plan| &plan.keys);
        let names = || plans.iter().map(|plan| &plan.name);
        let nameless = names().chain(keys()).filter(|name| pascal_case(name).is_empty());
        mistakes.extend(nameless.map(|name| UsagePlanMistake::Name(name.clone())));
        mistakes.extend(twice(names()).map(UsagePlanMistake::PlanTwice));
        mistakes.extend(twice(keys()).map(UsagePlanMistake::KeyTwice));
        for plan in plans {
            if !plan.has_key() {
                mistakes.push(UsagePlanMistake::NoKey(plan.name.clone()));
            }
            if plan.quota.is_some_and(|(requests, _)| requests == 0) {
                mistakes.push(UsagePlanMistake::Quota(plan.name.clone()));
            }
        }
        mistakes
    }

    pub(super) fn synthesize(&self, stack: &mut Stack, api: &LogicalId) {
        let stage = LogicalId::of_words([STAGE]);
        let throttle = self.throttle.map(|Throttle { rate, burst }| {
            property!(AWS::ApiGateway::UsagePlan.Throttle { BurstLimit: (burst), RateLimit: (rate) })
        });
        let quota = self.quota.map(|(requests, period)| {
            property!(AWS::ApiGateway::UsagePlan.Quota { Limit: (requests), Period: (period.name()) })
        });
        let plan = LogicalId::of_words([&self.name, "UsagePlan"]);
        let of_plan = resource!(AWS::ApiGateway::UsagePlan {
            ApiStages: [{ ApiId: (api.reference()), Stage: (stage.reference()) }],
            Quota: (quota),
            Throttle: (throttle),
            UsagePlanName: (sub(format!("${{AWS::StackName}}-{}", self.name))),
        });
        stack.resource(plan.clone(), of_plan);
        for name in &self.keys {
            let key = LogicalId::of_words(["Key", name]);
            let value = resource!(AWS::ApiGateway::ApiKey {
                Enabled: true,
                Name: (sub(format!("${{AWS::StackName}}-{name}"))),
            });
            stack.resource(key.clone(), value);
            let of_plan = resource!(AWS::ApiGateway::UsagePlanKey {
                KeyId: (key.reference()),
                KeyType: "API_KEY",
                UsagePlanId: (plan.reference()),
            });
            stack.resource(LogicalId::of_words([&self.name, name, "UsagePlanKey"]), of_plan);
            let shown = Output::new(format!("Id of the API key of {name}"), key.reference());
            stack.output(key, shown);
        }
    }
}

impl Period {
    fn name(self) -> Value {
        let name = match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        };
        name.into()
    }
}

/// The names that are not alone, as a template has them.
fn twice<'n>(names: impl Iterator<Item = &'n String>) -> impl Iterator<Item = String> {
    let mut seen = std::collections::BTreeSet::new();
    let twice: Vec<String> = names.filter(|name| !seen.insert(pascal_case(name))).cloned().collect();
    twice.into_iter()
}
