//! What CloudFormation takes and was refused once.

use serde_json::{Value as Json, json};
use sparta_schema::{check_template, template_warnings};

fn mistakes(template: Json) -> Vec<String> {
    check_template(&template).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_right(template: Json) {
    assert_eq!(mistakes(template), [""; 0]);
}

fn resource(name: &str, properties: Json) -> Json {
    json!({ "Resources": { "It": { "Type": name, "Properties": properties } } })
}

#[test]
fn resources_have_a_description_and_custom_resources_a_version() {
    assert_right(json!({ "Resources": {
        "Queue": { "Type": "AWS::SQS::Queue", "Description": "Orders" },
        "Own": { "Type": "Custom::X", "Version": "1.0", "Properties": { "ServiceToken": "arn:aws:lambda:x" } },
        "Other": { "Type": "AWS::CloudFormation::CustomResource", "Version": 1.0, "Properties": { "ServiceToken": "x" } },
    } }));
}

#[test]
fn conditions_are_called_with_ampersands_and_hyphens() {
    let equal = json!({ "Fn::Equals": ["a", { "Ref": "AWS::Region" }] });
    assert_right(json!({
        "Conditions": { "Nat&3AZ": equal, "Use-Own_Key": { "Fn::Not": [{ "Condition": "Nat&3AZ" }] } },
        "Resources": { "Queue": {
            "Type": "AWS::SQS::Queue", "Condition": "Nat&3AZ",
            "Properties": { "DelaySeconds": { "Fn::If": ["Use-Own_Key", 1, 2] } },
        } },
    }));
}

#[test]
fn conditions_may_be_written_out() {
    assert_right(json!({
        "Conditions": { "Always": true },
        "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "Condition": "Always" } },
    }));
}

#[test]
fn what_is_never_made_may_lack_properties() {
    let template = |condition: Json| {
        json!({
            "Parameters": { "Stage": { "Type": "String", "AllowedValues": ["test", "production"] } },
            "Conditions": { "It": condition },
            "Resources": {
                "Subscription": { "Type": "AWS::SNS::Subscription", "Condition": "It" },
                "Null": { "Type": "Custom::Null", "Condition": "It" },
                "Queue": { "Type": "AWS::SQS::Queue" },
            },
        })
    };
    assert_right(template(json!({ "Fn::Equals": ["a", "b"] })));
    assert_right(template(json!({ "Fn::Equals": [{ "Ref": "Stage" }, "staging"] })));
    assert_right(template(json!({ "Fn::And": [
        { "Fn::Equals": [{ "Ref": "AWS::Region" }, "eu-west-1"] }, { "Fn::Equals": [{ "Ref": "AWS::Region" }, "us-east-1"] },
    ] })));
    assert_eq!(mistakes(template(json!({ "Fn::Equals": [{ "Ref": "Stage" }, "test"] }))).len(), 3);
}

#[test]
fn a_branch_that_is_never_taken_may_be_wrong() {
    assert_right(json!({
        "Conditions": { "Never": { "Fn::Equals": ["a", "b"] } },
        "Resources": { "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": { "DelaySeconds": { "Fn::If": ["Never", 901, 900] } },
        } },
    }));
}

#[test]
fn images_are_named_by_a_parameter_of_systems_manager() {
    let image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    assert_right(resource("AWS::EC2::LaunchTemplate", json!({ "LaunchTemplateData": { "ImageId": image } })));
    assert_right(resource("AWS::EC2::Instance", json!({ "ImageId": "resolve:ssm:name:3" })));
    assert_eq!(mistakes(resource("AWS::EC2::Instance", json!({ "ImageId": "resolve:name" }))).len(), 1);
}

#[test]
fn security_groups_let_out_without_a_vpc() {
    let egress = json!([{ "IpProtocol": "-1", "FromPort": 0, "ToPort": 65535, "CidrIp": "0.0.0.0/0" }]);
    assert_right(resource(
        "AWS::EC2::SecurityGroup",
        json!({ "GroupDescription": "x", "SecurityGroupEgress": egress }),
    ));
}

fn policy(action: &str, arn: &str) -> Json {
    let statement = json!({ "Effect": "Allow", "Action": action, "Resource": arn });
    resource(
        "AWS::IAM::ManagedPolicy",
        json!({ "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } }),
    )
}

#[test]
fn wildcards_stand_for_parts_of_arns_and_their_colons() {
    for right in [
        "*",
        "arn:aws:logs:*:*",
        "arn:aws:s3:::*",
        "arn:aws:s3:*:*",
        "arn:aws:dynamodb:us-east-1:*:table",
        "arn:aws:ec2:us-east-1:12345*:instance/*",
        "arn:aws:ec2:us-east-1:????????????:instance/*",
        "arn:*",
        "arn:aws-cn:s3:::bucket/key",
        "arn:aws:iam::aws:policy/x",
        "arn:aws:lambda:*:123456789012:function:a:*",
    ] {
        assert_right(policy("s3:GetObject", right));
    }
    for wrong in ["bucket", "bucket/*", "arn:aws:ec2:us-east-1:1234:instance/i", ""] {
        assert_eq!(mistakes(policy("s3:GetObject", wrong)).len(), 1, "{wrong}");
    }
}

#[test]
fn federated_users_sessions_and_roles_that_are_gone_are_principals() {
    let grant = |principal: Json| {
        let statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Principal": principal });
        resource("AWS::S3::BucketPolicy", json!({ "Bucket": "bucket", "PolicyDocument": { "Statement": [statement] } }))
    };
    for right in [
        "arn:aws:sts::123456789012:federated-user/s",
        "arn:aws:sts::123456789012:assumed-role/r/s",
        "123456789012",
        "*",
        "arn:aws-us-gov:iam::123456789012:root",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
        "AROAEXAMPLEID12345678",
        "arn:aws-iso:iam::123456789012:role/r",
    ] {
        assert_right(grant(json!({ "AWS": right })));
        assert_right(grant(json!({ "AWS": [right] })));
    }
    assert_right(grant(json!({ "Federated": "cognito-identity.amazonaws.com" })));
    for wrong in ["role/r", "arn:aws:iam::1234:root", "arn:aws:s3:::b"] {
        assert!(!mistakes(grant(json!({ "AWS": wrong }))).is_empty(), "{wrong}");
    }
}

#[test]
fn actions_that_nobody_knows_are_warned_of_with_the_nearest() {
    for unknown in ["s3:HeadBucket", "SNS:Receive", "newservice:DoIt"] {
        let template = policy(unknown, "*");
        assert_right(template.clone());
        let warnings = template_warnings(&template);
        let text = warnings[0].to_string();
        assert!(warnings.len() == 1 && text.contains(&format!("`{unknown}` is no IAM action that is known")), "{text}");
    }
    assert_eq!(template_warnings(&policy("s3:GetObject", "*")), []);
}

#[test]
fn a_macro_makes_attributes_types_and_sections() {
    assert_right(json!({
        "Transform": "MyMacro",
        "Service": {},
        "Resources": {
            "Files": { "Type": "AWS::S3::Bucket", "Count": 3 },
            "Object": { "Type": "AWS::S3::Object", "Properties": {} },
            "Made": { "Template": "x" },
        },
    }));
    let include = json!({ "Name": "AWS::Include", "Parameters": { "Location": "s3://bucket/x.json" } });
    assert_right(
        json!({ "Fn::Transform": include, "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Condition": "X" } } }),
    );
    assert_right(json!({ "Resources": { "Role": { "Type": "AWS::IAM::Role", "Fn::Transform": include } } }));
    assert_right(json!({
        "Conditions": { "Fn::Transform": include },
        "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Condition": "Made" } },
    }));
}

#[test]
fn the_parts_of_a_module_are_called_after_it() {
    assert_right(json!({
        "Resources": {
            "Network": { "Type": "Acme::Network::Vpc::MODULE", "Properties": {} },
            "Queue": { "Type": "AWS::SQS::Queue", "DependsOn": "NetworkSubnet" },
        },
        "Outputs": {
            "Subnet": { "Value": { "Ref": "NetworkSubnet" } },
            "Dotted": { "Value": { "Fn::GetAtt": ["Network.Subnet", "Arn"] } },
            "Text": { "Value": { "Fn::Sub": "${NetworkVpc} ${Network.Vpc.Arn}" } },
        },
    }));
}

#[test]
fn sam_makes_resources_and_takes_more_than_its_schema_says() {
    let events = json!({
        "Kafka": { "Type": "MSK", "Properties": { "Stream": "arn:aws:kafka:x", "Topics": ["t"], "SchemaRegistryConfig": {} } },
        "Table": { "Type": "DynamoDB", "Properties": { "DestinationConfig": { "OnFailure": { "Type": "SQS" } } } },
    });
    let function = json!({ "Runtime": "nodejs24.x", "Handler": "a.b", "CodeUri": ".", "AutoPublishAlias": "live" });
    let mut with_events = function.clone();
    with_events["Events"] = events;
    assert_right(json!({
        "Transform": ["AWS::Serverless-2016-10-31"],
        "Globals": { "Function": { "Timeout": 3 } },
        "Resources": {
            "Hello": { "Type": "AWS::Serverless::Function", "Description": "x", "Properties": with_events },
            "Flow": { "Type": "AWS::Serverless::StateMachine", "Properties": { "Name": "x", "DefinitionUri": "a.json" } },
            "Edge": { "Type": "AWS::SSM::Parameter", "DependsOn": "HelloAliaslive", "Properties": {
                "Type": "String", "Value": { "Fn::GetAtt": ["Hello", "Version.FunctionArn"] },
            } },
        },
        "Outputs": { "Alias": { "Value": { "Ref": "Hello.Alias" } }, "Role": { "Value": { "Fn::GetAtt": "HelloRole.Arn" } } },
    }));
    let mut misspelt = function;
    misspelt["Handlr"] = json!("x");
    assert_eq!(
        mistakes(json!({
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": { "Hello": { "Type": "AWS::Serverless::Function", "Properties": misspelt } },
        })),
        [
            "Resources.Hello.Properties.Handlr: unknown property `Handlr` of AWS::Serverless::Function; did you mean `Handler`?"
        ]
    );
}

/// SAM drops what is `null`, or writes it into a definition, and does not read attributes that it does not know.
#[test]
fn resources_of_sam_have_null_and_attributes_of_their_own() {
    let template = json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Hello": { "Type": "AWS::Serverless::Function", "Properties": {
                "Runtime": "nodejs24.x", "Handler": "a.b", "CodeUri": ".", "Role": null, "Policies": ["AmazonS3ReadOnlyAccess"],
            } },
            "Flow": { "Type": "AWS::Serverless::StateMachine", "Tracing": { "Enabled": true }, "Properties": { "Definition": {
                "StartAt": "A", "States": { "A": { "Type": "Pass", "ResultPath": null, "End": true } },
            } } },
        },
    });
    assert_right(template.clone());
    let warnings: Vec<_> = template_warnings(&template).iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["Resources.Flow.Tracing: SAM leaves out the attribute `Tracing` of a resource"]);
}

#[test]
fn the_language_extensions_leave_out_what_is_null() {
    let mut template = json!({
        "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "DependsOn": null, "Properties": { "QueueName": null, "Tags": [
            { "Key": "a", "Value": null },
        ] } } },
    });
    assert_eq!(mistakes(template.clone()).len(), 3);
    template["Transform"] = json!("AWS::LanguageExtensions");
    assert_eq!(mistakes(template), ["Resources.Queue.Properties.Tags[0]: missing property `Value` of `Tags[0]`"]);
}

#[test]
fn tasks_have_their_roles_by_name_or_by_arn() {
    let roles = [json!({ "Ref": "Role" }), json!({ "Fn::GetAtt": ["Role", "Arn"] }), json!("ecsTaskExecutionRole")];
    for role in roles {
        let containers = json!([{ "Name": "a", "Image": "i" }]);
        let task = json!({ "TaskRoleArn": role, "ExecutionRoleArn": role, "ContainerDefinitions": containers });
        assert_right(json!({ "Resources": {
            "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": { "Statement": [] } } },
            "Task": { "Type": "AWS::ECS::TaskDefinition", "Properties": task },
        } }));
    }
}

#[test]
fn where_all_protocols_are_meant_ports_mean_nothing() {
    let group = |egress: Json| {
        let group = json!({ "GroupDescription": "x", "VpcId": "vpc-01234567", "SecurityGroupEgress": [egress] });
        resource("AWS::EC2::SecurityGroup", group)
    };
    assert_right(group(json!({ "IpProtocol": -1, "FromPort": -1, "CidrIp": "0.0.0.0/0" })));
    assert_right(group(json!({ "IpProtocol": "-1", "FromPort": 0, "ToPort": -1, "CidrIp": "0.0.0.0/0" })));
    assert_ne!(
        mistakes(group(json!({ "IpProtocol": "tcp", "FromPort": -1, "ToPort": 80, "CidrIp": "0.0.0.0/0" }))),
        [""; 0]
    );
}

#[test]
fn a_topic_is_made_whatever_its_key_is_called() {
    for key in ["alias/aws/sns", "aws/sns", "12345678-1234-1234-1234-123456789012"] {
        assert_right(resource("AWS::SNS::Topic", json!({ "KmsMasterKeyId": key })));
    }
}

#[test]
fn what_is_certainly_wrong_with_resources_of_sam_is_found() {
    let function = json!({
        "Runtime": "nodejs24.x", "Handler": "a.b", "CodeUri": ".", "Timeout": "soon", "MemorySize": 64,
        "VpcConfig": { "SubnetId": ["subnet-01234567"] },
    });
    let found = mistakes(json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": { "Hello": { "Type": "AWS::Serverless::Function", "Properties": function } },
    }));
    for part in
        ["Properties.Timeout: `Timeout` must be", "Properties.MemorySize: `MemorySize` must be", "VpcConfig.SubnetId: "]
    {
        assert!(found.iter().any(|it| it.contains(part)), "{part}: {found:#?}");
    }
    // a fragment of a template has its transform elsewhere
    assert_right(json!({
        "Resources": { "Hello": { "Type": "AWS::Serverless::Function", "Properties": { "Handler": "a.b", "CodeUri": ".", "Runtime": "nodejs24.x" } } },
        "Outputs": { "Api": { "Value": { "Ref": "ServerlessRestApi" } } },
    }));
}
