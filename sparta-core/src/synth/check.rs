//! The check of what is declared and of what is made, also against what the CloudFormation registry says of each type.

use crate::{
    App, AppMistake, Mistake, Mistakes, Model, Subject, Synthesis,
    cfn::{LogicalId, Template, TemplateMistake},
    delivery::Source,
    settings::Field,
    stack::{IdMistake, Stack},
    synth::limits,
};

impl App {
    /// Checks everything that `build` and `provision` do before they write anything, for a test of the service's own:
    /// the App, its template and its pipeline's stack.
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
        let (synthesis, mut mistakes) = self.phases();
        let is_sound = mistakes.is_empty();
        let of_template = registry(&synthesis.template, &Subject::Template);
        mistakes.extend(without_consequences(&synthesis, &mistakes, of_template));
        if let Some(pipeline) = synthesis.model.pipeline() {
            let found = match synthesis.pipeline(pipeline, Source::Connection) {
                Ok(stack) if is_sound => registry(&stack, &Subject::Pipeline),
                Ok(_) => Vec::new(),
                Err(found) => found.iter().filter(|it| !mistakes.contains(it)).cloned().collect(),
            };
            mistakes.extend(found);
        }
        Mistakes::none_or(self.name(), mistakes)
    }
}

impl Synthesis {
    /// Checks the service's template.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check(&self) -> Result<(), Mistakes> {
        Mistakes::none_or(self.model.name(), registry(&self.template, &Subject::Template))
    }

    /// Checks the stack that [`pipeline`](Self::pipeline) has made.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check_pipeline(&self, stack: &Template) -> Result<(), Mistakes> {
        Mistakes::none_or(self.model.name(), registry(stack, &Subject::Pipeline))
    }
}

impl Template {
    /// Checks it: the types of its resources, all their properties, and that what is referred to is there.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check(&self) -> Result<(), Mistakes> {
        let form = self.mistakes().into_iter().map(|problem| Mistake::new(Subject::Template, problem));
        let mistakes: Vec<Mistake> = form.chain(registry(self, &Subject::Template)).collect();
        if mistakes.is_empty() { Ok(()) } else { Err(Mistakes::of_template(mistakes)) }
    }
}

/// All that is wrong with an App, apart from what the registry says of its template.
pub(super) fn mistakes(model: &Model, stack: &Stack) -> Vec<Mistake> {
    let template = stack.template();
    let of_template = |problem: TemplateMistake| Mistake::new(Subject::Template, problem);
    let mut mistakes = model.check();
    let names_collide = mistakes.iter().any(makes_conflicts);
    mistakes.extend(stack.check(&model.user_resources));
    mistakes.extend(template.mistakes().into_iter().map(of_template));
    mistakes.extend(limits::check(template));
    mistakes.extend(model.settings().iter().filter_map(|field| taken(field, template)));
    if !names_collide {
        mistakes.extend(template.conflicts().iter().cloned().map(of_template));
    }
    mistakes
}

/// Whether it has two things of one name in the template as its consequence.
fn makes_conflicts(mistake: &Mistake) -> bool {
    use AppMistake::{FunctionCollision, FunctionTwice, Taken};
    matches!(mistake.problem().downcast_ref(), Some(FunctionTwice(_) | FunctionCollision { .. } | Taken { .. }))
}

/// Parameters and resources share one set of names.
fn taken(field: &Field, template: &Template) -> Option<Mistake> {
    let parameter = field.parameter_name();
    let is_resource = template.resources().contains_key(&LogicalId::of_words([parameter.as_str()]));
    is_resource.then(|| IdMistake::Parameter { variable: field.variable.clone(), parameter }.into())
}

fn registry(template: &Template, subject: &Subject) -> Vec<Mistake> {
    template.registry_mistakes().into_iter().map(|problem| Mistake::new(subject.clone(), problem)).collect()
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
    of_template.into_iter().filter(is_users).collect()
}
