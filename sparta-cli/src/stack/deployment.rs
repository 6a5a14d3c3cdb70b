//! An account and region that something is deployed to.

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};
use sparta_core::{
    cfn::Template,
    contract::{BUILD_ID_TAG, CODE_BUCKET, CODE_KEY, VERSION_TAG},
};

use super::Request;
use crate::{
    CliError,
    aws::{
        cloudformation::{CloudFormation, Stack},
        sts,
    },
    deploy::{
        self, Change, CodeIdentity, Desired, InPlace, Outcome, Pace, Progress, StackError, Stacks, State,
        TEMPLATE_BODY_LIMIT, TemplateSource, Upload,
    },
    difference::Reviewer,
    output::Shown,
    session::Session,
};

/// An account and region that something is deployed to, and the bucket that carries it there.
pub(crate) struct Deployment {
    config: aws_config::SdkConfig,
    progress: Box<dyn Progress>,
    account: String,
    bucket: Option<String>,
    /// Whether the stack began as its bucket.
    began: bool,
    pace: Pace,
    reviewer: Option<Reviewer>,
}

impl Deployment {
    /// Finds out who is calling, which also finds out that somebody is.
    pub(crate) async fn start(session: &Session, bucket: Option<&str>) -> Result<Self, CliError> {
        Self::of(session.aws().await?, session.progress(), bucket, Pace::default()).await
    }

    /// The account of this configuration.
    pub(crate) async fn of(
        config: aws_config::SdkConfig,
        progress: Box<dyn Progress>,
        bucket: Option<&str>,
        pace: Pace,
    ) -> Result<Self, CliError> {
        let identity = sts::identity(&config).await;
        let account = identity.map_err(|error| CliError::from(error).hint("Nothing was deployed."))?.account;
        Ok(Self { config, progress, account, bucket: bucket.map(str::to_owned), began: false, pace, reviewer: None })
    }

    /// Sets who looks at updates before they begin.
    #[must_use]
    pub(crate) fn reviewed_by(mut self, reviewer: Reviewer) -> Self {
        self.reviewer = Some(reviewer);
        self
    }

    pub(crate) fn config(&self) -> &aws_config::SdkConfig {
        &self.config
    }

    /// With another bucket.
    pub(crate) fn through(self, bucket: String) -> Self {
        Self { bucket: Some(bucket), ..self }
    }

    pub(crate) fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    /// The same with this bucket.
    pub(crate) fn with_bucket(self, bucket: Option<&str>) -> Self {
        Self { bucket: bucket.map(str::to_owned), ..self }
    }

    /// The account that is deployed to.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Deletes a stack of this app, and waits until it is gone.
    pub(crate) async fn delete(&self, name: &str, app: &str) -> Result<(), StackError> {
        self.stacks().delete(name, Some(app)).await.map(drop)
    }

    fn stacks(&self) -> Stacks<'_> {
        Stacks::new(&self.config, &*self.progress).pace(self.pace).reviewer(self.reviewer.as_ref())
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
        self.stacks().check_owner(&request.stack_name, app).await
    }

    /// The stack as it is once the operation that is under way has ended; none where there is none.
    pub(crate) async fn settled(&self, name: &str) -> Result<Option<Stack>, CliError> {
        let stack = CloudFormation::new(&self.config).stack(name).await?;
        match stack {
            Some(busy) if State::of(Some(&busy)) == State::Busy => {
                self.stacks().attach(&busy).await?;
                Ok(CloudFormation::new(&self.config).stack(name).await?)
            }
            stack => Ok(stack),
        }
    }

    /// Asks for what the update takes before anything is compiled or uploaded for it.
    pub(crate) async fn review(&self, request: &Request) -> Result<(), StackError> {
        self.stacks().review_early(&request.stack_name).await
    }

    /// The template in the request where it fits, else through the bucket.
    pub(crate) async fn template(&self, app: &str, template: &Template) -> Result<TemplateSource, CliError> {
        self.template_text(app, template.to_compact_json()).await
    }

    /// The same for a template that is a text.
    pub(crate) async fn template_text(&self, app: &str, body: String) -> Result<TemplateSource, CliError> {
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

    /// With the stack's own bucket of this logical id, where the template needs one and none is given. A stack that is not there
    /// yet begins as `begin`, which has the bucket.
    pub(crate) async fn with_own_bucket(
        mut self,
        request: &Request,
        template: &Template,
        id: &str,
        begin: &Template,
    ) -> Result<Self, CliError> {
        let is_small = template.to_compact_json().len() <= TEMPLATE_BODY_LIMIT;
        if self.bucket.is_some() || is_small || begin.resources().is_empty() {
            return Ok(self);
        }
        let (cloudformation, name) = (CloudFormation::new(&self.config), request.stack_name.as_str());
        let stack = cloudformation.stack(name).await?;
        if !matches!(State::of(stack.as_ref()), State::Ready | State::Busy) {
            let request = Request { parameters: BTreeMap::new(), capabilities: Vec::new(), ..request.clone() };
            self.converge(&request, TemplateSource::Body(begin.to_compact_json())).await?;
            self.began = true;
        }
        let resources = cloudformation.resources(name).await?;
        self.bucket = resources.into_iter().find(|it| it.logical_id == id).and_then(|it| it.physical_id);
        Ok(self)
    }

    /// The same without somebody who looks at updates.
    pub(super) fn unreviewed(&self) -> Stacks<'_> {
        Stacks::new(&self.config, &*self.progress).pace(self.pace)
    }

    /// Makes the stack what is asked for.
    pub(crate) async fn converge(&self, request: &Request, template: TemplateSource) -> Result<Outcome, StackError> {
        let mut outcome = self.stacks().converge(&request.with_template(template)).await?;
        if self.began {
            outcome.change = Change::Created;
        }
        Ok(outcome)
    }

    /// Makes sure that the functions run the archive that was uploaded.
    pub(crate) async fn verify(&self, request: &Request, template: &Template, code: &[u8]) -> Result<(), CliError> {
        let functions = deploy::functions(&json(template)?, &code_identity());
        Ok(self.stacks().verify_code(&self.config, &request.stack_name, &functions, &sha256(code)).await?)
    }

    /// Prints what was done, and the outputs.
    pub(crate) fn print(&self, session: &Session, request: &Request, outcome: &Outcome) -> Result<(), CliError> {
        let done = match outcome.change {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
        };
        let mut text = format!("stack {} is {done}", request.stack_name);
        for output in &outcome.outputs {
            text += &format!("\n{} = {}", output.key, Shown(&output.value));
        }
        session.print(&text, outcome)
    }

    /// Replaces the code of the functions where nothing else has changed.
    ///
    /// Answers the names of the functions that were updated.
    pub(crate) async fn update_in_place(
        &self,
        request: &Request,
        template: &Template,
        code: &[u8],
    ) -> Result<Vec<String>, CliError> {
        let template = json(template)?;
        let in_place = InPlace {
            name: request.stack_name.clone(),
            desired: Desired { template, parameters: request.parameters.clone(), tags: request.tags.clone() },
            code: code_identity(),
            sha256: Some(sha256(code)),
        };
        Ok(self.stacks().update_in_place(&self.config, &in_place).await?)
    }
}

/// What stands for the code in a service's stack.
fn code_identity() -> CodeIdentity {
    CodeIdentity {
        bucket_parameter: CODE_BUCKET.to_owned(),
        key_parameter: CODE_KEY.to_owned(),
        tags: BTreeSet::from([BUILD_ID_TAG.to_owned(), VERSION_TAG.to_owned()]),
    }
}

/// Base64 of the archive's SHA-256, as Lambda tells it.
fn sha256(code: &[u8]) -> String {
    base64::encode(Sha256::digest(code))
}

fn json(template: &Template) -> Result<serde_json::Value, CliError> {
    serde_json::to_value(template).map_err(|error| CliError::failed("the template is no JSON").source(error))
}
