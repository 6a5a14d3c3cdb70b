use sparta_core::resource;

fn main() {
    // What else it needs depends on what was meant.
    resource!(AWS::DynamoDB::Table {
        BillingMode: "PAY_PER_REQEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "String" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    resource!(AWS::S3::Bucket {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "aes" } }] },
        LifecycleConfiguration: { Rules: [{ Status: "On" }] },
    });
}
