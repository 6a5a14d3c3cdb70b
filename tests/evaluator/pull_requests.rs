//! Pull requests: what their builds take, and what whoever opens one would try with what its build has.

use sparta::{App, Environment, Error, Function, Pipeline, PullRequests, Request, service_fn, trigger::HttpApi};

use super::{
    attacks,
    deliveries::log,
    stack::REGION,
    world::{Case, World},
};

const BUILDS: &str = "PullRequestBuildRole";
const HANDS_OVER: &str = "PullRequestRole";

fn service() -> App {
    let hello = async |_: Request| Ok::<_, Error>("Hello");
    let function = Function::http("hello-world", service_fn(hello)).trigger(HttpApi::get("/hello"));
    let pipeline = Pipeline::github("https://github.com/acme/hello-pipeline").pull_requests(PullRequests::builds());
    App::new("HelloPipeline").function(function).environment(Environment::new("test", ())).pipeline(pipeline)
}

pub(super) fn world() -> World {
    World::of(&service().synthesize().unwrap(), "111111111111")
}

fn sources(world: &World) -> String {
    format!("{}/{}/PullRequest/source.zip", world.pipeline.arn("Artifacts"), world.pipeline.name)
}

fn taken_on(world: &World, role: &str, project: &str) -> Case {
    let call = world.by_service("codebuild", "sts:AssumeRole", world.pipeline.arn(role));
    call.with("aws:SourceArn", &world.pipeline.arn(project))
}

/// A pull request from its webhook to its end, and the push before it that declares them.
pub(super) fn calls(world: &World) -> Vec<Case> {
    let pipeline = &world.pipeline;
    let mut calls = vec![
        taken_on(world, HANDS_OVER, "PullRequestProject"),
        taken_on(world, BUILDS, "PullRequestBuildProject"),
        world.by(HANDS_OVER, "s3:PutObject", sources(world)),
        world.by(BUILDS, "s3:GetObject", sources(world)),
        world.by(BUILDS, "s3:GetObjectVersion", sources(world)),
    ];
    let connection = pipeline.arn("GitHubConnection");
    calls.extend(
        ["GetConnection", "GetConnectionToken", "UseConnection"]
            .map(|action| world.by(HANDS_OVER, &format!("codeconnections:{action}"), &connection)),
    );
    let build = pipeline.arn("PullRequestBuildProject");
    calls.extend(["StartBuild", "BatchGetBuilds"].map(|it| world.by(HANDS_OVER, &format!("codebuild:{it}"), &build)));
    for (role, group) in [(HANDS_OVER, "PullRequestLog"), (BUILDS, "PullRequestBuildLog")] {
        calls.extend(log(pipeline, &pipeline.physical_name(group), |action, on| world.by(role, action, on)));
        calls.push(
            world
                .by("UpdateRole", "iam:PassRole", pipeline.arn(role))
                .with("iam:PassedToService", "codebuild.amazonaws.com"),
        );
    }
    let pass = world.by("UpdateRole", "codeconnections:PassConnection", connection);
    calls.push(pass.with("codeconnections:PassedToService", "codebuild.amazonaws.com"));
    for action in ["CreateProject", "UpdateProject", "CreateWebhook", "UpdateWebhook", "DeleteWebhook"] {
        calls.push(world.by("UpdateRole", &format!("codebuild:{action}"), pipeline.arn("PullRequestProject")));
    }
    calls
}

/// Whoever opens a pull request decides what is run as this role.
pub(super) fn attacks(world: &World) -> Vec<Case> {
    let (pipeline, test) = (&world.pipeline, &world.environments[0]);
    let mut attacks = attacks::by_a_build(world, BUILDS, test);
    let connection = pipeline.arn("GitHubConnection");
    for service in ["codeconnections", "codestar-connections"] {
        let connection = connection.replace("codeconnections", service);
        attacks.extend(
            ["GetConnection", "GetConnectionToken", "UseConnection"]
                .map(|action| world.by(BUILDS, &format!("{service}:{action}"), &connection)),
        );
    }
    for artifact in ["Source", "Build", "Code", "Release", "Program", "Update"] {
        attacks
            .extend(["s3:GetObject", "s3:PutObject"].map(|action| world.by(BUILDS, action, world.artifact(artifact))));
    }
    for project in ["BuildProject", "PullRequestProject", "PullRequestBuildProject"] {
        for action in ["StartBuild", "UpdateProject", "CreateWebhook", "UpdateWebhook", "BatchGetBuilds"] {
            attacks.push(world.by(BUILDS, &format!("codebuild:{action}"), pipeline.arn(project)));
        }
    }
    // Its steps cannot be replaced for the next pull request.
    attacks.extend(["s3:PutObject", "s3:DeleteObjectVersion"].map(|it| world.by(BUILDS, it, sources(world))));
    attacks.extend([
        taken_on(world, HANDS_OVER, "PullRequestBuildProject"),
        taken_on(world, "BuildRole", "PullRequestBuildProject"),
        taken_on(world, "ReleaseRole", "PullRequestBuildProject"),
    ]);
    let logs = format!("arn:aws:logs:{REGION}:{}:log-group", world.account);
    let other = pipeline.physical_name("BuildLog");
    attacks.push(world.by(BUILDS, "logs:PutLogEvents", format!("{logs}:{other}:log-stream:x")));
    attacks
}
