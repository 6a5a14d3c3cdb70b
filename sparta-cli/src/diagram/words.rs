//! What a grant allows, in a word for its arrow.

use sparta_core::construct::Grant;
use sparta_schema::iam::{self, AccessLevel};

/// Actions that say more than their access level does.
const WORDS: &[(&str, &str)] = &[
    ("dynamodb:DeleteItem", "deletes"),
    ("events:PutEvents", "puts events"),
    ("execute-api:ManageConnections", "sends"),
    ("lambda:InvokeFunction", "invokes"),
    ("s3:DeleteObject", "deletes"),
    ("sns:Publish", "publishes"),
    ("sqs:ReceiveMessage", "receives"),
    ("sqs:SendMessage", "sends"),
    ("states:StartExecution", "starts"),
];

/// An action that reads, and that only whoever writes needs.
const OF_WRITING: &str = "s3:ListMultipartUploadParts";

/// What a grant allows, by its actions, each word once. The use of a construct's key says nothing of its own.
pub(super) fn of(grant: &Grant) -> Vec<&'static str> {
    let actions = grant.statements().iter().flat_map(|statement| statement.actions());
    let actions: Vec<&str> = actions.map(String::as_str).filter(|action| !action.starts_with("kms:")).collect();
    let known = WORDS.iter().filter(|(action, _)| actions.contains(action)).map(|(_, word)| *word);
    let known: Vec<&str> = known.collect();
    if !known.is_empty() {
        return known;
    }
    let actions = actions.into_iter().filter(|action| *action != OF_WRITING);
    let mut levels: Vec<AccessLevel> = actions.flat_map(iam::matching).map(|(_, action)| action.access_level).collect();
    levels.sort_unstable();
    let mut words: Vec<&str> = levels.into_iter().map(word).collect();
    words.dedup();
    if words.is_empty() { vec!["uses"] } else { words }
}

fn word(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::List | AccessLevel::Read => "reads",
        AccessLevel::Tagging => "tags",
        AccessLevel::Write => "writes",
        AccessLevel::PermissionsManagement => "changes permissions",
    }
}
