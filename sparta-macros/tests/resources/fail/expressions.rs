use std::time::Duration;

use sparta_core::resource;

struct Days(u32);

fn main() {
    let bucket = resource!(AWS::S3::Bucket);
    resource!(AWS::SQS::Queue {
        VisibilityTimeout: (Duration::from_secs(30)),
        DelaySeconds: (unknown),
        Tags: [{ Key: "days", Value: (vec![Days(3)]) }],
    });
    resource!(AWS::S3::BucketPolicy { Bucket: (bucket), PolicyDocument: {} });
}
