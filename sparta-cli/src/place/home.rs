//! The account and the region that an environment says.

use sparta_core::Environment;

use crate::{
    error::{Advice, ErrorKind},
    options::Global,
};

/// Where an environment is, as far as it says so.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    environment: String,
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what calls AWS can tell whose account it is"))]
    account: Option<String>,
    pub(crate) region: Option<String>,
}

/// A call of AWS would go elsewhere.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HomeError {
    /// An option says another region.
    #[error("--region says {given}, and the environment `{environment}` is in {region}")]
    Region {
        /// The environment.
        environment: String,
        /// Its region.
        region: String,
        /// What was given.
        given: String,
    },
    /// The credentials are those of another account.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what calls AWS can tell whose account it is"))]
    #[error(
        "the credentials are those of account {given}, and the environment `{environment}` is in account {account}"
    )]
    Account {
        /// The environment.
        environment: String,
        /// Its account.
        account: String,
        /// Whose credentials they are.
        given: String,
    },
}

impl Advice for HomeError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Region { .. } => "Leave --region out, or change the environment's `.region(..)`.",
            Self::Account { .. } => "Nothing was deployed. Take a profile of that account: --profile NAME.",
        };
        vec![hint.to_owned()]
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl Home {
    /// That of an environment; none where it says nothing.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        let home = Self {
            environment: environment.name().to_owned(),
            account: environment.account_id().map(str::to_owned),
            region: environment.region_name().map(str::to_owned),
        };
        (environment.account_id().is_some() || home.region.is_some()).then_some(home)
    }

    /// Refuses an option that says another region.
    pub(crate) fn check(&self, options: &Global) -> Result<(), HomeError> {
        match (&self.region, &options.region) {
            (Some(region), Some(given)) if region != given => Err(HomeError::Region {
                environment: self.environment.clone(),
                region: region.clone(),
                given: given.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses the credentials of another account.
    #[cfg(feature = "aws")]
    pub(crate) async fn check_account(&self, config: &aws_config::SdkConfig) -> Result<(), crate::CliError> {
        let Some(account) = &self.account else { return Ok(()) };
        let given = crate::aws::sts::identity(config).await?.account;
        if given == *account {
            return Ok(());
        }
        let (environment, account) = (self.environment.clone(), account.clone());
        Err(HomeError::Account { environment, account, given }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(region: Option<&str>) -> Global {
        use clap::Parser;
        #[derive(Parser)]
        struct Line {
            #[command(flatten)]
            global: Global,
        }
        let given = region.map(|it| format!("--region={it}"));
        Line::parse_from(["service".to_owned()].into_iter().chain(given)).global
    }

    #[test]
    fn an_option_does_not_take_an_environment_elsewhere() {
        assert!(Home::of(&Environment::new("test", ())).is_none());
        let home = Home::of(&Environment::new("production", ()).region("eu-central-1")).unwrap();
        assert_eq!(home.check(&options(None)), Ok(()));
        assert_eq!(home.check(&options(Some("eu-central-1"))), Ok(()));
        let error = home.check(&options(Some("eu-west-1"))).unwrap_err();
        assert_eq!(error.to_string(), "--region says eu-west-1, and the environment `production` is in eu-central-1");
    }

    #[cfg(feature = "aws")]
    #[tokio::test]
    async fn the_credentials_of_another_account_are_refused() {
        use crate::deploy::tests::script::{Answer, Script};

        let identity = "<Account>111111111111</Account><Arn>arn:aws:iam::111111111111:user/a</Arn><UserId>a</UserId>";
        let answers = || vec![Answer::result("GetCallerIdentity", identity)];
        let check = async |account: &str| {
            let script = Script::new([("GetCallerIdentity", answers())]);
            let home = Home::of(&Environment::new("production", ()).account(account)).unwrap();
            home.check_account(&script.config()).await.map_err(|error| error.message)
        };
        assert_eq!(check("111111111111").await, Ok(()));
        let refused = "the credentials are those of account 111111111111, and the environment `production` is in account \
                       222222222222";
        assert_eq!(check("222222222222").await, Err(refused.to_owned()));
    }
}
