use aws_config::Region;
use serde_json::json;
use sparta_test_tools::Moto;

use super::*;
use crate::aws::Fault;

/// A server that checks more of a request than a script does.
fn moto() -> (Moto, SdkConfig) {
    let moto = Moto::start();
    let config = Script::new([]).config().into_builder().endpoint_url(moto.endpoint()).region(Region::new("us-east-1"));
    (moto, config.build())
}

#[tokio::test]
async fn a_secret_is_created_replaced_deleted_and_restored() {
    let (moto, config) = moto();
    let secrets = Secrets::new(&config);
    assert!(matches!(secrets.get("my/token").await.unwrap(), Stored::Nothing));
    let first = secrets.create("my/token", "one", "for the pipeline").await.unwrap().unwrap();
    assert_eq!(secrets.create("my/token", "two", "again").await.unwrap(), None);
    let second = secrets.put("my/token", "two").await.unwrap();
    assert_ne!(first, second);
    let stored = secrets.get("my/token").await.unwrap();
    assert!(matches!(stored, Stored::Value { value, version } if value == "two" && version == second));
    moto.aws().call("secretsmanager", "delete_secret", json!({"SecretId": "my/token"}));
    assert!(matches!(secrets.get("my/token").await.unwrap(), Stored::Deleted));
    secrets.restore("my/token").await.unwrap();
    assert!(matches!(secrets.get("my/token").await.unwrap(), Stored::Value { .. }));
}

#[tokio::test]
async fn a_function_gets_new_code() {
    let (moto, config) = moto();
    let aws = moto.aws();
    let lambda = Lambda::new(&config);
    let missing = lambda.code("api").await.unwrap_err();
    assert!(missing.has_code("ResourceNotFoundException") && missing.fault == Fault::Refused, "{missing}");

    aws.call("s3", "create_bucket", json!({"Bucket": "ours"}));
    for key in ["old.zip", "new.zip"] {
        aws.call("s3", "put_object", json!({"Bucket": "ours", "Key": key, "Body": key}));
    }
    let role = json!({"RoleName": "api", "AssumeRolePolicyDocument": "{}"});
    let role = aws.call("iam", "create_role", role)["Role"]["Arn"].take();
    let function = json!({
        "FunctionName": "api", "Role": role, "Runtime": "provided.al2023", "Handler": "api",
        "Code": {"S3Bucket": "ours", "S3Key": "old.zip"},
    });
    aws.call("lambda", "create_function", function);
    let old = lambda.code("api").await.unwrap();
    assert_eq!(old.last_update, "Successful");
    lambda.update_code("api", "ours", "new.zip").await.unwrap();
    assert_ne!(lambda.code("api").await.unwrap().sha256, old.sha256);
}
