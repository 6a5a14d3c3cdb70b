//! The check of what is declared and of what is made, also against what the CloudFormation registry says of each type.

use crate::{
    AppMistake, Mistake, Mistakes, Model, Subject, Synthesis, Warning,
    cfn::{LogicalId, Template, TemplateMistake},
    settings::Field,
    stack::{IdMistake, Stack},
    synth::{limits, names},
};

impl Synthesis {
    /// Checks the service's template.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check(&self) -> Result<(), Mistakes> {
        if cfg!(sparta_serving) {
            return Ok(());
        }
        let mut mistakes = registry(&self.template, &Subject::Template);
        mistakes.extend(names::check(&self.model, &self.template));
        Mistakes::none_or(self.model.name(), mistakes)
    }

    /// Checks the stack of the service's pipeline.
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

impl Template {
    /// What CloudFormation takes in it and is hardly meant: an IAM action that is not known, a runtime that Lambda has
    /// retired.
    pub fn warnings(&self) -> Vec<Warning> {
        let document = serde_json::to_value(self).expect("a template is JSON");
        let found = sparta_schema::template_warnings(&document).into_iter();
        found.map(|found| Warning::new(found.place(), &found.message)).collect()
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
    #[cfg(feature = "custom-resources")]
    mistakes.extend(crate::custom_resource::check(template, &model.functions));
    let included = model.user_resources.included.iter().flat_map(|included| included.parameters());
    let without_default = included.filter(|(_, parameter)| parameter.default.is_none());
    mistakes.extend(without_default.map(|(id, _)| of_template(TemplateMistake::NoDefault(id.clone()))));
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

/// What the registry says of a template.
pub(crate) fn registry(template: &Template, subject: &Subject) -> Vec<Mistake> {
    if cfg!(sparta_serving) {
        return Vec::new();
    }
    template.registry_mistakes().into_iter().map(|problem| Mistake::new(subject.clone(), problem)).collect()
}
