//! Everything that can be found in an App before anything is built, in one report.

use crate::{
    App, Mistake, Mistakes, PermissionsMistake, Subject, Synthesis,
    cfn::{LogicalId, Resource, Template, TemplateMistake},
    delivery::Source,
    synth::{check_names as names, check_registry as registry},
};

impl App {
    /// Checks everything that `build` and `provision` do before they write anything, for a test of the service's own:
    /// the App, its template and its pipeline's stack.
    ///
    /// The serving build, which was checked before it was packed, checks nothing.
    ///
    /// What `resource!` could not see is found here: what expressions gave, raw JSON, references.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::{App, Error, Function, Request, cfn::Resource, service_fn};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello")
    ///     .function(hello)
    ///     .resource("Orders", Resource::raw("AWS::SQS::Queue", json!({"DelaySeconds": 1000})));
    /// assert!(app.check().unwrap_err().to_string().contains("Resources.Orders.Properties.DelaySeconds: "));
    /// ```
    pub fn check(&self) -> Result<(), Mistakes> {
        if cfg!(sparta_serving) {
            return Ok(());
        }
        let (synthesis, mut mistakes) = self.phases();
        let is_sound = mistakes.is_empty();
        let of_template = registry(&synthesis.template, &Subject::Template);
        mistakes.extend(without_consequences(&synthesis, &mistakes, of_template));
        mistakes.extend(names(&synthesis.model, &synthesis.template));
        if let Some(pipeline) = synthesis.model.pipeline() {
            let found = match synthesis.pipeline(pipeline, Source::Connection) {
                Ok(stack) if is_sound => registry(&stack, &Subject::Pipeline),
                Ok(_) => Vec::new(),
                Err(found) => {
                    let is_new = |it: &&Mistake| !mistakes.contains(it) && !is_of_provider(&synthesis.template, it);
                    found.iter().filter(is_new).cloned().collect()
                }
            };
            mistakes.extend(found);
        }
        Mistakes::none_or(self.name(), mistakes)
    }
}

/// What Sparta makes of something mistaken repeats that mistake, so only what the user has added is looked at then.
fn without_consequences(synthesis: &Synthesis, mistakes: &[Mistake], of_template: Vec<Mistake>) -> Vec<Mistake> {
    let concerns_template = |it: &Mistake| !matches!(it.subject(), Subject::Environment(_) | Subject::Pipeline);
    if !mistakes.iter().any(concerns_template) {
        return of_template;
    }
    let is_users = |mistake: &Mistake| match mistake.problem().downcast_ref() {
        Some(TemplateMistake::Registry(found)) => {
            synthesis.model.user_resources.ids().any(|(_, id)| id == found.logical_id)
        }
        _ => false,
    };
    of_template.into_iter().filter(|it| is_users(it) && !is_of_provider(&synthesis.template, it)).collect()
}

/// Whether it repeats that the function which provides a resource is not there.
fn is_of_provider(template: &Template, mistake: &Mistake) -> bool {
    let is_provided = |id: &str| {
        let resource = LogicalId::new(id).ok().and_then(|id| template.resources().get(&id));
        resource.is_some_and(Resource::is_provided)
    };
    let problem = mistake.problem();
    if let Some(PermissionsMistake::UnknownProvider { resource, .. }) = problem.downcast_ref() {
        return is_provided(resource);
    }
    let Some(TemplateMistake::Registry(found)) = problem.downcast_ref() else { return false };
    let is_there = |part: &&str| found.path.starts_with(*part);
    ["DependsOn", "Properties.ServiceToken"].iter().any(is_there) && is_provided(&found.logical_id)
}
