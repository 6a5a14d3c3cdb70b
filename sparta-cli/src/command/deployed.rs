//! What a command of the user's own knows of the deployed service.

use aws_config::SdkConfig;
use sparta_core::{Deployed, Environment, Error, hook::Deployment};

use super::CommandContext;
use crate::stack::Lookup;

/// Which environment is meant: its name, `None` or `()` in an App that has none, or the [`Environment`].
pub trait EnvironmentName {
    /// Its name, where one is given.
    fn environment_name(&self) -> Option<&str>;
}

impl EnvironmentName for str {
    fn environment_name(&self) -> Option<&str> {
        Some(self)
    }
}

impl EnvironmentName for String {
    fn environment_name(&self) -> Option<&str> {
        Some(self)
    }
}

impl EnvironmentName for Environment {
    fn environment_name(&self) -> Option<&str> {
        Some(self.name())
    }
}

impl EnvironmentName for () {
    fn environment_name(&self) -> Option<&str> {
        None
    }
}

impl<T: EnvironmentName> EnvironmentName for Option<T> {
    fn environment_name(&self) -> Option<&str> {
        self.as_ref()?.environment_name()
    }
}

impl<T: EnvironmentName + ?Sized> EnvironmentName for &T {
    fn environment_name(&self) -> Option<&str> {
        (**self).environment_name()
    }
}

impl CommandContext {
    /// The service as it is deployed in an environment: the outputs of its stack, and what its resources are called in AWS.
    ///
    /// The stack is the one that `provision` deploys to, or else the one of the pipeline; of both, `deployed_stack` has to say
    /// which. An App without environments has `()` in place of a name.
    ///
    /// Only the `aws` build has it: wrap the `run` that uses it in `sparta::if_provision!`. It takes the permissions
    /// `cloudformation:DescribeStacks` and `cloudformation:ListStackResources`.
    ///
    /// # Errors
    ///
    /// When there is no such environment, when it is not deployed, when its stack is another app's, and those of the calls. Each
    /// names the stack and what deploys it.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_cli::{Command, CommandContext, clap};
    /// use sparta_core::{Error, construct::{Construct, Table}};
    ///
    /// fn links() -> Table {
    ///     Table::new("links").key("code")
    /// }
    ///
    /// /// Prints what the table is called
    /// #[derive(clap::Args)]
    /// struct Names {
    ///     /// Environment whose table is meant
    ///     #[arg(long, short)]
    ///     environment: String,
    /// }
    ///
    /// impl Command for Names {
    ///     async fn run(self, context: CommandContext) -> Result<(), Error> {
    ///         let deployed = context.deployed(&self.environment).await?;
    ///         let table = links().name_in(&deployed)?;
    ///         context.print(&table, &table)
    ///     }
    /// }
    /// ```
    pub async fn deployed(&self, environment: impl EnvironmentName) -> Result<Deployed, Error> {
        let config = self.aws().await?;
        Ok(Lookup::new(&config, &self.model).environment(environment.environment_name()).await?)
    }

    /// The service as it is deployed to a stack by its name, such as a second copy, or one of two of the same environment.
    ///
    /// # Errors
    ///
    /// When there is no such stack, and those of the calls.
    pub async fn deployed_stack(&self, name: &str) -> Result<Deployed, Error> {
        let config = self.aws().await?;
        Ok(Lookup::new(&config, &self.model).stack(name).await?)
    }
}

/// AWS's configuration where the service is deployed; `use sparta::prelude::*;` brings it, in the `aws` build.
pub trait AwsExt {
    /// The configuration that the deployment was called or found with; a client of any service is made from it.
    ///
    /// # Errors
    ///
    /// Where a test has made it.
    fn aws(&self) -> Result<&SdkConfig, Error>;
}

const OF_A_TEST: &str = "this deployment was made by a test, which has no configuration of AWS";

impl AwsExt for Deployed {
    fn aws(&self) -> Result<&SdkConfig, Error> {
        Ok(self.extension().ok_or(OF_A_TEST)?)
    }
}

impl AwsExt for Deployment {
    fn aws(&self) -> Result<&SdkConfig, Error> {
        Ok(self.extension().ok_or(OF_A_TEST)?)
    }
}
