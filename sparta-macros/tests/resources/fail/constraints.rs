use sparta_core::resource;

fn main() {
    // Enums.
    resource!(AWS::S3::Bucket { VersioningConfiguration: { Status: "enabled" } });
    resource!(AWS::DynamoDB::Table {
        KeySchema: [{ AttributeName: "id", KeyType: "Hash" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "STRING" }],
        BillingMode: "ON_DEMAND",
    });
    // Patterns.
    resource!(AWS::Lambda::Function { Code: {}, Role: "my-role", FunctionName: "hello" });
    // Lengths.
    resource!(AWS::StepFunctions::StateMachine {
        RoleArn: "arn:aws:iam::123456789012:role/hello",
        StateMachineName: "a-name-that-is-longer-than-the-eighty-characters-that-the-name-of-a-state-machine-has",
        DefinitionString: "",
    });
    // Ranges.
    resource!(AWS::Lambda::Function {
        Code: { S3Bucket: "code", S3Key: "code.zip" },
        Role: "arn:aws:iam::123456789012:role/hello",
        MemorySize: 64,
        Timeout: -1,
    });
    // Counts and equal items.
    resource!(AWS::Lambda::Function {
        Code: { S3Bucket: "code", S3Key: "code.zip" },
        Role: "arn:aws:iam::123456789012:role/hello",
        Architectures: ["x86_64", "arm64"],
    });
    resource!(AWS::Lambda::EventSourceMapping {
        FunctionName: "hello",
        EventSourceArn: "arn:aws:sqs:eu-west-1:123456789012:orders",
        FunctionResponseTypes: ["ReportBatchItemFailures", "ReportBatchItemFailures"],
    });
    // Properties that exclude or need one another.
    resource!(AWS::EC2::Subnet { VpcId: "vpc-12345678", CidrBlock: "10.0.0.0/24", Ipv4IpamPoolId: "ipam-pool-1" });
}
