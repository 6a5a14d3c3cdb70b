//! Values that depend on others beside them.

use crate::check::Checker;
use crate::check::code::{field, number, text, texts};
use crate::fault::FaultKind;
use crate::node::{Node, Value};

/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html>.
const TIERS: [(&str, f64); 2] = [("ARCHIVE_ACCESS", 90.0), ("DEEP_ARCHIVE_ACCESS", 180.0)];
const LAST_DAY: f64 = 730.0;

impl Checker<'_> {
    /// A task with a network interface of its own has its containers' ports.
    /// See <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>.
    pub(super) fn ports(&mut self, task: &Node) {
        if field(task, "NetworkMode").and_then(text) != Some("awsvpc") {
            return;
        }
        let path = ["ContainerDefinitions", "*", "PortMappings", "*"];
        self.visit(&path, task, task.place, &mut |checker, mapping, _| {
            let port = |name: &str| field(mapping, name).and_then(|it| Some((it, number(it)?)));
            let (Some((node, host)), Some((_, container))) = (port("HostPort"), port("ContainerPort")) else { return };
            if host != container {
                let message =
                    format!("`HostPort` must be `ContainerPort`, {container}, or left out with `NetworkMode: awsvpc`");
                checker.at_key("HostPort", |it| it.fault(node.place, FaultKind::Dependent, message));
            }
        });
    }

    /// See <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html>.
    pub(super) fn health_check(&mut self, node: &Node) {
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            let checks: Vec<_> = text.split(',').filter(|it| !it.is_empty()).collect();
            // spaces are no part of the registry's pattern, which is said already
            if checks.len() > 1 && checks.contains(&"EC2") && !text.contains(' ') {
                let others: Vec<_> = checks.into_iter().filter(|it| *it != "EC2").collect();
                let message = format!(
                    "EC2's own checks are always made, and `EC2` cannot stand beside others: write `{}`",
                    others.join(",")
                );
                self.fault(node.place, FaultKind::Exclusive, message);
            }
        }
    }

    pub(super) fn tier(&mut self, tiering: &Node) {
        let tier = field(tiering, "AccessTier").and_then(text);
        let days = field(tiering, "Days").and_then(|it| Some((it, number(it)?)));
        let (Some((name, first)), Some((node, days))) = (TIERS.iter().find(|it| Some(it.0) == tier), days) else {
            return;
        };
        if !(*first..=LAST_DAY).contains(&days) {
            let message = format!("`Days` of `{name}` must be {first} to {LAST_DAY}, not {days}");
            self.at_key("Days", |it| it.fault(node.place, FaultKind::Range, message));
        }
    }
}
