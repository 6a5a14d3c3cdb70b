//! What is declared for all routes of the App's REST API.

use super::{
    API, RestApiOptionsMistake, RestAuthorizer, STAGE, UsagePlan, UsagePlanMistake, definition,
    policy::{Callers, is_range},
    resources::address,
    security::{self, Asks},
};
use crate::{
    Environment, attribute,
    cfn::{LogicalId, Value, sub},
    construct::FunctionHandle,
    mistake::{Mistake, Problem, Subject},
    property, resource,
    stack::Stack,
    trigger::{
        LambdaAuthorizerMistake,
        domain::{Domain, DomainMistake, Of},
        http_api::Throttle,
        security::Security,
    },
};

/// The options of the App's REST API: [`App::rest_api`](crate::App::rest_api).
///
/// # Example
///
/// ```
/// use sparta_core::{App, trigger::{Period, RestApiOptions, UsagePlan}};
///
/// let app = App::new("Orders").rest_api(
///     RestApiOptions::new()
///         .stage("v1")
///         .throttle(200, 100)
///         .source_ips(["203.0.113.0/24"])
///         .usage_plan(UsagePlan::new("partners").quota(10_000, Period::Month).key("acme")),
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct RestApiOptions {
    stage: Option<String>,
    endpoint: Endpoint,
    domain: Option<Domain>,
    authorizer: Option<RestAuthorizer>,
    keys_of_authorizer: bool,
    callers: Callers,
    throttle: Option<Throttle>,
    /// For how many days the access log is kept, where there is one.
    access_logs: Option<Value>,
    tracing: bool,
    compression: Option<u32>,
    web_acl: Option<Value>,
    plans: Vec<UsagePlan>,
}

/// Where an API can be reached.
#[derive(Clone, Debug, Default, PartialEq)]
enum Endpoint {
    /// In its region.
    #[default]
    Regional,
    /// At the edge of AWS's network.
    Edge,
    /// Through VPC endpoints.
    Private(Vec<Value>),
}

impl Endpoint {
    fn name(&self) -> &'static str {
        match self {
            Self::Regional => "REGIONAL",
            Self::Edge => "EDGE",
            Self::Private(_) => "PRIVATE",
        }
    }

    fn vpc_endpoints(&self) -> Option<&[Value]> {
        match self {
            Self::Private(endpoints) => Some(endpoints),
            _ => None,
        }
    }
}

impl RestApiOptions {
    /// No options yet: a regional API with the stage `prod`, open to everybody, requests limited by the account's quota alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// The stage's name, which the API's address ends with: 1 to 128 letters, digits, `-` and `_`; `prod` by default. Another
    /// name is another stage, and another address.
    pub fn stage(mut self, name: impl Into<String>) -> Self {
        self.stage = Some(name.into());
        self
    }

    /// Reaches callers through AWS's edge locations, for callers in other parts of the world.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-endpoint-types.html>.
    pub fn edge(mut self) -> Self {
        self.endpoint = Endpoint::Edge;
        self
    }

    /// Lets nobody in but through these VPC endpoints of `execute-api`, by their ids.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html>.
    pub fn private<V: Into<Value>>(mut self, endpoints: impl IntoIterator<Item = V>) -> Self {
        self.endpoint = Endpoint::Private(endpoints.into_iter().map(Into::into).collect());
        self
    }

    /// Has a domain of its own, in place of the address that API Gateway gives it; its address ends with no stage then. The domain of
    /// an [edge-optimized](Self::edge) API is at the edge, too; a [private](Self::private) API has none.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, trigger::{Domain, RestApiOptions}};
    ///
    /// let domain = Domain::new("orders.example").hosted_zone("Z0123456789ABCDEFGHIJ").base_path("v1");
    /// let app = App::new("Orders").rest_api(RestApiOptions::new().domain(domain));
    /// ```
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Lets only requests from these IP addresses and ranges in, IPv4 or IPv6; of a private API, the addresses in the VPC.
    pub fn source_ips<V: Into<Value>>(mut self, ranges: impl IntoIterator<Item = V>) -> Self {
        self.callers.source_ips.extend(ranges.into_iter().map(Into::into));
        self
    }

    /// Lets another account's roles and users in on routes with an [`authorizer`](super::RestApi::authorizer), as far as that account lets them. Those
    /// of the API's own account need nothing here.
    pub fn account(mut self, number: impl Into<Value>) -> Self {
        self.callers.accounts.push(number.into());
        self
    }

    /// Guards each route that does not say otherwise with [`RestApi::authorizer`](super::RestApi::authorizer) or
    /// [`open`](super::RestApi::open): by signatures ([`Iam`](crate::trigger::Iam)), a function of the App
    /// ([`LambdaAuthorizer`](crate::trigger::LambdaAuthorizer)) or tokens of Cognito ([`UserPool`](crate::trigger::UserPool)).
    pub fn authorizer(mut self, authorizer: impl Into<RestAuthorizer>) -> Self {
        self.authorizer = Some(authorizer.into());
        self
    }

    /// Lets `rate` requests in a second through on each route, and `burst` at once; callers get a status 429 beyond. An
    /// account has 10,000 and 5,000 for all its APIs in a region, unless it asked for more.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// Writes a line of JSON for each request to a log group of its own, which keeps it for 30 days.
    ///
    /// API Gateway writes the logs of all REST APIs of an account and region with one role, which has to be there before: it is
    /// the account's, so that no service makes it.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>.
    pub fn access_logs(self) -> Self {
        self.access_logs_for(30)
    }

    /// The same, kept for so many days: a number that CloudWatch knows, or a setting.
    pub fn access_logs_for(mut self, days: impl Into<Value>) -> Self {
        self.access_logs = Some(days.into());
        self
    }

    /// Traces requests with X-Ray, from API Gateway on.
    pub fn tracing(mut self) -> Self {
        self.tracing = true;
        self
    }

    /// Compresses answers of at least so many bytes for callers that take it, and reads compressed requests. Streams are left as
    /// they are.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html>.
    pub fn compress_from(mut self, bytes: u32) -> Self {
        self.compression = Some(bytes);
        self
    }

    /// Puts a firewall before the API: a regional web ACL of AWS WAF, by its ARN.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html>.
    pub fn web_acl(mut self, arn: impl Into<Value>) -> Self {
        self.web_acl = Some(arn.into());
        self
    }

    /// Adds a usage plan with its keys, for the routes with [`api_key`](super::RestApi::api_key).
    pub fn usage_plan(mut self, plan: UsagePlan) -> Self {
        self.plans.push(plan);
        self
    }

    /// Meters callers by the key that the API's authorizer answers with,
    /// [`Authorization::usage_identifier_key`](crate::Authorization::usage_identifier_key), in place of the header `x-api-key`.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html>.
    pub fn api_keys_of_authorizer(mut self) -> Self {
        self.keys_of_authorizer = true;
        self
    }

    /// The function of the App that decides for the whole API.
    pub(crate) fn functions(&self) -> impl Iterator<Item = FunctionHandle> {
        let lambda = self.authorizer.as_ref().and_then(RestAuthorizer::lambda);
        lambda.map(|lambda| lambda.function().clone()).into_iter()
    }

    /// Its own domain, with what people call the API.
    pub(crate) fn own_domain(&self) -> Option<(&'static str, &Domain)> {
        self.domain.as_ref().map(|domain| (REST_API, domain))
    }

    /// How callers prove who they are, on routes that do not say otherwise.
    pub(crate) fn documented(&self) -> Option<Security> {
        self.authorizer.as_ref().map(RestAuthorizer::documented)
    }

    /// What API Gateway would refuse.
    pub(crate) fn check(&self, environments: &[Environment], has_pipeline: bool) -> Vec<Mistake> {
        let mut problems: Vec<Problem> = self.check_texts().into_iter().map(Problem::from).collect();
        let throttles = self.throttle.into_iter().chain(self.plans.iter().filter_map(UsagePlan::limits));
        problems.extend(throttles.filter_map(Throttle::check).map(Problem::from));
        problems.extend(UsagePlan::check_all(&self.plans).into_iter().map(Problem::from));
        problems.extend(self.authorizer.iter().flat_map(RestAuthorizer::check));
        problems.extend(self.check_domain(environments, has_pipeline).into_iter().map(Problem::from));
        problems.into_iter().map(|problem| Mistake::new(Subject::App, problem)).collect()
    }

    fn check_domain(&self, environments: &[Environment], has_pipeline: bool) -> Vec<DomainMistake> {
        let Some(domain) = &self.domain else { return Vec::new() };
        let mut mistakes = domain.check(environments, has_pipeline);
        match self.endpoint {
            Endpoint::Regional => {}
            Endpoint::Edge => mistakes.extend(domain.check_at_the_edge(environments)),
            Endpoint::Private(_) => mistakes.push(DomainMistake::Private),
        }
        mistakes
    }

    fn check_texts(&self) -> Vec<RestApiOptionsMistake> {
        use RestApiOptionsMistake as Wrong;
        fn texts<'v>(
            values: &'v [Value],
            is_right: fn(&str) -> bool,
            wrong: fn(String) -> Wrong,
        ) -> impl Iterator<Item = Wrong> + 'v {
            values
                .iter()
                .filter_map(Value::as_str)
                .filter(move |text| !is_right(text))
                .map(move |it| wrong(it.to_owned()))
        }
        let is_id = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let is_stage = |text: &&String| (1..=128).contains(&text.len()) && is_id(text);
        let mut wrong: Vec<Wrong> = self.stage.iter().filter(|it| !is_stage(it)).cloned().map(Wrong::Stage).collect();
        let endpoints = self.endpoint.vpc_endpoints();
        wrong.extend(endpoints.filter(|endpoints| endpoints.is_empty()).map(|_| Wrong::NoEndpoint));
        wrong.extend(texts(endpoints.unwrap_or_default(), |id| id.starts_with("vpce-"), Wrong::Endpoint));
        wrong.extend(texts(&self.callers.source_ips, is_range, Wrong::SourceIp));
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        wrong.extend(texts(&self.callers.accounts, is_account, Wrong::Account));
        let is_acl = |arn: &str| arn.contains(":wafv2:") && arn.contains(":regional/webacl/");
        wrong.extend(texts(self.web_acl.as_slice(), is_acl, Wrong::WebAcl));
        wrong.extend(self.compression.filter(|bytes| *bytes > 10_485_760).map(Wrong::Compression));
        wrong
    }

    /// Completes the API that the functions' routes have made.
    pub(crate) fn complete(options: Option<&Self>, stack: &mut Stack) {
        let api = LogicalId::of_words([API]);
        let routes = definition::routes(stack, &api);
        let report = |stack: &mut Stack, problem: Problem| stack.report(Mistake::new(Subject::App, problem));
        if routes.is_empty() {
            if options.is_some() {
                report(stack, RestApiOptionsMistake::NoRoute.into());
            }
            return;
        }
        definition::siblings(&routes).into_iter().for_each(|mistake| report(stack, mistake.into()));
        let wants_key = routes.iter().any(|route| route.has_key);
        let plans = options.map(|options| options.plans.as_slice()).unwrap_or_default();
        match (wants_key, plans.is_empty()) {
            (true, true) => report(stack, UsagePlanMistake::NoPlan.into()),
            (false, false) => report(stack, UsagePlanMistake::NoRoute.into()),
            _ => {}
        }
        if let Some(options) = options {
            options.synthesize(stack, &api);
        }
    }

    fn synthesize(&self, stack: &mut Stack, api: &LogicalId) {
        let stage = LogicalId::of_words([STAGE]);
        self.guard(stack, api);
        self.limit_callers(stack, api);
        _ = stack.change(api, |api| {
            let api = api.property("MinimumCompressionSize", self.compression);
            let kind = self.endpoint.name();
            let endpoint = property!(AWS::ApiGateway::RestApi.EndpointConfiguration {
                Types: [(kind)],
                VpcEndpointIds: (self.endpoint.vpc_endpoints()),
            });
            let parameters = definition::object([("endpointConfigurationTypes", kind.into())]);
            api.property("EndpointConfiguration", endpoint).property("Parameters", parameters)
        });
        if let Some(throttle) = self.throttle {
            definition::throttle_all(stack, &stage, throttle);
        }
        let log = self.access_logs.as_ref().map(|days| {
            let group = LogicalId::of_words(["RestApiAccessLogs"]);
            stack.resource(group.clone(), resource!(AWS::Logs::LogGroup { RetentionInDays: (days) }).delete());
            access_log(&group)
        });
        _ = stack.change(&stage, |stage| {
            let name = self.stage.as_deref().unwrap_or("prod");
            let stage = stage.property("StageName", name).property("AccessLogSetting", log);
            stage.property("TracingEnabled", self.tracing.then_some(true))
        });
        if let Some(arn) = &self.web_acl {
            let of = format!(
                "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{{api}}}/stages/${{{stage}}}"
            );
            let firewall = resource!(AWS::WAFv2::WebACLAssociation { ResourceArn: (sub(of)), WebACLArn: (arn) });
            stack.resource(LogicalId::of_words(["RestApiWebAcl"]), firewall);
        }
        self.plans.iter().for_each(|plan| plan.synthesize(stack, api));
        if let Some(domain) = &self.domain {
            self.add_domain(domain, stack, api, stage);
        }
    }

    fn add_domain(&self, domain: &Domain, stack: &mut Stack, api: &LogicalId, stage: LogicalId) {
        let (api, endpoint) = (api.clone(), address(api, &stage));
        let of = Of { words: "RestApi", name: REST_API, api, stage, endpoint, scheme: "https" };
        match self.endpoint {
            Endpoint::Edge => domain.synthesize_at_the_edge(stack, &of),
            Endpoint::Regional | Endpoint::Private(_) => domain.synthesize(stack, &of),
        }
        if !domain.keeps_endpoint() {
            definition::close_default_endpoint(stack, &of.api);
        }
    }

    /// Guards the routes, and reports those of the function that guards them.
    fn guard(&self, stack: &mut Stack, api: &LogicalId) {
        if let Some(authorizer) = &self.authorizer {
            let name = authorizer.lambda().map(|lambda| lambda.function().function()).unwrap_or_default();
            let own = ["Function", "Alias"].map(|kind| LogicalId::of_words([name, kind]));
            let own = if name.is_empty() { &[][..] } else { &own };
            if let Some(circles) = security::guard(stack, api, authorizer, own) {
                authorizer.permit(stack, api);
                let circles = circles.into_iter().map(LambdaAuthorizerMistake::OwnRoute);
                circles.for_each(|it| stack.report(Mistake::new(Subject::Function(name.to_owned()), it)));
            }
        }
        if self.keys_of_authorizer {
            let routes = definition::routes(stack, api);
            if !routes.iter().any(|route| route.asks == Asks::Lambda && route.has_key) {
                stack.report(Mistake::new(Subject::App, RestApiOptionsMistake::KeysOfNobody));
            }
            security::take_keys_of_authorizer(stack, api);
        }
    }

    /// Adds the API's resource policy, where something is said of who may come.
    fn limit_callers(&self, stack: &mut Stack, api: &LogicalId) {
        /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>.
        const POLICY: usize = 8192;
        let routes = definition::routes(stack, api);
        let mut report = |mistake| stack.report(Mistake::new(Subject::App, mistake));
        if !self.callers.accounts.is_empty() && !routes.iter().any(|route| route.asks == Asks::Iam) {
            report(RestApiOptionsMistake::AccountsWithoutIam);
        }
        let Some(policy) = self.callers.policy(self.endpoint.vpc_endpoints(), &routes) else { return };
        let size = serde_json::to_vec(&policy).map_or(0, |text| text.len());
        if size > POLICY {
            report(RestApiOptionsMistake::PolicySize(size));
        }
        _ = stack.change(api, |api| api.property("Policy", policy));
    }
}

const REST_API: &str = "REST API";

/// A line of the access log: what can be said of each request.
const LINE: &str = concat!(
    r#"{"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp","#,
    r#""method":"$context.httpMethod","path":"$context.path","route":"$context.resourcePath","status":"$context.status","#,
    r#""bytes":"$context.responseLength","milliseconds":"$context.responseLatency","#,
    r#""functionStatus":"$context.integration.status","functionMilliseconds":"$context.integration.latency","#,
    r#""error":"$context.error.message","errorType":"$context.error.responseType","#,
    r#""integrationError":"$context.integration.error","authorizerError":"$context.authorizer.error","#,
    r#""validationError":"$context.error.validationErrorString","#,
    r#""caller":"$context.identity.userArn","keyId":"$context.identity.apiKeyId","userAgent":"$context.identity.userAgent"}"#,
);

fn access_log(group: &LogicalId) -> Value {
    property!(AWS::ApiGateway::Stage.AccessLogSetting {
        DestinationArn: (attribute!(AWS::Logs::LogGroup, group, "Arn")),
        Format: (LINE),
    })
}
