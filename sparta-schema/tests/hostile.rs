//! Templates that nobody writes: the check ends soon, whatever their size.
//!
//! No time is asserted. The sizes are such that work which grows with their square would take minutes; `--nocapture` shows
//! how long each takes.

use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use sparta_schema::{check_template, template_warnings};

const MANY: usize = 20_000;

fn resources(one: impl Fn(usize) -> Json) -> Json {
    let all: Map<_, _> = (0..MANY).map(|it| (format!("R{it}"), one(it))).collect();
    json!({ "Resources": all })
}

/// How many mistakes there are, with the time that finding them takes.
fn found(what: &str, template: &Json) -> usize {
    let start = Instant::now();
    let count = check_template(template).len();
    println!("{what}: {:?}", start.elapsed());
    count
}

/// How many mistakes there are; what is so deep cannot be dropped either, which is the caller's affair.
fn count_in_a_small_thread(template: Json) -> usize {
    let template: &'static Json = Box::leak(Box::new(template));
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(|| found("a template of 10,000 levels", template)).unwrap().join().unwrap()
}

#[test]
fn many_tags_that_differ_or_are_the_same() {
    let bucket =
        |tags: Json| json!({ "Resources": { "B": { "Type": "AWS::S3::Bucket", "Properties": { "Tags": tags } } } });
    let different = (0..MANY).map(|it| json!({ "Key": format!("k{it}"), "Value": "v" }));
    let same = (0..MANY).map(|_| json!({ "Key": "k", "Value": "v" }));
    assert!(found("20,000 tags that differ", &bucket(different.collect())) <= 1);
    assert!(found("20,000 tags that are the same", &bucket(same.collect())) >= MANY - 1);
    let keys: Map<_, _> = (0..MANY).map(|it| (format!("K{it}"), json!("x"))).collect();
    assert!(
        check_template(&json!({ "Resources": { "B": { "Type": "AWS::S3::Bucket", "Properties": keys } } })).len()
            >= MANY
    );
}

/// `json!` copies what is put into it, level by level.
fn map(key: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(key.to_owned(), value)]))
}

fn list(values: impl IntoIterator<Item = Json>) -> Json {
    Json::Array(values.into_iter().collect())
}

#[test]
fn functions_in_functions_ten_thousand_levels_deep() {
    let wraps: [fn(Json) -> Json; 5] = [
        |it| map("Fn::Join", list([json!(""), list([it])])),
        |it| map("Fn::If", list([json!("X"), it, json!("x")])),
        |it| map("Fn::Sub", list([json!("${a}"), map("a", it)])),
        |it| list([it]),
        |it| map("a", it),
    ];
    for wrap in wraps {
        let deep = || (0..10_000).fold(json!("x"), |it, _| wrap(it));
        let topic = |name: Json| {
            let mut topic = Map::from_iter([("Type".to_owned(), json!("AWS::SNS::Topic"))]);
            topic.insert("Properties".to_owned(), map("TopicName", name));
            Json::Object(topic)
        };
        count_in_a_small_thread(map("Resources", map("T", topic(deep()))));
        let looped = map("Fn::ForEach::X", list([json!("N"), json!(["a"]), map("T${N}", topic(deep()))]));
        count_in_a_small_thread(map("Resources", looped));
        for section in ["Metadata", "Conditions", "Outputs", "Mappings", "Parameters", "Rules", "Transform"] {
            count_in_a_small_thread(map(section, map("X", map("Value", deep()))));
        }
    }
    let negated = (0..10_000).fold(json!({ "Fn::Equals": ["a", "b"] }), |it, _| map("Fn::Not", list([it])));
    let mut template = Map::from_iter([("Conditions".to_owned(), map("C", negated))]);
    template.insert("Resources".to_owned(), json!({ "Q": { "Type": "AWS::SQS::Queue", "Condition": "C" } }));
    assert_eq!(count_in_a_small_thread(Json::Object(template)), 0);
}

#[test]
fn many_names_that_nothing_has() {
    let unknown = |it: usize| json!({ "Type": format!("AWS::Unknown::Thing{it}") });
    let few: Map<_, _> = (0..500).map(|it| (format!("R{it}"), unknown(it))).collect();
    assert_eq!(found("500 types that nobody knows", &json!({ "Resources": few })), 500);
    assert_eq!(found("20,000 types that nobody knows", &resources(unknown)), MANY);
    let refers = |it: usize| json!({ "Type": "AWS::SQS::Queue", "DependsOn": format!("S{it}"), "Properties": { "QueueName": { "Ref": format!("Q{it}") } } });
    assert_eq!(found("40,000 references to nothing", &resources(refers)), 2 * MANY);
    let statements: Json = (0..MANY)
        .map(|it| json!({ "Effect": "Allow", "Action": format!("ec2:Nothing{it}"), "Resource": "*" }))
        .collect();
    let policy = json!({ "PolicyDocument": { "Statement": statements } });
    let template = json!({ "Resources": { "P": { "Type": "AWS::IAM::ManagedPolicy", "Properties": policy } } });
    assert_eq!(template_warnings(&template).len(), MANY);
}

#[test]
fn many_resources_that_need_one_another() {
    let next = |it: usize| json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Ref": format!("R{}", (it + 1) % MANY) } } });
    assert_eq!(check_template(&resources(next)).len(), 1);
    let same = |_| json!({ "Type": "AWS::S3::Bucket", "Properties": { "BucketName": "the-same" } });
    assert_eq!(check_template(&resources(same)).len(), MANY - 1);
    let chain = |it: usize| json!({ "Fn::And": [{ "Condition": format!("C{}", it + 1) }, { "Condition": format!("C{}", it + 1) }] });
    let mut conditions: Map<_, _> = (0..MANY).map(|it| (format!("C{it}"), chain(it))).collect();
    conditions.insert(format!("C{MANY}"), json!({ "Fn::Equals": [{ "Ref": "AWS::Region" }, "x"] }));
    let mut template = resources(
        |it| json!({ "Type": "AWS::SQS::Queue", "Condition": format!("C{it}"), "DependsOn": format!("R{}", (it + 1) % MANY) }),
    );
    template["Conditions"] = Json::Object(conditions);
    check_template(&template);
}

#[test]
fn patterns_and_loops_that_multiply() {
    let action = format!("s3:{}b", "*a".repeat(2_000));
    let policy =
        json!({ "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] } });
    let template = json!({ "Resources": { "P": { "Type": "AWS::IAM::ManagedPolicy", "Properties": policy } } });
    assert_eq!(template_warnings(&template).len(), 1);
    let names: Vec<_> = (0..100).map(|it| format!("N{it}")).collect();
    let body = json!({ "${A}${B}${C}${D}${E}": { "Type": "AWS::SQS::Queue" } });
    let loops = ["A", "B", "C", "D", "E"]
        .iter()
        .fold(body, |body, name| json!({ format!("Fn::ForEach::{name}"): [name, names, body] }));
    check_template(&json!({ "Transform": "AWS::LanguageExtensions", "Resources": loops }));
}
