use serde_json::json;
use sparta_core::{
    App,
    construct::{EventBus, Queue},
};

use super::{function, mistakes, statements, template, variables};

#[test]
fn a_bus_has_all_options() {
    let orders = EventBus::new("orders").archive(30).kms_key("arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a");
    let failed = Queue::new("failed").without_dead_letters();
    let paid = orders.rule(json!({"detail-type": ["order paid"]})).dead_letters(failed);
    let template = template(function("hello").uses(orders.put_events()).trigger(paid));
    let resources = template["Resources"].as_object().unwrap();
    let of_bus: Vec<_> =
        resources.iter().filter(|(id, _)| id.contains("Orders") || *id == "FailedQueuePolicy").collect();
    insta::assert_json_snapshot!((of_bus, variables(&template), statements(&template)));
}

#[test]
fn rules_are_on_the_accounts_own_bus_too() {
    let bus = EventBus::default_bus();
    let template = template(function("hello").uses(bus.put_events()).trigger(bus.rule(json!({"source": ["aws.ecs"]}))));
    let resources = template["Resources"].as_object().unwrap();
    assert!(!resources.values().any(|it| it["Type"] == "AWS::Events::EventBus"));
    let rule = &resources["HelloDefaultRule"]["Properties"];
    assert_eq!((&rule["EventBusName"], &rule["EventPattern"]), (&json!(null), &json!({"source": ["aws.ecs"]})));
    assert_eq!(variables(&template), &json!({"DEFAULT_EVENT_BUS": "default"}));
    let on = &statements(&template)[0]["Resource"]["Fn::Sub"];
    assert_eq!(on, "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default");
}

#[test]
fn a_bus_of_another_account_is_called_by_its_arn() {
    let arn = "arn:aws:events:eu-west-1:222222222222:event-bus/orders";
    let template = template(function("hello").uses(EventBus::existing(arn).put_events()));
    assert_eq!(variables(&template), &json!({"ORDERS_EVENT_BUS": arn}));
}

#[test]
fn options_are_what_eventbridge_takes() {
    let orders = || EventBus::new("orders");
    let trigger = |rule| mistakes(&App::new("Shop").function(function("hello").trigger(rule)));
    assert!(trigger(orders().rule(json!({"source": "shop"})))[0].contains("`{\"source\":\"shop\"}` is not a pattern"));
    assert!(trigger(orders().rule(json!({})))[0].contains("is not a pattern"));
    let fifo = Queue::new("dead").fifo().without_dead_letters();
    let dead = orders().rule(json!({"source": ["shop"]})).dead_letters(fifo);
    assert!(trigger(dead)[0].contains("a queue that is not FIFO"));
    let app = App::new("Shop").function(function("hello")).with(orders().archive(0));
    assert!(mistakes(&app)[0].contains("event bus `orders`: an archive keeps events for at least 1 day"));
}
