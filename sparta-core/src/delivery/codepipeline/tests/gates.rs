use super::*;
use crate::{Alarm, Variable, VariableCheck, Window};

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
    template(&hello(), Source::Connection, environments, &["AWS::SQS::Queue"])
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

#[test]
fn a_window_stands_before_the_stage_and_what_is_the_same_in_a_wave_is_checked_once() {
    let office = || Window::cron("*  * 8-17 ? * MON-THU").time_zone("Europe/Berlin");
    let rule = |cron: &str, zone: Option<&str>| {
        let mut configuration = json!({"Cron": cron});
        configuration.as_object_mut().unwrap().extend(zone.map(|zone| ("TimeZone".to_owned(), json!(zone))));
        ("DeploymentWindow".to_owned(), configuration)
    };
    let template = gated(&[
        stage("test").window(Window::cron("* * * ? JAN-NOV *")),
        stage("berlin").wave("eu").window(office()),
        stage("paris").wave("eu").window(office()),
        stage("dublin").wave("eu").window(Window::cron("* * 9-16 ? * FRI")),
    ]);
    let entry = |name: &str| rules(&of(&template, name)["BeforeEntry"]);
    assert_eq!(entry("Deploy-test"), (json!("FAIL"), vec![rule("* * * ? JAN-NOV *", None)]));
    let both = vec![rule("* * 8-17 ? * MON-THU", Some("Europe/Berlin")), rule("* * 9-16 ? * FRI", None)];
    assert_eq!(entry("Deploy-eu"), (json!("FAIL"), both));
}

#[test]
fn environments_of_a_wave_are_one_stage_with_what_each_of_them_has() {
    let question = |text: &str| Approval::manual().message(text);
    let watched = stage("paris").watch(Alarm::errors("api"), minutes(1)).approve_promotion(question("On?"));
    let template = gated(&[
        stage("test").wave("first").approve_promotion(question("Go?")),
        stage("berlin").wave("eu").approve_changes(question("Change?")).approve_promotion(question("On?")),
        watched.wave("eu"),
        stage("rome").wave("eu").approve_promotion(question("Really?")),
        stage("ohio"),
    ]);
    assert_eq!(
        flow(&template)[3..],
        [
            "Deploy-first: CreateChangeSet-test@1, ExecuteChangeSet-test@2",
            "Promote-first: ApprovePromotion-test@1",
            "Deploy-eu: CreateChangeSet-berlin@1, ShowChanges-berlin@2, ApproveChanges-berlin@3, \
             ExecuteChangeSet-berlin@4, CreateChangeSet-paris@1, ExecuteChangeSet-paris@4, CreateChangeSet-rome@1, \
             ExecuteChangeSet-rome@4",
            "Promote-eu: ApprovePromotion-berlin@1, ApprovePromotion-rome@1",
            "Deploy-ohio: CreateChangeSet@1, ExecuteChangeSet@2",
        ]
    );
    let (_, rules) = rules(&of(&template, "Deploy-eu")["OnSuccess"]);
    assert_eq!(rules[0].1["AlarmName"], "Paris-HelloPipeline-main-ApiErrorsAlarm");
}

#[test]
fn what_is_more_than_a_stage_has_is_a_mistake_that_names_it() {
    let wave = |count: usize, of: fn(usize, Environment) -> Environment| -> String {
        let environments: Vec<_> = (0..count).map(|n| of(n, stage(&format!("e{n}")).wave("all"))).collect();
        synthesis(&environments, service(HTTP)).pipeline(&hello(), Source::Connection).unwrap_err().to_string()
    };
    let actions = wave(26, |_, it| it);
    assert!(actions.contains("the stage `Deploy-all` has 52 actions, and CodePipeline allows 50"), "{actions}");
    let windows = wave(6, |n, it| it.window(Window::cron(format!("* * {n} ? * MON"))));
    assert!(
        windows.contains("the stage `Deploy-all` have 6 different windows, and CodePipeline checks five"),
        "{windows}"
    );
    let watches = wave(3, |_, it| it.watch(Alarm::errors("a"), minutes(1)).watch(Alarm::errors("b"), minutes(1)));
    assert!(watches.contains("have 6 different watched alarms"), "{watches}");
}

#[test]
fn addresses_are_told_of_an_approval_by_a_topic_of_its_own() {
    let told = |to: &[&str]| to.iter().fold(Approval::manual(), |gate, to| gate.notify(*to));
    let releases = "arn:aws:sns:eu-west-1:123456789012:releases";
    let both = ["ada@acme.example", "bob@acme.example"];
    let template =
        gated(&[stage("test").approve_promotion(told(&both)), stage("production").approve_changes(told(&[releases]))]);
    let resources = resources(&template);
    let topic = &resources["TestApprovePromotionTopic"]["Properties"];
    let mail = |address: &str| json!({"Protocol": "email", "Endpoint": address});
    assert_eq!(*topic, json!({"KmsMasterKeyId": "alias/aws/sns", "Subscription": both.map(mail)}));
    let own = json!({"Ref": "TestApprovePromotionTopic"});
    assert_eq!(resources["TestApprovePromotionTopicPolicy"]["Properties"]["Topics"], json!([own]));
    let arn =
        |name: &str, action: usize| of(&template, name)["Actions"][action]["Configuration"]["NotificationArn"].clone();
    assert_eq!((arn("Promote-test", 0), arn("Deploy-production", 2)), (own.clone(), json!(releases)));
    let statements = resources["PipelinePolicy"]["Properties"]["PolicyDocument"]["Statement"].clone();
    let publish = statements.as_array().unwrap().iter().find(|it| it["Action"] == "sns:Publish").unwrap();
    assert_eq!(publish["Resource"], json!([own, releases]));
    assert!(resources["ProductionApproveChangesTopic"].is_null());
}

#[test]
fn smoke_tests_are_the_stages_success_condition_over_the_outputs_and_run_what_was_built() {
    let test = stage("test").smoke_test(async |_| Ok(())).watch(Alarm::errors("api"), minutes(5));
    let template = gated(&[test, stage("production")]);
    let (result, rules) = rules(&of(&template, "Deploy-test")["OnSuccess"]);
    let providers: Vec<&str> = rules.iter().map(|(provider, _)| provider.as_str()).collect();
    assert_eq!((result, providers), (json!("ROLLBACK"), vec!["CloudWatchAlarm", "CodeBuild"]));
    let variables = rules[1].1["EnvironmentVariables"]["Fn::Sub"].as_str().unwrap();
    let stack = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/Test-HelloPipeline-main/-";
    let expected = json!([
        {"name": "SPARTA_ENVIRONMENT", "value": "test", "type": "PLAINTEXT"},
        {"name": "SPARTA_STACK", "value": stack, "type": "PLAINTEXT"},
    ]);
    assert_eq!(serde_json::from_str::<Json>(variables).unwrap(), expected);
    let rule = &of(&template, "Deploy-test")["OnSuccess"]["Conditions"][0]["Rules"][1];
    assert_eq!(rule["InputArtifacts"], json!([{"Name": "Tool"}, {"Name": "Outputs-test"}]));
    let execution = of(&template, "Deploy-test")["Actions"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(execution["OutputArtifacts"], json!([{"Name": "Outputs-test"}]));
    assert_eq!(execution["Configuration"]["OutputFileName"], "outputs.json");
    let built = of(&template, "Build")["Actions"][0]["OutputArtifacts"].clone();
    assert_eq!(built, json!([{"Name": "Build"}, {"Name": "Code"}, {"Name": "Tool"}]));
    let production = of(&template, "Deploy-production");
    assert_eq!((&production["OnSuccess"], &production["OnFailure"]), (&Json::Null, &Json::Null));
    let policies = resources(&template)["SmokeRole"]["Properties"]["Policies"].to_string();
    assert!(!policies.contains("PutObject\"") && policies.contains("/*/Outputs-*/*"), "{policies}");
    let without = resources(&gated(&[stage("test")]));
    assert_eq!(without.get("SmokeProject"), None);
}

#[test]
fn an_execution_whose_variables_are_others_skips_a_stage() {
    let pipeline = hello().variable(Variable::new("RELEASE").default("no"));
    let of_wave = |name: &str| stage(name).wave("eu").only_if(VariableCheck::equals("RELEASE", "yes"));
    let environments = [of_wave("paris"), of_wave("berlin").only_if(VariableCheck::matches("RELEASE", "[a-z]+"))];
    let template = template(&pipeline, Source::Connection, &environments, &["AWS::SQS::Queue"]);
    let (result, rules) = rules(&of(&template, "Deploy-eu")["BeforeEntry"]);
    let rule = |operator: &str, value: &str| {
        let of = json!({"Variable": "#{variables.RELEASE}", "Operator": operator, "Value": value});
        ("VariableCheck".to_owned(), of)
    };
    assert_eq!((result, rules), (json!("SKIP"), vec![rule("EQ", "yes"), rule("MATCHES", "[a-z]+")]));
}

#[test]
fn a_check_of_variables_that_codepipeline_would_refuse_is_a_mistake() {
    let mistakes = |environments: &[Environment]| {
        let synthesis = synthesis(environments, service(&["AWS::SQS::Queue"]));
        synthesis.pipeline(&hello(), Source::Connection).unwrap_err().to_string()
    };
    let released = || VariableCheck::equals("RELEASE", "yes");
    let unknown = mistakes(&[stage("test").only_if(released())]);
    assert!(
        unknown.contains("`test` checks the variable `RELEASE`, which the pipeline has not: give it one"),
        "{unknown}"
    );
    let window = stage("one").wave("eu").window(Window::cron("* * 8-17 ? * MON-THU"));
    let both = mistakes(&[window, stage("other").wave("eu").only_if(released())]);
    assert!(both.contains("the stage `Deploy-eu` has a window and checks variables"), "{both}");
    let of =
        |environment: Environment| environment.check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let same = of(stage("test").window(Window::cron("* * 8-17 ? * MON-THU")).only_if(released()).only_if(released()));
    assert!(same.contains("is checked twice") && same.contains("keep the window or the variables"), "{same}");
    let text = of(stage("test").only_if(VariableCheck::equals("A", "#{B}")).only_if(VariableCheck::equals("A", "")));
    assert!(text.contains("`#{B}` has `#{`") && text.contains("has 0 characters"), "{text}");
}
