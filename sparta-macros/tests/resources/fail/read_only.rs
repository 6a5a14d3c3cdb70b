use sparta_core::resource;

fn main() {
    resource!(AWS::SQS::Queue { Arn: "arn:aws:sqs:eu-west-1:123456789012:orders" });
    resource!(AWS::S3::Bucket { BucketName: "hello", DomainName: "hello.s3.amazonaws.com" });
}
