//! Who hears of a pipeline's executions.

use super::PipelineMistake;
use crate::iam::Arn;

/// Who hears of a pipeline's executions: see [`Pipeline::notify`](super::Pipeline::notify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listener {
    /// A topic of SNS, by its ARN.
    Topic(String),
    /// A channel of Slack or Teams, by the ARN of its client in Amazon Q Developer.
    Chat(String),
    /// An address of e-mail.
    Mail(String),
}

/// The most targets of a notification rule. All addresses together are one, a topic.
const TARGETS: usize = 10;

impl Listener {
    pub(super) fn of(text: String) -> Result<Self, PipelineMistake> {
        let arn = Arn::parse(&text);
        match arn.as_ref().map(|arn| arn.service) {
            Some("sns") if text.rsplit(':').next().is_some_and(|name| !name.is_empty()) => Ok(Self::Topic(text)),
            Some("chatbot") => Ok(Self::Chat(text)),
            _ if is_address(&text) => Ok(Self::Mail(text)),
            _ => Err(PipelineMistake::Listener(text)),
        }
    }
}

/// Whether it is an address of e-mail.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    !user.is_empty() && domain.contains('.') && user.chars().chain(domain.chars()).all(is_plain)
}

/// What is wrong with all of them together.
pub(super) fn check(listeners: &[Result<Listener, PipelineMistake>]) -> Vec<PipelineMistake> {
    let mut mistakes: Vec<PipelineMistake> = listeners.iter().filter_map(|it| it.as_ref().err().cloned()).collect();
    let is_mail = |it: &&Result<Listener, PipelineMistake>| matches!(it, Ok(Listener::Mail(_)));
    let mails = listeners.iter().filter(is_mail).count();
    let targets = listeners.len() - mails + usize::from(mails > 0);
    if targets > TARGETS {
        mistakes.push(PipelineMistake::TooManyListeners(targets));
    }
    let twice = listeners.iter().enumerate().find(|(n, it)| it.is_ok() && listeners[..*n].contains(it));
    if let Some((_, Ok(Listener::Topic(text) | Listener::Chat(text) | Listener::Mail(text)))) = twice {
        mistakes.push(PipelineMistake::ListenerTwice(text.clone()));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_a_chat_and_an_address_are_told_apart() {
        let topic = "arn:aws:sns:eu-central-1:111111111111:builds";
        assert_eq!(Listener::of(topic.into()), Ok(Listener::Topic(topic.into())));
        let chat = "arn:aws:chatbot::111111111111:chat-configuration/slack-channel/builds";
        assert_eq!(Listener::of(chat.into()), Ok(Listener::Chat(chat.into())));
        assert_eq!(Listener::of("team@acme.example".into()), Ok(Listener::Mail("team@acme.example".into())));
        for wrong in ["", "builds", "@acme.example", "team@acme", "a b@acme.example", "arn:aws:sqs:eu-west-1:1:builds"]
        {
            assert_eq!(Listener::of(wrong.into()), Err(PipelineMistake::Listener(wrong.into())));
        }
    }

    #[test]
    fn what_a_rule_does_not_take_is_a_mistake() {
        let topic = |n: usize| Listener::of(format!("arn:aws:sns:eu-central-1:111111111111:builds-{n}"));
        let mail = |n: usize| Listener::of(format!("team-{n}@acme.example"));
        let listeners: Vec<_> = (0..9).map(topic).chain((0..9).map(mail)).collect();
        assert_eq!(check(&listeners), []);
        let listeners: Vec<_> = (0..10).map(topic).chain([mail(0)]).collect();
        assert_eq!(check(&listeners), [PipelineMistake::TooManyListeners(11)]);
        assert_eq!(check(&[mail(1), mail(1)]), [PipelineMistake::ListenerTwice("team-1@acme.example".into())]);
    }
}
