//! Resources, outputs and conditions that a service adds to its template itself.

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Environment, Error, Function, Pipeline, Request, attribute,
    cfn::{LogicalId, Output, Resource, Template, Value, join, sub},
    delivery::Source,
    iam::Statement,
    property, resource, service_fn,
    trigger::{Scope, Trigger},
};

use sparta_test_models::{constructs::constructs, models, rest::rest_apis};

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn hello() -> App {
    App::new("Hello").function(function("hello"))
}

fn template(app: &App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap().template.to_json()).unwrap()
}

fn report(app: &App) -> String {
    app.check().unwrap_err().to_string()
}

/// A bucket that a function writes to and that tells another function.
fn files() -> App {
    let bucket = resource!(AWS::S3::Bucket { VersioningConfiguration: { Status: "Enabled" } });
    let arn = attribute!(AWS::S3::Bucket, bucket, "Arn");
    let writer = function("writer")
        .variable("BUCKET", bucket.reference())
        .grant(Statement::allow(["s3:PutObject"]).on(join("", [arn.clone(), "/*".into()])))
        .grant(Statement::allow(["s3:ListBucket"]).on(arn.clone()).when(json!({"ArnEquals": {"aws:SourceArn": arn}})));
    let alarm = resource!(AWS::CloudWatch::Alarm {
        ComparisonOperator: "GreaterThanThreshold",
        EvaluationPeriods: 1,
        Namespace: "AWS/Lambda",
        MetricName: "Errors",
        Dimensions: [{ Name: "FunctionName", Value: (writer.reference()) }],
        Statistic: "Sum",
        Period: 300,
        Threshold: 0,
    });
    App::new("Files")
        .function(writer)
        .resource("WriterErrors", alarm.condition(LogicalId::new("IsLarge").unwrap()).depends_on(&bucket))
        .condition("IsLarge", json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}))
        .output("BucketName", Output::new("Where files are", bucket.reference()).export("files"))
        .resource("Files", bucket.retain())
}

#[test]
fn a_function_uses_a_resource_through_its_reference() {
    let template = template(&files());
    let resources = &template["Resources"];
    assert_eq!(resources["Files"]["DeletionPolicy"], "Retain");
    let variables = &resources["WriterFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables, &json!({"BUCKET": {"Ref": "Files"}}));
    let statements = &resources["WriterRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let arn = json!({"Fn::GetAtt": ["Files", "Arn"]});
    assert_eq!(statements[1]["Resource"], json!({"Fn::Join": ["", [arn, "/*"]]}));
    assert_eq!(statements[2]["Condition"], json!({"ArnEquals": {"aws:SourceArn": arn}}));
    assert_eq!(resources["WriterErrors"]["DependsOn"], json!(["Files"]));
    let dimension = &resources["WriterErrors"]["Properties"]["Dimensions"][0]["Value"];
    assert_eq!(dimension, &json!({"Ref": "WriterFunction"}));
    assert_eq!(template["Outputs"]["BucketName"]["Value"], json!({"Ref": "Files"}));
    files().check().unwrap_or_else(|mistakes| panic!("{mistakes}"));
}

#[test]
fn an_app_that_is_made_twice_gives_the_same_bytes() {
    let bytes = |app: &App| app.synthesize().unwrap().template.to_json();
    let app = files();
    assert_eq!(bytes(&app), bytes(&app));
    assert_eq!(bytes(&app), bytes(&files()));
    assert!(!bytes(&app).contains(":AWS::S3::Bucket>"));
}

#[test]
fn names_in_the_template_are_letters_and_digits_and_each_is_one_thing() {
    let queue = || resource!(AWS::SQS::Queue);
    let output = || Output::new("Name", "hello");
    let app = hello()
        .resource("my-queue", queue())
        .resource("Orders", queue())
        .resource("Orders", queue())
        .resource("HelloFunction", queue())
        .output("the name", output())
        .output("HelloFunction", output())
        .condition("", Value::Bool(true));
    insta::assert_snapshot!(report(&app));
}

#[test]
fn a_reference_to_a_resource_that_was_never_added_is_a_mistake() {
    let bucket = resource!(AWS::S3::Bucket);
    let app = App::new("Hello").function(function("hello").variable("BUCKET", bucket.reference()));
    insta::assert_snapshot!(report(&app));
}

/// Objects that are put into a bucket of the service's own.
#[derive(Debug)]
struct Uploads(Resource);

impl Trigger for Uploads {
    fn describe(&self) -> String {
        "uploads".to_owned()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let function = scope.function().name().to_owned();
        let buckets = sub("arn:${AWS::Partition}:s3:::*");
        let permission = scope.allow_invocation(&[&function, "UploadsPermission"], "s3.amazonaws.com", buckets);
        let tells = property!(AWS::S3::Bucket.NotificationConfiguration {
            LambdaConfigurations: [{ Event: "s3:ObjectCreated:*", Function: (scope.function_arn()) }],
        });
        scope.change(&self.0, |bucket| bucket.property("NotificationConfiguration", tells).depends_on(permission));
    }
}

#[test]
fn a_trigger_changes_a_bucket_of_the_users() {
    let bucket = resource!(AWS::S3::Bucket { VersioningConfiguration: { Status: "Enabled" } });
    let resize = function("resize").trigger(Uploads(bucket.clone()));
    let app = App::new("Images").function(resize).resource("Images", bucket.clone().retain());
    let resources = &template(&app)["Resources"];
    assert_eq!(resources["ResizeUploadsPermission"]["Properties"]["SourceAccount"], json!({"Ref": "AWS::AccountId"}));
    let expected = json!({
        "Type": "AWS::S3::Bucket",
        "DependsOn": ["ResizeUploadsPermission"],
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "NotificationConfiguration": {"LambdaConfigurations": [
                {"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["ResizeFunction", "Arn"]}},
            ]},
            "VersioningConfiguration": {"Status": "Enabled"},
        },
    });
    assert_eq!(resources["Images"], expected);
    app.check().unwrap_or_else(|mistakes| panic!("{mistakes}"));

    let circle = function("resize").variable("BUCKET", bucket.reference()).trigger(Uploads(bucket.clone()));
    let circle = report(&App::new("Images").function(circle).resource("Images", bucket));
    assert!(circle.contains("circular dependency: `Images` needs `ResizeFunction` needs `Images`"), "{circle}");

    let nowhere = function("resize").trigger(Uploads(resource!(AWS::S3::Bucket)));
    let message = "function `resize`: a trigger refers to a resource of type AWS::S3::Bucket that was never added: add it \
                   with `.resource(id, ...)`";
    assert!(report(&App::new("Images").function(nowhere)).ends_with(message));
}

fn worker() -> Resource {
    resource!(AWS::IAM::Role {
        RoleName: (sub("${AWS::StackName}-worker")),
        AssumeRolePolicyDocument: {
            Statement: [{ Effect: "Allow", Principal: { Service: "acme.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
    })
}

/// A service with a resource of a private type, which works with a role of the service's own.
fn private_type(permission: impl FnOnce(&Resource) -> Statement) -> App {
    let role = worker();
    hello()
        .type_permission("Acme::Db::Table", permission(&role))
        .resource("Table", Resource::raw("Acme::Db::Table", json!({"Role": role.attribute("Arn")})))
        .resource("Worker", role)
        .environment(Environment::new("test", ()))
        .pipeline(Pipeline::github("https://github.com/acme/hello"))
}

#[test]
fn a_permission_for_a_type_is_on_the_resource_that_it_refers_to() {
    let pass = |role: &Resource| Statement::allow(["iam:PassRole"]).on(role.attribute("Arn"));
    let synthesis = private_type(pass).synthesize().unwrap();
    let stack = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
    let stack: Json = serde_json::from_str(&stack.to_json()).unwrap();
    let mut passed = Vec::new();
    each_statement(&stack, &mut |statement| {
        if statement["Condition"].is_null() && statement["Action"].to_string().contains("iam:PassRole") {
            passed.push(statement["Resource"].clone());
        }
    });
    let worker = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/Test-Hello-main-worker";
    assert_eq!(passed, [json!({"Fn::Sub": worker})]);
}

fn each_statement(json: &Json, look: &mut impl FnMut(&Json)) {
    match json {
        Json::Object(map) if map.contains_key("Action") && map.contains_key("Effect") => look(json),
        Json::Object(map) => map.values().for_each(|value| each_statement(value, look)),
        Json::Array(items) => items.iter().for_each(|value| each_statement(value, look)),
        _ => {}
    }
}

#[test]
fn a_permission_for_a_type_that_refers_to_nothing_is_a_mistake() {
    let other = |_: &Resource| Statement::allow(["iam:PassRole"]).on(worker().attribute("Arn"));
    assert!(report(&private_type(other)).contains(
        "`App::type_permission` for `Acme::Db::Table` refers to a resource of type AWS::IAM::Role that was never added"
    ));
    let gone = |_: &Resource| Statement::allow(["iam:PassRole"]).on(LogicalId::new("Gone").unwrap().attribute("Arn"));
    assert!(report(&private_type(gone)).contains(
        "`App::type_permission` for `Acme::Db::Table` refers to `Gone`, but the template has no resource or parameter"
    ));
    let condition = |role: &Resource| {
        let key = json!({"ArnEquals": {"acme:Table": worker().attribute("Arn")}});
        Statement::allow(["iam:PassRole"]).on(role.attribute("Arn")).when(key)
    };
    assert!(report(&private_type(condition)).contains("that was never added"));
}

#[test]
fn no_condition_of_the_users_takes_the_place_of_the_one_that_bounds_roles() {
    let app = hello().condition("HasPermissionsBoundary", json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}));
    assert!(
        report(&app)
            .ends_with("the condition `HasPermissionsBoundary` is called like another one of the template: rename it")
    );
}

#[test]
fn what_the_compiler_could_not_see_is_found_by_the_check() {
    let (days, mode, name) = (31, "On", "Hello World");
    let queue = resource!(AWS::SQS::Queue { DelaySeconds: (1000) });
    let app = hello()
        .output("Url", Output::new("Address", queue.attribute("Url")))
        .output("Gone", Output::new("Gone", LogicalId::new("Gone").unwrap().attribute("Arn")))
        .resource("Orders", queue)
        .resource("Log", resource!(AWS::Logs::LogGroup { RetentionInDays: (days) }))
        .resource(
            "Files",
            resource!(AWS::S3::Bucket { BucketName: (name), VersioningConfiguration: { Status: (mode) } }),
        )
        .resource("Raw", Resource::raw("AWS::SQS::Queue", json!({"QueueNam": "x", "DelaySeconds": null})))
        .resource("Unknown", Resource::raw("AWS::SQS::Queu", json!({})))
        .resource("List", Resource::raw("Custom::List", json!({"ServiceToken": f64::NAN})));
    insta::assert_snapshot!(report(&app));
}

#[test]
fn the_models_pass_the_check() {
    for app in constructs().into_iter().chain(rest_apis()).chain([models::everything()]) {
        app.check().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    }
}

#[test]
fn a_document_from_elsewhere_is_checked_as_a_whole() {
    let document = json!({
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Nam"}, "Colour": "red"}},
            "Policy": {
                "Type": "AWS::S3::BucketPolicy", "DependsOn": "File",
                "Properties": {"Bucket": {"Ref": "Files"}, "PolicyDocument": {"Statement": []}},
            },
        },
    });
    let template = Template::from_json(&document.to_string()).unwrap();
    insta::assert_snapshot!(template.check().unwrap_err());
}
