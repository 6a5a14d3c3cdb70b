use sparta_core::resource;

fn main() {
    let bucket = resource!(AWS::S3::Bucket {
        BucketName: "Hello World",
        VersioningConfiguration: { Status: "On", Sta: 1 },
        Tags: [{ Key: "app", Value: true }, { Key: "team" }],
        Arn: "arn:aws:s3:::hello",
        Lifecycle: name,
        ObjectLockEnabled: "perhaps",
    });
    bucket.retain().reference();
}
