//! How long a crate of 200 `resource!` calls takes to compile, against the same with `serde_json::json!`.
//!
//! `cargo run --release -p sparta-bench --bin resources`

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const CALLS: usize = 200;
const ROUNDS: usize = 7;

/// Resources as services have them; `NAME` and `ARN` are expressions.
const RESOURCES: [(&str, &str); 10] = [
    (
        "AWS::S3::Bucket",
        r#"{
        "BucketName": NAME,
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": 90}]},
        "Tags": [{"Key": "app", "Value": NAME}]
    }"#,
    ),
    (
        "AWS::SQS::Queue",
        r#"{"VisibilityTimeout": 60, "RedrivePolicy": {"deadLetterTargetArn": ARN, "maxReceiveCount": 5}}"#,
    ),
    (
        "AWS::DynamoDB::Table",
        r#"{
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}
    }"#,
    ),
    (
        "AWS::Lambda::Function",
        r#"{
        "Code": {"S3Bucket": NAME, "S3Key": "code.zip"},
        "Role": ARN,
        "Handler": "hello",
        "Runtime": "provided.al2023",
        "MemorySize": 256,
        "Timeout": 30,
        "Environment": {"Variables": {"TABLE": NAME, "LEVEL": "info"}}
    }"#,
    ),
    (
        "AWS::IAM::Role",
        r#"{
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ]
        },
        "Policies": [{
            "PolicyName": "Work",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ARN}]
            }
        }]
    }"#,
    ),
    (
        "AWS::CloudWatch::Alarm",
        r#"{
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": NAME}],
        "Statistic": "Sum",
        "Period": 300,
        "Threshold": 0
    }"#,
    ),
    ("AWS::Events::Rule", r#"{"ScheduleExpression": "rate(5 minutes)", "Targets": [{"Id": "Function", "Arn": ARN}]}"#),
    ("AWS::SNS::Topic", r#"{"DisplayName": NAME, "Subscription": [{"Protocol": "sqs", "Endpoint": ARN}]}"#),
    (
        "AWS::EC2::SecurityGroup",
        r#"{
        "GroupDescription": "web",
        "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]
    }"#,
    ),
    ("AWS::Logs::LogGroup", r#"{"LogGroupName": NAME, "RetentionInDays": 30}"#),
];

/// What is compiled: a file of the generated crate, and how a call in it is written.
struct Variant {
    name: &'static str,
    call: fn(kind: &str, properties: &str) -> String,
    result: &'static str,
}

const VARIANTS: [Variant; 2] = [
    Variant {
        name: "json",
        call: |_, properties| format!("serde_json::json!({properties})"),
        result: "serde_json::Value",
    },
    Variant {
        name: "resource",
        call: |kind, properties| format!("sparta_core::resource!({kind} {properties})"),
        result: "sparta_core::cfn::Resource",
    },
];

fn main() -> Result<()> {
    let folder = env::current_exe()?.with_file_name("sparta-bench-resources");
    for variant in &VARIANTS {
        write(&folder, variant)?;
        compile(&folder, variant.name, "build")?;
    }
    println!("| {CALLS} calls | json! | resource! | ratio |\n| --- | ---: | ---: | ---: |");
    for command in ["check", "build"] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..=ROUNDS {
            for (variant, times) in VARIANTS.iter().zip(&mut times) {
                times.push(compile(&folder, variant.name, command)?);
            }
        }
        // The first one of each finds nothing compiled.
        let [json, resource] = times.map(|times| median(times[1..].to_vec()));
        let ratio = resource.as_secs_f64() / json.as_secs_f64();
        println!("| cargo {command} | {json:.2?} | {resource:.2?} | {ratio:.2} |");
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A crate of its own for each, so that nothing but the calls differs.
fn write(folder: &Path, variant: &Variant) -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let folder = folder.join(variant.name);
    fs::create_dir_all(folder.join("src"))?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = format!(
        "[package]\nname = \"calls-of-{}\"\nedition = \"2024\"\n\n[dependencies]\nserde_json = \"1\"\n\
         sparta-core = {{ path = {:?} }}\n\n[workspace]\n",
        variant.name,
        root.join("sparta-core"),
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut code = String::from("#![allow(unused_parens)]\n");
    for number in 0..CALLS {
        let (kind, properties) = RESOURCES[number % RESOURCES.len()];
        let properties = properties.replace("NAME", "(name)").replace("ARN", "(arn)");
        let call = (variant.call)(kind, &properties);
        code += &format!(
            "pub fn f{number}(name: &str, arn: &str) -> {} {{\n    _ = (name, arn);\n    {call}\n}}\n\n",
            variant.result
        );
    }
    fs::write(folder.join("src/lib.rs"), code)?;
    Ok(())
}

/// Compiles the crate anew, and nothing that it depends on.
fn compile(folder: &Path, name: &str, command: &str) -> Result<Duration> {
    let crate_folder = folder.join(name);
    let source = crate_folder.join("src/lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let mut cargo = Command::new("cargo");
    cargo.args([command, "--quiet", "--offline"]).current_dir(&crate_folder);
    cargo.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS");
    let start = Instant::now();
    let status = cargo.status()?;
    let time = start.elapsed();
    if status.success() { Ok(time) } else { Err(format!("{name}: cargo {command} failed").into()) }
}
