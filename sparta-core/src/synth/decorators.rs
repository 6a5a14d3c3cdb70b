//! What changes resources after everything was added to the stack.

use crate::{
    cfn::{LogicalId, Parameter, Value},
    contract::PERMISSIONS_BOUNDARY as BOUNDARY,
    stack::Stack,
};

/// Applies changes of the whole stack, one after another.
pub(super) fn decorate(mut stack: Stack, decorators: &[fn(&mut Stack)]) -> Stack {
    decorators.iter().for_each(|decorate| decorate(&mut stack));
    stack
}

/// Lets a pipeline pass a boundary, so that no role or user of the service can do more than the pipeline was made for.
pub(super) fn bind_roles(stack: &mut Stack) {
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
}
