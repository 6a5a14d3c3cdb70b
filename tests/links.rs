//! The whole service of `examples/links`, deployed and used through the bytes that were packaged.
//!
//! LocalStack sends the queue's messages and the bucket's events to the functions. An HTTP API is only a placeholder in it, and
//! a schedule is kept and never due: what these two would send is an invocation here.

use std::{fs, io::Cursor};

use image::{GenericImageView, ImageFormat, RgbImage};
use serde_json::{Value, json};
use sparta_test_models::events;
use sparta_test_tools::get;

use crate::support::{Account, LIGHT_PROFILE, Service, assert_says, run};

const STACK: &str = "Test-Links";

/// The subnet of the function `count`.
const SUBNET: &str = "subnet-0a1b2c3d4e5f60718";

#[test]
fn links_are_made_followed_and_counted_and_images_get_thumbnails() {
    let account = Account::of(Service::with_features("links", &["aws"]));
    deploy(&account);
    upload(&account);
    links_are_made_and_followed(&account);
    a_poisoned_message_fails_alone(&account);
    clicks_are_reported(&account);
    a_thumbnail_is_found(&account);
}

fn deploy(account: &Account) {
    let ec2 = |operation: &str, parameters: Value| account.aws().call("ec2", operation, parameters);
    let vpc = &ec2("describe_vpcs", json!({}))["Vpcs"][0]["VpcId"];
    let id = json!({"ResourceType": "subnet", "Tags": [{"Key": "_custom_id_", "Value": SUBNET}]});
    ec2("create_subnet", json!({"VpcId": vpc, "CidrBlock": "172.31.128.0/20", "TagSpecifications": [id]}));

    let output = account.output.path().to_str().unwrap();
    let arguments = ["provision", "-e", "test", "--s3Bucket", "code", "--outputDir", output];
    let created = run(account.command(arguments).envs(LIGHT_PROFILE)).success();
    assert_says(&created, &["stack Test-Links is created", "HttpApiUrl = "]);
}

/// What the API answers to a request that its HTTP API lets through.
fn answer(account: &Account, method: &str, path: &str, body: &Value) -> Value {
    let mut event = events::http_api(path);
    event["requestContext"]["http"]["method"] = method.into();
    event["headers"]["content-type"] = "application/json".into();
    event["body"] = body.to_string().into();
    event["isBase64Encoded"] = false.into();
    account.localstack.invoke(&account.stack_output(STACK, "ApiFunction"), &event).unwrap()
}

fn links_are_made_and_followed(account: &Account) {
    let link = json!({"code": "rust", "target": "https://rust-lang.org"});
    let made = answer(account, "POST", "/links", &link);
    assert_eq!((&made["statusCode"], &made["body"]), (&json!(201), &json!(r#"{"code":"rust"}"#)), "{made}");
    assert_eq!(answer(account, "POST", "/links", &link)["statusCode"], 409);

    let followed = answer(account, "GET", "/rust", &Value::Null);
    assert_eq!(followed["statusCode"], 302, "{followed}");
    assert_eq!(followed["headers"]["location"], "https://rust-lang.org");
    assert_eq!(answer(account, "GET", "/nowhere", &Value::Null)["statusCode"], 404);

    let seeded = account.run(["seed", "-e", "test", "--count", "2"]).success();
    assert_says(&seeded, &["Test-Links-LinksTable-", ": link-1, link-2"]);
    assert_eq!(answer(account, "GET", "/link-2", &Value::Null)["statusCode"], 302);
}

/// Of the messages in one batch, the one about a link that is not there comes again until it is a dead letter. If the others
/// came again with it, they would be counted twice.
fn a_poisoned_message_fails_alone(account: &Account) {
    let sqs = |operation: &str, parameters: Value| account.aws().call("sqs", operation, parameters);
    let clicks = account.stack_output(STACK, "ClicksQueue");
    // Five times the 23 seconds that are deployed are long to wait for. Six are still longer than the window of a batch.
    sqs("set_queue_attributes", json!({"QueueUrl": clicks, "Attributes": {"VisibilityTimeout": "6"}}));
    let bodies = [("0", "rust"), ("1", "nowhere"), ("2", "rust")];
    let entries = bodies.map(|(id, body)| json!({"Id": id, "MessageBody": body}));
    sqs("send_message_batch", json!({"QueueUrl": clicks, "Entries": entries}));

    let dead = json!({"StackName": STACK, "LogicalResourceId": "ClicksDeadLetterQueue"});
    let dead = account.aws().call("cloudformation", "describe_stack_resource", dead);
    let dead = &dead["StackResourceDetail"]["PhysicalResourceId"];
    let letter = account.eventually(|| {
        let received = sqs("receive_message", json!({"QueueUrl": dead, "WaitTimeSeconds": 1}));
        received["Messages"].get(0).cloned()
    });
    assert_eq!(letter["Body"], "nowhere");

    let key = json!({"TableName": account.stack_output(STACK, "LinksTable"), "Key": {"code": {"S": "rust"}}});
    let link = &account.aws().call("dynamodb", "get_item", key)["Item"];
    assert_eq!(link["clicks"], json!({"N": "3"}), "once by following it, and two messages: {link}");
    let counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let left = sqs("get_queue_attributes", json!({"QueueUrl": clicks, "AttributeNames": counts}));
    assert!(counts.iter().all(|count| left["Attributes"][count] == "0"), "{left}");

    let logs = account.localstack.function_logs().join("\n");
    let lines = logs.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
    let saying = |text: &'static str| lines.iter().filter(move |line| line["message"] == text);
    let failures = saying("the record failed and comes again").collect::<Vec<_>>();
    assert_eq!(failures.len(), 5, "as often as the queue has it tried: {failures:#?}");
    let in_one_batch = |failure: &Value| saying("counted").any(|line| line["requestId"] == failure["requestId"]);
    assert!(failures.into_iter().any(in_one_batch), "{lines:#?}");
}

fn clicks_are_reported(account: &Account) {
    let event = json!({
        "version": "0",
        "id": "d32c5kddcf5bb8c3",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": "2026-11-30T07:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/report"],
        "detail": "{}",
    });
    let report = account.stack_output(STACK, "ReportFunction");
    assert_eq!(account.localstack.invoke(&report, &event), Ok(json!(4)), "three of one link, one of another");
}

fn upload(account: &Account) {
    let mut image = Vec::new();
    RgbImage::new(800, 400).write_to(&mut Cursor::new(&mut image), ImageFormat::Jpeg).unwrap();
    let file = account.output.path().join("x.jpg");
    fs::write(&file, image).unwrap();
    let body = format!("fileb://{}", file.display());
    let bucket = account.stack_output(STACK, "ImagesBucket");
    account.aws().call("s3", "put_object", json!({"Bucket": bucket, "Key": "uploads/x.jpg", "Body": body}));
}

fn a_thumbnail_is_found(account: &Account) {
    let thumb =
        format!("{}/{}/thumbs/x.jpg", account.localstack.endpoint(), account.stack_output(STACK, "ImagesBucket"));
    let thumb = account.eventually(|| Some(get(&thumb)).filter(|answer| answer.status == 200)).body;
    assert_eq!(image::load_from_memory(&thumb).unwrap().dimensions(), (200, 100));
}
