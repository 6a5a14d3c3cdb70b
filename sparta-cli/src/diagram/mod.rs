//! Diagrams of a service and of its pipeline. They say what there is and what leads where; the renderers how it is drawn.

mod mermaid;
mod outline;
mod pipeline;
mod service;
mod svg;
#[cfg(test)]
mod tests;
mod words;

use serde::Serialize;
use sparta_core::Model;

pub(crate) use mermaid::mermaid;
pub(crate) use outline::Entry;
pub(crate) use svg::{STYLE, svg};

/// Boxes in groups, and arrows between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagram {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) edges: Vec<Edge>,
}

/// Boxes that belong together, from top to bottom.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) detail: Vec<String>,
    /// Where it stands from left to right; those of one column are side by side in time.
    pub(crate) column: usize,
    pub(crate) nodes: Vec<Node>,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// Its kind in a word: `Function`, `Table`, `Approval`.
    pub(crate) what: String,
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) detail: Vec<String>,
}

/// An arrow from a box or a group to another one, by their ids.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
    /// What the one does with the other.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) label: String,
}

/// What a box is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// What invokes a function.
    Trigger,
    Function,
    /// What functions use, and what invokes them.
    Construct,
    /// What a pipeline does.
    Step,
    /// What a pipeline waits for or looks at.
    Gate,
}

impl Kind {
    /// Its name in a style sheet.
    fn class(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Function => "function",
            Self::Construct => "construct",
            Self::Step => "step",
            Self::Gate => "gate",
        }
    }
}

impl Diagram {
    /// The service, and its pipeline where it has one.
    pub(crate) fn all(model: &Model) -> Vec<Self> {
        [Some(service::of(model)), pipeline::of(model)].into_iter().flatten().collect()
    }

    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), groups: Vec::new(), edges: Vec::new() }
    }

    fn edge(&mut self, from: impl Into<String>, to: impl Into<String>, label: impl Into<String>) {
        self.edges.push(Edge { from: from.into(), to: to.into(), label: label.into() });
    }

    /// What is at either end of an arrow, in words. Groups of one label differ in what is below it.
    fn name(&self, id: &str) -> String {
        let lines = |group: &Group| [&group.label].into_iter().chain(group.detail.first()).cloned().collect::<Vec<_>>();
        let group = self.groups.iter().find(|group| group.id == id).map(|group| lines(group).join(", "));
        let mut nodes = self.groups.iter().flat_map(|group| &group.nodes);
        group.or_else(|| nodes.find(|node| node.id == id).map(Node::name)).unwrap_or_default()
    }
}

impl Node {
    fn new(kind: Kind, what: &str, id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { id: id.into(), kind, what: what.to_owned(), label: label.into(), detail: Vec::new() }
    }

    fn detail(mut self, line: impl Into<String>) -> Self {
        self.detail.push(line.into());
        self
    }

    /// `Function hello`.
    fn name(&self) -> String {
        format!("{} {}", self.what, self.label)
    }
}
