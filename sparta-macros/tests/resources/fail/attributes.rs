use sparta_core::{attribute, cfn::LogicalId, resource};

fn main() {
    let bucket = resource!(AWS::S3::Bucket);
    let id = LogicalId::of_words(["orders"]);
    attribute!(AWS::S3::Bucket, bucket, "ARN");
    attribute!(AWS::S3::Bucket, bucket, "Colour");
    attribute!(AWS::S3::Buket, bucket, "Arn");
    attribute!(AWS::SQS::Queue, id, "QueueUrll");
    attribute!(AWS::SQS::Queue, id, Arn);
    attribute!(AWS::SQS::Queue, "Arn");
    attribute!(AWS::SQS::Queue);
    attribute!(AWS::SQS::Queue, id, "Arn");
    attribute!(Custom::Seeder, id, "Whatever");
}
