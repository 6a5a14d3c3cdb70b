//! Services with settings, of which one function uses a secret, and one fetches it.

use sparta_core::{
    App, Environment, Error, Function, LambdaEvent, service_fn,
    settings::{Secret, Settings as _},
};
use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub(super) struct Shop {
    currency: String,
    #[settings(min_length = 4)]
    payment_key: Secret<String>,
    pin: Option<Secret<u16>>,
}

/// Says what it can read.
async fn read(_: LambdaEvent<serde_json::Value>) -> Result<String, Error> {
    let shop = Shop::get()?;
    let key = match shop.payment_key.expose() {
        Ok(key) => format!("a key of {} characters", key.len()),
        Err(error) => error.to_string(),
    };
    let pin = match shop.pin.as_ref().map(Secret::expose) {
        None => "no pin".to_owned(),
        Some(Ok(pin)) => format!("a pin of {} digits", pin.to_string().len()),
        Some(Err(error)) => error.to_string(),
    };
    Ok(format!("{}; {key}; {pin}", shop.currency))
}

pub(super) fn app() -> App {
    let shop = Shop { currency: "EUR".into(), payment_key: Secret::secrets_manager("shop/payment"), pin: None };
    App::new("Shop")
        .function(Function::event("price", service_fn(read)))
        .function(Function::event("pay", service_fn(read)).uses(Shop::PAYMENT_KEY).uses(Shop::PIN))
        .environment(Environment::new("test", shop))
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub(super) struct Bank {
    #[settings(min_length = 4)]
    bank_key: Secret<String>,
}

/// Says how long the key is, which it fetches anew where the event says so.
async fn open(event: LambdaEvent<String>) -> Result<String, Error> {
    let key = &Bank::get()?.bank_key;
    let found = match event.payload.as_str() {
        "refresh" => key.refresh().await,
        "expose" => key.expose().cloned(),
        _ => key.read().await,
    };
    Ok(match found {
        Ok(key) => format!("a key of {} characters", key.len()),
        Err(error) => Error::from(error).to_string(),
    })
}

/// The settings of a function that has no room for them in its variables.
#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub(super) struct Press {
    article: String,
    caption: Option<String>,
}

async fn print(_: LambdaEvent<serde_json::Value>) -> Result<String, Error> {
    let press = Press::get()?;
    Ok(format!("{} characters, {:?}", press.article.len(), press.caption))
}

pub(super) fn press() -> App {
    let press = Press { article: "a".repeat(4000), caption: Some("c".repeat(200)) };
    App::new("Press").function(Function::event("print", service_fn(print))).environment(Environment::new("test", press))
}

pub(super) fn bank() -> App {
    let bank = Bank { bank_key: Secret::secrets_manager("bank/key").json_key("key").fetched() };
    App::new("Bank")
        .function(Function::event("open", service_fn(open)).uses(Bank::BANK_KEY))
        .environment(Environment::new("test", bank))
}
