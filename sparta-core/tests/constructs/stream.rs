use std::time::Duration;

use sparta_core::{
    App,
    construct::{Queue, Start, Stream},
};

use super::{function, mistakes, statements, template, variables};

fn readings() -> Stream {
    Stream::new("readings")
}

#[test]
fn a_stream_is_what_a_security_review_passes() {
    let template = template(function("hello").uses(readings().write()).trigger(readings().records()));
    let resources = template["Resources"].as_object().unwrap();
    let of_stream: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Readings")).collect();
    insta::assert_json_snapshot!((of_stream, variables(&template), statements(&template)));
}

#[test]
fn a_stream_has_all_options() {
    let readings = readings()
        .shards(4)
        .retention(Duration::from_secs(7 * 24 * 3_600))
        .kms_key("arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666");
    let records = readings
        .records()
        .size(500)
        .window(Duration::from_secs(5))
        .start(Start::TrimHorizon)
        .max_age(Duration::from_secs(3_600))
        .failures_to(Queue::new("lost").without_dead_letters());
    let template = template(function("hello").uses(readings.read()).trigger(records));
    let resources = &template["Resources"];
    insta::assert_json_snapshot!((
        &resources["ReadingsStream"],
        &resources["HelloReadingsMapping"],
        statements(&template)
    ));
    assert!(resources["LostQueue"].is_object());
}

#[test]
fn options_are_what_kinesis_takes() {
    let report = |stream: Stream| mistakes(&App::new("Shop").function(function("hello")).with(stream));
    assert!(report(readings().shards(0))[0].contains("stream `readings`: a stream has at least 1 shard"));
    assert!(report(readings().retention(Duration::from_secs(3_600)))[0].contains("24 to 8,760; this is 3600s"));
    let fifo = Queue::new("lost").fifo().without_dead_letters();
    let app = App::new("Shop").function(function("hello").trigger(readings().records().failures_to(fifo)));
    assert!(mistakes(&app)[0].contains("goes to a queue that is not FIFO"));
}
