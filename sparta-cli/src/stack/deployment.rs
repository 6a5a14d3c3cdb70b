//! An account and region that something is deployed to.

use std::collections::BTreeSet;

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};
use sparta_core::{
    cfn::Template,
    contract::{BUILD_ID_TAG, CODE_BUCKET, CODE_KEY, VERSION_TAG},
};

use super::Request;
use crate::{
    CliError,
    aws::sts,
    deploy::{
        self, Change, CodeIdentity, Desired, InPlace, Progress, StackError, StackRequest, Stacks, TEMPLATE_BODY_LIMIT,
        TemplateSource, Upload,
    },
    package::Built,
    session::Session,
};

/// An account and region that something is deployed to, and the bucket that carries it there.
pub(crate) struct Deployment {
    config: aws_config::SdkConfig,
    progress: Box<dyn Progress>,
    account: String,
    bucket: Option<String>,
}

impl Deployment {
    /// Finds out who is calling, which also finds out that somebody is.
    pub(crate) async fn start(session: &Session, bucket: Option<&str>) -> Result<Self, CliError> {
        let config = session.aws().await?;
        let identity = sts::identity(&config).await?;
        Ok(Self { config, progress: session.progress(), account: identity.account, bucket: bucket.map(str::to_owned) })
    }

    pub(crate) fn config(&self) -> &aws_config::SdkConfig {
        &self.config
    }

    pub(crate) fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    fn bucket(&self) -> Result<String, CliError> {
        let missing = || CliError::usage("a bucket is needed: --s3Bucket BUCKET");
        self.bucket.clone().ok_or_else(missing)
    }

    /// Refuses a bucket that nothing could be uploaded to.
    pub(crate) async fn check_bucket(&self) -> Result<(), CliError> {
        let checked = deploy::check_bucket(&self.config, &self.bucket()?, Some(&self.account)).await;
        checked.map_err(|error| CliError::from(error).hint("Nothing was deployed."))
    }

    /// Uploads to the bucket what is not there yet.
    pub(crate) async fn upload(&self, key: &str, bytes: Vec<u8>) -> Result<(), CliError> {
        let upload =
            Upload { bucket: self.bucket()?, key: key.to_owned(), content: bytes, owner: Some(self.account.clone()) };
        let uploaded = deploy::upload(&self.config, &*self.progress, upload).await;
        uploaded.map_err(|error| CliError::from(error).hint("Nothing was deployed."))?;
        Ok(())
    }

    /// Refuses a stack of somebody else's before anything is done for it.
    pub(crate) async fn check_owner(&self, request: &Request, app: &str) -> Result<(), StackError> {
        Stacks::new(&self.config, &*self.progress).check_owner(&request.stack_name, app).await
    }

    /// The template in the request where it fits, else through the bucket.
    pub(crate) async fn template(&self, app: &str, template: &Template) -> Result<TemplateSource, CliError> {
        let body = template.to_compact_json();
        if body.len() <= TEMPLATE_BODY_LIMIT {
            return Ok(TemplateSource::Body(body));
        }
        if self.bucket.is_none() {
            let message = format!("the template takes {} bytes, and CloudFormation takes 51,200 directly", body.len());
            return Err(CliError::usage(message).hint("Give --s3Bucket: larger ones go through a bucket."));
        }
        let key = crate::package::template_key(app, body.as_bytes());
        self.upload(&key, body.into_bytes()).await?;
        let bucket = self.bucket()?;
        let region = self.config.region().map(ToString::to_string).unwrap_or_default();
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        Ok(TemplateSource::Url(match self.config.endpoint_url() {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!("https://s3.{region}.amazonaws.com{suffix}/{bucket}/{key}"),
        }))
    }

    /// Makes the stack what is asked for, and prints its outputs.
    pub(crate) async fn converge(
        &self,
        session: &Session,
        request: &Request,
        template: TemplateSource,
    ) -> Result<(), CliError> {
        let stack = StackRequest {
            name: request.stack_name.clone(),
            template,
            parameters: request.parameters.clone(),
            tags: request.tags.clone(),
            capabilities: request.capabilities.iter().map(|&capability| capability.to_owned()).collect(),
            policy: request.stack_policy.clone(),
        };
        let outcome = Stacks::new(&self.config, &*self.progress).converge(&stack).await?;
        let done = match outcome.change {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
        };
        let mut text = format!("stack {} is {done}", request.stack_name);
        for output in &outcome.outputs {
            text += &format!("\n{} = {}", output.key, output.value);
        }
        session.print(&text, &outcome)
    }

    /// Replaces the code of the functions where nothing else has changed.
    pub(crate) async fn update_in_place(
        &self,
        session: &Session,
        request: &Request,
        built: &Built,
    ) -> Result<(), CliError> {
        let template = serde_json::to_value(&built.synthesis.template)
            .map_err(|error| CliError::failed("the template is no JSON").source(error))?;
        let in_place = InPlace {
            name: request.stack_name.clone(),
            desired: Desired { template, parameters: request.parameters.clone(), tags: request.tags.clone() },
            code: CodeIdentity {
                bucket_parameter: CODE_BUCKET.to_owned(),
                key_parameter: CODE_KEY.to_owned(),
                tags: BTreeSet::from([BUILD_ID_TAG.to_owned(), VERSION_TAG.to_owned()]),
            },
            sha256: Some(base64::encode(Sha256::digest(built.code.bytes()))),
        };
        let updated = Stacks::new(&self.config, &*self.progress).update_in_place(&self.config, &in_place).await?;
        let text = if updated.is_empty() {
            format!("stack {} is unchanged", request.stack_name)
        } else {
            format!("new code for {}", updated.join(", "))
        };
        session.print(&text, &serde_json::json!({"stack": request.stack_name, "updated": updated}))
    }
}
