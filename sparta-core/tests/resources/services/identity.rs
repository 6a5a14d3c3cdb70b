use sparta_core::{cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let role = resource!(AWS::IAM::Role {
        AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [{
                Effect: "Allow",
                Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
                Action: "sts:AssumeRoleWithWebIdentity",
                Condition: {
                    StringLike: { "token.actions.githubusercontent.com:sub": ["repo:acme/*", "repo:acme-labs/*"] },
                },
            }],
        },
        ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        MaxSessionDuration: 3600,
        Policies: [{
            PolicyName: "Work",
            PolicyDocument: {
                Version: "2012-10-17",
                Statement: [{ Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::hello/*" }],
            },
        }],
    });
    let policy = resource!(AWS::IAM::ManagedPolicy {
        Roles: [(role.reference())],
        PolicyDocument: {
            Version: "2012-10-17",
            Statement: [{ Sid: "Read", Effect: "Allow", NotAction: "iam:*", Resource: "*" }],
        },
    });
    let key = resource!(AWS::KMS::Key {
        EnableKeyRotation: true,
        KeySpec: "SYMMETRIC_DEFAULT",
        PendingWindowInDays: 7,
        KeyPolicy: {
            Version: "2012-10-17",
            Statement: [{
                Effect: "Allow",
                Principal: { AWS: { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" } },
                Action: "kms:*",
                Resource: "*",
            }],
        },
    });
    let alias = resource!(AWS::KMS::Alias { AliasName: "alias/hello", TargetKeyId: (key.reference()) });
    let secret = resource!(AWS::SecretsManager::Secret {
        GenerateSecretString: {
            SecretStringTemplate: r#"{"username": "admin"}"#,
            GenerateStringKey: "password",
            PasswordLength: 32,
        },
        ReplicaRegions: [{ Region: "eu-central-1" }],
    });
    vec![role, policy, key, alias, secret, user_pool(), web_acl()]
}

fn user_pool() -> Resource {
    resource!(AWS::Cognito::UserPool {
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "verified_email", Priority: 1 }] },
        AdminCreateUserConfig: {
            AllowAdminCreateUserOnly: true,
            InviteMessageTemplate: { EmailSubject: "Welcome", EmailMessage: "{username} {####}" },
        },
        AutoVerifiedAttributes: ["email"],
        MfaConfiguration: "OPTIONAL",
        EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
        Policies: { PasswordPolicy: { MinimumLength: 12, RequireSymbols: true, TemporaryPasswordValidityDays: 1 } },
        Schema: [{
            Name: "team",
            AttributeDataType: "String",
            Mutable: true,
            StringAttributeConstraints: { MinLength: "1", MaxLength: "32" },
        }],
        LambdaConfig: {
            PreTokenGenerationConfig: {
                LambdaArn: "arn:aws:lambda:eu-west-1:123456789012:function:tokens",
                LambdaVersion: "V2_0",
            },
        },
    })
}

fn web_acl() -> Resource {
    resource!(AWS::WAFv2::WebACL {
        Scope: "REGIONAL",
        DefaultAction: { Allow: {} },
        VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: "all", SampledRequestsEnabled: true },
        Rules: [{
            Name: "limited",
            Priority: 1,
            Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
            VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: "limited", SampledRequestsEnabled: true },
            Statement: {
                RateBasedStatement: {
                    AggregateKeyType: "IP",
                    Limit: 1000,
                    ScopeDownStatement: {
                        NotStatement: {
                            Statement: {
                                ByteMatchStatement: {
                                    FieldToMatch: { SingleHeader: { Name: "x-probe" } },
                                    PositionalConstraint: "EXACTLY",
                                    SearchString: "1",
                                    TextTransformations: [{ Priority: 0, Type: "NONE" }],
                                },
                            },
                        },
                    },
                },
            },
        }],
    })
}
