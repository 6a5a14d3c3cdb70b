use sparta_core::resource;

fn main() {
    resource!(AWS::Lambda::Permission { Action: "lambda:InvokeFunction" });
    resource!(AWS::IAM::Role);
    resource!(AWS::S3::Bucket {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: {} }] },
        Tags: [{ Key: "app" }, { Key: "app", Value: "hello" }],
        VersioningConfiguration: {},
    });
}
