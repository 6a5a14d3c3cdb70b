//! Rules about two values of one resource, which no schema says.

use serde_json::{Value as Json, json};
use sparta_schema::{Node, check, resource_type};

fn messages(name: &str, properties: Json) -> Vec<String> {
    let faults = check(resource_type(name).unwrap(), &Node::from_json(&properties));
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_keys_of_a_table_are_the_attributes_that_it_defines() {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let key = |name: &str| json!([{ "AttributeName": name, "KeyType": "HASH" }]);
    let table = |attributes: Json, index: &str| {
        let index =
            json!({ "IndexName": "byName", "KeySchema": key(index), "Projection": { "ProjectionType": "ALL" } });
        json!({
            "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes, "KeySchema": key("id"),
            "GlobalSecondaryIndexes": [index],
        })
    };
    let mut global = table(json!([attribute("id")]), "name");
    global["Replicas"] = json!([{ "Region": "eu-west-1" }]);
    let missing = "AttributeDefinitions: the key `name` of the table or an index has no attribute definition: \
                   `AttributeDefinitions` needs one of its name and type";
    assert_eq!(messages("AWS::DynamoDB::Table", table(json!([attribute("id"), attribute("name")]), "name")), [""; 0]);
    assert_eq!(messages("AWS::DynamoDB::Table", table(json!([attribute("id")]), "name")), [missing]);
    assert_eq!(messages("AWS::DynamoDB::GlobalTable", global), [missing]);
    assert_eq!(
        messages("AWS::DynamoDB::Table", table(json!([attribute("id"), attribute("nam")]), "name")),
        [
            format!("{missing}; did you mean `nam`?"),
            "AttributeDefinitions: the attribute `nam` is no key of the table or an index: only keys are defined, leave it out"
                .to_owned(),
        ]
    );
    // what is known only when it is deployed may be the other one
    assert_eq!(messages("AWS::DynamoDB::Table", table(json!([attribute("id"), { "Ref": "Other" }]), "name")), [""; 0]);
    let chosen = json!([attribute("id"), { "Fn::If": ["x", attribute("name"), { "Ref": "AWS::NoValue" }] }]);
    assert_eq!(messages("AWS::DynamoDB::Table", table(chosen, "name")), [""; 0]);
}

#[test]
fn a_record_is_of_its_type_and_in_its_zone() {
    let record = |zone: &str, name: &str, address: &str| json!({ "HostedZoneName": zone, "Name": name, "Type": "A", "TTL": "60", "ResourceRecords": [address] });
    let name = "AWS::Route53::RecordSet";
    assert_eq!(messages(name, record("example.com.", "x.example.com", "192.0.2.1")), [""; 0]);
    assert_eq!(messages(name, record("example.com.", "example.com.", "192.0.2.1")), [""; 0]);
    assert_eq!(
        messages(name, record("example.com", "x.example.com", "192.0.2.1")),
        ["HostedZoneName: `HostedZoneName` must end with a dot: `example.com.`"]
    );
    assert_eq!(
        messages(name, record("example.com.", "x.example.org", "192.0.2.1")),
        ["Name: `Name` must be `example.com.` or end with `.example.com.`, its zone, unlike `x.example.org`"]
    );
    for wrong in ["not-an-ip", "1.2.3", "256.0.0.1", "2001:db8::1"] {
        let found = messages(name, record("example.com.", "x.example.com", wrong));
        assert!(found.len() == 1 && found[0].contains("must be an IPv4 address such as `192.0.2.1`"), "{found:?}");
    }
    let mut of_v6 = record("example.com.", "x.example.com", "2001:db8::1");
    of_v6["Type"] = json!("AAAA");
    assert_eq!(messages(name, of_v6), [""; 0]);
}

#[test]
fn domains_and_lifecycles_fit_one_another() {
    let alias = |alias: &str| {
        let behavior = json!({ "TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "x" });
        let origin = json!({ "Id": "o", "DomainName": "example.com", "CustomOriginConfig": { "OriginProtocolPolicy": "https-only" } });
        json!({ "DistributionConfig": { "Enabled": true, "Aliases": [alias], "DefaultCacheBehavior": behavior, "Origins": [origin] } })
    };
    for right in ["www.example.com", "*.example.com", "a-b.c.io"] {
        assert_eq!(messages("AWS::CloudFront::Distribution", alias(right)), [""; 0]);
    }
    for wrong in ["not a domain", "x.*.example.com", "WWW.example.com", "-x.example.com", "localhost"] {
        let found = messages("AWS::CloudFront::Distribution", alias(wrong));
        assert!(found.len() == 1 && found[0].contains("is no domain name of a distribution"), "{wrong}: {found:?}");
    }
    let certificate = |validation: &str| {
        let option = json!({ "DomainName": "www.example.com", "ValidationDomain": validation });
        json!({ "DomainName": "www.example.com", "DomainValidationOptions": [option] })
    };
    assert_eq!(messages("AWS::CertificateManager::Certificate", certificate("example.com")), [""; 0]);
    assert_eq!(
        messages("AWS::CertificateManager::Certificate", certificate("ample.com")),
        [
            "DomainValidationOptions[0].ValidationDomain: `ValidationDomain` must be `www.example.com` or a domain above it, not \
          `ample.com`"
        ]
    );
    let plan = |days: u32| {
        let lifecycle = json!({ "MoveToColdStorageAfterDays": 30, "DeleteAfterDays": days });
        let rule = json!({ "RuleName": "r", "TargetBackupVault": "v", "Lifecycle": lifecycle });
        json!({ "BackupPlan": { "BackupPlanName": "p", "BackupPlanRule": [rule] } })
    };
    assert_eq!(messages("AWS::Backup::BackupPlan", plan(120)), [""; 0]);
    assert_eq!(
        messages("AWS::Backup::BackupPlan", plan(60)),
        ["BackupPlan.BackupPlanRule[0].Lifecycle.DeleteAfterDays: `DeleteAfterDays` must be at least 90 days after \
          `MoveToColdStorageAfterDays`: 120 or more, not 60"]
    );
}

#[test]
fn stages_fetch_first_and_take_what_was_made() {
    let action = |category: &str, provider: &str, inputs: &[&str], outputs: &[&str]| {
        let named = |names: &[&str]| names.iter().map(|it| json!({ "Name": it })).collect::<Json>();
        let configuration = match provider {
            "S3" => json!({ "S3Bucket": "b", "S3ObjectKey": "k" }),
            "CodeBuild" => json!({ "ProjectName": "p" }),
            _ => {
                json!({ "ActionMode": "CREATE_UPDATE", "StackName": "s", "TemplatePath": "Bilt::t.json", "RoleArn": "arn:aws:iam::123456789012:role/r" })
            }
        };
        json!({
            "Name": "act", "ActionTypeId": { "Category": category, "Owner": "AWS", "Provider": provider, "Version": "1" },
            "Configuration": configuration, "InputArtifacts": named(inputs), "OutputArtifacts": named(outputs),
        })
    };
    let found = |stages: &[Json]| {
        let stages: Json =
            stages.iter().enumerate().map(|(at, it)| json!({ "Name": format!("s{at}"), "Actions": [it] })).collect();
        let store = json!({ "Type": "S3", "Location": "bucket" });
        messages(
            "AWS::CodePipeline::Pipeline",
            json!({ "RoleArn": "arn:aws:iam::123456789012:role/r", "ArtifactStore": store, "Stages": stages }),
        )
    };
    let source = action("Source", "S3", &[], &["Source"]);
    let build = action("Build", "CodeBuild", &["Source"], &["Built"]);
    assert_eq!(found(&[source.clone(), build.clone()]), [""; 0]);
    assert_eq!(
        found(&[source.clone(), action("Build", "CodeBuild", &["Nope"], &["Built"])]),
        ["Stages[1].Actions[0].InputArtifacts[0].Name: no action before makes the artifact `Nope`"]
    );
    assert_eq!(
        found(&[build.clone(), source.clone()]),
        [
            "Stages[0].Actions[0].ActionTypeId.Category: the first stage has sources alone, no action of the category `Build`",
            "Stages[0].Actions[0].InputArtifacts[0].Name: no action before makes the artifact `Source`",
            "Stages[1].Actions[0].ActionTypeId.Category: only the first stage has sources",
        ]
    );
    assert_eq!(
        found(&[source.clone(), action("Build", "CodeBuild", &[], &["Built"])]),
        ["Stages[1].Actions[0].InputArtifacts: an action of CodeBuild has 1 to 5 `InputArtifacts`, not 0"]
    );
    assert_eq!(
        found(&[source, build, action("Deploy", "CloudFormation", &["Built"], &[])]),
        [
            "Stages[2].Actions[0].Configuration.TemplatePath: `TemplatePath` must begin with the name of an input artifact, such \
          as `Built::template.json`, not `Bilt::t.json`; did you mean `Built`?"
        ]
    );
}
