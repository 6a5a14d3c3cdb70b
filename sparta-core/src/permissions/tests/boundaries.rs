//! What a boundary may hold, and what it may not.

use super::*;
use crate::cfn::{Parameter, ParameterType};

/// The mistakes of a role with this statement, whose template has what is in `others` too, as `R1` and so on.
fn refused(action: &Json, resource: &Json, others: &[(&str, Json)]) -> Vec<PermissionsMistake> {
    let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let role = json!({"Policies": [{"PolicyDocument": {"Statement": [statement]}}]});
    let template = service(&[&[("AWS::IAM::Role", role)], others].concat());
    Boundary::of(&resolver(&template, "Test-App-main")).err().unwrap_or_default()
}

const PLACE: &str = "R0.Policies[0].PolicyDocument.Statement[0]";

#[test]
fn what_only_aws_knows_is_refused_with_its_place_and_what_it_would_allow() {
    let unknown = json!({"Fn::ImportValue": "it"});
    for (action, example) in [
        ("iam:PassRole", "iam:PassRole"),
        ("IAM:passrole", "iam:PassRole"),
        ("sts:Assume*", "sts:AssumeRole"),
        ("lambda:Invoke*", "lambda:InvokeAsync"),
        ("secretsmanager:GetSecretV?lue", "secretsmanager:GetSecretValue"),
        ("s3:GetObject", "s3:GetObject"),
    ] {
        let [PermissionsMistake::UnlimitedPolicy { place, resource, example: found, .. }] =
            &refused(&json!(action), &unknown, &[])[..]
        else {
            panic!("{action}: {:?}", refused(&json!(action), &unknown, &[]));
        };
        assert_eq!(
            (place.as_str(), resource.as_str(), found.as_str()),
            (PLACE, r#"{"Fn::ImportValue":"it"}"#, example)
        );
    }
}

#[test]
fn every_way_to_write_what_only_aws_knows_is_refused() {
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    for resource in [
        json!({"Ref": "Parameter"}),
        json!({"Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Parameter}"}),
        json!({"Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${Account}:table/orders"}),
        json!({"Fn::Sub": ["arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}", {"T": {"Fn::ImportValue": "t"}}]}),
        json!({"Fn::Join": [":", ["arn:aws:dynamodb:eu-west-1:123456789012", {"Ref": "Table"}]]}),
        json!({"Fn::If": ["Big", table, {"Fn::ImportValue": "it"}]}),
        json!({"Fn::Select": [0, [table, table]]}),
        json!({"Fn::FindInMap": ["Tables", "test", "arn"]}),
        json!({"Fn::GetAtt": ["R1", "Outputs.Table"]}),
        json!({"Fn::GetAtt": ["R2", "Arn"]}),
        json!({"Ref": "R2"}),
        json!("{{resolve:ssm:/tables/orders}}"),
        json!("arn:aws:dynamodb:eu-west-1:123456789012:table/{{resolve:ssm:/tables/orders}}"),
        json!([table, {"Fn::ImportValue": "it"}]),
        json!([table, {"Fn::Split": [",", "a,b"]}]),
    ] {
        let others = [("AWS::CloudFormation::Stack", json!({})), ("Custom::Table", json!({}))];
        let found = refused(&json!("dynamodb:GetItem"), &resource, &others);
        assert!(matches!(&found[..], [PermissionsMistake::UnlimitedPolicy { .. }]), "{resource}: {found:?}");
    }
}

#[test]
fn what_is_named_is_not_refused() {
    for (action, resource) in [
        ("iam:PassRole", json!("arn:aws:iam::123456789012:role/x")),
        ("lambda:Invoke*", json!({"Fn::GetAtt": ["R1", "Arn"]})),
        ("lambda:InvokeFunction", json!({"Fn::Sub": "${R1.Arn}:*"})),
        (
            "dynamodb:*",
            json!({"Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-x"}),
        ),
        ("s3:GetObject", json!({"Fn::Sub": "arn:aws:s3:::bucket/${Prefix}/*"})),
        ("s3:GetObject", json!({"Fn::If": ["Big", "arn:aws:s3:::bucket/*", {"Ref": "AWS::NoValue"}]})),
        ("logs:PutLogEvents", json!("*")),
        ("xray:PutTraceSegments", json!("*")),
        ("dynamodb:ListTables", json!({"Ref": "Parameter"})),
        // CloudFormation calls it by its stack's name.
        ("sqs:SendMessage", json!({"Fn::GetAtt": ["R2", "Arn"]})),
    ] {
        let others = [("AWS::Lambda::Function", json!({})), ("AWS::SQS::Queue", json!({}))];
        assert_eq!(refused(&json!(action), &resource, &others), [], "{action} {resource}");
    }
}

#[test]
fn rights_on_everything_are_refused_where_they_are_written_out() {
    for (action, resource, example) in [
        (json!("*"), json!("*"), None),
        (json!(["s3:GetObject", "sts:*"]), json!("*"), Some("sts:AssumeRole")),
        (json!("lambda:InvokeFunction"), json!("arn:aws:lambda:*:*:function:live"), Some("lambda:InvokeFunction")),
        (json!("iam:PassRole"), json!({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/*-role"}), Some("iam:PassRole")),
    ] {
        let found = refused(&action, &resource, &[]);
        let [PermissionsMistake::WidePolicy { place, example: of, .. }] = &found[..] else {
            panic!("{action} {resource}: {found:?}")
        };
        assert!(place == PLACE && example.is_none_or(|example| example == of), "{found:?}");
    }
}

#[test]
fn a_resource_that_aws_names_and_that_no_tag_binds_is_to_be_named() {
    let machine = |name: Json| [("AWS::Batch::JobQueue", name)];
    let submit = |properties: Json| refused(&json!("batch:CancelJob"), &json!({"Ref": "R1"}), &machine(properties));
    assert!(matches!(&submit(json!({}))[..], [PermissionsMistake::UnnamedTarget { .. }]), "{:?}", submit(json!({})));
}

/// The statements of a role's boundary with this statement, and what nothing binds.
fn bounded(statement: Json, others: &[(&str, Json)]) -> (Json, BTreeMap<String, BTreeSet<String>>) {
    let role = json!({"Policies": [{"PolicyDocument": {"Statement": [statement]}}]});
    let template = service(&[&[("AWS::IAM::Role", role)], others].concat());
    let mut resolver = resolver(&template, "Test-App-main");
    resolver.pins = [(LogicalId::new("R1").unwrap(), LogicalId::new("TestR1Id").unwrap())].into();
    if others[0].0 != "AWS::ApiGatewayV2::Api" {
        resolver.pins.clear();
    }
    let boundary = Boundary::of(&resolver).unwrap().unwrap();
    let document = serde_json::to_value(policy_document(&boundary.statements)).unwrap();
    (document["Statement"].clone(), boundary.shared)
}

fn allow(action: Json, resource: Json) -> Json {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

const TAG: &str = "aws:ResourceTag/aws:cloudformation:stack-name";

#[test]
fn what_has_no_stack_in_its_name_is_bound_by_the_tag_that_only_cloudformation_sets() {
    for (kind, action, resource, arn) in [
        (
            "AWS::Cognito::UserPool",
            "cognito-idp:AdminGetUser",
            json!({"Fn::GetAtt": ["R1", "Arn"]}),
            "cognito-idp userpool/*",
        ),
        ("AWS::Cognito::UserPool", "cognito-idp:*", json!({"Fn::Sub": "${R1.Arn}"}), "cognito-idp userpool/*"),
        ("AWS::StepFunctions::StateMachine", "states:StartExecution", json!({"Ref": "R1"}), "states stateMachine:*"),
        (
            "AWS::SecretsManager::Secret",
            "secretsmanager:GetSecretValue",
            json!({"Ref": "R1"}),
            "secretsmanager secret:R1-*",
        ),
        (
            "AWS::SSM::Parameter",
            "ssm:GetParameter*",
            json!({"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${R1}"}),
            "ssm parameter/CFN-R1-*",
        ),
    ] {
        let (service, resource_part) = arn.split_once(' ').unwrap();
        let arn = format!("arn:${{AWS::Partition}}:{service}:{HERE}:{resource_part}");
        let (statements, shared) = bounded(allow(json!(action), resource.clone()), &[(kind, json!({}))]);
        let mut expected = allow(json!(action), json!({"Fn::Sub": arn}));
        expected["Condition"] = json!({"StringEquals": {TAG: "Test-App-main"}});
        assert_eq!(statements, json!([expected]), "{kind} {action} {resource}");
        assert!(shared.is_empty(), "{shared:?}");
    }
}

#[test]
fn a_name_that_tells_the_stack_needs_no_tag() {
    let named = |name: &str| json!({"Name": {"Fn::Sub": name}});
    for (kind, properties, action, resource) in [
        ("AWS::DynamoDB::Table", json!({}), "dynamodb:Query", json!({"Fn::Sub": "${R1.Arn}/index/*"})),
        (
            "AWS::DynamoDB::Table",
            json!({"TableName": "orders"}),
            "dynamodb:Query",
            json!({"Fn::Sub": "${R1.Arn}/index/*"}),
        ),
        ("AWS::S3::Bucket", json!({}), "s3:GetObject", json!({"Fn::Sub": "${R1.Arn}/*"})),
        (
            "AWS::SecretsManager::Secret",
            named("${AWS::StackName}-key"),
            "secretsmanager:GetSecretValue",
            json!({"Ref": "R1"}),
        ),
        ("AWS::Cognito::UserPool", json!({}), "cognito-idp:ListUserPools", json!({"Fn::GetAtt": ["R1", "Arn"]})),
    ] {
        let (statements, shared) = bounded(allow(json!(action), resource.clone()), &[(kind, properties)]);
        assert_eq!(statements[0].get("Condition"), None, "{statements}");
        assert!(statements.as_array().unwrap().len() == 1 && shared.is_empty(), "{shared:?}");
    }
}

#[test]
fn an_alias_is_its_function_by_another_name() {
    let of = |function: Json, resource: Json| {
        let alias = ("AWS::Lambda::Alias", json!({"FunctionName": function, "Name": "live"}));
        bounded(allow(json!("lambda:InvokeFunction"), resource), &[alias, ("AWS::Lambda::Function", json!({}))]).0
    };
    let own = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-*:live");
    let other = "arn:aws:lambda:eu-west-1:123456789012:function:other";
    for (function, resource, arn) in [
        (json!({"Ref": "R2"}), json!({"Ref": "R1"}), json!({"Fn::Sub": own})),
        (json!({"Fn::GetAtt": ["R2", "Arn"]}), json!({"Fn::GetAtt": ["R1", "AliasArn"]}), json!({"Fn::Sub": own})),
        (json!(other), json!({"Ref": "R1"}), json!(format!("{other}:live"))),
    ] {
        assert_eq!(of(function, resource), json!([allow(json!("lambda:InvokeFunction"), arn)]));
    }
    let unknown = [("AWS::Lambda::Alias", json!({"FunctionName": {"Fn::ImportValue": "f"}, "Name": "live"}))];
    let refused = refused(&json!("lambda:InvokeFunction"), &json!({"Ref": "R1"}), &unknown);
    assert!(matches!(&refused[..], [PermissionsMistake::UnlimitedPolicy { .. }]), "{refused:?}");
}

#[test]
fn what_no_tag_binds_is_told_by_its_type_and_the_rest_keeps_its_condition() {
    let (statements, shared) =
        bounded(allow(json!("kms:Decrypt"), json!({"Fn::GetAtt": ["R1", "Arn"]})), &[("AWS::KMS::Key", json!({}))]);
    assert_eq!(statements[0].get("Condition"), None);
    assert_eq!(shared, BTreeMap::from([("AWS::KMS::Key".to_owned(), BTreeSet::from(["kms:Decrypt".to_owned()]))]));

    let fields =
        json!({"Fn::Sub": "arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${R1.ApiId}/*"});
    let (statements, shared) = bounded(
        allow(json!(["appsync:GraphQL", "appsync:GetGraphqlApi"]), fields),
        &[("AWS::AppSync::GraphQLApi", json!({}))],
    );
    let queries = shared.get("AWS::AppSync::GraphQLApi").cloned().unwrap_or_default();
    assert_eq!(queries, BTreeSet::from(["appsync:GraphQL".to_owned()]), "{statements}");
    let conditions: BTreeMap<&str, bool> = statements
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["Action"].as_str().unwrap(), it.get("Condition").is_some()))
        .collect();
    assert_eq!(conditions, BTreeMap::from([("appsync:GetGraphqlApi", true), ("appsync:GraphQL", false)]));
}

#[test]
fn an_authors_own_condition_stays_beside_the_tag() {
    let mut statement = allow(json!("cognito-idp:AdminGetUser"), json!({"Fn::GetAtt": ["R1", "Arn"]}));
    statement["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/team": "shop"}});
    let (statements, _) = bounded(statement, &[("AWS::Cognito::UserPool", json!({}))]);
    let both = json!({"StringEquals": {TAG: "Test-App-main", "aws:PrincipalTag/team": "shop"}});
    assert_eq!(statements[0]["Condition"], both);
}

#[test]
fn an_api_that_is_invoked_is_bound_by_its_id() {
    let api = json!({"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${R1}/*"});
    let (statements, shared) =
        bounded(allow(json!("execute-api:ManageConnections"), api), &[("AWS::ApiGatewayV2::Api", json!({}))]);
    let pinned = format!("arn:${{AWS::Partition}}:execute-api:{HERE}:${{TestR1Id}}/*");
    assert_eq!(statements, json!([allow(json!("execute-api:ManageConnections"), json!({"Fn::Sub": pinned}))]));
    assert!(shared.is_empty(), "{shared:?}");
}

#[test]
fn settings_are_known_and_what_is_looked_up_is_not() {
    let arns = "arn:aws:sqs:eu-west-1:123456789012:a, arn:aws:sqs:eu-west-1:123456789012:b";
    let values = BTreeMap::from([("Queues".to_owned(), arns.to_owned())]);
    let statement = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Ref": "Queues"}});
    let role = json!({"Policies": [{"PolicyDocument": {"Statement": statement}}]});
    let boundary = |kind: &str| {
        let mut template = service(&[("AWS::IAM::Role", role.clone())]);
        template.parameter(LogicalId::of_words(["Queues"]), Parameter::of(ParameterType::Other(kind.to_owned())));
        Boundary::of(&Resolver::new(&Rc::new(Looked::new(&template)), "S", values.clone()))
    };
    let statements = boundary("CommaDelimitedList").unwrap().unwrap().statements;
    let document = serde_json::to_value(policy_document(&statements)).unwrap();
    assert_eq!(document["Statement"][0]["Resource"], json!(arns.split(", ").collect::<Vec<_>>()));
    let refused = boundary("AWS::SSM::Parameter::Value<CommaDelimitedList>").unwrap_err();
    assert!(matches!(&refused[..], [PermissionsMistake::UnlimitedPolicy { .. }]), "{refused:?}");
}

#[test]
fn roles_that_may_do_nothing_are_bounded_by_what_everybody_may() {
    let boundary = |properties: Json| {
        let template = service(&[("AWS::IAM::Role", properties)]);
        Boundary::of(&resolver(&template, "S")).unwrap().unwrap().statements
    };
    let nothing = [Statement::allow(["sts:GetCallerIdentity"]).on("*")];
    assert_eq!(boundary(json!({})), nothing);
    let deny = json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
    assert_eq!(boundary(json!({"Policies": [{"PolicyDocument": deny}]})), nothing);
}
