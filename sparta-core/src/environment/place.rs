//! The account and the region of an environment's stack.

use super::{Environment, EnvironmentMistake};

impl Environment {
    /// The AWS account of its stack, such as `222222222222`: `provision` refuses the credentials of another one, and the pipeline
    /// deploys there in roles that `provisionPipeline --target ENVIRONMENT` makes with credentials of that account. By default the
    /// account of the pipeline, or of whoever deploys.
    ///
    /// The pipeline's artifacts are then encrypted with a KMS key of its own, for which AWS charges by the month.
    ///
    /// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Environment;
    ///
    /// let production = Environment::new("production", [("MESSAGE", "Hello Production!")])
    ///     .account("222222222222")
    ///     .region("eu-central-1");
    /// ```
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The region of its stack, such as `eu-central-1`: all commands look for it there. By default the region of the pipeline, or
    /// of whoever deploys.
    ///
    /// The pipeline has a bucket in each region that it deploys to.
    ///
    /// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html>.
    ///
    /// # Example
    ///
    /// [`account`](Self::account) has one.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The account of its stack, where it is said.
    pub fn account_id(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The region of its stack, where it is said.
    pub fn region_name(&self) -> Option<&str> {
        self.region.as_deref()
    }

    pub(super) fn check_place(&self) -> Vec<EnvironmentMistake> {
        let account = self.account.as_ref().filter(|it| !is_account(it)).cloned().map(EnvironmentMistake::Account);
        let region = self.region.as_ref().filter(|it| !is_region(it)).cloned().map(EnvironmentMistake::Region);
        account.into_iter().chain(region).collect()
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether AWS could have a region of this name: `eu-central-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [words @ .., number] = &parts[..] else { return false };
    let is_word = |word: &&str| (2..=12).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&words.len())
        && words.iter().all(is_word)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_twelve_digits_and_regions_are_called_as_aws_calls_them() {
        let mistakes = |account: &str, region: &str| {
            let environment = Environment::new("production", ()).account(account).region(region);
            environment.check_place().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        for region in ["eu-central-1", "us-gov-west-1", "ap-southeast-2", "eusc-de-east-1", "us-iso-east-1"] {
            assert_eq!(mistakes("012345678901", region), [""; 0]);
        }
        for region in ["", "eu", "eu-central", "eu-central-1a", "EU-CENTRAL-1", "eu_central_1", "eu-central-123"] {
            assert_eq!(
                mistakes("222222222222", region),
                [format!("its region `{region}` is none of AWS, such as `eu-central-1`")]
            );
        }
        for account in ["", "22222222222", "2222222222222", "2222-2222-2222", "production"] {
            assert_eq!(
                mistakes(account, "eu-central-1"),
                [format!("its account `{account}` has to be the 12 digits of an AWS account")]
            );
        }
    }
}
