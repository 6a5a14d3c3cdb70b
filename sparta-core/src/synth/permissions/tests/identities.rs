//! Roles, users and providers: what rights on them depends on, and what a boundary cannot hold.

use super::*;

fn mistakes(template: &Template, described: &[(String, Statement)]) -> Vec<NeedsMistake> {
    Needs::of(&place(template, "Test-App-main"), None, described).err().unwrap_or_default()
}

fn unbounded(template: &Template) -> Vec<BoundaryMistake> {
    Boundary::of(&place(template, "Test-App-main")).err().unwrap_or_default()
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
        let mistake = NeedsMistake::Role { resource, property, kind: "AWS::Events::Rule".to_owned() };
        assert_eq!(mistakes(&rule(unknown.clone()), &[]), [mistake], "{unknown}");
        let said = ("AWS::Events::Rule".to_owned(), Statement::allow(["iam:PassRole"]).on(literal));
        assert_eq!(mistakes(&rule(unknown), &[said]), []);
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
        on(&needs(&template), "iam:PassRole").into_iter().flat_map(|(roles, _)| roles).collect();
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
        assert_eq!(mistakes(&custom(unknown.clone()), &[]), [NeedsMistake::Provider { resource, kind }]);
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:seed";
        let said = ("Custom::Seed".to_owned(), Statement::allow(["lambda:InvokeFunction"]).on(arn));
        let template = custom(unknown);
        let needs = Needs::of(&place(&template, "Test-App-main"), None, &[said]).unwrap();
        assert_eq!(on(&needs, "lambda:InvokeFunction"), [(vec![arn.to_owned()], None)]);
    }
    let own = custom(json!({"Fn::GetAtt": ["R1", "Arn"]}));
    let function = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-*");
    assert_eq!(on(&needs(&own), "lambda:InvokeFunction"), [(vec![function], None)]);
}

#[test]
fn users_are_made_with_the_boundary_only() {
    let user = json!({"ManagedPolicyArns": [{"Ref": "R1"}], "Policies": []});
    let template = service(&[
        ("AWS::IAM::User", user),
        ("AWS::IAM::ManagedPolicy", json!({"PolicyDocument": {"Statement": []}})),
        ("AWS::IAM::Policy", json!({"PolicyDocument": {"Statement": []}, "Users": [{"Ref": "R0"}]})),
    ]);
    assert!(Boundary::of(&place(&template, "Test-App-main")).unwrap().is_some());
    let needs = Needs::of(&place(&template, "Test-App-main"), Some("${TestBoundary}"), &[]).unwrap();
    let bound = Some(json!({"ArnEquals": {"iam:PermissionsBoundary": {"Ref": "TestBoundary"}}}));
    let users = "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/Test-App-main-*".to_owned();
    for action in ["iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary"] {
        assert_eq!(on(&needs, action), [(vec![users.clone()], bound.clone())], "{action}");
    }
    let actions = needs.actions();
    assert!(!actions.contains("iam:DeleteUserPermissionsBoundary") && !actions.contains("iam:AddUserToGroup"));
}

#[test]
fn rights_are_for_users_that_are_known() {
    let key = |user: Json| service(&[("AWS::IAM::UserPolicy", json!({"UserName": user}))]);
    let bob = "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/bob".to_owned();
    assert_eq!(on(&needs(&key(json!("bob"))), "iam:PutUserPolicy"), [(vec![bob], None)]);
    let (resource, property) = ("R0".to_owned(), "UserName".to_owned());
    let unknown = key(json!({"Fn::ImportValue": "user"}));
    assert_eq!(mistakes(&unknown, &[]), [NeedsMistake::Identity { resource, property }]);
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
        assert_eq!(unbounded(&service(&[(kind, properties)])), [BoundaryMistake::Group { resource: id() }], "{kind}");
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
            matches!(&found[..], [BoundaryMistake::Foreign { property: it, .. }] if it.starts_with(property)),
            "{kind}: {found:?}"
        );
    }
    let other = service(&[("AWS::IAM::Role", json!({"PermissionsBoundary": "arn:aws:iam::aws:policy/X"}))]);
    assert_eq!(unbounded(&other), [BoundaryMistake::Own { role: id() }]);
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
    for document in [
        json!("{}"),
        unknown(),
        json!({"Statement": unknown()}),
        allow("Action", unknown()),
        allow("Condition", unknown()),
        allow("Condition", json!({"NumericLessThan": {"aws:MultiFactorAuthAge": unknown()}})),
        allow("Condition", json!({"StringNotEquals": {"aws:PrincipalTag/team": unknown()}})),
    ] {
        assert_eq!(unbounded(&of(document.clone())), [BoundaryMistake::Opaque { role: "R0".to_owned() }], "{document}");
    }
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
    let boundary = Boundary::of(&place(&template, "Test-App-main")).unwrap().unwrap();
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
    assert_eq!(on(&needs(&template), "lambda:GetLayerVersion"), [(vec![layer.to_owned()], None)]);
}
