//! A pipeline as people read it.

use std::fmt::{self, Display, Formatter};

use super::view::{Action, Approval, Commit, Execution, Reference, Stage, View};
use crate::{aws::codepipeline::Time, output::Shown};

/// How much of an id is shown: enough to find it, and what `--execution` takes.
const ID: usize = 8;

impl Display for View {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Pipeline  {} (structure {})", self.pipeline, self.version)?;
        writeln!(f, "Page      {}", self.url)?;
        let width = self.stages.iter().flat_map(Stage::names).map(str::len).max().unwrap_or(0);
        for stage in &self.stages {
            write!(
                f,
                "\n{:width$}  {}",
                stage.name,
                stage.status.as_deref().unwrap_or("not run yet"),
                width = width + 2
            )?;
            match &stage.execution {
                Some(execution) => writeln!(f, "  {}{execution}", if stage.rollback { "back to " } else { "" })?,
                None => writeln!(f)?,
            }
            for condition in &stage.conditions {
                write!(f, "  {:width$}  {}", condition.at, condition.status)?;
                writeln!(f, "{}", of(condition.summary.as_deref()))?;
            }
            for action in &stage.actions {
                writeln!(f, "  {:width$}  {}", action.name, Status(action))?;
                if let Some(url) = action.approval.as_ref().and_then(|it| it.link.as_ref()).or(action.url.as_ref()) {
                    writeln!(f, "  {:width$}  {}", "", Shown(url))?;
                }
            }
        }
        self.waits(f)?;
        if !self.executions.is_empty() {
            writeln!(f, "\nLast executions")?;
        }
        for execution in &self.executions {
            writeln!(f, "  {execution}")?;
        }
        Ok(())
    }
}

impl View {
    /// What waits for whom.
    fn waits(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for stage in &self.stages {
            for (action, approval) in stage.actions.iter().filter_map(|it| Some((it, it.approval.as_ref()?))) {
                let until = Until(approval);
                lines
                    .push(format!("{}: {} waits for somebody to approve or reject it{until}", stage.name, action.name));
            }
            if let Some(closed) = &stage.closed {
                let by = closed.by.as_deref().map(|by| format!(" by {}", Shown(by))).unwrap_or_default();
                let since = closed.since.map(|since| format!(" at {since}")).unwrap_or_default();
                let reason = of(closed.reason.as_deref());
                lines.push(format!("{}: nothing comes in, since that was disabled{by}{since}{reason}", stage.name));
            }
            for execution in &stage.waiting {
                let behind = stage.execution.as_ref().filter(|_| stage.status.as_deref() == Some("InProgress"));
                let behind = behind.map(|it| format!(" behind {}", short(&it.id))).unwrap_or_default();
                lines.push(format!("{}: {execution} waits to come in{behind}", stage.name));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWaiting")?;
        lines.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl Stage {
    fn names(&self) -> impl Iterator<Item = &str> {
        let conditions = self.conditions.iter().map(|it| it.at);
        [self.name.as_str()].into_iter().chain(self.actions.iter().map(|it| it.name.as_str())).chain(conditions)
    }
}

/// How an action is, and why.
struct Status<'a>(&'a Action);

impl Display for Status<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Action { status, since, summary, error, approval, .. } = self.0;
        let Some(status) = status else { return f.write_str("not run yet") };
        match approval {
            Some(approval) => {
                write!(f, "waits for approval{}{}", Until(approval), of(approval.message.as_deref()))
            }
            None => {
                write!(f, "{status}{}", since.map(|since| format!("  {since}")).unwrap_or_default())?;
                let why = error.as_deref().or(summary.as_deref().filter(|_| status != "Succeeded"));
                f.write_str(&of(why))
            }
        }
    }
}

/// When an approval counts as rejected.
pub(super) struct Until<'a>(pub(super) &'a Approval);

impl Display for Until<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.until.iter().try_for_each(|until: &Time| write!(f, " until {until}"))
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", short(&self.id))?;
        self.commit.iter().try_for_each(|commit| write!(f, " ({commit})"))
    }
}

impl Display for Commit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Shown(short(&self.id)))?;
        let title = self.message.as_deref().and_then(|message| message.lines().next());
        title.iter().try_for_each(|title| write!(f, " {}", Shown(title)))
    }
}

impl Display for Execution {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let started = self.started.map(|time| time.to_string()).unwrap_or_default();
        write!(f, "{started:20}  {:10}  {}", self.status, self.reference)?;
        write!(f, "  {}", self.trigger)?;
        self.rollback_to.iter().try_for_each(|target| write!(f, " to {}", short(target)))?;
        f.write_str(&of(self.summary.as_deref()))
    }
}

pub(super) fn short(id: &str) -> &str {
    id.get(..ID).unwrap_or(id)
}

fn of(reason: Option<&str>) -> String {
    reason.map(|reason| format!(": {}", Shown(reason))).unwrap_or_default()
}
