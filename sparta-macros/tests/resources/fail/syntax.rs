use sparta_core::resource;

fn main() {
    let name = "hello";
    resource!();
    resource!({ BucketName: "hello" });
    resource!(AWS::S3::Bucket, BucketName: "hello");
    resource!(AWS::S3::Bucket { BucketName: name });
    resource!(AWS::S3::Bucket { BucketName = "hello" });
    resource!(AWS::S3::Bucket { BucketName: });
    resource!(AWS::S3::Bucket { BucketName: () });
    resource!(AWS::S3::Bucket { BucketName: null });
    resource!(AWS::S3::Bucket { BucketName: "hello" Tags: [] });
    resource!(AWS::S3::Bucket { BucketName: 'h', BucketName: "hello" });
    resource!(AWS::SQS::Queue { DelaySeconds: 5u32, VisibilityTimeout: -"5" });
    resource!(AWS::SQS::Queue { 5: "hello", QueueName: (name) } and more);
}
