use sparta_core::resource;

fn main() {
    resource!(AWS::Lambda::Permission { Action: "lambda:InvokeFunction" });
    resource!(AWS::IAM::Role);
    // Only where no branch gives it is it certainly missing.
    resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunction",
        FunctionName: { Fn::If: ["Named", { Ref: "AWS::NoValue" }, { Fn::If: ["Other", { Ref: "AWS::NoValue" }, { Ref: "AWS::NoValue" }] }] },
        Principal: { Fn::If: ["Named", { Ref: "AWS::NoValue" }, "sqs.amazonaws.com"] },
    });
    resource!(AWS::S3::Bucket {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: {} }] },
        Tags: [{ Key: "app" }, { Key: "app", Value: "hello" }],
        VersioningConfiguration: {},
    });
}
