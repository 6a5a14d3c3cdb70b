//! What IAM says to the roles of a pipeline: an evaluator that is not Sparta's reads its policies, boundaries and trust
//! policies out of the templates, as CloudFormation deploys them.

mod apis;
mod attacks;
mod cloudformation;
mod deliveries;
mod elsewhere;
mod execution;
mod executions;
mod pull_requests;
mod stack;
mod unnamed;
mod world;

use serde_json::json;
use sparta::{
    App, Environment, Error, Function, Pipeline, Request,
    cfn::{LogicalId, Resource, Template},
    service_fn,
    trigger::HttpApi,
};
use sparta_test_tools::{Call, Verdict, evaluate};

use crate::golden::document;
use world::{Case, World};

/// The pipeline of the example, which has two environments in one account.
fn example() -> World {
    let [service, pipeline] = ["cloudformation", "pipeline"].map(|name| document("codepipeline", name));
    World::of_templates(service, pipeline, "111111111111")
}

/// The same service with one environment.
fn service(environment: &str) -> App {
    let hello = async |_: Request| Ok::<_, Error>("Hello");
    let function = Function::http("hello-world", service_fn(hello)).trigger(HttpApi::get("/hello"));
    let environment = Environment::new(environment, [("MESSAGE", "Hello")]);
    let pipeline = Pipeline::github("https://github.com/acme/hello-pipeline");
    App::new("HelloPipeline").function(function).environment(environment).pipeline(pipeline)
}

/// Its pipeline, in an account of the environment's own.
fn of_account(environment: &str, account: &str) -> World {
    World::of(&service(environment).synthesize().unwrap(), account)
}

/// A service that is nothing but a role, which may do nothing.
fn of_nothing() -> World {
    let trust =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let role = json!({
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "PermissionsBoundary": {"Ref": "PermissionsBoundary"},
    });
    let mut synthesis = service("test").synthesize().unwrap();
    synthesis.template = Template::new("Nothing");
    synthesis.template.resource(LogicalId::new("Worker").unwrap(), Resource::raw("AWS::IAM::Role", role));
    World::of(&synthesis, "111111111111")
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
    all_denied(&attacks::on_the_tags_of_production(&world));
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

#[test]
fn an_environment_of_another_account_is_deployed_by_its_roles_and_by_nobody_else() {
    let world = elsewhere::world();
    all_allowed(&world.calls());
    let attacks = world.attacks();
    assert!(attacks.len() > 35, "{}", attacks.len());
    all_denied(&attacks);
}

#[test]
fn a_pull_request_is_built_and_what_it_runs_reaches_nothing() {
    let world = pull_requests::world();
    all_allowed(&pull_requests::calls(&world));
    let attacks = pull_requests::attacks(&world);
    assert!(attacks.len() > 80, "{}", attacks.len());
    all_denied(&attacks);
}

#[test]
fn a_service_whose_roles_may_do_nothing_is_delivered_all_the_same() {
    let world = of_nothing();
    all_allowed(&deliveries::calls(&world));
    let worker = |action: &str, resource: String| {
        world.by_function(&world.environments[0], "Worker", action, resource).with_every_right()
    };
    all_denied(&[
        worker("s3:GetObject", world.artifact("Code")),
        worker("sts:AssumeRole", world.pipeline.arn("TestCloudFormationRole")),
    ]);
}

/// What is left of a pipeline whose stack was deleted: the environments' roles have its boundary.
#[test]
fn a_pipeline_that_is_made_again_takes_over_the_roles_that_the_last_one_left() {
    let world = example();
    let earlier = world.pipeline.arn("TestBoundary").replace("ABCDEFGHIJKL", "MNOPQRSTUVWX");
    let [role, foreign] = [0, 1].map(|number: usize| world.environments[number].arn("HelloWorldRole"));
    let call = |action: &str, on: &str, boundary: &str| {
        let call = world.by("TestCloudFormationRole", &format!("iam:{action}"), on);
        call.with("iam:PermissionsBoundary", boundary)
    };
    // The first deployment gives them the new one, and a rollback the last one.
    all_allowed(&[
        call("PutRolePolicy", &role, &earlier),
        call("PutRolePermissionsBoundary", &role, &world.pipeline.arn("TestBoundary")),
        call("PutRolePermissionsBoundary", &role, &earlier),
    ]);
    let of_production = world.pipeline.arn("ProductionBoundary").replace("ABCDEFGHIJKL", "MNOPQRSTUVWX");
    all_denied(&[
        call("CreateRole", &role, &earlier),
        call("PutRolePermissionsBoundary", &role, &of_production),
        call("PutRolePolicy", &foreign, &earlier),
    ]);
}

#[test]
fn what_has_no_stack_in_its_name_is_its_own_stacks_alone() {
    let world = unnamed::world();
    let [test, production] = &world.environments[..] else { panic!("there are two environments") };
    all_allowed(&unnamed::reads(&world, test, "ABCDEFGHIJKL"));
    // Those of production may be called alike, or as somebody likes who knows what test calls its own.
    for suffix in ["MNOPQRSTUVWX", "prod"] {
        let attacks = unnamed::reads(&world, production, suffix);
        assert!(attacks.len() > 10);
        all_denied(&attacks);
        all_denied(&unnamed::reads_with_every_right(&world, production, suffix));
    }
}

#[test]
fn a_domain_its_certificate_and_its_records_are_its_own_environments_alone() {
    for world in apis::worlds() {
        let [test, production] = &world.environments[..] else { panic!("there are two environments") };
        all_allowed(&apis::makes_and_reads(&world));
        all_allowed(&apis::changes(&world, test, "test"));
        let attacks = apis::changes(&world, production, "production");
        assert!(attacks.len() >= 5);
        all_denied(&attacks);
        all_denied(&apis::of_others(&world));
    }
}
