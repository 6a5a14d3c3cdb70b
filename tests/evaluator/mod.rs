//! What IAM says to the roles of a pipeline: an evaluator that is not Sparta's reads its policies, boundaries and trust
//! policies out of the templates, as CloudFormation deploys them.

mod attacks;
mod cloudformation;
mod deliveries;
mod stack;
mod world;

use sparta::{App, Environment, Error, Function, Pipeline, Request, service_fn, trigger::HttpApi};
use sparta_test_tools::{Call, Verdict, evaluate};

use crate::golden::document;
use world::{Case, World};

/// The pipeline of the example, which has two environments in one account.
fn example() -> World {
    let [service, pipeline] = ["cloudformation", "pipeline"].map(|name| document("codepipeline", name));
    World::of_templates(service, pipeline, "111111111111")
}

/// The same service with a pipeline in each account, which has one environment.
fn of_account(environment: &str, account: &str) -> World {
    let hello = async |_: Request| Ok::<_, Error>("Hello");
    let function = Function::http("hello-world", service_fn(hello)).trigger(HttpApi::get("/hello"));
    let app = App::new("HelloPipeline").function(function);
    let environment = Environment::new(environment, [("MESSAGE", "Hello")]);
    let pipeline = Pipeline::github("https://github.com/acme/hello-pipeline");
    World::of(&app.environment(environment).pipeline(pipeline), account)
}

fn verdicts(cases: &[Case]) -> Vec<Verdict> {
    let calls: Vec<Call> = cases.iter().map(|case| case.call.clone()).collect();
    evaluate(&calls)
}

#[track_caller]
fn all_allowed(cases: &[Case]) {
    let denied: Vec<String> = cases
        .iter()
        .zip(verdicts(cases))
        .filter_map(|(case, verdict)| match verdict {
            Verdict::Denied(reasons) => Some(format!("{}: {reasons}", case.title)),
            Verdict::Allowed => None,
        })
        .collect();
    assert!(denied.is_empty(), "denied, and needed for a delivery:\n{}", denied.join("\n"));
}

#[track_caller]
fn all_denied(cases: &[Case]) {
    let allowed = cases.iter().zip(verdicts(cases)).filter(|(_, verdict)| *verdict == Verdict::Allowed);
    let allowed: Vec<&str> = allowed.map(|(case, _)| case.title.as_str()).collect();
    assert!(allowed.is_empty(), "allowed, and nobody's to do:\n{}", allowed.join("\n"));
}

#[test]
fn every_call_of_a_delivery_to_two_environments_of_one_account_is_allowed() {
    let cases = deliveries::calls(&example());
    assert!(cases.len() > 140, "{}", cases.len());
    all_allowed(&cases);
}

#[test]
fn every_call_of_a_delivery_to_an_account_of_its_own_is_allowed() {
    let worlds = [of_account("test", "111111111111"), of_account("production", "222222222222")];
    all_allowed(&worlds.iter().flat_map(deliveries::calls).collect::<Vec<_>>());
}

#[test]
fn nothing_that_is_pushed_reaches_beyond_its_environment() {
    all_denied(&attacks::within(&example()));
}

#[test]
fn nothing_that_is_pushed_reaches_the_api_of_production_once_its_id_is_known() {
    let world = example().provisioned_again();
    all_allowed(&deliveries::calls(&world));
    all_denied(&attacks::on_the_api_of_production(&world));
    // Until then, what has tags of its own is kept apart, and its parts are if they have its tags.
    let [_, production] = &world.environments[..] else { panic!("the example has two environments") };
    let attacks = attacks::on_the_api_of_production(&example());
    all_denied(&attacks.into_iter().map(|case| case.on_tagged(production)).collect::<Vec<_>>());
}

#[test]
fn nothing_that_is_pushed_reaches_another_account() {
    let [test, production] = [of_account("test", "111111111111"), of_account("production", "222222222222")];
    all_denied(&attacks::across(&test, &production));
}
