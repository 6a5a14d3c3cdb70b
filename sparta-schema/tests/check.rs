//! What is found in a resource's properties, and what is said about it.

use serde_json::{Value as Json, json};
use sparta_schema::{FaultKind, Node, check, resource_type, types, warnings};

pub(crate) fn messages(name: &str, properties: Json) -> Vec<String> {
    let faults = check(resource_type(name).unwrap(), &Node::from_json(&properties));
    faults.iter().map(ToString::to_string).collect()
}

#[track_caller]
pub(crate) fn assert_right(name: &str, properties: Json) {
    assert_eq!(messages(name, properties), [""; 0]);
}

fn role() -> Json {
    json!({ "Fn::GetAtt": ["Role", "Arn"] })
}

#[test]
fn right_properties_have_no_mistakes() {
    assert_right("AWS::S3::Bucket", json!({}));
    assert_right(
        "AWS::S3::Bucket",
        json!({
            "BucketName": { "Fn::Sub": "${AWS::StackName}-x" },
            "VersioningConfiguration": { "Status": "Enabled" },
            "Tags": [{ "Key": "app", "Value": { "Ref": "App" } }],
        }),
    );
    assert_right(
        "AWS::Lambda::Function",
        json!({
            "Code": { "S3Bucket": "bucket", "S3Key": "code.zip" }, "Role": role(), "Handler": "hello",
            "Runtime": "provided.al2023", "MemorySize": "256", "Timeout": 5,
            "Environment": { "Variables": { "LEVEL": "info" } },
        }),
    );
}

#[test]
fn every_mistake_is_reported_at_once() {
    let found = messages(
        "AWS::S3::Bucket",
        json!({
            "Arn": "arn:aws:s3:::x",
            "Tags": [{ "Value": "x" }, 1],
            "VersionConfiguration": {},
            "VersioningConfiguration": { "Status": "On" },
        }),
    );
    assert_eq!(
        found,
        [
            "Arn: `Arn` is set by the service and cannot be given",
            "Tags[0]: missing property `Key` of `Tags[0]`",
            "Tags[1]: `Tags[1]` must be a map, not `1`",
            "VersionConfiguration: unknown property `VersionConfiguration` of AWS::S3::Bucket; did you mean \
             `VersioningConfiguration`?",
            "VersioningConfiguration.Status: `Status` must be one of `Enabled`, `Suspended`, not `On`",
        ]
    );
}

/// `readOnlyProperties` of these types contradicts what else their schemas say of the property.
#[test]
fn properties_that_are_given_when_the_resource_is_created_are_not_read_only() {
    assert_right("AWS::CodeArtifact::Domain", json!({ "DomainName": "hello", "EncryptionKey": "alias/hello" }));
    assert_right(
        "AWS::CodeArtifact::Repository",
        json!({ "RepositoryName": "hello", "DomainName": "hello", "DomainOwner": "123456789012" }),
    );
    assert_right(
        "AWS::Signer::SigningProfile",
        json!({ "ProfileName": "hello", "PlatformId": "AWSLambda-SHA384-ECDSA" }),
    );
    for name in types() {
        let it = resource_type(name).unwrap();
        let is_given =
            |path| [it.create_only(), it.write_only(), it.required()].iter().any(|given| given.contains(path));
        let contradictions: Vec<_> = it.read_only().iter().filter(|path| is_given(path)).collect();
        assert!(contradictions.is_empty(), "{name}: {contradictions:?}");
    }
}

/// What may turn out to be left out moves what follows it to the front.
#[test]
fn the_first_items_are_checked_only_where_it_is_certain_which_they_are() {
    let messages_with = |first: Json| {
        let keys =
            json!([first, { "AttributeName": "b", "KeyType": "RANGE" }, { "AttributeName": "a", "KeyType": "RANGE" }]);
        let attributes =
            json!([{ "AttributeName": "a", "AttributeType": "S" }, { "AttributeName": "b", "AttributeType": "S" }]);
        messages("AWS::DynamoDB::Table", json!({ "KeySchema": keys, "AttributeDefinitions": attributes })).join("\n")
    };
    let hash = json!({ "AttributeName": "a", "KeyType": "HASH" });
    let none = json!({ "Ref": "AWS::NoValue" });
    assert!(!messages_with(hash.clone()).contains("KeyType"), "{}", messages_with(hash.clone()));
    assert!(messages_with(none.clone()).contains("KeySchema[1].KeyType"), "{}", messages_with(none.clone()));
    let perhaps = messages_with(json!({ "Fn::If": ["x", hash, none] }));
    assert!(!perhaps.contains("KeyType"), "{perhaps}");
}

#[test]
fn missing_properties_are_reported_at_their_map() {
    let node = Node::from_json(&json!({ "Code": {} }));
    let faults = check(resource_type("AWS::Lambda::Function").unwrap(), &node);
    let missing = faults.iter().find(|it| it.kind == FaultKind::Required).unwrap();
    assert_eq!((missing.place, missing.message.as_str()), (0, "missing property `Role` of AWS::Lambda::Function"));
}

#[test]
fn numbers_and_booleans_may_be_text() {
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": "5", "FifoQueue": "true", "QueueName": "a.fifo" }));
    assert_right("AWS::SSM::Parameter", json!({ "Type": "String", "Value": 5 }));
    // JSON writes whole numbers with a fraction, too
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": 4.0, "VisibilityTimeout": "30.0" }));
    assert_right(
        "AWS::Glue::Job",
        json!({ "Command": {}, "Role": "arn:aws:iam::123456789012:role/r", "GlueVersion": 4.0 }),
    );
    assert_right(
        "AWS::EC2::SecurityGroup",
        json!({ "GroupDescription": "x", "SecurityGroupIngress": [
        { "IpProtocol": "tcp", "FromPort": 443.0, "ToPort": "443.0", "CidrIp": "0.0.0.0/0" },
    ] }),
    );
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "DelaySeconds": "soon", "FifoQueue": "yes" })),
        [
            "DelaySeconds: `DelaySeconds` must be a whole number, not `soon`",
            "FifoQueue: `FifoQueue` must be `true` or `false`, not `yes`"
        ]
    );
}

#[test]
fn limits_are_kept() {
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "DelaySeconds": 901, "VisibilityTimeout": "-1" })),
        [
            "DelaySeconds: `DelaySeconds` must be at most 900, not 901",
            "VisibilityTimeout: `VisibilityTimeout` must be at least 0, not -1"
        ]
    );
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "Tags": [{ "Key": "", "Value": "x" }] })),
        ["Tags[0].Key: `Key` must have at least 1 character, not 0"]
    );
}

#[test]
fn what_is_unknown_is_taken_for_right() {
    assert_right("AWS::Lambda::Function", json!({ "Code": { "Ref": "Code" }, "Role": { "Fn::ImportValue": "Role" } }));
    assert_right("AWS::S3::Bucket", json!({ "VersioningConfiguration": { "Status": "{{resolve:ssm:status}}" } }));
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": "{{resolve:ssm:delay:1}}" }));
    assert_right("AWS::S3::Bucket", json!({ "Tags": { "Fn::Transform": { "Name": "Tags" } } }));
}

#[test]
fn no_value_is_as_if_left_out() {
    let none = json!({ "Ref": "AWS::NoValue" });
    assert_right("AWS::S3::Bucket", json!({ "BucketName": none, "Tags": none }));
    assert_eq!(
        messages("AWS::Lambda::Function", json!({ "Code": { "ZipFile": "x" }, "Runtime": "nodejs22.x", "Role": none })),
        ["missing property `Role` of AWS::Lambda::Function"]
    );
}

#[test]
fn each_branch_of_a_condition_is_checked() {
    let status = json!({ "Fn::If": ["Kept", "Enabled", { "Fn::If": ["Off", { "Ref": "AWS::NoValue" }, "Of"] }] });
    assert_eq!(
        messages("AWS::S3::Bucket", json!({ "VersioningConfiguration": { "Status": status } })),
        ["VersioningConfiguration.Status: `Status` must be one of `Enabled`, `Suspended`, not `Of`"]
    );
    assert_right(
        "AWS::Lambda::Function",
        json!({ "Code": { "ImageUri": "x" }, "Role": { "Fn::If": ["A", role(), "arn:aws:iam::123456789012:role/x"] } }),
    );
}

#[test]
fn a_null_is_a_mistake_wherever_it_stands() {
    assert_eq!(
        messages("AWS::SNS::Topic", json!({ "TopicName": null, "ArchivePolicy": { "Deep": [null] } })),
        [
            "ArchivePolicy.Deep[0]: `Deep[0]` must not be `null`: leave it out instead",
            "TopicName: `TopicName` must not be `null`: leave it out instead",
        ]
    );
}

#[test]
fn values_fit_the_ones_beside_them() {
    let task = |mode: &str| {
        json!({ "NetworkMode": mode, "ContainerDefinitions": [
            { "Name": "a", "Image": "i", "PortMappings": [{ "ContainerPort": 80, "HostPort": 8080 }, { "ContainerPort": 80 }] },
            { "Name": "b", "Image": "i", "PortMappings": [{ "ContainerPort": 80, "HostPort": "80" }] },
        ] })
    };
    assert_eq!(
        messages("AWS::ECS::TaskDefinition", task("awsvpc")),
        ["ContainerDefinitions[0].PortMappings[0].HostPort: `HostPort` must be `ContainerPort`, 80, or left out with \
             `NetworkMode: awsvpc`"]
    );
    assert_right("AWS::ECS::TaskDefinition", task("bridge"));

    let group = |check: &str| json!({ "MinSize": "1", "MaxSize": "1", "InstanceId": "i-1", "HealthCheckType": check });
    assert_eq!(
        messages("AWS::AutoScaling::AutoScalingGroup", group("EC2,ELB")),
        ["HealthCheckType: EC2's own checks are always made, and `EC2` cannot stand beside others: write `ELB`"]
    );
    for right in ["EC2", "ELB,EBS"] {
        assert_right("AWS::AutoScaling::AutoScalingGroup", group(right));
    }

    let bucket = |tier: &str, days: u32| {
        let tiering = json!([{ "AccessTier": tier, "Days": days }]);
        json!({ "IntelligentTieringConfigurations": [{ "Id": "a", "Status": "Enabled", "Tierings": tiering }] })
    };
    assert_eq!(
        messages("AWS::S3::Bucket", bucket("DEEP_ARCHIVE_ACCESS", 90)),
        [
            "IntelligentTieringConfigurations[0].Tierings[0].Days: `Days` of `DEEP_ARCHIVE_ACCESS` must be 180 to 730, not 90"
        ]
    );
    assert_right("AWS::S3::Bucket", bucket("ARCHIVE_ACCESS", 90));
}

#[test]
fn a_list_function_does_not_make_text() {
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "QueueName": { "Fn::Split": [",", "a,b"] } })),
        ["QueueName: `QueueName` must be text, not a list"]
    );
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "Tags": { "Fn::Sub": "x" } })),
        ["Tags: `Tags` must be a list, not text"]
    );
}

#[test]
fn policy_documents_have_their_shape() {
    let policy =
        |statement: Json| json!({ "PolicyName": "x", "PolicyDocument": { "Statement": statement }, "Roles": ["r"] });
    assert_right("AWS::IAM::Policy", policy(json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }])));
    assert_eq!(
        messages(
            "AWS::IAM::Policy",
            policy(json!([{ "Effect": "Permit", "Actions": "s3:GetObject", "Resource": "*" }]))
        ),
        [
            "PolicyDocument.Statement[0]: `Statement[0]` needs one of `Action`, `NotAction`",
            "PolicyDocument.Statement[0].Actions: unknown property `Actions` of `Statement[0]`; did you mean `Action`?",
            "PolicyDocument.Statement[0].Effect: `Effect` must be one of `Allow`, `Deny`, not `Permit`",
        ]
    );
}

#[test]
fn properties_that_exclude_one_another_are_found() {
    let image = json!({ "Code": { "ImageUri": "x" }, "PackageType": "Image", "Role": role(), "Handler": "x" });
    assert_eq!(
        messages("AWS::Lambda::Function", image),
        ["`Handler` of AWS::Lambda::Function cannot stand beside `PackageType` (Container image functions cannot use \
          Handler, Runtime, or Layers)"]
    );
}

/// IAM takes any action, today's and tomorrow's.
#[test]
fn iam_actions_that_are_not_known_are_warned_of() {
    let policy = |action: Json| {
        let statement = json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }]);
        json!({ "PolicyName": "x", "Roles": ["r"], "PolicyDocument": { "Statement": statement } })
    };
    let warned = |action: Json| {
        assert_right("AWS::IAM::Policy", policy(action.clone()));
        let found = warnings(resource_type("AWS::IAM::Policy").unwrap(), &Node::from_json(&policy(action)));
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(warned(json!(["s3:Get*", "*", "sqs:sendmessage", { "Fn::Sub": "${X}" }])), [""; 0]);
    assert_eq!(
        warned(json!(["s3:GetObjekt", "lambda:Invok*s"])),
        [
            "PolicyDocument.Statement[0].Action[0]: `s3:GetObjekt` is no IAM action that is known; did you mean \
             `s3:GetObject`?",
            "PolicyDocument.Statement[0].Action[1]: `lambda:Invok*s` stands for no IAM action that is known: correct it, or leave \
             it where it is a new one",
        ]
    );
}

fn pipeline(action: Json, stage: Json) -> Json {
    let source = json!({
        "Name": "Source", "ActionTypeId": { "Category": "Source", "Owner": "AWS", "Provider": "S3", "Version": "1" },
        "Configuration": { "S3Bucket": "b", "S3ObjectKey": "k" }, "OutputArtifacts": [{ "Name": "Source" }],
    });
    let mut stage = stage;
    stage["Name"] = json!("Second");
    stage["Actions"] = json!([action]);
    json!({
        "RoleArn": role(), "ArtifactStore": { "Type": "S3", "Location": "b" },
        "Stages": [{ "Name": "First", "Actions": [source] }, stage],
    })
}

fn action(category: &str, provider: &str, configuration: Json, inputs: Json) -> Json {
    json!({
        "Name": "Act", "ActionTypeId": { "Category": category, "Owner": "AWS", "Provider": provider, "Version": "1" },
        "Configuration": configuration, "InputArtifacts": inputs,
    })
}

#[test]
fn actions_of_pipelines_have_their_providers_keys_and_artifacts() {
    let name = "AWS::CodePipeline::Pipeline";
    let inputs = json!([{ "Name": "Source" }]);
    let found = |action| messages(name, pipeline(action, json!({}))).join("\n");

    let build = action("Build", "CodeBuild", json!({ "ProjectName": { "Ref": "Project" } }), inputs.clone());
    assert_eq!(found(build), "");
    let new = action("Build", "SomethingNew", json!({ "Any": "x" }), inputs.clone());
    assert_eq!(found(new), "");
    assert_eq!(
        found(action("Build", "CodeBiuld", json!({}), inputs.clone())),
        "Stages[1].Actions[0].ActionTypeId.Provider: `Provider` is not known as `CodeBiuld`; did you mean `CodeBuild`?"
    );
    assert_eq!(
        found(action("Build", "CodeBuild", json!({ "ProjectName": "p", "BatchEnable": "true" }), inputs.clone())),
        "Stages[1].Actions[0].Configuration.BatchEnable: unknown property `BatchEnable` of `Configuration`; did you mean \
         `BatchEnabled`?"
    );
    let replace = json!({ "ActionMode": "CHANGE_SET_REPLACE", "StackName": "s", "ChangeSetName": "c", "TemplatePath": "Source::t.json" });
    assert_eq!(found(action("Deploy", "CloudFormation", replace.clone(), inputs)), "");
    assert_eq!(
        found(action("Deploy", "CloudFormation", replace, json!([]))),
        "Stages[1].Actions[0].InputArtifacts: `InputArtifacts` must have at least 1 item, not 0"
    );
    let execute = json!({ "ActionMode": "CHANGE_SET_EXECUTE", "StackName": "s", "ChangeSetName": "c" });
    assert_eq!(found(action("Deploy", "CloudFormation", execute, json!([]))), "");
    assert_eq!(
        found(action("Deploy", "CloudFormation", json!({ "ActionMode": "CREATE", "StackName": "s" }), json!([]))),
        "Stages[1].Actions[0].Configuration.ActionMode: `ActionMode` must be one of `CHANGE_SET_EXECUTE`, \
         `CHANGE_SET_REPLACE`, `CREATE_UPDATE`, `DELETE_ONLY`, `REPLACE_ON_FAILURE`, not `CREATE`"
    );
}

#[test]
fn results_of_conditions_and_compute_types_are_those_of_the_services() {
    let build = action("Build", "CodeBuild", json!({ "ProjectName": "p" }), json!([{ "Name": "Source" }]));
    let result = |it: &str| json!({ "OnSuccess": { "Conditions": [{ "Result": it, "Rules": [] }] } });
    assert_right("AWS::CodePipeline::Pipeline", pipeline(build.clone(), result("ROLLBACK")));
    assert_eq!(
        messages("AWS::CodePipeline::Pipeline", pipeline(build, result("NOPE"))),
        [
            "Stages[1].OnSuccess.Conditions[0].Result: `Result` must be one of `FAIL`, `RETRY`, `ROLLBACK`, `SKIP`, not `NOPE`"
        ]
    );
    let project = |compute: &str| {
        json!({
            "Artifacts": { "Type": "NO_ARTIFACTS" }, "ServiceRole": role(), "Source": { "Type": "CODEPIPELINE" },
            "Environment": { "Type": "LINUX_CONTAINER", "Image": "aws/codebuild/standard:7.0", "ComputeType": compute },
        })
    };
    assert_right("AWS::CodeBuild::Project", project("BUILD_GENERAL1_SMALL"));
    let found = messages("AWS::CodeBuild::Project", project("BUILD_HUGE"));
    assert!(found[0].starts_with("Environment.ComputeType: `ComputeType` must be one of"), "{found:?}");
}

#[test]
fn what_no_branch_of_a_condition_gives_is_missing() {
    let none = json!({ "Ref": "AWS::NoValue" });
    let bucket = |value: Json| json!({ "Bucket": value, "PolicyDocument": { "Statement": [] } });
    let choice = |a: &Json, b: &Json| json!({ "Fn::If": ["x", a, b] });
    assert_right("AWS::S3::BucketPolicy", bucket(choice(&none, &json!("hello"))));
    assert_right("AWS::S3::BucketPolicy", bucket(choice(&none, &choice(&json!({ "Ref": "Bucket" }), &none))));
    for missing in [none.clone(), choice(&none, &none), choice(&none, &choice(&none, &none))] {
        assert_eq!(
            messages("AWS::S3::BucketPolicy", bucket(missing)),
            ["missing property `Bucket` of AWS::S3::BucketPolicy"]
        );
    }
}

#[test]
fn misspelt_dynamic_references_are_found_and_nothing_else_is_said_of_them() {
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": "{{resolve:ssm:delay:1}}" }));
    assert_eq!(
        messages(
            "AWS::SQS::Queue",
            json!({ "DelaySeconds": "{{resolve:smm:delay:1}}", "QueueName": "{{resolve:ssm:name}" })
        ),
        [
            "DelaySeconds: there is no dynamic reference to `smm`; did you mean `ssm`?",
            "QueueName: the dynamic reference `{{resolve:ssm:name}` must end with `}}`",
        ]
    );
}

#[test]
fn behaviors_of_a_distribution_name_its_origins() {
    let name = "AWS::CloudFront::Distribution";
    let distribution = |target: Json, origins: Json| {
        let behavior =
            |target| json!({ "TargetOriginId": target, "ViewerProtocolPolicy": "https-only", "CachePolicyId": "x" });
        let mut second = behavior(json!("files"));
        second["PathPattern"] = json!("/files/*");
        json!({ "DistributionConfig": {
            "Enabled": true, "Origins": origins,
            "DefaultCacheBehavior": behavior(target), "CacheBehaviors": [second],
        } })
    };
    let origin = |id: &str| json!({ "Id": id, "DomainName": "example.com", "CustomOriginConfig": { "OriginProtocolPolicy": "https-only" } });
    let both = json!([origin("files"), { "Fn::If": ["x", origin("site"), { "Ref": "AWS::NoValue" }] }]);
    assert_right(name, distribution(json!("site"), both.clone()));
    assert_right(name, distribution(json!({ "Ref": "Origin" }), both.clone()));
    assert_right(
        name,
        distribution(json!("other"), json!([origin("files"), { "Fn::If": ["x", { "Ref": "A" }, { "Ref": "B" }] }])),
    );
    assert_eq!(
        messages(name, distribution(json!("sites"), both)),
        [
            "DistributionConfig.DefaultCacheBehavior.TargetOriginId: `TargetOriginId` must be the `Id` of an origin: `files`, \
          `site`, not `sites`; did you mean `site`?"
        ]
    );
    assert_eq!(
        messages(name, distribution(json!("site"), json!([origin("site")]))),
        [
            "DistributionConfig.CacheBehaviors[0].TargetOriginId: `TargetOriginId` must be the `Id` of an origin: `site`, not \
          `files`"
        ]
    );
}

#[test]
fn roles_that_are_certainly_given_by_their_arn_have_one() {
    let bucket = |role: &str| {
        let destination = json!({ "Bucket": "arn:aws:s3:::copy" });
        let rules = json!([{ "Status": "Enabled", "Prefix": "", "Destination": destination }]);
        json!({ "ReplicationConfiguration": { "Role": role, "Rules": rules } })
    };
    assert_right("AWS::S3::Bucket", bucket("arn:aws-cn:iam::123456789012:role/service/copy"));
    let found = messages("AWS::S3::Bucket", bucket("copy"));
    assert!(
        found.len() == 1 && found[0].starts_with("ReplicationConfiguration.Role: `Role` must match the pattern"),
        "{found:?}"
    );
}
