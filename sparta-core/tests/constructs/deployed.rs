use sparta_core::{
    App, Deployed, Function,
    cfn::{Import, Output},
    construct::{
        Bucket, Construct, EventBus, Queue, StateMachine, StoredParameter, StoredSecret, Stream, Table, Topic,
    },
};
use sparta_macros::Settings;

use super::{document, function};

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    payments: String,
}

/// A stack with each resource that an App has and an id for it, as CloudFormation gives them.
fn deployed() -> Deployed {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:eu-west-1:111111111111:{resource}");
    Deployed::new("arn:aws:cloudformation:eu-west-1:111111111111:stack/Test-Shop/0f1e2d3c")
        .with_resource("LinksTable", "Test-Shop-LinksTable-1X")
        .with_resource("ImagesBucket", "test-shop-imagesbucket-1x")
        .with_resource("ClicksQueue", "https://sqs.eu-west-1.amazonaws.com/111111111111/Test-Shop-ClicksQueue-1X")
        .with_resource("NewsTopic", arn("sns", "Test-Shop-NewsTopic-1X"))
        .with_resource("OrdersEventBus", "Test-Shop-orders")
        .with_resource("ReadingsStream", "Test-Shop-ReadingsStream-1X")
        .with_resource("OrdersStateMachine", arn("states", "stateMachine:Test-Shop-orders"))
        .with_resource("ReportFunction", "Test-Shop-ReportFunction-1X")
        .with_resource("ReportAlias", arn("lambda", "function:Test-Shop-ReportFunction-1X:live"))
        .with_parameter("Payments", arn("sqs", "payments"))
}

#[track_caller]
fn name(construct: impl Construct) -> String {
    construct.name_in(&deployed()).unwrap()
}

#[test]
fn a_construct_of_the_stacks_has_the_name_that_its_functions_know() {
    assert_eq!(name(Table::new("links").key("code")), "Test-Shop-LinksTable-1X");
    assert_eq!(name(Bucket::new("images")), "test-shop-imagesbucket-1x");
    let queue = "https://sqs.eu-west-1.amazonaws.com/111111111111/Test-Shop-ClicksQueue-1X";
    assert_eq!(name(Queue::new("clicks")), queue);
    assert_eq!(name(Topic::new("news")), "arn:aws:sns:eu-west-1:111111111111:Test-Shop-NewsTopic-1X");
    assert_eq!(name(EventBus::new("orders")), "Test-Shop-orders");
    assert_eq!(name(Stream::new("readings")), "Test-Shop-ReadingsStream-1X");
    let machine = StateMachine::new("orders", serde_json::json!({}));
    assert_eq!(name(machine), "arn:aws:states:eu-west-1:111111111111:stateMachine:Test-Shop-orders");
    assert_eq!(name(Function::handle("report")), "Test-Shop-ReportFunction-1X");
    let alias = "arn:aws:lambda:eu-west-1:111111111111:function:Test-Shop-ReportFunction-1X:live";
    assert_eq!(name(Function::handle("report").alias()), alias);
}

#[test]
fn a_construct_that_exists_is_called_as_it_was_given() {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:eu-central-1:222222222222:{resource}");
    assert_eq!(name(Table::existing("orders")), "orders");
    assert_eq!(name(Table::existing(arn("dynamodb", "table/orders"))), arn("dynamodb", "table/orders"));
    assert_eq!(name(Bucket::existing("arn:aws:s3:::photos")), "photos");
    assert_eq!(name(Queue::existing("orders")), "https://sqs.eu-west-1.amazonaws.com/111111111111/orders");
    let queue = Queue::existing(arn("sqs", "orders"));
    assert_eq!(name(queue), "https://sqs.eu-central-1.amazonaws.com/222222222222/orders");
    assert_eq!(name(Topic::existing("news")), "arn:aws:sns:eu-west-1:111111111111:news");
    assert_eq!(name(EventBus::default_bus()), "default");
    assert_eq!(name(Stream::existing(arn("kinesis", "stream/readings"))), "readings");
    let machine = "arn:aws:states:eu-west-1:111111111111:stateMachine:orders";
    assert_eq!(name(StateMachine::existing("orders")), machine);
    assert_eq!(name(StoredSecret::existing("prod/database")), "prod/database");
    assert_eq!(name(StoredParameter::existing("/prod/rates")), "/prod/rates");
    let of_setting = "https://sqs.eu-west-1.amazonaws.com/111111111111/payments";
    assert_eq!(name(Queue::existing(Shop::PAYMENTS)), of_setting);
}

/// What every construct of these is called is in the stack's template, too, under its id: the two never part.
#[test]
fn every_name_is_that_of_a_resource_of_the_template() {
    let app = App::new("Shop")
        .function(function("report").alias("live"))
        .with(Table::new("links").key("code"))
        .with(Bucket::new("images"))
        .with(Queue::new("clicks"))
        .with(Topic::new("news"))
        .with(EventBus::new("orders"))
        .with(Stream::new("readings"));
    let template = document(&app);
    let ids = template["Resources"].as_object().unwrap().keys();
    let deployed = ids.fold(Deployed::new("Test-Shop"), |deployed, id| deployed.with_resource(id, format!("arn:{id}")));
    for construct in app.validate().unwrap().constructs() {
        let id = construct.id().to_string();
        assert!(template["Outputs"].get(&id).is_some(), "{id}");
        assert_eq!(deployed.resource(&id).unwrap(), format!("arn:{id}"));
    }
}

#[track_caller]
fn refusal(construct: impl Construct) -> String {
    construct.name_in(&deployed().with_remedy("`provision --environment test` deploys it")).unwrap_err().to_string()
}

#[test]
fn a_construct_that_is_not_deployed_is_named_with_its_stack_and_what_deploys_it() {
    insta::assert_snapshot!(refusal(Table::new("customers").key("id")), @"the stack `Test-Shop` has no table `customers`: `provision --environment test` deploys it, once a function uses it or `App::with` has it");
    insta::assert_snapshot!(refusal(Function::handle("greet")), @"the stack `Test-Shop` has no function `greet`: `provision --environment test` deploys it, once a function uses it or `App::with` has it");
}

#[test]
fn what_another_stack_says_is_known_by_an_output() {
    let orders = || Queue::existing(Import::export("orders-arn"));
    insta::assert_snapshot!(refusal(orders()), @r#"only CloudFormation knows what the queue `orders` is called in the stack `Test-Shop`: let an output say it, `.output("OrdersQueue", Output::new("...", ...value()))`; `provision --environment test` deploys it"#);
    let url = "https://sqs.eu-west-1.amazonaws.com/111111111111/orders";
    assert_eq!(orders().name_in(&deployed().with_output("OrdersQueue", url)).unwrap(), url);
    let app = App::new("Shop").function(function("hello").uses(orders().send()));
    let template = document(&app.output("OrdersQueue", Output::new("Where orders go", orders().value())));
    assert!(template["Outputs"]["OrdersQueue"]["Value"].to_string().contains("Fn::ImportValue"));
}
