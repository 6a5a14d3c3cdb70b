//! Secrets as variables of the functions that use them.

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Environment, Error, Function, Pipeline, Request, VariableMistake,
    construct::Table,
    delivery::Source,
    service_fn,
    settings::{Secret, SettingValue as _, Settings as _, SettingsMistake},
    testing,
};
use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Bank {
    currency: String,
    #[settings(rename = "BANK_KEY")]
    key: Secret<String>,
    pin: Option<Secret<u16>>,
}

fn bank() -> Bank {
    Bank { currency: "EUR".into(), key: Secret::ssm("/bank/key"), pin: None }
}

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn app(functions: impl IntoIterator<Item = Function>) -> App {
    functions.into_iter().fold(App::new("Bank"), App::function).environment(Environment::new("test", bank()))
}

/// The names of a function's variables in the template.
fn variables(app: &App, id: &str) -> Vec<String> {
    let template = serde_json::to_value(app.synthesize().unwrap().template).unwrap();
    let variables = &template["Resources"][id]["Properties"]["Environment"]["Variables"];
    assert!(template["Parameters"]["BankKey"]["NoEcho"] == Json::Bool(true), "{template}");
    variables.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_secret_is_a_variable_of_the_functions_that_use_it_only() {
    let pay = function("pay").uses(Bank::KEY).uses(Bank::PIN).uses(Table::new("accounts").key("id").read());
    let app = app([pay, function("rate"), function("sign").uses(Bank::KEY)]);
    assert_eq!(variables(&app, "PayFunction"), ["ACCOUNTS_TABLE", "BANK_KEY", "CURRENCY", "PIN"]);
    assert_eq!(variables(&app, "RateFunction"), ["CURRENCY"]);
    assert_eq!(variables(&app, "SignFunction"), ["BANK_KEY", "CURRENCY"]);
    let spec = &app.synthesize().unwrap().model.functions()[0].clone();
    assert_eq!(spec.secrets().collect::<Vec<_>>(), ["BANK_KEY", "PIN"]);
}

#[test]
fn a_secret_of_other_settings_is_a_mistake() {
    let pay = || function("pay").uses(Bank::KEY);
    let other = App::new("Bank").function(pay()).environment(Environment::new("test", [("BANK_KEY", "x")]));
    for app in [other, App::new("Bank").function(pay())] {
        let mistakes = app.check().unwrap_err();
        let found = mistakes.iter().filter_map(|it| it.problem().downcast_ref::<VariableMistake>());
        assert_eq!(found.collect::<Vec<_>>(), [&VariableMistake::NoSecret("BANK_KEY".into())], "{mistakes}");
    }
}

#[test]
fn a_variable_of_ones_own_is_not_called_like_a_secret_that_others_use() {
    let app = app([function("pay").uses(Bank::KEY), function("rate").variable("BANK_KEY", "x")]);
    assert!(
        app.check().unwrap_err().to_string().contains("the variable `BANK_KEY` is one of the environments' settings")
    );
}

#[test]
fn a_test_gives_a_secret_its_value_and_an_absent_one_is_none() {
    #[derive(Settings)]
    #[settings(crate = "sparta_core")]
    struct Vault {
        test_key: Secret<String>,
        test_pin: Option<Secret<u16>>,
        test_seal: Secret<String>,
    }
    let secret = || Secret::ssm("/vault/key");
    let vault = Vault { test_key: secret(), test_pin: None, test_seal: secret() };
    testing::set_secret(Vault::TEST_KEY, "hunter2");
    testing::app(App::new("Vault").function(function("open")).environment(Environment::new("test", vault)));
    let vault = Vault::get().unwrap();
    assert_eq!(vault.test_key.expose().unwrap(), "hunter2");
    assert!(vault.test_pin.is_none());
    let error = vault.test_seal.expose().unwrap_err().to_string();
    assert!(error.starts_with("outside of Lambda the secret has no value: set the variable `TEST_SEAL`"), "{error}");
}

fn fetching(secret: impl Fn() -> Secret<String>) -> App {
    let bank = || Bank { key: secret(), ..bank() };
    let app = App::new("Bank").function(function("pay").uses(Bank::KEY)).function(function("rate"));
    app.environment(Environment::new("test", bank())).environment(Environment::new("production", bank()))
}

#[test]
fn a_function_may_read_the_very_secret_that_it_fetches_and_its_variable_is_the_name() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bank/key-a1b2c3";
    let part = json!({"Fn::Select": [2, {"Fn::Split": ["|", {"Ref": "BankKey"}]}]});
    let of = |service: &str, resource: &str| {
        let own = format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}");
        json!({"Fn::Sub": [own, {"Name": part}]})
    };
    for (secret, text, action, resource) in [
        (
            Secret::secrets_manager("bank/key").json_key("k").fetched(),
            "fetch|secretsmanager|bank/key|k|".to_owned(),
            "secretsmanager:GetSecretValue",
            of("secretsmanager", "secret:${Name}-??????"),
        ),
        (
            Secret::secrets_manager(arn).version_stage("AWSPREVIOUS").fetched(),
            format!("fetch|secretsmanager|{arn}||AWSPREVIOUS"),
            "secretsmanager:GetSecretValue",
            part.clone(),
        ),
        (
            Secret::ssm("/bank/key").fetched(),
            "fetch|ssm|/bank/key|".into(),
            "ssm:GetParameter",
            of("ssm", "parameter${Name}"),
        ),
        (Secret::ssm("key").fetched(), "fetch|ssm|key|".into(), "ssm:GetParameter", of("ssm", "parameter/${Name}")),
    ] {
        assert_eq!(secret.to_text(), text);
        let app = fetching(|| secret.clone());
        app.check().unwrap();
        let synthesis = app.synthesize().unwrap();
        assert_eq!(synthesis.model.environments()[0].configuration().parameters["BankKey"], text);
        let template = serde_json::to_value(synthesis.template).unwrap();
        let statements = |role: &str| {
            template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone()
        };
        let expected = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        assert_eq!(statements("PayRole")[1], expected);
        assert_eq!(statements("RateRole").as_array().unwrap().len(), 1, "only its logs");
    }
}

#[test]
fn a_pipeline_knows_the_secret_that_each_environment_fetches() {
    let app = fetching(|| Secret::secrets_manager("bank/key").fetched());
    let pipeline = Pipeline::github("https://github.com/acme/bank");
    let app = app.pipeline(pipeline.clone());
    app.check().unwrap();
    let stack = app.synthesize().unwrap().pipeline(&pipeline, Source::Connection).unwrap();
    let text = serde_json::to_string(&stack).unwrap();
    assert!(text.contains(":secret:bank/key-??????"), "{text}");
}

#[test]
fn environments_store_a_secret_in_the_same_way() {
    let named = || Secret::secrets_manager("bank/key").fetched();
    let arn =
        || Secret::secrets_manager("arn:aws:secretsmanager:eu-west-1:123456789012:secret:bank/key-a1b2c3").fetched();
    let resolved = || Secret::ssm("/bank/key");
    for (first, second) in [(named(), arn()), (named(), resolved()), (resolved(), named())] {
        let of = |key: &Secret<String>| Bank { key: key.clone(), ..bank() };
        let app = App::new("Bank").function(function("pay").uses(Bank::KEY));
        let app =
            app.environment(Environment::new("test", of(&first))).environment(Environment::new("live", of(&second)));
        let mistakes = app.check().unwrap_err();
        let found: Vec<_> = mistakes.iter().filter_map(|it| it.problem().downcast_ref::<SettingsMistake>()).collect();
        let (environment, variable, other) = ("live".into(), "BANK_KEY".into(), "test".into());
        assert_eq!(found, [&SettingsMistake::Stored { environment, variable, other }], "{mistakes}");
    }
}

#[test]
fn what_cannot_be_fetched_is_a_mistake() {
    for secret in [
        Secret::secrets_manager("").fetched(),
        Secret::secrets_manager("a b").fetched(),
        Secret::secrets_manager("a").json_key("b|c").fetched(),
        Secret::secrets_manager("a:b").fetched(),
        Secret::ssm("a|b").fetched(),
    ] {
        let report = fetching(|| secret.clone()).check().unwrap_err().to_string();
        assert!(report.contains("what the function fetches: the name or ARN of a secret"), "{report}");
    }
}
