//! What somebody has to agree to before a stack is updated: wider permissions, openings to the network, lost data.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use sparta_core::diff::{Diff, Loss, Version, VersionError};

use super::{
    Acceptance,
    text::{data, opening, permission},
};
use crate::{CliError, error::Advice};

/// Why a stack is not updated, although AWS would do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviewError {
    /// Data would be deleted or left behind.
    #[error("the update of stack {stack:?} would lose data:{}", list(lost))]
    DataAtRisk {
        /// The stack.
        stack: String,
        /// What would be lost.
        lost: Vec<String>,
        /// The resources that hold it.
        ids: Vec<String>,
        /// Whether some would stay where it is, out of the service's sight.
        left_behind: bool,
    },
    /// Nobody can be asked.
    #[error(
        "the update of stack {stack:?} would widen permissions or open something to the network, and nobody is there to \
         agree:{}",
        list(wider)
    )]
    Widens {
        /// The stack.
        stack: String,
        /// What would be wider.
        wider: Vec<String>,
    },
    /// The answer was no.
    #[error("stack {stack:?} was not updated: nobody agreed to what it would widen")]
    Declined {
        /// The stack.
        stack: String,
    },
    /// The terminal cannot be read.
    #[error("the terminal cannot be read")]
    Terminal(#[source] CliError),
    /// The deployed template is in another language.
    #[error("the deployed template of stack {stack:?} cannot be compared")]
    Foreign {
        /// The stack.
        stack: String,
        /// Why.
        source: VersionError,
    },
}

fn list(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

impl Advice for ReviewError {
    fn hints(&self) -> Vec<String> {
        const UNCHANGED: &str = "Nothing in the stack was changed, and no change set is left.";
        let hint = match self {
            Self::DataAtRisk { ids, left_behind, .. } => {
                let flags: Vec<String> = ids.iter().map(|id| format!("--acceptDataLoss {id}")).collect();
                let keep = match left_behind {
                    true => "Take back what replaces it, or move the data first.",
                    false => "Take back what removes or replaces it, or deploy a `DeletionPolicy` that keeps it first.",
                };
                format!("{keep} Where the data may go: {}.", flags.join(" "))
            }
            Self::Widens { .. } => {
                "`diff` shows all that the update changes. --acceptWidening agrees; in a terminal `provision` asks."
                    .to_owned()
            }
            Self::Declined { .. } | Self::Terminal(_) => "`diff` shows all that the update changes.".to_owned(),
            Self::Foreign { .. } => "--acceptWidening updates it without a comparison.".to_owned(),
        };
        vec![UNCHANGED.to_owned(), hint]
    }
}

/// How somebody is asked; `None` where nobody is there.
type Ask = Box<dyn Fn(String) -> Option<Result<bool, CliError>> + Send + Sync>;

/// Compares a stack with what it would be, and asks whoever is there.
pub(crate) struct Reviewer {
    wanted: Version,
    acceptance: Acceptance,
    ask: Ask,
    /// What was agreed to, so that it is asked for once.
    agreed: Mutex<BTreeSet<String>>,
}

impl Reviewer {
    /// Asks through `ask`, which answers nothing where nobody is there.
    pub(crate) fn new(
        wanted: Version,
        acceptance: Acceptance,
        ask: impl Fn(String) -> Option<Result<bool, CliError>> + Send + Sync + 'static,
    ) -> Self {
        Self { wanted, acceptance, ask: Box::new(ask), agreed: Mutex::default() }
    }

    /// Whether the stack may be updated.
    ///
    /// # Errors
    ///
    /// What nobody agreed to.
    pub(crate) fn review(&self, stack: &str, deployed: Result<Version, VersionError>) -> Result<(), ReviewError> {
        let deployed = match deployed {
            Ok(deployed) => deployed,
            Err(_) if self.acceptance.accept_widening => return Ok(()),
            Err(source) => return Err(ReviewError::Foreign { stack: stack.to_owned(), source }),
        };
        let diff = Diff::between(&deployed, &self.wanted);
        self.check_data(stack, &diff)?;
        self.check_widening(stack, &diff)
    }

    fn check_data(&self, stack: &str, diff: &Diff) -> Result<(), ReviewError> {
        let is_accepted = |id: &String| self.acceptance.accept_data_loss.contains(id);
        let lost: Vec<_> = diff.data_at_risk.iter().filter(|it| !is_accepted(&it.logical_id)).collect();
        if lost.is_empty() {
            return Ok(());
        }
        Err(ReviewError::DataAtRisk {
            stack: stack.to_owned(),
            lost: lost.iter().map(|it| data(it)).collect(),
            ids: lost.iter().map(|it| it.logical_id.clone()).collect(),
            left_behind: lost.iter().all(|it| it.loss == Loss::LeftBehind),
        })
    }

    fn check_widening(&self, stack: &str, diff: &Diff) -> Result<(), ReviewError> {
        if self.acceptance.accept_widening {
            return Ok(());
        }
        let wider = diff.widened_permissions.iter().map(permission).chain(diff.network_openings.iter().map(opening));
        let mut agreed = self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        let wider: Vec<String> = wider.filter(|line| !agreed.contains(line)).collect();
        if wider.is_empty() {
            return Ok(());
        }
        let stack = stack.to_owned();
        let would = format!("The update would widen permissions or open something to the network:{}", list(&wider));
        match (self.ask)(format!("{would}\nUpdate the stack {stack}?")) {
            None => Err(ReviewError::Widens { stack, wider }),
            Some(Err(error)) => Err(ReviewError::Terminal(error)),
            Some(Ok(false)) => Err(ReviewError::Declined { stack }),
            Some(Ok(true)) => {
                agreed.extend(wider);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use serde_json::{Value as Json, json};

    use super::*;

    fn version(resources: Json) -> Version {
        Version::from_json(&json!({"Resources": resources}).to_string()).unwrap()
    }

    fn role(action: &str) -> Json {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        let policy = json!({"PolicyName": "x", "PolicyDocument": {"Statement": statement}});
        json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}})
    }

    fn table(name: &str) -> Json {
        json!({"Links": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}})
    }

    fn report(result: Result<(), ReviewError>) -> String {
        let mut out = Vec::new();
        CliError::from(result.unwrap_err()).write_report(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_widens_is_asked_for_once_and_an_answer_is_needed() {
        let review = |answer: Option<bool>| {
            let asked = Arc::new(AtomicU32::new(0));
            let count = Arc::clone(&asked);
            let ask = move |question: String| {
                assert!(question.contains("Role (permissions): s3:* on *"), "{question}");
                _ = count.fetch_add(1, Ordering::Relaxed);
                answer.map(Ok)
            };
            let reviewer = Reviewer::new(version(role("s3:*")), Acceptance::default(), ask);
            let deployed = || Ok(version(role("s3:GetObject")));
            let result = reviewer.review("Hello", deployed()).and_then(|()| reviewer.review("Hello", deployed()));
            (result, asked.load(Ordering::Relaxed))
        };
        let (agreed, asked) = review(Some(true));
        assert!(agreed.is_ok() && asked == 1);
        let declined = report(review(Some(false)).0);
        assert!(declined.starts_with("error: stack \"Hello\" was not updated: nobody agreed"), "{declined}");
        let nobody = report(review(None).0);
        assert!(
            nobody.contains("\n  Role (permissions): s3:* on *\n") && nobody.contains("--acceptWidening"),
            "{nobody}"
        );
        assert!(nobody.contains("Nothing in the stack was changed"), "{nobody}");
    }

    #[test]
    fn what_is_accepted_or_not_wider_is_not_asked_for() {
        let never = |_: String| -> Option<Result<bool, CliError>> { panic!("nothing is to be asked") };
        let accepted = Acceptance { accept_widening: true, ..Acceptance::default() };
        let reviewer = Reviewer::new(version(role("s3:*")), accepted, never);
        assert!(reviewer.review("Hello", Ok(version(role("s3:GetObject")))).is_ok());
        assert!(reviewer.review("Hello", Version::from_json("a: yaml")).is_ok());
        let reviewer = Reviewer::new(version(role("s3:GetObject")), Acceptance::default(), never);
        assert!(reviewer.review("Hello", Ok(version(role("s3:*")))).is_ok());
        let foreign = report(reviewer.review("Hello", Version::from_json("a: yaml")));
        assert!(foreign.contains("cannot be compared"), "{foreign}");
    }

    #[test]
    fn data_is_lost_only_where_it_is_named() {
        let review = |ids: &[&str]| {
            let accepted = ids.iter().map(|id| (*id).to_owned()).collect();
            let acceptance = Acceptance { accept_data_loss: accepted, accept_widening: true };
            Reviewer::new(version(table("b")), acceptance, |_| Some(Ok(true))).review("Hello", Ok(version(table("a"))))
        };
        let refused = report(review(&["Other"]));
        assert!(refused.contains("Links (AWS::DynamoDB::Table) is replaced by an empty one"), "{refused}");
        assert!(refused.contains("--acceptDataLoss Links"), "{refused}");
        assert!(review(&["Links"]).is_ok());
    }
}
