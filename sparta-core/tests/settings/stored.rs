//! Settings that functions have no room for in their variables.

use serde_json::{Value as Json, json};
use sparta_core::{App, Environment, Error, Function, Request, VariableMistake, service_fn};
use sparta_test_models::settings::{large, shop, texts};

fn template(app: &App) -> Json {
    app.check().unwrap();
    serde_json::to_value(app.synthesize().unwrap().template).unwrap()
}

/// The names of a function's variables.
fn variables(template: &Json, function: &str) -> String {
    let variables = &template["Resources"][function]["Properties"]["Environment"]["Variables"];
    variables.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
}

fn digests(app: &App) -> Vec<Option<String>> {
    let model = app.validate().unwrap();
    model.environments().iter().map(|it| it.configuration().parameters.get("SettingsDigest").cloned()).collect()
}

#[test]
fn a_setting_is_stored_only_where_a_function_has_no_room_for_it() {
    let small = template(&shop(texts(2000, Some(1900)), texts(2000, None)));
    assert_eq!(variables(&small, "TermsFunction"), "CURRENCY FOOTER TERMS");
    assert!(small["Parameters"]["SettingsDigest"].is_null());
    assert_eq!(digests(&shop(texts(2000, None), texts(2000, None))), [None, None]);

    // One environment is enough, and the largest setting is the first to go.
    let one = template(&shop(texts(2000, Some(1900)), texts(2000, Some(2100))));
    assert_eq!(variables(&one, "TermsFunction"), "CURRENCY SPARTA_SETTINGS TERMS");
    assert_eq!(variables(&one, "PayFunction"), "CURRENCY ORDERS_TABLE PAYMENT_KEY SPARTA_SETTINGS TERMS");
    assert!(one["Resources"]["StoredTerms"].is_null());
}

#[test]
fn what_is_stored_is_a_parameter_that_the_functions_alone_may_read() {
    let template = template(&large());
    assert_eq!(variables(&template, "TermsFunction"), "CURRENCY SPARTA_SETTINGS");
    let function = &template["Resources"]["TermsFunction"];
    assert_eq!(function["DependsOn"], json!(["StoredFooter", "StoredTerms"]));
    let named = "${SettingsDigest} /sparta/${AWS::StackName}/settings/ FOOTER TERMS";
    assert_eq!(function["Properties"]["Environment"]["Variables"]["SPARTA_SETTINGS"], json!({"Fn::Sub": named}));

    let stored = &template["Resources"]["StoredFooter"]["Properties"];
    assert_eq!(stored["Name"], json!({"Fn::Sub": "/sparta/${AWS::StackName}/settings/FOOTER"}));
    assert_eq!(stored["Value"], json!({"Fn::Sub": "=${Footer}"}), "a parameter is never empty");

    let arn = |name: &str| {
        let resource = format!("parameter/sparta/${{AWS::StackName}}/settings/{name}");
        json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")})
    };
    let policy = &template["Resources"]["TermsRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    let expected = json!({"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": [arn("FOOTER"), arn("TERMS")]});
    assert_eq!(policy["Statement"][1], expected);
}

#[test]
fn a_digest_tells_values_apart() {
    let [test, production] = &digests(&large())[..] else { panic!("there are two environments") };
    assert!(test.as_ref().is_some_and(|digest| digest.len() == 16) && test != production);
    assert_eq!(&digests(&large())[..], [test.clone(), production.clone()], "it is the same each time");
    let other = digests(&shop(texts(3000, Some(4000)), texts(4094, None)));
    assert_eq!((&other[0], other[1] == *production), (test, false));

    // What is given to one deployment in place of the environment's own.
    let model = large().validate().unwrap();
    let environment = &model.environments()[0];
    let mut configuration = environment.configuration();
    configuration.set_parameter(environment, "Terms".into(), "none".into());
    let digest = &configuration.parameters["SettingsDigest"];
    assert_ne!(Some(digest), test.as_ref());
    configuration.set_parameter(environment, "Terms".into(), "t".repeat(3000));
    assert_eq!(Some(&configuration.parameters["SettingsDigest"]), test.as_ref());
}

/// Who has settings without a struct reads variables of the process, and what has `{{` is a reference to Parameter Store.
#[test]
fn what_cannot_be_stored_stays_a_mistake() {
    let pairs = |size: usize| Environment::new("test", [("TERMS", "t".repeat(size)), ("FOOTER", "f".repeat(2000))]);
    let function = || Function::http("terms", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let own = function().variable("TERMS_OF_ALL", "x".repeat(4090));
    for app in [
        App::new("Shop").function(function()).environment(pairs(3000)),
        App::new("Shop").function(own),
        shop(texts(4096, None), texts(10, None)),
        shop(sparta_test_models::settings::braces(3950), texts(10, Some(2000))),
    ] {
        let mistakes = app.check().unwrap_err();
        let found = mistakes.iter().filter_map(|it| it.problem().downcast_ref::<VariableMistake>());
        let too_large = found.filter(|it| matches!(it, VariableMistake::TooLarge { .. }));
        assert!(too_large.count() > 0, "{mistakes}");
        assert!(
            mistakes.to_string().contains("no room even where settings are read from Parameter Store"),
            "{mistakes}"
        );
    }
    let own = App::new("Shop").function(function().variable("SPARTA_SETTINGS", "x"));
    let text = own.check().unwrap_err().to_string();
    assert!(text.contains("`SPARTA_SETTINGS` is a variable of Sparta's own: call it otherwise"), "{text}");
}
