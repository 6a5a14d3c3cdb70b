use std::time::Duration;

use serde_json::json;
use sparta_core::{
    App, BatchResponse, Error, Function, FunctionMistake, LambdaEvent, Records,
    construct::Queue,
    service_fn,
    trigger::{HttpApi, Schedule},
};

use super::{function, mistakes, statements, template, variables};

#[test]
fn a_queue_is_what_a_security_review_passes() {
    let clicks = Queue::new("clicks");
    let batches = clicks.batches().size(100).window(Duration::from_secs(5)).max_concurrency(10);
    let template = template(function("hello").timeout(Duration::from_secs(10)).uses(clicks.send()).trigger(batches));
    let resources = template["Resources"].as_object().unwrap();
    let of_queue: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Clicks")).collect();
    insta::assert_json_snapshot!((of_queue, variables(&template), statements(&template)));
}

#[test]
fn a_queue_has_all_options() {
    let orders = Queue::new("orders")
        .deduplicate_by_content()
        .visibility(Duration::from_secs(60))
        .retention(Duration::from_secs(3_600))
        .delay(Duration::from_secs(9))
        .tries(3)
        .dead_letters(Queue::new("failed-orders").fifo().without_dead_letters())
        .kms_key("arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666");
    let filter = json!({"body": {"total": [{"numeric": [">", 100]}]}});
    let template = template(function("hello").uses(orders.receive()).trigger(orders.batches().filter(filter)));
    let resources = template["Resources"].as_object().unwrap();
    let of_queues: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Orders")).collect();
    insta::assert_json_snapshot!((of_queues, statements(&template)));
}

#[test]
fn options_are_what_sqs_takes() {
    let report = |queue: Queue| mistakes(&App::new("Shop").function(function("hello")).with(queue));
    let seconds = Duration::from_secs;
    let queue = || Queue::new("orders");
    for (queue, expected) in [
        (queue().visibility(seconds(43_201)), "at most 43,200; this is 43201s"),
        (queue().retention(seconds(59)), "60 to 1,209,600; this is 59s"),
        (queue().delay(seconds(901)), "at most 900; this is 901s"),
        (queue().tries(0), "1 to 1,000 times, not 0"),
        (queue().fifo().dead_letters(Queue::new("dead")), "go to a FIFO queue"),
    ] {
        let report = report(queue);
        assert!(
            report.len() == 1 && report[0].starts_with("queue `orders`: ") && report[0].contains(expected),
            "{report:?}"
        );
    }
    let trigger = |batches| mistakes(&App::new("Shop").function(function("hello").trigger(batches)));
    let fifo = || queue().fifo().batches();
    assert!(trigger(fifo().size(11))[0].contains("1 to 10 records"));
    assert!(trigger(fifo().window(seconds(1)))[0].contains("a FIFO queue has no window"));
    assert!(trigger(queue().batches().max_concurrency(1))[0].contains("2 to 1,000 instances"));
    assert!(
        trigger(queue().visibility(seconds(1)).batches())[0].contains("hidden for 1s, and its function may take 3s")
    );
}

#[test]
fn an_answer_that_names_failures_and_its_trigger_cannot_disagree() {
    async fn fulfil(_: LambdaEvent<Records<serde_json::Value>>) -> Result<BatchResponse, Error> {
        Ok(BatchResponse::default())
    }
    let fulfil = || Function::event("hello", service_fn(fulfil));
    let template = template(fulfil().trigger(Queue::new("orders").batches()));
    let mapping = &template["Resources"]["HelloOrdersMapping"]["Properties"];
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    let app = App::new("Shop").function(fulfil().trigger(Schedule::rate(Duration::from_secs(60))));
    let report = app.synthesize().unwrap_err();
    let mistake = report.iter().next().unwrap();
    assert!(matches!(mistake.problem().downcast_ref(), Some(FunctionMistake::IgnoresFailures { .. })), "{mistake}");
    let app = App::new("Shop").function(function("hello").trigger(HttpApi::get("/")));
    assert_eq!(mistakes(&app), [""; 0]);
}
