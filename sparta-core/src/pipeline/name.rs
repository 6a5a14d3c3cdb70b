//! The names of stacks and pipelines.

/// The stack that a pipeline deploys an environment to: `Test-HelloPipeline-main`.
///
/// The first letter is upper case. Where a name holds what CloudFormation refuses, or is longer than the 128
/// characters that it allows, `-` stands for each such character and a fingerprint of the whole name follows, so that
/// the branches `feature/x` and `feature-x` have a stack each.
pub fn stack_name(prefix: &str, app: &str, branch: &str) -> String {
    capitalized(name(&[prefix, app, branch], 128))
}

/// The stack that `provision` deploys an environment to, without a pipeline: `Test-HelloPipeline`.
pub(crate) fn direct_stack_name(prefix: &str, app: &str) -> String {
    capitalized(name(&[prefix, app], 128))
}

fn capitalized(mut name: String) -> String {
    name[..1].make_ascii_uppercase();
    name
}

/// The default name of a pipeline and its stack: `HelloPipeline-main`.
pub(crate) fn pipeline_name(app: &str, branch: &str) -> String {
    name(&[app, branch], LONGEST_PIPELINE)
}

/// The name of a pipeline, or what stands for it where names are shorter.
pub(crate) fn short_name(pipeline: &str, longest: usize) -> String {
    name(&[pipeline], longest)
}

/// Whether `name` can be a stack's name, or what one begins with: letters, digits and `-`, at most `longest`.
pub fn is_stack_name(name: &str, longest: usize) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= longest
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>.
const LONGEST_PIPELINE: usize = 100;

/// Whether `name` can be that of a pipeline and of its stack.
pub(super) fn is_pipeline_name(name: &str) -> bool {
    is_stack_name(name, LONGEST_PIPELINE)
}

fn name(parts: &[&str], longest: usize) -> String {
    let wanted = parts.join("-");
    let mut name: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'S');
    }
    if name != wanted || name.len() > longest {
        let fingerprint = format!("-{:07x}", fnv1a(wanted.as_bytes()) >> 36);
        name.truncate(longest - fingerprint.len());
        name += &fingerprint;
    }
    name
}

/// The standard library's hashes may change between versions of Rust, and with them names and what is deployed.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stack_is_called_after_environment_app_and_branch() {
        assert_eq!(stack_name("test", "HelloPipeline", "main"), "Test-HelloPipeline-main");
        assert_eq!(stack_name("Prod", "HelloPipeline", "main"), "Prod-HelloPipeline-main");
        assert_eq!(stack_name("test", "HelloPipeline", "feature-x"), "Test-HelloPipeline-feature-x");
        assert_eq!(pipeline_name("helloPipeline", "main"), "helloPipeline-main");
    }

    #[test]
    fn branches_that_differ_only_in_refused_characters_have_a_stack_each() {
        let branches = ["feature-x", "feature/x", "feature_x", "feature.x"];
        let mut stacks = branches.map(|branch| stack_name("test", "App", branch));
        assert_eq!(stacks[1], "Test-App-feature-x-cfb3eca");
        assert!(stacks.iter().all(|stack| stack.starts_with("Test-App-feature-x")), "{stacks:?}");
        stacks.sort();
        assert!(stacks.windows(2).all(|pair| pair[0] != pair[1]), "{stacks:?}");
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_and_stays_its_own() {
        let branch = "x".repeat(200);
        let (one, other) = (stack_name("test", "App", &branch), stack_name("test", "App", &(branch + "y")));
        assert_eq!((one.len(), other.len()), (128, 128));
        assert_ne!(one, other);
    }

    proptest! {
        #[test]
        fn cloudformation_takes_the_stack_name_of_any_branch(
            prefix in ".{0,40}", app in ".{0,80}", branch in ".{0,260}",
        ) {
            let stack = stack_name(&prefix, &app, &branch);
            prop_assert!(stack.starts_with(|c: char| c.is_ascii_alphabetic()), "{stack}");
            prop_assert!(stack.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{stack}");
            prop_assert!(stack.len() <= 128, "{stack}");
            prop_assert!(is_pipeline_name(&pipeline_name(&app, &branch)));
        }

        #[test]
        fn a_name_that_cloudformation_takes_is_not_changed(
            app in "[A-Z][A-Za-z0-9-]{0,40}", branch in "[a-z][a-z0-9-]{0,40}",
        ) {
            prop_assert_eq!(stack_name("Test", &app, &branch), format!("Test-{app}-{branch}"));
        }

        #[test]
        fn two_branches_never_share_a_stack(one in "[a-z/_.-]{1,12}", other in "[a-z/_.-]{1,12}") {
            prop_assume!(one != other);
            prop_assert_ne!(stack_name("test", "App", &one), stack_name("test", "App", &other));
        }
    }
}
