//! What a pipeline has in other regions and accounts: a bucket and its key in each region, and the roles of each environment there.

use std::path::PathBuf;

use serde::Serialize;
use sparta_core::{
    Pipeline, Synthesis,
    contract::{ARTIFACT_BUCKET, ARTIFACT_KEY},
    delivery::{Elsewhere, Store},
};

use crate::{CliError, error::Advice, package::Output, session::cargo_run};

/// Where an environment's stack lets the pipeline deploy it.
#[derive(clap::Args)]
pub(super) struct TargetOptions {
    /// Make the roles that the pipeline takes on to deploy this environment, with credentials of the environment's account, and
    /// nothing else
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(super) target: Option<String>,

    /// With --target: the bucket of what the pipeline deploys, which `provisionPipeline` says
    #[arg(long = "artifactBucket", alias = "artifact-bucket", value_name = "BUCKET", requires = "target",
        value_parser = crate::stack::bucket_name)]
    pub(super) artifact_bucket: Option<String>,

    /// With --target: the ARN of the key of that bucket, in the pipeline's account
    #[arg(long = "artifactKey", alias = "artifact-key", value_name = "ARN", requires = "target", value_parser = key)]
    pub(super) artifact_key: Option<Key>,
}

/// The ARN of a key of KMS, and its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) arn: String,
    pub(super) region: String,
    pub(super) account: String,
}

/// Why an environment is no target.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TargetError {
    /// It is deployed with the pipeline's own stack.
    #[error("the environment `{0}` says neither its account nor its region: the pipeline's own stack has its roles")]
    Home(String),
    /// There is no such environment.
    #[error("there is no environment called `{0}`")]
    Unknown(String),
    /// The roles would be for another region than the one that is deployed to.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what calls AWS knows its region"))]
    #[error("the key of --artifactKey is in {key}, and the roles would be for {region}")]
    Region {
        /// The key's region.
        key: String,
        /// Where AWS is called.
        region: String,
    },
    /// Nothing would keep it from what the others have.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only what calls AWS knows its account"))]
    #[error(
        "`{environment}` says account {account}, which is the pipeline's own, and so that of `{other}`, which says none"
    )]
    Own {
        /// The environment.
        environment: String,
        /// Its account.
        account: String,
        /// One that says nothing.
        other: String,
    },
    /// The pipeline's stack has to be there first.
    #[error("{option} is needed: {what}")]
    Missing {
        /// The option.
        option: &'static str,
        /// What it is.
        what: &'static str,
    },
}

impl Advice for TargetError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Home(_) => {
                "Leave --target out, or say `.account(..)` or `.region(..)` on the environment.".to_owned()
            }
            Self::Region { key, .. } => format!("Add --region {key}: roles are for one region."),
            Self::Own { .. } => {
                "Environments of one account are kept apart from each other: leave `.account(..)` out there, or say it on all of \
                 them."
                    .to_owned()
            }
            Self::Unknown(_) => "`describe` shows the environments.".to_owned(),
            Self::Missing { .. } => format!(
                "`{} provisionPipeline`, with credentials of the pipeline's account, ends with the whole command.",
                cargo_run()
            ),
        }]
    }

    fn kind(&self) -> crate::error::ErrorKind {
        crate::error::ErrorKind::Usage
    }
}

/// See <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN>.
fn key(text: &str) -> Result<Key, String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["arn", _, "kms", region, account, id] if !region.is_empty() && id.starts_with("key/") => {
            let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
            let key = Key { arn: text.to_owned(), region: region.to_owned(), account: account.to_owned() };
            is_account.then_some(key).ok_or_else(|| format!("`{account}` is no account"))
        }
        _ => Err("it is called like `arn:aws:kms:eu-central-1:111111111111:key/...`".to_owned()),
    }
}

/// All that a pipeline has elsewhere.
pub(super) struct Others {
    pub(super) stores: Vec<Store>,
    pub(super) targets: Vec<Elsewhere>,
}

/// A stack elsewhere, of which `--noop` writes the template.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    stack: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    template: PathBuf,
}

impl Others {
    pub(super) fn of(synthesis: &Synthesis, pipeline: &Pipeline) -> Result<Self, CliError> {
        let others = Self { stores: synthesis.stores(pipeline)?, targets: synthesis.elsewhere(pipeline)? };
        let templates = others.stores.iter().map(|it| &it.template).chain(others.targets.iter().map(|it| &it.template));
        templates.into_iter().try_for_each(|template| synthesis.check_pipeline(template))?;
        Ok(others)
    }

    /// The environment that `--target` names.
    pub(super) fn target(self, synthesis: &Synthesis, name: &str) -> Result<Elsewhere, TargetError> {
        let is_known = synthesis.model.environment(name).is_some();
        let unknown =
            || if is_known { TargetError::Home(name.to_owned()) } else { TargetError::Unknown(name.to_owned()) };
        self.targets.into_iter().find(|it| it.environment == name).ok_or_else(unknown)
    }

    /// Writes the templates, each called after its stack.
    pub(super) fn write(&self, output: &Output) -> Result<Vec<Written>, CliError> {
        let write = |stack: &String, template: &sparta_core::cfn::Template| {
            output.write(&format!("{stack}.json"), template.to_json().as_bytes())
        };
        let mut written = Vec::new();
        for Store { region, stack, template } in &self.stores {
            let template = write(stack, template)?;
            written.push(Written { stack: stack.clone(), account: None, region: region.clone(), template });
        }
        for Elsewhere { stack, account, region, template, .. } in &self.targets {
            let (stack, account, region) = (stack.clone(), account.clone(), region.clone());
            let template = write(&stack, template)?;
            written.push(Written { stack, account, region, template });
        }
        Ok(written)
    }

    /// Whose credentials a deployment takes besides.
    pub(super) fn asked(&self) -> impl Iterator<Item = String> {
        let accounts = self.targets.iter().filter_map(|it| Some((&it.environment, it.account.as_ref()?)));
        accounts.map(|(environment, account)| {
            format!("credentials of account {account}, for `provisionPipeline --target {environment}`")
        })
    }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "stack elsewhere {}", self.template.display())
    }
}

/// Whether a template has this parameter.
pub(super) fn takes(target: &Elsewhere, parameter: &str) -> bool {
    target.template.parameters().keys().any(|it| it.as_str() == parameter)
}

impl TargetOptions {
    /// What the target's stack is given.
    pub(super) fn parameters(&self, target: &Elsewhere) -> Result<Vec<(&'static str, String)>, TargetError> {
        let mut parameters = Vec::new();
        if takes(target, ARTIFACT_BUCKET) {
            let what = "the bucket of what the pipeline deploys";
            let missing = TargetError::Missing { option: "--artifactBucket BUCKET", what };
            parameters.push((ARTIFACT_BUCKET, self.artifact_bucket.clone().ok_or(missing)?));
        }
        if takes(target, ARTIFACT_KEY) {
            let what = "the ARN of the key of that bucket, which says the pipeline's account too";
            let missing = TargetError::Missing { option: "--artifactKey ARN", what };
            let key = self.artifact_key.clone().ok_or(missing)?;
            parameters.extend([(ARTIFACT_KEY, key.arn), (sparta_core::contract::PIPELINE_ACCOUNT, key.account)]);
        }
        parameters.retain(|(name, _)| takes(target, name));
        Ok(parameters)
    }
}

#[cfg(feature = "aws")]
pub(super) use aws::{add_stores, check_accounts, deploy_target, deploy_targets};

/// What only the `aws` build does.
#[cfg(feature = "aws")]
mod aws {
    use std::collections::BTreeMap;

    use aws_config::{Region, SdkConfig};
    use sparta_core::{Model, cfn::LogicalId, contract::PIPELINE_ACCOUNT};

    use super::{
        ARTIFACT_BUCKET, ARTIFACT_KEY, CliError, Elsewhere, Others, Store, TargetError, TargetOptions, cargo_run, takes,
    };
    use crate::{
        aws::cloudformation::CloudFormation,
        commands::provision_pipeline::aws::pin,
        deploy::{Outcome, Pace},
        session::Session,
        stack::{Deployment, Request},
    };

    /// Refuses an environment that is in the pipeline's own account and is not kept apart from the others there.
    pub(in super::super) fn check_accounts(
        deployment: &Deployment,
        others: &Others,
        model: &Model,
    ) -> Result<(), TargetError> {
        let silent = model.environments().iter().find(|it| it.account_id().is_none());
        let own = others.targets.iter().find(|it| it.account.as_deref() == Some(deployment.account()));
        match (own, silent) {
            (Some(own), Some(other)) => Err(TargetError::Own {
                environment: own.environment.clone(),
                account: deployment.account().to_owned(),
                other: other.name().to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn region(config: &SdkConfig) -> String {
        config.region().map(ToString::to_string).unwrap_or_default()
    }

    async fn in_region(deployment: &Deployment, session: &Session, name: &str) -> Result<Deployment, CliError> {
        let config = deployment.config().to_builder().region(Region::new(name.to_owned())).build();
        Deployment::of(config, session.progress(), None, Pace::default()).await
    }

    /// Makes the buckets in the regions that are not the pipeline's own, and sets what the pipeline's stack has to know of them.
    pub(in super::super) async fn add_stores(
        session: &Session,
        deployment: &Deployment,
        others: &Others,
        request: &mut Request,
    ) -> Result<(), CliError> {
        for Store { region: name, stack, template } in &others.stores {
            let own = region(deployment.config());
            let mut outputs: BTreeMap<String, String> =
                template.outputs().keys().map(|id| (id.to_string(), String::new())).collect();
            if name.as_ref() != Some(&own) {
                let name = name.as_ref().unwrap_or(&own);
                let there = in_region(deployment, session, name).await?;
                there.progress().say(&format!("What the pipeline hands over in {name}"));
                let wanted = Request { stack_name: stack.clone(), parameters: BTreeMap::new(), ..request.clone() };
                there.check_owner(&wanted, session.app.name()).await?;
                let source = there.template(session.app.name(), template).await?;
                let outcome = there.converge(&wanted, source).await?;
                outputs = outcome.outputs.into_iter().map(|it| (it.key, it.value)).collect();
            }
            request.parameters.extend(outputs);
        }
        Ok(())
    }

    /// Makes what lets the pipeline deploy environments of its own account; of others, says how that is made.
    pub(in super::super) async fn deploy_targets(
        session: &Session,
        deployment: &Deployment,
        others: &Others,
        request: &Request,
    ) -> Result<(), CliError> {
        for target in &others.targets {
            let place = place(deployment, &request.stack_name, target, request).await?;
            if target.account.as_deref().is_some_and(|account| account != deployment.account()) {
                deployment.progress().say(&command(target, &place, &region(deployment.config())));
                continue;
            }
            let name = target.region.clone().unwrap_or_else(|| region(deployment.config()));
            let there = in_region(deployment, session, &name).await?.with_bucket(place.bucket());
            let said = format!("The roles that deploy {} in {name}", target.environment);
            there.progress().say(&said);
            let parameters = place.parameters(deployment.account());
            let parameters = parameters.into_iter().filter(|(name, _)| takes(target, name)).collect();
            converge(session, &there, target, parameters, &request.tags).await?;
        }
        Ok(())
    }

    /// The bucket and the key in a region, as far as a template takes them.
    struct Place(BTreeMap<&'static str, String>);

    impl Place {
        fn bucket(&self) -> Option<&str> {
            self.0.get(ARTIFACT_BUCKET).map(String::as_str)
        }

        fn parameters(self, account: &str) -> BTreeMap<&'static str, String> {
            let mut parameters = self.0;
            parameters.insert(PIPELINE_ACCOUNT, account.to_owned());
            parameters
        }
    }

    /// Where the artifacts are that the environment is deployed from: in the store of its region, else in the pipeline's stack.
    async fn place(
        deployment: &Deployment,
        pipeline: &str,
        target: &Elsewhere,
        request: &Request,
    ) -> Result<Place, CliError> {
        let stack = CloudFormation::new(deployment.config()).stack(pipeline).await?;
        let outputs = stack.map(|stack| stack.outputs).unwrap_or_default();
        let bucket = outputs.into_iter().find(|it| it.key == ARTIFACT_BUCKET).map(|it| it.value);
        let wanted = [(ARTIFACT_BUCKET, "Artifacts", bucket), (ARTIFACT_KEY, ARTIFACT_KEY, None)];
        let wanted = wanted.into_iter().filter(|(parameter, ..)| takes(target, parameter));
        let given = |name: &str| request.parameters.get(name).filter(|it| !it.is_empty()).cloned();
        let found = wanted.map(|(parameter, store, here)| {
            let of_region = target.region.as_deref().map(|region| LogicalId::of_words([region, store]).to_string());
            let there = of_region.and_then(|name| given(&name));
            (parameter, there.or_else(|| given(store)).or(here).unwrap_or_default())
        });
        Ok(Place(found.collect()))
    }

    fn command(target: &Elsewhere, place: &Place, own: &str) -> String {
        let (environment, account) = (&target.environment, target.account.as_deref().unwrap_or_default());
        let region = target.region.as_deref().unwrap_or(own);
        let mut command = format!(
            "Until this is done with credentials of account {account}, executions fail at {environment}: {} provisionPipeline \
             --target {environment} --region {region}",
            cargo_run()
        );
        for (parameter, option) in [(ARTIFACT_BUCKET, "--artifactBucket"), (ARTIFACT_KEY, "--artifactKey")] {
            if let Some(value) = place.0.get(parameter) {
                command += &format!(" {option} {value}");
            }
        }
        command
    }

    /// Makes what lets the pipeline deploy one environment, with credentials of its account.
    pub(in super::super) async fn deploy_target(
        session: &Session,
        options: &TargetOptions,
        bucket: Option<&str>,
        target: &Elsewhere,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CliError> {
        let parameters = options.parameters(target)?.into_iter().collect();
        let deployment = Deployment::start(session, bucket).await?;
        let region = region(deployment.config());
        if let Some(key) = options.artifact_key.as_ref().filter(|key| key.region != region) {
            return Err(TargetError::Region { key: key.region.clone(), region }.into());
        }
        let (request, outcome) = converge(session, &deployment, target, parameters, tags).await?;
        deployment.print(session, &request, &outcome)
    }

    async fn converge(
        session: &Session,
        deployment: &Deployment,
        target: &Elsewhere,
        parameters: BTreeMap<&'static str, String>,
        tags: &BTreeMap<String, String>,
    ) -> Result<(Request, Outcome), CliError> {
        let mut request = Request {
            stack_name: target.stack.clone(),
            parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            tags: tags.clone(),
            capabilities: target.template.capability().into_iter().collect(),
            stack_policy: None,
            role: None,
            rollback_configuration: crate::stack::RollbackConfiguration::default(),
        };
        deployment.check_owner(&request, session.app.name()).await?;
        pin(deployment.config(), &target.pins, &mut request).await?;
        let source = deployment.template(session.app.name(), &target.template).await?;
        let outcome = deployment.converge(&request, source).await?;
        Ok((request, outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_says_the_account_of_the_pipeline() {
        let arn = "arn:aws:kms:eu-central-1:111111111111:key/mrk-1";
        let [region, account] = ["eu-central-1", "111111111111"].map(str::to_owned);
        assert_eq!(key(arn), Ok(Key { arn: arn.to_owned(), region, account }));
        for text in [
            "",
            "1234",
            "alias/hello",
            "arn:aws:kms:eu-central-1:111111111111:alias/hello",
            "arn:aws:kms:eu-central-1::key/1",
        ] {
            assert!(key(text).is_err(), "{text}");
        }
    }
}
