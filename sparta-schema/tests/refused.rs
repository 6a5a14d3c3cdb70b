//! What CloudFormation refuses in a whole template, or fails with when it is deployed.

use serde_json::{Value as Json, json};
use sparta_schema::{check_template, template_warnings};

fn mistakes(template: &Json) -> Vec<String> {
    check_template(template).iter().map(ToString::to_string).collect()
}

/// Every mistake, one a line, of a template with a queue and what is given.
#[track_caller]
fn assert_found(section: &str, entries: Json, expected: &[&str]) {
    let mut template = json!({ "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } } });
    match (section, entries) {
        ("Resources", Json::Object(entries)) => template["Resources"].as_object_mut().unwrap().extend(entries),
        (section, entries) => template[section] = entries,
    }
    assert_eq!(mistakes(&template), expected);
}

fn queue(properties: Json) -> Json {
    json!({ "Type": "AWS::SQS::Queue", "Properties": properties })
}

#[test]
fn parameters_have_a_type_and_keys_that_there_are() {
    assert_found(
        "Parameters",
        json!({
            "A": { "Type": "Strng" }, "B": { "Type": "Boolean" }, "C": { "Type": "String", "Defalt": "x" }, "D": {},
            "E": { "Type": "String", "MinValue": 1, "NoEcho": "perhaps", "Description": 5 },
            "F": { "Type": "AWS::EC2::VPC::Ids" }, "G-h": { "Type": "Number", "MinLength": 1 },
        }),
        &[
            "Parameters.A.Type: there is no type `Strng` of parameters; did you mean `String`?",
            "Parameters.B.Type: there is no type `Boolean` of parameters; use `String` with `AllowedValues` of `true` and \
             `false`",
            "Parameters.C.Defalt: unknown key `Defalt` of a parameter; did you mean `Default`?",
            "Parameters.D: a parameter needs a `Type`, such as `String`",
            "Parameters.E.Description: `Description` of a parameter must be text of at most 4,000 characters",
            "Parameters.E.MinValue: only a parameter of the type `Number` has `MinValue`",
            "Parameters.E.NoEcho: `NoEcho` of a parameter must be `true` or `false`",
            "Parameters.F.Type: there is no type `AWS::EC2::VPC::Ids` of parameters; did you mean `AWS::EC2::VPC::Id`?",
            "Parameters.G-h: a name has 1 to 255 letters and digits",
            "Parameters.G-h.MinLength: only a parameter of the type `String` has `MinLength`",
        ],
    );
    assert_found(
        "Parameters",
        json!({
            "A": { "Type": "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>", "Default": "/a/path" },
            "B": { "Type": "AWS::Something::New::Id" }, "C": { "Type": "List<Number>", "Default": "1, 2" },
            "D": { "Type": "String", "NoEcho": "true", "AllowedValues": [1, true], "Default": "true" },
            "E": { "Type": "AWS::EC2::KeyPair::KeyName", "AllowedPattern": ".+", "MinLength": "1" },
        }),
        &[],
    );
}

#[test]
fn a_default_is_a_value_that_the_parameter_can_have() {
    assert_found(
        "Parameters",
        json!({
            "A": { "Type": "String", "AllowedValues": ["a", "b"], "Default": "c" },
            "B": { "Type": "String", "AllowedPattern": "[a-z]+", "Default": "1" },
            "C": { "Type": "Number", "MinValue": 2, "Default": 1 },
            "D": { "Type": "Number", "Default": "one" },
            "E": { "Type": "String", "MinLength": 2, "MaxLength": "3", "Default": "abcd" },
            "F": { "Type": "CommaDelimitedList", "AllowedValues": ["a", "b"], "Default": "a, c" },
            "H": { "Type": "CommaDelimitedList", "AllowedValues": ["a,b", "c"], "Default": "a,b" },
            "G": { "Type": "CommaDelimitedList", "AllowedValues": ["a", "b"], "Default": "a, b" },
        }),
        &[
            "Parameters.A.Default: `c` cannot be the default: it is not among the `AllowedValues`",
            "Parameters.B.Default: `1` cannot be the default: it does not match the pattern `[a-z]+`",
            "Parameters.C.Default: `1` cannot be the default: the least is 2",
            "Parameters.D.Default: `one` cannot be the default: it is no number",
            "Parameters.E.Default: `abcd` cannot be the default: it must have at most 3 characters",
            "Parameters.F.Default: `c` cannot be the default: it is not among the `AllowedValues`",
        ],
    );
}

#[test]
fn an_export_is_the_same_however_it_is_written() {
    let export = |name: Json| json!({ "Value": "x", "Export": { "Name": name } });
    assert_found(
        "Outputs",
        json!({
            "A": export(json!({ "Fn::Sub": "${AWS::StackName}-url" })),
            "B": export(json!({ "Fn::Join": ["-", [{ "Ref": "AWS::StackName" }, "url"]] })),
            "C": export(json!("url")), "D": export(json!({ "Fn::Join": ["", ["u", "rl"]] })), "E": export(json!("urls")),
        }),
        &[
            "Outputs.B.Export.Name: `A` has the same name of an export: names are unique in a region",
            "Outputs.D.Export.Name: `C` has the same name of an export: names are unique in a region",
        ],
    );
}

#[test]
fn outputs_and_exports_are_text() {
    assert_found(
        "Outputs",
        json!({
            "A": { "Value": ["b"] }, "B": { "Value": { "a": "b" } }, "C": { "Value": { "Fn::GetAZs": "" } },
            "D": { "Value": { "Fn::If": ["Eu", "x", { "Fn::Split": [",", "a,b"] }] } },
            "E": { "Value": "x", "Export": { "Name": { "Ref": "Queue" } } },
            "F": { "Value": "x", "Export": { "Nam": "x" } },
            "G": { "Value": "x", "Description": { "Ref": "AWS::Region" }, "Export": { "Name": "shared" } },
            "H": { "Value": 5, "Export": { "Name": "shared" } },
            "I_j": { "Value": true },
        }),
        &[
            "Outputs.A.Value: the value of an output must be text, not a list; `Fn::Join` makes text of a list",
            "Outputs.B.Value: the value of an output must be text, not a map; `Fn::Join` makes text of a list",
            "Outputs.C.Value: the value of an output must be text, not a list; `Fn::Join` makes text of a list",
            "Outputs.D.Value: the value of an output must be text, not a list; `Fn::Join` makes text of a list",
            "Outputs.D.Value: there is no condition `Eu`",
            "Outputs.E.Export.Name: the name of an export cannot depend on the resource `Queue`: use parameters and \
             `AWS::StackName`",
            "Outputs.F.Export: `Export` needs a `Name`",
            "Outputs.G.Description: `Description` of an output must be text of at most 1,024 characters, without functions",
            "Outputs.H.Export.Name: `G` has the same name of an export: names are unique in a region",
            "Outputs.I_j: a name has 1 to 255 letters and digits",
        ],
    );
}

#[test]
fn what_references_give_has_the_type_that_is_wanted() {
    let template = json!({
        "Parameters": { "One": { "Type": "String" }, "Several": { "Type": "CommaDelimitedList" } },
        "Resources": {
            "A": { "Type": "AWS::EC2::Instance", "Properties": { "ImageId": { "Ref": "Several" } } },
            "B": { "Type": "AWS::EC2::Instance", "Properties": { "ImageId": "ami-12345678", "SecurityGroupIds": { "Ref": "One" } } },
            "C": { "Type": "AWS::EC2::Instance", "Properties": { "ImageId": "ami-12345678", "SecurityGroupIds": [{ "Ref": "Several" }] } },
            "D": queue(json!({ "QueueName": { "Fn::GetAtt": ["Vpc", "CidrBlockAssociations"] } })),
            "E": queue(json!({ "Tags": { "Ref": "Vpc" } })),
            "F": queue(json!({ "QueueName": { "Ref": "AWS::NotificationARNs" } })),
            "Vpc": { "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": "10.0.0.0/16" } },
        },
        "Outputs": { "O": { "Value": { "Fn::GetAtt": ["Vpc", "CidrBlockAssociations"] } } },
    });
    assert_eq!(
        mistakes(&template),
        [
            "Resources.A.Properties.ImageId: `ImageId` must be text, not a list",
            "Resources.B.Properties.SecurityGroupIds: `SecurityGroupIds` must be a list, not text",
            "Resources.C.Properties.SecurityGroupIds[0]: `SecurityGroupIds[0]` must be text, not a list",
            "Resources.D.Properties.QueueName: `QueueName` must be text, not a list",
            "Resources.E.Properties.Tags: `Tags` must be a list, not text",
            "Resources.F.Properties.QueueName: `QueueName` must be text, not a list",
            "Outputs.O.Value: the value of an output must be text, not a list; `Fn::Join` makes text of a list",
        ]
    );
}

#[test]
fn references_are_to_resources_of_the_kind_that_is_wanted() {
    let template = json!({
        "Resources": {
            "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": { "Statement": [] } } },
            "Vpc": { "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": "10.0.0.0/16" } },
            "Balancer": { "Type": "AWS::ElasticLoadBalancing::LoadBalancer", "Properties": { "Listeners": [
                { "InstancePort": "80", "LoadBalancerPort": "80", "Protocol": "HTTP" },
            ] } },
            "Group": { "Type": "AWS::EC2::SecurityGroup", "Properties": { "GroupDescription": "x", "SecurityGroupIngress": [
                { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "SourceSecurityGroupName": { "Fn::GetAtt": ["Balancer", "SourceSecurityGroup.GroupName"] } },
            ] } },
            "Own": { "Type": "Custom::Vpc", "Properties": { "ServiceToken": "arn:aws:lambda:x" } },
            "Right": { "Type": "AWS::EC2::Subnet", "Properties": { "CidrBlock": "10.0.0.0/24", "VpcId": { "Ref": "Vpc" } } },
            "Other": { "Type": "AWS::EC2::Subnet", "Properties": { "CidrBlock": "10.0.1.0/24", "VpcId": { "Fn::GetAtt": ["Own", "Id"] } } },
            "Wrong": { "Type": "AWS::EC2::Subnet", "Properties": { "CidrBlock": "10.0.2.0/24", "VpcId": { "Ref": "Role" } } },
        },
    });
    assert_eq!(
        mistakes(&template),
        [
            "Resources.Wrong.Properties.VpcId: `VpcId` must be a reference to `AWS::EC2::VPC.Id`, not to another value of \
          AWS::IAM::Role"
        ]
    );
}

#[test]
fn texts_with_names_need_a_function_that_substitutes() {
    let expected = |path: &str, name: &str| {
        format!("{path}: `${{{name}}}` stays as it is without `Fn::Sub`: write `{{ \"Fn::Sub\": \"...\" }}`")
    };
    assert_found(
        "Resources",
        json!({ "A": queue(json!({ "QueueName": "${AWS::StackName}-q" })), "B": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": "of ${Queue.Arn}" } } }),
        &[
            &expected("Resources.A.Properties.QueueName", "AWS::StackName"),
            &expected("Resources.B.Properties.DisplayName", "Queue.Arn"),
        ],
    );
    // others than CloudFormation read these
    let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}" }] });
    assert_found(
        "Resources",
        json!({ "P": { "Type": "AWS::IAM::ManagedPolicy", "Properties": { "PolicyDocument": policy } } }),
        &[],
    );
    let code = json!({ "Resources": { "F": { "Type": "AWS::Lambda::Function", "Properties": {
        "Code": { "ZipFile": "`${F}`" }, "Handler": "index.x", "Runtime": "nodejs24.x", "Role": "arn:aws:iam::123456789012:role/r",
    } } } });
    assert_eq!(mistakes(&code), [""; 0]);
    assert_eq!(template_warnings(&code).len(), 1);
}

#[test]
fn mappings_have_two_levels_and_what_is_looked_up() {
    assert_found(
        "Mappings",
        json!({ "A": {}, "B": { "x": "y" }, "C": { "x": { "y": { "z": 1 } } }, "D": { "eu-west-1": { "a": [1, "b"] } }, "E-f": { "x": { "y": 1 } } }),
        &[
            "Mappings.A: a mapping needs keys, each with a map of values",
            "Mappings.B.x: a key of a mapping needs a map of values",
            "Mappings.C.x.y: a value of a mapping must be text or a list of texts, without functions",
            "Mappings.E-f: a name has 1 to 255 letters and digits",
        ],
    );
    let template = |keys: Json| {
        json!({
            "Mappings": { "Sizes": { "small": { "delay": 1 }, "large": { "delay": 2 } } },
            "Resources": { "Queue": queue(json!({ "DelaySeconds": { "Fn::FindInMap": keys } })) },
        })
    };
    assert_eq!(mistakes(&template(json!(["Sizes", { "Ref": "AWS::Region" }, "delay"]))), [""; 0]);
    assert_eq!(
        mistakes(&template(json!(["Sizes", "smal", "delay"]))),
        ["Resources.Queue.Properties.DelaySeconds: the mapping `Sizes` has no key `smal`; did you mean `small`?"]
    );
    assert_eq!(
        mistakes(&template(json!(["Sizes", "large", "dely"]))),
        [
            "Resources.Queue.Properties.DelaySeconds: `large` of the mapping `Sizes` has no value `dely`; did you mean `delay`?"
        ]
    );
}

#[test]
fn conditions_are_functions_of_parameters() {
    let equal = json!({ "Fn::Equals": ["a", "b"] });
    assert_found(
        "Conditions",
        json!({
            "A": { "Fn::Equals": ["a", "b", "c"] }, "B": { "Fn::Not": { "Condition": "D" } }, "C": "true", "D": equal,
            "E": { "Fn::And": [equal] }, "F": { "Fn::Equals": [["a"], "b"] }, "G": { "Fn::Equals": [{ "Ref": "Queue" }, "b"] },
            "K": { "Fn::Equals": [{ "Fn::ImportValue": "x" }, "b"] }, "L": { "Fn::Equals": [{ "Ref": "AWS::Region", "Fn::Sub": "x" }, "b"] },
            "H": { "Condition": "I" }, "I": { "Fn::Not": [{ "Condition": "H" }] }, "J": { "Fn::Eqals": ["a", "b"] },
        }),
        &[
            "Conditions.A.Fn::Equals: `Fn::Equals` needs a list of two values",
            "Conditions.B.Fn::Not: `Fn::Not` needs a list of one condition",
            "Conditions.C: a condition is one of `Fn::And`, `Fn::Equals`, `Fn::Not`, `Fn::Or` or `Condition`",
            "Conditions.E.Fn::And: `Fn::And` needs a list of 2 to 10 conditions",
            "Conditions.F.Fn::Equals[0]: `Fn::Equals` compares texts, not a list",
            "Conditions.G.Fn::Equals[0]: a condition cannot refer to the resource `Queue`: it is read before there is one",
            "Conditions.J: unknown function `Fn::Eqals`; did you mean `Fn::Equals`?",
            "Conditions.K.Fn::Equals[0]: a condition cannot have `Fn::ImportValue`: it is read before anything is there",
            "Conditions.L.Fn::Equals[0]: `Fn::Equals` compares texts, not a map",
            "Conditions.H: `H`, `I` refer to one another in a circle",
        ],
    );
}

#[test]
fn policies_fit_the_type_of_the_resource() {
    let group = |key: &str, policy: Json| {
        let mut group = json!({ "Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
            "MinSize": "1", "MaxSize": "1", "LaunchConfigurationName": "x", "AvailabilityZones": ["us-east-1a"],
        } });
        group[key] = policy;
        json!({ "Group": group })
    };
    let right = json!({ "ResourceSignal": { "Count": "1", "Timeout": "PT5M" } });
    assert_found("Resources", group("CreationPolicy", right), &[]);
    assert_found(
        "Resources",
        group("UpdatePolicy", json!({ "Fn::If": ["x", {}, {}] })),
        &["Resources.Group.UpdatePolicy: there is no condition `x`"],
    );
    assert_found(
        "Resources",
        group("CreationPolicy", json!({ "ResourceSignl": { "Count": 1 } })),
        &[
            "Resources.Group.CreationPolicy.ResourceSignl: unknown key `ResourceSignl` of `CreationPolicy`; did you mean \
           `ResourceSignal`?",
        ],
    );
    assert_found(
        "Resources",
        group(
            "UpdatePolicy",
            json!({ "AutoScalingRollingUpdte": {}, "AutoScalingReplacingUpdate": { "WillReplace": "yes" } }),
        ),
        &[
            "Resources.Group.UpdatePolicy.AutoScalingReplacingUpdate.WillReplace: `WillReplace` must be `true` or `false`",
            "Resources.Group.UpdatePolicy.AutoScalingRollingUpdte: unknown key `AutoScalingRollingUpdte` of `UpdatePolicy`; \
             did you mean `AutoScalingRollingUpdate`?",
        ],
    );
    assert_found(
        "Resources",
        json!({
            "A": { "Type": "AWS::SQS::Queue", "UpdatePolicy": {} },
            "B": { "Type": "AWS::SQS::Queue", "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot" },
            "C": { "Type": "Acme::Data::Base", "DeletionPolicy": "Snapshot" },
            "D": { "Type": "AWS::SQS::Queue", "DeletionPolicy": { "Fn::Cidr": ["10.0.0.0/24", 6, 5] } },
            "E": { "Type": "Acme::Net::Work::MODULE", "UpdatePolicy": {}, "CreationPolicy": {} },
        }),
        &[
            "Resources.A.UpdatePolicy: AWS::SQS::Queue has no `UpdatePolicy`",
            "Resources.B.DeletionPolicy: `DeletionPolicy` cannot be `Snapshot`: AWS::SQS::Queue has none",
            "Resources.B.UpdateReplacePolicy: `UpdateReplacePolicy` cannot be `Snapshot`: AWS::SQS::Queue has none",
            "Resources.D.DeletionPolicy: `DeletionPolicy` must be one of `Delete`, `Retain`, `RetainExceptOnCreate`, not \
             `{\"Fn::Cidr\":[\"10.0.0.0/24\",6,5]}`",
            "Resources.E.CreationPolicy: a module has no `CreationPolicy`",
            "Resources.E.UpdatePolicy: Acme::Net::Work::MODULE has no `UpdatePolicy`",
        ],
    );
}

#[test]
fn names_and_identities_are_unique() {
    assert_found(
        "Parameters",
        json!({ "Queue": { "Type": "String" } }),
        &["Resources.Queue: a parameter is called `Queue`, too: `Ref` would not know which is meant"],
    );
    let bucket = |name: Json, condition: Option<&str>| {
        let mut bucket = json!({ "Type": "AWS::S3::Bucket", "Properties": { "BucketName": name } });
        if let Some(condition) = condition {
            bucket["Condition"] = json!(condition);
        }
        bucket
    };
    let template = |a: Json, b: Json| {
        json!({
            "Conditions": {
                "Eu": { "Fn::Equals": [{ "Ref": "AWS::Region" }, "eu-west-1"] }, "Us": { "Fn::Equals": [{ "Ref": "AWS::Region" }, "us-east-1"] },
            },
            "Resources": { "A": a, "B": b },
        })
    };
    let name = json!({ "Fn::Sub": "${AWS::StackName}-files" });
    assert_eq!(
        mistakes(&template(bucket(name.clone(), None), bucket(name.clone(), Some("Eu")))),
        ["Resources.B.Properties: `A` gives the same `BucketName` to another AWS::S3::Bucket: only one can have it"]
    );
    assert_eq!(mistakes(&template(bucket(name.clone(), Some("Us")), bucket(name.clone(), Some("Eu")))), [""; 0]);
    assert_eq!(mistakes(&template(bucket(name, None), bucket(json!("other"), None))), [""; 0]);
    let chosen = |yes: &str, no: Json| bucket(json!({ "Fn::If": ["Eu", yes, no] }), None);
    assert_eq!(mistakes(&template(chosen("aaa", json!("bbb")), bucket(json!("bbb"), Some("Us")))).len(), 1);
    assert_eq!(mistakes(&template(chosen("aaa", json!("bbb")), bucket(json!("bbb"), Some("Eu")))), [""; 0]);
    let association = |table: &str| json!({ "Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": { "RouteTableId": table, "SubnetId": "subnet-12345678" } });
    assert_eq!(
        mistakes(&template(association("rtb-12345678"), association("rtb-12345679"))),
        ["Resources.B.Properties: `A` gives the same `SubnetId` to another route table: a subnet has one"]
    );
}

#[test]
fn an_instance_has_an_image() {
    let instance = |properties: Json| {
        json!({ "I": { "Type": "AWS::EC2::Instance", "Properties": properties }, "T": {
        "Type": "AWS::EC2::LaunchTemplate", "Properties": { "LaunchTemplateData": { "InstanceType": "t3.micro" } },
    } })
    };
    assert_found(
        "Resources",
        instance(json!({ "LaunchTemplate": { "LaunchTemplateId": "lt-0123456789abcdef0", "Version": 1 } })),
        &[],
    );
    assert_found(
        "Resources",
        instance(json!({ "InstanceType": "t3.micro" })),
        &[
            "Resources.I.Properties: missing property `ImageId` of AWS::EC2::Instance, or a `LaunchTemplate` that has it",
        ],
    );
    assert_found(
        "Resources",
        instance(json!({ "LaunchTemplate": { "LaunchTemplateId": { "Ref": "T" }, "Version": 1 } })),
        &["Resources.I.Properties: missing property `ImageId` of AWS::EC2::Instance: `T` has none either"],
    );
}

#[test]
fn null_and_wrong_names_are_nowhere() {
    assert_found(
        "Resources",
        json!({ "A": { "Type": "AWS::SQS::Queue", "Metadata": null }, "B": queue(json!({ "QueueName": null })), "C-d": queue(json!({})) }),
        &[
            "Resources.B.Properties.QueueName: `QueueName` must not be `null`: leave it out instead",
            "Resources.C-d: a name has 1 to 255 letters and digits",
            "Resources.A.Metadata: it must not be `null`: leave it out instead",
        ],
    );
    assert_found(
        "Parameters",
        json!({ "P": null }),
        &[
            "Parameters.P: a parameter must be a map with a `Type`",
            "Parameters.P: it must not be `null`: leave it out instead",
        ],
    );
    assert_found("Conditions", Json::Null, &["Conditions: it must not be `null`: leave it out instead"]);
}

#[test]
fn functions_of_the_language_extensions_need_them_and_their_arguments() {
    let template = |value: Json| json!({ "Resources": { "Q": queue(json!({ "QueueName": value })) } });
    let found = |value: Json, transform: bool| {
        let mut template = template(value);
        if transform {
            template["Transform"] = json!("AWS::LanguageExtensions");
        }
        mistakes(&template).join("\n")
    };
    assert_eq!(found(json!({ "Fn::ToJsonString": { "a": 1 } }), true), "");
    assert_eq!(found(json!({ "Fn::Length": ["a"] }), true), "");
    let place = "Resources.Q.Properties.QueueName:";
    assert_eq!(
        found(json!({ "Fn::Length": ["a"] }), false),
        format!("{place} `Fn::Length` needs `Transform: AWS::LanguageExtensions`")
    );
    assert_eq!(found(json!({ "Fn::Length": "a" }), true), format!("{place} `Fn::Length` needs a list"));
    assert_eq!(
        found(json!({ "Fn::ToJsonString": "a" }), true),
        format!("{place} `Fn::ToJsonString` needs a list or a map that is not empty")
    );
    assert_eq!(
        found(json!({ "Fn::GetStackOutput": { "StackName": "a" } }), false),
        format!("{place} `Fn::GetStackOutput` needs a map with `StackName` and `OutputName`")
    );
    assert_eq!(found(json!({ "Fn::GetStackOutput": { "StackName": "a", "OutputName": "b" } }), false), "");
}

#[test]
fn what_is_accepted_and_hardly_meant_is_warned_of() {
    let template = json!({
        "Conditions": { "Eu": { "Fn::Equals": [{ "Ref": "AWS::Region" }, "eu-west-1"] } },
        "Resources": {
            "A": { "Type": "AWS::SQS::Queue", "Condition": "Eu" },
            "B": { "Type": "AWS::SQS::Queue", "DependsOn": ["A"] },
            "C": { "Type": "AWS::SQS::Queue", "Condition": "Eu", "DependsOn": "A" },
            "F": { "Type": "AWS::Lambda::Function", "Properties": {
                "Code": { "S3Bucket": "bucket", "S3Key": "k" }, "Handler": "index.x", "Runtime": "python3.7",
                "Role": "arn:aws:iam::123456789012:role/r",
            } },
        },
    });
    assert_eq!(mistakes(&template), [""; 0]);
    let warnings: Vec<_> = template_warnings(&template).iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0]
            .starts_with("Resources.F.Properties.Runtime: `python3.7` is retired: Lambda takes no new functions")
    );
    assert!(
        warnings[1].starts_with("Resources.B.DependsOn: `A` is not made where the condition `Eu` is false: give both")
    );
}

#[test]
fn types_of_custom_resources_have_sixty_letters_digits_and_signs() {
    let own =
        |kind: &str| json!({ "Type": format!("Custom::{kind}"), "Properties": { "ServiceToken": "arn:aws:lambda:x" } });
    let longest = "x".repeat(52);
    assert_found("Resources", json!({ "A": own(&longest), "B": own("My_Own@2-a") }), &[]);
    let refused = |id: &str, kind: &str| {
        format!(
            "Resources.{id}.Type: the type `Custom::{kind}` has to be `Custom::` with letters, digits and `_@-`, 60 characters in all"
        )
    };
    let longer = format!("{longest}x");
    assert_found(
        "Resources",
        json!({ "A": own(&longer), "B": own(""), "C": own("Ünlike"), "D": own("My::Own") }),
        &[&refused("A", &longer), &refused("B", ""), &refused("C", "Ünlike"), &refused("D", "My::Own")],
    );
}
