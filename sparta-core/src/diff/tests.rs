use serde_json::{Value as Json, json};

use super::*;
use crate::cfn::{LogicalId, Parameter, Resource};

fn version(document: &Json) -> Version {
    Version::from_json(&document.to_string()).unwrap()
}

fn of_resources(old: Json, new: Json) -> Diff {
    Diff::between(&version(&json!({"Resources": old})), &version(&json!({"Resources": new})))
}

fn one(kind: &str, properties: Json) -> Json {
    json!({"It": {"Type": kind, "Properties": properties}})
}

/// Every property that changes: its path, old and new value, and what it does.
fn lines(diff: &Diff) -> Vec<String> {
    let shown = |value: &Option<Value>| serde_json::to_string(value).unwrap();
    let of = |change: &ResourceChange| -> Vec<String> {
        let line = |it: &PropertyChange| {
            format!("{} {} {} {} {:?}", change.logical_id, it.path, shown(&it.old), shown(&it.new), it.effect)
        };
        match change.change {
            ChangeKind::Changed => change.properties.iter().map(line).collect(),
            kind => vec![format!("{} {kind:?}", change.logical_id)],
        }
    };
    diff.resources.iter().flat_map(of).collect()
}

#[test]
fn what_a_change_does_to_a_resource_is_what_the_registry_says() {
    for (kind, old, new, expected) in [
        (
            "AWS::SQS::Queue",
            json!({"DelaySeconds": 1}),
            json!({"DelaySeconds": 2}),
            "It Properties.DelaySeconds \"1\" \"2\" Update",
        ),
        ("AWS::SQS::Queue", json!({"QueueName": "a"}), json!({}), "It Properties.QueueName \"a\" null Replacement"),
        (
            "AWS::DynamoDB::Table",
            json!({"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}),
            json!({"KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}]}),
            "It Properties.KeySchema[0].AttributeName \"a\" \"b\" ConditionalReplacement",
        ),
        // A part of what is new that cannot be changed.
        (
            "AWS::Lambda::EventSourceMapping",
            json!({"FunctionName": "f"}),
            json!({"FunctionName": "f", "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["a:1"]}}}),
            "It Properties.SelfManagedEventSource null {\"Endpoints\":{\"KafkaBootstrapServers\":[\"a:1\"]}} Replacement",
        ),
        ("Custom::Thing", json!({"A": 1}), json!({"A": "2"}), "It Properties.A \"1\" \"2\" Update"),
    ] {
        assert_eq!(lines(&of_resources(one(kind, old), one(kind, new))), [expected]);
    }
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_no_difference() {
    let old = one(
        "AWS::SQS::Queue",
        json!({"DelaySeconds": 1, "QueueName": {"Fn::Sub": "${AWS::StackName}-x"}, "KmsMasterKeyId": {"Ref": "AWS::NoValue"}}),
    );
    let new = one(
        "AWS::SQS::Queue",
        json!({"DelaySeconds": "1", "QueueName": {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "x"]]}}),
    );
    let diff = of_resources(old, new);
    assert!(diff.is_empty() && !diff.widens(), "{diff:?}");
}

#[test]
fn an_item_more_is_one_difference_wherever_it_is() {
    let tags =
        |names: &[&str]| json!({"Tags": names.iter().map(|it| json!({"Key": it, "Value": "x"})).collect::<Vec<_>>()});
    let kind = "AWS::SQS::Queue";
    let found = lines(&of_resources(one(kind, tags(&["b", "c"])), one(kind, tags(&["a", "b", "c"]))));
    assert_eq!(found, ["It Properties.Tags[0] null {\"Key\":\"a\",\"Value\":\"x\"} Update"]);
    assert_eq!(lines(&of_resources(one(kind, tags(&["b", "c"])), one(kind, tags(&["c", "b"])))).len(), 1);
}

#[test]
fn values_of_parameters_are_put_in_and_conditions_are_decided() {
    let document = json!({
        "Parameters": {"Size": {"Type": "Number"}, "Audit": {"Type": "String"}, "Token": {"Type": "String", "NoEcho": true}},
        "Conditions": {"IsAudited": {"Fn::Equals": [{"Ref": "Audit"}, "true"]}},
        "Resources": {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "MemorySize": {"Ref": "Size"}, "Environment": {"Variables": {"TOKEN": {"Ref": "Token"}}},
                "Code": {"S3Key": {"Ref": "CodeKey"}},
            }},
            "Trail": {"Type": "AWS::SQS::Queue", "Condition": "IsAudited"},
        },
        "Outputs": {"Trail": {"Condition": "IsAudited", "Value": {"Ref": "Trail"}}},
    });
    let of = |size: &str, audit: &str, token: &str| {
        version(&document).parameters([("Size", size), ("Audit", audit), ("Token", token), ("CodeKey", size)])
    };
    let diff = Diff::between(&of("128", "true", "****"), &of("256", "false", "hunter2"));
    assert_eq!(lines(&diff), ["Function Properties.MemorySize \"128\" \"256\" Update", "Trail Removed"]);
    assert_eq!(diff.data_at_risk[0].logical_id, "Trail");
    assert_eq!(diff.unknown_parameters, ["Token"]);
    assert_eq!(diff.code, CodeChange::Changed);
    let paths = |changes: &[PropertyChange]| changes.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
    assert_eq!(
        (paths(&diff.parameters), paths(&diff.outputs)),
        (vec!["Audit".into(), "Size".into()], vec!["Trail".into()])
    );
    assert_eq!(diff.cost_drivers[0].new.as_deref(), Some("256"));

    let diff = Diff::between(&of("1", "true", "hunter2"), &of("1", "true", "swordfish"));
    assert_eq!((diff.code, paths(&diff.parameters)), (CodeChange::Unchanged, vec!["Token".to_owned()]));
    let text = serde_json::to_string(&diff).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("swordfish"), "{text}");
}

#[test]
fn passwords_in_templates_are_not_shown() {
    let of = |password: &str| {
        one("AWS::RDS::DBInstance", json!({"MasterUserPassword": password, "DBInstanceClass": "db.t4g.micro"}))
    };
    let diff = of_resources(of("hunter2"), of("{{resolve:secretsmanager:db:SecretString:password}}"));
    let reference = "\"{{resolve:secretsmanager:db:SecretString:password}}\"";
    assert_eq!(lines(&diff), [format!("It Properties.MasterUserPassword \"****\" {reference} Update")]);
}

#[test]
fn data_that_would_be_lost_or_left_behind_is_told() {
    let table = |name: &str, attributes: Json| {
        let mut table = json!({"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}});
        table.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
        json!({"Links": table})
    };
    let keep = json!({"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"});
    let delete = json!({});
    let snapshot = json!({"DeletionPolicy": "Snapshot"});
    for (old, new, expected) in [
        (table("a", delete.clone()), json!({}), Some(Loss::Removed)),
        (table("a", json!({"DeletionPolicy": "Delete"})), json!({}), Some(Loss::Removed)),
        (table("a", keep.clone()), json!({}), None),
        (table("a", snapshot), json!({}), None),
        (table("a", delete.clone()), table("b", delete.clone()), Some(Loss::Replaced)),
        (
            table("a", json!({"DeletionPolicy": "Retain"})),
            table("b", json!({"DeletionPolicy": "Retain"})),
            Some(Loss::Replaced),
        ),
        (table("a", keep.clone()), table("b", keep.clone()), Some(Loss::LeftBehind)),
        (table("a", delete.clone()), json!({"Links": {"Type": "AWS::SQS::Queue"}}), Some(Loss::Replaced)),
        (table("a", delete.clone()), table("a", keep), None),
        (one("AWS::RDS::DBInstance", json!({})), json!({}), None),
        (one("AWS::RDS::DBInstance", json!({"DBClusterIdentifier": "x"})), json!({}), Some(Loss::Removed)),
        (one("AWS::Lambda::Function", json!({})), json!({}), None),
    ] {
        let diff = of_resources(old.clone(), new.clone());
        assert_eq!(diff.data_at_risk.first().map(|it| it.loss), expected, "{old} {new}");
    }
}

#[test]
fn a_replacement_is_followed_to_what_cannot_be_changed_either() {
    let of = |name: &str| {
        json!({
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": name}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "Files": {"Type": "AWS::EFS::MountTarget", "Properties": {"SubnetId": {"Ref": "Subnet"}, "SecurityGroups": []}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "vpc", "Value": {"Ref": "Vpc"}}]}},
        })
    };
    let diff = of_resources(of("10.0.0.0/16"), of("10.1.0.0/16"));
    let effects: Vec<_> = diff.resources.iter().map(|it| (it.logical_id.as_str(), it.effect)).collect();
    let conditional = Effect::ConditionalReplacement;
    assert_eq!(effects, [("Files", conditional), ("Subnet", conditional), ("Vpc", Effect::Replacement)]);
    assert_eq!(diff.resources[0].properties[0].because_of.as_deref(), Some("Subnet"));
}

#[test]
fn what_is_open_to_the_network_and_was_not_is_found() {
    let group = |rules: Json| one("AWS::EC2::SecurityGroup", json!({"SecurityGroupIngress": rules}));
    let rule = |protocol: &str, from: i32, to: i32, source: &str| {
        let key = if source.contains(':') { "CidrIpv6" } else { "CidrIp" };
        json!({"IpProtocol": protocol, "FromPort": from, "ToPort": to, key: source})
    };
    let https = rule("tcp", 443, 443, "10.0.0.0/8");
    let route = |properties: Json| one("AWS::ApiGatewayV2::Route", properties);
    let guarded = json!({"ApiId": {"Ref": "Api"}, "RouteKey": "GET /x", "AuthorizationType": "JWT"});
    let open = json!({"ApiId": {"Ref": "Api"}, "RouteKey": "GET /x"});
    let of_body = |operation: Json| {
        json!({"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {
            "paths": {"/x": {"get": operation, "parameters": []}},
            "components": {"securitySchemes": {"Jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {}}, "key": {"type": "apiKey"}}},
        }}}})
    };
    let origins =
        |origins: Json| one("AWS::ApiGatewayV2::Api", json!({"CorsConfiguration": {"AllowOrigins": origins}}));
    let url = |auth: &str| one("AWS::Lambda::Url", json!({"AuthType": auth}));
    let bucket =
        |block: Json| one("AWS::S3::Bucket", json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": block}}));
    for (old, new, expected) in [
        (group(json!([https])), group(json!([rule("tcp", 443, 443, "10.1.0.0/16")])), None),
        (group(json!([https])), group(json!([rule("6", 443, 443, "0.0.0.0/0")])), Some("tcp 443 from 0.0.0.0/0")),
        (
            group(json!([https])),
            group(json!([rule("tcp", 80, 443, "10.0.0.0/8")])),
            Some("tcp 80 to 443 from 10.0.0.0/8"),
        ),
        (group(json!([https])), group(json!([https, rule("tcp", 443, 443, "::/0")])), Some("tcp 443 from ::/0")),
        (group(json!([{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}])), group(json!([https])), None),
        (
            group(json!([https])),
            json!({
                "It": {"Type": "AWS::EC2::SecurityGroup"},
                "Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
                    "GroupId": {"Fn::GetAtt": ["It", "GroupId"]}, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8",
                }},
            }),
            None,
        ),
        (route(guarded.clone()), route(open.clone()), Some("GET /x without an authorizer")),
        (route(open.clone()), route(guarded.clone()), None),
        (route(open.clone()), of_body(json!({})), None),
        (route(guarded), of_body(json!({"security": [{"Jwt": []}]})), None),
        (of_body(json!({"security": [{"Jwt": []}]})), of_body(json!({})), Some("GET /x without an authorizer")),
        (
            of_body(json!({"security": [{"Jwt": []}]})),
            of_body(json!({"security": [{"key": []}]})),
            Some("GET /x with a key of the API, and without an authorizer"),
        ),
        (of_body(json!({})), of_body(json!({"security": [{"key": []}]})), None),
        (
            origins(json!(["https://a.example"])),
            origins(json!(["*"])),
            Some("pages of every origin may call it (CORS)"),
        ),
        (origins(json!(["*"])), origins(json!(["https://a.example"])), None),
        (url("AWS_IAM"), url("NONE"), Some("a function URL that asks for no credentials (AuthType NONE)")),
        (
            one("AWS::RDS::DBInstance", json!({"PubliclyAccessible": false})),
            one("AWS::RDS::DBInstance", json!({"PubliclyAccessible": true})),
            Some("PubliclyAccessible: true"),
        ),
        (
            json!({}),
            one("AWS::ElasticLoadBalancingV2::LoadBalancer", json!({})),
            Some("a load balancer that faces the internet"),
        ),
        (bucket(json!(true)), bucket(json!(false)), Some("BlockPublicAcls is off")),
        (bucket(json!(true)), one("AWS::S3::Bucket", json!({})), Some("BlockPublicAcls is off")),
        (json!({}), one("AWS::S3::Bucket", json!({})), None),
    ] {
        let found: Vec<String> =
            of_resources(old.clone(), new.clone()).network_openings.into_iter().map(|it| it.what).collect();
        assert_eq!(found, Vec::from_iter(expected), "{old}\n{new}");
    }
}

#[test]
fn what_is_billed_by_being_there_or_by_its_size_is_listed() {
    let of = |old: Json, new: Json| -> Vec<(Option<&'static str>, &'static str)> {
        of_resources(old, new).cost_drivers.iter().map(|it| (it.property, it.billed_by)).collect()
    };
    let gateway = one("AWS::EC2::NatGateway", json!({}));
    assert_eq!(of(json!({}), gateway.clone()), [(None, "each hour, and each GB that goes through it")]);
    assert_eq!(of(gateway.clone(), gateway), []);
    let table =
        |units: Json| one("AWS::DynamoDB::Table", json!({"ProvisionedThroughput": {"ReadCapacityUnits": units}}));
    assert_eq!(
        of(table(json!(1)), table(json!(5))),
        [(Some("ProvisionedThroughput.ReadCapacityUnits"), "each hour, by the unit")]
    );
    assert_eq!(of(one("AWS::EC2::VPCEndpoint", json!({})), one("AWS::EC2::VPCEndpoint", json!({}))), []);
}

#[test]
fn what_is_billed_of_a_stack_says_whether_it_has_to_be_used() {
    let of = |kind: &str, properties: Json| -> Vec<(bool, Option<&'static str>, Option<String>)> {
        let drivers = version(&json!({"Resources": one(kind, properties)})).cost_drivers();
        drivers.into_iter().map(|it| (it.when_idle, it.property, it.new)).collect()
    };
    let stream = |mode: &str| json!({"StreamModeDetails": {"StreamMode": mode}});
    let mode = Some("StreamModeDetails.StreamMode");
    assert_eq!(of("AWS::Kinesis::Stream", stream("ON_DEMAND")), [(true, mode, Some("ON_DEMAND".to_owned()))]);
    assert_eq!(of("AWS::Kinesis::Stream", stream("PROVISIONED")), []);
    assert_eq!(of("AWS::KMS::Key", json!({})), [(true, None, None)]);
    let size = (false, Some("MemorySize"), Some("256".to_owned()));
    assert_eq!(of("AWS::Lambda::Function", json!({"MemorySize": 256})), [size, (false, None, None)]);
    let kept = |days: &str| vec![(false, Some("RetentionInDays"), Some(days.to_owned()))];
    assert_eq!(of("AWS::Logs::LogGroup", json!({})), kept("for ever"));
    assert_eq!(of("AWS::Logs::LogGroup", json!({"RetentionInDays": 30})), kept("30"));
    assert_eq!(of("AWS::IAM::Role", json!({})), []);
}

#[test]
fn a_template_for_people_has_no_secrets() {
    let id = |name: &str| LogicalId::new(name).unwrap();
    let mut template = Template::new("");
    let parameter = Parameter { no_echo: true, default: Some("hunter2".to_owned()), ..Parameter::string("A token") };
    template.parameter(id("Token"), parameter);
    let database = json!({"MasterUserPassword": "swordfish", "DBInstanceClass": "db.t4g.micro"});
    template.resource(id("Database"), Resource::raw("AWS::RDS::DBInstance", database));
    let shown = without_secrets(&template).to_json();
    assert!(shown.contains("db.t4g.micro") && shown.matches("****").count() == 2, "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("swordfish"), "{shown}");
}

#[test]
fn tags_of_people_are_compared_and_those_of_builds_are_not() {
    let of = |build: &str, team: &str| {
        version(&json!({"Resources": {}})).tags([
            ("sparta:buildId", build),
            ("sparta:version", build),
            ("aws:x", build),
            ("team", team),
        ])
    };
    assert!(Diff::between(&of("1", "a"), &of("2", "a")).is_empty());
    assert_eq!(Diff::between(&of("1", "a"), &of("1", "b")).tags[0].path, "team");
}

#[test]
fn what_is_no_template_is_refused() {
    assert!(matches!(Version::from_json("Resources:\n"), Err(VersionError::Json(_))));
    assert!(matches!(Version::from_json("[]"), Err(VersionError::NoTemplate)));
}
