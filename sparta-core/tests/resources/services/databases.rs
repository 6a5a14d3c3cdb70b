use sparta_core::{cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let subnets = resource!(AWS::RDS::DBSubnetGroup {
        DBSubnetGroupDescription: "private",
        SubnetIds: ["subnet-12345678", "subnet-87654321"],
    });
    let cluster = resource!(AWS::RDS::DBCluster {
        Engine: "aurora-postgresql",
        DBSubnetGroupName: (subnets.reference()),
        MasterUsername: "admin_of_it",
        ManageMasterUserPassword: true,
        ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
        EnableCloudwatchLogsExports: ["postgresql"],
        StorageEncrypted: true,
        DeletionProtection: true,
    });
    let instance = resource!(AWS::RDS::DBInstance {
        DBInstanceClass: "db.serverless",
        Engine: "aurora-postgresql",
        DBClusterIdentifier: (cluster.reference()),
        MonitoringInterval: 0,
    });
    let cache = resource!(AWS::ElastiCache::ReplicationGroup {
        ReplicationGroupDescription: "sessions",
        Engine: "redis",
        CacheNodeType: "cache.t4g.micro",
        NumNodeGroups: 1,
        ReplicasPerNodeGroup: 1,
        AutomaticFailoverEnabled: true,
        AtRestEncryptionEnabled: true,
        TransitEncryptionEnabled: true,
        LogDeliveryConfigurations: [{
            DestinationType: "cloudwatch-logs",
            LogFormat: "json",
            LogType: "slow-log",
            DestinationDetails: { CloudWatchLogsDetails: { LogGroup: "/cache" } },
        }],
    });
    vec![table(), global_table(), subnets, cluster, instance, cache, search()]
}

fn table() -> Resource {
    resource!(AWS::DynamoDB::Table {
        AttributeDefinitions: [
            { AttributeName: "id", AttributeType: "S" },
            { AttributeName: "at", AttributeType: "N" },
        ],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "at", KeyType: "RANGE" }],
        BillingMode: "PAY_PER_REQUEST",
        GlobalSecondaryIndexes: [{
            IndexName: "by-time",
            KeySchema: [{ AttributeName: "at", KeyType: "HASH" }],
            Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["total"] },
            OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 10 },
        }],
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
        ImportSourceSpecification: {
            InputFormat: "CSV",
            InputFormatOptions: { Csv: { Delimiter: ";", HeaderList: ["id", "at"] } },
            S3BucketSource: { S3Bucket: "seeds" },
        },
        DeletionProtectionEnabled: true,
    })
}

fn global_table() -> Resource {
    resource!(AWS::DynamoDB::GlobalTable {
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PROVISIONED",
        StreamSpecification: { StreamViewType: "KEYS_ONLY" },
        WriteProvisionedThroughputSettings: {
            WriteCapacityAutoScalingSettings: {
                MinCapacity: 1,
                MaxCapacity: 10,
                TargetTrackingScalingPolicyConfiguration: { TargetValue: 70, ScaleInCooldown: 60 },
            },
        },
        Replicas: [{
            Region: "eu-west-1",
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            ReadProvisionedThroughputSettings: {
                ReadCapacityAutoScalingSettings: {
                    MinCapacity: 1,
                    MaxCapacity: 10,
                    TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 },
                },
            },
            Tags: [{ Key: "app", Value: "hello" }],
        }],
    })
}

fn search() -> Resource {
    resource!(AWS::OpenSearchService::Domain {
        EngineVersion: "OpenSearch_2.11",
        ClusterConfig: {
            InstanceType: "t3.small.search",
            InstanceCount: 2,
            ZoneAwarenessEnabled: true,
            ZoneAwarenessConfig: { AvailabilityZoneCount: 2 },
        },
        EBSOptions: { EBSEnabled: true, VolumeSize: 10, VolumeType: "gp3" },
        EncryptionAtRestOptions: { Enabled: true },
        NodeToNodeEncryptionOptions: { Enabled: true },
        AdvancedSecurityOptions: {
            Enabled: true,
            InternalUserDatabaseEnabled: true,
            MasterUserOptions: {
                MasterUserName: "admin",
                MasterUserPassword: "{{resolve:secretsmanager:search:SecretString:password}}",
            },
        },
        OffPeakWindowOptions: {
            Enabled: true,
            OffPeakWindow: { WindowStartTime: { Hours: 2, Minutes: 0 } },
        },
    })
}
