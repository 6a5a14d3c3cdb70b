use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::{
    Alarm, App, Canary, Environment, Error, Function, LambdaEvent, Pipeline, Request, service_fn, trigger::HttpApi,
};

fn api() -> Function {
    Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello"))).trigger(HttpApi::get("/"))
}

fn migrate() -> Function {
    Function::event("migrate", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())))
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn watched(name: &str, canary: Canary) -> Environment {
    Environment::new(name, ()).canary(canary).watch(Alarm::errors("api").above(0), minutes(10))
}

fn template(app: &App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json()).unwrap()
}

fn mistakes(app: &App) -> String {
    app.validate().unwrap_err().to_string()
}

#[test]
fn an_alias_moves_by_and_by_in_the_environments_that_say_so() {
    let app = App::new("Links")
        .function(api())
        .environment(Environment::new("test", ()))
        .environment(watched("eu", Canary::percent(10)))
        .environment(watched("us", Canary::percent(20).every(minutes(5))));
    let template = template(&app);
    let resources = &template["Resources"];
    assert_eq!(
        template["Parameters"]["TrafficShifting"]["AllowedValues"],
        json!(["", "Canary10Percent5Minutes", "Linear20PercentEvery5Minutes"])
    );
    let update = json!({"CodeDeployLambdaAliasUpdate": {
        "ApplicationName": {"Ref": "TrafficShiftingApplication"}, "DeploymentGroupName": {"Ref": "ApiCanary"},
    }});
    let policy = &resources["ApiAlias"]["UpdatePolicy"];
    assert_eq!(*policy, json!({"Fn::If": ["MovesTraffic", update, {"Ref": "AWS::NoValue"}]}));
    let group = &resources["ApiCanary"];
    assert_eq!(group["Condition"], "MovesTraffic");
    assert_eq!(
        group["Properties"]["DeploymentConfigName"],
        json!({"Fn::If": [
            "IsLinear20PercentEvery5Minutes",
            {"Ref": "Linear20PercentEvery5Minutes"},
            {"Fn::Sub": "CodeDeployDefault.Lambda${TrafficShifting}"},
        ]})
    );
    assert_eq!(group["Properties"]["AlarmConfiguration"]["Alarms"], json!([{"Name": {"Ref": "ApiErrorsAlarm"}}]));
    let config = &resources["Linear20PercentEvery5Minutes"];
    assert_eq!(config["Condition"], "IsLinear20PercentEvery5Minutes");
    assert_eq!(
        config["Properties"]["TrafficRoutingConfig"],
        json!({"Type": "TimeBasedLinear", "TimeBasedLinear": {"LinearPercentage": 20, "LinearInterval": 5}})
    );
    let values = |name: &str| {
        let model = app.validate().unwrap();
        model.environment(name).unwrap().configuration().parameters.get("TrafficShifting").cloned()
    };
    assert_eq!(values("test"), None);
    assert_eq!(values("eu").unwrap(), "Canary10Percent5Minutes");
    assert_eq!(values("us").unwrap(), "Linear20PercentEvery5Minutes");
}

#[test]
fn what_moves_traffic_may_move_the_own_aliases_and_look_at_the_own_alarms() {
    let app = App::new("Links").function(api()).environment(watched("eu", Canary::percent(10)));
    let role = template(&app)["Resources"]["TrafficShiftingRole"]["Properties"].take();
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(
        statements[0]["Resource"],
        json!([{"Fn::GetAtt": ["ApiFunction", "Arn"]}, {"Fn::Sub": "${ApiFunction.Arn}:live"}]),
        "{statements}"
    );
    let alarm =
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-ApiErrorsAlarm";
    assert_eq!(statements[1]["Resource"], json!({"Fn::Sub": alarm}), "{statements}");
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
    assert_eq!(trust["StringEquals"]["aws:SourceAccount"], json!({"Ref": "AWS::AccountId"}));
}

#[test]
fn functions_without_a_canary_stay_as_they_are() {
    let report = Function::event("report", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let app = App::new("Links")
        .function(api())
        .function(report.without_canary())
        .function(migrate())
        .environment(watched("eu", Canary::percent(10)).migration("migrate"));
    let resources = template(&app)["Resources"].take();
    assert!(resources.get("ApiAlias").is_some());
    for id in ["ReportAlias", "ReportCanary", "MigrateAlias", "MigrateCanary"] {
        assert_eq!(resources.get(id), None);
    }
}

#[test]
fn a_migration_runs_after_its_code_is_there_and_before_any_other_is() {
    let app = App::new("Links")
        .function(api())
        .function(migrate())
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()).migration("migrate"));
    let template = template(&app);
    let resources = &template["Resources"];
    let migration = &resources["Migration"];
    assert_eq!((&migration["Type"], &migration["Condition"]), (&json!("Custom::Migration"), &Json::Null));
    assert_eq!(migration["Properties"]["Run"], json!({"Ref": "MigrationFunction"}));
    assert_eq!(migration["Properties"]["Functions"], json!({"migrate": {"Ref": "MigrateFunction"}}));
    assert_eq!(template["Parameters"]["MigrationFunction"]["AllowedValues"], json!(["", "migrate"]));
    assert_eq!(migration["Properties"]["Code"], json!({"Ref": "CodeKey"}));
    let waits = |id: &str| {
        let on = resources[id]["DependsOn"].as_array().into_iter().flatten();
        on.filter(|it| **it == "Migration").count()
    };
    assert_eq!((waits("ApiFunction"), waits("MigrateFunction")), (1, 0));
    let may = &resources["MigrationRunnerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(may[1]["Resource"], json!({"Ref": "AWS::StackId"}));
    assert_eq!(may[2]["Resource"], json!({"Fn::GetAtt": ["MigrateFunction", "Arn"]}));
    assert_eq!(resources["MigrationRunnerOnce"]["Properties"]["MaximumRetryAttempts"], 0);
    let model = app.validate().unwrap();
    let value =
        |name: &str| model.environment(name).unwrap().configuration().parameters.get("MigrationFunction").cloned();
    assert_eq!((value("test"), value("production")), (None, Some("migrate".to_owned())));
}

#[test]
fn without_either_the_template_has_nothing_of_them() {
    let plain = template(&App::new("Links").function(api()).environment(Environment::new("test", ())));
    let text = plain.to_string();
    assert!(!text.contains("CodeDeploy") && !text.contains("Migration") && !text.contains("TrafficShifting"), "{text}");
}

#[test]
fn what_could_not_move_or_migrate_is_a_mistake_with_its_remedy() {
    let app = |environment: Environment| App::new("Links").function(api()).environment(environment);
    let environment = || Environment::new("eu", ());
    for (app, expected) in [
        (app(environment().canary(Canary::percent(10))), "its canary watches no alarm"),
        (app(watched("eu", Canary::percent(0))), "its canary moves 0 percent"),
        (
            app(environment().migration("migrat")),
            "its migration `migrat` is no function of the app: the functions are api",
        ),
        (
            app(environment().migration("migrate")).function(migrate().timeout(Duration::from_secs(900))),
            "may take 900 seconds, and what waits for it is stopped after 900: give it at most 870",
        ),
        (
            app(environment().migration("migrate")).function(migrate().alias("live")),
            "its migration `migrate` has an alias",
        ),
        (
            App::new("Links").function(api().without_canary()).environment(watched("eu", Canary::percent(10))),
            "its canary has nothing to move",
        ),
    ] {
        let found = mistakes(&app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn a_pipeline_may_deploy_both() {
    let app = App::new("Links")
        .function(api())
        .function(migrate())
        .environment(watched("eu", Canary::percent(20).every(minutes(5))).migration("migrate"))
        .pipeline(Pipeline::github("https://github.com/acme/links"));
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let pipeline = synthesis.model.pipeline().unwrap();
    let roles = synthesis.deployment_roles(pipeline).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let on = |action: &str| -> Vec<String> {
        let allowing = roles[0].statements.iter().filter(|it| it.actions().iter().any(|allowed| allowed == action));
        let resources = allowing.flat_map(|statement| statement.resources());
        let mut found: Vec<String> = resources.map(|it| json!(it)["Fn::Sub"].as_str().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    let arn = |service: &str, resource: &str| {
        format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
    };
    let own_config = arn("codedeploy", "deploymentconfig:Eu-Links-main-Linear20PercentEvery5Minutes");
    for (action, expected) in [
        ("codedeploy:CreateDeployment", vec![arn("codedeploy", "deploymentgroup:Eu-Links-main/api")]),
        ("codedeploy:CreateDeploymentConfig", vec![own_config.clone()]),
        (
            "codedeploy:GetDeploymentConfig",
            vec![arn("codedeploy", "deploymentconfig:CodeDeployDefault.Lambda*"), own_config],
        ),
        ("codedeploy:RegisterApplicationRevision", vec![arn("codedeploy", "application:Eu-Links-main")]),
        ("lambda:UpdateAlias", vec![arn("lambda", "function:Eu-Links-main-*")]),
        ("lambda:InvokeFunction", vec![arn("lambda", "function:Eu-Links-main-*")]),
    ] {
        assert_eq!(on(action), expected, "{action}");
    }
}
