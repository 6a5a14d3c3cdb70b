use serde_json::json;
use sparta_core::{
    App,
    construct::{Queue, Topic, TopicMessages},
};

use super::{function, mistakes, statements, template, variables};

fn news() -> Topic {
    Topic::new("news")
}

#[test]
fn a_topic_is_what_a_security_review_passes() {
    let messages = news().messages().filter(json!({"priority": ["high"]}));
    let template = template(function("hello").uses(news().publish()).trigger(messages));
    let resources = template["Resources"].as_object().unwrap();
    let of_topic: Vec<_> = resources.iter().filter(|(id, _)| id.contains("News")).collect();
    insta::assert_json_snapshot!((of_topic, variables(&template), statements(&template)));
}

#[test]
fn a_topic_has_all_options() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666";
    let orders = Topic::new("orders").deduplicate_by_content().kms_key(key);
    let alarms = Topic::new("alarms").publisher("cloudwatch.amazonaws.com");
    let failed = Queue::new("failed").without_dead_letters();
    let messages = alarms.messages().filter_body(json!({"level": {"name": ["high"]}})).dead_letters(failed);
    let template = template(function("hello").uses(orders.publish()).trigger(messages));
    let resources = template["Resources"].as_object().unwrap();
    let is_of_topic = |id: &str| ["Orders", "Alarms", "Failed"].iter().any(|name| id.contains(name));
    let of_topics: Vec<_> = resources.iter().filter(|(id, _)| is_of_topic(id)).collect();
    insta::assert_json_snapshot!((of_topics, statements(&template)));
}

#[test]
fn a_queue_takes_the_dead_letters_of_several_topics_by_one_policy() {
    let failed = || Queue::new("failed").without_dead_letters();
    let hello = function("hello")
        .trigger(news().messages().dead_letters(failed()))
        .trigger(Topic::new("other").messages().dead_letters(failed()));
    let template = template(hello);
    let policies =
        template["Resources"].as_object().unwrap().values().filter(|it| it["Type"] == "AWS::SQS::QueuePolicy");
    assert_eq!(policies.count(), 1);
    let document = &template["Resources"]["FailedQueuePolicy"]["Properties"]["PolicyDocument"];
    let sources: Vec<_> = document["Statement"].as_array().unwrap()[1..]
        .iter()
        .map(|statement| statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0].clone())
        .collect();
    assert_eq!(sources, ["NewsTopic", "OtherTopic"]);
}

#[test]
fn a_topic_of_another_region_is_subscribed_to_there() {
    let topic = Topic::existing("arn:aws:sns:us-east-1:123456789012:billing");
    let template = template(function("hello").trigger(topic.messages()));
    let subscription = &template["Resources"]["HelloBillingSubscription"]["Properties"];
    assert_eq!(subscription["Region"], "us-east-1");
    assert_eq!(subscription["TopicArn"], "arn:aws:sns:us-east-1:123456789012:billing");
}

#[test]
fn options_are_what_sns_takes() {
    let trigger = |messages: TopicMessages| mistakes(&App::new("Shop").function(function("hello").trigger(messages)));
    let fifo = Queue::new("dead").fifo().without_dead_letters();
    for (messages, expected) in [
        (news().fifo().messages(), "the topic `news` is a FIFO topic, which delivers to queues only"),
        (news().messages().filter(json!({"priority": "high"})), "a filter policy is an object whose values are lists"),
        (news().messages().dead_letters(fifo), "a queue that is not FIFO"),
    ] {
        let report = trigger(messages);
        assert!(report.len() == 1 && report[0].contains(expected), "{expected}: {report:?}");
    }
    let app = App::new("Shop").function(function("hello")).with(news().publisher("CloudWatch"));
    assert!(mistakes(&app)[0].contains("`CloudWatch` is not an AWS service that publishes"));
    let twice = function("hello").trigger(news().messages()).trigger(news().messages());
    assert_eq!(mistakes(&App::new("Shop").function(twice)).len(), 1);
}
