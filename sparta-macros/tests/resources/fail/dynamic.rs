use sparta_core::{property, resource};

fn main() {
    resource!(AWS::SecretsManager::Secret { SecretString: "{{resolve:secretmanager:hello}}" });
    resource!(AWS::SSM::Parameter { Type: "String", Value: "{{resolve:ssm}}" });
    resource!(AWS::SSM::Parameter { Type: "String", Value: "{{resolve:ssm:name:latest}}", Description: "{{resolve:ssm:name}" });
    resource!(AWS::RDS::DBInstance { MasterUserPassword: "{{resolve:ssm-secured:password:1}}", DBInstanceClass: "db.t4g.micro" });
    resource!(AWS::Lambda::Function {
        Role: "{{resolve:ssm:role}}",
        Code: { S3Bucket: "code", S3Key: "code.zip" },
        Environment: { Variables: {
            URL: "postgres://hello:{{resolve:secretsmanager:database:password}}@database",
            KEY: { Fn::Sub: "{{resolve:secretsmanger:${Secret}:SecretString:key}}" },
            TOKEN: { Fn::Join: ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:token}}"]] },
        } },
    });
    property!(AWS::SSM::Parameter.Value "{{resolve:secretsmanager:database}}");
}
