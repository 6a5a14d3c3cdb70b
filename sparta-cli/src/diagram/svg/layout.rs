//! Where everything is: columns from left to right, groups in them, boxes in those. Arrows between boxes have a port each, so that no two
//! begin or end at one place, and their words stand at the port, where nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{Diagram, Edge, Group, Node};

/// A line of text.
pub(super) const LINE: i32 = 17;
/// The most characters of a line.
pub(super) const LONGEST: usize = 44;
pub(super) const PADDING: i32 = 12;
const PORT: i32 = 22;
const GAP: i32 = 26;
/// Where arrows bend.
const BEND: i32 = 60;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// An arrow: where it begins and ends, and how far its ends go straight.
#[derive(Clone, Debug)]
pub(super) struct Arrow<'d> {
    pub(super) label: &'d str,
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// From one box to the next below it.
    Down,
    /// To the right; the words stand behind the begin.
    Right { straight: i32 },
    /// To the left; the words stand before the end.
    Left { straight: i32 },
    /// Out to the right, and back.
    Around { straight: i32 },
}

pub(super) struct Layout<'d> {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) frames: BTreeMap<&'d str, Frame>,
    pub(super) arrows: Vec<Arrow<'d>>,
}

/// What a line of text takes. Fonts differ, so that it is what wide ones take; most of what is not Latin is wider still.
pub(super) fn width(text: &str) -> i32 {
    let characters = text.chars().take(LONGEST);
    characters.map(|c| if c.is_ascii() { 9 } else { 14 }).sum()
}

pub(super) fn layout(diagram: &Diagram) -> Layout<'_> {
    let mut frames = BTreeMap::new();
    let columns = diagram.groups.iter().map(|group| group.column + 1).max().unwrap_or_default();
    let ports = Ports::of(diagram);
    let (mut x, mut height) = (PADDING, 0);
    for column in 0..columns {
        let groups: Vec<&Group> = diagram.groups.iter().filter(|group| group.column == column).collect();
        let width = groups.iter().map(|group| group_width(group)).max().unwrap_or_default();
        let mut y = PADDING;
        for group in groups {
            y = place(group, Frame { x, y, width, height: 0 }, &ports, &mut frames) + GAP;
        }
        height = height.max(y - GAP + PADDING);
        x += width + BEND + ports.straight(column);
    }
    let arrows = diagram.edges.iter().filter_map(|edge| ports.arrow(edge, diagram, &frames)).collect();
    Layout { width: x - BEND / 2, height, frames, arrows }
}

fn group_width(group: &Group) -> i32 {
    let texts = group.nodes.iter().flat_map(Node::lines).chain(group.lines());
    texts.map(width).max().unwrap_or_default() + 5 * PADDING
}

/// Places a group and its boxes below each other, and says where it ends.
fn place<'d>(group: &'d Group, frame: Frame, ports: &Ports<'d>, frames: &mut BTreeMap<&'d str, Frame>) -> i32 {
    let mut y = frame.y + PADDING + LINE * count(group.lines());
    for node in &group.nodes {
        let text = LINE * count(node.lines()) + PADDING;
        let height = text.max(PORT * ports.most(&node.id) + PADDING);
        frames.insert(&node.id, Frame { x: frame.x + PADDING, y, width: frame.width - 2 * PADDING, height });
        y += height + GAP;
    }
    let height = y - GAP + PADDING - frame.y;
    frames.insert(&group.id, Frame { height, ..frame });
    frame.y + height
}

fn count<'t>(lines: impl Iterator<Item = &'t str>) -> i32 {
    i32::try_from(lines.count()).unwrap_or(i32::MAX / LINE)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// The arrows at each side of each box.
struct Ports<'d> {
    groups: BTreeSet<&'d str>,
    /// The column of each box and group, and its place in it.
    places: BTreeMap<&'d str, (usize, usize)>,
    sides: BTreeMap<(&'d str, Side), Vec<&'d Edge>>,
    /// What words take behind each column.
    straight: BTreeMap<usize, i32>,
}

impl<'d> Ports<'d> {
    fn of(diagram: &'d Diagram) -> Self {
        let mut places = BTreeMap::new();
        for (at, group) in diagram.groups.iter().enumerate() {
            places.insert(group.id.as_str(), (group.column, at * 1000));
            for (below, node) in group.nodes.iter().enumerate() {
                places.insert(node.id.as_str(), (group.column, at * 1000 + below));
            }
        }
        let groups = diagram.groups.iter().map(|group| group.id.as_str()).collect();
        let mut ports = Self { groups, places, sides: BTreeMap::new(), straight: BTreeMap::new() };
        for edge in &diagram.edges {
            let Some([from, to]) = ports.ends(edge) else { continue };
            if is_down(edge, diagram) {
                continue;
            }
            let sides = ports.facing(edge);
            for (id, side) in [(edge.from.as_str(), sides[0]), (edge.to.as_str(), sides[1])] {
                ports.sides.entry((id, side)).or_default().push(edge);
            }
            let straight = ports.straight.entry(from.0.min(to.0)).or_default();
            *straight = (*straight).max(width(&edge.label));
        }
        let places = ports.places.clone();
        for ((id, _), edges) in &mut ports.sides {
            edges.sort_by_key(|edge| places[if edge.from == *id { edge.to.as_str() } else { edge.from.as_str() }].1);
        }
        ports
    }

    fn ends(&self, edge: &Edge) -> Option<[(usize, usize); 2]> {
        Some([*self.places.get(edge.from.as_str())?, *self.places.get(edge.to.as_str())?])
    }

    /// The sides at which an arrow begins and ends.
    fn facing(&self, edge: &Edge) -> [Side; 2] {
        match self.ends(edge) {
            Some([from, to]) if from.0 < to.0 => [Side::Right, Side::Left],
            Some([from, to]) if from.0 > to.0 => [Side::Left, Side::Right],
            _ => [Side::Right, Side::Right],
        }
    }

    fn straight(&self, column: usize) -> i32 {
        self.straight.get(&column).copied().unwrap_or_default()
    }

    /// How many arrows there are at the side of a box that has more of them.
    fn most(&self, id: &str) -> i32 {
        let at = |side| self.sides.get(&(id, side)).map_or(0, Vec::len);
        i32::try_from(at(Side::Left).max(at(Side::Right))).unwrap_or(i32::MAX / PORT)
    }

    fn arrow(&self, edge: &'d Edge, diagram: &Diagram, frames: &BTreeMap<&'d str, Frame>) -> Option<Arrow<'d>> {
        let [from, to] = self.ends(edge)?;
        let label = edge.label.as_str();
        if is_down(edge, diagram) {
            let (above, below) = (frames[edge.from.as_str()], frames[edge.to.as_str()]);
            let x = above.x + above.width / 2;
            let (from, to) = ((x, above.y + above.height), (x, below.y));
            return Some(Arrow { label, from, to, shape: Shape::Down });
        }
        let straight = self.straight(from.0.min(to.0));
        let shape = match from.0.cmp(&to.0) {
            std::cmp::Ordering::Less => Shape::Right { straight },
            std::cmp::Ordering::Greater => Shape::Left { straight },
            std::cmp::Ordering::Equal => Shape::Around { straight },
        };
        let [begin, end] = self.facing(edge);
        let (from, to) = (self.port(edge, &edge.from, begin, frames)?, self.port(edge, &edge.to, end, frames)?);
        Some(Arrow { label, from, to, shape })
    }

    /// In the middle of a box, and at the head of a group, where those of one line of groups are straight.
    fn port(&self, edge: &Edge, id: &'d str, side: Side, frames: &BTreeMap<&'d str, Frame>) -> Option<(i32, i32)> {
        let (frame, edges) = (frames.get(id)?, self.sides.get(&(id, side))?);
        let at = edges.iter().position(|other| std::ptr::eq(*other, edge))?;
        let (at, all) = (i32::try_from(at).ok()?, i32::try_from(edges.len()).ok()?);
        let room = if self.groups.contains(id) { 0 } else { frame.height - PORT * all };
        let middle = frame.y + room / 2;
        let x = if side == Side::Left { frame.x } else { frame.x + frame.width };
        Some((x, middle + PORT * at + PORT / 2))
    }
}

/// Whether an arrow leads to the next box below, with nothing to say.
fn is_down(edge: &Edge, diagram: &Diagram) -> bool {
    let follows = |pair: &[Node]| pair[0].id == edge.from && pair[1].id == edge.to;
    edge.label.is_empty() && diagram.groups.iter().any(|group| group.nodes.windows(2).any(follows))
}
