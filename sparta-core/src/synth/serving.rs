//! How the serving build is compiled, which is what Lambda runs.

/// The flags of rustc that make a build the serving one, beside the user's own. Cargo looks at them too, so that what only
/// a command line takes is no dependency then.
pub const SERVING_FLAGS: [&str; 2] = ["--cfg", "sparta_serving"];

/// The release profile of what Lambda runs: keys of `[profile.release]` and their values, as TOML has them.
///
/// Panics unwind, because an aborted process cannot report its panic to Lambda.
const RELEASE_PROFILE: [(&str, &str); 5] =
    [("opt-level", "3"), ("lto", "\"fat\""), ("codegen-units", "1"), ("strip", "true"), ("panic", "\"unwind\"")];

/// The values of cargo's `--config` that complete a release profile which sets the keys in `own` itself.
pub fn release_profile(own: &[&str]) -> Vec<String> {
    let open = |key: &&(&str, &str)| !own.contains(&key.0);
    RELEASE_PROFILE.iter().filter(open).map(|(key, value)| format!("profile.release.{key}={value}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_profile_is_completed_and_nothing_of_it_replaced() {
        insta::assert_snapshot!(release_profile(&[]).join("\n"), @r#"
        profile.release.opt-level=3
        profile.release.lto="fat"
        profile.release.codegen-units=1
        profile.release.strip=true
        profile.release.panic="unwind"
        "#);
        assert_eq!(
            release_profile(&["opt-level", "lto", "panic"]),
            ["profile.release.codegen-units=1", "profile.release.strip=true"]
        );
    }
}
