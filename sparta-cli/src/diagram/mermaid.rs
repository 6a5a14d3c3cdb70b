//! Diagrams as Mermaid, which GitHub, GitLab and many editors draw in Markdown.
//!
//! See <https://mermaid.js.org/syntax/flowchart.html>.

use std::{collections::BTreeMap, fmt::Write};

use super::{Diagram, Kind, Node};

/// One flowchart with all of them.
pub(crate) fn mermaid(diagrams: &[Diagram]) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (number, diagram) in diagrams.iter().enumerate() {
        let ids = ids(number, diagram);
        _ = writeln!(text, "  subgraph d{number}[\"{}\"]", escaped(&diagram.title));
        for group in &diagram.groups {
            let label: Vec<&str> = [&group.label].into_iter().chain(&group.detail).map(String::as_str).collect();
            _ = writeln!(text, "    subgraph {}[\"{}\"]\n      direction TB", ids[group.id.as_str()], joined(&label));
            for node in &group.nodes {
                _ = writeln!(text, "      {}", shape(&ids[node.id.as_str()], node));
            }
            text += "    end\n";
        }
        text += "  end\n";
        for edge in &diagram.edges {
            let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&edge.label)) };
            let ends = [&edge.from, &edge.to].map(|id| ids.get(id.as_str()));
            if let [Some(from), Some(to)] = ends {
                _ = writeln!(text, "  {from} -->{label} {to}");
            }
        }
    }
    text
}

/// Names that Mermaid takes, whatever is in those of the App.
fn ids(number: usize, diagram: &Diagram) -> BTreeMap<&str, String> {
    let groups = diagram.groups.iter().map(|group| group.id.as_str());
    let nodes = diagram.groups.iter().flat_map(|group| &group.nodes).map(|node| node.id.as_str());
    groups.chain(nodes).enumerate().map(|(at, id)| (id, format!("d{number}n{at}"))).collect()
}

fn shape(id: &str, node: &Node) -> String {
    let lines: Vec<&str> = [&node.what, &node.label].into_iter().chain(&node.detail).map(String::as_str).collect();
    let text = joined(&lines);
    match node.kind {
        Kind::Trigger => format!("{id}([\"{text}\"])"),
        Kind::Construct => format!("{id}[(\"{text}\")]"),
        Kind::Gate => format!("{id}{{{{\"{text}\"}}}}"),
        Kind::Function | Kind::Step => format!("{id}[\"{text}\"]"),
    }
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>")
}

/// A text in which Mermaid reads nothing but what it says: `#60;` is `<`, which it never takes for markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " -_./:,()?{}+=".contains(c) => escaped.push(c),
            c => _ = write!(escaped, "#{};", u32::from(c)),
        }
    }
    escaped
}
