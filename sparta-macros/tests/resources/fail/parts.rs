use sparta_core::property;

fn main() {
    property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] { Status: "On" });
    property!(AWS::S3::Bucket.LifecycleConfig.Rules[] { Status: "Enabled" });
    property!(AWS::S3::Bucket.Tags { Key: "app", Value: "hello" });
    property!(AWS::S3::Bucket { BucketName: "hello" });
    property!(AWS::S3::Bucket.Tags[] { Key: "app", Valeu: "hello" });
    property!(AWS::S3::Bucket.Tags[] { Key: "app", Value: "hello" });
}
