//! What an environment's role can do to what other stacks have.

use super::*;

const TAG: &str = "aws:ResourceTag/aws:cloudformation:stack-name";

/// How the actions of a resource that are on `resource` are bound: `arn`, the operator on the tag, or `nothing`.
fn bound(resources: &[(&str, Json)], action: &str) -> BTreeSet<String> {
    let found = required(&service(resources));
    let shared: BTreeSet<&String> = found.shared.values().flatten().collect();
    let how = |condition: Option<Json>| match condition {
        Some(condition) => {
            let operator = condition.as_object().unwrap().keys().next().unwrap().clone();
            assert_eq!(condition, json!({&operator: {TAG: "Test-App-main"}}));
            operator
        }
        None if shared.contains(&action.to_owned()) => "nothing".to_owned(),
        None => "arn".to_owned(),
    };
    on(&found, action).into_iter().map(|(_, condition)| how(condition)).collect()
}

#[track_caller]
fn assert_bound(resources: &[(&str, Json)], action: &str, by: &[&str]) {
    assert_eq!(bound(resources, action), by.iter().map(|it| (*it).to_owned()).collect(), "{action}");
}

#[test]
fn what_has_a_random_id_is_bound_by_the_tag_that_only_cloudformation_sets() {
    for (kind, changes, makes) in [
        ("AWS::ApiGatewayV2::Api", ["apigateway:PATCH", "apigateway:DELETE"], "apigateway:POST"),
        (
            "AWS::Cognito::UserPool",
            ["cognito-idp:UpdateUserPool", "cognito-idp:DeleteUserPool"],
            "cognito-idp:CreateUserPool",
        ),
        ("AWS::EC2::VPC", ["ec2:DeleteVpc", "ec2:ModifyVpcAttribute"], "ec2:CreateVpc"),
        (
            "AWS::EC2::SecurityGroup",
            ["ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupEgress"],
            "ec2:CreateSecurityGroup",
        ),
    ] {
        for action in changes {
            let how = bound(&[(kind, json!({}))], action);
            assert!(how.contains("StringEquals") && !how.contains("nothing"), "{kind} {action}: {how:?}");
        }
        assert!(!bound(&[(kind, json!({}))], makes).contains("StringEquals"), "{kind} {makes}");
    }
}

#[test]
fn tagging_is_allowed_on_what_has_no_tag_yet() {
    let how = bound(&[("AWS::EC2::VPC", json!({}))], "ec2:CreateTags");
    assert!(
        how.contains("StringEqualsIfExists") && !how.contains("StringEquals") && !how.contains("nothing"),
        "{how:?}"
    );
}

#[test]
fn parts_of_a_rest_api_have_its_tags_and_those_of_an_http_api_its_id() {
    let own =
        [("AWS::ApiGateway::Resource", json!({"RestApiId": {"Ref": "R1"}})), ("AWS::ApiGateway::RestApi", json!({}))];
    let shared = required(&service(&own)).shared;
    assert!(shared.is_empty(), "{shared:?}");
    let route = |api: Json| [("AWS::ApiGatewayV2::Route", json!({"ApiId": api}))];
    assert_bound(&route(json!("a1b2c3")), "apigateway:DELETE", &["arn"]);
    let own = [&route(json!({"Ref": "R1"}))[..], &[("AWS::ApiGatewayV2::Api", json!({}))]].concat();
    assert!(required(&service(&own)).shared.is_empty());
}

#[test]
fn parts_of_an_http_api_are_bound_by_its_id_once_a_parameter_has_it() {
    let template = service(&[
        ("AWS::ApiGatewayV2::Api", json!({})),
        ("AWS::ApiGatewayV2::Route", json!({"ApiId": {"Ref": "R0"}})),
        ("AWS::ApiGatewayV2::Stage", json!({"ApiId": {"Ref": "R0"}, "StageName": "$default"})),
    ]);
    let mut resolver = resolver(&template, "Test-App-main");
    let id = |id: &str| LogicalId::new(id).unwrap();
    resolver.pins = [(id("R0"), id("TestR0Id"))].into();
    let required = Required::of(&resolver, None, &[]).unwrap();
    assert!(required.shared.is_empty(), "{:?}", required.shared);
    let apis = |arn: &String| arn.contains("/apis/*/") && !arn.contains("${TestR0Id}");
    for action in ["apigateway:POST", "apigateway:PATCH", "apigateway:DELETE"] {
        let found = on(&required, action);
        assert!(!found.iter().any(|(on, _)| on.iter().any(apis)), "{action}: {found:?}");
        let routes = found.iter().find(|(on, _)| on.iter().any(|it| it.contains("/apis/${TestR0Id}/routes"))).unwrap();
        assert!(is_of_stack(routes.1.clone()), "{action}: {found:?}");
    }
    let stage =
        on(&required, "apigateway:DELETE").into_iter().find(|(on, _)| on.iter().any(|it| it.ends_with("$default")));
    assert_eq!(stage.unwrap().1, Some(json!({"StringEquals": {TAG: "Test-App-main"}})));
}

#[test]
fn secrets_and_parameters_whose_names_have_no_stack_are_bound_by_the_tag() {
    for (kind, action, by) in [
        ("AWS::SecretsManager::Secret", "secretsmanager:DeleteSecret", "StringEquals"),
        ("AWS::SecretsManager::Secret", "secretsmanager:UpdateSecret", "StringEquals"),
        ("AWS::SSM::Parameter", "ssm:DeleteParameter", "StringEquals"),
        ("AWS::SSM::Parameter", "ssm:PutParameter", "StringEqualsIfExists"),
    ] {
        assert_bound(&[(kind, json!({}))], action, &[by]);
        assert_bound(&[(kind, json!({"Name": {"Fn::Sub": "${AWS::StackName}-x"}}))], action, &["arn"]);
    }
    let template = service(&[
        ("AWS::RDS::DBInstance", json!({"MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${R1}}}"}})),
        ("AWS::SecretsManager::Secret", json!({})),
    ]);
    let references = of_references(&resolver(&template, "Test-App-main"), []).unwrap();
    let condition = on(&references, "secretsmanager:GetSecretValue")[0].1.clone();
    assert_eq!(condition, Some(json!({"StringEquals": {TAG: "Test-App-main"}})));
}

#[test]
fn what_nothing_binds_is_told_by_its_type() {
    let keys = required(&service(&[("AWS::KMS::Key", json!({}))])).shared;
    assert!(keys["AWS::KMS::Key"].contains("kms:PutKeyPolicy"), "{keys:?}");
    let named = required(&service(&[("AWS::CodeBuild::Project", json!({"Name": {"Fn::Sub": "${AWS::StackName}-x"}}))]));
    assert!(named.shared.is_empty(), "{:?}", named.shared);
    let unnamed = required(&service(&[("AWS::CodeBuild::Project", json!({}))])).shared;
    assert!(unnamed["AWS::CodeBuild::Project"].contains("codebuild:UpdateProject"), "{unnamed:?}");
}

/// The actions on a type's own resources, without a name of their own, that no tag binds; `None` where a tag binds all.
fn loose<'a>(resolver: &Resolver<'a>, id: &'a LogicalId, resource: &'a Resource) -> Option<String> {
    let kind = resource.resource_type();
    let (mut tagged, mut loose) = (0, BTreeSet::new());
    for arn in resolver.own_arns(id, resource) {
        let service = crate::iam::Arn::parse(&arn).and_then(|arn| iam::service(arn.service))?;
        let is_own = |it: &&iam::Resource| resolver::is_own(kind, it.name) && resolver::is_of(&arn, it);
        for action in service.actions().iter().filter(|it| it.access_level != iam::AccessLevel::List) {
            let own = service.resources_of(action).filter(is_own).filter(|it| it.name != "Tags");
            for own in own.filter(|it| !binding::is_bound(&resolver.stack, it, &arn)) {
                match binding::has_stack_tag(kind) && binding::knows_tags(service, action, own) {
                    true => tagged += 1,
                    false => _ = loose.insert(format!("`{}`", service.name_of(action))),
                }
            }
        }
    }
    let loose: Vec<String> = loose.into_iter().collect();
    (!loose.is_empty()).then(|| if tagged == 0 { "all".to_owned() } else { loose.join(", ") })
}

/// The types of the registry of which some action is bound by nothing, with these actions.
#[test]
fn the_types_that_nothing_binds_are_listed() {
    let mut lines = String::from(LIST);
    for (kind, required) in required_of_every_type() {
        if let Some(actions) = required.shared.get(kind) {
            let actions: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
            lines += &format!("| `{kind}` | {} |\n", actions.join(", "));
        }
    }
    lines += LIST_OF_FUNCTIONS;
    for (kind, template) in every_type() {
        let (id, resource) = template.resources().iter().next().unwrap();
        if let Some(actions) = loose(&resolver(&template, "Test-App-main"), id, resource) {
            lines += &format!("| `{kind}` | {actions} |\n");
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/shared-types.md");
    if std::env::var_os("SPARTA_WRITE_DOCS").is_some() {
        std::fs::write(path, &lines).unwrap();
    }
    assert!(std::fs::read_to_string(path).is_ok_and(|it| it == lines), "run it again with SPARTA_WRITE_DOCS=1");
}

const LIST: &str = include_str!("shared-types.md");
const LIST_OF_FUNCTIONS: &str = include_str!("shared-types-of-functions.md");
