//! References to resources in what is not part of the template: grants, and permissions for types.

use crate::{
    Model,
    cfn::Value,
    iam::Statement,
    mistake::{Mistake, Subject},
    stack::Stack,
};

/// Puts logical ids where statements refer to resources. A resource that is not there is a mistake.
pub(super) fn resolve(mut model: Model, mut stack: Stack) -> (Model, Stack) {
    for grant in model.functions.iter_mut().flat_map(|function| function.grants_mut()) {
        *grant = resolved(grant, &mut stack);
    }
    for (resource_type, statement) in &mut model.type_permissions {
        *statement = resolved(statement, &mut stack);
        let from = format!("`App::type_permission` for `{resource_type}`");
        for problem in stack.template().check_references(&from, values(statement)) {
            stack.report(Mistake::new(Subject::Template, problem));
        }
    }
    (model, stack)
}

fn resolved(statement: &Statement, stack: &mut Stack) -> Statement {
    let mut resolved = Statement::allow(statement.actions().to_vec());
    for resource in statement.resources() {
        resolved = resolved.on(stack.resolve(resource.clone()));
    }
    match statement.condition() {
        Some(condition) => resolved.when(stack.resolve(condition.clone())),
        None => resolved,
    }
}

fn values(statement: &Statement) -> impl Iterator<Item = &Value> {
    statement.resources().iter().chain(statement.condition())
}
