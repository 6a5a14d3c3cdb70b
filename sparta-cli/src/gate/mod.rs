//! The gate before everything that calls AWS: the `aws` build passes it, the plain build hands over to that one.

#[cfg(not(feature = "aws"))]
mod hand_over;

use std::path::Path;

use sha2::{Digest, Sha256};
use sparta_core::Synthesis;

use crate::{
    CliError,
    package::{Features, hex},
};

/// The variable that a program which hands over leaves to the `aws` build: the SHA-256 of its `cloudformation.json`, a
/// space, and the path of the program that it becomes. Other programs that find it in their environment ignore it.
const VARIABLE: &str = "SPARTA_HANDED_OVER";

/// Runs `work(arguments)`, which is there in the `aws` build only, behind the gate.
#[cfg(feature = "aws")]
macro_rules! with_aws {
    ($synthesis:expr, $features:expr, $work:ident($($argument:expr),* $(,)?)) => {{
        crate::gate::pass($synthesis, $features)?;
        $work($($argument),*).await
    }};
}

/// Runs `work(arguments)`, which is there in the `aws` build only, behind the gate.
#[cfg(not(feature = "aws"))]
macro_rules! with_aws {
    ($synthesis:expr, $features:expr, $work:ident($($argument:expr),* $(,)?)) => {{
        let refused = crate::gate::pass($synthesis, $features);
        _ = ($($argument,)*);
        refused
    }};
}

/// Lets the `aws` build through. The plain build becomes that one here, and returns only to say why it cannot.
pub(crate) fn pass(synthesis: &Synthesis, features: &Features) -> Result<(), CliError> {
    let template = hex(&Sha256::digest(synthesis.template.to_json()));
    let this_program = std::env::current_exe()
        .map_err(|error| CliError::failed("the running program cannot be found").source(error))?;
    let left = std::env::var(VARIABLE).ok();
    let left = left.as_deref().and_then(|left| left.split_once(' '));
    let before = left.filter(|(_, program)| Path::new(program) == this_program).map(|(template, _)| template);
    #[cfg(feature = "aws")]
    return same_service(before, &template, features);
    #[cfg(not(feature = "aws"))]
    return Err(hand_over::hand_over(&this_program, before, &template, features));
}

/// Whether another program has handed over to this one.
pub(crate) fn was_handed_over() -> bool {
    let program = std::env::var(VARIABLE).ok().and_then(|left| Some(left.split_once(' ')?.1.to_owned()));
    program.is_some_and(|program| std::env::current_exe().is_ok_and(|this| Path::new(&program) == this))
}

/// Refuses to act for a program whose App is another one.
#[cfg(feature = "aws")]
fn same_service(before: Option<&str>, template: &str, features: &Features) -> Result<(), CliError> {
    if before.is_none_or(|before| before == template) {
        return Ok(());
    }
    let flags = features.flags().join(" ");
    let compiled = if flags.is_empty() { "its default features".to_owned() } else { format!("`{flags}`") };
    let message = "the program that was started and its `aws` build make different templates; nothing was done";
    Err(CliError::failed(message).hint(format!(
        "The `aws` build was compiled with {compiled}. Features given to `cargo run` do not reach it: give them to the \
         command too, with --features, --allFeatures or --noDefaultFeatures."
    )))
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;

    #[test]
    fn another_template_than_that_of_the_program_that_handed_over_is_refused() {
        let features = Features::default();
        assert!(same_service(None, "1", &features).is_ok());
        assert!(same_service(Some("1"), "1", &features).is_ok());
        let error = same_service(Some("1"), "2", &features).unwrap_err();
        assert!(error.hints[0].contains("its default features") && error.hints[0].contains("--features"));
        let features = Features { all_features: true, ..features };
        let error = same_service(Some("1"), "2", &features).unwrap_err();
        assert!(error.hints[0].contains("`--all-features`"), "{:?}", error.hints);
    }
}
