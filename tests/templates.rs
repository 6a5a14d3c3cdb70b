//! The documents of every example, and what cfn-lint says to them and to Apps of random shape.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use proptest::test_runner::{Config, TestRng, TestRunner};
use sparta::{
    App, Environment, Error, ExecutionMode, Function, Pipeline, PullRequests, Push, Request, Variable,
    delivery::Source, service_fn,
};
use sparta_test_tools::{REGIONS, cfn_lint};
use tempfile::TempDir;

use crate::{golden, support};
use sparta_test_models::{
    apis, apps,
    constructs::constructs,
    custom_resources::broker,
    edges::edges,
    gated::{abroad, at_the_edge, gated},
    load_balancer, models, options,
    rest::rest_apis,
    settings,
    site::site,
    web_socket,
};

/// The documents that `build` wrote, in the order of their names.
fn documents(example: &str) -> Vec<PathBuf> {
    let folder = support::package(example);
    let files = fs::read_dir(folder.path()).expect("the output folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let mut documents: Vec<_> = files.filter(|file| file.extension().is_some_and(|kind| kind == "json")).collect();
    documents.sort();
    documents
}

fn name(document: &Path) -> &str {
    document.file_stem().and_then(|name| name.to_str()).expect("its name is UTF-8")
}

#[track_caller]
fn unchanged(example: &str, names: &[&str]) {
    let documents = documents(example);
    assert_eq!(documents.iter().map(|document| name(document)).collect::<Vec<_>>(), names);
    for document in documents {
        golden::compare(example, name(&document), &fs::read_to_string(&document).expect("it can be read"));
    }
}

#[test]
fn hello_has_these_documents() {
    unchanged("hello", &["cloudformation"]);
}

#[test]
fn codepipeline_has_these_documents() {
    unchanged("codepipeline", &["cloudformation", "openapi", "pipeline", "production", "test"]);
}

#[test]
fn commands_has_these_documents() {
    unchanged("commands", &["cloudformation"]);
}

#[test]
fn chat_has_these_documents() {
    unchanged("chat", &["cloudformation", "production", "test"]);
}

#[test]
fn quotes_has_these_documents() {
    unchanged("quotes", &["cloudformation", "openapi", "production", "test"]);
}

/// Writes the templates of an App: its own, and its pipeline's with a connection and with a token.
fn write(app: &App, folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let synthesis = app.synthesize().expect("the app has no mistakes");
    let mut templates = vec![("service".to_owned(), synthesis.template.to_json())];
    if let Some(pipeline) = synthesis.model.pipeline() {
        for (name, source) in
            [("connection", Source::Connection), ("oauth", Source::OAuth { secret_name: "sparta/x/github-token" })]
        {
            let template = synthesis.pipeline(pipeline, source).expect("the pipeline has no mistakes");
            templates.push((name.to_owned(), template.to_json()));
        }
        let stores = synthesis.stores(pipeline).expect("the pipeline has no mistakes").into_iter();
        templates.extend(stores.map(|it| (it.stack, it.template.to_json())));
        let others = synthesis.elsewhere(pipeline).expect("the pipeline has no mistakes").into_iter();
        templates.extend(others.map(|it| (it.environment, it.template.to_json())));
    }
    let write = |(name, template): (String, String)| {
        let path = folder.join(format!("{prefix}-{name}.json"));
        fs::write(&path, template).expect("the folder can be written to");
        path
    };
    templates.into_iter().map(write).collect()
}

#[track_caller]
fn clean(templates: &[PathBuf]) {
    let templates: Vec<&Path> = templates.iter().map(PathBuf::as_path).collect();
    cfn_lint(&templates, REGIONS).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn cfn_lint_finds_nothing_in_any_example() {
    let mut templates = Vec::new();
    for example in ["hello", "codepipeline", "commands", "chat", "quotes"] {
        let documents = documents(example).into_iter();
        templates.extend(documents.filter(|document| matches!(name(document), "cloudformation" | "pipeline")));
    }
    assert_eq!(templates.len(), 6);
    clean(&templates);
}

/// Pipelines of repositories that are not on GitHub, and that certain pushes start.
fn elsewhere(folder: &Path) -> [PathBuf; 5] {
    let pushes = |pipeline: Pipeline| {
        let pipeline = pipeline.on(Push::branches(["main", "release/*"]).except(["release/old"]).paths(["src/**"]));
        pipeline.on(Push::tag("v*")).execution_mode(ExecutionMode::Superseded)
    };
    let pull_requests = |pipeline: Pipeline| pipeline.pull_requests(PullRequests::builds());
    let notified = |pipeline: Pipeline| {
        pipeline.notify("arn:aws:sns:eu-central-1:111111111111:builds").notify("team@acme.example")
    };
    let pipelines = [
        ("gitlab", pull_requests(pushes(Pipeline::gitlab("https://gitlab.com/acme/web/hello")))),
        ("azure", pushes(Pipeline::azure_devops("https://dev.azure.com/acme/web/_git/hello"))),
        (
            "codecommit",
            Pipeline::codecommit("hello").variable(Variable::new("LOG_LEVEL").default("info").description("How much")),
        ),
        ("s3", Pipeline::s3("acme-sources", "hello.zip")),
        ("bitbucket", notified(pull_requests(Pipeline::bitbucket("https://bitbucket.org/acme/hello")))),
    ];
    pipelines.map(|(name, pipeline)| {
        let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
        let app = App::new("Hello").function(hello).environment(Environment::new("test", ()));
        let synthesis = app.pipeline(pipeline).synthesize().expect("the app has no mistakes");
        let pipeline = synthesis.model.pipeline().expect("it is declared");
        let template = synthesis.pipeline(pipeline, Source::Connection).expect("the pipeline has no mistakes");
        let path = folder.join(format!("{name}.json"));
        fs::write(&path, template.to_json()).expect("the folder can be written to");
        path
    })
}

#[test]
fn cfn_lint_finds_nothing_in_a_service_with_everything() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut templates = write(&models::everything(), folder.path(), "everything");
    let [gitlab, azure, codecommit, s3, notified] = elsewhere(folder.path());
    templates.extend([gitlab, azure, codecommit, s3]);
    clean(&templates);
    // Not every region has notifications of AWS's developer tools.
    cfn_lint(&[&notified], &["us-east-1", "eu-central-1"]).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn cfn_lint_finds_nothing_in_a_service_with_every_option() {
    let folder = TempDir::new().expect("a temporary folder");
    clean(&write(&options::options(), folder.path(), "options"));
    clean(&write(&settings::large(), folder.path(), "settings"));
    clean(&write(&broker(), folder.path(), "custom-resources"));
    clean(&write(&edges(), folder.path(), "edges"));
    clean(&write(&site(), folder.path(), "site"));
}

#[test]
fn cfn_lint_finds_nothing_in_services_with_every_kind_of_http_api() {
    let folder = TempDir::new().expect("a temporary folder");
    let apps = [apis::guarded(), apis::in_body(), apis::many_routes(), gated(), at_the_edge(), abroad()];
    clean(&apps.iter().flat_map(|app| write(app, folder.path(), app.name())).collect::<Vec<_>>());
}

#[test]
fn cfn_lint_finds_nothing_in_services_with_a_web_socket_api_and_behind_a_load_balancer() {
    let folder = TempDir::new().expect("a temporary folder");
    clean(&write(&web_socket::chat(), folder.path(), "chat"));
    clean(&write(&load_balancer::shop(), folder.path(), "shop"));
}

#[test]
fn cfn_lint_finds_nothing_in_services_with_every_construct() {
    let folder = TempDir::new().expect("a temporary folder");
    let written = constructs().iter().flat_map(|app| write(app, folder.path(), app.name())).collect::<Vec<_>>();
    clean(&written);
}

#[test]
fn cfn_lint_finds_nothing_in_services_with_rest_apis() {
    let folder = TempDir::new().expect("a temporary folder");
    let written = rest_apis().iter().flat_map(|app| write(app, folder.path(), app.name())).collect::<Vec<_>>();
    clean(&written);
}

#[test]
fn cfn_lint_finds_nothing_in_apps_of_random_shape() {
    const SAMPLE: usize = 20;
    let folder = TempDir::new().expect("a temporary folder");
    let templates = RefCell::new(Vec::new());
    let config = Config { cases: 1000, failure_persistence: None, ..Config::default() };
    let valid = RefCell::new(0);
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(Default::default()))
        .run(&apps::shapes(), |shape| {
            let app = shape.app();
            if *valid.borrow() < SAMPLE && app.synthesize().is_ok() {
                *valid.borrow_mut() += 1;
                templates.borrow_mut().extend(write(&app, folder.path(), &valid.borrow().to_string()));
            }
            Ok(())
        })
        .expect("shapes can be made");
    assert_eq!(valid.into_inner(), SAMPLE);
    clean(&templates.into_inner());
}
