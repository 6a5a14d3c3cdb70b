use sparta_core::resource;

const TABLE: &str = "orders";

struct Names;

impl Names {
    const QUEUE: &str = "orders";

    fn all() {
        resource!(AWS::SQS::Queue { QueueName: Self::QUEUE });
    }
}

fn main() {
    let name = String::from("hello");
    let public = true;
    resource!(AWS::S3::Bucket { BucketName: name.clone(), Tags: [] });
    resource!(AWS::S3::Bucket { BucketName: format!("{name}-{}", 1), Tags: [] });
    resource!(AWS::S3::Bucket { BucketName: &name });
    resource!(AWS::S3::Bucket { BucketName: *name, ObjectLockEnabled: !public });
    resource!(AWS::S3::Bucket { BucketName: "hello".to_owned() });
    resource!(AWS::SQS::Queue { DelaySeconds: 5 + 3, VisibilityTimeout: -timeout, QueueName: if public { "a" } else { "b" } });
    resource!(AWS::SQS::Queue { DelaySeconds: delay(5), QueueName: map::<String, u8>("a", 1)[0], FifoQueue: public });
    resource!(AWS::SNS::Topic { Tags: [tag("app", "hello"), tag("team",
        "a")] });
    resource!(AWS::DynamoDB::Table { TableName: TABLE KeySchema: [{ AttributeName: (name), KeyType: "HASH" }] });
    resource!(AWS::SNS::Topic { TopicName: AWS::StackName, DisplayName: a_function_with_a_long_name("and a long argument").and_more_of_it("with another one") });
}
