use sparta_core::{attribute, cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let dead = resource!(AWS::SQS::Queue);
    let queue = resource!(AWS::SQS::Queue {
        FifoQueue: true,
        QueueName: "orders.fifo",
        ContentBasedDeduplication: true,
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
        RedrivePolicy: {
            deadLetterTargetArn: (attribute!(AWS::SQS::Queue, dead, "Arn")),
            maxReceiveCount: 5,
        },
        RedriveAllowPolicy: { redrivePermission: "denyAll" },
    });
    let policy = resource!(AWS::SQS::QueuePolicy {
        Queues: [(queue.reference())],
        PolicyDocument: {
            Version: "2012-10-17",
            Statement: {
                Effect: "Allow",
                Principal: { Service: "sns.amazonaws.com" },
                Action: ["sqs:SendMessage"],
                Resource: (attribute!(AWS::SQS::Queue, queue, "Arn")),
            },
        },
    });
    let topic = resource!(AWS::SNS::Topic {
        DisplayName: "orders",
        KmsMasterKeyId: "alias/aws/sns",
        TracingConfig: "Active",
        Subscription: [{ Protocol: "sqs", Endpoint: (attribute!(AWS::SQS::Queue, dead, "Arn")) }],
    });
    let subscription = resource!(AWS::SNS::Subscription {
        TopicArn: (topic.reference()),
        Protocol: "lambda",
        Endpoint: "arn:aws:lambda:eu-west-1:123456789012:function:hello",
        FilterPolicy: { kind: ["order", { prefix: "re" }], total: [{ numeric: [">", 100] }] },
        FilterPolicyScope: "MessageBody",
    });
    vec![dead, queue, policy, topic, subscription, rule(), pipe(), schedule(), machine(), stream(), firehose()]
}

fn rule() -> Resource {
    resource!(AWS::Events::Rule {
        EventBusName: "default",
        EventPattern: {
            source: ["aws.s3"],
            "detail-type": ["Object Created"],
            detail: { bucket: { name: ["hello"] }, object: { size: [{ numeric: [">", 0, "<=", 1048576] }] } },
        },
        State: "ENABLED",
        Targets: [{
            Id: "Function",
            Arn: "arn:aws:lambda:eu-west-1:123456789012:function:hello",
            DeadLetterConfig: { Arn: "arn:aws:sqs:eu-west-1:123456789012:dead" },
            RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
            InputTransformer: { InputPathsMap: { key: "$.detail.object.key" }, InputTemplate: "\"<key> came\"" },
        }],
    })
}

fn pipe() -> Resource {
    resource!(AWS::Pipes::Pipe {
        RoleArn: "arn:aws:iam::123456789012:role/pipe",
        Source: "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/1",
        SourceParameters: {
            DynamoDBStreamParameters: {
                StartingPosition: "LATEST",
                BatchSize: 10,
                DeadLetterConfig: { Arn: "arn:aws:sqs:eu-west-1:123456789012:dead" },
            },
            FilterCriteria: { Filters: [{ Pattern: r#"{"eventName": ["INSERT"]}"# }] },
        },
        Target: "arn:aws:states:eu-west-1:123456789012:stateMachine:fulfil",
        TargetParameters: { StepFunctionStateMachineParameters: { InvocationType: "FIRE_AND_FORGET" } },
        LogConfiguration: {
            Level: "ERROR",
            IncludeExecutionData: ["ALL"],
            CloudwatchLogsLogDestination: { LogGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/pipes" },
        },
    })
}

fn schedule() -> Resource {
    resource!(AWS::Scheduler::Schedule {
        FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 },
        ScheduleExpression: "rate(1 hour)",
        ScheduleExpressionTimezone: "Europe/Dublin",
        Target: {
            Arn: "arn:aws:ecs:eu-west-1:123456789012:cluster/workers",
            RoleArn: "arn:aws:iam::123456789012:role/scheduler",
            EcsParameters: {
                TaskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/worker:1",
                LaunchType: "FARGATE",
                NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ["subnet-12345678"] } },
            },
            RetryPolicy: { MaximumRetryAttempts: 2 },
        },
    })
}

fn machine() -> Resource {
    resource!(AWS::StepFunctions::StateMachine {
        RoleArn: "arn:aws:iam::123456789012:role/states",
        StateMachineType: "EXPRESS",
        Definition: {
            StartAt: "Wait",
            States: { Wait: { Type: "Wait", Seconds: 5, Next: "Done" }, Done: { Type: "Succeed" } },
        },
        LoggingConfiguration: {
            Level: "ALL",
            IncludeExecutionData: true,
            Destinations: [{
                CloudWatchLogsLogGroup: { LogGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/states:*" },
            }],
        },
        TracingConfiguration: { Enabled: true },
    })
}

fn stream() -> Resource {
    resource!(AWS::Kinesis::Stream {
        StreamModeDetails: { StreamMode: "ON_DEMAND" },
        RetentionPeriodHours: 48,
        StreamEncryption: { EncryptionType: "KMS", KeyId: "alias/aws/kinesis" },
    })
}

fn firehose() -> Resource {
    resource!(AWS::KinesisFirehose::DeliveryStream {
        DeliveryStreamType: "DirectPut",
        ExtendedS3DestinationConfiguration: {
            BucketARN: "arn:aws:s3:::lake",
            RoleARN: "arn:aws:iam::123456789012:role/firehose",
            BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 64 },
            DynamicPartitioningConfiguration: { Enabled: true, RetryOptions: { DurationInSeconds: 300 } },
            Prefix: "year=!{timestamp:yyyy}/",
            ErrorOutputPrefix: "errors/",
            ProcessingConfiguration: {
                Enabled: true,
                Processors: [{
                    Type: "Lambda",
                    Parameters: [{
                        ParameterName: "LambdaArn",
                        ParameterValue: "arn:aws:lambda:eu-west-1:123456789012:function:clean",
                    }],
                }],
            },
            DataFormatConversionConfiguration: {
                Enabled: true,
                InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: { CaseInsensitive: true } } },
                OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: "SNAPPY" } } },
                SchemaConfiguration: { DatabaseName: "lake", TableName: "orders", Region: "eu-west-1" },
            },
        },
    })
}
