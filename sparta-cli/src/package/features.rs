//! The features that Sparta compiles a service with.

/// The features of the service's package for the builds that Sparta compiles, as cargo names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Features {
    /// Features that Sparta compiles this service with, separated by commas; those given to `cargo run` do not reach it
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub features: Vec<String>,

    /// Compile it with all features of its package
    #[arg(long = "allFeatures", alias = "all-features")]
    pub all_features: bool,

    /// Compile it without the default features of its package
    #[arg(long = "noDefaultFeatures", alias = "no-default-features")]
    pub no_default_features: bool,
}

impl Features {
    /// Cargo's flags for them.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        if !self.features.is_empty() {
            flags.extend(["--features".to_owned(), self.features.join(",")]);
        }
        if self.all_features {
            flags.push("--all-features".to_owned());
        }
        if self.no_default_features {
            flags.push("--no-default-features".to_owned());
        }
        flags
    }
}
