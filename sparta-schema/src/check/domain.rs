//! Names of domains that belong to one another.

use crate::check::Checker;
use crate::check::code::{field, text, texts};
use crate::fault::FaultKind;
use crate::node::{Node, Value};
use crate::pattern;

const ALIAS: &str = r"^(?:[a-z0-9*](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$";

impl Checker<'_> {
    /// See <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html>.
    pub(super) fn alias(&mut self, node: &Node) {
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            if !pattern::may_match(ALIAS, text) || text.contains(".*.") {
                let message = format!(
                    "`{text}` is no domain name of a distribution: such as `www.example.com` or `*.example.com`, in small \
                     letters"
                );
                self.fault(node.place, FaultKind::Pattern, message);
            }
        }
    }

    /// A certificate is confirmed in its own domain or one above.
    pub(super) fn validation(&mut self, node: &Node) {
        let get = |name: &str| field(node, name).and_then(text);
        let (Some(domain), Some(validation)) = (get("DomainName"), get("ValidationDomain")) else { return };
        if !is_within(domain, validation) {
            let message = format!("`ValidationDomain` must be `{domain}` or a domain above it, not `{validation}`");
            let place = field(node, "ValidationDomain").map_or(node.place, |it| it.place);
            self.at_key("ValidationDomain", |it| it.fault(place, FaultKind::Dependent, message));
        }
    }

    /// A record lies in its zone, whose name ends with a dot.
    pub(super) fn record(&mut self, node: &Node) {
        let zone = field(node, "HostedZoneName");
        self.zone(zone);
        self.name_in(node, zone.and_then(text));
    }

    pub(super) fn records(&mut self, node: &Node) {
        let zone = field(node, "HostedZoneName");
        self.zone(zone);
        self.visit(&["RecordSets", "*"], node, node.place, &mut |checker, record, _| {
            let own = field(record, "HostedZoneName");
            checker.name_in(record, own.or(zone).and_then(text));
        });
    }

    fn zone(&mut self, zone: Option<&Node>) {
        let Some((node, name)) = zone.and_then(|it| Some((it, text(it)?))).filter(|(_, name)| !name.ends_with('.'))
        else {
            return;
        };
        let message = format!("`HostedZoneName` must end with a dot: `{name}.`");
        self.at_key("HostedZoneName", |it| it.fault(node.place, FaultKind::Pattern, message));
    }

    fn name_in(&mut self, record: &Node, zone: Option<&str>) {
        let name = field(record, "Name").and_then(|it| Some((it, text(it)?)));
        let (Some((node, name)), Some(zone)) = (name, zone) else { return };
        if !is_within(name.trim_end_matches('.'), zone.trim_end_matches('.')) {
            let message = format!("`Name` must be `{zone}` or end with `.{zone}`, its zone, unlike `{name}`");
            self.at_key("Name", |it| it.fault(node.place, FaultKind::Dependent, message));
        }
    }
}

fn is_within(name: &str, above: &str) -> bool {
    let (name, above) = (name.to_ascii_lowercase(), above.to_ascii_lowercase());
    name.strip_suffix(&above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
