//! Who hears of executions that failed, wait for somebody, or succeeded.

use super::id;
use crate::{
    cfn::{Resource, Template, Value, reference, sub},
    delivery::Plan,
    iam::ACCOUNT,
    pipeline::{Listener, short_name},
    property, resource,
};

/// See <https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline>.
const EVENTS: [&str; 4] = [
    "codepipeline-pipeline-pipeline-execution-failed",
    "codepipeline-pipeline-pipeline-execution-succeeded",
    "codepipeline-pipeline-manual-approval-needed",
    "codepipeline-pipeline-manual-approval-failed",
];
const TOPIC: &str = "Notifications";

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    let listeners: Vec<&Listener> = plan.pipeline.listeners().collect();
    if !listeners.is_empty() {
        tell(plan, &listeners, template);
    }
}

/// Adds what tells these.
pub(super) fn tell(plan: &Plan<'_>, listeners: &[&Listener], template: &mut Template) {
    let mut targets: Vec<Value> = listeners.iter().filter_map(|listener| target(listener)).collect();
    let mails: Vec<&str> = listeners.iter().filter_map(|listener| mail(listener)).collect();
    let mut rule_needs = None;
    if !mails.is_empty() {
        template.resource(id(TOPIC), topic(&mails));
        template.resource(id("NotificationsPolicy"), policy());
        targets.push(of("SNS", reference(&id(TOPIC))));
        rule_needs = Some(id("NotificationsPolicy"));
    }
    let rule = resource!(AWS::CodeStarNotifications::NotificationRule {
        DetailType: "FULL",
        EventTypeIds: (EVENTS.to_vec()),
        Name: (short_name(&plan.name, 64)),
        Resource: (sub("arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}")),
        Targets: (targets),
    });
    template.resource(id("NotificationRule"), rule_needs.into_iter().fold(rule, Resource::depends_on));
}

fn mail<'a>(listener: &&'a Listener) -> Option<&'a str> {
    match listener {
        Listener::Mail(address) => Some(address),
        Listener::Topic(_) | Listener::Chat(_) => None,
    }
}

fn target(listener: &Listener) -> Option<Value> {
    match listener {
        Listener::Topic(arn) => Some(of("SNS", arn.as_str().into())),
        Listener::Chat(arn) => Some(of("AWSChatbotClient", arn.as_str().into())),
        Listener::Mail(_) => None,
    }
}

fn of(kind: &str, address: Value) -> Value {
    property!(AWS::CodeStarNotifications::NotificationRule.Targets[] { TargetType: (kind), TargetAddress: (address) })
}

/// A topic for e-mail. AWS's own key for SNS lets no AWS service publish, so that it has none.
fn topic(mails: &[&str]) -> Resource {
    let subscription = |mail: &&str| property!(AWS::SNS::Topic.Subscription[] { Protocol: "email", Endpoint: (*mail) });
    resource!(AWS::SNS::Topic { Subscription: (mails.iter().map(subscription).collect::<Vec<_>>()) })
}

fn policy() -> Resource {
    resource!(AWS::SNS::TopicPolicy {
        Topics: [(reference(&id(TOPIC)))],
        PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Service: "codestar-notifications.amazonaws.com" },
                    Action: "sns:Publish",
                    Resource: (reference(&id(TOPIC))),
                    Condition: { StringEquals: { "aws:SourceAccount": (sub(ACCOUNT)) } },
                },
                {
                    Sid: "TlsOnly",
                    Effect: "Deny",
                    Principal: "*",
                    Action: "sns:Publish",
                    Resource: (reference(&id(TOPIC))),
                    Condition: { Bool: { "aws:SecureTransport": "false" } },
                },
            ],
        },
    })
}
