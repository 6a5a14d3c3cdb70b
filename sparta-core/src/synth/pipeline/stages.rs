//! What the pipeline does, in order.

use serde_json::{Value as Json, json};

use super::{CONNECTION, Plan, Source, Stage, id};
use crate::{
    Approval,
    cfn::{Parameter, Resource, Template, Value, get_att, reference, sub},
};

/// The parameter for the version of the token: without it, CloudFormation would not see that the token is another.
const TOKEN_VERSION: &str = "TokenVersion";

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    if let Source::OAuth { .. } = plan.input.source {
        let version = Parameter::string("Version of the secret that holds GitHub's token; the current one if empty");
        template.parameter(id(TOKEN_VERSION), Parameter { default: Some(String::new()), ..version });
    }
    let mut stages =
        vec![json!({"Name": "Source", "Actions": [source(plan)]}), json!({"Name": "Build", "Actions": [build()]})];
    for stage in &plan.stages {
        stages.push(deployment(plan, stage));
        // A stage of its own: while somebody decides, later commits still reach this environment.
        if let Some(approval) = stage.input.approve_promotion {
            let actions = [manual("ApprovePromotion", approval, 1)];
            stages.push(json!({"Name": format!("Promote-{}", stage.input.name), "Actions": actions}));
        }
    }
    let properties = json!({
        // A literal name, since the environments' stacks have one too: a second stack of this template is refused.
        "Name": plan.name,
        "PipelineType": "V2",
        "ExecutionMode": "SUPERSEDED",
        "RoleArn": get_att(&id("PipelineRole"), "Arn"),
        "ArtifactStore": {"Type": "S3", "Location": reference(&id("Artifacts"))},
        "Stages": stages,
    });
    let pipeline = Resource::new("AWS::CodePipeline::Pipeline", properties);
    // It starts as soon as it exists, so its role has to be complete by then.
    let pipeline = pipeline.depends_on(id("PipelinePolicy")).depends_on(id("ArtifactsPolicy"));
    template.resource(id("Pipeline"), pipeline);
    if let Source::OAuth { .. } = plan.input.source {
        template.resource(id("WebhookSecret"), webhook_secret());
        template.resource(id("Webhook"), webhook(plan));
    }
}

fn action(name: &str, kind: [&str; 4], configuration: Json, order: u32) -> Json {
    let [category, owner, provider, version] = kind;
    json!({
        "Name": name,
        "ActionTypeId": {"Category": category, "Owner": owner, "Provider": provider, "Version": version},
        "Configuration": configuration,
        "RunOrder": order,
    })
}

fn artifacts(names: &[&str]) -> Json {
    names.iter().map(|name| json!({"Name": name})).collect()
}

fn source(plan: &Plan<'_>) -> Json {
    let (repository, branch) = (plan.repository, plan.input.pipeline.source_branch());
    let mut source = match plan.input.source {
        Source::Connection => {
            let configuration = json!({
                "ConnectionArn": reference(&id(CONNECTION)),
                "FullRepositoryId": repository.full_name(),
                "BranchName": branch,
                "DetectChanges": "true",
                "OutputArtifactFormat": "CODE_ZIP",
            });
            let mut source = action("Source", ["Source", "AWS", "CodeStarSourceConnection", "1"], configuration, 1);
            source["RoleArn"] = json!(get_att(&id("SourceRole"), "Arn"));
            source
        }
        Source::OAuth { secret_name } => {
            let configuration = json!({
                "Owner": repository.owner(),
                "Repo": repository.name(),
                "Branch": branch,
                "OAuthToken": token(secret_name),
                "PollForSourceChanges": "false",
            });
            action("Source", ["Source", "ThirdParty", "GitHub", "1"], configuration, 1)
        }
    };
    source["OutputArtifacts"] = artifacts(&["Source"]);
    source
}

/// CloudFormation looks it up when it deploys the pipeline; neither the template nor its parameters hold the token.
fn token(secret_name: &str) -> Value {
    sub(format!("{{{{resolve:secretsmanager:{secret_name}:SecretString:::${{{TOKEN_VERSION}}}}}}}"))
}

/// What GitHub signs with what it tells: made by AWS, and known to nobody.
fn webhook_secret() -> Resource {
    let secret = json!({"GenerateSecretString": {"PasswordLength": 64, "ExcludePunctuation": true}});
    Resource::new("AWS::SecretsManager::Secret", secret).delete()
}

/// GitHub tells of each push, so that nothing has to poll.
fn webhook(plan: &Plan<'_>) -> Resource {
    let branch = plan.input.pipeline.source_branch();
    let properties = json!({
        "Authentication": "GITHUB_HMAC",
        "AuthenticationConfiguration": {"SecretToken": sub("{{resolve:secretsmanager:${WebhookSecret}}}")},
        "Filters": [{"JsonPath": "$.ref", "MatchEquals": format!("refs/heads/{branch}")}],
        "RegisterWithThirdParty": true,
        "TargetAction": "Source",
        "TargetPipeline": reference(&id("Pipeline")),
        "TargetPipelineVersion": 1,
    });
    Resource::new("AWS::CodePipeline::Webhook", properties)
}

fn build() -> Json {
    let configuration = json!({"ProjectName": reference(&id("BuildProject"))});
    let mut build = action("Build", ["Build", "AWS", "CodeBuild", "1"], configuration, 1);
    build["InputArtifacts"] = artifacts(&["Source"]);
    build["OutputArtifacts"] = artifacts(&["Build", "Code"]);
    build["RoleArn"] = json!(get_att(&id("BuildActionRole"), "Arn"));
    build
}

const CLOUDFORMATION: [&str; 4] = ["Deploy", "AWS", "CloudFormation", "1"];

/// The approval is between change set and execution, in one stage: no other run can replace what was looked at.
fn deployment(plan: &Plan<'_>, stage: &Stage<'_>) -> Json {
    let name = stage.input.name;
    let mut changes = json!({
        "ActionMode": "CHANGE_SET_REPLACE",
        "ChangeSetName": plan.name,
        "StackName": stage.stack,
        "RoleArn": get_att(&stage.id("CloudFormationRole"), "Arn"),
        "TemplatePath": "Build::cloudformation.json",
        "TemplateConfiguration": format!("Build::{name}.json"),
        "ParameterOverrides": overrides(),
    });
    if let Some(capability) = plan.input.service.capability() {
        changes["Capabilities"] = json!(capability);
    }
    let execution = json!({"ActionMode": "CHANGE_SET_EXECUTE", "ChangeSetName": plan.name, "StackName": stage.stack});

    let role = get_att(&stage.id("DeployRole"), "Arn");
    let mut prepare = action("CreateChangeSet", CLOUDFORMATION, changes, 1);
    prepare["InputArtifacts"] = artifacts(&["Build", "Code"]);
    prepare["RoleArn"] = json!(role);
    let mut actions = vec![prepare];
    actions.extend(stage.input.approve_changes.map(|approval| manual("ApproveChanges", approval, 2)));
    let mut execute = action("ExecuteChangeSet", CLOUDFORMATION, execution, actions.len() as u32 + 1);
    execute["RoleArn"] = json!(role);
    actions.push(execute);
    json!({"Name": format!("Deploy-{name}"), "Actions": actions})
}

/// The template's parameters for its code, where the build's artifact `Code` is.
fn overrides() -> String {
    let of_code = |attribute: &str| json!({"Fn::GetArtifactAtt": ["Code", attribute]});
    let overrides = json!({"CodeBucket": of_code("BucketName"), "CodeKey": of_code("ObjectKey")});
    serde_json::to_string(&Value::from(overrides)).expect("parameters are JSON")
}

fn manual(name: &str, approval: &Approval, order: u32) -> Json {
    let texts = [
        ("CustomData", approval.question()),
        ("NotificationArn", approval.topic_arn()),
        ("ExternalEntityLink", approval.url()),
    ];
    let configuration: serde_json::Map<String, Json> =
        texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text?)))).collect();
    let mut action = action(name, ["Approval", "AWS", "Manual", "1"], json!(configuration), order);
    if configuration.is_empty() {
        action.as_object_mut().expect("an action is an object").remove("Configuration");
    }
    if let Some(minutes) = approval.timeout_minutes() {
        action["TimeoutInMinutes"] = json!(minutes);
    }
    action
}
