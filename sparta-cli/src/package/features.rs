/// The features of the service's package that its Lambda binary is compiled with, as cargo names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Features {
    /// Features that the Lambda binary is compiled with, separated by commas; those given to `cargo run` do not reach it
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub features: Vec<String>,

    /// Compile the Lambda binary with all features of its package
    #[arg(long = "allFeatures", alias = "all-features")]
    pub all_features: bool,

    /// Compile the Lambda binary without the default features of its package
    #[arg(long = "noDefaultFeatures", alias = "no-default-features")]
    pub no_default_features: bool,
}

impl Features {
    /// Cargo's flags for them.
    pub fn flags(&self) -> Vec<String> {
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
