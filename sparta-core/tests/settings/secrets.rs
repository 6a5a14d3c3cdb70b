//! Secrets as variables of the functions that use them.

use serde_json::Value as Json;
use sparta_core::{
    App, Environment, Error, Function, Request, VariableMistake,
    construct::Table,
    service_fn,
    settings::{Secret, Settings as _},
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
