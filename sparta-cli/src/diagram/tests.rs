//! Diagrams against what is declared, and against the documents that they are of.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use sparta_core::{
    Alarm, App, Approval, Canary, CiSystem, Deployed, Distribution, Environment, Error, Function, LambdaEvent, Origin,
    Pipeline, PullRequests, Request, Variable, VariableCheck, Window,
    construct::{Bucket, EventBus, Queue, Table},
    delivery::{Program, Source},
    service_fn,
    trigger::{FunctionUrl, HttpApi, LambdaAuthorizer, Schedule},
};

use super::{Diagram, Kind, mermaid};

async fn answer(_: Request) -> Result<String, Error> {
    Ok(String::new())
}

async fn take(_: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({}))
}

pub(crate) fn shop() -> App {
    let table = || Table::new("orders").key("id");
    let queue = || Queue::new("clicks");
    let authorizer = LambdaAuthorizer::new(Function::handle("gate"));
    App::new("Shop")
        .function(
            Function::http("api", service_fn(answer))
                .trigger(HttpApi::get("/orders/{id}").authorizer(authorizer))
                .uses(table().read_write())
                .uses(table().delete())
                .uses(queue().send())
                .uses(Function::handle("report").invoke()),
        )
        .function(Function::event("count", service_fn(take)).trigger(queue().batches()).uses(table().write()))
        .function(
            Function::event("report", service_fn(take))
                .without_canary()
                .trigger(Schedule::cron("0 8 ? * MON-FRI *"))
                .on_failure(EventBus::existing("default"))
                .uses(Bucket::new("reports").write()),
        )
        .function(Function::event("gate", service_fn(take)).without_canary())
}

/// With everything that a pipeline can have.
fn delivered(pipeline: Pipeline, everything: bool) -> App {
    let ask = |text: &str| Approval::manual().message(text);
    let region = |name: &str, region: &str| {
        Environment::new(name, ()).wave("eu").region(region).approve_promotion(ask("To the world?"))
    };
    let errors = || Alarm::errors("api").above(0);
    let mut test = Environment::new("test", ()).account("111122223333").smoke_test(async |_: Deployed| Ok(()));
    let mut production = Environment::new("production", ()).approve_changes(ask("These changes?"));
    if everything {
        test = test.only_if(VariableCheck::equals("RELEASE", "yes"));
        production = production.window(Window::cron("* * 8-17 ? * MON-THU"));
    }
    shop()
        .environment(test)
        .environment(region("berlin", "eu-central-1"))
        .environment(region("dublin", "eu-west-1"))
        .environment(
            production.migration("report").canary(Canary::percent(10)).watch(errors(), Duration::from_secs(600)),
        )
        .pipeline(pipeline)
}

pub(crate) fn code_pipeline() -> App {
    let pipeline = Pipeline::github("https://github.com/acme/shop").variable(Variable::new("RELEASE").default("no"));
    delivered(pipeline.pull_requests(PullRequests::builds()), true)
}

pub(crate) fn drawn(app: &App) -> Vec<Diagram> {
    Diagram::all(&app.validate().unwrap())
}

fn edges(diagram: &Diagram) -> Vec<String> {
    diagram.edges.iter().map(|edge| format!("{} > {}: {}", edge.from, edge.to, edge.label)).collect()
}

#[test]
fn arrows_say_what_functions_are_invoked_by_and_what_they_do() {
    let diagrams = drawn(&shop());
    assert_eq!(diagrams.len(), 1);
    assert_eq!(
        edges(&diagrams[0]),
        [
            "trigger:api:1 > function:api: ",
            "trigger:api:1 > function:gate: asks",
            "construct:ClicksQueue > function:count: queue clicks",
            "trigger:report:1 > function:report: ",
            "function:api > construct:OrdersTable: reads, writes, deletes",
            "function:api > construct:ClicksQueue: sends",
            "function:api > function:report: invokes",
            "function:count > construct:OrdersTable: writes",
            "function:report > construct:ReportsBucket: writes",
            "function:report > construct:DefaultEventBus: on failure",
        ]
    );
    let labels: Vec<&str> = diagrams[0].groups.iter().map(|group| group.label.as_str()).collect();
    assert_eq!(labels, ["Triggers", "Functions", "Constructs"]);
}

#[test]
fn what_cloudfront_is_in_front_of_is_said_in_its_box() {
    let distribution = Distribution::new(Origin::http_api()).path("/files/*", Origin::function_url("files"));
    let files = Function::http("files", service_fn(answer)).trigger(FunctionUrl::signed());
    let diagram = drawn(&shop().function(files).distribution(distribution)).remove(0);
    let node = &diagram.groups[0].nodes[0];
    assert_eq!((node.kind, node.name().as_str()), (Kind::Trigger, "CloudFront distribution"));
    assert_eq!(node.detail, ["/files/* to the function URL of files", "* to the HTTP API"]);
    assert_eq!(edges(&diagram)[0], "distribution > function:files: /files/*");
}

/// The kinds and labels in the boxes of a group.
fn boxes(diagram: &Diagram, id: &str) -> Vec<(Kind, String)> {
    let group = diagram.groups.iter().find(|group| group.id == id).unwrap();
    group.nodes.iter().map(|node| (node.kind, node.name())).collect()
}

#[test]
fn a_column_is_a_stage_of_codepipeline_and_has_its_gates() {
    let app = code_pipeline();
    let diagram = &drawn(&app)[1];
    let synthesis = app.synthesize().unwrap();
    let stack = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
    let stack = serde_json::to_value(&stack).unwrap();
    let stages = stack["Resources"]["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
    let stages: Vec<&str> = stages.iter().map(|stage| stage["Name"].as_str().unwrap()).collect();
    let mut labels: Vec<&str> = diagram.groups.iter().map(|group| group.label.as_str()).collect();
    labels.dedup();
    // Pull requests are built beside it, and lead nowhere.
    assert_eq!(labels.pop(), Some("Pull requests"));
    assert!(!edges(diagram).iter().any(|edge| edge.contains("pull-requests")));
    assert_eq!(labels, stages);
    assert_eq!(
        boxes(diagram, "stage:deploy:production"),
        [
            (Kind::Gate, "Window * * 8-17 ? * MON-THU UTC"),
            (Kind::Step, "Change set Production-Shop-main"),
            (Kind::Gate, "Approval These changes?"),
            (Kind::Step, "Execution of the change set"),
            (Kind::Step, "Migration report"),
            (Kind::Step, "Canary Canary10Percent5Minutes"),
            (Kind::Gate, "Watch ApiErrorsAlarm"),
        ]
        .map(|(kind, name)| (kind, name.to_owned()))
    );
    // Those of a wave are asked the same question once, and stand below each other.
    assert_eq!(boxes(diagram, "stage:promote:eu"), [(Kind::Gate, "Approval To the world?".to_owned())]);
    let column = |id: &str| diagram.groups.iter().find(|group| group.id == id).unwrap().column;
    assert_eq!(column("stage:deploy:berlin"), column("stage:deploy:dublin"));
    assert_eq!(column("stage:deploy:production"), column("stage:promote:eu") + 1);
    let test = boxes(diagram, "stage:deploy:test");
    assert_eq!((test[0].1.as_str(), test[3].1.as_str()), ("Only if RELEASE = yes", "Smoke tests 1 of them"));
    assert_eq!(diagram.groups[3].detail, ["environment test", "account 111122223333"]);
}

#[test]
fn a_column_is_a_job_of_other_ci_systems_and_needs_those_before() {
    let pipelines = [
        Pipeline::github("https://github.com/acme/shop").system(CiSystem::GitHubActions),
        Pipeline::gitlab("https://gitlab.com/acme/shop").system(CiSystem::GitLabCi),
    ];
    for pipeline in pipelines {
        let app = delivered(pipeline, false);
        let diagram = &drawn(&app)[1];
        let synthesis = app.synthesize().unwrap();
        let program = Program { package: "shop", binary: "shop", rust_version: "1.95", ..Program::default() };
        let file = synthesis.ci_file(synthesis.model.pipeline().unwrap(), program).unwrap().unwrap();
        let jobs: BTreeSet<&str> = diagram.groups[1..].iter().map(|group| group.label.as_str()).collect();
        let lines = file.text.lines().filter_map(|line| line.trim().strip_suffix(':'));
        let written: BTreeSet<&str> = lines.filter(|name| *name == "build" || name.starts_with("deploy-")).collect();
        assert_eq!(jobs, written);
        let edges = edges(diagram);
        for (from, to) in
            [("build", "deploy:test"), ("deploy:test", "deploy:dublin"), ("deploy:berlin", "deploy:production")]
        {
            assert!(edges.contains(&format!("stage:{from} > stage:{to}: ")), "{from} {to} {edges:?}");
        }
        assert_eq!(boxes(diagram, "stage:deploy:production")[0], (Kind::Gate, "Approval To the world?".to_owned()));
    }
}

#[test]
fn mermaid_is_written_as_its_reference_has_it() {
    insta::assert_snapshot!(mermaid(&drawn(&code_pipeline())));
}

#[test]
fn nothing_of_the_app_ends_a_text_of_mermaid() {
    let hostile = "\"] --> x\n  click d0 href \"javascript:alert(1)\" <script>%%{init: {}}%%`#quot;";
    let harmless = drawn(&shop());
    let mut changed = harmless.clone();
    for diagram in &mut changed {
        diagram.title = hostile.to_owned();
        diagram.edges.iter_mut().for_each(|edge| edge.label = hostile.to_owned());
        for node in diagram.groups.iter_mut().flat_map(|group| &mut group.nodes) {
            (node.label, node.what, node.detail) = (hostile.to_owned(), hostile.to_owned(), vec![hostile.to_owned()]);
        }
    }
    let (text, expected) = (mermaid(&changed), mermaid(&harmless));
    assert_eq!(text.lines().count(), expected.lines().count());
    for line in text.lines() {
        let quoted: Vec<&str> = line.split('"').collect();
        assert!([1, 3].contains(&quoted.len()), "{line}");
        let text = quoted.get(1).copied().unwrap_or_default().replace("<br>", "");
        assert!(!text.contains(['<', '>', '`', '%', '"']) && !text.contains("#quot"), "{line}");
    }
}

#[test]
fn what_cannot_be_seen_can_be_read() {
    let diagrams = drawn(&code_pipeline());
    let outline = diagrams[0].outline();
    let report = outline[1].entries.iter().find(|entry| entry.text.contains("report")).unwrap();
    assert_eq!(report.text, "Event function report, 128 MB, 3 s");
    assert_eq!(report.arrows, ["writes: Bucket reports", "on failure: Event Bus default"]);
    let outline = diagrams[1].outline();
    assert_eq!(outline[0].arrows, ["to Pipeline"]);
    assert_eq!(outline[1].entries.len(), 4);
    assert!(outline[1].entries.iter().all(|entry| entry.arrows.is_empty()));
}
