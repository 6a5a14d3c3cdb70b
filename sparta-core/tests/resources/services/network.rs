use sparta_core::{attribute, cfn::Resource, resource};

pub(crate) fn all() -> Vec<Resource> {
    let vpc = resource!(AWS::EC2::VPC { CidrBlock: "10.0.0.0/16", EnableDnsSupport: true, EnableDnsHostnames: true });
    let subnet = resource!(AWS::EC2::Subnet {
        VpcId: (vpc.reference()),
        CidrBlock: "10.0.0.0/24",
        AvailabilityZone: { "Fn::Select": [0, { "Fn::GetAZs": "" }] },
        PrivateDnsNameOptionsOnLaunch: { HostnameType: "ip-name", EnableResourceNameDnsARecord: true },
    });
    let group = resource!(AWS::EC2::SecurityGroup {
        GroupDescription: "web",
        VpcId: (attribute!(AWS::EC2::VPC, vpc, "VpcId")),
        SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "0.0.0.0/0" }],
        SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }],
    });
    let balancer = resource!(AWS::ElasticLoadBalancingV2::LoadBalancer {
        Type: "application",
        Scheme: "internet-facing",
        Subnets: [(subnet.reference()), "subnet-12345678"],
        SecurityGroups: [(attribute!(AWS::EC2::SecurityGroup, group, "GroupId"))],
        LoadBalancerAttributes: [{ Key: "idle_timeout.timeout_seconds", Value: "60" }],
    });
    let listener = resource!(AWS::ElasticLoadBalancingV2::Listener {
        LoadBalancerArn: (balancer.reference()),
        Port: 443,
        Protocol: "HTTPS",
        Certificates: [{ CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1" }],
        DefaultActions: [{
            Type: "forward",
            ForwardConfig: {
                TargetGroups: [{
                    TargetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1",
                    Weight: 1,
                }],
                TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
            },
        }],
    });
    let record = resource!(AWS::Route53::RecordSet {
        Name: "www.example.com",
        Type: "A",
        HostedZoneId: "Z123456789",
        AliasTarget: {
            DNSName: (attribute!(AWS::ElasticLoadBalancingV2::LoadBalancer, balancer, "DNSName")),
            HostedZoneId: (attribute!(AWS::ElasticLoadBalancingV2::LoadBalancer, balancer, "CanonicalHostedZoneID")),
            EvaluateTargetHealth: true,
        },
    });
    vec![vpc, subnet, group, balancer, listener, record, distribution(), api(), rest_api()]
}

fn distribution() -> Resource {
    resource!(AWS::CloudFront::Distribution {
        DistributionConfig: {
            Enabled: true,
            Aliases: ["www.example.com"],
            HttpVersion: "http2and3",
            Origins: [{
                Id: "files",
                DomainName: "hello.s3.eu-west-1.amazonaws.com",
                OriginAccessControlId: "E123",
                S3OriginConfig: { OriginAccessIdentity: "" },
                OriginShield: { Enabled: true, OriginShieldRegion: "eu-west-1" },
            }],
            DefaultCacheBehavior: {
                TargetOriginId: "files",
                ViewerProtocolPolicy: "redirect-to-https",
                AllowedMethods: ["GET", "HEAD"],
                CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
                FunctionAssociations: [{
                    EventType: "viewer-request",
                    FunctionARN: "arn:aws:cloudfront::123456789012:function/rewrite",
                }],
            },
            CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: "/index.html" }],
            Restrictions: { GeoRestriction: { RestrictionType: "whitelist", Locations: ["IE", "DE"] } },
            ViewerCertificate: {
                AcmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
                MinimumProtocolVersion: "TLSv1.2_2021",
                SslSupportMethod: "sni-only",
            },
        },
    })
}

fn api() -> Resource {
    resource!(AWS::ApiGatewayV2::Api {
        Name: "orders",
        ProtocolType: "HTTP",
        CorsConfiguration: { AllowOrigins: ["https://example.com"], AllowMethods: ["GET"], MaxAge: 300 },
        DisableExecuteApiEndpoint: false,
        Tags: { app: "hello" },
    })
}

fn rest_api() -> Resource {
    resource!(AWS::ApiGateway::RestApi {
        Name: "orders",
        EndpointConfiguration: { Types: ["REGIONAL"] },
        MinimumCompressionSize: 1024,
        Body: { openapi: "3.0.1", paths: { "/orders": { get: { responses: { "200": { description: "ok" } } } } } },
    })
}
