use sparta_core::{attribute, property, resource};

fn main() {
    let queue = resource!(AWS::SQS::Queue);
    resource!(AWS:S3:Bucket { VersionConfiguration: {} });
    resource!(AWS::SQS:Queue);
    resource!(AWS:S3:Buket);
    property!(AWS:S3:Bucket.Tags[] { Key: "app", Value: "hello" });
    attribute!(AWS:SQS:Queue, queue, "Arm");
}
