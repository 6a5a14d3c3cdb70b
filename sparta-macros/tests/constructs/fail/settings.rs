//! A setting is a value of its own type.

use sparta_core::{App, construct::Table, settings::{Secret, Setting}};

struct Links;

impl Links {
    const LOG_DAYS: Setting<String> = Setting::new("LOG_DAYS");
    const TABLE: Setting<u16> = Setting::new("TABLE");
    const KEY: Setting<Secret<String>> = Setting::new("KEY");
}

fn main() {
    // Days are a number.
    App::new("Links").log_retention(Links::LOG_DAYS);
    // An ARN is a text.
    Table::existing(Links::TABLE);
    // A secret is no value of the template.
    Table::new("links").kms_key(Links::KEY);
}
