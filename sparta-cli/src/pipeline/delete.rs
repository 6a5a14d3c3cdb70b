//! A pipeline goes, and what outlives it where nothing needs that any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::Value;
use sparta_core::contract::TOKEN_VERSION;

use super::remains::{Remains, retained, stacks};
use crate::{
    CliError,
    aws::{
        AwsError,
        cloudformation::{CloudFormation, Stack},
        s3::S3,
        secrets::Secrets,
    },
    deploy::{StackError, State, not_ours},
    output::Shown,
    stack::{Deployment, Request, RollbackConfiguration},
};

/// A pipeline's stack that is to go.
#[derive(Debug)]
pub(crate) struct Removal {
    stack: Stack,
    remains: Remains,
    /// The secret of its token, where it reads the repository with one.
    secret: Option<String>,
    everything: bool,
    /// What stays, and what outlives the stack and goes all the same.
    report: Report,
}

/// What becomes of what outlives a pipeline's stack.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pipeline: String,
    /// `noop`, `deleted`, or `kept` where the stack stays with what others need.
    deletion: &'static str,
    deleted: Vec<Thing>,
    kept: Vec<Thing>,
}

/// One thing that outlives a pipeline's stack.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Thing {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    /// The stacks that need it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    needed_by: BTreeSet<String>,
}

impl Removal {
    /// What there is to delete of a pipeline of this app.
    ///
    /// # Errors
    ///
    /// That there is no such stack, or that it is another app's, and those of the calls.
    pub(crate) async fn of(deployment: &Deployment, name: &str, app: &str, everything: bool) -> Result<Self, CliError> {
        let removal = Self::find(deployment, name, app, everything).await;
        removal.map_err(|error| error.hint("Nothing was deleted."))
    }

    async fn find(deployment: &Deployment, name: &str, app: &str, everything: bool) -> Result<Self, CliError> {
        let cloudformation = CloudFormation::new(deployment.config());
        let stack = cloudformation.stack(name).await?;
        let Some(stack) = stack.filter(|stack| State::of(Some(stack)) != State::Missing) else {
            return Err(StackError::Missing { name: name.to_owned() }.into());
        };
        if let Some(error) = not_ours(&stack, app) {
            return Err(error.into());
        }
        let template = cloudformation.template(name).await?;
        let template: Value = serde_json::from_str(&template).unwrap_or_default();
        let mut there = BTreeSet::new();
        for environment in stacks(&template).into_keys() {
            if State::of(cloudformation.stack(&environment).await?.as_ref()) != State::Missing {
                there.insert(environment);
            }
        }
        let resources = cloudformation.resources(name).await?.into_iter();
        let resources = resources.filter(|it| !it.status.starts_with("DELETE"));
        let names: BTreeMap<String, (String, String)> =
            resources.filter_map(|it| Some((it.logical_id, (it.kind, it.physical_id?)))).collect();
        let has_token = template["Parameters"].get(TOKEN_VERSION).is_some();
        let secret = has_token.then(|| format!("sparta/{name}/github-token"));
        let stays = retained(&template);
        let remains = Remains::of(template, &there);
        let thing = |id: &String| {
            let (kind, name) = names.get(id).cloned()?;
            Some(Thing { kind, name, needed_by: remains.needed.get(id).cloned().unwrap_or_default() })
        };
        let (free, kept): (Vec<_>, Vec<_>) = stays.iter().partition(|id| everything && remains.free.contains(*id));
        let mut report = Report {
            pipeline: name.to_owned(),
            deletion: "noop",
            deleted: free.into_iter().filter_map(thing).collect(),
            kept: kept.into_iter().filter_map(thing).collect(),
        };
        let token = secret.iter().map(|name| Thing {
            kind: "AWS::SecretsManager::Secret".to_owned(),
            name: name.clone(),
            needed_by: BTreeSet::new(),
        });
        if everything {
            report.deleted.extend(token)
        } else {
            report.kept.extend(token)
        }
        Ok(Self { stack, remains, secret, everything, report })
    }

    /// Whether the stack stays with what the stacks of environments need.
    fn stays(&self) -> bool {
        self.everything && !self.remains.needed.is_empty()
    }

    /// What would become of it.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// The bucket of what it builds, through which a large template can go too.
    pub(crate) fn bucket(&self) -> Option<&str> {
        let all = self.report.deleted.iter().chain(&self.report.kept);
        all.into_iter().find(|it| it.kind == "AWS::S3::Bucket").map(|it| it.name.as_str())
    }

    /// What is asked.
    pub(crate) fn question(&self) -> String {
        let name = &self.stack.name;
        match self.stays() {
            true => format!("Delete the pipeline {name}, and leave its stack with what is needed?"),
            false => format!("Delete the pipeline {name} and its stack?"),
        }
    }

    /// Deletes it.
    ///
    /// # Errors
    ///
    /// Those of the stack's operations and of the calls; the same command goes on from there.
    pub(crate) async fn carry_out(self, deployment: &Deployment, app: &str) -> Result<Report, CliError> {
        let name = &self.stack.name;
        match State::of(Some(&self.stack)) {
            State::Ready | State::Busy if self.everything => self.let_go(deployment, app).await?,
            State::Stuck if self.everything => {
                let Stack { name, status, reason, .. } = self.stack;
                return Err(StackError::Stuck { name, status, reason }.into());
            }
            _ => {}
        }
        // Before the stack goes, without which the same command would find nothing to go on with.
        if let Some(secret) = self.secret.as_ref().filter(|_| self.everything) {
            Secrets::new(deployment.config()).delete(secret).await.map_err(goes_on)?;
        }
        if !self.stays() {
            deployment.delete(name, app).await?;
        }
        Ok(Report { deletion: if self.stays() { "kept" } else { "deleted" }, ..self.report })
    }

    /// Leaves nothing in the stack but what outlives it, so that no execution puts anything into the bucket any more, and
    /// deletes of that what nothing needs.
    async fn let_go(&self, deployment: &Deployment, app: &str) -> Result<(), CliError> {
        if self.stays() && self.remains.is_kept_only() {
            return Ok(());
        }
        self.reshape(deployment, app, &self.remains.released()).await?;
        for bucket in self.report.deleted.iter().filter(|it| it.kind == "AWS::S3::Bucket") {
            let bucket = &bucket.name;
            deployment.progress().start(&format!("Emptying the bucket {bucket:?}"));
            let emptied = S3::new(deployment.config()).empty(bucket, Some(deployment.account())).await;
            deployment.progress().stop();
            let count = emptied.map_err(goes_on)?;
            deployment.progress().say(&format!("The bucket {bucket:?} is empty: {count} versions are deleted"));
        }
        if self.stays() && !self.remains.free.is_empty() {
            self.reshape(deployment, app, &self.remains.kept()).await?;
        }
        Ok(())
    }

    async fn reshape(&self, deployment: &Deployment, app: &str, template: &Value) -> Result<(), CliError> {
        let request = Request {
            stack_name: self.stack.name.clone(),
            parameters: self.stack.parameters.clone(),
            tags: self.stack.tags.clone(),
            capabilities: vec!["CAPABILITY_NAMED_IAM"],
            stack_policy: None,
            role: None,
            rollback_configuration: RollbackConfiguration::default(),
        };
        let source = deployment.template_text(app, template.to_string()).await?;
        deployment.converge(&request, source).await?;
        Ok(())
    }
}

/// A failure between the end of the pipeline and that of its stack.
fn goes_on(error: AwsError) -> CliError {
    CliError::from(error)
        .hint("The pipeline is deleted, and its stack is there yet: the same command goes on from there.")
}

impl Report {
    /// Whether the pipeline reads its repository with a token that goes with it.
    fn token(&self) -> bool {
        self.deleted.iter().any(|it| it.kind == "AWS::SecretsManager::Secret")
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.pipeline;
        match self.deletion {
            "noop" => writeln!(f, "the pipeline {name} goes, with its projects, roles and logs")?,
            "kept" => writeln!(f, "the pipeline {name} is deleted; its stack stays with what others need")?,
            _ => writeln!(f, "the pipeline {name} is deleted, and its stack")?,
        }
        let [gone, kept] = if self.deletion == "noop" { ["goes", "stays"] } else { ["deleted", "kept"] };
        for thing in &self.deleted {
            writeln!(f, "{gone:7}  {thing}")?;
        }
        if self.token() {
            let kept = "Secrets Manager keeps it for 30 days, in which `provisionPipeline --oauth` restores it";
            writeln!(f, "         {kept}")?;
        }
        for thing in &self.kept {
            writeln!(f, "{kept:7}  {thing}")?;
        }
        let stacks: BTreeSet<&str> = self.kept.iter().flat_map(|it| &it.needed_by).map(String::as_str).collect();
        if !stacks.is_empty() {
            let stacks = Vec::from_iter(stacks).join(", ");
            writeln!(f, "The stacks that it deployed stay, and need what is named after them: {stacks}")?;
        }
        Ok(())
    }
}

impl Display for Thing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Shown(&self.name), self.kind)?;
        if self.needed_by.is_empty() {
            return Ok(());
        }
        write!(f, ", for {}", self.needed_by.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}
