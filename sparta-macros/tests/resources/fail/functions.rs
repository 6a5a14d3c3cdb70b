use sparta_core::{property, resource};

fn main() {
    let id = "Orders";
    resource!(AWS::SNS::Topic { TopicName: { Fn::GetAtt: ["Orders"] }, DisplayName: { Fn::GetAtt: "Orders" } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::Joined: ["-", ["a", "b"]] }, DisplayName: { Fn::Join: "x" } });
    resource!(AWS::SNS::Topic { TopicName: { Ref: 5 }, DisplayName: { Fn::Select: [-1, ["a"]] } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::Sub: "${AWS::StackName" }, DisplayName: { Fn::Sub: ["${A}"] } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::Sub: "${NAME:-none}" }, DisplayName: { Fn::If: ["Named", "a"] } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::Join: ["-", ["a", { Fn::Split: [","] }]] } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::FindInMap: ["Names", "topic"] }, DisplayName: { Fn::Base64: ["a"] } });
    property!(AWS::SNS::Topic.Tags[] { Key: "app", Value: { Fn::ImportValue: { Name: "app" } } });
    resource!(Acme::Billing::Account { Owner: { Fn::Cidr: "10.0.0.0/16" } });
    // What expressions and other functions make may be anything.
    resource!(AWS::SNS::Topic { TopicName: { Fn::GetAtt: [(id), "TopicName"] }, DisplayName: { Fn::Sub: (id) } });
    resource!(AWS::SNS::Topic { TopicName: { Fn::Sub: "${!NAME:-none} ${a-b" }, DisplayName: { Fn::Tomorrow: 1 } });
}
