use std::time::Duration;

use sparta_core::{
    App, AppMistake, Approval, Architecture, Environment, EnvironmentMistake, Error, Function, FunctionMistake,
    FunctionSpec, GrantMistake, Memory, Mistake, Pipeline, PipelineMistake, Problem, Request, Subject, VariableMistake,
    cfn::{Output, Resource, TemplateMistake, reference},
    construct::{ConstructMistake, MappingMistake, Queue, QueueBatches},
    delivery::DeliveryMistake,
    iam::Statement,
    resource, service_fn,
    settings::SettingsMistake,
    synth::{IdMistake, LimitMistake},
    trigger::{FunctionUrl, HttpApi, HttpApiMistake, Schedule, ScheduleMistake, Scope, Trigger},
};

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn hello() -> App {
    App::new("Hello").function(function("hello"))
}

fn environment(name: &str) -> Environment {
    Environment::new(name, [("MESSAGE", "hello")])
}

pub(super) fn mistakes(app: &App) -> Vec<Mistake> {
    app.synthesize().err().map_or(Vec::new(), |mistakes| mistakes.iter().cloned().collect())
}

/// The App has exactly this mistake, and its message has these words: what is wrong, and what to do.
#[track_caller]
pub(super) fn only_mistake(app: &App, is: fn(&Mistake) -> bool, words: &[&str]) {
    let found = mistakes(app);
    assert!(found.len() == 1 && is(&found[0]), "{found:#?}");
    let message = found[0].to_string();
    for word in words {
        assert!(message.contains(word), "{message:?} lacks {word:?}");
    }
}

macro_rules! only {
    ($app:expr, $mistake:path, $($word:expr),+) => {
        $crate::synthesis::mistakes::only_mistake(&$app, |mistake| matches!(mistake.problem().downcast_ref(), Some($mistake { .. })), &[$($word),+])
    };
}
pub(super) use only;

#[test]
fn an_app_is_named_and_has_a_function() {
    for name in ["", "1app", "my_app", "my app", "Ä", &"a".repeat(101)] {
        only!(
            App::new(name).function(function("hello")),
            AppMistake::Name,
            &format!("`{name}`"),
            "letters, digits and `-`"
        );
    }
    only!(App::new("Hello"), AppMistake::NoFunction, ".function(");
    only!(hello().description("x".repeat(1025)), AppMistake::Description, "1,024 bytes", "shorten");
}

#[test]
fn functions_have_names_of_their_own() {
    for name in ["", "hello world", "-", "__", &"a".repeat(65)] {
        only!(hello().function(function(name)), FunctionMistake::Name, &format!("`{name}`"), "1 to 64");
    }
    only!(hello().function(function("hello")), AppMistake::FunctionTwice, "`hello`", "rename");
    only!(hello().function(function("Hello")), AppMistake::FunctionCollision, "`hello`", "`Hello`", "rename");
    only!(hello().function(function("a-b")).function(function("a_b")), AppMistake::FunctionCollision, "`a-b`", "`a_b`");
}

#[test]
fn options_are_within_what_lambda_takes() {
    let app = |change: fn(Function) -> Function| App::new("Hello").function(change(function("hello")));
    only!(app(|f| f.memory(Memory::mb(127))), FunctionMistake::Memory, "`hello`", "128 to 10,240", "127");
    only!(app(|f| f.memory(Memory::mb(10_241))), FunctionMistake::Memory, "10241");
    only!(app(|f| f.timeout(Duration::ZERO)), FunctionMistake::Timeout, "`hello`", "1 to 900", "0ns");
    only!(app(|f| f.timeout(Duration::from_secs(901))), FunctionMistake::Timeout, "901s");
    only!(app(|f| f.timeout(Duration::from_millis(1500))), FunctionMistake::Timeout, "whole seconds", "1.5s");
    only!(
        app(|f| f.description("ä".repeat(257))),
        FunctionMistake::Description,
        "`hello`",
        "256 characters",
        "shorten"
    );
    only!(
        app(|f| f.architecture(Architecture::Arm64)),
        FunctionMistake::Architecture,
        "`hello`",
        "arm64",
        "x86_64",
        "set it on the app"
    );
    let fits =
        |f: Function| f.memory(Memory::mb(10_240)).timeout(Duration::from_secs(900)).description("ä".repeat(256));
    assert_eq!(mistakes(&App::new("Hello").function(fits(function("hello")))), []);
}

#[test]
fn permissions_are_what_iam_takes() {
    let app = |action: &'static str, resource: &str| {
        App::new("Hello").function(function("hello").grant(Statement::allow([action]).on(resource)))
    };
    let nothing = App::new("Hello").function(function("hello").grant(Statement::allow(["s3:GetObject"])));
    only!(nothing, GrantMistake::NoResource, "`hello`", "s3:GetObject", ".on(");
    only!(app("GetObject", "*"), GrantMistake::NotAnAction, "`hello`", "`GetObject`", "`s3:GetObject`");
    only!(app("s3:GetObject", "bucket"), GrantMistake::NotAnArn, "`hello`", "`bucket`", "neither an ARN nor `*`");
    only!(app("s3:GetObject", "arn:aws:s3:bucket"), GrantMistake::NotAnArn, "`arn:aws:s3:bucket`");
    for (action, resource) in [("s3:Get*", "arn:aws:s3:::bucket/*"), ("*", "*"), ("s3-outposts:GetObject", "*")] {
        assert_eq!(mistakes(&app(action, resource)), []);
    }
}

#[test]
fn variables_are_what_lambda_takes() {
    let app = |name: &str, value: &str| {
        App::new("Hello").function(function("hello").variable(name, value)).environment(environment("test"))
    };
    only!(app("A-B", ""), VariableMistake::Name, "`hello`", "A-B", "letter, digit or underscore", "rename");
    only!(app("AWS_REGION", ""), VariableMistake::Name, "AWS_REGION", "reserves", "rename");
    only!(app("MESSAGE", ""), VariableMistake::IsSetting, "`hello`", "`MESSAGE`", "rename");
    only!(
        app("BIG", &"x".repeat(4090)),
        VariableMistake::TooLarge,
        "`hello`",
        "`test`",
        "4105",
        "4,096",
        "is done for those of a struct: keep large values in files"
    );
    assert_eq!(mistakes(&app("BIG", &"x".repeat(4081))), []);
}

#[test]
fn triggers_are_what_aws_takes_and_no_two_claim_the_same() {
    let app = |change: fn(Function) -> Function| App::new("Hello").function(change(function("hello")));
    only!(app(|f| f.trigger(HttpApi::get("users"))), HttpApiMistake::Path, "`hello`", "`users`", "begin it with `/`");
    only!(
        app(|f| f.trigger(Schedule::rate(Duration::from_secs(90)))),
        ScheduleMistake::Rate,
        "`hello`",
        "minutes",
        "90s"
    );
    only!(app(|f| f.trigger(HttpApi::get("/{id}/{id+}"))), HttpApiMistake::Twice, "`/{id}/{id+}`", "`id`", "rename");
    let cron = |fields| App::new("Hello").function(function("hello").trigger(Schedule::cron(fields)));
    only!(cron("0 8 * * *"), ScheduleMistake::Cron, "`0 8 * * *`", "a field more than Unix");
    only!(cron("15 12 ? * 0 *"), ScheduleMistake::Cron, "`0`", "write `1` or `SUN` for Sunday");
    only!(cron("0 25 * * ? *"), ScheduleMistake::Cron, "`25`", "hours are 0 to 23");
    only!(cron("0 8 32 * ? *"), ScheduleMistake::Cron, "`32`", "write `L` for the last");
    only!(cron("rate(1 minutes)"), ScheduleMistake::Whole, "`rate(1 minutes)`", "Schedule::rate");
    only!(app(|f| f.trigger(Queue::new("-").batches())), ConstructMistake::Name, "queue `-`", "letters, digits");
    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:orders";
    const LONG: Duration = Duration::from_secs(301);
    fn orders() -> QueueBatches {
        Queue::new("orders").batches()
    }
    only!(app(|f| f.trigger(Queue::existing(TOPIC).batches())), ConstructMistake::NotThere, TOPIC, "arn:aws:sqs:");
    only!(app(|f| f.trigger(orders().size(0))), MappingMistake::Size, "1 to 10000", "not 0");
    only!(app(|f| f.trigger(orders().size(11))), MappingMistake::NoWindow, "batch of 11", ".window(");
    only!(app(|f| f.trigger(orders().window(LONG))), MappingMistake::Window, "at most 300", "301s");

    let twice = |trigger: fn() -> HttpApi| hello().function(function("b").trigger(trigger()).trigger(trigger()));
    only!(twice(|| HttpApi::get("/x")), AppMistake::Taken, "the route `GET /x`", "`b`");
    let renamed = function("b").trigger(HttpApi::get("/{id}/x/{rest+}")).trigger(HttpApi::get("/{code}/x/{path+}"));
    only!(
        hello().function(renamed),
        AppMistake::Taken,
        "the route `GET /{}/x/{+}`, whatever its parameters are called, is taken by function `b`"
    );
    let different =
        [HttpApi::post("/{code}"), HttpApi::any("/{code}"), HttpApi::get("/{code+}"), HttpApi::get("/x/{code}")];
    let others = different.into_iter().fold(function("b").trigger(HttpApi::get("/{id}")), Function::trigger);
    hello().function(others).check().unwrap();
    let urls = |f: Function| f.trigger(FunctionUrl::signed()).trigger(FunctionUrl::public());
    only!(app(urls), AppMistake::Taken, "the function URL of `hello`");
    let queues = hello().function(function("a").trigger(Queue::new("my-orders").batches()));
    only!(
        queues.function(function("b").trigger(Queue::new("my_orders").batches())),
        AppMistake::Taken,
        "`MyOrdersQueue`",
        "`a`",
        "`b`"
    );
}

#[test]
fn environments_have_names_files_and_stacks_of_their_own() {
    for name in ["", "1st", "a b", "ä", &"a".repeat(61)] {
        only!(hello().environment(environment(name)), EnvironmentMistake::Name, &format!("`{name}`"), "1 to 60");
    }
    for name in ["cloudformation", "CloudFormation", "pipeline", "openapi"] {
        only!(
            hello().environment(environment(name)),
            EnvironmentMistake::Reserved,
            &format!("`{name}.json`"),
            "rename"
        );
    }
    only!(
        hello().environment(environment("test")).environment(environment("TEST")),
        AppMistake::EnvironmentTwice,
        "`TEST`",
        "rename"
    );
    only!(
        hello().environment(environment("test").stack_prefix("a_b")),
        EnvironmentMistake::StackPrefix,
        "`test`",
        "`a_b`",
        "letters"
    );
    let same = environment("production").stack_prefix("test");
    only!(
        hello().environment(environment("test")).environment(same),
        AppMistake::SameStack,
        "`Test-Hello-main`",
        ".stack_prefix("
    );
}

#[test]
fn environments_define_the_same_settings() {
    let app = |second: Environment| hello().environment(environment("test")).environment(second);
    let none = Environment::new("production", ());
    only!(app(none), SettingsMistake::Missing, "`production`", "`MESSAGE`", "`test`", "define it in both");
    let more = Environment::new("production", [("MESSAGE", ""), ("MORE", "")]);
    only!(app(more), SettingsMistake::Missing, "`test`", "`MORE`", "`production`");
    let typed = Environment::new("production", sparta_test_models::models::settings("", None));
    assert!(
        mistakes(&app(typed))
            .iter()
            .any(|m| matches!(m.problem().downcast_ref(), Some(SettingsMistake::Differs { variable, .. }) if variable == "MESSAGE"))
    );
    let twice = Environment::new("test", [("DB_HOST", ""), ("DB__HOST", "")]);
    only!(hello().environment(twice), SettingsMistake::Variable, "`test`", "DB__HOST", "DbHost", "rename");
    let own = Environment::new("test", [("CODE_BUCKET", "")]);
    only!(hello().environment(own), SettingsMistake::Reserved, "`CODE_BUCKET`", "`CodeBucket`", "rename");
    let large = Environment::new("test", [("LARGE", "x".repeat(4097))]);
    let found = mistakes(&hello().environment(large));
    assert!(
        matches!(found[0].problem().downcast_ref(), Some(SettingsMistake::ValueTooLarge { bytes: 4097, .. })),
        "{found:?}"
    );
    assert!(found[0].to_string().contains("`LARGE`"), "{}", found[0]);
}

#[test]
fn a_parameter_and_a_resource_are_never_one_logical_id() {
    let app = hello().environment(Environment::new("test", [("HELLO_FUNCTION", "x")]));
    only!(app, IdMistake::Parameter, "`HELLO_FUNCTION`", "`HelloFunction`", "rename");
}

#[test]
fn gates_are_what_codepipeline_takes() {
    let wrong = environment("test").approve_changes(Approval::manual().link("example.com"));
    only!(
        hello().environment(wrong),
        EnvironmentMistake::Approval,
        "`test`",
        "approve_changes",
        "`example.com`",
        "https://"
    );
    let last = environment("test").approve_promotion(Approval::manual());
    only!(hello().environment(last), AppMistake::LastPromotion, "`test`", "use approve_changes, or remove it");
}

#[test]
fn a_pipeline_has_a_repository_and_somewhere_to_deliver_to() {
    let pipeline = || Pipeline::github("https://github.com/acme/hello");
    only!(hello().pipeline(pipeline()), AppMistake::PipelineWithoutEnvironment, ".environment(");
    let app = |pipeline| hello().environment(environment("test")).pipeline(pipeline);
    only!(app(Pipeline::github("https://example.com/a/b")), PipelineMistake::Repository, "github.com");
    only!(app(pipeline().branch("a b")), PipelineMistake::Branch, "`a b`");
    only!(app(pipeline().name("1")), PipelineMistake::Name, "`1`");
    only!(app(pipeline().connection("me")), PipelineMistake::Connection, "`me`", "arn:aws:codeconnections:");
    only!(app(pipeline().buildspec("/etc/x")), PipelineMistake::Buildspec, "`/etc/x`");
}

#[test]
fn what_is_too_much_for_cloudformation_is_split_by_its_author() {
    let functions = |count| (0..count).map(|n| function(&format!("f{n}"))).fold(App::new("Hello"), App::function);
    assert_eq!(mistakes(&functions(166)), []);
    only!(functions(167), LimitMistake::TooMany, "501 resources", "500", "split the app");
    let settings: Vec<_> = (0..198).map(|n| (format!("S{n}"), String::new())).collect();
    only!(hello().environment(Environment::new("test", settings)), LimitMistake::TooMany, "201 parameters", "200");
    let grant = |length| Statement::allow(["s3:GetObject"]).on(format!("arn:aws:s3:::{}", "x".repeat(length)));
    let granted = |count| {
        (0..count).map(|n| function(&format!("f{n}")).grant(grant(9_000))).fold(App::new("Hello"), App::function)
    };
    only!(granted(115), LimitMistake::TemplateTooLarge, "1,000,000", "split the app");
    only!(
        App::new("Hello").function(function("hello").grant(grant(10_300))),
        LimitMistake::RolePolicies,
        "`HelloRole`",
        "10,240",
        "wider"
    );
}

#[test]
fn environments_have_tags_and_policies_that_aws_takes() {
    let test = || environment("test");
    for (key, value, words) in [
        ("", "x", ["``", "1 to 128"]),
        (&*"k".repeat(129), "x", ["129 characters", "1 to 128"]),
        ("aws:x", "x", ["`aws:x`", "AWS's own"]),
        ("sparta:x", "x", ["`sparta:x`", "another key"]),
        ("a", &*"x".repeat(257), ["257 characters", "at most 256"]),
        ("a", "", ["`a`", "give it one"]),
        ("last", "Monday, 02-Jan-26 15:04:05 UTC", ["`last`", "has `,`"]),
        ("a&b", "c", ["`a&b`", "has `&`"]),
        ("cost", "a(b)", ["`cost`", "has `(`"]),
    ] {
        only!(hello().environment(test().tag(key, value)), EnvironmentMistake::Tag, words[0], words[1]);
    }
    only!(
        hello().environment(test().tag("team", "a").tag("Team", "b")),
        EnvironmentMistake::Tag,
        "`Team`",
        "`team`",
        "remove one"
    );
    let tags = |count| (0..count).fold(test(), |environment, n| environment.tag(format!("t{n}"), "x"));
    assert_eq!(mistakes(&hello().environment(tags(47))), []);
    only!(hello().environment(tags(48)), EnvironmentMistake::Tag, "48", "47", "remove some");
    let policy = serde_json::json!({"Statement": "x".repeat(16_384)});
    only!(hello().environment(test().stack_policy(policy)), EnvironmentMistake::StackPolicy, "16,384", "shorten");
}

#[test]
fn a_pipeline_has_at_most_fifty_stages() {
    let pipeline = || Pipeline::github("https://github.com/acme/hello");
    let app =
        |count| (0..count).map(|n| environment(&format!("e{n}"))).fold(hello().pipeline(pipeline()), App::environment);
    let found = |app: &App| -> Vec<Mistake> {
        app.check().err().map_or(Vec::new(), |mistakes| mistakes.iter().cloned().collect())
    };
    assert_eq!(found(&app(47)), []);
    let too_many = |app: &App| match &found(app)[..] {
        [mistake] => match mistake.problem().downcast_ref() {
            Some(DeliveryMistake::TooManyStages { stages }) => *stages,
            _ => panic!("{mistake}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(too_many(&app(48)), 51);
    let gated = |n: usize| environment(&format!("e{n}")).approve_promotion(Approval::manual());
    let app = |count| (0..count).map(gated).fold(hello().pipeline(pipeline()), App::environment);
    let ungated = ["more", "last"].map(environment);
    assert_eq!(too_many(&ungated.into_iter().fold(app(23), App::environment)), 51);
}

#[test]
fn many_routes_are_warned_of_because_their_quota_can_be_raised() {
    let routes = |count| (0..count).fold(function("hello"), |it, n| it.trigger(HttpApi::get(format!("/{n}"))));
    let warnings = |count| App::new("Hello").function(routes(count)).synthesize().unwrap().warnings();
    assert_eq!(warnings(300), []);
    let warning = warnings(301).iter().map(ToString::to_string).collect::<String>();
    assert!(warning.contains("301 routes") && warning.contains("300"), "{warning}");
}

/// A trigger of a user's own, with one resource and one output.
#[derive(Debug)]
struct Own {
    resource: &'static str,
    output: &'static str,
}

impl Trigger for Own {
    fn describe(&self) -> String {
        "own".to_owned()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let topic = scope.add(&[self.resource], Resource::raw("AWS::SNS::Topic", serde_json::json!({})));
        scope.output(&[self.output], Output::new("Where to write to", reference(&topic)));
    }
}

#[test]
fn a_trigger_does_not_take_the_names_of_other_things() {
    let own = |resource, output| App::new("Hello").function(function("hello").trigger(Own { resource, output }));
    assert_eq!(mistakes(&own("Mine", "Mine")), []);
    only!(
        own("HelloFunction", "Mine"),
        TemplateMistake::Conflict,
        "resources",
        "`HelloFunction`",
        "AWS::SNS::Topic",
        "AWS::Lambda::Function"
    );
    only!(own("HelloRole", "Mine"), TemplateMistake::Conflict, "`HelloRole`", "AWS::SNS::Topic", "AWS::IAM::Role");
    only!(
        own("Mine", "HelloFunction"),
        TemplateMistake::Conflict,
        "outputs",
        "Where to write to",
        "Name of the function hello in Lambda"
    );
    let twice = Own { resource: "Mine", output: "Address" };
    let two = function("hello").trigger(Own { resource: "Mine", output: "Address" }).trigger(twice);
    only!(App::new("Hello").function(two), TemplateMistake::Conflict, "outputs", "`Address`");
}

/// What only the author of a trigger knows to be wrong with it.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it is {0} o'clock already: wait for tomorrow")]
struct TooLate(u32);

#[derive(Debug)]
struct Late;

impl Trigger for Late {
    fn describe(&self) -> String {
        "late".to_owned()
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        vec![TooLate(23).into(), TooLate(24).into()]
    }

    fn synthesize(&self, _: &mut Scope<'_>) {}
}

#[test]
fn a_trigger_of_a_users_own_reports_errors_of_its_own() {
    let found = mistakes(&App::new("Hello").function(function("hello").trigger(Late)));
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [23, 24].map(|hour| format!("function `hello`: it is {hour} o'clock already: wait for tomorrow"))
    );
    assert_eq!(found[0].subject(), &Subject::Function("hello".into()));
    assert_eq!(found[0].problem().downcast_ref(), Some(&TooLate(23)));
    assert_eq!(found[0].problem().downcast_ref::<AppMistake>(), None);
}

fn report(app: &App) -> Vec<String> {
    app.check().err().map_or(Vec::new(), |mistakes| mistakes.iter().map(ToString::to_string).collect())
}

#[test]
fn a_wrong_pipeline_hides_no_mistake_of_the_template() {
    let misspelt = Resource::raw("AWS::SQS::Queue", serde_json::json!({"QueueNam": "orders"}));
    let app = |pipeline| {
        let app = hello().resource("Orders", misspelt.clone()).environment(environment("test"));
        report(&app.pipeline(pipeline))
    };
    let unknown = "Resources.Orders.Properties.QueueNam: unknown property `QueueNam` of AWS::SQS::Queue";
    let pipeline = Pipeline::github("https://github.com/acme/hello");

    let found = app(pipeline.clone().branch("a b"));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("pipeline: `a b` is not the name of a branch"), "{found:#?}");
    assert!(found[1].starts_with(unknown), "{found:#?}");

    let found = app(pipeline.name("Test-Hello-main"));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with(unknown), "{found:#?}");
    assert!(found[1].starts_with("pipeline: the pipeline's stack `Test-Hello-main`"), "{found:#?}");
}

#[test]
fn a_mistaken_declaration_hides_no_mistake_of_the_users_resources_and_repeats_none_of_its_own() {
    let wrong = Resource::raw("AWS::SQS::Queue", serde_json::json!({"DelaySeconds": 1000}));
    let bucket = resource!(AWS::S3::Bucket);
    let hello = function("hello").memory(Memory::mb(64)).variable("BUCKET", bucket.reference());
    let found = report(&App::new("Hello").function(hello).resource("Orders", wrong));
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].contains("memory is 128 to 10,240 MB"), "{found:#?}");
    assert!(found[1].contains("AWS::S3::Bucket that was never added"), "{found:#?}");
    assert!(found[2].contains("Resources.Orders.Properties.DelaySeconds"), "{found:#?}");
}

#[test]
fn all_mistakes_are_in_one_report() {
    let app = App::new("my app")
        .function(
            function("hello")
                .memory(Memory::mb(64))
                .timeout(Duration::from_secs(1000))
                .trigger(HttpApi::get("hello"))
                .trigger(Schedule::cron("every day")),
        )
        .function(function("hello"))
        .function(function("good_bye").variable("AWS_REGION", "x"))
        .function(function("good-bye").trigger(Queue::new("x").batches().size(20_000)))
        .environment(environment("cloudformation"))
        .environment(Environment::new("production", [("DB_HOST", ""), ("DB__HOST", "")]))
        .environment(environment("Production").approve_promotion(Approval::manual().message("")))
        .pipeline(Pipeline::github("https://gitlab.com/acme/hello").branch("no branch"));
    insta::assert_snapshot!(app.synthesize().unwrap_err());
}
