//! What security groups let in.

use super::{Extent, Open, name_of, opening};
use crate::{
    cfn::Value,
    diff::{
        network::Network,
        normal::{items, text_at},
        side::Part,
    },
};

/// One rule: who may come in on which ports.
#[derive(Debug)]
pub(super) struct Ingress {
    group: String,
    /// `-1` is every protocol.
    protocol: String,
    /// None where there is nothing to know of them.
    ports: Option<(i64, i64)>,
    source: Source,
}

#[derive(Debug, PartialEq)]
enum Source {
    Network(Network),
    /// Another group, a list of prefixes.
    Other(String),
}

pub(super) fn rules(id: &str, part: &Part, found: &mut Vec<Open>) {
    match part.kind.as_str() {
        "AWS::EC2::SecurityGroup" => {
            items(part.property("SecurityGroupIngress")).iter().for_each(|rule| push(id, part, id, rule, found));
        }
        "AWS::EC2::SecurityGroupIngress" => {
            let group = part.text("GroupId").or_else(|| part.text("GroupName")).unwrap_or_default();
            push(id, part, name_of(group), &part.properties, found);
        }
        _ => {}
    }
}

const SOURCES: [&str; 5] =
    ["CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourceSecurityGroupName", "SourcePrefixListId"];

fn push(id: &str, part: &Part, group: &str, rule: &Value, found: &mut Vec<Open>) {
    let protocol = match text_at(rule, "IpProtocol").unwrap_or_default() {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        other => other,
    };
    let port = |name: &str| text_at(rule, name).and_then(|port| port.parse::<i64>().ok());
    let ports = port("FromPort").zip(port("ToPort"));
    let source = SOURCES.iter().find_map(|name| text_at(rule, name)).unwrap_or_default();
    let shown = match (protocol, ports) {
        ("-1", _) => "everything".to_owned(),
        (protocol, Some((from, to))) if from == to => format!("{protocol} {from}"),
        (protocol, Some((from, to))) => format!("{protocol} {from} to {to}"),
        (protocol, None) => protocol.to_owned(),
    };
    let ingress = Ingress { group: group.to_owned(), protocol: protocol.to_owned(), ports, source: Source::of(source) };
    let opening = opening(id, part, format!("{shown} from {source}"));
    found.push(Open { opening, extent: Extent::Ingress(ingress) });
}

impl Ingress {
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is_every = self.protocol == "-1";
        let ports = match (self.ports, other.ports) {
            _ if is_every => true,
            (Some((from, to)), Some((first, last))) => from <= first && last <= to,
            (own, other) => own == other,
        };
        self.group == other.group
            && (is_every || self.protocol == other.protocol)
            && ports
            && self.source.covers(&other.source)
    }
}

impl Source {
    fn of(text: &str) -> Self {
        let network = Network::of(text).filter(|_| text.contains('/'));
        network.map_or_else(|| Self::Other(name_of(text).to_owned()), Self::Network)
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Network(own), Self::Network(other)) => own.covers(other),
            (own, other) => own == other,
        }
    }
}
