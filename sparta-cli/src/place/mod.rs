//! Where AWS is called: whether the profile and the region that are meant exist, before anything is done for them.

mod home;
mod profiles;
mod region;

use std::env;

pub(crate) use self::home::Home;
use self::profiles::Profiles;
use crate::{
    error::{Advice, ErrorKind},
    options::Global,
};

/// A profile or region that does not exist.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// The AWS configuration files have no such profile.
    #[error("there is no AWS profile `{name}`")]
    Profile {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// AWS has no such region.
    #[error("there is no AWS region `{name}`")]
    Region {
        /// What was asked for.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
}

impl Advice for PlaceError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Profile { known, .. } if known.is_empty() => {
                "The AWS configuration files have none: `aws configure --profile NAME` makes one.".to_owned()
            }
            Self::Profile { known, .. } => format!("Known: {}.", known.join(", ")),
            Self::Region { nearest: Some(nearest), .. } => format!("Did you mean `{nearest}`?"),
            Self::Region { nearest: None, .. } => "A region is called like `eu-west-1`.".to_owned(),
        };
        vec![hint]
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

/// Refuses a profile or a region that does not exist. Calls nothing of AWS, and is quick.
pub(crate) fn check(options: &Global) -> Result<(), PlaceError> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let profiles = Profiles::load();
    let name = options.profile.clone().or_else(|| variable("AWS_PROFILE"));
    let profile = profiles.get(name.as_deref().unwrap_or("default"));
    if let (Some(name), None) = (&name, profile) {
        return Err(PlaceError::Profile { name: name.clone(), known: profiles.names() });
    }
    let of_profile = |key: &str| profile.and_then(|profile| profile.get(key)).cloned();
    // Another endpoint can call its regions as it likes.
    let elsewhere = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("AWS_ENDPOINT_URL"));
    if elsewhere || of_profile("endpoint_url").is_some() || of_profile("services").is_some() {
        return Ok(());
    }
    let given = options.region.clone().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    given.or_else(|| of_profile("region")).map_or(Ok(()), |name| region::check(&name, region::has_address))
}
