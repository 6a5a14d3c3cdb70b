//! When the user's hooks run: before and after a build and a deployment.

use sparta_core::{
    SmokeTestError,
    hook::{Build, HookError, Package},
};

use crate::{CliError, error::Advice, output::say, session::Session};

/// What it failed with says what to do.
impl Advice for HookError {
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// It does so too.
impl Advice for SmokeTestError {
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

pub(crate) fn before_build(session: &Session, build: &Build) -> Result<(), CliError> {
    for hook in session.app.steps().before_build.iter() {
        say(format!("hook {hook}"));
        hook.run(build)?;
    }
    Ok(())
}

pub(crate) fn after_build(session: &Session, package: &Package) -> Result<(), CliError> {
    for hook in session.app.steps().after_build.iter() {
        say(format!("hook {hook}"));
        hook.run(package)?;
    }
    Ok(())
}

#[cfg(feature = "aws")]
pub(crate) use aws::DeploymentHooks;

/// What only the `aws` build does.
#[cfg(feature = "aws")]
mod aws {
    use aws_config::SdkConfig;
    use sparta_core::{
        Environment, Model,
        hook::{Deployment, Package, Steps},
    };

    use crate::{CliError, output::say, stack::Lookup};

    /// The hooks around one deployment.
    pub(crate) struct DeploymentHooks<'a> {
        pub(crate) steps: &'a Steps,
        pub(crate) config: &'a SdkConfig,
        pub(crate) model: &'a Model,
        pub(crate) environment: Option<&'a Environment>,
        pub(crate) stack: &'a str,
    }

    impl DeploymentHooks<'_> {
        /// Runs those that have to agree.
        pub(crate) async fn before(&self, package: &Package) -> Result<(), CliError> {
            let environment = self.environment.map(Environment::name);
            let deployment = Deployment::new(environment, self.stack, package.clone());
            let deployment = deployment.with_extension(self.config.clone());
            for hook in self.steps.before_deployment.iter() {
                say(format!("hook {hook}"));
                let ended = hook.run(deployment.clone()).await;
                ended.map_err(|error| CliError::from(error).hint("Nothing was deployed."))?;
            }
            Ok(())
        }

        /// Whether something looks at the environment after it was deployed.
        pub(crate) fn has_smoke_tests(&self) -> bool {
            self.environment.is_some_and(|environment| !environment.smoke_tests().is_empty())
        }

        /// Runs the environment's smoke tests over the stack as it is now.
        pub(crate) async fn smoke(&self) -> Result<(), CliError> {
            let Some(environment) = self.environment.filter(|_| self.has_smoke_tests()) else { return Ok(()) };
            let lookup = Lookup::new(self.config, self.model);
            let deployed = lookup.just_deployed(self.stack, self.environment).await?;
            crate::commands::run_smoke_tests(environment, deployed).await
        }

        /// Runs those that follow, over the stack as it is now.
        pub(crate) async fn after(&self) -> Result<(), CliError> {
            if self.steps.after_deployment.is_empty() {
                return Ok(());
            }
            let stays = |error: CliError| {
                let stack = self.stack;
                error.hint(format!("The stack {stack} is deployed, and stays. The same command runs its hooks again."))
            };
            let lookup = Lookup::new(self.config, self.model);
            let deployed = lookup.just_deployed(self.stack, self.environment).await.map_err(stays)?;
            for hook in self.steps.after_deployment.iter() {
                say(format!("hook {hook}"));
                hook.run(deployed.clone()).await.map_err(|error| stays(error.into()))?;
            }
            Ok(())
        }
    }
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use std::sync::{Arc, Mutex};

    use sparta_core::{
        App, Deployed, Environment, Error, Function, Request,
        construct::{Construct, Queue},
        hook::{Deployment, PackagePaths},
        service_fn,
    };

    use super::*;
    use crate::{
        command::AwsExt,
        deploy::tests::script::{Answer, Script},
    };

    fn app() -> App {
        App::new("Links")
            .function(Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
            .environment(Environment::new("test", ()))
    }

    fn aws() -> Script {
        let id = "arn:aws:cloudformation:eu-west-1:111111111111:stack/Mine/1";
        let stack = format!(
            "<Stacks><member><StackId>{id}</StackId><StackName>Mine</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>\
             <CreationTime>2026-01-02T03:04:05Z</CreationTime><Tags><member><Key>sparta:app</Key><Value>Links</Value>\
             </member></Tags></member></Stacks>"
        );
        let queue = "<StackResourceSummaries><member><LogicalResourceId>ClicksQueue</LogicalResourceId>\
                     <PhysicalResourceId>https://sqs/clicks</PhysicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType>\
                     <ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
                     <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member></StackResourceSummaries>";
        Script::new([
            ("DescribeStacks", vec![Answer::result("DescribeStacks", &stack)]),
            ("ListStackResources", vec![Answer::result("ListStackResources", queue)]),
        ])
    }

    /// Both kinds of hooks of an App around a deployment of its environment `test` to the stack `Mine`.
    async fn deploy(app: &App) -> Result<(), String> {
        let (script, model) = (aws(), app.validate().unwrap());
        let hooks = DeploymentHooks {
            steps: app.steps(),
            config: &script.config(),
            model: &model,
            environment: model.environment("test"),
            stack: "Mine",
        };
        let package = Package::new(Build::new(model.clone(), "package", "output"), "4f2a", PackagePaths::default());
        let report = |error: CliError| {
            let mut report = Vec::new();
            error.write_report(&mut report).unwrap();
            String::from_utf8(report).unwrap()
        };
        hooks.before(&package).await.map_err(report)?;
        hooks.after().await.map_err(report)
    }

    #[tokio::test]
    async fn hooks_know_where_what_is_deployed_and_what_it_is_called() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (before, after) = (Arc::clone(&seen), Arc::clone(&seen));
        let app = app().before_deployment(move |deployment: Deployment| {
            let place = (deployment.environment().map(str::to_owned), deployment.stack().to_owned());
            before.lock().unwrap().push(format!("{place:?} {}", deployment.package().build_id()));
            async move { deployment.aws().map(|_| ()) }
        });
        let app = app.after_deployment(move |deployed: Deployed| {
            let queue = Queue::new("clicks").name_in(&deployed);
            let environment = deployed.environment().map(str::to_owned);
            after.lock().unwrap().push(format!("{environment:?} {} {queue:?}", deployed.stack()));
            async move { deployed.aws().map(|_| ()) }
        });
        deploy(&app).await.unwrap();
        let expected = [r#"(Some("test"), "Mine") 4f2a"#, r#"Some("test") Mine Ok("https://sqs/clicks")"#];
        assert_eq!(*seen.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn a_hook_that_refuses_a_deployment_is_reported_with_its_name() {
        async fn refuse(_: Deployment) -> Result<(), Error> {
            Err("the office is closed".into())
        }
        let line = line!() + 1;
        let report = deploy(&app().before_deployment(refuse)).await.unwrap_err();
        let place = format!("{}:{line}", file!());
        let expected = format!(
            "error: the hook `before_deployment` of {place} failed\n  caused by: the office is closed\nhint: Nothing was deployed.\n"
        );
        assert_eq!(report, expected);
    }

    #[tokio::test]
    async fn a_hook_that_fails_after_a_deployment_says_that_it_stays() {
        async fn other(deployed: Deployed) -> Result<(), Error> {
            Queue::new("orders").name_in(&deployed)?;
            Ok(())
        }
        let report = deploy(&app().after_deployment(other)).await.unwrap_err();
        assert!(report.starts_with("error: the hook `after_deployment` of "), "{report}");
        assert!(report.contains("caused by: the stack `Mine` has no queue `orders`: "), "{report}");
        assert!(
            report.ends_with("hint: The stack Mine is deployed, and stays. The same command runs its hooks again.\n")
        );
    }
}
