//! Gates at which a person decides.

use std::time::Duration;

use crate::{iam::Arn, pipeline::is_address};

/// How long a message can be: CodePipeline takes 1,000 characters, and the commit is named in them.
const MESSAGE: usize = 940;

/// A gate of the pipeline at which a person approves or rejects.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::Approval;
///
/// let gate = Approval::manual()
///     .message("Make these production changes?")
///     .notify("arn:aws:sns:eu-west-1:123456789012:releases")
///     .link("https://example.com/release-notes")
///     .timeout(Duration::from_secs(24 * 60 * 60));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Approval {
    pub(crate) message: Option<String>,
    told: Vec<String>,
    pub(crate) link: Option<String>,
    timeout: Option<Duration>,
}

impl Approval {
    /// Asks a person, in the pipeline's page of the console.
    pub fn manual() -> Self {
        Self::default()
    }

    /// What is asked, up to 940 characters. The pipeline names the commit after it.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The text of [`message`](Self::message).
    pub fn question(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Who is told when a decision is due: the ARN of an SNS topic, or addresses of e-mail, one at a time. Each is asked once
    /// whether it wants that.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Approval;
    ///
    /// let gate = Approval::manual().notify("ada@acme.example").notify("bob@acme.example");
    /// ```
    pub fn notify(mut self, to: impl Into<String>) -> Self {
        self.told.push(to.into());
        self
    }

    /// The topic that is told.
    pub(crate) fn topic(&self) -> Option<&str> {
        self.told.iter().map(String::as_str).find(|to| is_topic(to))
    }

    /// The addresses that are told.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str).filter(|to| is_address(to))
    }

    /// A web page that helps to decide, shown beside the question; the commit's page by default.
    pub fn link(mut self, url: impl Into<String>) -> Self {
        self.link = Some(url.into());
        self
    }

    /// How long it waits before it counts as rejected: whole minutes, 5 to 86,400 (60 days); 7 days by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long it waits, in minutes.
    pub(crate) fn timeout_minutes(&self) -> Option<u64> {
        self.timeout.map(|timeout| timeout.as_secs() / 60)
    }

    /// What AWS would refuse.
    pub fn check(&self) -> Vec<ApprovalMistake> {
        let mut mistakes = Vec::new();
        if let Some(message) = &self.message {
            let characters = message.chars().count();
            if !(1..=MESSAGE).contains(&characters) {
                mistakes.push(ApprovalMistake::Message { characters });
            }
        }
        mistakes.extend(self.check_told());
        let web = |link: &&String| link.starts_with("https://") || link.starts_with("http://");
        if let Some(link) = self.link.as_ref().filter(|link| !web(link)) {
            mistakes.push(ApprovalMistake::Link(link.clone()));
        }
        if let Some(timeout) = self.timeout {
            let seconds = timeout.as_secs();
            let whole = seconds.is_multiple_of(60) && timeout.subsec_nanos() == 0;
            if !whole || !(5..=86_400).contains(&(seconds / 60)) {
                mistakes.push(ApprovalMistake::Timeout(timeout));
            }
        }
        mistakes
    }
}

impl Approval {
    fn check_told(&self) -> Vec<ApprovalMistake> {
        let is_nobody = |to: &&String| !is_topic(to) && !is_address(to);
        let mut mistakes: Vec<_> = self.told.iter().filter(is_nobody).cloned().map(ApprovalMistake::Topic).collect();
        let has_topic_beside_others = self.told.len() > 1 && self.topic().is_some();
        mistakes.extend(has_topic_beside_others.then_some(ApprovalMistake::TopicAndOthers));
        let twice = self.told.iter().enumerate().find(|(at, to)| self.told[..*at].contains(to));
        let twice = twice.filter(|_| !has_topic_beside_others);
        mistakes.extend(twice.map(|(_, to)| ApprovalMistake::Twice(to.clone())));
        mistakes
    }
}

fn is_topic(arn: &str) -> bool {
    let Some(arn) = Arn::parse_literal(arn) else { return false };
    let parts = [arn.partition, arn.region, arn.account, arn.resource];
    arn.service == "sns" && parts.iter().all(|part| !part.is_empty()) && !arn.resource.contains(':')
}

/// What is wrong with an [`Approval`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalMistake {
    /// Its message is empty or too long.
    #[error(
        "asks with {characters} characters, and 1 to 940 are left beside the commit that it names: put the rest behind `.link(...)`"
    )]
    Message {
        /// How long it is.
        characters: usize,
    },
    /// It notifies what is neither a topic nor an address.
    #[error(
        "notifies `{0}`, which is neither the ARN of an SNS topic, such as `arn:aws:sns:eu-west-1:123456789012:releases`, nor an \
         address of e-mail"
    )]
    Topic(String),
    /// It notifies a topic and somebody else.
    #[error("notifies a topic and others, and CodePipeline tells one topic: let the topic tell the others")]
    TopicAndOthers,
    /// It notifies somebody twice.
    #[error("notifies `{0}` twice: keep one of them")]
    Twice(String),
    /// Its link is not for the web.
    #[error("links to `{0}`, which does not begin with `https://`")]
    Link(String),
    /// It waits too short or too long.
    #[error("waits {0:?}, and CodePipeline allows whole minutes, 5 to 86,400 (60 days)")]
    Timeout(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_within_the_limits_has_no_mistake() {
        let gate = Approval::manual()
            .message("Go?")
            .notify("arn:aws-cn:sns:cn-north-1:123456789012:releases")
            .link("https://example.com")
            .timeout(Duration::from_secs(5 * 60));
        assert_eq!(gate.check(), []);
        assert_eq!(gate.timeout_minutes(), Some(5));
        assert_eq!(Approval::manual().check(), []);
        let mails = Approval::manual().notify("ada@acme.example").notify("bob@acme.example");
        assert_eq!((mails.check(), mails.topic(), mails.addresses().count()), (Vec::new(), None, 2));
    }

    #[test]
    fn one_topic_or_several_addresses_are_told() {
        let topic = "arn:aws:sns:eu-west-1:123456789012:releases";
        let told = |to: &[&str]| to.iter().fold(Approval::manual(), |gate, to| gate.notify(*to)).check();
        assert_eq!(told(&[topic, "ada@acme.example"]), [ApprovalMistake::TopicAndOthers]);
        assert_eq!(told(&[topic, topic]), [ApprovalMistake::TopicAndOthers]);
        let twice = told(&["ada@acme.example", "ada@acme.example"]);
        assert_eq!(twice, [ApprovalMistake::Twice("ada@acme.example".into())]);
        assert_eq!(told(&["ada@acme"]), [ApprovalMistake::Topic("ada@acme".into())]);
    }

    #[test]
    fn everything_that_codepipeline_would_refuse_is_reported_at_once() {
        let gate = Approval::manual()
            .message("x".repeat(941))
            .notify("releases")
            .link("example.com")
            .timeout(Duration::from_secs(86_401 * 60));
        assert_eq!(
            gate.check(),
            [
                ApprovalMistake::Message { characters: 941 },
                ApprovalMistake::Topic("releases".into()),
                ApprovalMistake::Link("example.com".into()),
                ApprovalMistake::Timeout(Duration::from_secs(86_401 * 60)),
            ]
        );
        for seconds in [4 * 60, 5 * 60 + 1] {
            let timeout = Duration::from_secs(seconds);
            assert_eq!(Approval::manual().timeout(timeout).check(), [ApprovalMistake::Timeout(timeout)]);
        }
    }
}
