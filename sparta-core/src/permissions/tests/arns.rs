//! ARNs with a part before or behind the name.

use super::*;

/// The resources of an action of the first resource's handlers.
fn resources(resources: &[(&str, Json)], action: &str) -> Vec<String> {
    let found: BTreeSet<String> =
        on(&required(&service(resources)), action).into_iter().flat_map(|(on, _)| on).collect();
    found.into_iter().collect()
}

fn here(service: &str, resource: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:{HERE}:{resource}")
}

#[test]
fn a_schedule_is_in_its_group() {
    let schedule =
        |properties: Json| resources(&[("AWS::Scheduler::Schedule", properties)], "scheduler:CreateSchedule");
    assert_eq!(schedule(json!({})), [here("scheduler", "schedule/default/Test-App-main-*")]);
    assert_eq!(schedule(json!({"GroupName": "nightly", "Name": "x"})), [here("scheduler", "schedule/nightly/x")]);
    let group = json!({"Fn::If": ["Nightly", "nightly", {"Ref": "AWS::NoValue"}]});
    assert_eq!(
        schedule(json!({"GroupName": group, "Name": "x"})),
        [here("scheduler", "schedule/default/x"), here("scheduler", "schedule/nightly/x")]
    );
    let unknown = json!({"GroupName": {"Fn::ImportValue": "group"}});
    assert_eq!(schedule(unknown), [here("scheduler", "schedule/*/Test-App-main-*")]);
}

#[test]
fn a_rule_is_on_its_bus() {
    let rule = |bus: Json| {
        resources(
            &[
                ("AWS::Events::Rule", json!({"Name": "x", "EventBusName": bus})),
                ("AWS::Events::EventBus", json!({"Name": "orders"})),
            ],
            "events:PutRule",
        )
    };
    let own = [here("events", "rule/orders/x")];
    assert_eq!(rule(json!("orders")), own);
    assert_eq!(rule(json!({"Ref": "R1"})), own);
    assert_eq!(rule(json!({"Fn::GetAtt": ["R1", "Arn"]})), own);
    assert_eq!(rule(json!("default")), [here("events", "rule/x")]);
    assert_eq!(rule(json!({"Ref": "AWS::NoValue"})), [here("events", "rule/x")]);
    let both = [here("events", "rule/*/x"), here("events", "rule/x")];
    assert_eq!(rule(json!({"Fn::ImportValue": "bus"})), both);
}

#[test]
fn actions_on_a_log_group_are_on_what_is_in_it_too() {
    let group = |properties: Json, action: &str| resources(&[("AWS::Logs::LogGroup", properties)], action);
    let named = [here("logs", "log-group:/hunt/log"), here("logs", "log-group:/hunt/log:*")];
    for action in ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"] {
        assert_eq!(group(json!({"LogGroupName": "/hunt/log"}), action), named, "{action}");
    }
    assert_eq!(group(json!({}), "logs:CreateLogGroup"), [here("logs", "log-group:Test-App-main-*")]);
}

#[test]
fn a_consumer_is_behind_its_stream() {
    let consumer = json!({"ConsumerName": "reader", "StreamARN": {"Fn::GetAtt": ["R1", "Arn"]}});
    let found = resources(
        &[("AWS::Kinesis::StreamConsumer", consumer), ("AWS::Kinesis::Stream", json!({"Name": "clicks"}))],
        "kinesis:DeregisterStreamConsumer",
    );
    assert!(found.contains(&here("kinesis", "*/clicks/consumer/reader:*")), "{found:?}");
}

#[test]
fn a_parent_that_a_property_names_is_in_the_arn() {
    for (kind, properties, action, resource) in [
        (
            "AWS::ECS::Service",
            json!({"Cluster": "web", "ServiceName": "api"}),
            "ecs:UpdateService",
            "ecs service/web/api",
        ),
        ("AWS::ECR::Repository", json!({"RepositoryName": "web"}), "ecr:DeleteRepository", "ecr repository/web"),
        ("AWS::CodePipeline::Pipeline", json!({"Name": "web"}), "codepipeline:DeletePipeline", "codepipeline web"),
        (
            "AWS::WAFv2::WebACL",
            json!({"Name": "web", "Scope": "REGIONAL"}),
            "wafv2:DeleteWebACL",
            "wafv2 */webacl/web/*",
        ),
        (
            "AWS::ElastiCache::ReplicationGroup",
            json!({"ReplicationGroupId": "Web"}),
            "elasticache:DeleteReplicationGroup",
            "elasticache replicationgroup:web",
        ),
    ] {
        let (service, resource) = resource.split_once(' ').unwrap();
        let found = resources(&[(kind, properties)], action);
        assert!(found.contains(&here(service, resource)), "{kind}: {found:?}");
    }
    let route = [("AWS::ApiGatewayV2::Route", json!({"ApiId": "a1b2c3"}))];
    let found = resources(&route, "apigateway:POST");
    assert_eq!(found, ["arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/a1b2c3/routes"]);
}

#[test]
fn only_the_zones_that_are_named_are_changed() {
    let record = |zone: Json| {
        let alias = json!({"DNSName": "x", "HostedZoneId": "Z2FDTNDATAQYW2"});
        let properties = json!({"HostedZoneId": zone, "AliasTarget": alias});
        resources(&[("AWS::Route53::RecordSet", properties)], "route53:ChangeResourceRecordSets")
    };
    assert_eq!(record(json!("Z123")), ["arn:${AWS::Partition}:route53:::hostedzone/Z123"]);
    let unknown = record(json!({"Fn::ImportValue": "zone"}));
    assert_eq!(unknown, ["arn:${AWS::Partition}:route53:::hostedzone/*"]);
}

#[test]
fn the_arn_of_a_log_group_ends_as_its_attribute_does() {
    let statement =
        json!({"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": {"Fn::GetAtt": ["R1", "Arn"]}});
    let policies = json!([{"PolicyName": "P", "PolicyDocument": {"Statement": statement}}]);
    let template = service(&[
        ("AWS::IAM::Role", json!({"Policies": policies})),
        ("AWS::Logs::LogGroup", json!({"LogGroupName": "/hunt/log"})),
    ]);
    let boundary = Boundary::of(&resolver(&template, "Test-App-main")).unwrap().unwrap();
    let document = serde_json::to_value(policy_document(&boundary.statements)).unwrap();
    assert_eq!(document["Statement"][0]["Resource"], json!({"Fn::Sub": here("logs", "log-group:/hunt/log:*")}));
}

/// A resource of a type with a text for each of its properties that can be one.
fn with_texts(kind: &str) -> Json {
    let schema = sparta_schema::resource_type(kind).unwrap();
    let settable = schema.properties().filter(|name| !schema.read_only().contains(name));
    settable
        .map(|name| (name.to_owned(), json!(format!("x{}", name.to_lowercase()))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn every_arn_of_every_type_is_whole_and_has_the_names_that_properties_give() {
    let mut named = BTreeSet::new();
    let mut types = 0;
    for (kind, _) in every_type() {
        let template = service(&[(kind, with_texts(kind))]);
        let resolver = resolver(&template, "Test-App-main");
        let (id, resource) = template.resources().iter().next().unwrap();
        let arns = resolver.own_arns(id, resource);
        types += usize::from(!arns.is_empty());
        for arn in arns {
            let left =
                arn.replace("${AWS::Partition}", "").replace("${AWS::Region}", "").replace("${AWS::AccountId}", "");
            assert!(!left.contains("${") && !left.contains("**"), "{kind}: {arn}");
            if left.matches(['/', ':']).count() > 6 || left.contains('x') {
                named.insert(format!("{kind} {}", left.splitn(6, ':').last().unwrap_or_default()));
            }
        }
    }
    assert!(types > 900, "{types}");
    insta::assert_snapshot!(named.into_iter().collect::<Vec<_>>().join("\n"));
}
