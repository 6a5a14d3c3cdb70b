//! A resource that a function of the service provides.

use serde_json::Value;

use super::{STACK, assert_fails};
use crate::support::Account;

/// What its function was asked to do, in this order.
fn asked(account: &Account) -> Vec<String> {
    let logs = account.localstack.function_logs();
    let lines = logs.iter().flat_map(|log| log.lines()).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut asked: Vec<(String, String)> = lines
        .filter(|line| line["shelf"].is_string())
        .map(|line| {
            let [time, message, shelf] = ["timestamp", "message", "shelf"].map(|field| line[field].as_str().unwrap());
            (time.to_owned(), format!("{message}: {shelf}"))
        })
        .collect();
    asked.sort();
    asked.into_iter().map(|(_, what)| what).collect()
}

pub(super) fn is_made(account: &Account) {
    assert_eq!(asked(account).last().unwrap(), "makes a shelf: books");
    assert_eq!(account.stack_output(STACK, "ShelfRoom"), "100");
}

/// One of another name is another one, and the old one is removed.
pub(super) fn is_changed_and_replaced(account: &Account, parameters: &[&str]) {
    let change = |parameter: &str| account.provision(&[parameters, &["--param", parameter]].concat()).success();
    let before = asked(account).len();
    change("Pieces=5");
    assert_eq!(account.stack_output(STACK, "ShelfRoom"), "50");
    change("Shelf=maps");
    assert_eq!(account.stack_output(STACK, "ShelfRoom"), "100");
    assert_eq!(asked(account)[before..], ["changes a shelf: books", "changes a shelf: maps", "removes a shelf: books"]);
}

pub(super) fn is_removed(account: &Account) {
    assert_eq!(asked(account).last().unwrap(), "removes a shelf: maps");
}

/// What keeps its function from making it is what the person reads who deploys it.
pub(super) fn is_not_made(account: &Account) {
    let broken = account.provision(&["--stack", "SoldOut", "--param", "Shelf=sold out"]);
    assert_fails(&broken, &["BookShelf (Custom::Shelf) CREATE_FAILED: only 0 pieces are left", "ROLLBACK_COMPLETE"]);
}
