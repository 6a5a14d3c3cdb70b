//! Where the job of a CI system deploys to: what the stack of its roles says.

#[cfg(feature = "aws")]
use std::collections::BTreeMap;

use sparta_core::{Environment, Synthesis, delivery::Target};

use crate::{CliError, error::Advice};

/// What the stack with the roles of a CI system's jobs has for one environment.
pub(crate) struct Delivery {
    pub(crate) target: Target,
}

/// Why a job cannot deploy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// CodePipeline deploys by itself.
    #[error("`--pipeline` is for the jobs of GitHub Actions and GitLab CI, and the App declares no such pipeline")]
    Undeclared,
    /// There are no roles.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what deploys looks for them"))]
    #[error("there is no stack `{0}` with the roles and the bucket of this deployment")]
    NoStack(String),
    /// The stack was made for another declaration.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what deploys looks for them"))]
    #[error("the stack `{stack}` has no output `{output}`")]
    NoOutput {
        /// The stack.
        stack: String,
        /// The output.
        output: String,
    },
}

impl Advice for DeliveryError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Undeclared => {
                "Declare it with `Pipeline::system(CiSystem::GitHubActions)`; without it, leave --pipeline out."
                    .to_owned()
            }
            Self::NoStack(_) | Self::NoOutput { .. } => {
                "`provisionPipeline` makes it, in the account and region that is deployed to.".to_owned()
            }
        }]
    }
}

impl Delivery {
    /// What the pipeline of this name has for an environment.
    pub(crate) fn of(
        synthesis: &Synthesis,
        pipeline: &str,
        environment: Option<&Environment>,
    ) -> Result<Self, CliError> {
        let declared = synthesis.model.pipeline().ok_or(DeliveryError::Undeclared)?;
        let targets = synthesis.targets(&declared.clone().name(pipeline))?;
        let is_it = |target: &Target| environment.is_some_and(|it| it.name() == target.environment);
        let target = targets.into_iter().find(is_it).ok_or(DeliveryError::Undeclared)?;
        Ok(Self { target })
    }

    /// The bucket, the role and the boundary, as the outputs of the stack have them.
    #[cfg(feature = "aws")]
    pub(crate) fn read(&self, outputs: &BTreeMap<&str, &str>) -> Result<Means, DeliveryError> {
        let output = |name: &String| {
            let missing = || DeliveryError::NoOutput { stack: self.target.roles.clone(), output: name.clone() };
            outputs.get(name.as_str()).map(|&value| value.to_owned()).ok_or_else(missing)
        };
        let Target { bucket, role, boundary, .. } = &self.target;
        Ok(Means { bucket: output(bucket)?, role: output(role)?, boundary: boundary.as_ref().map(output).transpose()? })
    }
}

/// What a job deploys with.
#[cfg(feature = "aws")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Means {
    pub(crate) bucket: String,
    pub(crate) role: String,
    pub(crate) boundary: Option<String>,
}

#[cfg(test)]
mod tests {
    use sparta_core::{App, CiSystem, Error, Function, Pipeline, Request, delivery::Source, service_fn};

    use super::*;
    use crate::calls;

    fn synthesis(system: CiSystem) -> Synthesis {
        let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
        let app = App::new("Hello")
            .function(hello)
            .environment(Environment::new("test", ()))
            .pipeline(Pipeline::github("https://github.com/acme/hello").system(system));
        app.synthesize().unwrap()
    }

    #[test]
    fn the_role_of_a_job_allows_what_provision_calls() {
        let synthesis = synthesis(CiSystem::GitHubActions);
        let roles = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
        let roles: serde_json::Value = serde_json::from_str(&roles.to_json()).unwrap();
        let role = roles["Resources"]["TestDeployRole"].to_string();
        // What failed at first is for a person to clear away.
        let is_asked = |call: &&calls::Call| call.name != "DeleteStack";
        let all = [calls::STACK, calls::BUCKET, calls::OBJECT, calls::FUNCTION];
        for call in all.into_iter().flatten().filter(is_asked) {
            assert!(role.contains(&format!("\"{}\"", call.action)), "{}", call.action);
        }
    }

    #[test]
    fn a_pipeline_without_jobs_has_nothing_for_them() {
        let synthesis = synthesis(CiSystem::CodePipeline);
        let environment = synthesis.model.environment("test");
        let error = Delivery::of(&synthesis, "Hello-main", environment).err().unwrap();
        assert!(error.message.contains("the App declares no such pipeline"), "{}", error.message);
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_job_deploys_with_what_the_stack_of_its_roles_has() {
        let [bucket, role, boundary] = ["Bucket", "Role", "Boundary"].map(str::to_owned);
        let target = Target {
            environment: "test".into(),
            stack: "Test-A".into(),
            roles: "A-main".into(),
            bucket,
            role,
            boundary: Some(boundary),
        };
        let delivery = Delivery { target };
        let mut outputs = BTreeMap::from([("Bucket", "code"), ("Role", "arn:role"), ("Boundary", "arn:policy")]);
        let means = Means { bucket: "code".into(), role: "arn:role".into(), boundary: Some("arn:policy".into()) };
        assert_eq!(delivery.read(&outputs), Ok(means));
        outputs.remove("Boundary");
        let missing = DeliveryError::NoOutput { stack: "A-main".into(), output: "Boundary".into() };
        assert_eq!(delivery.read(&outputs), Err(missing));
    }
}
