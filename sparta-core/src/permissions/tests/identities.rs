//! Roles, users and providers: what rights on them depends on, and what a boundary cannot hold.

use super::*;

fn mistakes(template: &Template, declared: &[(String, Statement)]) -> Vec<PermissionsMistake> {
    Required::of(&resolver(template, "Test-App-main"), None, declared).err().unwrap_or_default()
}

fn unbounded(template: &Template) -> Vec<PermissionsMistake> {
    Boundary::of(&resolver(template, "Test-App-main")).err().unwrap_or_default()
}

fn rule(role: Json) -> Template {
    service(&[
        ("AWS::Events::Rule", json!({"Targets": [{"Arn": "a", "Id": "i"}, {"Arn": "b", "Id": "j", "RoleArn": role}]})),
        ("AWS::IAM::Role", json!({})),
    ])
}

#[test]
fn a_role_that_only_aws_knows_is_not_any_role() {
    let literal = "arn:aws:iam::123456789012:role/events";
    for unknown in [
        json!({"Fn::ImportValue": "role"}),
        json!({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Name}"}),
        json!({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/events-${Name}"}),
        json!({"Fn::If": ["Big", literal, {"Ref": "Role"}]}),
        json!({"Fn::GetAtt": ["R0", "Outputs.RoleArn"]}),
        json!("{{resolve:ssm:/events/role}}"),
    ] {
        let (resource, property) = ("R0".to_owned(), "Targets[1].RoleArn".to_owned());
        let mistake = PermissionsMistake::UnknownRole { resource, property, kind: "AWS::Events::Rule".to_owned() };
        assert_eq!(mistakes(&rule(unknown.clone()), &[]), [mistake], "{unknown}");
        let declared = ("AWS::Events::Rule".to_owned(), Statement::allow(["iam:PassRole"]).on(literal));
        assert_eq!(mistakes(&rule(unknown), &[declared]), []);
    }
    for known in [json!(literal), json!({"Ref": "AWS::NoValue"}), json!({"Fn::GetAtt": ["R1", "Arn"]})] {
        assert_eq!(mistakes(&rule(known), &[]), []);
    }
}

#[test]
fn every_role_of_a_list_a_map_and_a_condition_can_be_passed_and_no_other() {
    let account = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role";
    let named = |role: &str| json!({"Fn::Sub": format!("arn:aws:iam::${{AWS::AccountId}}:role/{role}")});
    let template = service(&[
        (
            "AWS::Cognito::IdentityPoolRoleAttachment",
            json!({
                "IdentityPoolId": {"Ref": "Pool"},
                "Roles": {"authenticated": named("user"), "unauthenticated": {"Fn::GetAtt": ["R2", "Arn"]}},
                "RoleMappings": {"idp": {"AmbiguousRoleResolution": "Deny", "Type": "Token"}},
            }),
        ),
        (
            "AWS::Events::Rule",
            json!({"Targets": [{"Arn": "a", "Id": "i", "RoleArn": {"Fn::If": ["Big", named("big"), named("small")]}}]}),
        ),
        ("AWS::IAM::Role", json!({})),
        ("AWS::IAM::InstanceProfile", json!({"Roles": ["machine"]})),
    ]);
    let passed: BTreeSet<String> =
        on(&required(&template), "iam:PassRole").into_iter().flat_map(|(roles, _)| roles).collect();
    let of = |role: &str| format!("arn:aws:iam::${{AWS::AccountId}}:role/{role}");
    let own = format!("{account}/Test-App-main-*");
    assert_eq!(passed, BTreeSet::from([of("user"), of("big"), of("small"), own, format!("{account}/machine")]));
}

#[test]
fn a_provider_that_only_aws_knows_is_not_any_function() {
    let custom = |token: Json| {
        service(&[("Custom::Seed", json!({"ServiceToken": token})), ("AWS::Lambda::Function", json!({}))])
    };
    for unknown in [json!({"Fn::ImportValue": "seed"}), json!({"Fn::GetAtt": ["Nested", "Outputs.Arn"]})] {
        let (resource, kind) = ("R0".to_owned(), "Custom::Seed".to_owned());
        assert_eq!(mistakes(&custom(unknown.clone()), &[]), [PermissionsMistake::UnknownProvider { resource, kind }]);
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:seed";
        let declared = ("Custom::Seed".to_owned(), Statement::allow(["lambda:InvokeFunction"]).on(arn));
        let template = custom(unknown);
        let required = Required::of(&resolver(&template, "Test-App-main"), None, &[declared]).unwrap();
        assert_eq!(on(&required, "lambda:InvokeFunction"), [(vec![arn.to_owned()], None)]);
    }
    let own = custom(json!({"Fn::GetAtt": ["R1", "Arn"]}));
    let function = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-*");
    assert_eq!(on(&required(&own), "lambda:InvokeFunction"), [(vec![function], None)]);
}

#[test]
fn users_are_made_with_the_boundary_only() {
    let user = json!({"ManagedPolicyArns": [{"Ref": "R1"}], "Policies": []});
    let template = service(&[
        ("AWS::IAM::User", user),
        ("AWS::IAM::ManagedPolicy", json!({"PolicyDocument": {"Statement": []}})),
        ("AWS::IAM::Policy", json!({"PolicyDocument": {"Statement": []}, "Users": [{"Ref": "R0"}]})),
    ]);
    assert!(Boundary::of(&resolver(&template, "Test-App-main")).unwrap().is_some());
    let required = Required::of(&resolver(&template, "Test-App-main"), Some("${TestBoundary}"), &[]).unwrap();
    let made = json!({"ArnEquals": {"iam:PermissionsBoundary": {"Ref": "TestBoundary"}}});
    let users = "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/Test-App-main-*".to_owned();
    for action in ["iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary"] {
        let bound = if action == "iam:CreateUser" { made.clone() } else { changed("TestBoundary") };
        assert_eq!(on(&required, action), [(vec![users.clone()], Some(bound))], "{action}");
    }
    let actions = required.actions();
    assert!(!actions.contains("iam:DeleteUserPermissionsBoundary") && !actions.contains("iam:AddUserToGroup"));
}

#[test]
fn rights_are_for_users_that_are_known() {
    let key = |user: Json| service(&[("AWS::IAM::UserPolicy", json!({"UserName": user}))]);
    let bob = "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/bob".to_owned();
    assert_eq!(on(&required(&key(json!("bob"))), "iam:PutUserPolicy"), [(vec![bob], None)]);
    let (resource, property) = ("R0".to_owned(), "UserName".to_owned());
    let unknown = key(json!({"Fn::ImportValue": "user"}));
    assert_eq!(mistakes(&unknown, &[]), [PermissionsMistake::UnknownIdentity { resource, property }]);
}

#[test]
fn what_no_boundary_can_limit_is_a_mistake() {
    let empty = json!({"Statement": []});
    let id = || "R0".to_owned();
    for (kind, properties) in [
        ("AWS::IAM::Group", json!({})),
        ("AWS::IAM::User", json!({"Groups": ["admins"]})),
        ("AWS::IAM::UserToGroupAddition", json!({"GroupName": "admins", "Users": ["bob"]})),
        ("AWS::IAM::Policy", json!({"PolicyDocument": empty, "Groups": ["admins"]})),
    ] {
        assert_eq!(
            unbounded(&service(&[(kind, properties)])),
            [PermissionsMistake::Group { resource: id() }],
            "{kind}"
        );
    }
    for (kind, property, name) in [
        ("AWS::IAM::Policy", "Roles", json!(["admin"])),
        ("AWS::IAM::RolePolicy", "RoleName", json!("admin")),
        ("AWS::IAM::UserPolicy", "UserName", json!("bob")),
        ("AWS::IAM::ManagedPolicy", "Users", json!(["bob"])),
    ] {
        let mut properties = json!({"PolicyDocument": empty});
        properties[property] = name;
        let found = unbounded(&service(&[(kind, properties)]));
        assert!(
            matches!(&found[..], [PermissionsMistake::ForeignIdentity { property: it, .. }] if it.starts_with(property)),
            "{kind}: {found:?}"
        );
    }
    let other = service(&[("AWS::IAM::Role", json!({"PermissionsBoundary": "arn:aws:iam::aws:policy/X"}))]);
    assert_eq!(unbounded(&other), [PermissionsMistake::OwnBoundary { role: id() }]);
}

#[test]
fn a_policy_that_only_aws_can_read_is_a_mistake() {
    let of = |document: Json| service(&[("AWS::IAM::Role", json!({"Policies": [{"PolicyDocument": document}]}))]);
    let allow = |key: &str, value: Json| {
        let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
        statement[key] = value;
        json!({"Statement": statement})
    };
    let unknown = || json!({"Fn::ImportValue": "it"});
    for (document, place) in [
        (json!("{}"), ""),
        (unknown(), ""),
        (json!({"statement": []}), ""),
        (json!({"Statement": unknown()}), ".Statement"),
        (json!({"Statement": [{"Effect": "Deny"}, "s3:*"]}), ".Statement[1]"),
        (allow("action", json!("s3:*")), ".Statement"),
        (allow("Principal", json!("*")), ".Statement"),
        (allow("Action", unknown()), ".Statement"),
        (allow("Action", json!({"Fn::Sub": "${Service}:*"})), ".Statement"),
        (allow("Action", json!("{{resolve:ssm:action}}")), ".Statement"),
        (allow("Condition", unknown()), ".Statement"),
        (allow("Condition", json!({"NumericLessThan": {"aws:MultiFactorAuthAge": unknown()}})), ".Statement"),
        (allow("Condition", json!({"StringNotEquals": {"aws:PrincipalTag/team": unknown()}})), ".Statement"),
        (allow("Condition", json!({"StringNotEquals": {"aws:PrincipalTag/team": "{{resolve:ssm:x}}"}})), ".Statement"),
    ] {
        let place = format!("R0.Policies[0].PolicyDocument{place}");
        assert_eq!(unbounded(&of(document.clone())), [PermissionsMistake::OpaquePolicy { place }], "{document}");
    }
    let sam = service(&[("AWS::IAM::Role", json!({"Policies": [{"S3ReadPolicy": {"BucketName": "b"}}, "ReadOnly"]}))]);
    let opaque = |place: &str| PermissionsMistake::OpaquePolicy { place: place.to_owned() };
    assert_eq!(unbounded(&sam), [opaque("R0.Policies[0]"), opaque("R0.Policies[1]")]);
    assert_eq!(unbounded(&of(allow("Action", json!("s3:*")))), []);
    assert_eq!(unbounded(&of(allow("Effect", json!("Deny")))), []);
}

#[test]
fn a_boundary_holds_both_branches_and_what_may_be_compared() {
    let statement = |resource: Json| {
        json!({"Effect": "Allow", "Action": "dynamodb:GetRecords", "Resource": resource,
               "Condition": {"StringEquals": {"aws:PrincipalTag/team": {"Fn::ImportValue": "team"}}}})
    };
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/s";
    let branches = json!({"Fn::If": ["Own", {"Fn::GetAtt": ["R1", "StreamArn"]}, table]});
    let policies = json!({"Fn::If": ["Reads", [{"PolicyDocument": {"Statement": [statement(branches)]}}], {"Ref": "AWS::NoValue"}]});
    let template = service(&[("AWS::IAM::Role", json!({"Policies": policies})), ("AWS::DynamoDB::Table", json!({}))]);
    let boundary = Boundary::of(&resolver(&template, "Test-App-main")).unwrap().unwrap();
    let document = serde_json::to_value(policy_document(&boundary.statements)).unwrap();
    let own = format!("arn:${{AWS::Partition}}:dynamodb:{HERE}:table/Test-App-main-*/stream/*");
    assert_eq!(
        document["Statement"],
        json!([{
            "Effect": "Allow", "Action": "dynamodb:GetRecords", "Resource": [{"Fn::Sub": own}, table],
            "Condition": {"StringLike": {"aws:PrincipalTag/team": "*"}},
        }])
    );
}

#[test]
fn layers_in_a_list_are_what_can_be_read() {
    let layer = "arn:aws:lambda:eu-west-1:123456789012:layer:l:1";
    let template = service(&[("AWS::Lambda::Function", json!({"Layers": [layer]}))]);
    assert_eq!(on(&required(&template), "lambda:GetLayerVersion"), [(vec![layer.to_owned()], None)]);
}

#[test]
fn a_name_that_only_aws_knows_is_not_every_name() {
    for (kind, property) in [
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::User", "UserName"),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
        ("AWS::Lambda::Function", "FunctionName"),
    ] {
        let of = |name: Json| service(&[(kind, json!({property: name}))]);
        let unknown = of(json!({"Fn::If": ["Named", {"Fn::ImportValue": "name"}, {"Ref": "AWS::NoValue"}]}));
        let mistake = PermissionsMistake::UnknownName { resource: "R0".to_owned(), property: property.to_owned() };
        assert_eq!(mistakes(&unknown, &[]), [mistake]);
        let begun = json!({"Fn::Sub": "${AWS::StackName}-${Name}"});
        for known in [json!("x"), json!({"Fn::If": ["Named", "x", {"Ref": "AWS::NoValue"}]}), begun] {
            assert_eq!(mistakes(&of(known), &[]), []);
        }
    }
}

#[test]
fn a_role_that_may_have_two_names_or_a_path_has_the_arns_of_both() {
    let name = json!({"Fn::If": ["Named", "x", {"Ref": "AWS::NoValue"}]});
    let template = service(&[("AWS::IAM::Role", json!({"RoleName": name, "Path": "/service-role/"}))]);
    let account = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/service-role";
    let both = vec![format!("{account}/Test-App-main-*"), format!("{account}/x")];
    assert_eq!(on(&required(&template), "iam:CreateRole"), [(both, None)]);
}

#[test]
fn a_function_is_known_by_its_alias_its_name_and_its_arn() {
    let of = |function: Json| {
        service(&[
            ("AWS::Lambda::Permission", json!({"FunctionName": function})),
            ("AWS::Lambda::EventSourceMapping", json!({"FunctionName": function})),
            ("AWS::Lambda::Alias", json!({"FunctionName": {"Ref": "R3"}, "Name": "live"})),
            ("AWS::Lambda::Function", json!({})),
        ])
    };
    let own = vec![format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-*")];
    let named = |start: &str| ["", ":*"].map(|end| format!("{start}:function:other{end}")).to_vec();
    let here = format!("arn:${{AWS::Partition}}:lambda:{HERE}");
    let there = "arn:aws:lambda:eu-west-1:123456789012";
    for (function, arns) in [
        (json!({"Ref": "R2"}), own.clone()),
        (json!({"Ref": "R3"}), own),
        (json!("other"), named(&here)),
        (json!("123456789012:function:other:live"), named(&here)),
        (json!(format!("{there}:function:other:live")), named(there)),
    ] {
        let required = required(&of(function));
        assert_eq!(on(&required, "lambda:AddPermission"), [(arns.clone(), None)]);
        let condition = on(&required, "lambda:CreateEventSourceMapping")[0].1.clone().unwrap();
        let values = condition["ArnLike"]["lambda:FunctionArn"].clone();
        let values: Vec<Json> = values.as_array().cloned().unwrap_or_else(|| vec![values]);
        assert_eq!(values.len(), arns.len(), "{condition}");
    }
    let unknown = mistakes(&of(json!({"Fn::ImportValue": "function"})), &[]);
    assert!(
        unknown.len() == 4 && unknown.iter().all(|it| matches!(it, PermissionsMistake::UnknownTarget { .. })),
        "{unknown:?}"
    );
}

#[test]
fn what_an_app_says_of_a_type_keeps_its_condition() {
    let declared = Statement::allow(["iam:PassRole"])
        .on("arn:aws:iam::123456789012:role/events")
        .when(json!({"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}));
    let template = rule(json!({"Fn::ImportValue": "role"}));
    let required =
        Required::of(&resolver(&template, "S"), None, &[("AWS::Events::Rule".to_owned(), declared)]).unwrap();
    let condition = Some(json!({"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}));
    assert_eq!(on(&required, "iam:PassRole"), [(vec!["arn:aws:iam::123456789012:role/events".to_owned()], condition)]);
}

#[test]
fn a_users_own_keys_are_no_roles_and_roles_have_other_names_too() {
    let template = service(&[
        (
            "AWS::Lambda::Function",
            json!({"Environment": {"Variables": {"TargetRoleArn": "arn:aws:iam::123456789012:role/admin"}},
                   "Role": {"Fn::GetAtt": ["R2", "Arn"]}}),
        ),
        ("AWS::ApiGateway::Method", json!({"Integration": {"Credentials": {"Fn::GetAtt": ["R2", "Arn"]}}})),
        ("AWS::IAM::Role", json!({})),
    ]);
    let own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Test-App-main-*";
    let passed = on(&required(&template), "iam:PassRole");
    assert!(passed.len() == 2 && passed.iter().all(|(roles, _)| *roles == [own]), "{passed:?}");
}

#[test]
fn a_policy_that_nobody_has_is_not_in_the_boundary() {
    let document = json!({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}});
    let of = |policies: Json| {
        service(&[
            ("AWS::IAM::Role", json!({"ManagedPolicyArns": policies})),
            ("AWS::IAM::ManagedPolicy", json!({"PolicyDocument": document})),
        ])
    };
    let allows = |policies: Json| {
        let boundary = Boundary::of(&resolver(&of(policies), "S")).unwrap().unwrap();
        boundary.statements.iter().any(|statement| statement.actions().iter().any(|it| it == "s3:GetObject"))
    };
    assert!(!allows(json!([])) && allows(json!([{"Ref": "R1"}])));
}

#[test]
fn a_secret_of_the_template_can_be_looked_up_and_an_unknown_one_is_not_any() {
    let of = |reference: Json| {
        let template = service(&[
            ("AWS::RDS::DBInstance", json!({"MasterUserPassword": reference})),
            ("AWS::SecretsManager::Secret", json!({})),
        ]);
        of_references(&resolver(&template, "S"), []).map(|required| on(&required, "secretsmanager:GetSecretValue"))
    };
    let own = vec![format!("arn:${{AWS::Partition}}:secretsmanager:{HERE}:secret:R1-*")];
    for reference in [
        json!({"Fn::Sub": "{{resolve:secretsmanager:${R1}:SecretString:password}}"}),
        json!({"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "R1"}, ":SecretString:password}}"]]}),
    ] {
        let bound = json!({"StringEquals": {"aws:ResourceTag/aws:cloudformation:stack-name": "S"}});
        assert_eq!(of(reference).unwrap(), [(own.clone(), Some(bound))]);
    }
    let unknown = of(json!({"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}));
    assert!(
        matches!(&unknown.unwrap_err()[..], [PermissionsMistake::UnknownReference(it)] if it.starts_with("secretsmanager:*"))
    );
}

#[test]
fn an_instance_is_made_of_several_resources_each_of_which_is_allowed() {
    let template = service(&[("AWS::EC2::Instance", json!({"SubnetId": "subnet-1", "ImageId": "ami-1"}))]);
    let resources: Vec<String> =
        on(&required(&template), "ec2:RunInstances").into_iter().flat_map(|(resources, _)| resources).collect();
    for part in [":instance/", ":image/", ":subnet/", ":network-interface/", ":volume/"] {
        assert!(resources.iter().any(|arn| arn.contains(part)), "{part}: {resources:?}");
    }
}

#[test]
fn what_aws_manages_for_functions_is_in_the_boundary() {
    let of = |name: &str| {
        let policies = json!([{"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}")}]);
        service(&[("AWS::IAM::Role", json!({"ManagedPolicyArns": policies}))])
    };
    let known = of("service-role/AWSLambdaBasicExecutionRole");
    let boundary = Boundary::of(&resolver(&known, "Test-App-main")).unwrap().unwrap();
    let document = serde_json::to_value(policy_document(&boundary.statements)).unwrap();
    let actions = json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]);
    assert_eq!(document["Statement"], json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]));
    assert!(matches!(&unbounded(&of("ReadOnlyAccess"))[..], [PermissionsMistake::AttachedPolicy { .. }]));
}
