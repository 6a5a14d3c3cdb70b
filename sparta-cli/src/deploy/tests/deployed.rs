use sparta_core::{App, Environment, Error, Function, Model, Pipeline, Request, service_fn};

use super::*;
use crate::deploy::deployed::deployed;

fn model(name: &str, pipeline: bool) -> Model {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let app = App::new(name).function(hello);
    let app = if pipeline { app.environment(Environment::new("test", ())) } else { app };
    let declared = Pipeline::github("https://github.com/acme/hello");
    if pipeline { app.pipeline(declared) } else { app }.validate().unwrap()
}

#[tokio::test]
async fn a_deployed_stack_has_its_outputs() {
    let script = Script::new([("DescribeStacks", vec![stack("UPDATE_COMPLETE")])]);
    let found = deployed(&script.config(), &model("Hello", false), None).await.unwrap();
    assert_eq!((found.stack(), found.output("Url"), found.output("Other")), ("Hello", Some("https://x"), None));
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn what_a_pipeline_has_deployed_is_found_where_nothing_else_is() {
    let answers = vec![no_stack(), stack_of(None, "CREATE_COMPLETE")];
    let script = Script::new([("DescribeStacks", answers)]);
    let model = model("Hello", true);
    let found = deployed(&script.config(), &model, model.environment("test")).await.unwrap();
    assert_eq!(found.output("Url"), Some("https://x"));
}

#[tokio::test]
async fn what_is_not_deployed_or_somebody_elses_is_an_error_that_names_the_stack() {
    for (answer, expected) in [
        (no_stack(), "there is no stack \"Hello\" in this account and region"),
        (stack("REVIEW_IN_PROGRESS"), "there is no stack \"Hello\" in this account and region"),
        (stack_of(Some("Other"), "CREATE_COMPLETE"), "stack \"Hello\" belongs to"),
    ] {
        let script = Script::new([("DescribeStacks", vec![answer])]);
        let error = deployed(&script.config(), &model("Hello", false), None).await.unwrap_err();
        assert!(report(error).contains(expected), "{expected}");
    }
}
