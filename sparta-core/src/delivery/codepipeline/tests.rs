mod elsewhere;
mod gates;

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    App, Approval, Architecture, Compute, Environment, ExecutionMode, Mistake, PermissionsMistake, PipelineMistake,
    Problem, Push,
    cfn::{Resource, get_att},
    iam::{Statement, policy_document},
};

/// A service with one HTTP function, as `provision` would deploy it.
pub(in crate::delivery) fn service(kinds: &[&str]) -> Template {
    let mut template = Template::new("Hello");
    for kind in kinds {
        template.resource(LogicalId::of_words([*kind]), Resource::raw(*kind, properties(kind)));
    }
    template
}

/// What refers to something else, and what is as in the App's own template.
fn properties(kind: &str) -> Json {
    let function = get_att(&LogicalId::of_words(["AWS::Lambda::Function"]), "Arn");
    match kind {
        "AWS::Lambda::Function" => json!({
            "Code": {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}},
            "Role": get_att(&LogicalId::of_words(["AWS::IAM::Role"]), "Arn"),
        }),
        "AWS::IAM::Role" => {
            let logs = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"])
                .on(get_att(&LogicalId::of_words(["AWS::Logs::LogGroup"]), "Arn"));
            json!({"Policies": [{"PolicyName": "Function", "PolicyDocument": policy_document(&[logs])}]})
        }
        "AWS::Lambda::Permission" | "AWS::Lambda::EventSourceMapping" => json!({"FunctionName": function}),
        "AWS::Lambda::Url" => json!({"TargetFunctionArn": function}),
        _ => json!({}),
    }
}

pub(in crate::delivery) const HTTP: &[&str] = &[
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
];

const EVERYTHING: &[&str] = &[
    "AWS::ApiGatewayV2::Api",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
];

pub(in crate::delivery) fn stage(name: &str) -> Environment {
    Environment::new(name, ())
}

/// A service of these environments with this template.
pub(in crate::delivery) fn synthesis(environments: &[Environment], template: Template) -> Synthesis {
    let app = environments.iter().cloned().fold(App::new("HelloPipeline"), App::environment);
    Synthesis { model: app.model(), template }
}

fn template(pipeline: &Pipeline, source: Source<'_>, environments: &[Environment], kinds: &[&str]) -> Template {
    let synthesis = synthesis(environments, service(kinds));
    let template = synthesis.pipeline(pipeline, source).unwrap();
    assert_eq!(template.dangling_references(), Vec::<String>::new());
    assert_eq!(synthesis.pipeline(pipeline, source).unwrap().to_json(), template.to_json());
    template
}

fn hello() -> Pipeline {
    Pipeline::github("https://github.com/acme/hello-pipeline")
}

/// The service of the guide: test, then production, with a gate before and after.
pub(super) fn guide(source: Source<'_>) -> Template {
    guided(&hello(), source)
}

/// The same, delivered by this pipeline.
pub(super) fn guided(pipeline: &Pipeline, source: Source<'_>) -> Template {
    let promote = Approval::manual().message("Create a change set for production?");
    let change = Approval::manual().message("Make these production changes?");
    let test = stage("test").approve_promotion(promote);
    let production = stage("production").stack_prefix("Prod").approve_changes(change);
    template(pipeline, source, &[test, production], HTTP)
}

/// `Stage: Action@RunOrder, ...` for each stage.
fn flow(template: &Template) -> Vec<String> {
    let json: Json = serde_json::from_str(&template.to_json()).unwrap();
    let stages = json["Resources"]["Pipeline"]["Properties"]["Stages"].as_array().unwrap();
    let action = |action: &Json| format!("{}@{}", action["Name"].as_str().unwrap(), action["RunOrder"]);
    let actions = |stage: &Json| -> Vec<String> { stage["Actions"].as_array().unwrap().iter().map(action).collect() };
    stages.iter().map(|stage| format!("{}: {}", stage["Name"].as_str().unwrap(), actions(stage).join(", "))).collect()
}

#[test]
fn the_guides_pipeline_with_a_connection() {
    insta::assert_snapshot!(guide(Source::Connection).to_json());
}

#[test]
fn the_guides_pipeline_with_a_token() {
    insta::assert_snapshot!(guide(Source::OAuth { secret_name: "sparta/HelloPipeline-main/github" }).to_json());
}

#[test]
fn one_environment_of_every_resource() {
    let arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";
    let pipeline = hello().branch("feature/x").connection(arn).compute(Compute::Large).buildspec("ci/build.yml");
    let secret = "{{resolve:secretsmanager:staging/db:SecretString:password}}";
    let staging = Environment::new("staging", [("PASSWORD", secret)]);
    insta::assert_snapshot!(template(&pipeline, Source::Connection, &[staging], EVERYTHING).to_json());
}

#[test]
fn pushes_start_it_in_place_of_each_to_its_branch() {
    let pushes = |pipeline: &Pipeline| {
        let template = template(pipeline, Source::Connection, &[stage("test")], HTTP);
        let json: Json = serde_json::from_str(&template.to_json()).unwrap();
        let pipeline = json["Resources"]["Pipeline"]["Properties"].clone();
        let detect = pipeline["Stages"][0]["Actions"][0]["Configuration"]["DetectChanges"].clone();
        (detect, pipeline["Triggers"].clone(), pipeline["ExecutionMode"].clone())
    };
    assert_eq!(pushes(&hello()), (json!("true"), Json::Null, json!("QUEUED")));

    let release =
        Push::branches(["main", "release/*"]).except(["release/old"]).paths(["src/**"]).except_paths(["**/*.md"]);
    let both = hello().on(release).on(Push::tag("v*")).execution_mode(ExecutionMode::Superseded);
    let expected = json!([{
        "ProviderType": "CodeStarSourceConnection",
        "GitConfiguration": {
            "SourceActionName": "Source",
            "Push": [
                {
                    "Branches": {"Includes": ["main", "release/*"], "Excludes": ["release/old"]},
                    "FilePaths": {"Includes": ["src/**"], "Excludes": ["**/*.md"]},
                },
                {"Tags": {"Includes": ["v*"]}},
            ],
        },
    }]);
    assert_eq!(pushes(&both), (json!("false"), expected, json!("SUPERSEDED")));

    let token = Source::OAuth { secret_name: "sparta/x/github-token" };
    let refused = synthesis(&[stage("test")], service(HTTP)).pipeline(&both, token).unwrap_err();
    assert!(refused.to_string().contains("give `--connection`, or remove `Pipeline::on(..)`"), "{refused}");
}

#[test]
fn topics_chats_and_addresses_hear_of_executions() {
    let topic = "arn:aws:sns:eu-central-1:111111111111:builds";
    let chat = "arn:aws:chatbot::111111111111:chat-configuration/slack-channel/builds";
    let listened =
        hello().name("p".repeat(100)).notify(topic).notify("ada@acme.example").notify(chat).notify("bob@acme.example");
    let template = template(&listened, Source::Connection, &[stage("test")], HTTP);
    let json: Json = serde_json::from_str(&template.to_json()).unwrap();
    let rule = &json["Resources"]["NotificationRule"];
    assert_eq!(rule["DependsOn"], json!(["NotificationsPolicy"]));
    let own = json!({"Ref": "Notifications"});
    let targets = [("SNS", json!(topic)), ("AWSChatbotClient", json!(chat)), ("SNS", own)];
    let targets = targets.map(|(kind, address)| json!({"TargetType": kind, "TargetAddress": address}));
    assert_eq!(rule["Properties"]["Targets"], json!(targets));
    assert_eq!(rule["Properties"]["Name"].as_str().unwrap().len(), 64);
    let mails = &json["Resources"]["Notifications"]["Properties"]["Subscription"];
    let mail = |address: &str| json!({"Protocol": "email", "Endpoint": address});
    assert_eq!(*mails, json!([mail("ada@acme.example"), mail("bob@acme.example")]));

    let only_topic = self::template(&hello().notify(topic), Source::Connection, &[stage("test")], HTTP);
    let json: Json = serde_json::from_str(&only_topic.to_json()).unwrap();
    assert!(
        json["Resources"]["Notifications"].is_null() && json["Resources"]["NotificationRule"]["DependsOn"].is_null()
    );
}

#[test]
fn three_environments_with_every_option_of_a_gate() {
    let gate = Approval::manual()
        .message("Go on?")
        .notify("arn:aws:sns:eu-west-1:123456789012:releases")
        .link("https://example.com/releases")
        .timeout(Duration::from_secs(24 * 60 * 60));
    let environments = [
        stage("test").approve_promotion(gate.clone()),
        stage("staging").approve_changes(gate.clone()).approve_promotion(Approval::manual()),
        stage("production").stack_prefix("Prod").approve_changes(gate),
    ];
    let template = template(&hello(), Source::Connection, &environments, HTTP);
    assert_eq!(
        flow(&template),
        [
            "Source: Source@1",
            "Pipeline: Review@1, CreateChangeSet@2, ApproveUpdate@3, Answer@3, ExecuteChangeSet@4",
            "Build: Build@1, Release@2",
            "Deploy-test: CreateChangeSet@1, ExecuteChangeSet@2",
            "Promote-test: ApprovePromotion@1",
            "Deploy-staging: CreateChangeSet@1, ShowChanges@2, ApproveChanges@3, ExecuteChangeSet@4",
            "Promote-staging: ApprovePromotion@1",
            "Deploy-production: CreateChangeSet@1, ShowChanges@2, ApproveChanges@3, ExecuteChangeSet@4",
        ]
    );
    insta::assert_snapshot!(template.to_json());
}

#[test]
fn the_image_has_the_functions_architecture() {
    let app = App::new("HelloPipeline").architecture(Architecture::Arm64).environment(stage("test"));
    let synthesis = Synthesis { model: app.model(), template: service(HTTP) };
    let json = synthesis.pipeline(&hello(), Source::Connection).unwrap().to_json();
    assert!(json.contains("aws/codebuild/amazonlinux-aarch64-standard:4.0") && json.contains("ARM_CONTAINER"));
}

#[test]
fn names_that_one_id_would_stand_for_get_roles_of_their_own() {
    let environments = [stage("te-st"), stage("TeSt")];
    let template = template(&hello(), Source::Connection, &environments, HTTP);
    let roles: Vec<&str> =
        template.resources().keys().map(LogicalId::as_str).filter(|id| id.ends_with("DeployRole")).collect();
    assert_eq!(roles, ["TeSt2DeployRole", "TeStDeployRole"]);
}

#[test]
fn pipelines_of_other_apps_and_branches_share_no_name() {
    let names = |app: &str, branch: &str| -> Vec<String> {
        let app = App::new(app).environment(stage("test")).environment(stage("production"));
        let synthesis = Synthesis { model: app.model(), template: service(HTTP) };
        let pipeline = synthesis.pipeline(&hello().branch(branch), Source::Connection).unwrap();
        let json: Json = serde_json::from_str(&pipeline.to_json()).unwrap();
        let mut found = Vec::new();
        physical_names(&json["Resources"], &mut found);
        found
    };
    let mut seen: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for place in [("Hello", "main"), ("Hello", "feature/x"), ("Hello", "feature-x"), ("Other", "main")] {
        for name in names(place.0, place.1) {
            if let Some(other) = seen.insert(name.clone(), place) {
                assert_eq!(other, place, "{name}");
            }
        }
    }
    assert!(seen.contains_key("Hello-main") && seen.contains_key("Test-Other-main"), "{seen:?}");
}

/// The literal names that AWS knows once per account and region.
fn physical_names(resources: &Json, found: &mut Vec<String>) {
    for resource in resources.as_object().unwrap().values() {
        let properties = &resource["Properties"];
        for key in ["Name", "BucketName", "RoleName", "LogGroupName"] {
            found.extend(properties[key].as_str().map(str::to_owned));
        }
        for stage in properties["Stages"].as_array().into_iter().flatten() {
            let actions = stage["Actions"].as_array().unwrap();
            found.extend(actions.iter().filter_map(|a| Some(a["Configuration"]["StackName"].as_str()?.to_owned())));
        }
    }
}

#[test]
fn a_token_is_only_ever_a_reference_to_its_secret() {
    let json: Json = serde_json::from_str(&guide(Source::OAuth { secret_name: "my/token" }).to_json()).unwrap();
    let parameters = json["Parameters"].as_object().unwrap();
    assert_eq!(
        parameters.keys().collect::<Vec<_>>(),
        ["ProductionAwsApiGatewayV2ApiId", "TestAwsApiGatewayV2ApiId", "TokenVersion"]
    );
    assert_eq!(parameters["TokenVersion"]["Default"], "");
    let source = &json["Resources"]["Pipeline"]["Properties"]["Stages"][0]["Actions"][0]["Configuration"];
    let reference = "{{resolve:secretsmanager:my/token:SecretString:::${TokenVersion}}}";
    assert_eq!(source["OAuthToken"], json!({"Fn::Sub": reference}));
    // What GitHub signs with is a secret of its own.
    assert_eq!(
        json["Resources"]["Webhook"]["Properties"]["AuthenticationConfiguration"]["SecretToken"],
        json!({"Fn::Sub": "{{resolve:secretsmanager:${WebhookSecret}}}"})
    );
}

#[test]
fn what_a_pipeline_cannot_do_is_reported_in_one_go() {
    let pipeline = Pipeline::github("https://example.com").branch("a b");
    let synthesis = synthesis(&[stage("test")], service(&["AWS::Pinpoint::App"]));
    let mistakes = synthesis.pipeline(&pipeline, Source::Connection).unwrap_err();
    let problems: Vec<&Problem> = mistakes.iter().map(Mistake::problem).collect();
    let [repository, branch, resource_type] = problems[..] else { panic!("{mistakes}") };
    assert!(matches!(repository.downcast_ref(), Some(PipelineMistake::Repository(_))), "{mistakes}");
    assert!(matches!(branch.downcast_ref(), Some(PipelineMistake::Branch(_))), "{mistakes}");
    assert!(matches!(resource_type.downcast_ref(), Some(PermissionsMistake::ResourceType(_))), "{mistakes}");
}

/// The mistakes of a service with these resources, delivered by a pipeline of this name.
fn refused(name: &str, resources: Json) -> Vec<String> {
    let mut service = Template::new("Hello");
    for (id, resource) in resources.as_object().unwrap() {
        let kind = resource["Type"].as_str().unwrap();
        service.resource(LogicalId::of_words([id.as_str()]), Resource::raw(kind, resource["Properties"].clone()));
    }
    let synthesis = synthesis(&[stage("test"), stage("production")], service);
    let Err(mistakes) = synthesis.pipeline(&hello().name(name), Source::Connection) else { return Vec::new() };
    mistakes.iter().map(|mistake| mistake.problem().to_string()).collect()
}

#[test]
fn what_would_take_rights_on_anything_is_told_once_with_the_way_out() {
    let unknown = json!({"Fn::ImportValue": "elsewhere"});
    let resources = json!({
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Arn": "a", "Id": "i", "RoleArn": unknown}]}},
        "Seed": {"Type": "Custom::Seed", "Properties": {"ServiceToken": unknown}},
        "Policy": {"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": unknown, "PolicyName": "p"}},
        "Team": {"Type": "AWS::IAM::Group", "Properties": {}},
        "Shared": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": ["shared"], "PolicyName": "p"}},
        "Mine": {"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": "arn:aws:iam::aws:policy/X"}},
        "Their": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": unknown}]}},
    });
    insta::assert_snapshot!(refused("Delivery", resources).join("\n"));
}

#[test]
fn a_pipeline_is_not_within_reach_of_what_it_deploys() {
    for name in ["Test-HelloPipeline-main", "Test-HelloPipeline-main-pipeline"] {
        let told = refused(name, json!({}));
        assert!(told.len() == 1 && told[0].contains(name) && told[0].contains("--pipeline"), "{told:?}");
    }
    for name in ["Test-HelloPipeline-mainline", "Test-HelloPipeline", "HelloPipeline-main"] {
        assert_eq!(refused(name, json!({})), Vec::<String>::new());
    }
}

#[test]
fn environments_whose_names_are_cut_where_they_differ_are_not_within_each_others_reach() {
    let told = |start: &str| {
        let environments = ["a", "b"].map(|end| stage(&format!("{start}-{end}")));
        let synthesis = synthesis(&environments, service(&["AWS::IAM::Role", "AWS::Logs::LogGroup"]));
        let pipeline = hello().name("Delivery");
        synthesis.pipeline(&pipeline, Source::Connection).err().map(|mistakes| mistakes.to_string())
    };
    assert_eq!(told("customer"), None);
    let mistakes = told("production-for-customers-in-the-north-of-the-region").unwrap();
    assert!(mistakes.contains("`Environment::stack_prefix`") && mistakes.contains("region-b"), "{mistakes}");
}

#[test]
fn every_policy_has_statements_even_where_there_is_nothing_to_allow() {
    for (kind, properties) in [("AWS::IAM::Role", json!({})), ("AWS::CloudFormation::WaitConditionHandle", json!({}))] {
        let mut service = Template::new("Hello");
        service.resource(id("It"), Resource::raw(kind, properties));
        let synthesis = synthesis(&[stage("test")], service);
        let json = synthesis.pipeline(&hello(), Source::Connection).unwrap().to_json();
        assert!(!json.replace(char::is_whitespace, "").contains(r#""Statement":[]"#), "{kind}: {json}");
    }
}

#[test]
fn no_role_may_do_more_than_its_purpose() {
    let everything = template(&hello(), Source::Connection, &[stage("test")], EVERYTHING);
    let json: Json = serde_json::from_str(&everything.to_json()).unwrap();
    let resources = json["Resources"].as_object().unwrap().values();
    let documents = resources.flat_map(|resource| {
        let properties = &resource["Properties"];
        let own = properties["Policies"].as_array().into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        own.chain((resource["Type"] == "AWS::IAM::Policy").then(|| &properties["PolicyDocument"])).collect::<Vec<_>>()
    });
    let mut statements = 0;
    for statement in documents.flat_map(|document| document["Statement"].as_array().unwrap()) {
        statements += 1;
        let actions = match &statement["Action"] {
            Json::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        assert!(actions.iter().all(|action| !action.as_str().unwrap().contains('*')), "{statement}");
        if statement["Resource"] == "*" {
            // IAM knows no resource of these.
            let unlimited =
                ["codeconnections:CreateConnection", "codepipeline:PutJob", "lambda:ListFunctions", "logs:Describe"];
            let begins = |action: &Json| unlimited.iter().any(|it| action.as_str().unwrap().starts_with(it));
            let reads = actions.iter().all(begins);
            assert!(reads || statement.get("Condition").is_some(), "{statement}");
        }
        if actions.iter().any(|action| action == "iam:PassRole") {
            assert!(statement["Condition"]["StringEquals"]["iam:PassedToService"].is_string(), "{statement}");
        }
    }
    assert!(statements > 20, "{statements}");
}
