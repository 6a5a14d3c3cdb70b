//! What changes resources after everything was added to the stack.

use crate::{
    Mistake, Model, Subject,
    app::{Decorator, Validator},
    cfn::{LogicalId, Parameter, Template, Value},
    contract::PERMISSIONS_BOUNDARY as BOUNDARY,
    stack::Stack,
};

/// Makes the user's changes of the whole template, one after another. What fails is a mistake.
pub(super) fn decorate(model: &Model, decorators: &[Decorator], mut stack: Stack) -> Stack {
    for decorator in decorators {
        if let Err(problem) = decorator(stack.template_mut(), model) {
            stack.report(Mistake::new(Subject::Template, problem));
        }
    }
    stack
}

/// What the user's own rules refuse of the template.
pub(super) fn refusals(validators: &[Validator], template: &Template, model: &Model) -> Vec<Mistake> {
    let refused = validators.iter().filter_map(|validator| validator(template, model).err());
    refused.map(|problem| Mistake::new(Subject::Template, problem)).collect()
}

/// Lets a pipeline pass a boundary, so that no role or user of the service can do more than the pipeline was made for.
pub(super) fn bind_roles(mut stack: Stack) -> Stack {
    let (boundary, is_passed) = (LogicalId::of_words([BOUNDARY]), LogicalId::of_words(["HasPermissionsBoundary"]));
    let parameter = Parameter::string("ARN of the policy that bounds the functions' roles; none if empty");
    stack.parameter(boundary.clone(), Parameter { default: Some(String::new()), ..parameter });
    let none = Value::function("Fn::Equals", vec![boundary.reference(), "".into()]);
    stack.condition(is_passed.clone(), Value::function("Fn::Not", vec![none]));
    let choices = vec![Value::from(is_passed.as_str()), boundary.reference(), Value::pseudo("AWS::NoValue")];
    let boundary = Value::function("Fn::If", choices);
    for resource_type in ["AWS::IAM::Role", "AWS::IAM::User"] {
        stack.change_all(resource_type, |identity| match identity.properties().contains_key(BOUNDARY) {
            true => identity,
            false => identity.property(BOUNDARY, &boundary),
        });
    }
    stack
}
