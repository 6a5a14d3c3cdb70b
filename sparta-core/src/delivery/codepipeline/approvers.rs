//! The topics of addresses that are told when a decision is due.

use serde_json::json;

use super::environments::approvals;
use crate::{
    Approval,
    cfn::{LogicalId, Resource, Template, Value},
    delivery::{Plan, Stage},
    iam::Statement,
    property, resource,
};

/// An approval of an environment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Changes,
    Promotion,
}

impl Gate {
    /// The action that asks.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Changes => "ApproveChanges",
            Self::Promotion => "ApprovePromotion",
        }
    }

    /// The topic of the addresses that are told.
    fn topic(self, stage: &Stage<'_>) -> LogicalId {
        stage.id(&format!("{}Topic", self.action()))
    }

    /// What is told when it asks.
    pub(super) fn told(self, stage: &Stage<'_>, approval: &Approval) -> Option<Value> {
        let own = || approval.addresses().next().map(|_| self.topic(stage).reference());
        approval.topic().map(Value::from).or_else(own)
    }
}

/// Adds a topic for each approval that addresses are told of.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    for (stage, gate, approval) in approvals(plan) {
        let addresses: Vec<&str> = approval.addresses().collect();
        if !addresses.is_empty() {
            let id = gate.topic(stage);
            template.resource(stage.id(&format!("{}TopicPolicy", gate.action())), policy(&id));
            template.resource(id, topic(&addresses));
        }
    }
}

/// What the pipeline's own role has to be allowed to tell somebody.
pub(super) fn statements(plan: &Plan<'_>) -> Vec<Statement> {
    let mut topics: Vec<Value> = Vec::new();
    for topic in approvals(plan).into_iter().filter_map(|(stage, gate, approval)| gate.told(stage, approval)) {
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    let publish = || topics.iter().cloned().fold(Statement::allow(["sns:Publish"]), |all, topic| all.on(topic));
    if topics.is_empty() { Vec::new() } else { vec![publish()] }
}

/// The pipeline's own role publishes, which AWS's own key lets everybody in the account do who may publish.
fn topic(addresses: &[&str]) -> Resource {
    let subscription = |to: &&str| property!(AWS::SNS::Topic.Subscription[] { Protocol: "email", Endpoint: (*to) });
    resource!(AWS::SNS::Topic {
        KmsMasterKeyId: "alias/aws/sns",
        Subscription: (addresses.iter().map(subscription).collect::<Vec<_>>()),
    })
}

fn policy(topic: &LogicalId) -> Resource {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic.reference(),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }],
    });
    resource!(AWS::SNS::TopicPolicy { Topics: [(topic.reference())], PolicyDocument: (document) })
}
