//! What functions use and are invoked by.

mod bucket;
mod deployed;
mod destination;
mod event_bus;
mod function_handle;
mod grants;
mod queue;
mod state_machine;
mod stored;
mod stream;
mod table;
mod topic;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sparta_core::{
    App, AppMistake, Environment, Error, Function, Mistake, Pipeline, Request,
    construct::{
        Bucket, Construct, EventBus, Existing, Grant, Queue, StateMachine, StoredParameter, StoredSecret, Stream,
        Table, Topic,
    },
    service_fn,
};

pub(crate) fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

/// The template of an App of one function, checked against the registry.
#[track_caller]
pub(crate) fn template(function: Function) -> Json {
    document(&App::new("Shop").function(function))
}

/// The template of an App, checked against the registry.
#[track_caller]
pub(crate) fn document(app: &App) -> Json {
    let synthesis = app.synthesize().unwrap();
    synthesis.check().unwrap();
    sorted(serde_json::to_value(&synthesis.template).unwrap())
}

/// With maps in the order of their keys, whatever the features of serde_json are.
fn sorted(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let sorted: BTreeMap<String, Json> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            sorted.into_iter().collect()
        }
        Json::Array(items) => items.into_iter().map(sorted).collect(),
        plain => plain,
    }
}

#[track_caller]
pub(crate) fn mistakes(app: &App) -> Vec<String> {
    app.synthesize().err().map_or_else(Vec::new, |report| report.iter().map(Mistake::to_string).collect())
}

/// What the role of the function `hello` allows beyond its logs.
pub(crate) fn statements(template: &Json) -> Vec<Json> {
    let document = &template["Resources"]["HelloRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    document["Statement"].as_array().unwrap()[1..].to_vec()
}

pub(crate) fn variables(template: &Json) -> &Json {
    &template["Resources"]["HelloFunction"]["Properties"]["Environment"]["Variables"]
}

fn links() -> Table {
    Table::new("links").key("code")
}

#[test]
fn a_construct_is_one_resource_wherever_it_is_used() {
    let app = || {
        let read = function("follow").uses(links().read());
        App::new("Shop").function(read).function(function("shorten").uses(links().write())).with(links())
    };
    let template = document(&app());
    let tables = template["Resources"].as_object().unwrap().values().filter(|it| it["Type"] == "AWS::DynamoDB::Table");
    assert_eq!(tables.count(), 1);
    let roles = ["FollowRole", "ShortenRole"].map(|role| template["Resources"][role]["Properties"]["Policies"].clone());
    assert_ne!(roles[0], roles[1], "each role has its own statement");
}

#[test]
fn two_constructs_of_one_name_that_differ_are_a_mistake() {
    let other = links().time_to_live("expires");
    let app = App::new("Shop").function(function("a").uses(links().read())).function(function("b").uses(other.read()));
    let mistakes = app.synthesize().unwrap_err();
    let mistake = mistakes.iter().next().unwrap();
    assert!(matches!(mistake.problem().downcast_ref(), Some(AppMistake::ConstructTwice { .. })), "{mistake}");
    assert!(mistake.to_string().contains("two tables are called `links` and differ"), "{mistake}");
    let changed = links().customize(|table| table.property("TableClass", "STANDARD_INFREQUENT_ACCESS"));
    assert_eq!(self::mistakes(&App::new("Shop").function(function("a").uses(links().read())).with(changed)).len(), 1);
}

#[test]
fn what_the_user_customizes_is_the_last_word() {
    let clicks = Queue::new("clicks")
        .customize(|queue| queue.property("VisibilityTimeout", 1_000))
        .customize_part("DeadLetterQueue", |queue| queue.property("MessageRetentionPeriod", 60));
    let template = template(function("hello").trigger(clicks.batches()));
    assert_eq!(template["Resources"]["ClicksQueue"]["Properties"]["VisibilityTimeout"], 1_000);
    assert_eq!(template["Resources"]["ClicksDeadLetterQueue"]["Properties"]["MessageRetentionPeriod"], 60);
    let unknown = Queue::new("clicks").customize_part("Topic", |it| it);
    let report = mistakes(&App::new("Shop").function(function("hello")).with(unknown));
    assert_eq!(
        report,
        ["queue `clicks`: a queue has no `Topic` to customize: it has `Queue`, `QueuePolicy`, \
                        `DeadLetterQueue`, `DeadLetterQueuePolicy`"]
    );
}

#[test]
fn names_are_checked() {
    for name in ["", "1st", "a b", "a/b"] {
        let app = App::new("Shop").function(function("hello")).with(Table::new(name).key("id"));
        assert!(mistakes(&app)[0].contains("is not a name for a table"), "{name}: {:?}", mistakes(&app));
    }
    let variable = function("hello").uses(links().read()).variable("LINKS_TABLE", "links");
    assert!(mistakes(&App::new("Shop").function(variable))[0].contains("`LINKS_TABLE`"));
}

#[test]
fn what_exists_already_is_only_referred_to() {
    let table: Table<Existing> = Table::existing("arn:aws:dynamodb:eu-west-1:123456789012:table/orders");
    assert_eq!((table.label(), table.variable()), ("orders", "ORDERS_TABLE".to_owned()));
    let template = template(function("hello").uses(table.read()).uses(Queue::existing("emails").named("mail").send()));
    let types: Vec<&Json> = template["Resources"].as_object().unwrap().values().map(|it| &it["Type"]).collect();
    assert!(!types.contains(&&Json::from("AWS::DynamoDB::Table")) && !types.contains(&&Json::from("AWS::SQS::Queue")));
    insta::assert_json_snapshot!((variables(&template), statements(&template)));
}

#[test]
fn what_exists_already_may_have_a_key() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666";
    for (service, actions, grant) in [
        ("dynamodb", json!(["kms:Decrypt", "kms:DescribeKey"]), Table::existing("a").kms_key(key).read().into()),
        ("s3", json!("kms:Decrypt"), Bucket::existing("a").kms_key(key).read().into()),
        ("sqs", json!("kms:Decrypt"), Queue::existing("a").kms_key(key).receive()),
        ("sns", json!(["kms:Decrypt", "kms:GenerateDataKey"]), Topic::existing("a").kms_key(key).publish()),
        ("kinesis", json!("kms:GenerateDataKey"), Stream::existing("a").kms_key(key).write()),
        ("secretsmanager", json!("kms:Decrypt"), StoredSecret::existing("a").kms_key(key).read()),
    ] as [(&str, Json, Grant); 6]
    {
        let template = template(function("hello").uses(grant));
        let through = json!({"StringEquals": {"kms:ViaService": format!("{service}.us-east-1.amazonaws.com")}});
        let expected = json!({"Effect": "Allow", "Action": actions, "Resource": key, "Condition": through});
        assert_eq!(statements(&template).last(), Some(&expected));
    }
    let batches = Queue::existing("a").kms_key(key).batches();
    assert_eq!(statements(&template(function("hello").trigger(batches)))[1]["Resource"], key);
}

#[test]
fn a_pipeline_may_make_what_is_declared() {
    let (images, news) = (Bucket::new("images"), Topic::new("news"));
    let (orders, readings) = (EventBus::new("orders").archive(30), Stream::new("readings"));
    let report = json!({"Type": "Task", "Resource": "${report}", "End": true});
    let machine = StateMachine::new("nightly", json!({"StartAt": "Report", "States": {"Report": report}}))
        .task(Function::handle("report"));
    let dead = || Queue::new("dead").without_dead_letters();
    let all = function("hello")
        .uses(links().read_write())
        .uses(Queue::new("clicks").send())
        .uses(images.read())
        .trigger(images.created().under("uploads/"))
        .uses(news.publish())
        .trigger(news.messages().dead_letters(dead()))
        .uses(orders.put_events())
        .trigger(orders.rule(json!({"source": ["shop"]})).dead_letters(dead()))
        .uses(readings.write())
        .trigger(readings.records().failures_to(dead()))
        .uses(Function::handle("report").invoke())
        .uses(machine.start())
        .uses(StoredSecret::existing("prod/database").read())
        .uses(StoredParameter::existing("/prod/rates").read());
    let app = App::new("Shop")
        .function(all)
        .function(function("report"))
        .accept_shared("AWS::Kinesis::Stream")
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/shop"));
    app.check().unwrap();
}
