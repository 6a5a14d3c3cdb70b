use sparta_core::resource;

fn main() {
    resource!(AWS::SQS::Queue {
        VisibilityTimeout: "half a minute",
        SqsManagedSseEnabled: "yes",
        QueueName: ["orders"],
        Tags: { Key: "app", Value: "hello" },
        DelaySeconds: 1.5,
    });
    // CloudFormation reads these as they are meant.
    resource!(AWS::SQS::Queue { VisibilityTimeout: "30", SqsManagedSseEnabled: "true", QueueName: 5 });
}
