use sparta_core::{property, resource};

// What CloudFormation takes is a warning, which is shown beside the errors.
fn main() {
    resource!(AWS::IAM::ManagedPolicy { PolicyDocument: {
        Statement: [{ Effect: "Allow", Action: ["s3:GetObjekt", "s3:GetObject"], Resource: "*" }],
    } });
    property!(AWS::IAM::Role.Policies[].PolicyDocument.Statement { Effect: "Allow", Action: "sqs:Send", Resource: "*" });
    #[allow(deprecated)]
    let _ = resource!(AWS::IAM::ManagedPolicy { PolicyDocument: {
        Statement: { Effect: "Allow", Action: "sns:Send", Resource: "*" },
    } });
    resource!(AWS::SQS::Queue { DelaySecond: 5 });
}
