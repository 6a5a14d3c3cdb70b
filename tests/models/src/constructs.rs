//! Apps with every construct: each option, each grant and each trigger of it.

use std::time::Duration;

use serde_json::{Value, json};
use sparta_core::{
    App, Environment, Error, Function, LambdaEvent, Pipeline,
    construct::{
        Bucket, CorsRule, EventBus, Index, Key, LifeCycle, Queue, Start, StateMachine, StorageClass, StoredParameter,
        StoredSecret, Stream, StreamView, Table, Topic,
    },
    iam::Statement,
    service_fn,
};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";

async fn take(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}

fn function(name: &str) -> Function {
    Function::event(name, service_fn(take))
}

/// Every construct as it is by default, with all its options, and as one that exists already. One pipeline could not deploy
/// all of them: their permissions together are longer than a permissions boundary may be.
pub fn constructs() -> [App; 2] {
    [stores(), messages()]
}

/// What keeps data.
fn stores() -> App {
    let unused = Table::new("unused").key("id").provisioned(5, 5);
    delivered("Stores")
        .with(unused.without_point_in_time_recovery().delete_with_stack())
        .function(tables())
        .function(buckets())
        .function(streams())
        .function(existing_stores())
        .accept_shared("AWS::Kinesis::Stream")
}

/// What hands things on.
fn messages() -> App {
    delivered("Messages")
        .function(queues())
        .function(topics())
        .function(buses())
        .function(machines())
        .function(existing_messages())
        .function(function("ship"))
        .function(function("report").alias("live").on_success(done()).on_failure(failed()))
}

fn delivered(name: &str) -> App {
    App::new(name)
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/constructs"))
}

/// Where what failed goes.
fn failed() -> Queue {
    Queue::new("failed").without_dead_letters()
}

/// What is told of events that succeeded.
fn done() -> EventBus {
    EventBus::new("done")
}

fn tables() -> Function {
    let links = || Table::new("links").key("code");
    let readings = || {
        Table::new("readings")
            .key("sensor")
            .sort_key(Key::number("time"))
            .index(Index::global("by-site").key("site").sort_key(Key::binary("hash")).project(["value"]))
            .index(Index::local("by-value").sort_key(Key::number("value")).project_keys())
            .time_to_live("expires")
            .stream(StreamView::KeysOnly)
            .kms_key(KEY)
    };
    let changes = readings()
        .changes()
        .size(500)
        .window(Duration::from_secs(5))
        .filter(json!({"eventName": ["REMOVE"]}))
        .start(Start::TrimHorizon)
        .bisect()
        .retries(3)
        .max_age(Duration::from_secs(3_600))
        .parallel(2)
        .failures_to(failed())
        .report_failures();
    function("tables")
        .uses(links().read_write())
        .uses(readings().read())
        .uses(readings().read().index("by-site"))
        .uses(readings().write())
        .uses(readings().delete())
        .trigger(links().changes())
        .trigger(changes)
}

fn buckets() -> Function {
    let images = || Bucket::new("images");
    let files = || {
        Bucket::new("files")
            .versioned()
            .expire_after(400)
            .expire_versions_after(30)
            .abort_uploads_after(1)
            .move_after(90, StorageClass::StandardIa)
            .life_cycle(LifeCycle::under("tmp/").expire_after(1))
            .cors(
                CorsRule::new(["https://links.example"], ["GET", "PUT"])
                    .allow_headers(["content-type"])
                    .expose_headers(["etag"])
                    .max_age(Duration::from_secs(60)),
            )
            .kms_key(KEY)
            .delete_with_stack()
    };
    function("buckets")
        .on_failure(images())
        .uses(images().read_write())
        .uses(files().read().under("in/").under("common/"))
        .uses(files().write().under("out/"))
        .uses(files().delete())
        .trigger(images().created().under("uploads/").ending(".jpg"))
        .trigger(files().removed())
}

fn queues() -> Function {
    let orders = || {
        Queue::new("orders")
            .deduplicate_by_content()
            .visibility(Duration::from_secs(60))
            .retention(Duration::from_secs(24 * 60 * 60))
            .delay(Duration::from_secs(9))
            .tries(3)
            .dead_letters(Queue::new("failed-orders").fifo().without_dead_letters())
            .kms_key(KEY)
    };
    let clicks = Queue::new("clicks");
    let large = json!({"body": {"total": [{"numeric": [">", 100]}]}});
    function("queues")
        .uses(orders().send())
        .uses(orders().receive())
        .uses(clicks.send())
        .trigger(orders().batches().filter(large).report_failures())
        .trigger(clicks.batches().size(100).window(Duration::from_secs(5)).max_concurrency(10))
}

fn topics() -> Function {
    let news = || Topic::new("news");
    let secret = || Topic::new("secret").kms_key(KEY);
    let alarms = || Topic::new("alarms").publisher("cloudwatch.amazonaws.com");
    function("topics")
        .uses(news().publish())
        .uses(secret().publish())
        .uses(Topic::new("payments").deduplicate_by_content().publish())
        .trigger(news().messages().filter(json!({"priority": ["high"]})).dead_letters(failed()))
        .trigger(secret().messages())
        .trigger(alarms().messages().filter_body(json!({"level": {"name": ["high"]}})))
}

fn buses() -> Function {
    let sales = || EventBus::new("sales").archive(30).kms_key(KEY);
    let plain = || EventBus::new("plain");
    let stopped = json!({"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}});
    function("buses")
        .on_success(Function::handle("ship"))
        .on_failure(Topic::new("news"))
        .dead_letters(failed())
        .uses(sales().put_events())
        .uses(plain().put_events())
        .uses(EventBus::default_bus().put_events())
        .trigger(sales().rule(json!({"detail-type": ["order paid"]})).dead_letters(failed()))
        .trigger(plain().rule(json!({"source": [{"prefix": "shop."}]})))
        .trigger(EventBus::default_bus().rule(stopped))
}

fn streams() -> Function {
    let steps = || Stream::new("steps");
    let pulses = || Stream::new("pulses").shards(2).retention(Duration::from_secs(48 * 60 * 60)).kms_key(KEY);
    function("streams")
        .uses(steps().write())
        .uses(pulses().read())
        .uses(pulses().write())
        .trigger(steps().records())
        .trigger(pulses().records().bisect().retries(1).failures_to(failed()))
}

fn machines() -> Function {
    let invoke = |function: &str| {
        let parameters = json!({"FunctionName": format!("${{{function}}}"), "Payload.$": "$"});
        json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "Next": "Put"})
    };
    let put = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "shipped", "Item": {"id": {"S.$": "$.id"}}},
        "End": true,
    });
    let small = json!([{"Variable": "$.total", "NumericLessThan": 100, "Next": "Ship"}]);
    let states = json!({
        "Size": {"Type": "Choice", "Choices": small, "Default": "Report"},
        "Ship": invoke("ship"),
        "Report": invoke("report"),
        "Put": put,
    });
    let (ship, report) = (Function::handle("ship"), Function::handle("report").alias());
    let shipping = StateMachine::new("shipping", json!({"StartAt": "Size", "States": states}))
        .task(ship.clone())
        .task(report.clone())
        .grant(Statement::allow(["dynamodb:PutItem"]).on("arn:aws:dynamodb:eu-west-1:123456789012:table/shipped"));
    let quick = json!({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}});
    function("machines")
        .uses(shipping.start())
        .uses(StateMachine::new("quick", quick).express().start())
        .uses(ship.invoke())
        .uses(report.invoke())
}

fn existing_stores() -> Function {
    let documents = || Bucket::existing("acme-documents").named("documents");
    let weather = || Stream::existing("weather");
    function("existing")
        .uses(Table::existing("arn:aws:dynamodb:eu-west-1:123456789012:table/customers").kms_key(KEY).read_write())
        .uses(documents().read().under("in/"))
        .uses(weather().read())
        .uses(StoredSecret::existing("prod/database").kms_key(KEY).read())
        .uses(StoredParameter::existing("/prod/rates").kms_key(KEY).read())
        .trigger(documents().created())
        .trigger(weather().records().retries(3))
}

fn existing_messages() -> Function {
    let jobs = || Queue::existing("arn:aws:sqs:eu-west-1:123456789012:jobs").kms_key(KEY);
    let company = || EventBus::existing("company");
    function("existing")
        .uses(jobs().receive())
        .uses(Topic::existing("arn:aws:sns:eu-west-1:123456789012:offers").publish())
        .uses(company().put_events())
        .uses(StateMachine::existing("nightly").start())
        .trigger(jobs().batches())
        .trigger(Topic::existing("arn:aws:sns:us-east-1:123456789012:billing").messages())
        .trigger(company().rule(json!({"source": ["crm"]})))
}
