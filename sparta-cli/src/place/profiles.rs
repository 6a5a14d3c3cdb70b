//! The profiles in AWS's configuration files.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

/// The keys of a profile and their values.
type Profile = BTreeMap<String, String>;

/// The profiles of both of AWS's configuration files.
///
/// See <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.
#[derive(Debug, Default)]
pub(super) struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Those of this machine; none where there are no files.
    pub(super) fn load() -> Self {
        let text = |variable: &str, file: &str| {
            let usual = || env::home_dir().map(|home| home.join(".aws").join(file));
            let path = env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from).or_else(usual);
            path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
        };
        Self::read(&text("AWS_CONFIG_FILE", "config"), &text("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    }

    fn read(config: &str, credentials: &str) -> Self {
        let mut profiles = Self::default();
        profiles.add(config, |section| match section.split_once(char::is_whitespace) {
            Some(("profile", name)) => Some(name.trim().to_owned()),
            // `[sso-session NAME]` and `[services NAME]` are none.
            _ => (section == "default").then(|| section.to_owned()),
        });
        profiles.add(credentials, |section| Some(section.to_owned()));
        profiles
    }

    fn add(&mut self, text: &str, name: impl Fn(&str) -> Option<String>) {
        let mut current = None;
        for line in text.lines() {
            if let Some((section, _)) = line.trim().strip_prefix('[').and_then(|line| line.split_once(']')) {
                current = name(section.trim()).map(|name| name.trim_matches(['"', '\'']).to_owned());
                if let Some(name) = &current {
                    self.0.entry(name.clone()).or_default();
                }
            } else if let (Some(name), Some((key, value))) = (&current, line.split_once('='))
                // What is indented belongs to the key above.
                && !line.starts_with([' ', '\t', '#', ';'])
            {
                let profile = self.0.entry(name.clone()).or_default();
                profile.insert(key.trim().to_lowercase(), value.trim().to_owned());
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_both_files_are_known_and_nothing_else_is_one() {
        let config = "# mine\n[default]\nregion = eu-west-1\n\n[profile shop]  # at work\nREGION=eu-central-1\n\
                      s3 =\n  region = elsewhere\n[profile \"my own\"]\n[sso-session acme]\nregion = us-east-1\n[services local]\n";
        let profiles = Profiles::read(config, "[keys]\naws_access_key_id = AKIA\n[shop]\naws_access_key_id = AKIA\n");
        assert_eq!(profiles.names(), ["default", "keys", "my own", "shop"]);
        let region = |name: &str| profiles.get(name).unwrap().get("region").map(String::as_str);
        assert_eq!(
            [region("default"), region("shop"), region("keys")],
            [Some("eu-west-1"), Some("eu-central-1"), None]
        );
    }
}
