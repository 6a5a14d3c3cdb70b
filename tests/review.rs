//! What looks at changes for the pipeline: the function as its template has it, with changes that are harmless and others.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::{Value, json};
use sparta::{
    App, Approval, Compute, Environment, Error, Function, Pipeline, Request,
    construct::{Queue, Table},
    delivery::Source,
    service_fn,
    trigger::HttpApi,
};

const STACK: &str = "Orders-main";

fn orders() -> Table {
    Table::new("orders").key("id")
}

fn pipeline() -> Pipeline {
    let connection = "arn:aws:codeconnections:eu-west-1:111111111111:connection/0a1b2c3d";
    Pipeline::github("https://github.com/acme/orders").connection(connection)
}

fn function() -> Function {
    let handler = async |_: Request| Ok::<_, Error>("Hello");
    Function::http("orders", service_fn(handler)).trigger(HttpApi::get("/orders")).uses(orders().read_write())
}

fn environments() -> [Environment; 2] {
    let environment = |name| Environment::new(name, [("MESSAGE", "Hello")]);
    let production = environment("production").approve_changes(Approval::manual().message("Go?"));
    [environment("test").approve_promotion(Approval::manual()), production]
}

fn template(function: Function, environments: impl IntoIterator<Item = Environment>, pipeline: Pipeline) -> Value {
    let app = App::new("Orders").function(function).pipeline(pipeline);
    let synthesis = environments.into_iter().fold(app, App::environment).synthesize().unwrap();
    let pipeline = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
    serde_json::from_str(&pipeline.to_json()).unwrap()
}

fn deployed() -> Value {
    static DEPLOYED: LazyLock<Value> = LazyLock::new(|| template(function(), environments(), pipeline()));
    DEPLOYED.clone()
}

/// What the function does in these cases.
fn run(cases: &[Value]) -> Vec<Value> {
    let program = deployed()["Resources"]["Review"]["Properties"]["Code"]["ZipFile"].take();
    let mut python = Command::new(sparta_test_tools::python());
    python.arg("tests/review.py").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = python.spawn().unwrap();
    let given = json!({"program": program, "cases": cases});
    python.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A push with another template than the one that is deployed.
fn pushed(template: &Value) -> Value {
    let parameters = json!([{"ParameterKey": "ConnectionArn", "ParameterValue": "arn"}, {"ParameterKey": "Gone", "ParameterValue": "x"}]);
    json!({
        "asked": {"do": "review", "stack": STACK, "template": "delivery/pipeline.json"},
        "source": {"delivery/pipeline.json": template.to_string()},
        "answers": [
            {"operation": "get_template", "of": {"StackName": STACK}, "with": [{"TemplateBody": deployed()}]},
            {"operation": "describe_stacks", "with": [{"Stacks": [{"Parameters": parameters}]}]},
            {
                "operation": "describe_stack_resource",
                "of": {"StackName": "Test-Orders-main", "LogicalResourceId": "HttpApi"},
                "with": [{"StackResourceDetail": {"PhysicalResourceId": "a1b2c3"}}],
            },
        ],
    })
}

/// The deployed template after a change of what is at a place in it.
fn with(place: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut template = deployed();
    change(template.pointer_mut(place).unwrap_or_else(|| panic!("there is no {place}")));
    template
}

const STAGES: &str = "/Resources/Pipeline/Properties/Stages";
const BUILD: &str = "/Resources/BuildRole/Properties/Policies/0/PolicyDocument/Statement";

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().unwrap().push(item);
}

#[test]
fn what_allows_no_more_and_keeps_every_gate_passes() {
    let [test, production] = environments();
    let read_only = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("Hello")))
        .trigger(HttpApi::get("/orders"))
        .uses(orders().read());
    let asking = test.clone().approve_changes(Approval::manual());
    let window = json!({"Conditions": [{
        "Result": "FAIL",
        "Rules": [{"Name": "Window", "RuleTypeId": {"Category": "Rule", "Owner": "AWS", "Provider": "DeploymentWindow", "Version": "1"}}],
    }]});
    let reordered = with(BUILD, |statements| statements.as_array_mut().unwrap().reverse());
    let split = with(BUILD, |statements| {
        let first = statements[0].clone();
        for action in first["Action"].as_array().unwrap() {
            push(statements, json!({"Sid": "One", "Effect": "Allow", "Action": action, "Resource": first["Resource"]}));
        }
        statements.as_array_mut().unwrap().remove(0);
    });
    let fewer = with(BUILD, |statements| _ = statements.as_array_mut().unwrap().pop());
    let passing = [
        ("a larger machine", template(function(), environments(), pipeline().compute(Compute::Large))),
        ("functions that may do less", template(read_only, environments(), pipeline())),
        ("another approval", template(function(), [asking, production], pipeline())),
        ("a window", with(&format!("{STAGES}/5"), |stage| stage["BeforeEntry"] = window)),
        ("statements in another order", reordered),
        ("statements that are several", split),
        ("a statement less", fewer),
        ("another description", with("", |template| template["Description"] = json!("Delivers"))),
    ];
    let results = run(&passing.each_ref().map(|(_, template)| pushed(template)));
    for ((what, _), result) in passing.iter().zip(results) {
        assert_eq!(result["said"]["Verdict"], "passes", "{what}: {}", result["said"]);
    }
}

#[test]
fn what_allows_more_or_takes_a_gate_away_waits_for_somebody() {
    let [test, production] = environments();
    let third = Environment::new("third", [("MESSAGE", "Hello")]);
    let more = function().uses(Queue::new("clicks").send());
    let ungated = Environment::new("production", [("MESSAGE", "Hello")]);
    let declared = [
        ("OrdersCloudFormation", template(more, environments(), pipeline())),
        ("stage Deploy-third is new", template(function(), [test.clone(), production.clone(), third], pipeline())),
        ("stage Deploy-production: approval ApproveChanges goes", template(function(), [test, ungated], pipeline())),
        ("PipelineUpdate goes", template(function(), environments(), pipeline().self_mutation(false))),
        (
            "ExecutionMode changes",
            template(function(), environments(), pipeline().execution_mode(sparta::ExecutionMode::Superseded)),
        ),
    ];
    for ((told, _), result) in declared.iter().zip(run(&declared.each_ref().map(|(_, template)| pushed(template)))) {
        assert_eq!(result["said"]["Verdict"], "asks", "{told}: {}", result["said"]);
        let review = result["written"]["review.txt"].as_str().unwrap();
        let told = match *told {
            "OrdersCloudFormation" => "TestCloudFormationRole may ",
            "PipelineUpdate goes" => "stage Pipeline goes",
            told => told,
        };
        assert!(review.contains(told), "{told} is not in:\n{review}");
    }
}

/// What somebody would push who wants more than he may have, and nobody to look at it.
fn attacks() -> Vec<(&'static str, Value)> {
    let skip = |provider: &str, result: &str| {
        json!({"Conditions": [{
            "Result": result,
            "Rules": [{"Name": "R", "RuleTypeId": {"Category": "Rule", "Owner": "AWS", "Provider": provider, "Version": "1"}}],
        }]})
    };
    let allow = |action: Value, resource: Value| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let build = |statement: Value| with(BUILD, |statements| push(statements, statement));
    let add = |name: &str, resource: Value| with("/Resources", |resources| resources[name] = resource);
    let stage = |number: usize, change: &dyn Fn(&mut Value)| with(&format!("{STAGES}/{number}"), change);
    let macros = json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://theirs/role.json"}});
    let late = |stage: &mut Value| {
        stage["Actions"][2]["RunOrder"] = json!(4);
        stage["Actions"][3]["RunOrder"] = json!(3);
    };
    vec![
        ("everything for the build", build(allow(json!("*"), json!("*")))),
        ("an action by a pattern", build(allow(json!("iam:Pass*"), json!("*")))),
        ("all but one action", build(json!({"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}))),
        (
            "an effect that is known later",
            build(json!({"Fn::If": ["Yes", allow(json!("*"), json!("*")), {"Ref": "AWS::NoValue"}]})),
        ),
        ("a wider resource", with(BUILD, |it| it[1]["Resource"] = json!({"Fn::Sub": "${Artifacts.Arn}/*"}))),
        (
            "policies that are known later",
            with("/Resources/BuildRole/Properties", |it| it["Policies"] = json!({"Fn::If": ["Yes", [], []]})),
        ),
        (
            "a policy from elsewhere",
            with("/Resources/BuildRole/Properties", |it| {
                it["ManagedPolicyArns"] = json!(["arn:aws:iam::aws:policy/AdministratorAccess"]);
            }),
        ),
        (
            "a condition less",
            with("/Resources/PipelineRole/Properties/AssumeRolePolicyDocument/Statement/0", |it| {
                it.as_object_mut().unwrap().remove("Condition").unwrap();
            }),
        ),
        (
            "another who takes it on",
            with("/Resources/UpdateRole/Properties/AssumeRolePolicyDocument/Statement/0", |it| {
                it["Principal"] = json!({"AWS": "222222222222"});
            }),
        ),
        ("a role of their own", add("Theirs", json!({"Type": "AWS::IAM::Role", "Fn::Transform": macros}))),
        (
            "a policy of their own",
            add("Theirs", json!({"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": "x"}})),
        ),
        ("a function of their own", add("Theirs", json!({"Type": "AWS::Lambda::Function", "Properties": {}}))),
        ("a macro", with("", |it| it["Transform"] = json!("Theirs"))),
        (
            "the bucket's policy goes",
            with("/Resources", |it| _ = it.as_object_mut().unwrap().remove("ArtifactsPolicy")),
        ),
        (
            "the bucket's policy denies less",
            with("/Resources/ArtifactsPolicy/Properties/PolicyDocument/Statement/0", |it| {
                it["Action"] = json!("s3:PutObject");
            }),
        ),
        (
            "what looks at changes is another",
            with("/Resources/Review/Properties/Code", |it| it["ZipFile"] = json!("pass")),
        ),
        (
            "the copy's steps are others",
            with("/Resources/ReleaseProject/Properties/Source", |it| it["BuildSpec"] = json!("x")),
        ),
        (
            "the build is privileged",
            with("/Resources/BuildProject/Properties/Environment", |it| it["PrivilegedMode"] = json!(true)),
        ),
        ("another API", with("/Metadata/Pins/TestHttpApiId", |it| it["Stack"] = json!("Prod-Other-main"))),
        ("another default", with("/Parameters/ConnectionArn", |it| it["Default"] = json!("arn:theirs"))),
        ("the approval comes after it", stage(5, &late)),
        ("the approval runs beside it", stage(5, &|it| it["Actions"][2]["RunOrder"] = json!(4))),
        ("another asks", stage(5, &|it| it["Actions"][2]["Configuration"]["NotificationArn"] = json!("arn:aws:sns:x"))),
        ("a stage that is skipped", stage(4, &|it| it["BeforeEntry"] = skip("VariableCheck", "SKIP"))),
        ("a rule that runs something", stage(4, &|it| it["BeforeEntry"] = skip("Commands", "FAIL"))),
        (
            "an action that runs something",
            stage(3, &|it| {
                let mut action = it["Actions"][0].clone();
                action["Name"] = json!("Theirs");
                push(&mut it["Actions"], action);
            }),
        ),
        (
            "what deploys it is another's artifact",
            stage(5, &|it| {
                it["Actions"][0]["Configuration"]["TemplatePath"] = json!("Build::cloudformation.json");
            }),
        ),
        ("the stages are in another order", with(STAGES, |it| it.as_array_mut().unwrap().swap(4, 5))),
        (
            "a stage that is known later",
            with(STAGES, |it| push(it, json!({"Fn::If": ["Yes", {"Name": "Theirs"}, {"Ref": "AWS::NoValue"}]}))),
        ),
        (
            "stages that are known later",
            with("/Resources/Pipeline/Properties", |it| it["Stages"] = json!({"Fn::If": ["Yes", [], []]})),
        ),
        ("the bucket goes with its stack", with("/Resources/Artifacts", |it| it["DeletionPolicy"] = json!("Delete"))),
    ]
}

#[test]
fn nothing_that_somebody_pushes_gets_past_who_approves() {
    let attacks = attacks();
    let results = run(&attacks.iter().map(|(_, template)| pushed(template)).collect::<Vec<_>>());
    for ((what, template), result) in attacks.iter().zip(results) {
        assert_ne!(*template, deployed(), "{what} changes nothing");
        let stopped = result["failure"].is_string() || result["said"]["Verdict"] == "asks";
        assert!(stopped, "{what}: {}", result["said"]);
    }
}

#[test]
fn what_is_deployed_already_goes_on_with_the_parameters_of_its_stack_and_the_apis_that_are_there() {
    let mut known = pushed(&deployed());
    let parameters = json!([
        {"ParameterKey": "ConnectionArn", "ParameterValue": "arn"},
        {"ParameterKey": "TestHttpApiId", "ParameterValue": "a1b2c3"},
        {"ParameterKey": "ProductionHttpApiId", "ParameterValue": "*"},
    ]);
    known["answers"][1]["with"][0]["Stacks"][0]["Parameters"] = parameters;
    let mut missing = pushed(&deployed());
    missing["source"] = json!({});
    let [first, known, missing] = &run(&[pushed(&deployed()), known, missing])[..] else { panic!() };

    let configuration: Value = serde_json::from_str(first["written"]["configuration.json"].as_str().unwrap()).unwrap();
    let expected = json!({"ConnectionArn": "arn", "TestHttpApiId": "a1b2c3", "ProductionHttpApiId": "*"});
    assert_eq!(configuration, json!({"Parameters": expected}));
    assert_eq!(first["said"]["Verdict"], "passes", "an API is known now: {}", first["said"]);
    assert_eq!(known["said"], json!({"Verdict": "same", "Changes": "nothing changes"}));
    let template: Value = serde_json::from_str(known["written"]["pipeline.json"].as_str().unwrap()).unwrap();
    assert_eq!(template, deployed());
    let told =
        "the repository has no delivery/pipeline.json: `cargo run -- build --buildspec` writes it, to be committed";
    assert_eq!(missing["failure"], told);
}

#[test]
fn it_approves_its_own_execution_alone_and_only_what_nobody_has_to_look_at() {
    let state = |execution: &str, status: &str| {
        let approval = json!({"actionName": "ApproveUpdate", "latestExecution": {"status": status, "token": "t-1"}});
        let latest = json!({"pipelineExecutionId": execution});
        json!({"stageStates": [{"stageName": "Pipeline", "latestExecution": latest, "actionStates": [approval]}]})
    };
    let case = |verdict: &str, states: &[Value]| {
        let asked = json!({
            "do": "answer", "pipeline": STACK, "stage": "Pipeline", "action": "ApproveUpdate",
            "verdict": verdict, "execution": "ours",
        });
        json!({"asked": asked, "answers": [{"operation": "get_pipeline_state", "with": states}]})
    };
    let begins = [state("ours", "Succeeded"), state("ours", "InProgress")];
    let results = run(&[
        case("passes", &begins),
        case("same", &begins),
        case("asks", &begins),
        case("#{PipelineUpdate.Verdict}", &begins),
        case("passes", &[state("theirs", "InProgress")]),
    ]);
    let approvals: Vec<usize> = results
        .iter()
        .map(|result| {
            result["calls"].as_array().unwrap().iter().filter(|it| it["operation"] == "put_approval_result").count()
        })
        .collect();
    assert_eq!(approvals, [1, 1, 0, 0, 0]);
    let call = results[0]["calls"].as_array().unwrap().last().unwrap();
    assert_eq!([&call["pipelineName"], &call["stageName"], &call["token"]], [STACK, "Pipeline", "t-1"]);
    assert_eq!(results[4]["failure"], "the approval ApproveUpdate did not begin");
}

#[test]
fn who_approves_an_environments_changes_sees_what_they_are() {
    let change = |action: &str, id: &str, kind: &str, more: Value| {
        let mut change = json!({"Action": action, "LogicalResourceId": id, "ResourceType": kind});
        change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"ResourceChange": change})
    };
    let detail = |name: &str| json!({"Target": {"Attribute": "Properties", "Name": name}});
    let replaced = json!({"Replacement": "True", "Details": [detail("KeySchema")]});
    let pages = [
        json!({"Status": "CREATE_COMPLETE", "NextToken": "2", "Changes": [
            change("Modify", "Table", "AWS::DynamoDB::Table", replaced),
        ]}),
        json!({"Status": "CREATE_COMPLETE", "Changes": [
            change("Remove", "Old", "AWS::S3::Bucket", json!({"PolicyAction": "Retain"})),
        ]}),
    ];
    let role = |actions: &[&str]| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        let policy = json!({"PolicyName": "Work", "PolicyDocument": {"Statement": [statement]}});
        json!({"TemplateBody": {"Resources": {"Worker": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}}}})
    };
    let case = |pages: &[Value], status: &str, room: usize| {
        json!({
            "asked": {"do": "show", "stack": "Prod", "changeSet": STACK, "room": room},
            "answers": [
                {"operation": "describe_change_set", "with": pages},
                {"operation": "describe_stacks", "with": [{"Stacks": [{"StackStatus": status}]}]},
                {"operation": "get_template", "of": {"ChangeSetName": STACK}, "with": [role(&["sqs:SendMessage", "sqs:PurgeQueue"])]},
                {"operation": "get_template", "with": [role(&["sqs:SendMessage"])]},
            ],
        })
    };
    let empty = json!({"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."});
    let results = run(&[
        case(&pages, "UPDATE_COMPLETE", 900),
        case(&pages, "REVIEW_IN_PROGRESS", 20),
        case(&[empty], "UPDATE_COMPLETE", 900),
    ]);
    let whole = "widens: Worker may sqs:purgequeue on *; \
                 Modify Table (AWS::DynamoDB::Table), replaced: KeySchema; Remove Old (AWS::S3::Bucket), kept";
    assert_eq!(results[0]["said"]["Changes"], whole);
    assert_eq!(results[0]["written"]["changes.txt"], whole.replace("; ", "\n"));
    assert_eq!(
        results[1]["said"]["Changes"], "Modify Table (AWS::D... (2 in all)",
        "a stack that is new has no permissions yet"
    );
    assert_eq!(results[2]["said"]["Changes"], "nothing changes");
}

#[test]
fn the_changes_of_an_environment_elsewhere_are_looked_at_there_in_the_role_for_it() {
    let role = "arn:aws:iam::222222222222:role/Orders-main-production-ReviewRole";
    let key = json!({"AccessKeyId": "lent", "SecretAccessKey": "s3cr3t", "SessionToken": "token"});
    let mut case = json!({
        "asked": {
            "do": "show", "stack": "Prod", "changeSet": STACK, "room": 900, "role": role, "region": "eu-central-1",
        },
        "answers": [
            {"operation": "assume_role", "of": {"RoleArn": role}, "with": [{"Credentials": key}]},
            {"operation": "describe_change_set", "with": [{"Status": "CREATE_COMPLETE", "Changes": [
                {"ResourceChange": {"Action": "Add", "LogicalResourceId": "Queue", "ResourceType": "AWS::SQS::Queue"}},
            ]}]},
            {"operation": "describe_stacks", "with": [{"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]}]},
            {"operation": "get_template", "with": [{"TemplateBody": {"Resources": {}}}]},
        ],
    });
    // Of an account alone, the region is the pipeline's own.
    let elsewhere = case.clone();
    case["asked"]["region"] = Value::Null;
    let results = run(&[elsewhere, case]);
    for (result, region) in results.iter().zip([json!("eu-central-1"), Value::Null]) {
        assert_eq!(result["said"]["Changes"], "Add Queue (AWS::SQS::Queue)");
        let calls = result["calls"].as_array().unwrap().iter();
        let looks: Vec<&Value> = calls
            .filter(|it| !["assume_role", "put_job_success_result"].contains(&it["operation"].as_str().unwrap()))
            .collect();
        assert_eq!(looks.len(), 4, "{looks:?}");
        assert!(looks.iter().all(|it| it["where"] == json!({"key": "lent", "region": region})), "{looks:?}");
    }
}
