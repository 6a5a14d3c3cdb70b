//! What a service declares that AWS takes and that is hardly meant.

use std::collections::BTreeSet;

use sparta_schema::iam::{self, AccessLevel};

use super::{Synthesis, limits};
use crate::{
    FunctionSpec, Streams, Warning,
    cfn::{LogicalId, Template},
    iam::Statement,
    settings::{Field, Kind},
    trigger::{ApiOptions, has_body},
};

impl Synthesis {
    /// What AWS takes, and is hardly meant: in what is declared, and in the template that is made of it.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, iam::Statement, service_fn};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(hello.grant(Statement::allow(["s3:GetObjekt"]).on("*")));
    /// let warnings: Vec<String> = app.synthesize()?.warnings().iter().map(ToString::to_string).collect();
    /// assert!(warnings[0].starts_with("function `hello`: nothing invokes it"));
    /// assert!(warnings[1].contains("`s3:GetObjekt` is no IAM action that is known; did you mean `s3:GetObject`?"));
    /// # Ok::<_, sparta_core::Mistakes>(())
    /// ```
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings: Vec<Warning> =
            self.model.functions.iter().flat_map(|function| of_function(function, &self.template)).collect();
        warnings.extend(self.model.settings().iter().filter_map(|field| unused_secret(field, self)));
        warnings.extend(of_http_api(self));
        warnings.extend(limits::warnings(&self.template));
        warnings.extend(self.template.warnings());
        warnings
    }
}

fn of_function(function: &FunctionSpec, template: &Template) -> Vec<Warning> {
    let place = format!("function `{}`", function.name());
    let of_triggers = function.triggers().iter().flat_map(|trigger| trigger.warnings(function));
    let mut warnings: Vec<Warning> = of_triggers.map(|problem| Warning::new(place.clone(), problem)).collect();
    if function.triggers().is_empty() && !template.refers_to(&function.logical_id("Function")) {
        let message = "nothing invokes it: it has no trigger, and nothing in the template refers to it; give it a trigger, or an \
                       output with its name or ARN where something else invokes it";
        warnings.push(Warning::new(place.clone(), message));
    }
    if function.is_whole && function.streams() != Streams::default() {
        let message = "its answers are sent as streams, and nothing of one is sent before all of it is there, since its handler \
                       answers with what is `lambda_http::IntoResponse`: pass the handler as `HttpService::lambda_http(..)`";
        warnings.push(Warning::new(place.clone(), message));
    }
    let wide = function.grants().filter(|grant| is_on_everything(grant)).flat_map(Statement::actions);
    warnings.extend(wide.filter(|action| is_about_resources(action)).map(|action| {
        let message =
            format!("its permission for `{action}` is on `*`, everything in the account: name the ARNs that it needs");
        Warning::new(place.clone(), message)
    }));
    warnings
}

/// What is hardly meant of the HTTP API as a whole.
fn of_http_api(synthesis: &Synthesis) -> impl Iterator<Item = Warning> {
    let Synthesis { model, template } = synthesis;
    let options = model.http_api.as_ref();
    let says_so = options.is_some_and(ApiOptions::has_routes_in_body);
    let moved = (has_body(template) && !says_so).then_some(
        "the template has no room for its routes, which are in the API's OpenAPI document: it is another API than one whose routes \
         are resources, with another address unless it has a domain of its own; say `.http_api(ApiOptions::new().routes_in_body())` \
         so that it stays the same when there are fewer again",
    );
    let unasked = (model.health.is_some() && options.is_some_and(ApiOptions::has_mutual_tls)).then_some(
        "its callers have to have a certificate, which `status --health` has not: what asks for the service's health has to come \
         with one",
    );
    let of_routes = model.functions.iter().flat_map(|function| function.triggers()).flat_map(|it| it.functions());
    let asked = of_routes.chain(options.into_iter().flat_map(ApiOptions::functions));
    let asked: BTreeSet<String> = asked.map(|handle| handle.function().to_owned()).collect();
    let slow = model.functions.iter().filter(move |function| asked.contains(function.name())).filter_map(slow);
    let of_api = moved.into_iter().chain(unasked).map(|message| Warning::new("the HTTP API", message));
    of_api.chain(slow)
}

/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
fn slow(authorizer: &FunctionSpec) -> Option<Warning> {
    const WAITS: u64 = 10;
    let seconds = authorizer.timeout().as_secs();
    let message = format!(
        "it may run for {seconds} s, and API Gateway waits for an authorizer for {WAITS} s: give it a timeout of at most {WAITS} s"
    );
    (seconds > WAITS).then(|| Warning::new(format!("function `{}`", authorizer.name()), message))
}

/// A secret that reaches nothing.
fn unused_secret(field: &Field, synthesis: &Synthesis) -> Option<Warning> {
    let parameter = LogicalId::of_words([field.parameter_name().as_str()]);
    let is_unused = field.kind == Kind::Secret && !synthesis.template.refers_to(&parameter);
    let message = || {
        let constant = field.constant();
        format!("no function uses this secret: add `.uses({constant})` to those that read it, or remove it")
    };
    is_unused.then(|| Warning::new(format!("setting `{}`", field.variable), message()))
}

fn is_on_everything(grant: &Statement) -> bool {
    grant.condition().is_none() && grant.resources().iter().any(|it| it.as_str() == Some("*"))
}

/// Whether an action, which may be `s3:*`, reads or changes what IAM could limit it to.
fn is_about_resources(action: &str) -> bool {
    let mut found = iam::matching(action);
    found.any(|(service, it)| {
        !it.on.is_empty()
            && !matches!(it.access_level, AccessLevel::List | AccessLevel::Tagging)
            && service.name_of(it) != METRICS
    })
}

/// Metrics have no ARNs: a condition on their namespace limits it.
///
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html>.
const METRICS: &str = "cloudwatch:PutMetricData";
