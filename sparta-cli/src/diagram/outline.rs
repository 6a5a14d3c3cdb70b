//! A diagram in words, for those who do not see it.

use super::{Diagram, Edge, Group, Node};

/// A box or a group: what stands in it, where its arrows lead, and what is in the group.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) arrows: Vec<String>,
    pub(crate) entries: Vec<Entry>,
}

impl Diagram {
    /// Each group with its boxes, in their order.
    pub(crate) fn outline(&self) -> Vec<Entry> {
        let group = |group: &Group| Entry {
            text: said(&group.label, &group.detail),
            arrows: self.arrows(&group.id, None),
            entries: (0..group.nodes.len()).map(|at| self.node(&group.nodes[at..])).collect(),
        };
        self.groups.iter().map(group).collect()
    }

    /// The first of these boxes.
    fn node(&self, nodes: &[Node]) -> Entry {
        let next = nodes.get(1).map(|node| node.id.as_str());
        let arrows = self.arrows(&nodes[0].id, next);
        Entry { text: said(&nodes[0].name(), &nodes[0].detail), arrows, entries: Vec::new() }
    }

    /// What leads away, but for what only goes on with the next entry.
    fn arrows(&self, from: &str, next: Option<&str>) -> Vec<String> {
        let goes_on = |edge: &Edge| edge.label.is_empty() && Some(edge.to.as_str()) == next;
        let edges = self.edges.iter().filter(|edge| edge.from == from && !goes_on(edge));
        let arrow = |edge: &Edge| {
            let to = self.name(&edge.to);
            if edge.label.is_empty() { format!("to {to}") } else { format!("{}: {to}", edge.label) }
        };
        edges.map(arrow).collect()
    }
}

fn said(name: &str, detail: &[String]) -> String {
    [name].into_iter().chain(detail.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
}
