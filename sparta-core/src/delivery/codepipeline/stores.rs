//! What the pipeline keeps for environments that are not where it is: a bucket in each of their regions, which has what CodePipeline
//! hands over there and the code, and a key that other accounts can decrypt it with.
//!
//! They are in stacks of their own: a bucket has to be in its region, and no push changes who decrypts.

use serde_json::json;

use super::{
    artifacts::{bucket, only_tls},
    id,
    roles::{keys, kms},
    smoke,
};
use crate::{
    attribute,
    cfn::{LogicalId, Output, Parameter, Resource, Template, Value, reference, sub},
    contract::{OUTPUTS_ARTIFACTS, RELEASE_ARTIFACT, code_prefix},
    delivery::{Plan, Stage},
    iam::Statement,
    pipeline::short_name,
    property, resource,
};

/// What a pipeline hands over by, beside its own stack: a stack of the pipeline's account with a bucket in another region, and with a
/// key where there are other accounts.
#[derive(Clone, Debug)]
pub struct Store {
    /// The region; none of the pipeline's own, where it has a key.
    pub region: Option<String>,
    /// What that stack is called: `<pipeline>-artifacts-<region>`. Its outputs are parameters of the pipeline's own.
    pub stack: String,
    /// What is in it.
    pub template: Template,
}

const KEY: &str = "ArtifactKey";
const BUCKET: &str = "Artifacts";

/// The regions that environments say, each once. One of them may be the pipeline's own.
pub(super) fn regions<'p>(plan: &'p Plan<'_>) -> Vec<&'p str> {
    let mut regions: Vec<&str> = plan.elsewhere().filter_map(Stage::region).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

/// Whether what is kept has a key of its own: AWS's own keys are nothing for other accounts.
pub(super) fn has_key(plan: &Plan<'_>) -> bool {
    plan.elsewhere().any(|stage| stage.account().is_some())
}

/// The ARN of the pipeline's own key.
pub(super) fn key(plan: &Plan<'_>) -> Option<Value> {
    has_key(plan).then(|| reference(&id(KEY)))
}

/// The condition that a region is not the pipeline's.
fn beyond(region: &str) -> LogicalId {
    LogicalId::of_words(["Beyond", region])
}

fn parameter(region: &str, what: &str) -> LogicalId {
    LogicalId::of_words([region, what])
}

/// `there`, unless the region is the pipeline's own.
fn where_beyond(region: &str, there: Value, here: Value) -> Value {
    Value::function("Fn::If", vec![beyond(region).as_str().into(), there, here])
}

/// The name of the bucket in a region.
pub(super) fn bucket_in(region: &str) -> Value {
    where_beyond(region, reference(&parameter(region, BUCKET)), reference(&id(BUCKET)))
}

/// The ARN of the key in a region.
fn key_in(region: &str) -> Value {
    where_beyond(region, reference(&parameter(region, KEY)), reference(&id(KEY)))
}

/// The ARN of objects in the bucket of a region.
fn objects_in(region: &str, key: &str) -> Value {
    let there = sub(format!("arn:${{AWS::Partition}}:s3:::${{{}}}/{key}", parameter(region, BUCKET)));
    where_beyond(region, there, sub(format!("${{{BUCKET}.Arn}}/{key}")))
}

/// Adds what the pipeline's stack has to know of this.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    const ARN: &str = "arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+";
    for region in regions(plan) {
        let of = |what: &str, kind: &str| {
            let description = format!("{what} in {region}; empty where that is the pipeline's own region");
            Parameter { allowed_pattern: Some(format!("|{kind}")), ..Parameter::string(description) }
        };
        let bucket = of("Bucket for what is deployed", "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
        template.parameter(parameter(region, BUCKET), bucket);
        if has_key(plan) {
            template.parameter(parameter(region, KEY), of("Key of that bucket", ARN));
        }
    }
    if has_key(plan) {
        let key = Parameter::string("ARN of the key that what is handed over is encrypted with");
        template.parameter(id(KEY), Parameter { allowed_pattern: Some(ARN.to_owned()), ..key });
    }
    add_conditions(regions(plan), template);
}

fn add_conditions<'r>(regions: impl IntoIterator<Item = &'r str>, template: &mut Template) {
    for region in regions {
        let here = Value::function("Fn::Equals", vec![Value::pseudo("AWS::Region"), region.into()]);
        template.condition(beyond(region), Value::function("Fn::Not", vec![here]));
    }
}

/// The key, which those who decrypt what is deployed in other accounts may use. It outlives the stack, as what it encrypts does.
fn key_of(plan: &Plan<'_>, region: Option<&str>) -> Resource {
    let root = sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root");
    let mut statements = vec![property!(AWS::KMS::Key.KeyPolicy.Statement[] {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: (root) },
        Action: "kms:*",
        Resource: "*",
    })];
    statements.extend(there(plan, region, |stage| {
        let mut actions = vec!["kms:Decrypt", "kms:DescribeKey"];
        actions.extend(smoke::has_tests(stage).then_some("kms:GenerateDataKey"));
        vec![allow(plan, stage, "DeployRole", &actions, vec!["*".into()])]
    }));
    let key = resource!(AWS::KMS::Key {
        Description: (format!("What {} hands over to other accounts", plan.name)),
        EnableKeyRotation: true,
        KeyPolicy: { Version: "2012-10-17", Statement: (statements) },
    });
    key.retain_except_on_create()
}

/// What those may do with the pipeline's bucket who are in other accounts.
pub(super) fn bucket_statements(plan: &Plan<'_>, region: Option<&str>) -> Vec<Value> {
    let bucket = || attribute!(AWS::S3::Bucket, id(BUCKET), "Arn");
    let objects = |key: &str| sub(format!("${{{BUCKET}.Arn}}/{key}"));
    there(plan, region, |stage| {
        let code = objects(&format!("{}*", code_prefix(plan.app())));
        let mut statements = vec![
            allow(plan, stage, "DeployRole", &BUCKET_ACTIONS, vec![bucket()]),
            allow(plan, stage, "DeployRole", &READ, vec![objects(&keys(RELEASE_ARTIFACT))]),
            allow(plan, stage, "CloudFormationRole", &["s3:GetObject"], vec![code]),
        ];
        if smoke::has_tests(stage) {
            let outputs = objects(&keys(&format!("{OUTPUTS_ARTIFACTS}{}", stage.environment.name())));
            statements.push(allow(plan, stage, "DeployRole", &WRITE, vec![outputs]));
        }
        statements
    })
}

/// What CodePipeline looks at of a bucket.
pub(super) const BUCKET_ACTIONS: [&str; 3] = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"];
pub(super) const READ: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
pub(super) const WRITE: [&str; 2] = ["s3:PutObject", "s3:PutObjectAcl"];

/// Statements for each environment of another account that takes what is in this region: `None` is the pipeline's own.
fn there(plan: &Plan<'_>, region: Option<&str>, statements: impl Fn(&Stage<'_>) -> Vec<Value>) -> Vec<Value> {
    let of_account = plan.elsewhere().filter(|stage| stage.account().is_some());
    let of_stage = |stage: &Stage<'_>| match (region, stage.region()) {
        (Some(one), other) if other != Some(one) => Vec::new(),
        (None, Some(region)) => {
            let statements = statements(stage).into_iter();
            statements.map(|it| where_beyond(region, Value::pseudo("AWS::NoValue"), it)).collect()
        }
        _ => statements(stage),
    };
    of_account.flat_map(of_stage).collect()
}

/// A role of another account, which need not be there yet: its account is trusted for calls of this role alone.
fn allow(plan: &Plan<'_>, stage: &Stage<'_>, role: &str, actions: &[&str], on: Vec<Value>) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": {"AWS": sub(stage.arn("iam", "root"))},
        "Action": actions,
        "Resource": on,
        "Condition": {"ArnEquals": {"aws:PrincipalArn": stage.role(&plan.name, role)}},
    })
    .into()
}

/// Where CodePipeline keeps what its actions hand over: one bucket, or one for each region.
pub(super) fn of_pipeline(plan: &Plan<'_>) -> (Option<Value>, Option<Vec<Value>>) {
    let own = store(reference(&id(BUCKET)), key(plan));
    let regions = regions(plan);
    if regions.is_empty() {
        return (Some(own), None);
    }
    let of_region = |region: Value, store: Value| property!(AWS::CodePipeline::Pipeline.ArtifactStores[] { Region: (region), ArtifactStore: (store) });
    let beyond = regions.into_iter().map(|region| {
        let key = has_key(plan).then(|| reference(&parameter(region, KEY)));
        let there = of_region(region.into(), store(reference(&parameter(region, BUCKET)), key));
        where_beyond(region, there, Value::pseudo("AWS::NoValue"))
    });
    (None, Some([of_region(Value::pseudo("AWS::Region"), own)].into_iter().chain(beyond).collect()))
}

fn store(bucket: Value, key: Option<Value>) -> Value {
    let key =
        key.map(|key| property!(AWS::CodePipeline::Pipeline.ArtifactStore.EncryptionKey { Id: (key), Type: "KMS" }));
    property!(AWS::CodePipeline::Pipeline.ArtifactStore { Type: "S3", Location: (bucket), EncryptionKey: (key) })
}

/// What the pipeline's own role needs to hand over to other regions.
pub(super) fn statements(plan: &Plan<'_>) -> Vec<Statement> {
    let outputs = format!("{OUTPUTS_ARTIFACTS}*");
    let artifacts = [Some(RELEASE_ARTIFACT), smoke::is_needed(plan).then_some(&*outputs)];
    let of_region = |region| {
        let bucket = where_beyond(
            region,
            sub(format!("arn:${{AWS::Partition}}:s3:::${{{}}}", parameter(region, BUCKET))),
            attribute!(AWS::S3::Bucket, id(BUCKET), "Arn"),
        );
        let objects = artifacts.into_iter().flatten().map(|it| objects_in(region, &keys(it)));
        let objects = objects.fold(Statement::allow([READ, WRITE].concat()), Statement::on);
        let key = has_key(plan).then(|| kms(true).on(key_in(region)));
        [Statement::allow(BUCKET_ACTIONS).on(bucket), objects].into_iter().chain(key).collect::<Vec<_>>()
    };
    regions(plan).into_iter().flat_map(of_region).collect()
}

/// Where the copy of the code goes in other regions.
pub(super) fn code_in(plan: &Plan<'_>) -> Vec<Value> {
    let key = format!("{}*", code_prefix(plan.app()));
    regions(plan).into_iter().map(|region| objects_in(region, &key)).collect()
}

/// The stacks that the pipeline's own takes this from.
pub(super) fn all(plan: &Plan<'_>) -> Vec<Store> {
    let home = has_key(plan).then(|| {
        let mut template = Template::new(format!("The key of what {} hands over", plan.name));
        // Its policy knows the environments of other accounts alone.
        let of_accounts = plan.elsewhere().filter(|stage| stage.account().is_some());
        add_conditions(of_accounts.filter_map(Stage::region), &mut template);
        add_key(plan, None, id(KEY), &mut template);
        Store { region: None, stack: stack(plan, None), template }
    });
    home.into_iter().chain(regions(plan).into_iter().map(|region| of_region(plan, region))).collect()
}

fn stack(plan: &Plan<'_>, region: Option<&str>) -> String {
    let region = region.map(|region| format!("-{region}")).unwrap_or_default();
    short_name(&format!("{}-artifacts{region}", plan.name), 128)
}

fn add_key(plan: &Plan<'_>, region: Option<&str>, output: LogicalId, template: &mut Template) {
    template.resource(id(KEY), key_of(plan, region));
    let key = attribute!(AWS::KMS::Key, id(KEY), "Arn");
    template.output(output, Output::new("Key of what is handed over; it outlives this stack", key));
}

/// The stack in one of the regions, which has the bucket and its key there.
fn of_region(plan: &Plan<'_>, region: &str) -> Store {
    let mut template = Template::new(format!("What {} hands over in {region}", plan.name));
    template.resource(id(BUCKET), bucket(plan));
    template.resource(id("ArtifactsPolicy"), only_tls(&id(BUCKET), bucket_statements(plan, Some(region))));
    let what = "Bucket for what is deployed; it outlives this stack";
    template.output(parameter(region, BUCKET), Output::new(what, reference(&id(BUCKET))));
    if has_key(plan) {
        add_key(plan, Some(region), parameter(region, KEY), &mut template);
    }
    Store { region: Some(region.to_owned()), stack: stack(plan, Some(region)), template }
}
