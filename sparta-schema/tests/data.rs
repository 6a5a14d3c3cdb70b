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
    assert!(actions > 20_000, "{actions}");
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
