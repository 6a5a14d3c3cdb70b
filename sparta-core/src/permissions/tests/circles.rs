//! Names that refer to themselves, which CloudFormation refuses.

use super::*;

fn reference(id: &str) -> Json {
    json!({"Ref": id})
}

/// What a deployment of these resources cannot be allowed, in the words of the report.
fn told(resources: &[(&str, Json)]) -> Vec<String> {
    let template = service(resources);
    let resolver = resolver(&template, "Test-App-main");
    let (_, mistakes) = Permissions::of(&resolver, Some("${TestBoundary}"), &[], []);
    mistakes.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_circle(resources: &[(&str, Json)], circle: &str) {
    let told = told(resources);
    assert!(told.len() == 1 && told[0].starts_with(&format!("{circle} is a circle of references")), "{told:#?}");
}

#[test]
fn a_role_named_after_itself_is_a_mistake() {
    assert_circle(&[("AWS::IAM::Role", json!({"RoleName": reference("R0")}))], "`R0` -> `R0`");
    let name = json!({"Fn::Sub": "${AWS::StackName}-${R0.Arn}"});
    assert_circle(&[("AWS::IAM::Role", json!({"RoleName": name}))], "`R0` -> `R0`");
    let path = json!({"Fn::If": ["Nested", {"Fn::Join": ["/", ["", reference("R0"), ""]]}, "/"]});
    assert_circle(&[("AWS::IAM::Role", json!({"Path": path}))], "`R0` -> `R0`");
}

#[test]
fn roles_named_after_each_other_are_one_mistake_that_names_them_in_one_order() {
    let after = |id: &str| ("AWS::IAM::Role", json!({"RoleName": {"Fn::Sub": format!("x-${{{id}}}")}}));
    assert_circle(&[after("R1"), after("R0")], "`R0` -> `R1` -> `R0`");
    assert_circle(&[after("R2"), after("R0"), after("R1")], "`R0` -> `R2` -> `R1` -> `R0`");
    // What is named after one of them, but by none of them, is in no circle.
    assert_circle(&[after("R1"), after("R2"), after("R1")], "`R1` -> `R2` -> `R1`");
    let two = told(&[after("R0"), ("AWS::SQS::Queue", json!({"QueueName": reference("R1")}))]);
    assert!(two.len() == 2 && two[0].starts_with("`R0` -> `R0` ") && two[1].starts_with("`R1` -> `R1` "), "{two:#?}");
}

#[test]
fn an_instance_profile_that_holds_itself_is_a_mistake() {
    let profile = |id: &str| ("AWS::IAM::InstanceProfile", json!({"Roles": [reference(id)]}));
    assert_circle(&[profile("R0")], "`R0` -> `R0`");
    assert_circle(&[profile("R1"), profile("R0")], "`R0` -> `R1` -> `R0`");
    let rule = json!({"Targets": [{"Arn": "a", "Id": "i", "RoleArn": reference("R1")}]});
    assert_circle(&[("AWS::Events::Rule", rule), profile("R1")], "`R1` -> `R1`");
}

#[test]
fn an_alias_of_itself_is_a_mistake() {
    let of = |kind: &'static str, id: &str| (kind, json!({"FunctionName": reference(id)}));
    assert_circle(&[of("AWS::Lambda::Alias", "R0")], "`R0` -> `R0`");
    assert_circle(&[of("AWS::Lambda::Alias", "R1"), of("AWS::Lambda::Version", "R0")], "`R0` -> `R1` -> `R0`");
    let provider = ("Custom::Seed", json!({"ServiceToken": reference("R1")}));
    assert_circle(&[provider, of("AWS::Lambda::Alias", "R1")], "`R1` -> `R1`");
}

#[test]
fn what_is_referred_to_often_is_in_no_circle() {
    let role = |name: Json| ("AWS::IAM::Role", json!({"RoleName": name}));
    let twice = json!({"Fn::Sub": "${R0}-${R1}"});
    assert_eq!(told(&[role(json!("a")), role(json!({"Fn::Sub": "${R0}-${R0}"})), role(twice)]), Vec::<String>::new());
}
