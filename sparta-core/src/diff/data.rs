//! Data that a deployment would delete or leave behind.

use serde::Serialize;

use super::{
    change::{ChangeKind, Effect, ResourceChange},
    side::{Part, Side},
};

/// A resource that holds data, and would be removed or replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataAtRisk {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What is in it.
    pub data: &'static str,
    /// What would become of the data.
    pub loss: Loss,
    /// Whether it is only replaced in some cases.
    pub conditional: bool,
}

/// What would become of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Loss {
    /// It is deleted, with a resource that is taken out of the template.
    Removed,
    /// It is deleted, with a resource in whose place an empty one is made.
    Replaced,
    /// It stays in the old resource, or in a snapshot of it, and the service has an empty one in its place.
    LeftBehind,
}

const STATEFUL: &[(&str, &str)] = &[
    ("AWS::ACMPCA::CertificateAuthority", "the authority's private key"),
    ("AWS::Backup::BackupVault", "backups"),
    ("AWS::Cassandra::Keyspace", "tables"),
    ("AWS::Cassandra::Table", "rows"),
    ("AWS::CodeArtifact::Repository", "packages"),
    ("AWS::CodeCommit::Repository", "the repository"),
    ("AWS::Cognito::IdentityPool", "identities"),
    ("AWS::Cognito::UserPool", "users"),
    ("AWS::DSQL::Cluster", "the database"),
    ("AWS::DocDB::DBCluster", "the database"),
    ("AWS::DynamoDB::GlobalTable", "items"),
    ("AWS::DynamoDB::Table", "items"),
    ("AWS::EC2::Instance", "the instance's disks"),
    ("AWS::EC2::Volume", "the volume"),
    ("AWS::ECR::Repository", "images"),
    ("AWS::EFS::FileSystem", "files"),
    ("AWS::ElastiCache::CacheCluster", "cached data"),
    ("AWS::ElastiCache::ReplicationGroup", "cached data"),
    ("AWS::ElastiCache::ServerlessCache", "cached data"),
    ("AWS::Elasticsearch::Domain", "indices"),
    ("AWS::Events::Archive", "archived events"),
    ("AWS::FSx::FileSystem", "files"),
    ("AWS::FSx::Volume", "files"),
    ("AWS::KMS::Key", "the key, without which nothing is read that it encrypted"),
    ("AWS::Kinesis::Stream", "records"),
    ("AWS::Logs::LogGroup", "logs"),
    ("AWS::MSK::Cluster", "messages"),
    ("AWS::MemoryDB::Cluster", "the database"),
    ("AWS::Neptune::DBCluster", "the database"),
    ("AWS::NeptuneGraph::Graph", "the graph"),
    ("AWS::OpenSearchServerless::Collection", "indices"),
    ("AWS::OpenSearchService::Domain", "indices"),
    ("AWS::QLDB::Ledger", "the ledger"),
    ("AWS::RDS::DBCluster", "the database"),
    ("AWS::RDS::DBInstance", "the database"),
    ("AWS::Redshift::Cluster", "the database"),
    ("AWS::RedshiftServerless::Namespace", "the database"),
    ("AWS::Route53::HostedZone", "the zone's records and name servers"),
    ("AWS::S3::Bucket", "objects"),
    ("AWS::S3Express::DirectoryBucket", "objects"),
    ("AWS::S3Tables::Table", "rows"),
    ("AWS::S3Tables::TableBucket", "tables"),
    ("AWS::S3Vectors::Index", "vectors"),
    ("AWS::S3Vectors::VectorBucket", "vectors"),
    ("AWS::SQS::Queue", "messages"),
    ("AWS::SecretsManager::Secret", "the secret's value"),
    ("AWS::Timestream::Database", "tables"),
    ("AWS::Timestream::Table", "rows"),
    ("AWS::WorkSpaces::Workspace", "the workspace's disks"),
];

/// What holds data and would not stay.
pub(super) fn at_risk(before: &Side, after: &Side, changes: &[ResourceChange]) -> Vec<DataAtRisk> {
    changes.iter().filter_map(|change| of(change, before.resources.get(&change.logical_id)?, after)).collect()
}

fn of(change: &ResourceChange, old: &Part, after: &Side) -> Option<DataAtRisk> {
    let data = STATEFUL.iter().find(|(kind, _)| *kind == old.kind)?.1;
    let loss = match (change.change, after.resources.get(&change.logical_id)) {
        (ChangeKind::Removed, _) => match is_kept(old.attribute("DeletionPolicy"), snapshot_by_default(old)) {
            true => return None,
            false => Loss::Removed,
        },
        (_, Some(new)) if change.effect >= Effect::ConditionalReplacement => {
            match is_kept(new.attribute("UpdateReplacePolicy"), false) {
                true => Loss::LeftBehind,
                false => Loss::Replaced,
            }
        }
        _ => return None,
    };
    Some(DataAtRisk {
        logical_id: change.logical_id.clone(),
        resource_type: old.kind.clone(),
        data,
        loss,
        conditional: change.effect == Effect::ConditionalReplacement,
    })
}

fn is_kept(policy: Option<&str>, by_default: bool) -> bool {
    policy.map_or(by_default, |policy| policy != "Delete")
}

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>.
fn snapshot_by_default(part: &Part) -> bool {
    match part.kind.as_str() {
        "AWS::RDS::DBCluster" => true,
        "AWS::RDS::DBInstance" => part.property("DBClusterIdentifier").is_none(),
        _ => false,
    }
}
