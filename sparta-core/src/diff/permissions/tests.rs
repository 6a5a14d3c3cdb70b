use serde_json::{Value as Json, json};

use super::{Permission, Widening};
use crate::diff::{Diff, Version};

fn version(resources: Json) -> Version {
    Version::from_json(&json!({"Resources": resources}).to_string()).unwrap()
}

/// What is wider, a line each.
fn widened(old: Json, new: Json) -> Vec<String> {
    let diff = Diff::between(&version(old), &version(new));
    diff.widened_permissions.iter().map(line).collect()
}

fn line(it: &Permission) -> String {
    let word = match &it.widening {
        Widening::Allowed => "allows",
        Widening::NotDenied => "no longer denies",
        Widening::Managed(name) => return format!("{} has {name}", it.holder),
        Widening::Boundary => return format!("{} is not bounded", it.holder),
    };
    let mut line = format!("{} {word}", it.holder);
    for part in [&it.principal, &Some(it.actions.join("+")), &it.resource, &it.condition].into_iter().flatten() {
        line += &format!(" {part}");
    }
    line
}

/// A role with one inline policy.
fn role(statements: Json) -> Json {
    json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ]},
        "Policies": [{"PolicyName": "x", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    }}})
}

fn allow(action: Json, resource: Json) -> Json {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn with(mut statement: Json, name: &str, value: Json) -> Json {
    statement[name] = value;
    statement
}

fn merged(one: Json, other: Json) -> Json {
    let (Json::Object(mut one), Json::Object(other)) = (one, other) else { panic!("two objects") };
    one.extend(other);
    Json::Object(one)
}

#[test]
fn the_same_or_less_in_other_words_is_not_wider() {
    let read_write = allow(json!(["s3:GetObject", "s3:PutObject"]), json!(["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]));
    let arn = json!({"Fn::GetAtt": ["Links", "Arn"]});
    let joined = json!({"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Links}"});
    let region = json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}});
    let table = json!({"Links": {"Type": "AWS::DynamoDB::Table"}});
    let not_iam = json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"});
    let not_more = json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*", "kms:*"], "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"});
    for (old, new) in [
        // Another order, other statements, another Sid, other letters.
        (
            json!([read_write]),
            json!([
                with(allow(json!("S3:putobject"), json!(["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"])), "Sid", json!("W")),
                allow(json!("s3:GetObject"), json!("arn:aws:s3:::a/*")),
                allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/*")),
            ]),
        ),
        (
            json!([allow(json!("s3:*"), json!("*"))]),
            json!([allow(json!(["s3:GetObject", "s3:Put*"]), json!("arn:aws:s3:::a"))]),
        ),
        (json!([allow(json!("*"), json!("*"))]), json!([not_iam])),
        (json!([not_iam]), json!([not_more])),
        (json!([not_iam]), json!([allow(json!("s3:Get*"), json!("*"))])),
        (json!([allow(json!("dynamodb:Query"), arn.clone())]), json!([allow(json!("dynamodb:Query"), joined.clone())])),
        (
            json!([allow(json!("dynamodb:Query"), joined.clone())]),
            json!([allow(json!("dynamodb:Query"), json!({"Fn::Sub": "${Links.Arn}"}))]),
        ),
        (
            json!([allow(json!("dynamodb:Query"), json!({"Fn::Sub": "${Links.Arn}*"}))]),
            json!([allow(json!("dynamodb:Query"), json!({"Fn::Join": ["/", [arn, "index/*"]]})),]),
        ),
        (json!([read_write]), json!([with(read_write.clone(), "Condition", region.clone())])),
        (json!([allow(json!("s3:*"), json!("*")), deny]), json!([allow(json!("sqs:*"), json!("*"))])),
        (json!([allow(json!("s3:*"), json!("*")), deny]), json!([])),
        (json!([deny]), json!([{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}])),
        (json!([read_write]), json!([{"Fn::If": ["Unknown", read_write, {"Ref": "AWS::NoValue"}]}])),
        // One statement that is no list.
        (json!([read_write]), read_write.clone()),
    ] {
        let [before, after] = [old, new].map(|it| merged(table.clone(), role(it)));
        // What else one of them may be able to do than the other may be new.
        let found: Vec<String> = widened(before.clone(), after.clone());
        let found: Vec<_> = found.into_iter().filter(|line| !line.contains("sqs:*")).collect();
        assert_eq!(found, [""; 0], "{before}\n{after}");
    }
}

#[test]
fn what_is_wider_is_found() {
    let get = allow(json!("s3:GetObject"), json!("arn:aws:s3:::a/x/*"));
    let region = json!({"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}});
    let not_iam = json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"});
    for (old, new, expected) in [
        (
            json!([get]),
            json!([allow(json!("s3:*"), json!("arn:aws:s3:::a/x/*"))]),
            "Role allows s3:* arn:aws:s3:::a/x/*",
        ),
        (
            json!([get]),
            json!([allow(json!("s3:GetObject"), json!("arn:aws:s3:::a/*"))]),
            "Role allows s3:GetObject arn:aws:s3:::a/*",
        ),
        (
            json!([get]),
            json!([allow(json!(["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"]), json!("arn:aws:s3:::a/x/*"))]),
            "Role allows s3:GetObjectAcl+s3:PutObject arn:aws:s3:::a/x/*",
        ),
        (
            json!([with(get.clone(), "Condition", region.clone())]),
            json!([get]),
            "Role allows s3:GetObject arn:aws:s3:::a/x/*",
        ),
        (
            json!([with(get.clone(), "Condition", region)]),
            json!([with(get.clone(), "Condition", json!({"StringLike": {"aws:RequestedRegion": "eu-*"}}))]),
            "Role allows s3:GetObject arn:aws:s3:::a/x/* aws:RequestedRegion StringLike eu-*",
        ),
        (
            json!([not_iam]),
            json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
            "Role allows everything but iam:* *",
        ),
        (json!([not_iam]), json!([allow(json!("*"), json!("*"))]), "Role allows * *"),
        (json!([not_iam]), json!([not_iam, allow(json!("iam:PassRole"), json!("*"))]), "Role allows iam:PassRole *"),
        // A wildcard in front of what was left out.
        (json!([not_iam]), json!([not_iam, allow(json!("*:PassRole"), json!("*"))]), "Role allows *:PassRole *"),
        (
            json!([allow(json!("s3:GetObject?"), json!("*"))]),
            json!([allow(json!("s3:GetObject*"), json!("*"))]),
            "Role allows s3:GetObject* *",
        ),
        (
            json!([{"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]}]),
            json!([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a"}]),
            "Role allows s3:* everything but arn:aws:s3:::a",
        ),
        (
            json!([allow(json!("s3:*"), json!("*")), deny]),
            json!([allow(json!("s3:*"), json!("*"))]),
            "Role no longer denies s3:DeleteBucket *",
        ),
        (
            json!([allow(json!("s3:*"), json!("*")), deny]),
            json!([
                allow(json!("s3:*"), json!("*")),
                with(deny.clone(), "Condition", json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
            ]),
            "Role no longer denies s3:DeleteBucket *",
        ),
        (
            json!([{"Fn::If": ["Unknown", get, {"Ref": "AWS::NoValue"}]}]),
            json!([get]),
            "Role allows s3:GetObject arn:aws:s3:::a/x/*",
        ),
        // A length that only AWS knows.
        (
            json!([allow(json!("s3:*"), json!("arn:aws:s3:::????"))]),
            json!([allow(json!("s3:*"), json!({"Fn::Sub": "arn:aws:s3:::${X}"}))]),
            "Role allows s3:* arn:aws:s3:::${X}",
        ),
    ] {
        assert_eq!(widened(role(old.clone()), role(new.clone())), [expected], "{old} {new}");
    }
}

#[test]
fn where_a_policy_stands_says_nothing_and_whose_it_is_does() {
    let statement = allow(json!("s3:GetObject"), json!("*"));
    let document = json!({"Statement": [statement]});
    let both = |one: Json, other: Json| {
        let [one, other] = [one, other].map(|statements| role(statements)["Role"].clone());
        json!({"Role": one, "Other": other})
    };
    let attached = |kind: &str, property: &str| {
        let own = json!({"Type": kind, "Properties": {"PolicyDocument": document, property: [{"Ref": "Role"}]}});
        merged(role(json!([])), json!({"Policy": own}))
    };
    for new in [
        attached("AWS::IAM::Policy", "Roles"),
        attached("AWS::IAM::ManagedPolicy", "Roles"),
        attached("AWS::IAM::RolePolicy", "RoleName"),
    ] {
        assert_eq!(widened(role(json!([statement])), new.clone()), [""; 0], "{new}");
        assert_eq!(widened(new, role(json!([statement]))), [""; 0]);
    }
    let mut by_arn = merged(
        role(json!([])),
        json!({"Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}}),
    );
    by_arn["Role"]["Properties"]["ManagedPolicyArns"] = json!([{"Ref": "Managed"}]);
    assert_eq!(widened(role(json!([statement])), by_arn), [""; 0]);
    // From one role to the other.
    assert_eq!(
        widened(both(json!([statement]), json!([])), both(json!([]), json!([statement]))),
        ["Other allows s3:GetObject *"]
    );
}

#[test]
fn managed_policies_and_boundaries_count() {
    let of = |name: &str, value: Json| {
        let mut role = role(json!([]));
        role["Role"]["Properties"][name] = value;
        role
    };
    let basic = json!([{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}]);
    let admin = json!(["arn:aws:iam::aws:policy/AdministratorAccess"]);
    assert_eq!(widened(role(json!([])), of("ManagedPolicyArns", admin)), ["Role has AdministratorAccess"]);
    let literal = json!(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);
    assert_eq!(widened(of("ManagedPolicyArns", basic.clone()), of("ManagedPolicyArns", literal)), [""; 0]);
    let logs = role(json!([allow(
        json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
        json!("arn:aws:logs:*:*:log-group:/aws/lambda/x:*")
    )]));
    assert_eq!(widened(of("ManagedPolicyArns", basic), logs), [""; 0]);
    let bounded = of("PermissionsBoundary", json!("arn:aws:iam::1:policy/most"));
    assert_eq!(widened(bounded.clone(), role(json!([]))), ["Role is not bounded"]);
    assert_eq!(widened(role(json!([])), bounded), [""; 0]);
}

#[test]
fn who_is_trusted_and_let_in_is_compared() {
    let trusting = |principal: Json, condition: Json| {
        json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": {
            "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition,
        }}}}})
    };
    let account = json!({"AWS": "123456789012"});
    let root = json!({"AWS": ["arn:aws:iam::123456789012:root"]});
    let by_id = json!({"StringEquals": {"sts:ExternalId": "x"}});
    assert_eq!(widened(trusting(account.clone(), json!({})), trusting(root.clone(), json!({}))), [""; 0]);
    assert_eq!(widened(trusting(json!("*"), by_id.clone()), trusting(json!({"AWS": "*"}), by_id.clone())), [""; 0]);
    assert_eq!(widened(trusting(json!("*"), by_id.clone()), trusting(root, by_id.clone())), [""; 0]);
    assert_eq!(
        widened(trusting(account.clone(), by_id), trusting(account, json!({}))),
        ["Role allows AWS:account 123456789012 sts:AssumeRole"]
    );

    let bucket = |policy: Option<Json>| {
        let bucket = json!({"Files": {"Type": "AWS::S3::Bucket"}});
        policy.map_or(bucket.clone(), |statement| {
            merged(
                bucket,
                json!({"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
                    "Bucket": {"Ref": "Files"}, "PolicyDocument": {"Statement": [statement]},
                }}}),
            )
        })
    };
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    assert_eq!(
        widened(bucket(Some(tls.clone())), bucket(None)),
        ["Files no longer denies * s3:* * aws:SecureTransport Bool false"]
    );
    assert_eq!(widened(bucket(Some(tls)), json!({})), [""; 0]);
    let public = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
    assert_eq!(widened(bucket(None), bucket(Some(public))), ["Files allows * s3:GetObject *"]);
}

#[test]
fn permissions_of_functions_are_policies() {
    let invoked = |source: Json, function: Json| {
        json!({
            "Function": {"Type": "AWS::Lambda::Function"},
            "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
                "FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com", "SourceArn": source,
            }},
        })
    };
    let function = json!({"Fn::GetAtt": ["Function", "Arn"]});
    let one = invoked(json!("arn:aws:sns:eu-west-1:1:orders"), json!({"Ref": "Function"}));
    assert_eq!(widened(one.clone(), invoked(json!("arn:aws:sns:eu-west-1:1:orders"), function.clone())), [""; 0]);
    assert_eq!(widened(one.clone(), invoked(json!("arn:aws:sns:eu-west-1:1:orders"), json!({"Ref": "Live"}))), [""; 0]);
    assert_eq!(
        widened(one.clone(), invoked(json!("arn:aws:sns:*:1:*"), function.clone())),
        ["Function allows Service:sns.amazonaws.com lambda:InvokeFunction aws:SourceArn ArnLike arn:aws:sns:*:1:*"]
    );
    assert_eq!(
        widened(one, invoked(Json::Null, function)),
        ["Function allows Service:sns.amazonaws.com lambda:InvokeFunction"]
    );
}
