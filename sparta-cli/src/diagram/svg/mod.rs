//! A diagram as SVG, to stand in a page: its colours are those of the page, by [`STYLE`].

mod layout;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use self::layout::{Arrow, Frame, LINE, LONGEST, PADDING, Shape, layout};
use super::{Diagram, Group, Node};
use crate::markup::Escaped;

/// How a diagram looks, in light and in darkness.
pub(crate) const STYLE: &str = include_str!("style.css");

/// A diagram as an element of a page in which nothing else is called `id`.
pub(crate) fn svg(diagram: &Diagram, id: &str) -> String {
    let layout = layout(diagram);
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
         <defs><marker id=\"{id}-head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
        Escaped(&diagram.title),
        Escaped(&summary(diagram)),
    );
    for group in &diagram.groups {
        boxed(&mut text, layout.frames[group.id.as_str()], "group", &group.name(), group.lines());
    }
    for arrow in &layout.arrows {
        draw(&mut text, arrow, id);
    }
    for node in diagram.groups.iter().flat_map(|group| &group.nodes) {
        let class = format!("node {}", node.kind.class());
        boxed(&mut text, layout.frames[node.id.as_str()], &class, &node.name(), node.lines());
    }
    text + "</svg>"
}

fn summary(diagram: &Diagram) -> String {
    let counted = diagram.groups.iter().map(|group| format!("{} ({})", group.label, group.nodes.len()));
    format!("Boxes from left to right: {}. The list below says the same.", counted.collect::<Vec<_>>().join(", "))
}

impl Group {
    fn lines(&self) -> impl Iterator<Item = &str> {
        [&self.label].into_iter().chain(&self.detail).map(String::as_str)
    }

    fn name(&self) -> String {
        self.lines().collect::<Vec<_>>().join(", ")
    }
}

impl Node {
    fn lines(&self) -> impl Iterator<Item = &str> {
        [&self.what, &self.label].into_iter().chain(&self.detail).map(String::as_str)
    }
}

/// A box with lines of text. What is too long for it is in its title.
fn boxed<'t>(text: &mut String, frame: Frame, class: &str, name: &str, lines: impl Iterator<Item = &'t str>) {
    let Frame { x, y, width, height } = frame;
    _ = writeln!(
        text,
        "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>",
        Escaped(name)
    );
    for (at, line) in lines.enumerate() {
        let y = y + LINE * i32::try_from(at + 1).unwrap_or_default();
        _ = writeln!(
            text,
            "<text class=\"line{}\" x=\"{}\" y=\"{y}\">{}</text>",
            at.min(2),
            x + PADDING,
            Escaped(&fitted(line))
        );
    }
    *text += "</g>\n";
}

fn fitted(line: &str) -> String {
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn draw(text: &mut String, arrow: &Arrow<'_>, id: &str) {
    let ((x, y), (to_x, to_y)) = (arrow.from, arrow.to);
    let (path, words) = match arrow.shape {
        Shape::Down => (format!("M{x} {y}V{to_y}"), None),
        Shape::Right { straight } => {
            let (begin, middle) = (x + straight, (x + straight + to_x) / 2);
            (format!("M{x} {y}H{begin}C{middle} {y} {middle} {to_y} {to_x} {to_y}"), Some((x, y)))
        }
        Shape::Left { straight } => {
            let (end, middle) = (to_x + straight, (x + to_x + straight) / 2);
            (format!("M{x} {y}C{middle} {y} {middle} {to_y} {end} {to_y}H{to_x}"), Some((to_x, to_y)))
        }
        Shape::Around { straight } => {
            let (far, bend) = (x.max(to_x) + straight, x.max(to_x) + straight + 28);
            (format!("M{x} {y}H{far}C{bend} {y} {bend} {to_y} {far} {to_y}H{to_x}"), Some((x, y)))
        }
    };
    _ = writeln!(text, "<path class=\"arrow\" d=\"{path}\" marker-end=\"url(#{id}-head)\"/>");
    if let (Some((x, y)), false) = (words, arrow.label.is_empty()) {
        let label = Escaped(&fitted(arrow.label)).to_string();
        _ = writeln!(text, "<text class=\"word\" x=\"{}\" y=\"{}\">{label}</text>", x + 14, y - 4);
    }
}
