//! What linters of IAM policies and of security say to what Sparta writes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sparta::{App, delivery::Source};
use sparta_test_models::{
    apis,
    constructs::constructs,
    custom_resources::broker,
    edges::edges,
    gated::{abroad, at_the_edge, gated},
    load_balancer, models,
    options::options,
    rest::rest_apis,
    settings,
    site::site,
    web_socket,
};
use sparta_test_tools::{Finding, checkov, parliament};
use tempfile::TempDir;

use crate::{
    commands::Shell,
    support::{document, package},
};

const EXAMPLES: [&str; 5] = ["hello", "codepipeline", "commands", "chat", "quotes"];

/// The templates of all examples, and those of Apps with everything, with a connection and with a token.
fn templates(folder: &Path) -> Vec<PathBuf> {
    let mut templates = Vec::new();
    for example in EXAMPLES {
        for name in ["cloudformation", "pipeline"] {
            let written = package(example).path().join(name).with_extension("json");
            if written.exists() {
                let path = folder.join(format!("{example}-{name}.json"));
                fs::copy(written, &path).unwrap();
                templates.push(path);
            }
        }
    }
    assert_eq!(templates.len(), 6);
    let apps = constructs().into_iter().chain(rest_apis()).chain([
        models::everything(),
        options(),
        settings::large(),
        apis::guarded(),
        apis::in_body(),
        gated(),
        abroad(),
        at_the_edge(),
        web_socket::chat(),
        load_balancer::shop(),
        broker(),
        edges(),
        site(),
    ]);
    templates.extend(apps.flat_map(|app| of_app(&app, folder)));
    templates
}

fn of_app(app: &App, folder: &Path) -> Vec<PathBuf> {
    let synthesis = app.synthesize().unwrap();
    let pipeline = synthesis.model.pipeline().unwrap();
    let oauth = Source::OAuth { secret_name: "sparta/x/github-token" };
    let mut documents = vec![
        ("service".to_owned(), synthesis.template.to_json()),
        ("connection".to_owned(), synthesis.pipeline(pipeline, Source::Connection).unwrap().to_json()),
        ("oauth".to_owned(), synthesis.pipeline(pipeline, oauth).unwrap().to_json()),
    ];
    let stores = synthesis.stores(pipeline).unwrap().into_iter();
    documents.extend(stores.map(|it| (it.stack, it.template.to_json())));
    let others = synthesis.elsewhere(pipeline).unwrap().into_iter();
    documents.extend(others.map(|it| (it.environment, it.template.to_json())));
    let write = |(name, text): (String, String)| {
        let path = folder.join(format!("{}-{name}.json", app.name()));
        fs::write(&path, text).unwrap();
        path
    };
    documents.into_iter().map(write).collect()
}

/// The identity policies in a template, as IAM gets them from a deployment.
fn policies(template: &Path) -> Vec<(String, Value)> {
    let name = template.file_stem().unwrap().to_str().unwrap();
    let json = document(template);
    let mut found = Vec::new();
    for (id, resource) in json["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        let inline = properties["Policies"].as_array().into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        let own = resource["Type"].as_str().is_some_and(|kind| kind.starts_with("AWS::IAM::"));
        let own = own.then(|| properties.get("PolicyDocument")).flatten();
        for (number, policy) in inline.chain(own).enumerate() {
            found.push((format!("{name}-{id}-{number}"), deployed(policy, &json)));
        }
    }
    found
}

/// What CloudFormation makes of a value: each reference becomes something of the right form.
fn deployed(value: &Value, template: &Value) -> Value {
    match value {
        Value::Object(map) => match (map.get("Fn::Sub"), map.get("Fn::GetAtt"), map.get("Ref")) {
            (Some(Value::Array(parts)), ..) => {
                let own = deployed(&parts[1], template);
                let filled = own.as_object().unwrap().iter().fold(parts[0].as_str().unwrap().to_owned(), filled);
                substituted(&filled, template).into()
            }
            (Some(text), ..) => substituted(text.as_str().unwrap(), template).into(),
            // The stream of a table has no ARN of its own to be told by.
            (_, Some(path), _) if path[1] == "StreamArn" => {
                format!("{}/stream/1", arn(path[0].as_str().unwrap(), template)).into()
            }
            (_, Some(path), _) => arn(path[0].as_str().unwrap(), template).into(),
            (.., Some(name)) => named(name.as_str().unwrap(), template).into(),
            // As where an environment is in another region.
            _ if map.contains_key("Fn::If") => deployed(&map["Fn::If"][1], template),
            // A part of a setting, such as the name of a secret that a function fetches.
            _ if map.contains_key("Fn::Select") => "selected".into(),
            _ => map.iter().map(|(key, value)| (key.clone(), deployed(value, template))).collect(),
        },
        Value::Array(items) => items.iter().map(|item| deployed(item, template)).collect(),
        plain => plain.clone(),
    }
}

/// A text with the value of a name of its own.
fn filled(text: String, (name, value): (&String, &Value)) -> String {
    text.replace(&format!("${{{name}}}"), value.as_str().unwrap())
}

fn substituted(text: &str, template: &Value) -> String {
    let mut parts = text.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_once('}').unwrap();
        let value = match name.split_once('.') {
            Some((id, _)) => arn(id, template),
            None => named(name, template),
        };
        text + &value + rest
    })
}

fn named(name: &str, template: &Value) -> String {
    let known = [
        ("AWS::Partition", "aws"),
        ("AWS::Region", "eu-west-1"),
        ("AWS::AccountId", "123456789012"),
        ("AWS::StackId", "arn:aws:cloudformation:eu-west-1:123456789012:stack/Stack/1"),
        ("AWS::StackName", "Stack"),
        ("ArtifactKey", "arn:aws:kms:eu-west-1:123456789012:key/1"),
        ("EuCentral1ArtifactKey", "arn:aws:kms:eu-central-1:123456789012:key/1"),
        ("EuWest3ArtifactKey", "arn:aws:kms:eu-west-3:123456789012:key/1"),
        ("ConnectionArn", "arn:aws:codeconnections:eu-west-1:123456789012:connection/1"),
    ];
    let known = known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    known.unwrap_or_else(|| match template["Resources"][name]["Type"].as_str() {
        Some(
            "AWS::IAM::ManagedPolicy" | "AWS::Lambda::Alias" | "AWS::SNS::Topic" | "AWS::StepFunctions::StateMachine",
        ) => arn(name, template),
        _ => name.to_lowercase(),
    })
}

fn arn(id: &str, template: &Value) -> String {
    let resource = match template["Resources"][id]["Type"].as_str().unwrap() {
        "AWS::CodeConnections::Connection" => "codeconnections:eu-west-1:123456789012:connection/",
        "AWS::IAM::Role" => "iam::123456789012:role/",
        "AWS::IAM::ManagedPolicy" => "iam::123456789012:policy/",
        "AWS::KMS::Key" => "kms:eu-west-1:123456789012:key/",
        "AWS::Logs::LogGroup" => "logs:eu-west-1:123456789012:log-group:",
        "AWS::S3::Bucket" => "s3:::",
        "AWS::DynamoDB::Table" => "dynamodb:eu-west-1:123456789012:table/",
        "AWS::Events::EventBus" => "events:eu-west-1:123456789012:event-bus/",
        "AWS::Kinesis::Stream" => "kinesis:eu-west-1:123456789012:stream/",
        "AWS::Lambda::Alias" => "lambda:eu-west-1:123456789012:function:report:",
        "AWS::Lambda::Function" => "lambda:eu-west-1:123456789012:function:",
        "AWS::SNS::Topic" => "sns:eu-west-1:123456789012:",
        "AWS::SQS::Queue" => "sqs:eu-west-1:123456789012:",
        "AWS::StepFunctions::StateMachine" => "states:eu-west-1:123456789012:stateMachine:",
        other => panic!("no ARN is known of {other}"),
    };
    // A log group's ARN ends so.
    let end = if resource.contains("log-group") { ":*" } else { "" };
    format!("arn:aws:{resource}{}{end}", id.to_lowercase())
}

/// What parliament's finding says, at its end, with the reason to have it in a policy all the same.
const TOLERATED: [(&str, &str); 25] = [
    (
        "action apigateway:TagResource",
        "API Gateway makes no stage with tags without it, though IAM's reference leaves it out",
    ),
    ("action apigateway:UntagResource", "the same when a tag goes"),
    (
        "action cloudformation:DescribeEvents",
        "of November 2025, and tells why a change set failed; parliament's data is older",
    ),
    (
        "action cloudfront:CreateConnectionGroup",
        "what the registry says that CloudFormation calls for a distribution; parliament's data is older",
    ),
    ("action cloudfront:GetConnectionGroup", "the same"),
    (
        r#"["cloudwatch:DescribeAlarms"]"#,
        "CloudWatch tells of alarms that are made of others only who may see all of them",
    ),
    (
        r#"{"action":"elasticloadbalancing:CreateRule","required_format":"arn:*:elasticloadbalancing:*:*:listener/net/*/*/*"}]"#,
        "the listener is one of an Application Load Balancer, of which parliament's data has none",
    ),
    ("action lambda:GetFunctionScalingConfig", "of November 2025, and what CloudFormation reads of every function"),
    ("action kinesis:ListTagsForResource", "what CloudFormation reads of every stream; parliament's data is older"),
    ("action kinesis:TagResource", "how streams are tagged by now"),
    ("action kinesis:UntagResource", "the same when a tag goes"),
    (
        "action kinesis:UpdateMaxRecordSize",
        "what CloudFormation calls when a stream changes; parliament's data is older",
    ),
    ("action kinesis:UpdateStreamRecordDistributionStrategy", "the same"),
    ("action kinesis:UpdateStreamWarmThroughput", "the same"),
    ("action lambda:PassCapacityProvider", "what managed instances take; parliament's data is older"),
    ("action lambda:PutFunctionScalingConfig", "the same"),
    (
        "prefix s3files",
        "the service whose mount targets CloudFormation lists of a function; parliament's data is older",
    ),
    ("action s3:GetBucketAbac", "what CloudFormation reads of every bucket; parliament's data is older"),
    ("action s3:PutBucketAbac", "what CloudFormation calls when a bucket changes; parliament's data is older"),
    ("action s3:UpdateBucketMetadataAnnotationTableConfiguration", "the same"),
    ("action s3:UpdateBucketMetadataInventoryTableConfiguration", "the same"),
    ("action s3:UpdateBucketMetadataJournalTableConfiguration", "the same"),
    (
        r#"[{"action":"sns:Unsubscribe","required_format":"*"}]"#,
        "IAM's reference has it on a topic by now; parliament's data is older",
    ),
    (
        r#"{"action":"sns:SetSubscriptionAttributes","required_format":"*"}]"#,
        "the same, and for `sns:GetSubscriptionAttributes` beside it",
    ),
    (
        r#"{"action":"codestar-connections:UseConnection","required_format":"arn:*:codestar-connections:*:*:connection/*"}]"#,
        "what uses a connection was called so before, and AWS does not say which of the two it looks at",
    ),
];

#[test]
fn parliament_finds_nothing_in_any_policy() {
    let folder = TempDir::new().unwrap();
    let mut found: Vec<(String, Value)> = templates(folder.path()).iter().flat_map(|it| policies(it)).collect();
    for example in EXAMPLES {
        let environment: &[&str] =
            if matches!(example, "codepipeline" | "chat" | "quotes") { &["-e", "test"] } else { &[] };
        let explain = ["provision", "--explainRole", "--s3Bucket", "code"];
        let policy = Shell::of(example).run(&[&explain[..], environment].concat()).success();
        found.push((format!("{example}-explained"), serde_json::from_str(&policy).unwrap()));
    }
    assert!(found.len() > 40, "{}", found.len());
    let found = parliament(&found);
    let tolerated = |it: &Finding| TOLERATED.iter().any(|(what, reason)| it.what.ends_with(what) && !reason.is_empty());
    let wrong: Vec<&Finding> = found.iter().filter(|it| !tolerated(it)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unused = TOLERATED.iter().find(|(what, _)| !found.iter().any(|it| it.what.ends_with(what)));
    assert_eq!(unused, None, "nothing is found there any more");
}

#[test]
fn parliament_is_asked_and_answers() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"},
    ]});
    let found = parliament(&[("wrong".to_owned(), policy)]);
    let checks: BTreeSet<&str> = found.iter().map(|it| it.check.as_str()).collect();
    assert!(checks.contains("RESOURCE_MISMATCH"), "{found:?}");
}

/// The checks of checkov's that Sparta's templates do not pass, each with the reason.
const ACCEPTED: [(&str, &str); 21] = [
    ("CKV_AWS_18", "a bucket for the access log of a bucket: CloudTrail tells who read an object"),
    ("CKV_AWS_21", "former versions of objects are paid for: `.versioned()` is there for it"),
    (
        "CKV_AWS_26",
        "AWS's key for SNS lets no AWS service publish: a topic with a publisher has a key of one's own, or none",
    ),
    ("CKV_AWS_27", "queues are encrypted by SQS itself, which the check does not know; a key is money and a choice"),
    ("CKV_AWS_28", "`.without_point_in_time_recovery()` is without it, as its name says"),
    ("CKV_AWS_66", "`Retention::forever()` keeps lines for ever, as its name says"),
    ("CKV_AWS_68", "a web ACL is money and a choice: `Distribution::web_acl(arn)` is there for it"),
    ("CKV_AWS_73", "`RestApiOptions::tracing()` is there for it; each trace is money"),
    ("CKV_AWS_76", "the functions log each request, and access logs of REST APIs need a role of the account's"),
    ("CKV_AWS_86", "the functions log each request; a second log of the same is money and a choice"),
    ("CKV_AWS_95", "the functions log each request; a second log of the same is money and a choice"),
    ("CKV_AWS_115", "reserving instances takes them from the account: `.reserved_concurrency(...)` is there for it"),
    (
        "CKV_AWS_116",
        "HTTP and batches know no dead letters of a function; `.on_failure(..)` and `.dead_letters(..)` are there for the rest",
    ),
    ("CKV_AWS_117", "a function in a VPC needs a VPC with a way out, which is not the service's to make"),
    ("CKV_AWS_119", "tables are encrypted by DynamoDB itself; a key of one's own is money and a choice"),
    (
        "CKV_AWS_120",
        "a cache of a stage is an instance that is paid by the hour, and keeps answers that are not for all",
    ),
    ("CKV_AWS_149", "the webhook's secret is encrypted with AWS's key for Secrets Manager; one of its own is money"),
    ("CKV_AWS_158", "logs are encrypted by CloudWatch; a key of one's own is money and a choice"),
    ("CKV_AWS_173", "variables are encrypted by Lambda, and secrets are kept in Secrets Manager"),
    (
        "CKV_AWS_174",
        "the address that CloudFront gives takes what CloudFront says; `Distribution::domain(..)` takes TLS 1.2 and above",
    ),
    ("CKV_AWS_258", "`FunctionUrl::public()` is for everybody, as its name says"),
];

/// What is accepted of the roles that deploy the Apps behind CloudFront, and of no others.
const ACCEPTED_OF_CLOUDFRONT: (&str, &str) =
    ("CKV_AWS_111", "IAM knows no resource of what makes a distribution or its origin access control");

#[test]
fn checkov_finds_nothing_but_what_is_accepted_for_a_reason() {
    let folder = TempDir::new().unwrap();
    let templates = templates(folder.path());
    let templates: Vec<&Path> = templates.iter().map(PathBuf::as_path).collect();
    let found = checkov(&templates);
    let of_cloudfront = |it: &Finding| {
        it.check == ACCEPTED_OF_CLOUDFRONT.0 && ["/Edges-", "/Pages-"].iter().any(|app| it.place.contains(app))
    };
    let accepted = |it: &&Finding| {
        ACCEPTED.iter().any(|(check, reason)| it.check == *check && !reason.is_empty()) || of_cloudfront(it)
    };
    let wrong: Vec<&Finding> = found.iter().filter(|it| !accepted(it)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unused = ACCEPTED.iter().find(|(check, _)| !found.iter().any(|it| it.check == *check));
    assert_eq!(unused, None, "it passes by now");
}
