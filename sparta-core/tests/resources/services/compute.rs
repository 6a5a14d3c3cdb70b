use sparta_core::{attribute, cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let function = function();
    let version = resource!(AWS::Lambda::Version {
        FunctionName: (function.reference()),
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    });
    let alias = resource!(AWS::Lambda::Alias {
        Name: "live",
        FunctionName: (function.reference()),
        FunctionVersion: (attribute!(AWS::Lambda::Version, version, "Version")),
        RoutingConfig: { AdditionalVersionWeights: [{ FunctionVersion: "1", FunctionWeight: 0.1 }] },
    });
    let url = resource!(AWS::Lambda::Url {
        TargetFunctionArn: (attribute!(AWS::Lambda::Function, function, "Arn")),
        AuthType: "NONE",
        InvokeMode: "RESPONSE_STREAM",
        Cors: { AllowOrigins: ["https://example.com"], AllowMethods: ["GET"], MaxAge: 60, AllowCredentials: true },
    });
    let permission = resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunction",
        FunctionName: (function.reference()),
        Principal: "s3.amazonaws.com",
        SourceArn: "arn:aws:s3:::hello",
        SourceAccount: "123456789012",
    });
    let events = resource!(AWS::Lambda::EventInvokeConfig {
        FunctionName: (function.reference()),
        Qualifier: "$LATEST",
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:eu-west-1:123456789012:failed" } },
    });
    vec![function, version, alias, url, permission, events, mapping(), task(), service(), group(), instance(), batch()]
}

fn function() -> Resource {
    resource!(AWS::Lambda::Function {
        Architectures: ["arm64"],
        Code: { S3Bucket: "code", S3Key: "code.zip" },
        DeadLetterConfig: { TargetArn: "arn:aws:sqs:eu-west-1:123456789012:dead" },
        Environment: { Variables: { RUST_LOG: "info", "AWS_LAMBDA_EXEC": "1" } },
        EphemeralStorage: { Size: 1024 },
        FileSystemConfigs: [{
            Arn: "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-12345678901234567",
            LocalMountPath: "/mnt/work",
        }],
        Handler: "hello",
        Layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:tools:1"],
        LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "DEBUG", SystemLogLevel: "WARN" },
        MemorySize: 1769,
        Role: "arn:aws:iam::123456789012:role/hello",
        Runtime: "provided.al2023",
        SnapStart: { ApplyOn: "None" },
        Timeout: 30,
        TracingConfig: { Mode: "Active" },
        VpcConfig: { SecurityGroupIds: ["sg-12345678"], SubnetIds: ["subnet-12345678"], Ipv6AllowedForDualStack: true },
    })
}

fn mapping() -> Resource {
    resource!(AWS::Lambda::EventSourceMapping {
        FunctionName: "hello",
        EventSourceArn: "arn:aws:kinesis:eu-west-1:123456789012:stream/orders",
        StartingPosition: "TRIM_HORIZON",
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:eu-west-1:123456789012:failed" } },
        FilterCriteria: { Filters: [{ Pattern: r#"{"data": {"kind": ["order"]}}"# }] },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ParallelizationFactor: 2,
    })
}

fn task() -> Resource {
    resource!(AWS::ECS::TaskDefinition {
        Family: "worker",
        Cpu: "256",
        Memory: "512",
        NetworkMode: "awsvpc",
        RequiresCompatibilities: ["FARGATE"],
        RuntimePlatform: { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
        ContainerDefinitions: [{
            Name: "worker",
            Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker:1",
            Essential: true,
            Command: ["work", "--forever"],
            Environment: [{ Name: "QUEUE", Value: "orders" }],
            Secrets: [{ Name: "TOKEN", ValueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }],
            HealthCheck: { Command: ["CMD", "true"], Interval: 30, Retries: 3, Timeout: 5 },
            LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ["ALL"] } },
            LogConfiguration: { LogDriver: "awslogs", Options: { "awslogs-group": "/worker", "awslogs-region": "eu-west-1" } },
            MountPoints: [{ SourceVolume: "work", ContainerPath: "/work", ReadOnly: false }],
            PortMappings: [{ ContainerPort: 8080, Protocol: "tcp" }],
            Ulimits: [{ Name: "nofile", SoftLimit: 1024, HardLimit: 4096 }],
        }],
        Volumes: [{
            Name: "work",
            EFSVolumeConfiguration: {
                FilesystemId: "fs-12345678",
                TransitEncryption: "ENABLED",
                AuthorizationConfig: { AccessPointId: "fsap-12345678901234567", IAM: "ENABLED" },
            },
        }],
    })
}

fn service() -> Resource {
    resource!(AWS::ECS::Service {
        Cluster: "workers",
        TaskDefinition: "worker:1",
        LaunchType: "FARGATE",
        DesiredCount: 2,
        DeploymentConfiguration: {
            DeploymentCircuitBreaker: { Enable: true, Rollback: true },
            MaximumPercent: 200,
            MinimumHealthyPercent: 100,
        },
        NetworkConfiguration: {
            AwsvpcConfiguration: { AssignPublicIp: "DISABLED", Subnets: ["subnet-12345678"], SecurityGroups: ["sg-12345678"] },
        },
        ServiceRegistries: [{ RegistryArn: "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1" }],
    })
}

fn group() -> Resource {
    resource!(AWS::AutoScaling::AutoScalingGroup {
        MinSize: "1",
        MaxSize: "3",
        VPCZoneIdentifier: ["subnet-12345678"],
        MixedInstancesPolicy: {
            InstancesDistribution: { OnDemandBaseCapacity: 1, SpotAllocationStrategy: "price-capacity-optimized" },
            LaunchTemplate: {
                LaunchTemplateSpecification: { LaunchTemplateId: "lt-12345678901234567", Version: "1" },
                Overrides: [{ InstanceRequirements: { VCpuCount: { Min: 2, Max: 4 }, MemoryMiB: { Min: 4096 } } }],
            },
        },
        Tags: [{ Key: "app", Value: "hello", PropagateAtLaunch: true }],
    })
}

fn instance() -> Resource {
    resource!(AWS::EC2::Instance {
        ImageId: "ami-12345678901234567",
        InstanceType: "t4g.micro",
        BlockDeviceMappings: [{
            DeviceName: "/dev/xvda",
            Ebs: { Encrypted: true, VolumeSize: 20, VolumeType: "gp3", DeleteOnTermination: true },
        }],
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
        UserData: { "Fn::Base64": { "Fn::Sub": "#!/bin/sh\necho ${AWS::StackName}" } },
        Tags: [{ Key: "Name", Value: { "Fn::If": ["Named", "hello", { Ref: "AWS::NoValue" }] } }],
    })
}

fn batch() -> Resource {
    resource!(AWS::Batch::JobDefinition {
        Type: "container",
        PlatformCapabilities: ["FARGATE"],
        RetryStrategy: { Attempts: 3, EvaluateOnExit: [{ Action: "RETRY", OnStatusReason: "Host EC2*" }] },
        Timeout: { AttemptDurationSeconds: 600 },
        ContainerProperties: {
            Image: "worker",
            JobRoleArn: "arn:aws:iam::123456789012:role/job",
            ExecutionRoleArn: "arn:aws:iam::123456789012:role/execution",
            ResourceRequirements: [{ Type: "VCPU", Value: "1" }, { Type: "MEMORY", Value: "2048" }],
            LogConfiguration: { LogDriver: "awslogs", Options: { "awslogs-group": "/jobs" } },
            NetworkConfiguration: { AssignPublicIp: "DISABLED" },
        },
    })
}
