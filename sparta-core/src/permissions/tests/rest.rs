//! What deploying a REST API takes.

use super::*;

const TAG: &str = "aws:ResourceTag/aws:cloudformation:stack-name";

fn api() -> Template {
    let stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${R0}/stages/${R2}";
    service(&[
        ("AWS::ApiGateway::RestApi", json!({"Body": {}, "Policy": {}})),
        ("AWS::ApiGateway::Deployment", json!({"RestApiId": {"Ref": "R0"}})),
        (
            "AWS::ApiGateway::Stage",
            json!({"RestApiId": {"Ref": "R0"}, "StageName": "prod", "DeploymentId": {"Ref": "R1"}}),
        ),
        ("AWS::ApiGateway::UsagePlan", json!({"ApiStages": [{"ApiId": {"Ref": "R0"}, "Stage": {"Ref": "R2"}}]})),
        ("AWS::ApiGateway::ApiKey", json!({"Enabled": true})),
        (
            "AWS::ApiGateway::UsagePlanKey",
            json!({"KeyId": {"Ref": "R4"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "R3"}}),
        ),
        ("AWS::WAFv2::WebACLAssociation", json!({"ResourceArn": {"Fn::Sub": stage}, "WebACLArn": ACL})),
    ])
}

const ACL: &str = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1";

/// What CloudFormation calls for it, in API Gateway's words, and whether what it is on is there and has tags.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>.
const CALLS: &[(&str, &str, bool)] = &[
    ("POST", "/restapis", false),
    ("UpdateRestApiPolicy", "/restapis", false),
    ("PUT", "/restapis/a1b2c3", true),
    ("GET", "/restapis/a1b2c3", true),
    ("PATCH", "/restapis/a1b2c3", true),
    ("UpdateRestApiPolicy", "/restapis/a1b2c3", true),
    ("DELETE", "/restapis/a1b2c3", true),
    ("POST", "/restapis/a1b2c3/deployments", true),
    ("GET", "/restapis/a1b2c3/deployments/d1", true),
    ("PATCH", "/restapis/a1b2c3/deployments/d1", true),
    ("DELETE", "/restapis/a1b2c3/deployments/d1", true),
    ("POST", "/restapis/a1b2c3/stages", true),
    ("GET", "/restapis/a1b2c3/stages/prod", true),
    ("PATCH", "/restapis/a1b2c3/stages/prod", true),
    ("DELETE", "/restapis/a1b2c3/stages/prod", true),
    ("SetWebACL", "/restapis/a1b2c3/stages/prod", true),
    ("PUT", "/tags/arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A%2Frestapis%2Fa1b2c3", false),
    ("DELETE", "/tags/arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A%2Frestapis%2Fa1b2c3", false),
    ("POST", "/usageplans", false),
    ("GET", "/usageplans/p1", true),
    ("PATCH", "/usageplans/p1", true),
    ("DELETE", "/usageplans/p1", true),
    ("POST", "/usageplans/p1/keys", true),
    ("GET", "/usageplans/p1/keys/k1", true),
    ("DELETE", "/usageplans/p1/keys/k1", true),
    ("POST", "/apikeys", false),
    ("GET", "/apikeys/k1", true),
    ("PATCH", "/apikeys/k1", true),
    ("DELETE", "/apikeys/k1", true),
];

/// Whether a call is allowed on what has a tag with this stack's name, or none at all.
fn allows(required: &Required, action: &str, path: &str, stack: Option<&str>) -> bool {
    let resource = format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::{path}");
    let holds = |condition: Option<Json>| {
        let Some(condition) = condition else { return true };
        let (operator, wanted) = condition.as_object().unwrap().iter().next().unwrap();
        match stack {
            Some(stack) => wanted[TAG] == stack,
            None => operator == "StringEqualsIfExists",
        }
    };
    on(required, &format!("apigateway:{action}"))
        .into_iter()
        .any(|(on, condition)| holds(condition) && on.iter().any(|arn| iam::is_like(arn, &resource)))
}

#[test]
fn a_rest_api_can_be_made_changed_and_deleted_with_its_plans_and_its_firewall() {
    let (template, stack) = (api(), "Test-App-main");
    let required = required(&template);
    for (action, path, is_tagged) in CALLS {
        assert!(allows(&required, action, path, is_tagged.then_some(stack)), "{action} {path}");
    }
    assert!(required.shared.is_empty(), "{:?}", required.shared);
}

#[test]
fn what_other_stacks_have_of_rest_apis_is_out_of_reach() {
    let template = api();
    let required = required(&template);
    let changes = CALLS.iter().filter(|(action, _, is_tagged)| *is_tagged && *action != "GET");
    for (action, path, _) in changes {
        assert!(!allows(&required, action, path, Some("Production-App-main")), "{action} {path}");
    }
    for (action, path) in [("PATCH", "/account"), ("POST", "/apis"), ("DELETE", "/vpclinks/v1")] {
        assert!(!allows(&required, action, path, None), "{action} {path}");
    }
}

#[test]
fn a_firewall_before_a_stage_takes_nothing_of_other_services() {
    let template = api();
    let required = required(&template);
    let services: BTreeSet<&str> =
        required.actions().into_iter().filter_map(|it| Some(it.split_once(':')?.0)).collect();
    assert_eq!(services, BTreeSet::from(["apigateway", "wafv2"]));
    let stages = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/*/stages/prod";
    let on = on(&required, "wafv2:AssociateWebACL");
    assert!(on.iter().any(|(on, _)| on.iter().any(|arn| arn == ACL)), "{on:?}");
    assert!(on.iter().any(|(on, _)| on.iter().any(|arn| iam::is_like(arn, stages))), "{on:?}");
    let of_any = service(&[("AWS::WAFv2::WebACLAssociation", json!({"ResourceArn": {"Ref": "Lb"}, "WebACLArn": ACL}))]);
    assert!(self::required(&of_any).actions().contains("elasticloadbalancing:SetWebAcl"));
}
