//! All of the data can be read.

use sparta_schema::{iam, resource_type, types};

#[test]
fn every_type_can_be_read() {
    assert!(types().len() >= 1_898);
    assert!(types().is_sorted());
    for name in types() {
        let it = resource_type(name).unwrap();
        assert_eq!(it.name(), name);
        let properties: Vec<_> = it.properties().collect();
        assert!(it.required().iter().all(|required| properties.contains(required)), "{name}");
    }
}

#[test]
fn every_service_of_iam_can_be_read() {
    assert!(iam::services().len() > 400);
    let actions: usize = iam::services().map(|prefix| iam::service(prefix).unwrap().actions().len()).sum();
    assert!(actions > 22_000, "{actions}");
}

#[test]
fn a_type_knows_its_properties_attributes_and_permissions() {
    let bucket = resource_type("AWS::S3::Bucket").unwrap();
    assert!(bucket.properties().any(|it| it == "VersioningConfiguration"));
    assert!(bucket.has_attribute("Arn") && !bucket.has_attribute("Arm"));
    assert!(bucket.create_only().contains(&"BucketName"));
    assert_eq!(bucket.primary_identifier(), ["BucketName"]);
    assert!(bucket.handlers().unwrap().delete.contains(&"s3:DeleteBucket"));
    assert_eq!(bucket.tagging().unwrap().property, "Tags");

    assert_eq!(resource_type("AWS::Lambda::Function").unwrap().required(), ["Code", "Role"]);
    assert!(resource_type("AWS::CloudFormation::Stack").unwrap().has_attribute("Outputs.Anything"));
    assert!(resource_type("AWS::CloudFormation::CustomResource").unwrap().has_attribute("Anything"));
    assert!(resource_type("AWS::S3::Buket").is_none());
}

#[test]
fn every_action_of_iam_is_on_known_types_whose_arns_have_names() {
    for prefix in iam::services() {
        let service = iam::service(prefix).unwrap();
        for action in service.actions() {
            for on in &action.on {
                let name = format!("{} on {}", service.name_of(action), on.resource);
                assert!(service.resource(on.resource).is_some_and(|it| it.name == on.resource), "{name}");
            }
        }
        for resource in service.resources() {
            for arn in &resource.arns {
                let arn = arn.as_str();
                assert!(arn.starts_with("arn:${Partition}:") && !arn.contains(".*"), "{prefix} {arn}");
            }
        }
    }
}

#[test]
fn an_action_knows_its_level_and_its_condition_keys() {
    let level = |name: &str| iam::action(name).unwrap().1.access_level;
    use iam::AccessLevel::{List, PermissionsManagement, Read, Tagging, Write};
    assert_eq!(
        ["s3:ListAllMyBuckets", "s3:GetObject", "s3:PutObjectTagging", "s3:PutObject", "s3:PutBucketPolicy"].map(level),
        [List, Read, Tagging, Write, PermissionsManagement]
    );
    let keys = |name: &str, resource: &str| -> Vec<_> {
        let (service, action) = iam::action(name).unwrap();
        service.condition_keys_of(action, service.resource(resource).unwrap()).collect()
    };
    assert!(keys("sqs:CreateQueue", "queue").contains(&"aws:RequestTag/${TagKey}"));
    assert!(keys("ec2:RunInstances", "instance").contains(&"ec2:InstanceType"));
    assert!(!keys("ec2:RunInstances", "subnet").contains(&"ec2:InstanceType"));
    assert!(keys("apigateway:PATCH", "Api").contains(&"aws:ResourceTag/${TagKey}"));
}

#[test]
fn actions_are_found_by_patterns_of_any_service_in_any_case() {
    let found =
        |pattern: &str| -> Vec<_> { iam::matching(pattern).map(|(service, action)| service.name_of(action)).collect() };
    assert_eq!(found("STS:assumer?le"), ["sts:AssumeRole"]);
    assert!(found("*:AssumeRole*").contains(&"sts:AssumeRoleWithSAML".to_owned()));
    assert!(found("*").len() > 20_000);
    assert_eq!(found("sts"), Vec::<String>::new());
}
