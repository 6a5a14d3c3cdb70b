//! What is billed while nothing happens, or by its size. No prices: they are another ones in each region, and tomorrow.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    normal::{get, items},
    side::{Part, Side},
};
use crate::cfn::Value;

/// Something new or changed that is billed while nothing happens, or by its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CostDriver {
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it is billed by: `each hour`.
    pub billed_by: &'static str,
    /// The property that says how much, where that changes: `MemorySize`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<&'static str>,
    /// How much it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// How much it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What is billed by being there.
const IDLE: &[(&str, &str)] = &[
    ("AWS::ACMPCA::CertificateAuthority", "each month"),
    ("AWS::AmazonMQ::Broker", "each hour, by the instance type"),
    ("AWS::ApplicationSignals::ServiceLevelObjective", "each month"),
    ("AWS::CloudWatch::Alarm", "each month, by its metrics"),
    ("AWS::CloudWatch::CompositeAlarm", "each month"),
    ("AWS::CloudWatch::Dashboard", "each month, beyond the first three of the account"),
    ("AWS::DAX::Cluster", "each hour, by the node type"),
    ("AWS::DMS::ReplicationInstance", "each hour, by the class"),
    ("AWS::DirectoryService::MicrosoftAD", "each hour"),
    ("AWS::DocDB::DBInstance", "each hour, by the class"),
    ("AWS::EC2::ClientVpnEndpoint", "each hour, by the subnets"),
    ("AWS::EC2::EIP", "each hour"),
    ("AWS::EC2::Instance", "each second, by the instance type"),
    ("AWS::EC2::NatGateway", "each hour, and each GB that goes through it"),
    ("AWS::EC2::TransitGatewayAttachment", "each hour, and each GB that goes through it"),
    ("AWS::EC2::VPNConnection", "each hour"),
    ("AWS::EC2::Volume", "each month, by the GB"),
    ("AWS::EKS::Cluster", "each hour"),
    ("AWS::ElastiCache::CacheCluster", "each hour, by the node type"),
    ("AWS::ElastiCache::ReplicationGroup", "each hour, by the node type and the number of nodes"),
    ("AWS::ElastiCache::ServerlessCache", "each hour, by the GB, at least a minimum"),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "each hour, and each GB that goes through it"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "each hour, and by what goes through it"),
    ("AWS::FSx::FileSystem", "each month, by the GB and the throughput"),
    ("AWS::GlobalAccelerator::Accelerator", "each hour"),
    ("AWS::KMS::Key", "each month"),
    ("AWS::MSK::Cluster", "each hour, by the broker type"),
    ("AWS::MSK::ServerlessCluster", "each hour"),
    ("AWS::MemoryDB::Cluster", "each hour, by the node type"),
    ("AWS::Neptune::DBInstance", "each hour, by the class"),
    ("AWS::NetworkFirewall::Firewall", "each hour, by the endpoint"),
    ("AWS::OpenSearchServerless::Collection", "each hour, at least a minimum of the account"),
    ("AWS::OpenSearchService::Domain", "each hour, by the instance type"),
    ("AWS::RDS::DBInstance", "each hour, by the class, and each GB of storage"),
    ("AWS::RDS::DBProxy", "each hour, by the database's size"),
    ("AWS::Redshift::Cluster", "each hour, by the node type"),
    ("AWS::Route53::HealthCheck", "each month"),
    ("AWS::Route53::HostedZone", "each month"),
    ("AWS::SageMaker::Endpoint", "each hour, by the instance type"),
    ("AWS::SecretsManager::Secret", "each month"),
    ("AWS::Transfer::Server", "each hour, by the protocol"),
    ("AWS::WAFv2::WebACL", "each month, by its rules, and each request"),
];

/// What is billed by a property: its path, and how.
const SIZED: &[(&str, &str, &str)] = &[
    ("AWS::ApiGateway::Stage", "CacheClusterSize", "each hour, by the GB of the cache"),
    ("AWS::AutoScaling::AutoScalingGroup", "MinSize", "each second, by the instances"),
    ("AWS::DocDB::DBInstance", "DBInstanceClass", "each hour"),
    ("AWS::DynamoDB::Table", "ProvisionedThroughput.ReadCapacityUnits", "each hour, by the unit"),
    ("AWS::DynamoDB::Table", "ProvisionedThroughput.WriteCapacityUnits", "each hour, by the unit"),
    ("AWS::EC2::Instance", "InstanceType", "each second"),
    ("AWS::EC2::Volume", "Size", "each month, by the GB"),
    ("AWS::ECS::Service", "DesiredCount", "each second, by the size of the tasks"),
    ("AWS::ECS::TaskDefinition", "Cpu", "each second of a task"),
    ("AWS::ECS::TaskDefinition", "Memory", "each second of a task"),
    ("AWS::EFS::FileSystem", "ProvisionedThroughputInMibps", "each month, by the MiB/s"),
    ("AWS::ElastiCache::CacheCluster", "CacheNodeType", "each hour"),
    ("AWS::ElastiCache::ReplicationGroup", "CacheNodeType", "each hour"),
    ("AWS::Kinesis::Stream", "ShardCount", "each hour, by the shard"),
    (
        "AWS::Lambda::Alias",
        "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
        "each second, by the MB of memory",
    ),
    ("AWS::Lambda::CapacityProvider", "CapacityProviderScalingConfig.MaxVCpuCount", "each second, by the instances"),
    ("AWS::Lambda::EventSourceMapping", "ProvisionedPollerConfig.MinimumPollers", "each hour, by the poller"),
    ("AWS::Lambda::Function", "EphemeralStorage.Size", "each millisecond of an invocation, by the MB above 512"),
    ("AWS::Lambda::Function", "MemorySize", "each millisecond of an invocation, by the MB"),
    ("AWS::Lambda::Function", "SnapStart.ApplyOn", "each second that a snapshot is kept, by the MB, in some runtimes"),
    ("AWS::OpenSearchService::Domain", "ClusterConfig.InstanceCount", "each hour, by the instance"),
    ("AWS::OpenSearchService::Domain", "ClusterConfig.InstanceType", "each hour"),
    ("AWS::RDS::DBCluster", "ServerlessV2ScalingConfiguration.MinCapacity", "each second, by the capacity unit"),
    ("AWS::RDS::DBInstance", "AllocatedStorage", "each month, by the GB"),
    ("AWS::RDS::DBInstance", "DBInstanceClass", "each hour"),
    ("AWS::RDS::DBInstance", "MultiAZ", "each hour, for a second instance"),
    ("AWS::SSM::Parameter", "Tier", "each month, where it is `Advanced`"),
];

/// What is new or changed.
pub(super) fn drivers(before: &Side, after: &Side) -> Vec<CostDriver> {
    let mut found = Vec::new();
    for (id, part) in &after.resources {
        let old = before.resources.get(id).filter(|old| old.kind == part.kind);
        let idle = IDLE.iter().find(|(kind, _)| *kind == part.kind).map(|(_, by)| *by).or_else(|| endpoint(part));
        if let Some(billed_by) = idle.filter(|_| old.is_none()) {
            found.push(driver(id, part, billed_by));
        }
        for (_, path, billed_by) in SIZED.iter().filter(|(kind, ..)| *kind == part.kind) {
            let (old, new) = (old.and_then(|old| sizes(old, path)), sizes(part, path));
            if new.is_some() && old != new {
                found.push(CostDriver { property: Some(path), old, new, ..driver(id, part, billed_by) });
            }
        }
    }
    found
}

fn driver(id: &str, part: &Part, billed_by: &'static str) -> CostDriver {
    let (logical_id, resource_type) = (id.to_owned(), part.kind.clone());
    CostDriver { logical_id, resource_type, billed_by, property: None, old: None, new: None }
}

/// The ones to S3 and DynamoDB cost nothing.
fn endpoint(part: &Part) -> Option<&'static str> {
    let is_interface = part.kind == "AWS::EC2::VPCEndpoint" && part.text("VpcEndpointType") == Some("Interface");
    is_interface.then_some("each hour, by the subnets, and each GB that goes through it")
}

/// What is at a path, and in each index of a table.
fn sizes(part: &Part, path: &str) -> Option<String> {
    let at = |value: &Value| path.split('.').try_fold(value.clone(), |value, name| get(&value, name).cloned());
    let indices = items(part.property("GlobalSecondaryIndexes"));
    let found: BTreeSet<String> =
        [&part.properties].into_iter().chain(indices).filter_map(at).map(|it| text(&it)).collect();
    (!found.is_empty()).then(|| Vec::from_iter(found).join(", "))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string(value).unwrap_or_default(), str::to_owned)
}
