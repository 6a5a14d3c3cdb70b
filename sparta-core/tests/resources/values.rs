//! What expressions and literals become.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sparta_core::{
    cfn::{IntoValue, LogicalId, Resource, Template, Value, join, sub},
    property, resource,
};

fn properties(resource: &Resource) -> Json {
    json!(resource.properties())
}

#[test]
fn literals_are_written_as_json_has_them() {
    let resource = resource!(Acme::Test::Literals {
        Text: "a \"quoted\" text\n\tof two lines, ünïcode and a \u{1}",
        Raw: r#"{"a": 1}"#,
        Integer: 1_000,
        Hexadecimal: 0xff,
        Large: 18_446_744_073_709_551_615,
        Negative: -5,
        Decimal: 0.25,
        Point: 2.0,
        Small: -1e-3,
        Yes: true,
        No: false,
        Empty: {},
        None: [],
        List: [1, "two", [3], { four: 4 }],
        "a key: of its own": { Fn::Sub: "${AWS::Region}", type: 1 },
    });
    let expected = json!({
        "Text": "a \"quoted\" text\n\tof two lines, ünïcode and a \u{1}",
        "Raw": r#"{"a": 1}"#,
        "Integer": 1000,
        "Hexadecimal": 255,
        "Large": 18_446_744_073_709_551_615_u64,
        "Negative": -5,
        "Decimal": 0.25,
        "Point": 2.0,
        "Small": -0.001,
        "Yes": true,
        "No": false,
        "Empty": {},
        "None": [],
        "List": [1, "two", [3], {"four": 4}],
        "a key: of its own": {"Fn::Sub": "${AWS::Region}", "type": 1},
    });
    assert_eq!(properties(&resource), expected);
    assert_eq!(resource.resource_type(), "Acme::Test::Literals");
}

#[test]
fn expressions_become_what_they_are() {
    let name = String::from("hello");
    let tags = BTreeMap::from([("app", "hello")]);
    let id = LogicalId::of_words(["other"]);
    let resource = resource!(Acme::Test::Expressions {
        Borrowed: (&name),
        Text: (name.as_str()),
        Made: (format!("{name}-{}", 1)),
        Number: (name.len()),
        Bool: (name.is_empty()),
        List: (vec![1, 2]),
        Map: (tags),
        Json: (json!({"a": [null, 1]})),
        Sub: (sub("${AWS::Region}")),
        Join: (join("-", [Value::from("a"), id.reference()])),
        Attribute: (id.attribute("Arn")),
        Nested: [{ In: [(name.clone())] }],
    });
    let expected = json!({
        "Borrowed": "hello",
        "Text": "hello",
        "Made": "hello-1",
        "Number": 5,
        "Bool": false,
        "List": [1, 2],
        "Map": {"app": "hello"},
        "Json": {"a": [null, 1]},
        "Sub": {"Fn::Sub": "${AWS::Region}"},
        "Join": {"Fn::Join": ["-", ["a", {"Ref": "Other"}]]},
        "Attribute": {"Fn::GetAtt": ["Other", "Arn"]},
        "Nested": [{"In": ["hello"]}],
    });
    assert_eq!(properties(&resource), expected);
}

#[test]
fn what_is_none_is_left_out() {
    let resource = resource!(AWS::S3::Bucket {
        BucketName: (None::<&str>),
        Tags: [(None::<Value>), { Key: "app", Value: (Some("hello")) }],
        VersioningConfiguration: (Some(property!(AWS::S3::Bucket.VersioningConfiguration { Status: "Enabled" }))),
    });
    let expected =
        json!({"Tags": [{"Key": "app", "Value": "hello"}], "VersioningConfiguration": {"Status": "Enabled"}});
    assert_eq!(properties(&resource), expected);
}

#[test]
fn a_type_of_the_users_own_says_what_it_is() {
    struct Days(u32);

    impl IntoValue for Days {
        fn into_value(self) -> Option<Value> {
            (self.0 > 0).then(|| Value::from(self.0))
        }
    }

    let group = |days| resource!(AWS::Logs::LogGroup { RetentionInDays: (Days(days)) });
    assert_eq!(properties(&group(7)), json!({"RetentionInDays": 7}));
    assert_eq!(properties(&group(0)), json!({}));
}

#[test]
fn a_macro_can_pass_expressions_and_literals_on() {
    macro_rules! log_group {
        ($name:expr, $days:literal) => {
            resource!(AWS::Logs::LogGroup { LogGroupName: $name, RetentionInDays: $days })
        };
    }
    let name = "hello";
    assert_eq!(properties(&log_group!(name, 7)), json!({"LogGroupName": "hello", "RetentionInDays": 7}));
    assert_eq!(properties(&log_group!("hello", 7)), json!({"LogGroupName": "hello", "RetentionInDays": 7}));
}

#[test]
fn nothing_of_the_users_own_names_is_in_the_way() {
    #[allow(dead_code)]
    mod core {}
    #[allow(dead_code)]
    mod std {}
    #[allow(dead_code)]
    struct Option;
    #[allow(dead_code)]
    trait IntoValue {}
    let name = "hello";
    let resource = resource!(AWS::S3::Bucket { BucketName: (name) });
    assert_eq!(properties(&resource), json!({"BucketName": "hello"}));
}

#[test]
fn types_that_are_not_of_aws_are_taken_as_they_are() {
    let mut template = Template::new("");
    for (position, resource) in [
        resource!(Custom::Seeder { ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:seed", Rows: 3 }),
        resource!("Custom::Seeder-With@Signs_" { ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:seed" }),
        resource!(AWS::CloudFormation::CustomResource {
            ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:seed",
            Rows: 3,
        }),
        resource!(Acme::Billing::Account { Owner: "greetings" }),
        resource!(Acme::Billing::Account::MODULE { Parameters: { Owner: "greetings" } }),
        Resource::raw("Acme::Billing::Account", json!({"Owner": "greetings"})),
    ]
    .into_iter()
    .enumerate()
    {
        template.resource(LogicalId::of_words(["R", &position.to_string()]), resource);
    }
    assert_eq!(template.resources().len(), 6);
    template.check().unwrap_or_else(|mistakes| panic!("{mistakes}"));
}

/// The first item of a list may have rules of its own, and which item a part is, is not known.
#[test]
fn any_item_of_a_list_can_be_a_part() {
    let range = property!(AWS::DynamoDB::Table.KeySchema[] { AttributeName: "a", KeyType: "RANGE" });
    assert_eq!(range, Value::from(json!({"AttributeName": "a", "KeyType": "RANGE"})));
}
