use sparta_core::resource;

fn main() {
    resource!(AWS::S3::Buket);
    resource!(AWS::Lamdba::Function { Handler: "hello" });
    resource!("AWS::Nothing::LikeThis" {});
    resource!(Bucket);
    resource!(aws::s3::bucket);
    resource!(Custom::Seeder { Rows: 3 });
    // These are not AWS's, and taken as they are.
    resource!(Custom::Seeder { ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:seeder", Rows: 3 });
    resource!(Acme::Billing::Account { Owner: "greetings" });
    resource!(Acme::Billing::Account::MODULE { Parameters: { Owner: "greetings" } });
}
