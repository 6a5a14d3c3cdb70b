use super::*;
use crate::Alarm;

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn resources(template: &Template) -> Json {
    serde_json::from_str::<Json>(&template.to_json()).unwrap()["Resources"].clone()
}

/// The stage of this name.
fn of(template: &Template, name: &str) -> Json {
    let stages = resources(template)["Pipeline"]["Properties"]["Stages"].clone();
    stages.as_array().unwrap().iter().find(|stage| stage["Name"] == name).unwrap().clone()
}

/// The rules of a stage's condition: their result, and of each its provider and its configuration.
fn rules(conditions: &Json) -> (Json, Vec<(String, Json)>) {
    let [condition] = &conditions["Conditions"].as_array().unwrap()[..] else { panic!("{conditions}") };
    let rule =
        |rule: &Json| (rule["RuleTypeId"]["Provider"].as_str().unwrap().to_owned(), rule["Configuration"].clone());
    (condition["Result"].clone(), condition["Rules"].as_array().unwrap().iter().map(rule).collect())
}

fn gated(environments: &[Environment]) -> Template {
    template(&hello(), Source::Connection, environments, HTTP)
}

#[test]
fn an_alarm_that_rings_after_a_deployment_rolls_its_stage_back() {
    let production = stage("production")
        .stack_prefix("Prod")
        .watch(Alarm::errors("api"), minutes(10))
        .watch(Alarm::latency("api", 99.0).above(800), minutes(180));
    let template = gated(&[stage("test"), production]);
    assert_eq!(of(&template, "Deploy-test")["OnSuccess"], Json::Null);
    let alarm = |name: &str, wait: &str| {
        let name = format!("Prod-HelloPipeline-main-{name}");
        ("CloudWatchAlarm".to_owned(), json!({"AlarmName": name, "AlarmStates": "ALARM", "WaitTime": wait}))
    };
    let stage = of(&template, "Deploy-production");
    let expected = vec![alarm("ApiErrorsAlarm", "10"), alarm("ApiLatencyP99Alarm", "180")];
    assert_eq!(rules(&stage["OnSuccess"]), (json!("ROLLBACK"), expected));
    // What failed was never deployed, or CloudFormation has rolled it back.
    assert_eq!(stage["OnFailure"], Json::Null);
    let role = json!({"Fn::GetAtt": ["ProductionWatchRole", "Arn"]});
    assert_eq!(stage["OnSuccess"]["Conditions"][0]["Rules"][1]["RoleArn"], role);
    let assumed = resources(&template)["PipelinePolicy"]["Properties"]["PolicyDocument"]["Statement"][0].clone();
    assert!(assumed["Resource"].as_array().unwrap().contains(&role), "{assumed}");
}

#[test]
fn who_looks_at_alarms_may_look_at_these_alone_unless_one_is_made_of_others() {
    let look = |alarms: [Alarm; 2]| {
        let watched = alarms.into_iter().fold(stage("test"), |it, alarm| it.watch(alarm, minutes(1)));
        let role = resources(&gated(&[watched]))["TestWatchRole"]["Properties"].clone();
        let statement = role["Policies"][0]["PolicyDocument"]["Statement"][0].clone();
        assert_eq!(statement["Action"], "cloudwatch:DescribeAlarms");
        statement["Resource"].clone()
    };
    let arn = |name: &str| {
        let alarm = format!("alarm:Test-HelloPipeline-main-{name}");
        json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:{alarm}")})
    };
    let both = [Alarm::errors("api"), Alarm::throttles("api")];
    assert_eq!(look(both.clone()), json!([arn("ApiErrorsAlarm"), arn("ApiThrottlesAlarm")]));
    assert_eq!(look([Alarm::any(both), Alarm::errors("api")]), "*");
}
