//! An App with every option that a function can have.

use std::time::Duration;

use sparta_core::{
    App, Environment, Error, FileSystem, Function, LambdaEvent, LogFormat, ManagedInstances, Memory, Pipeline,
    RecursiveLoop, Request, Retention, Storage, Tracing, Vpc,
    construct::{Bucket, EventBus, Queue, Topic},
    service_fn,
    trigger::{FunctionUrl, HttpApi},
};
use sparta_macros::Settings;

/// What options differ in.
#[derive(Settings, Clone)]
#[settings(crate = "sparta_core")]
pub struct Sizes {
    /// Megabytes of a function.
    #[settings(min = 128, max = 10240)]
    pub memory: u32,
    /// Seconds of an invocation.
    #[settings(min = 1, max = 900)]
    pub timeout: u16,
    /// Days that lines are kept.
    #[settings(min = 1, max = 3653)]
    pub log_days: u16,
    /// Instances that wait for requests.
    pub warm: u32,
    /// The group of the functions in the VPC.
    pub security_group: String,
}

/// Sizes that AWS takes.
pub fn sizes() -> Sizes {
    Sizes { memory: 256, timeout: 10, log_days: 7, warm: 0, security_group: "sg-0a1b2c3d4e5f60718".into() }
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

async fn take(event: LambdaEvent<serde_json::Value>) -> Result<serde_json::Value, Error> {
    Ok(event.payload)
}

/// Every option of a function and every default of the App, with a pipeline to two environments.
pub fn options() -> App {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    App::new("Options")
        .log_retention(Retention::days(90))
        .tracing(Tracing::Active)
        .memory(Memory::mb(512))
        .timeout(Duration::from_secs(5))
        .kms_key(key)
        .tag("team", "growth")
        .retries(1)
        .on_failure(Topic::new("failed"))
        .lambda_layer("arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53")
        .function(Function::http("plain", service_fn(answer)).trigger(HttpApi::get("/")))
        .function(by_environment())
        .function(connected())
        .function(asynchronous())
        .function(
            Function::http("tenants", service_fn(answer)).tenant_isolation().log_format(LogFormat::Text).alias("v1"),
        )
        .function(managed())
        .environment(Environment::new("test", sizes()))
        .environment(Environment::new("production", Sizes { memory: 1024, log_days: 90, warm: 3, ..sizes() }))
        .pipeline(Pipeline::github("https://github.com/acme/options"))
}

fn by_environment() -> Function {
    Function::http("by-environment", service_fn(answer))
        .memory(Sizes::MEMORY)
        .timeout(Sizes::TIMEOUT)
        .log_retention(Sizes::LOG_DAYS)
        .provisioned_concurrency(Sizes::WARM)
        .reserved_concurrency(10)
        .trigger(FunctionUrl::signed())
        .trigger(Queue::new("jobs").batches())
}

fn connected() -> Function {
    let point = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0";
    Function::http("connected", service_fn(answer))
        .vpc(Vpc::new(["subnet-0a1b2c3d4e5f60718"], [Sizes::SECURITY_GROUP]).ipv6())
        .file_system(FileSystem::new(point, "/mnt/models").read_only())
        .ephemeral_storage(Storage::gb(1))
        .log_retention(Retention::forever())
        .tracing(Tracing::PassThrough)
        .trigger(HttpApi::get("/connected"))
}

fn asynchronous() -> Function {
    Function::event("asynchronous", service_fn(take))
        .alias("live")
        .provisioned_concurrency(2)
        .retries(0)
        .max_event_age(Duration::from_secs(3600))
        .on_success(EventBus::new("done"))
        .on_failure(Bucket::new("failures"))
        .dead_letters(Queue::new("dead").without_dead_letters())
        .recursive_loop(RecursiveLoop::Allow)
        .code_signing("arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0")
        .tag("team", "reports")
}

fn managed() -> Function {
    let instances = ManagedInstances::on("arn:aws:lambda:eu-west-1:123456789012:capacity-provider:steady");
    Function::http("managed", service_fn(answer))
        .memory(Memory::mb(4096))
        .managed_instances(instances.max_concurrency(32).gb_per_cpu(2).environments(3, 30))
}
