use std::time::Duration;

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Environment, Error, FileSystem, Function, FunctionMistake, LogFormat, LogLevel, ManagedInstances, Memory,
    Request, Retention, Storage, Tracing, Vpc,
    construct::Queue,
    delivery::Source,
    service_fn,
    trigger::{FunctionUrl, FunctionUrlMistake},
};
use sparta_macros::Settings;
use sparta_test_models::options::{Sizes, options, sizes};

use super::mistakes::{mistakes, only};

fn function() -> Function {
    Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn app(function: Function) -> App {
    App::new("Hello").function(function)
}

fn template(app: &App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap().template.to_json()).unwrap()
}

#[test]
fn a_service_with_every_option_has_this_template() {
    insta::assert_snapshot!("options", options().synthesize().unwrap().template.to_json());
}

#[test]
fn a_pipeline_can_deploy_every_option() {
    options().check().unwrap();
    let synthesis = options().synthesize().unwrap();
    let pipeline = synthesis.model.pipeline().unwrap();
    let stack = synthesis.pipeline(pipeline, Source::Connection).unwrap().to_json();
    for action in ["lambda:PublishVersion", "lambda:CreateAlias", "lambda:PutFunctionEventInvokeConfig"] {
        assert!(stack.contains(action), "{action}");
    }
}

#[test]
fn options_are_within_what_aws_takes() {
    let seconds = Duration::from_secs;
    let with = |change: fn(Function) -> Function| app(change(function()));
    only!(with(|f| f.ephemeral_storage(Storage::mb(511))), FunctionMistake::EphemeralStorage, "512 to 10,240", "511");
    only!(with(|f| f.ephemeral_storage(Storage::gb(11))), FunctionMistake::EphemeralStorage, "11264");
    only!(with(|f| f.log_retention(Retention::days(8))), FunctionMistake::LogRetention, "3653", "not for 8");
    let quiet = with(|f| f.log_format(LogFormat::Text).log_level(LogLevel::Warn));
    only!(quiet, FunctionMistake::LevelOfText, "Warn", "`LogFormat::Json`");
    only!(with(|f| f.provisioned_concurrency(0)), FunctionMistake::NoProvisionedConcurrency, "at least 1");
    let more = with(|f| f.provisioned_concurrency(3).reserved_concurrency(2));
    only!(more, FunctionMistake::MoreThanReserved, "2 reserved", "3 cannot");
    for name in ["", "1", "a b", "$LATEST"] {
        only!(app(function().alias(name)), FunctionMistake::Alias, &format!("`{name}`"), "128");
    }
    only!(with(|f| f.vpc(Vpc::new(["subnet-0a"], [""; 0]))), FunctionMistake::Vpc, "1 to 16", "1 and 0");
    let point = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0";
    let alone = app(function().file_system(FileSystem::new(point, "/mnt/data")));
    only!(alone, FunctionMistake::FileSystemWithoutVpc, ".vpc(");
    only!(with(|f| f.retries(3)), FunctionMistake::Retries, "at most 2", "3");
    for age in [seconds(59), seconds(21_601), Duration::from_millis(60_500)] {
        let late = app(function().max_event_age(age));
        only!(late, FunctionMistake::MaxEventAge, "60 to 21,600", &format!("{age:?}"));
    }
    only!(with(|f| f.tag("aws:team", "growth")), FunctionMistake::Tag, "`hello`", "aws:team");
    let layers = (0..6).fold(function(), |f, n| f.lambda_layer(format!("arn:aws:lambda:eu-west-1:1:layer:l:{n}")));
    only!(app(layers), FunctionMistake::LambdaLayers, "6 layers", "5");
}

#[test]
fn what_lambda_refuses_together_is_a_mistake() {
    let tenants = || function().tenant_isolation();
    only!(app(tenants().provisioned_concurrency(1)), FunctionMistake::IsolatedAndProvisioned, "remove one");
    only!(app(tenants().trigger(FunctionUrl::signed())), FunctionUrlMistake::IsolatedTenants, "function URLs");
    let instances = || ManagedInstances::on("arn:aws:lambda:eu-west-1:123456789012:capacity-provider:steady");
    let managed = |instances| function().memory(Memory::mb(2048)).managed_instances(instances);
    let on_managed = |function| only!(app(function), FunctionMistake::OnManagedInstances, "remove one");
    on_managed(managed(instances()).reserved_concurrency(1));
    on_managed(managed(instances()).provisioned_concurrency(1));
    on_managed(managed(instances()).tenant_isolation());
    on_managed(managed(instances()).vpc(Vpc::new(["subnet-0a"], ["sg-0a"])));
    only!(app(function().managed_instances(instances())), FunctionMistake::ManagedMemory, "2,048 to 32,768", "128");
    only!(app(managed(instances().max_concurrency(0))), FunctionMistake::MaxConcurrency, "1,600");
    only!(app(managed(instances().gb_per_cpu(3))), FunctionMistake::MemoryPerCpu, "2, 4 or 8");
    only!(app(managed(instances().environments(4, 3))), FunctionMistake::ExecutionEnvironments, "4 to 3");
    assert_eq!(mistakes(&app(managed(instances().environments(3, 3)))), []);
}

/// Settings that say nothing of bounds.
#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Numbers {
    memory: u32,
    timeout: u16,
    log_days: u64,
}

#[test]
fn what_an_environment_sets_is_held_to_the_same_bounds() {
    let fits = || Numbers { memory: 128, timeout: 900, log_days: 7 };
    let app = |change: fn(Function) -> Function, production: Numbers| {
        let app = app(change(function())).environment(Environment::new("test", fits()));
        app.environment(Environment::new("production", production))
    };
    let memory = app(|f| f.memory(Numbers::MEMORY), Numbers { memory: 64, ..fits() });
    only!(memory, FunctionMistake::InEnvironment, "`hello`", "`production`", "`MEMORY`", "not 64");
    let timeout = app(|f| f.timeout(Numbers::TIMEOUT), Numbers { timeout: 0, ..fits() });
    only!(timeout, FunctionMistake::InEnvironment, "`production`", "`TIMEOUT`", "1 to 900");
    let days = app(|f| f.log_retention(Numbers::LOG_DAYS), Numbers { log_days: 8, ..fits() });
    only!(days, FunctionMistake::InEnvironment, "`production`", "`LOG_DAYS`", "not for 8");
    assert_eq!(mistakes(&app(|f| f.memory(Numbers::MEMORY).reserved_concurrency(7), fits())), []);
    let nowhere = App::new("Hello").function(function().memory(Numbers::MEMORY));
    only!(nowhere, FunctionMistake::NoSetting, "`MEMORY`", "environments");
}

#[test]
fn the_longest_timeout_of_all_environments_is_what_triggers_reckon_with() {
    let worker = function().timeout(Sizes::TIMEOUT).trigger(Queue::new("jobs").batches());
    let long = Environment::new("long", Sizes { timeout: 100, ..sizes() });
    let app = app(worker).environment(Environment::new("short", sizes())).environment(long);
    assert_eq!(template(&app)["Resources"]["JobsQueue"]["Properties"]["VisibilityTimeout"], 600);
}

#[test]
fn a_function_has_the_apps_options_and_its_own_before_them() {
    let own = function().memory(Memory::mb(256)).tag("team", "own");
    let app = app(own).memory(Memory::mb(512)).tracing(Tracing::Active).tag("team", "all");
    let template = template(&app);
    let hello = &template["Resources"]["HelloFunction"]["Properties"];
    assert_eq!((&hello["MemorySize"], &hello["TracingConfig"]["Mode"]), (&json!(256), &json!("Active")));
    assert_eq!(hello["Tags"], json!([{"Key": "team", "Value": "own"}]));
}

#[test]
fn what_invokes_a_function_with_an_alias_invokes_the_alias() {
    let template =
        template(&app(function().alias("live").trigger(Queue::new("jobs").batches()).trigger(FunctionUrl::public())));
    let resources = &template["Resources"];
    let alias = json!({"Ref": "HelloAlias"});
    assert_eq!(resources["HelloJobsMapping"]["Properties"]["FunctionName"], alias);
    let url = &resources["HelloUrl"]["Properties"];
    assert_eq!(
        (&url["TargetFunctionArn"]["Fn::GetAtt"][0], &url["Qualifier"]),
        (&json!("HelloFunction"), &json!("live"))
    );
    assert_eq!(resources["HelloUrlPermission"]["Properties"]["FunctionName"], alias);
}

#[test]
fn a_version_is_replaced_when_what_it_freezes_changes_and_only_then() {
    let version = |function: Function| {
        let template = template(&app(function.alias("live")));
        let resources = &template["Resources"];
        let description = resources["HelloVersion"]["Properties"]["Description"]["Fn::Sub"].clone();
        let variables = &resources["HelloFunction"]["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["SPARTA_VERSION"]["Fn::Sub"], description);
        description.as_str().unwrap().to_owned()
    };
    let first = version(function());
    assert!(first.starts_with("${CodeKey} "), "{first}");
    assert_eq!(first, version(function()));
    assert_eq!(first, version(function().reserved_concurrency(1).tag("team", "growth")));
    assert_ne!(first, version(function().memory(Memory::mb(256))));
    assert_ne!(first, version(function().variable("LEVEL", "1")));
    assert_ne!(version(function().variable("LEVEL", "1")), version(function().variable("LEVEL", "2")));
}

#[test]
fn only_lambda_itself_may_make_interfaces_and_only_in_the_functions_places() {
    let template = template(&app(function().vpc(Vpc::new(["subnet-0a"], ["sg-0a"]))));
    let policy = &template["Resources"]["HelloRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    let statements: Vec<&Json> = policy["Statement"].as_array().unwrap().iter().skip(1).collect();
    assert_eq!(statements.len(), 3);
    for statement in &statements {
        assert_eq!(statement["Condition"], json!({"Null": {"lambda:SourceFunctionArn": "true"}}));
    }
    let create = statements.iter().find(|it| it["Action"] == "ec2:CreateNetworkInterface").unwrap();
    let places = create["Resource"].to_string();
    assert_eq!(create["Resource"].as_array().unwrap().len(), 3);
    assert!(places.contains("subnet-0a") && places.contains("sg-0a"), "{places}");
}
