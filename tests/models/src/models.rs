//! Apps with everything in them that an App can have.

use std::{num::NonZero, time::Duration};

use serde_json::json;
use sparta_core::{
    Alarm, App, Approval, Architecture, Compute, Environment, Error, Function, LambdaEvent, Memory, Pipeline, Request,
    Window,
    cfn::{get_att, sub},
    construct::Queue,
    iam::Statement,
    service_fn,
    settings::Secret,
    trigger::{ApiOptions, Cors, FunctionUrl, HttpApi, Jwt, Schedule},
};
use sparta_macros::Settings;

/// How much is logged of a request.
#[derive(Settings, Clone, Copy)]
#[settings(crate = "sparta_core")]
#[expect(missing_docs, reason = "their names are what they mean")]
pub enum Detail {
    Nothing,
    OnlyHeaders,
    #[settings(rename = "ALL")]
    Everything,
}

/// A setting of every kind.
#[derive(Settings, Clone)]
#[settings(crate = "sparta_core")]
pub struct Everything {
    /// Text that the functions
    /// answer with.
    ///
    /// Only the first paragraph is the parameter's.
    message: String,
    /// Port of the database.
    #[settings(rename = "DB_PORT", default = 5432, min = 1024)]
    port: u16,
    #[settings(default = Detail::OnlyHeaders)]
    detail: Detail,
    #[settings(default)]
    verbose: bool,
    #[settings(min = 0.0, max = 1.0)]
    sampling: f64,
    separator: char,
    offset: i64,
    limit: Option<u32>,
    ratio: Option<f32>,
    nickname: Option<String>,
    trusting: Option<bool>,
    alternative: Option<Detail>,
    #[settings(min_length = 2, max_length = 12, pattern = "[a-z]+", default = "sparta")]
    tenant: String,
    #[settings(min_length = 8)]
    password: Secret<String>,
    pin: Option<Secret<u16>>,
    signing_key: Secret<String>,
}

/// Settings with these values, and the same of the rest.
pub fn settings(message: &str, limit: Option<u32>) -> Everything {
    Everything {
        message: message.into(),
        port: 5433,
        detail: Detail::Everything,
        verbose: limit.is_none(),
        sampling: 0.25,
        separator: ',',
        offset: -7,
        limit,
        ratio: limit.map(|_| 1.5),
        nickname: limit.map(|_| "sp\"arta\n".into()),
        trusting: limit.map(|_| true),
        alternative: limit.map(|_| Detail::Nothing),
        tenant: "acme".into(),
        password: Secret::secrets_manager("prod/db").json_key("password").version_stage("AWSCURRENT"),
        pin: limit.map(|_| Secret::ssm("/prod/pin").version(NonZero::<u64>::MIN)),
        signing_key: Secret::secrets_manager("prod/signing").json_key("key").fetched(),
    }
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

async fn take(event: LambdaEvent<serde_json::Value>) -> Result<serde_json::Value, Error> {
    Ok(event.payload)
}

fn failures() -> Alarm {
    Alarm::any([Alarm::errors("routes"), Alarm::throttles("routes")]).named("routes")
}

/// Every trigger with each of its options, every option of a function, a setting of every kind, every gate.
pub fn everything() -> App {
    let gate = || {
        Approval::manual()
            .message("Go on?")
            .notify("arn:aws:sns:eu-west-1:123456789012:releases")
            .link("https://example.com/releases")
            .timeout(Duration::from_secs(24 * 60 * 60))
    };
    App::new("Everything")
        .description("A service with all that a service can have")
        .architecture(Architecture::Arm64)
        .http_api(api())
        .alarms(ON_CALL)
        .alarm(Alarm::latency("routes", 99.0).above(800).periods(3).to(ON_CALL))
        .alarm(Alarm::metric("Shop", "Orders", [("Country", "de")]).statistic("Sum").below(1).periods(15))
        .alarm(failures().to(ON_CALL))
        .dashboard()
        .function(routes())
        .function(Function::http("signed-url", service_fn(answer)).trigger(FunctionUrl::signed()))
        .function(Function::http("public_url", service_fn(answer)).trigger(FunctionUrl::public()))
        .function(clock())
        .function(worker())
        .function(Function::event("plain", service_fn(take)))
        .environment(
            Environment::new("test", settings("Hello Test!", None)).tag("cost-centre", "42").approve_promotion(gate()),
        )
        .environment(
            Environment::new("staging", settings("Hello Staging!", Some(7)))
                .approve_changes(gate())
                .wave("preview")
                .window(Window::cron("* * * ? JAN-NOV *"))
                .watch(failures(), Duration::from_secs(60)),
        )
        .environment(
            Environment::new("production", settings("Hello Production!", Some(70)))
                .stack_prefix("Prod")
                .tag("cost-centre", "43")
                .tag("team", "greetings")
                .stack_policy(json!({"Statement": [
                    {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
                ]}))
                .approve_changes(Approval::manual().notify("ada@acme.example").notify("bob@acme.example"))
                .window(Window::cron("* * 8-17 ? * MON-THU").time_zone("Europe/Berlin"))
                .watch(Alarm::errors("routes"), Duration::from_secs(10 * 60))
                .watch(Alarm::latency("routes", 99.0).above(800).periods(3), Duration::from_secs(30 * 60)),
        )
        .pipeline(
            Pipeline::github("git@github.com:acme/everything.git")
                .branch("release/1.x")
                .connection(
                    "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555",
                )
                .compute(Compute::Large)
                .buildspec("ci/buildspec.yml"),
        )
}

const ON_CALL: &str = "arn:aws:sns:eu-west-1:123456789012:on-call";

fn users() -> Jwt {
    Jwt::issuer("https://id.example").audience("links").audience("app")
}

fn api() -> ApiOptions {
    let pages = Cors::origins(["https://links.example", "http://localhost:3000"])
        .header("x-request-id")
        .expose("x-total")
        .max_age(Duration::from_secs(600))
        .credentials();
    ApiOptions::new().cors(pages).authorizer(users()).throttle(200, 100).access_logs()
}

fn routes() -> Function {
    Function::http("routes", service_fn(answer))
        .description("Answers on every kind of route")
        .memory(Memory::mb(1769))
        .timeout(Duration::from_secs(29))
        .reserved_concurrency(5)
        .variable("RUST_BACKTRACE", "1")
        .uses(Everything::PASSWORD)
        .uses(Everything::PIN)
        .uses(Everything::SIGNING_KEY)
        .variable("PLACE", sub("${AWS::Region}-${AWS::StackName}"))
        .grant(Statement::allow(["s3:GetObject", "s3:PutObject"]).on("arn:aws:s3:::everything/*"))
        .grant(
            Statement::allow(["dynamodb:Query"])
                .on(sub("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/one"))
                .on(sub("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/two"))
                .when(json!({"StringEquals": {"aws:ResourceTag/app": "everything"}})),
        )
        .trigger(HttpApi::get("/"))
        .trigger(HttpApi::post("/users/{id}"))
        .trigger(HttpApi::any("/files/{path+}"))
        .trigger(HttpApi::get("/files/{path+}"))
        .trigger(HttpApi::delete("/files.path"))
        .trigger(HttpApi::delete("/files-path").open())
        .trigger(HttpApi::post("/links").authorizer(users().scope("links:write")).throttle(10, 20))
        .trigger(HttpApi::router())
}

fn clock() -> Function {
    Function::event("clock", service_fn(take))
        .trigger(Schedule::rate(Duration::from_secs(5 * 60)))
        .trigger(Schedule::cron("0/15 8-17 ? * MON-FRI *").input(json!({"z": 1, "a": ["x", null]})))
        .trigger(
            Schedule::cron("0 8 ? * MON-FRI *")
                .time_zone("Europe/Berlin")
                .flexible(Duration::from_secs(15 * 60))
                .start("2030-01-01T00:00:00")
                .end("2039-12-31T23:59:59")
                .retries(2)
                .max_age(Duration::from_secs(60 * 60)),
        )
        .trigger(Schedule::at("2030-01-31T08:00:00").time_zone("America/New_York"))
}

fn worker() -> Function {
    let dead_letters = get_att(&sparta_core::cfn::LogicalId::of_words(["orders", "DeadLetterQueue"]), "Arn");
    Function::event("worker", service_fn(take))
        .timeout(Duration::from_secs(900))
        .grant(Statement::allow(["sqs:GetQueueAttributes"]).on(dead_letters))
        .trigger(Queue::new("orders").batches().size(100).window(Duration::from_secs(5)).report_failures())
        .trigger(Queue::existing("arn:aws:sqs:eu-west-1:123456789012:payments.fifo").batches().size(10))
}
