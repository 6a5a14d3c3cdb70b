//! An App with more settings than functions have room for in their variables.

use sparta_core::{
    App, Environment, Error, Function, Pipeline, Request, construct::Table, service_fn, settings::Secret,
    trigger::HttpApi,
};
use sparta_macros::Settings;

/// What a shop tells its customers.
#[derive(Settings, Clone)]
#[settings(crate = "sparta_core")]
pub struct Texts {
    currency: String,
    /// What customers agree to.
    terms: String,
    /// What is below each page.
    footer: Option<String>,
    payment_key: Secret<String>,
}

/// Texts of these sizes.
pub fn texts(terms: usize, footer: Option<usize>) -> Texts {
    Texts {
        currency: "EUR".into(),
        terms: "t".repeat(terms),
        footer: footer.map(|size| "f".repeat(size)),
        payment_key: Secret::secrets_manager("shop/payment"),
    }
}

/// Terms that Parameter Store would take for a reference, and a long footer.
pub fn braces(size: usize) -> Texts {
    Texts { terms: format!("{{{{{}", "t".repeat(size)), ..texts(0, Some(2000)) }
}

/// A function that says them, and one that has a table and a secret.
pub fn shop(test: Texts, production: Texts) -> App {
    let function = |name: &str| Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")));
    App::new("Shop")
        .function(function("terms").trigger(HttpApi::get("/terms")))
        .function(function("pay").uses(Table::new("orders").key("id").write()).uses(Texts::PAYMENT_KEY))
        .environment(Environment::new("test", test))
        .environment(Environment::new("production", production))
        .pipeline(Pipeline::github("https://github.com/acme/shop"))
}

/// Two settings are too large.
pub fn large() -> App {
    shop(texts(3000, Some(4000)), texts(4095, None))
}
