//! What was probably meant by a command or flag that does not exist.

use clap::{
    Command, Error,
    error::{ContextKind, ContextValue},
};

/// Lets the error name one command or flag, in the spelling that was begun: clap knows both of each as names.
pub(crate) fn suggest(mut error: Error, command: &Command) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let meant = text(ContextKind::InvalidSubcommand).and_then(|typed| nearest(&typed, command));
    let typed = text(ContextKind::InvalidArg).zip(text(ContextKind::SuggestedArg));
    let flag = typed.and_then(|(typed, similar)| as_spelt(&typed, &similar, command));
    if let Some(meant) = meant {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
    }
    if let Some(flag) = flag {
        error.insert(ContextKind::SuggestedArg, ContextValue::String(flag));
    }
    error
}

/// The first name of the flag that is called `similar`, unless the kebab-case one was begun.
fn as_spelt(typed: &str, similar: &str, command: &Command) -> Option<String> {
    let (typed, similar) = (typed.strip_prefix("--")?, similar.strip_prefix("--")?);
    let flags = command.get_subcommands().chain([command]).flat_map(Command::get_arguments);
    let is_called = |it: &&clap::Arg| it.get_all_aliases().is_some_and(|aliases| aliases.contains(&similar));
    let camel = flags.into_iter().find(is_called)?.get_long()?;
    (!typed.contains('-')).then(|| format!("--{camel}"))
}

fn nearest(typed: &str, command: &Command) -> Option<String> {
    let all: Vec<&str> = command.get_subcommands().flat_map(spellings).collect();
    let meant = command.find_subcommand(sparta_schema::nearest(typed, all)?)?;
    let kebab = spellings(meant).find(|spelling| typed.contains('-') && spelling.contains('-'));
    Some(kebab.unwrap_or_else(|| meant.get_name()).to_owned())
}

fn spellings(command: &Command) -> impl Iterator<Item = &str> {
    std::iter::once(command.get_name()).chain(command.get_all_aliases())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_named_as_it_was_spelt() {
        let bucket = clap::Arg::new("bucket").long("s3Bucket").alias("s3-bucket");
        let command = Command::new("hello").subcommand(Command::new("provision").arg(bucket));
        let said = |flag: &str| {
            let error = command.clone().try_get_matches_from(["hello", "provision", flag]).unwrap_err();
            suggest(error, &command).to_string()
        };
        assert!(said("--s3bucket").contains("'--s3Bucket'"), "{}", said("--s3bucket"));
        assert!(said("--s3Buckt").contains("'--s3Bucket'"), "{}", said("--s3Buckt"));
        assert!(said("--s3-buckt").contains("'--s3-bucket'"), "{}", said("--s3-buckt"));
    }

    #[test]
    fn the_command_that_was_meant_is_named_once_and_as_it_was_spelt() {
        let command = Command::new("hello")
            .subcommand(Command::new("provision"))
            .subcommand(Command::new("provisionPipeline").alias("provision-pipeline"))
            .subcommand(Command::new("seedOrders").alias("seed-orders"));
        let nearest = |typed: &str| nearest(typed, &command);
        assert_eq!(nearest("provisionPipline").as_deref(), Some("provisionPipeline"));
        assert_eq!(nearest("provisionpipeline").as_deref(), Some("provisionPipeline"));
        assert_eq!(nearest("provision-pipline").as_deref(), Some("provision-pipeline"));
        assert_eq!(nearest("provison").as_deref(), Some("provision"));
        assert_eq!(nearest("seed-order").as_deref(), Some("seed-orders"));
        assert_eq!(nearest("deploy"), None);
    }
}
