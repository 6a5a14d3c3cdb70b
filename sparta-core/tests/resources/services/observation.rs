use sparta_core::{cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let logs = resource!(AWS::Logs::LogGroup {
        RetentionInDays: 30,
        LogGroupClass: "STANDARD",
        DataProtectionPolicy: { Name: "mask", Version: "2021-06-01", Statement: [] },
    });
    let filter = resource!(AWS::Logs::MetricFilter {
        LogGroupName: (logs.reference()),
        FilterPattern: "{ $.level = \"ERROR\" }",
        MetricTransformations: [{
            MetricName: "Errors",
            MetricNamespace: "Hello",
            MetricValue: "1",
            Unit: "Count",
            Dimensions: [{ Key: "function", Value: "$.function" }],
        }],
    });
    let alarm = resource!(AWS::CloudWatch::Alarm {
        AlarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
        ComparisonOperator: "GreaterThanThreshold",
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        Threshold: 0.5,
        TreatMissingData: "notBreaching",
        Metrics: [
            { Id: "rate", Expression: "errors / calls", Label: "error rate", ReturnData: true },
            {
                Id: "errors",
                ReturnData: false,
                MetricStat: {
                    Period: 60,
                    Stat: "Sum",
                    Metric: {
                        MetricName: "Errors",
                        Namespace: "AWS/Lambda",
                        Dimensions: [{ Name: "FunctionName", Value: "hello" }],
                    },
                },
            },
        ],
    });
    let dashboard = resource!(AWS::CloudWatch::Dashboard {
        DashboardName: "hello",
        DashboardBody: { "Fn::Sub": "{\"widgets\": [], \"start\": \"-P1D\", \"periodOverride\": \"${AWS::Region}\"}" },
    });
    let sampling = resource!(AWS::XRay::SamplingRule {
        SamplingRule: {
            RuleName: "hello",
            FixedRate: 0.05,
            ReservoirSize: 1,
            Priority: 100,
            Host: "*",
            HTTPMethod: "*",
            ResourceARN: "*",
            ServiceName: "*",
            ServiceType: "*",
            URLPath: "*",
            Version: 1,
        },
    });
    vec![logs, filter, alarm, dashboard, sampling]
}
