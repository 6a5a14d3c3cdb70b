//! Secrets in the functions that use them, and in others.

use crate::serving::script::{Record, accepted, event, play};

const SHOP: (&str, &str) = ("SERVE", "shop");
const CURRENCY: (&str, &str) = ("CURRENCY", "EUR");

/// What a function of the shop answers, with these variables.
fn answer(function: &str, variables: &[(&str, &str)]) -> String {
    let variables = [&[SHOP, CURRENCY], variables].concat();
    let record = play(function, &variables, vec![vec![event("id-1", "{}"), accepted()]]);
    let answer = record.calls.iter().find(|call| call.line.contains("/id-1/response"));
    answer.unwrap_or_else(|| panic!("{record:?}")).text()
}

/// A start that fails.
fn start(function: &str, variables: &[(&str, &str)]) -> Record {
    let variables = [&[SHOP, CURRENCY], variables].concat();
    play(function, &variables, vec![vec![accepted()]])
}

#[test]
fn a_function_that_uses_secrets_reads_them() {
    let both = answer("pay", &[("PAYMENT_KEY", "hunter2"), ("PIN", "4711")]);
    assert_eq!(both, r#""EUR; a key of 7 characters; a pin of 4 digits""#);
    let one = answer("pay", &[("PAYMENT_KEY", "hunter2"), ("PIN", "")]);
    assert_eq!(one, r#""EUR; a key of 7 characters; no pin""#);
}

#[test]
fn a_function_that_does_not_use_secrets_reads_all_other_settings_and_is_told_what_is_missing() {
    let answer = answer("price", &[]);
    let missing = |secret: &str, constant: &str| {
        format!(
            "the function `price` does not use the secret `{secret}`: add `.uses(Shop::{constant})` to it in `main()`"
        )
    };
    let expected = format!("EUR; {}; {}", missing("PAYMENT_KEY", "PAYMENT_KEY"), missing("PIN", "PIN"));
    assert_eq!(answer, format!("{expected:?}"));
}

#[test]
fn a_secret_that_is_not_there_or_does_not_fit_is_a_failed_start_of_the_function_that_uses_it() {
    let record = start("pay", &[("PIN", "")]);
    let report = record.calls[0].text();
    assert!(record.calls[0].line.contains("/runtime/init/error"), "{record:?}");
    assert!(report.contains("PAYMENT_KEY: not set, expected a secret text"), "{report}");
    let record = start("pay", &[("PAYMENT_KEY", "abc"), ("PIN", "")]);
    let report = record.calls[0].text();
    assert!(report.contains("found a secret of 3 characters that does not fit"), "{report}");
    assert!(!record.output.contains("abc") && !report.contains("abc"), "{record:?}");
}
