use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use sparta_schema::iam;

use super::*;
use crate::cfn::{LogicalId, Resource, Template};
use crate::iam::{Statement, policy_document};

mod arns;
mod bound;
mod boundaries;
mod circles;
mod handlers;
mod identities;
mod rest;

/// A template of these types and properties, called `R0`, `R1` and so on.
fn service(resources: &[(&str, Json)]) -> Template {
    let mut template = Template::new("");
    for (position, (kind, properties)) in resources.iter().enumerate() {
        let id = LogicalId::of_words(["R", &position.to_string()]);
        template.resource(id, Resource::raw(*kind, properties.clone()));
    }
    template
}

fn resolver<'a>(template: &'a Template, stack: &'a str) -> Resolver<'a> {
    Resolver::new(&Rc::new(Looked::new(template)), stack, BTreeMap::new())
}

fn required(template: &Template) -> Required {
    Required::of(&resolver(template, "Test-App-main"), None, &[]).unwrap()
}

/// The resources of each action, and its condition.
fn on(required: &Required, action: &str) -> Vec<(Vec<String>, Option<Json>)> {
    let statements = required.statements();
    let with = statements.iter().filter(|statement| statement.actions().iter().any(|it| it == action));
    let read = |statement: &Statement| {
        let json = serde_json::to_value(policy_document(std::slice::from_ref(statement))).unwrap();
        let statement = &json["Statement"][0];
        let text = |resource: &Json| resource["Fn::Sub"].as_str().or(resource.as_str()).unwrap().to_owned();
        let resources = match &statement["Resource"] {
            Json::Array(many) => many.iter().map(text).collect(),
            one => vec![text(one)],
        };
        (resources, statement.get("Condition").cloned())
    };
    with.map(read).collect()
}

const HERE: &str = "${AWS::Region}:${AWS::AccountId}";

#[test]
fn only_types_that_the_service_has_are_allowed() {
    let queue = service(&[("AWS::SQS::Queue", json!({}))]);
    assert!(required(&queue).actions().iter().all(|action| action.starts_with("sqs:")), "{:?}", required(&queue));
    assert_eq!(required(&service(&[])).actions(), BTreeSet::new());
}

#[test]
fn an_action_is_on_the_resource_itself_or_on_what_it_refers_to() {
    let template = service(&[
        ("AWS::Lambda::Function", json!({"FunctionName": {"Fn::Sub": "${AWS::StackName}-api"}})),
        ("AWS::Lambda::Permission", json!({"FunctionName": {"Fn::GetAtt": ["R0", "Arn"]}})),
        ("AWS::SQS::QueuePolicy", json!({"Queues": ["https://sqs.eu-west-1.amazonaws.com/123456789012/orders"]})),
        ("AWS::Lambda::Url", json!({"TargetFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:other"})),
    ]);
    let required = required(&template);
    let function = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-api");
    assert_eq!(on(&required, "lambda:AddPermission"), [(vec![function.clone()], None)]);
    assert_eq!(on(&required, "lambda:CreateFunction"), [(vec![function], None)]);
    let other = ["", ":*"].map(|end| format!("arn:aws:lambda:eu-west-1:123456789012:function:other{end}")).to_vec();
    assert_eq!(on(&required, "lambda:CreateFunctionUrlConfig"), [(other, None)]);
    // Nothing tells which queue an address is of.
    let queues = format!("arn:${{AWS::Partition}}:sqs:{HERE}:*");
    assert_eq!(on(&required, "sqs:SetQueueAttributes"), [(vec![queues], None)]);
}

#[test]
fn a_role_is_passed_to_the_service_of_the_resource_that_is_given_it() {
    let template = service(&[
        ("AWS::IAM::Role", json!({})),
        ("AWS::Lambda::Function", json!({"Role": {"Fn::GetAtt": ["R0", "Arn"]}})),
        ("AWS::StepFunctions::StateMachine", json!({"RoleArn": "arn:aws:iam::123456789012:role/machine"})),
        ("AWS::Events::Rule", json!({"Targets": [{"Arn": {"Fn::GetAtt": ["R1", "Arn"]}, "Id": "one"}]})),
    ]);
    let passed = |service: &str| Some(json!({"StringEquals": {"iam:PassedToService": service}}));
    let own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Test-App-main-*".to_owned();
    assert_eq!(
        on(&required(&template), "iam:PassRole"),
        [
            (vec![own], passed("lambda.amazonaws.com")),
            (vec!["arn:aws:iam::123456789012:role/machine".to_owned()], passed("states.amazonaws.com")),
        ]
    );
}

/// The condition for what changes a role or user.
fn changed(boundary: &str) -> Json {
    let earlier = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/${{AWS::StackName}}-{boundary}-*");
    json!({"ArnLike": {"iam:PermissionsBoundary": [{"Ref": boundary}, {"Fn::Sub": earlier}]}})
}

#[test]
fn roles_are_made_with_the_boundary_only_and_never_without_it_again() {
    let template =
        service(&[("AWS::IAM::Role", json!({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}))]);
    let required = Required::of(&resolver(&template, "Test-App-main"), Some("${TestBoundary}"), &[]).unwrap();
    let made = Some(json!({"ArnEquals": {"iam:PermissionsBoundary": {"Ref": "TestBoundary"}}}));
    assert_eq!(on(&required, "iam:CreateRole")[0].1, made);
    for action in ["iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"] {
        let on = on(&required, action);
        assert!(on.len() == 1 && on[0].1 == Some(changed("TestBoundary")), "{action}: {on:?}");
    }
    assert!(!required.actions().contains("iam:DeleteRolePermissionsBoundary"));
}

#[test]
fn what_has_a_random_name_is_bounded_by_its_function() {
    let template = service(&[
        ("AWS::Lambda::Function", json!({})),
        ("AWS::Lambda::EventSourceMapping", json!({"FunctionName": {"Ref": "R0"}})),
    ]);
    let required = required(&template);
    let function = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:Test-App-main-*");
    let bound = Some(json!({"ArnLike": {"lambda:FunctionArn": {"Fn::Sub": function}}}));
    assert_eq!(on(&required, "lambda:CreateEventSourceMapping"), [(vec!["*".to_owned()], bound.clone())]);
    let mappings = format!("arn:${{AWS::Partition}}:lambda:{HERE}:event-source-mapping:*");
    assert_eq!(on(&required, "lambda:DeleteEventSourceMapping"), [(vec![mappings], bound)]);
}

#[test]
fn what_reaches_beyond_a_resource_takes_a_property_that_asks_for_it() {
    let actions = |properties: Json| -> Vec<String> {
        let template = service(&[("AWS::Lambda::Function", properties)]);
        required(&template).actions().into_iter().map(str::to_owned).collect()
    };
    let plain = actions(json!({"Code": {"S3Bucket": "b", "S3Key": "k"}}));
    let services: BTreeSet<_> = plain.iter().filter_map(|action| Some(action.split_once(':')?.0)).collect();
    assert_eq!(services, BTreeSet::from(["lambda", "s3"]));
    for (property, action) in [
        (json!({"VpcConfig": {"SubnetIds": ["s"]}}), "ec2:DescribeSubnets"),
        (json!({"KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/k"}), "kms:CreateGrant"),
        (json!({"Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:l:1"]}), "lambda:GetLayerVersion"),
    ] {
        assert!(!plain.contains(&action.to_owned()) && actions(property).contains(&action.to_owned()), "{action}");
    }
}

/// What CloudFormation calls for an HTTP API, in API Gateway's words: its permissions are methods on paths.
///
/// See <https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html>. A stage is tagged as it is made,
/// which takes `TagResource` on the API's stages besides.
const HTTP_API: &[(&str, &str)] = &[
    ("POST", "/apis"),
    // What has its routes in its own document is imported, anew with each change.
    ("PUT", "/apis"),
    ("PUT", "/apis/a1b2c3"),
    ("POST", "/apis/a1b2c3/integrations"),
    ("POST", "/apis/a1b2c3/routes"),
    ("POST", "/apis/a1b2c3/stages"),
    ("TagResource", "/apis/a1b2c3/stages"),
    ("TagResource", "/apis/a1b2c3/stages/$default"),
    ("POST", "/tags/arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A%2Fapis%2Fa1b2c3"),
    ("PUT", "/tags/arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A%2Fapis%2Fa1b2c3"),
    ("GET", "/apis/a1b2c3"),
    ("GET", "/apis/a1b2c3/stages/$default"),
    ("PATCH", "/apis/a1b2c3"),
    ("PATCH", "/apis/a1b2c3/routes/r1"),
    ("PATCH", "/apis/a1b2c3/integrations/i1"),
    ("PATCH", "/apis/a1b2c3/stages/$default"),
    ("UntagResource", "/apis/a1b2c3/stages/$default"),
    ("DELETE", "/tags/arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A%2Fapis%2Fa1b2c3"),
    ("DELETE", "/apis/a1b2c3/stages/$default"),
    ("DELETE", "/apis/a1b2c3/routes/r1"),
    ("DELETE", "/apis/a1b2c3/integrations/i1"),
    ("DELETE", "/apis/a1b2c3"),
];

/// Whether a condition holds for what has the stack's tag.
fn is_of_stack(condition: Option<Json>) -> bool {
    let tag = json!({"aws:ResourceTag/aws:cloudformation:stack-name": "Test-App-main"});
    let bound = ["StringEquals", "StringEqualsIfExists"].map(|operator| Some(json!({operator: tag})));
    condition.is_none() || bound.contains(&condition)
}

#[test]
fn an_http_api_can_be_made_tagged_changed_and_deleted_and_no_rest_api() {
    let template = service(&[
        ("AWS::ApiGatewayV2::Api", json!({})),
        ("AWS::ApiGatewayV2::Stage", json!({"ApiId": {"Ref": "R0"}})),
        ("AWS::ApiGatewayV2::Integration", json!({"ApiId": {"Ref": "R0"}})),
        ("AWS::ApiGatewayV2::Route", json!({"ApiId": {"Ref": "R0"}})),
    ]);
    let required = required(&template);
    let allows = |action: &str, path: &str| {
        let resource = format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::{path}");
        on(&required, &format!("apigateway:{action}"))
            .into_iter()
            .any(|(on, condition)| is_of_stack(condition) && on.iter().any(|arn| iam::is_like(arn, &resource)))
    };
    for (action, path) in HTTP_API {
        assert!(allows(action, path), "{action} {path}");
    }
    for (action, path) in [("POST", "/restapis"), ("DELETE", "/restapis/a1b2c3"), ("PATCH", "/account")] {
        assert!(!allows(action, path), "{action} {path}");
    }
}

#[test]
fn a_custom_resource_takes_its_provider_and_a_private_type_what_the_app_says() {
    let provider = "arn:aws:lambda:eu-west-1:123456789012:function:provider";
    let template =
        service(&[("Custom::Seed", json!({"ServiceToken": provider})), ("Acme::Data::Table", json!({"Name": "x"}))]);
    let unknown = Required::of(&resolver(&template, "Test-App-main"), None, &[]).unwrap_err();
    assert_eq!(unknown, [PermissionsMistake::ResourceType("Acme::Data::Table".to_owned())]);
    let declared =
        Statement::allow(["dynamodb:CreateTable"]).on(crate::cfn::sub("arn:aws:dynamodb:*:*:table/${AWS::StackName}"));
    let required =
        Required::of(&resolver(&template, "Test-App-main"), None, &[("Acme::Data::Table".to_owned(), declared)])
            .unwrap();
    assert_eq!(on(&required, "lambda:InvokeFunction"), [(vec![provider.to_owned()], None)]);
    assert_eq!(
        on(&required, "dynamodb:CreateTable"),
        [(vec!["arn:aws:dynamodb:*:*:table/Test-App-main".to_owned()], None)]
    );
}

/// A resource of every type that the registry has handlers of.
fn every_type() -> Vec<(&'static str, Template)> {
    let types = sparta_schema::types().filter(|kind| actions::listed(kind).is_some());
    types.map(|kind| (kind, service(&[(kind, json!({}))]))).collect()
}

/// Types of which a resource without properties is not known well enough.
const UNKNOWN: [&str; 4] = [
    "AWS::CloudFormation::Stack",
    "AWS::Lambda::EventSourceMapping",
    "AWS::SSO::Assignment",
    "AWS::SecurityLake::DataLake",
];

/// What all other types need.
fn required_of_every_type() -> Vec<(&'static str, Required)> {
    let (mut known, mut unknown) = (Vec::new(), BTreeSet::new());
    for (kind, template) in every_type() {
        match Required::of(&resolver(&template, "Test-App-main"), None, &[]) {
            Ok(required) => known.push((kind, required)),
            Err(_) => _ = unknown.insert(kind),
        }
    }
    assert_eq!(unknown, BTreeSet::from(UNKNOWN));
    known
}

/// Whether a wildcard stands for what only describes, as in `ec2:Describe*`.
fn describes(action: &str) -> bool {
    use iam::AccessLevel::{List, Read};
    action.contains('*') && iam::matching(action).all(|(_, it)| matches!(it.access_level, List | Read))
}

#[test]
fn a_star_stands_only_where_an_action_knows_no_resource() {
    let mut types = 0;
    for (kind, required) in required_of_every_type() {
        types += 1;
        for statement in required.statements() {
            let star = statement.resources().iter().any(|resource| resource.as_str() == Some("*"));
            for action in statement.actions().iter().filter(|_| star) {
                if action.contains('*') {
                    assert!(describes(action), "{kind}: {action} on *");
                    continue;
                }
                let supports = iam::has_resource_permissions(action);
                let reviewed = overrides::ON_EVERYTHING.iter().any(|(name, _)| name == action);
                assert!(supports == Some(false) || reviewed, "{kind}: {action} on *");
            }
        }
    }
    assert!(types > 1700, "{types}");
}

#[test]
fn every_action_is_one_that_iam_knows_and_a_handler_or_the_table_lists() {
    for (kind, required) in required_of_every_type() {
        let listed = actions::listed(kind).unwrap();
        for action in required.actions() {
            assert!(iam::action(action).is_some() || describes(action), "{kind}: {action}");
            let added = overrides::added(kind).into_iter().flatten().any(|it| it.actions.contains(&action));
            assert!(listed.contains(action) || added, "{kind}: {action}");
        }
    }
}

#[test]
fn every_rule_of_the_reviewed_tables_is_about_something_and_says_why() {
    let listed: Vec<(&str, BTreeSet<String>)> =
        sparta_schema::types().filter_map(|kind| Some((kind, actions::listed(kind)?))).collect();
    for rule in overrides::UNNEEDED {
        let about = listed.iter().any(|(kind, actions)| actions.iter().any(|action| rule.is_about(kind, action)));
        assert!(about && !rule.reason.is_empty(), "{}: no handler lists it", rule.reason);
    }
    for added in overrides::ADDED {
        assert!(!added.reason.is_empty());
        added.actions.iter().for_each(|action| assert!(iam::action(action).is_some(), "{action}"));
    }
    assert!(
        overrides::ON_EVERYTHING.iter().all(|(action, reason)| iam::action(action).is_some() && !reason.is_empty())
    );
}

#[test]
fn the_boundary_is_what_the_roles_of_the_template_may_do() {
    let policy = |statement: Json| json!([{"PolicyName": "P", "PolicyDocument": {"Statement": [statement]}}]);
    let template = service(&[
        (
            "AWS::IAM::Role",
            json!({"Policies": policy(json!({
                "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["R2", "Arn"]},
            }))}),
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": policy(json!({
                "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": {"Ref": "Catalogue"},
                "Condition": {"StringEquals": {"aws:ResourceTag/app": {"Ref": "AWS::StackName"}}},
            }))}),
        ),
        ("AWS::SQS::Queue", json!({})),
    ]);
    let boundary = Boundary::of(&resolver(&template, "Test-App-main")).unwrap().unwrap();
    let document = serde_json::to_value(policy_document(&boundary.statements)).unwrap();
    assert_eq!(
        document["Statement"],
        json!([
            {
                "Effect": "Allow", "Action": "dynamodb:GetItem",
                "Resource": {"Fn::Sub": format!("arn:${{AWS::Partition}}:dynamodb:{HERE}:table/*")},
                "Condition": {"StringEquals": {"aws:ResourceTag/app": "Test-App-main"}},
            },
            {
                "Effect": "Allow", "Action": "sqs:SendMessage",
                "Resource": {"Fn::Sub": format!("arn:${{AWS::Partition}}:sqs:{HERE}:Test-App-main-*")},
            },
        ])
    );
    assert!(Boundary::of(&resolver(&service(&[("AWS::SQS::Queue", json!({}))]), "S")).unwrap().is_none());
}

#[test]
fn a_boundary_that_cannot_be_is_a_mistake_that_names_the_role() {
    let long: Vec<String> = (0..100).map(|n| format!("arn:aws:s3:::{n:0>60}/*")).collect();
    let template = service(&[
        ("AWS::IAM::Role", json!({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]})),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "P", "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": long},
            ]}}]}),
        ),
    ]);
    let mistakes = Boundary::of(&resolver(&template, "Test-App-main")).unwrap_err();
    let policy = "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned();
    assert_eq!(
        mistakes[..2],
        [
            PermissionsMistake::AttachedPolicy { role: "R0".to_owned(), policy },
            PermissionsMistake::NegativePolicy { place: "R1.Policies[0].PolicyDocument.Statement[0]".to_owned() },
        ]
    );
    assert!(
        matches!(&mistakes[2..], [PermissionsMistake::BoundaryTooLarge { characters, .. }] if *characters > MANAGED)
    );
}

#[test]
fn only_the_secrets_that_are_referred_to_can_be_read() {
    let values = [
        "plain",
        "{{resolve:secretsmanager:prod/db:SecretString:password}}",
        "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf:SecretString}}",
        "{{resolve:ssm:/prod/url:3}}",
    ];
    let template = service(&[]);
    let required = of_references(&resolver(&template, "Test-App-main"), values).unwrap();
    let secrets = vec![
        format!("arn:${{AWS::Partition}}:secretsmanager:{HERE}:secret:prod/db-??????"),
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf".to_owned(),
    ];
    assert_eq!(on(&required, "secretsmanager:GetSecretValue"), [(secrets, None)]);
    let parameter = format!("arn:${{AWS::Partition}}:ssm:{HERE}:parameter/prod/url");
    assert_eq!(on(&required, "ssm:GetParameters"), [(vec![parameter], None)]);
    let keys = on(&required, "kms:Decrypt");
    assert!(keys.len() == 2 && keys.iter().all(|(_, condition)| condition.is_some()), "{keys:?}");
    assert!(of_references(&resolver(&template, "Test-App-main"), ["plain"]).unwrap().actions().is_empty());
}

#[test]
fn the_capability_is_what_the_template_takes() {
    assert_eq!(service(&[("AWS::SQS::Queue", json!({}))]).capability(), None);
    assert_eq!(service(&[("AWS::IAM::Role", json!({}))]).capability(), Some("CAPABILITY_IAM"));
    let named = [("AWS::IAM::Role", json!({})), ("AWS::IAM::Role", json!({"RoleName": "x"}))];
    assert_eq!(service(&named).capability(), Some("CAPABILITY_NAMED_IAM"));
}

#[test]
fn a_stack_in_a_known_account_and_region_has_arns_there() {
    let template = service(&[
        ("AWS::Lambda::Function", json!({"FunctionName": {"Fn::Sub": "api-${AWS::Region}"}})),
        ("AWS::Lambda::Permission", json!({"FunctionName": "other"})),
    ]);
    let mut resolver = resolver(&template, "S");
    (resolver.account, resolver.region) = ("222222222222", "eu-central-1");
    let required = Required::of(&resolver, None, &[]).unwrap();
    let start = "arn:${AWS::Partition}:lambda:eu-central-1:222222222222:function";
    assert_eq!(on(&required, "lambda:CreateFunction"), [(vec![format!("{start}:api-eu-central-1")], None)]);
    let other = vec![format!("{start}:other"), format!("{start}:other:*")];
    assert_eq!(on(&required, "lambda:AddPermission"), [(other, None)]);
}

#[test]
fn colons_of_pseudo_parameters_part_no_name() {
    let name = json!({"Fn::Sub": "api-${AWS::Region}:live"});
    let template = service(&[
        ("AWS::Lambda::Permission", json!({"FunctionName": name})),
        (
            "AWS::RDS::DBInstance",
            json!({"MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:db-${AWS::Region}}}"}}),
        ),
    ]);
    let function = format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:api-${{AWS::Region}}");
    let arns = vec![function.clone(), format!("{function}:*")];
    assert_eq!(on(&required(&template), "lambda:AddPermission"), [(arns, None)]);
    let references = of_references(&resolver(&template, "S"), []).unwrap();
    let secret = format!("arn:${{AWS::Partition}}:secretsmanager:{HERE}:secret:db-${{AWS::Region}}-??????");
    assert_eq!(on(&references, "secretsmanager:GetSecretValue"), [(vec![secret], None)]);
}
