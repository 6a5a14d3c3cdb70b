//! A service with settings, of which one function uses a secret.

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
