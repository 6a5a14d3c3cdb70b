use sparta_core::{attribute, cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let key = resource!(AWS::KMS::Key { KeyPolicy: { Version: "2012-10-17", Statement: [] } });
    let (bucket, files) = (bucket(&key), file_system());
    let policy = resource!(AWS::S3::BucketPolicy {
        Bucket: (bucket.reference()),
        PolicyDocument: {
            Version: "2012-10-17",
            Statement: [{
                Sid: "OnlyTls",
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: (attribute!(AWS::S3::Bucket, bucket, "Arn")),
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            }],
        },
    });
    let access = resource!(AWS::EFS::AccessPoint {
        FileSystemId: (files.reference()),
        PosixUser: { Uid: "1000", Gid: "1000", SecondaryGids: ["1001"] },
        RootDirectory: { Path: "/work", CreationInfo: { OwnerUid: "1000", OwnerGid: "1000", Permissions: "0750" } },
    });
    let repository = resource!(AWS::ECR::Repository {
        ImageScanningConfiguration: { ScanOnPush: true },
        EncryptionConfiguration: { EncryptionType: "KMS", KmsKey: (attribute!(AWS::KMS::Key, key, "Arn")) },
        ImageTagMutability: "IMMUTABLE",
    });
    vec![backup_plan(), bucket, policy, files, access, repository, key]
}

fn bucket(key: &Resource) -> Resource {
    resource!(AWS::S3::Bucket {
        BucketName: "everything-of-a-bucket",
        BucketEncryption: {
            ServerSideEncryptionConfiguration: [{
                BucketKeyEnabled: true,
                ServerSideEncryptionByDefault: {
                    SSEAlgorithm: "aws:kms",
                    KMSMasterKeyID: (attribute!(AWS::KMS::Key, key, "Arn")),
                },
            }],
        },
        LifecycleConfiguration: {
            Rules: [{
                Id: "archive",
                Status: "Enabled",
                Prefix: "logs/",
                Transitions: [
                    { StorageClass: "STANDARD_IA", TransitionInDays: 30 },
                    { StorageClass: "GLACIER", TransitionInDays: 90 },
                ],
                NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 3 },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            }],
        },
        CorsConfiguration: {
            CorsRules: [{ AllowedMethods: ["GET", "PUT"], AllowedOrigins: ["https://example.com"], MaxAge: 3600 }],
        },
        ReplicationConfiguration: {
            Role: "arn:aws:iam::123456789012:role/replication",
            Rules: [{
                Id: "all",
                Status: "Enabled",
                Priority: 1,
                Filter: { And: { Prefix: "a/", TagFilters: [{ Key: "copy", Value: "yes" }] } },
                DeleteMarkerReplication: { Status: "Disabled" },
                SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } },
                Destination: {
                    Bucket: "arn:aws:s3:::elsewhere",
                    EncryptionConfiguration: { ReplicaKmsKeyID: "arn:aws:kms:eu-west-1:123456789012:key/1" },
                    Metrics: { Status: "Enabled", EventThreshold: { Minutes: 15 } },
                    ReplicationTime: { Status: "Enabled", Time: { Minutes: 15 } },
                    AccessControlTranslation: { Owner: "Destination" },
                    Account: "123456789012",
                },
            }],
        },
        NotificationConfiguration: {
            LambdaConfigurations: [{
                Event: "s3:ObjectCreated:*",
                Function: "arn:aws:lambda:eu-west-1:123456789012:function:hello",
                Filter: { S3Key: { Rules: [{ Name: "suffix", Value: ".json" }] } },
            }],
            EventBridgeConfiguration: { EventBridgeEnabled: true },
        },
        WebsiteConfiguration: {
            IndexDocument: "index.html",
            RoutingRules: [{
                RoutingRuleCondition: { HttpErrorCodeReturnedEquals: "404" },
                RedirectRule: { HostName: "example.com", Protocol: "https", ReplaceKeyPrefixWith: "missing/" },
            }],
        },
        InventoryConfigurations: [{
            Id: "weekly",
            Enabled: true,
            IncludedObjectVersions: "Current",
            ScheduleFrequency: "Weekly",
            OptionalFields: ["Size", "StorageClass"],
            Destination: { BucketArn: "arn:aws:s3:::inventory", Format: "CSV", Prefix: "all" },
        }],
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
        },
        VersioningConfiguration: { Status: "Enabled" },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        Tags: [{ Key: "app", Value: "hello" }],
    })
}

fn file_system() -> Resource {
    resource!(AWS::EFS::FileSystem {
        Encrypted: true,
        PerformanceMode: "generalPurpose",
        ThroughputMode: "elastic",
        LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS" }, { TransitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
        BackupPolicy: { Status: "ENABLED" },
        FileSystemTags: [{ Key: "app", Value: "hello" }],
    })
}

fn backup_plan() -> Resource {
    resource!(AWS::Backup::BackupPlan {
        BackupPlan: {
            BackupPlanName: "daily",
            BackupPlanRule: [{
                RuleName: "at-night",
                TargetBackupVault: "vault",
                ScheduleExpression: "cron(0 3 * * ? *)",
                StartWindowMinutes: 60,
                Lifecycle: { DeleteAfterDays: 120, MoveToColdStorageAfterDays: 30 },
                CopyActions: [{
                    DestinationBackupVaultArn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:copy",
                    Lifecycle: { DeleteAfterDays: 35 },
                }],
            }],
            AdvancedBackupSettings: [{ ResourceType: "EC2", BackupOptions: { WindowsVSS: "enabled" } }],
        },
    })
}
