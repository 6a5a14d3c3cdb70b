use sparta_core::resource;

fn main() {
    resource!(AWS::S3::Bucket {
        BucketName: "hello",
        DependsOn: "Other",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Condition: "Named",
        Metadata: { Any: 1 },
        CreationPolicy: {},
        UpdatePolicy: {},
    });
    resource!(AWS::Lambda::Function {
        Type: "AWS::Lambda::Function",
        Properties: { Role: "arn:aws:iam::123456789012:role/hello", Code: { ZipFile: "" }, Handlr: "index.handler" },
    });
    // These have such properties, or may have them.
    resource!(AWS::SSM::Parameter { Type: "String", Value: "hello" });
    resource!(Custom::Seeder { ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:seeder", DependsOn: "a" });
    resource!(Acme::Billing::Account { Type: "large", Metadata: {} });
}
