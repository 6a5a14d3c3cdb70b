//! What a service declares that AWS takes and that is hardly meant.

use sparta_schema::iam::{self, AccessLevel};

use super::{Synthesis, limits};
use crate::{
    FunctionSpec, Warning,
    cfn::{LogicalId, Template},
    iam::Statement,
    settings::{Field, Kind},
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
    let wide = function.grants().filter(|grant| is_on_everything(grant)).flat_map(Statement::actions);
    warnings.extend(wide.filter(|action| is_about_resources(action)).map(|action| {
        let message =
            format!("its permission for `{action}` is on `*`, everything in the account: name the ARNs that it needs");
        Warning::new(place.clone(), message)
    }));
    warnings
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
