use serde_json::{Value as Json, json};
use sparta_core::{App, Function, construct::FunctionHandle};

use super::{function, mistakes, statements, variables};

fn report() -> FunctionHandle {
    Function::handle("report")
}

#[track_caller]
fn template(report: Function, handle: &FunctionHandle) -> Json {
    let app = App::new("Shop").function(function("hello").uses(handle.invoke())).function(report);
    super::document(&app)
}

#[test]
fn a_function_invokes_another_by_its_handle() {
    let template = template(function("report"), &report());
    assert_eq!(variables(&template), &json!({"REPORT_FUNCTION": {"Ref": "ReportFunction"}}));
    let arn = json!({"Fn::GetAtt": ["ReportFunction", "Arn"]});
    let expected = json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn});
    assert_eq!(statements(&template), [expected]);
}

#[test]
fn a_function_with_an_alias_is_invoked_by_it() {
    let template = template(function("report").alias("live"), &report().alias());
    assert_eq!(variables(&template), &json!({"REPORT_FUNCTION": {"Ref": "ReportAlias"}}));
    assert_eq!(statements(&template)[0]["Resource"], json!({"Ref": "ReportAlias"}));
}

#[test]
fn a_handle_is_of_a_function_that_is_there() {
    let app = |handle: FunctionHandle, callee: Function| {
        mistakes(&App::new("Shop").function(function("hello").uses(handle.invoke())).function(callee))
    };
    let misspelt = app(Function::handle("repport"), function("report"));
    assert_eq!(misspelt, ["function `repport`: the app has no function `repport` to invoke: did you mean `report`?"]);
    assert!(app(report(), function("report").alias("live"))[0].contains("`Function::handle(\"report\").alias()`"));
    assert!(app(report().alias(), function("report"))[0].contains("the function `report` has no alias"));
}

#[test]
fn a_function_that_invokes_itself_is_a_mistake_with_the_way_out() {
    let app = App::new("Shop").function(function("report").uses(report().invoke()));
    let report = mistakes(&app);
    assert!(report[0].contains("it uses the function `report`, which invokes it"), "{report:?}");
    assert!(report[0].contains("let it send to a queue that invokes it"), "{report:?}");
}
