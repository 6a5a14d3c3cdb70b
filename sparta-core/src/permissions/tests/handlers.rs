//! What handlers list: too little, too much, or under another name.

use super::*;

fn actions(kind: &str, properties: Json) -> BTreeSet<String> {
    required(&service(&[(kind, properties)])).actions().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_action_that_handlers_list_and_iam_does_not_know_is_in_the_reviewed_table() {
    let mut unknown = BTreeSet::new();
    for kind in sparta_schema::types() {
        let Some(found) = sparta_schema::resource_type(kind) else { continue };
        let handlers =
            found.handlers().into_iter().flat_map(|it| [&it.create, &it.read, &it.update, &it.delete]).flatten();
        let tags = found.tagging().into_iter().flat_map(|it| &it.permissions);
        let listed = handlers.chain(tags).filter(|it| it.contains(':') && !iam::exists(it));
        unknown.extend(listed.filter(|it| overrides::as_iam_has_it(it).is_none()).copied());
    }
    assert_eq!(unknown, overrides::UNKNOWN.iter().copied().collect());
    for (listed, name) in overrides::MISNAMED {
        assert!(!iam::exists(listed) && iam::action(name).is_some(), "{listed} {name}");
    }
}

#[test]
fn a_key_can_be_deployed() {
    let key = actions("AWS::KMS::Key", json!({}));
    for action in ["kms:CreateKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"] {
        assert!(key.contains(action), "{action}: {key:?}");
    }
    let primary = "arn:aws:kms:us-east-1:123456789012:key/mrk-1";
    let replica = required(&service(&[("AWS::KMS::ReplicaKey", json!({"PrimaryKeyArn": primary}))]));
    assert_eq!(on(&replica, "kms:ReplicateKey"), [(vec![primary.to_owned()], None)]);
    let own = format!("arn:${{AWS::Partition}}:kms:{HERE}:key/*");
    assert_eq!(on(&replica, "kms:PutKeyPolicy"), [(vec![own], None)]);
}

#[test]
fn an_archive_is_made_of_its_bus() {
    let name = |what: &str| json!({"Fn::Sub": format!("${{AWS::StackName}}-{what}")});
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let archive = |bus: Json| json!({"ArchiveName": name("a"), "SourceArn": bus, "KmsKeyIdentifier": key});
    let here = format!("arn:${{AWS::Partition}}:events:{HERE}");
    let own = service(&[
        ("AWS::Events::Archive", archive(json!({"Fn::GetAtt": ["R1", "Arn"]}))),
        ("AWS::Events::EventBus", json!({"Name": name("b")})),
    ]);
    let (_, found) = on(&required(&own), "events:CreateArchive").pop().unwrap_or_default();
    assert_eq!(found, None);
    let arns = |template: &Template| on(&required(template), "events:CreateArchive").pop().unwrap_or_default().0;
    let [archive_arn, bus] =
        ["archive/Test-App-main-a", "event-bus/Test-App-main-b"].map(|end| format!("{here}:{end}"));
    assert_eq!(arns(&own), [archive_arn.clone(), bus, key.to_owned()]);
    let other = "arn:aws:events:eu-west-1:123456789012:event-bus/company";
    let of_other = arns(&service(&[("AWS::Events::Archive", archive(json!(other)))]));
    assert_eq!(of_other, [archive_arn, other.to_owned(), key.to_owned()]);
}

#[test]
fn a_function_with_a_file_system_takes_its_mount_targets() {
    let point = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0";
    let function = json!({"FileSystemConfigs": [{"Arn": point, "LocalMountPath": "/mnt/data"}]});
    let required = required(&service(&[("AWS::Lambda::Function", function)]));
    let systems = format!("arn:${{AWS::Partition}}:elasticfilesystem:{HERE}:file-system/*");
    let found = on(&required, "elasticfilesystem:DescribeMountTargets");
    assert_eq!(found, [(vec![systems, point.to_owned()], None)]);
}

#[test]
fn misnamed_actions_are_granted_as_iam_has_them() {
    assert!(actions("AWS::OpenSearchService::Domain", json!({})).contains("es:UpdateDomainConfig"));
    assert!(actions("AWS::Redshift::EndpointAccess", json!({})).contains("ec2:DeleteVpcEndpoints"));
}

#[test]
fn what_describes_stays_a_wildcard_and_the_role_fits() {
    for kind in ["AWS::AutoScaling::AutoScalingGroup", "AWS::Redshift::Cluster"] {
        let required = required(&service(&[(kind, json!({}))]));
        assert!(required.actions().contains("ec2:Describe*") && !required.actions().contains("ec2:DescribeVpcs"));
        let chunks = chunks(&required.statements(), MANAGED).unwrap();
        assert!(chunks.len() <= 3, "{kind}: {}", chunks.len());
    }
}

#[test]
fn what_a_property_asks_for_takes_the_property() {
    for (kind, action, plain, asking) in [
        ("AWS::Glue::Table", "s3:PutObject", json!({"TableInput": {"Name": "t"}}), json!({"OpenTableFormatInput": {}})),
        (
            "AWS::Athena::WorkGroup",
            "s3:PutObject",
            json!({}),
            json!({"WorkGroupConfiguration": {"ResultConfiguration": {}}}),
        ),
        (
            "AWS::Cognito::UserPoolDomain",
            "cloudfront:UpdateDistribution",
            json!({"Domain": "abc"}),
            json!({"CustomDomainConfig": {}}),
        ),
        (
            "AWS::CertificateManager::Certificate",
            "acm-pca:IssueCertificate",
            json!({"DomainName": "example.com"}),
            json!({"CertificateAuthorityArn": "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a"}),
        ),
        ("AWS::Pipes::Pipe", "logs:PutResourcePolicy", json!({"Source": "x"}), json!({"LogConfiguration": {}})),
        ("AWS::MSK::Cluster", "logs:CreateLogDelivery", json!({}), json!({"LoggingInfo": {}})),
        ("AWS::Events::EventBus", "events:PutPermission", json!({"Name": "b"}), json!({"Policy": {}})),
    ] {
        assert!(!actions(kind, plain).contains(action), "{kind} {action}");
        assert!(actions(kind, asking).contains(action), "{kind} {action} with its property");
    }
    assert!(!actions("AWS::ECS::Cluster", json!({})).contains("ecs:PutAccountSetting"));
    assert!(actions("AWS::Logs::ResourcePolicy", json!({})).contains("logs:PutResourcePolicy"));
}

#[test]
fn a_password_that_the_service_keeps_takes_a_look_at_its_key() {
    let managed = actions("AWS::RDS::DBInstance", json!({"ManageMasterUserPassword": true}));
    assert!(managed.contains("kms:DescribeKey") && !managed.contains("kms:CreateGrant"), "{managed:?}");
    assert!(!actions("AWS::RDS::DBInstance", json!({})).contains("kms:DescribeKey"));
    assert!(actions("AWS::RDS::DBInstance", json!({"KmsKeyId": "k"})).contains("kms:CreateGrant"));
}

#[test]
fn roles_are_passed_to_who_takes_them_on() {
    for (kind, property, services) in [
        ("AWS::MWAA::Environment", "ExecutionRoleArn", json!("airflow.amazonaws.com")),
        ("AWS::ApplicationAutoScaling::ScalableTarget", "RoleARN", json!("application-autoscaling.amazonaws.com")),
        ("AWS::Neptune::DBCluster", "RoleArn", json!("rds.amazonaws.com")),
        ("AWS::OSIS::Pipeline", "PipelineRoleArn", json!("osis-pipelines.amazonaws.com")),
        ("AWS::EC2::SpotFleet", "IamFleetRole", json!(["ec2.amazonaws.com", "spotfleet.amazonaws.com"])),
        ("AWS::Lex::Bot", "RoleArn", json!("lexv2.amazonaws.com")),
        ("AWS::BedrockAgentCore::Runtime", "RoleArn", json!("bedrock-agentcore.amazonaws.com")),
        ("AWS::EKS::Cluster", "RoleArn", json!("eks.amazonaws.com")),
        ("AWS::EKS::Nodegroup", "NodeRole", json!("eks.amazonaws.com")),
        (
            "AWS::EKS::FargateProfile",
            "PodExecutionRoleArn",
            json!(["eks-fargate-pods.amazonaws.com", "eks.amazonaws.com"]),
        ),
        ("AWS::EKS::PodIdentityAssociation", "RoleArn", json!(["eks.amazonaws.com", "pods.eks.amazonaws.com"])),
        (
            "AWS::RedshiftServerless::Namespace",
            "DefaultIamRoleArn",
            json!(["redshift-serverless.amazonaws.com", "redshift.amazonaws.com"]),
        ),
    ] {
        let role = "arn:aws:iam::123456789012:role/work";
        let required = required(&service(&[(kind, json!({property: role}))]));
        let condition = json!({"StringEquals": {"iam:PassedToService": services}});
        assert_eq!(on(&required, "iam:PassRole"), [(vec![role.to_owned()], Some(condition))], "{kind}");
    }
}

/// What is below `/tags/` that an action of the first resource's handlers is on, without its beginning.
fn tags(resources: &[(&str, Json)], action: &str, pins: &[(&str, &str)]) -> BTreeSet<String> {
    let template = service(resources);
    let mut resolver = resolver(&template, "Test-App-main");
    let id = |id: &str| LogicalId::new(id).unwrap();
    resolver.pins = pins.iter().map(|(resource, parameter)| (id(resource), id(parameter))).collect();
    let required = Required::of(&resolver, None, &[]).unwrap();
    let start = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/";
    let encoded = "arn%3A${AWS::Partition}%3Aapigateway%3A${AWS::Region}%3A%3A";
    let found = on(&required, action).into_iter().flat_map(|(on, _)| on).filter(|arn| arn.contains("/tags/"));
    found
        .map(|arn| arn.strip_prefix(start).and_then(|it| it.strip_prefix(encoded)).unwrap_or(&arn).to_owned())
        .collect()
}

#[test]
fn tags_of_apis_are_those_of_the_stacks_own_as_soon_as_its_id_is_known() {
    let both = |end: &str| BTreeSet::from([format!("%2F{end}*"), format!("%2Fv2%2F{end}*")]);
    for (kind, collection) in [
        ("AWS::ApiGatewayV2::Api", "apis%2F"),
        ("AWS::ApiGatewayV2::DomainName", "domainnames%2F"),
        ("AWS::ApiGatewayV2::VpcLink", "vpclinks%2F"),
    ] {
        assert_eq!(tags(&[(kind, json!({}))], "apigateway:POST", &[]), both(collection), "{kind}");
    }
    let stage = ("AWS::ApiGatewayV2::Stage", json!({"ApiId": {"Ref": "R1"}}));
    let api = ("AWS::ApiGatewayV2::Api", json!({}));
    for action in ["apigateway:POST", "apigateway:PUT", "apigateway:DELETE"] {
        let found = tags(&[stage.clone(), api.clone()], action, &[("R1", "TestApiId")]);
        assert_eq!(found, both("apis%2F${TestApiId}"), "{action}");
    }
    let named = tags(&[("AWS::ApiGatewayV2::Stage", json!({"ApiId": "a1b2c3"}))], "apigateway:POST", &[]);
    assert_eq!(named, both("apis%2Fa1b2c3"));
    let rest = tags(&[("AWS::ApiGateway::RestApi", json!({}))], "apigateway:PUT", &[]);
    assert_eq!(rest, BTreeSet::from(["%2Frestapis%2F*".to_owned()]));
}

#[test]
fn a_grant_on_a_key_is_a_services_own_and_on_the_key_that_is_named() {
    let grants = |key: &str| {
        let required = required(&service(&[("AWS::RDS::DBInstance", json!({"KmsKeyId": key}))]));
        on(&required, "kms:CreateGrant")
    };
    let condition = Some(json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}));
    let arn = |key: &str| vec![format!("arn:${{AWS::Partition}}:kms:{HERE}:key/{key}")];
    for key in ["0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "mrk-0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d"] {
        assert_eq!(grants(key), [(arn(key), condition.clone())]);
    }
    let whole = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
    assert_eq!(grants(whole), [(vec![whole.to_owned()], condition.clone())]);
    assert_eq!(grants("alias/orders"), [(arn("*"), condition)]);
    let shared = required(&service(&[("AWS::RDS::DBInstance", json!({"KmsKeyId": "alias/orders"}))])).shared;
    assert!(shared["AWS::RDS::DBInstance"].contains("kms:CreateGrant"), "{shared:?}");
}

#[test]
fn a_nested_stack_is_granted_and_what_is_in_it_is_for_the_app_to_say() {
    let template = service(&[(
        "AWS::CloudFormation::Stack",
        json!({"TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/network/v1.json"}),
    )]);
    let resolver = resolver(&template, "Test-App-main");
    let unknown = Required::of(&resolver, None, &[]).unwrap_err();
    assert_eq!(unknown, [PermissionsMistake::NestedStack { resource: "R0".to_owned() }]);
    let inside = Statement::allow(["sns:CreateTopic"]).on("arn:aws:sns:eu-west-1:123456789012:topic");
    let declared = [("AWS::CloudFormation::Stack".to_owned(), inside)];
    let required = Required::of(&resolver, None, &declared).unwrap();
    let own = vec![format!("arn:${{AWS::Partition}}:cloudformation:{HERE}:stack/Test-App-main-R0*/*")];
    for action in ["CreateStack", "UpdateStack", "DeleteStack", "DescribeStacks"] {
        assert_eq!(on(&required, &format!("cloudformation:{action}")), [(own.clone(), None)], "{action}");
    }
    let object = "arn:${AWS::Partition}:s3:::templates/network/v1.json".to_owned();
    assert_eq!(on(&required, "s3:GetObject"), [(vec![object], None)]);
    assert!(required.shared.is_empty() && required.actions().contains("sns:CreateTopic"));
}

#[test]
fn a_cache_is_made_of_a_group_of_subnets_and_of_parameters() {
    let required = required(&service(&[
        (
            "AWS::ElastiCache::ReplicationGroup",
            json!({"ReplicationGroupDescription": "x", "CacheNodeType": "cache.t3.micro", "NumCacheClusters": 1, "Engine": "redis",
                   "CacheSubnetGroupName": {"Ref": "R1"}, "CacheParameterGroupName": "default.redis7"}),
        ),
        ("AWS::ElastiCache::SubnetGroup", json!({"Description": "x", "SubnetIds": ["subnet-12345678"]})),
    ]));
    let made: BTreeSet<String> =
        on(&required, "elasticache:CreateReplicationGroup").into_iter().flat_map(|(on, _)| on).collect();
    for part in ["replicationgroup:", "subnetgroup:", "parametergroup:"] {
        assert!(made.iter().any(|arn| arn.contains(&format!(":{part}"))), "{part}: {made:?}");
    }
    assert!(required.shared["AWS::ElastiCache::ReplicationGroup"].contains("elasticache:DeleteReplicationGroup"));
    assert!(chunks(&required.statements(), MANAGED).is_some());
}

#[test]
fn what_an_app_says_of_a_type_is_on_what_is_known() {
    let of = |statement: Statement| {
        let template = service(&[
            ("AWS::Events::Rule", json!({})),
            ("AWS::IAM::Role", json!({})),
            ("AWS::CloudFormation::Stack", json!({})),
        ]);
        let declared = [
            ("AWS::Events::Rule".to_owned(), statement),
            ("AWS::CloudFormation::Stack".to_owned(), Statement::allow(["s3:GetObject"]).on("arn:aws:s3:::b/k")),
        ];
        Required::of(&resolver(&template, "Test-App-main"), None, &declared)
    };
    let pass = || Statement::allow(["iam:PassRole"]);
    let own = of(pass().on(crate::cfn::Value::from(json!({"Fn::GetAtt": ["R1", "Arn"]})))).unwrap();
    let role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Test-App-main-*".to_owned();
    let passed = Some(json!({"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}));
    assert_eq!(on(&own, "iam:PassRole"), [(vec![role], passed)]);
    let (kind, action) = ("AWS::Events::Rule".to_owned(), "iam:PassRole".to_owned());
    let unknown = PermissionsMistake::UnknownDeclaration { kind, action };
    let output = || crate::cfn::Value::from(json!({"Fn::GetAtt": ["R2", "Outputs.Arn"]}));
    assert_eq!(of(pass().on(output())).unwrap_err(), std::slice::from_ref(&unknown));
    let condition = json!({"NumericLessThan": {"aws:MultiFactorAuthAge": {"Fn::ImportValue": "age"}}});
    let conditional = pass().on("arn:aws:iam::123456789012:role/x").when(condition);
    assert_eq!(of(conditional).unwrap_err(), [unknown]);
}

#[test]
fn a_domain_with_mutual_tls_takes_its_truststore_and_no_other_object() {
    let reads = |properties: Json| {
        let template = service(&[("AWS::ApiGatewayV2::DomainName", properties)]);
        let required = required(&template);
        ["s3:GetObject", "s3:GetObjectVersion"]
            .map(|action| on(&required, action).into_iter().flat_map(|(on, _)| on).collect::<Vec<_>>())
    };
    let object = "arn:${AWS::Partition}:s3:::certificates/authorities.pem".to_owned();
    let truststore = json!({"TruststoreUri": "s3://certificates/authorities.pem", "TruststoreVersion": "v7"});
    let domain = json!({"DomainName": "api.links.example", "MutualTlsAuthentication": truststore});
    assert_eq!(reads(domain), [vec![object.clone()], vec![object]]);
    assert_eq!(reads(json!({"DomainName": "api.links.example"})), [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn a_zone_is_changed_in_the_records_that_the_stack_has_in_it() {
    let zone = "Z0123456789ABCDEFGHIJ";
    let change = |kind: &str, properties: Json| {
        let template = service(&[(kind, properties)]);
        let required = required(&template);
        let [(on, condition)] = &on(&required, "route53:ChangeResourceRecordSets")[..] else { panic!("one statement") };
        assert_eq!(on, &[format!("arn:${{AWS::Partition}}:route53:::hostedzone/{zone}")]);
        condition.clone()
    };
    let names = |names: Json| {
        Some(json!({"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}}))
    };
    let record = |name: &str| json!({"HostedZoneId": zone, "Name": name, "Type": "A"});
    assert_eq!(change("AWS::Route53::RecordSet", record("API.links.example.")), names(json!("api.links.example")));
    let validation = json!({"DomainName": "links.example", "HostedZoneId": zone});
    let certificate = json!({"DomainName": "links.example", "DomainValidationOptions": [validation]});
    assert_eq!(change("AWS::CertificateManager::Certificate", certificate), names(json!("_*.links.example")));
    // Of all names below one, and of a name that only AWS knows, nothing is left out.
    assert_eq!(change("AWS::Route53::RecordSet", record("*.links.example")), None);
    let name = json!({"Fn::ImportValue": "name"});
    assert_eq!(change("AWS::Route53::RecordSet", json!({"HostedZoneId": zone, "Name": name, "Type": "A"})), None);
}
