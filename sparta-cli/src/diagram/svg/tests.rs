//! What is drawn can be told apart.

use std::collections::BTreeSet;

use super::{
    layout::{Frame, Shape, layout},
    svg,
};
use crate::diagram::{
    Diagram,
    tests::{code_pipeline, drawn, shop},
};

fn apart(one: &Frame, other: &Frame) -> bool {
    let beside = |from: i32, length: i32, to: i32| from + length <= to;
    beside(one.x, one.width, other.x)
        || beside(other.x, other.width, one.x)
        || beside(one.y, one.height, other.y)
        || beside(other.y, other.height, one.y)
}

fn all() -> Vec<Diagram> {
    drawn(&shop()).into_iter().chain(drawn(&code_pipeline())).collect()
}

#[test]
fn boxes_stand_apart_and_in_their_groups() {
    for diagram in all() {
        let layout = layout(&diagram);
        let frame = |id: &str| layout.frames[id];
        let groups: Vec<Frame> = diagram.groups.iter().map(|group| frame(&group.id)).collect();
        for (at, group) in groups.iter().enumerate() {
            assert!(groups[..at].iter().all(|other| apart(group, other)));
            assert!(group.x + group.width <= layout.width && group.y + group.height <= layout.height);
            let nodes: Vec<Frame> = diagram.groups[at].nodes.iter().map(|node| frame(&node.id)).collect();
            for (at, node) in nodes.iter().enumerate() {
                assert!(nodes[..at].iter().all(|other| apart(node, other)));
                assert!(node.x > group.x && node.x + node.width < group.x + group.width);
                assert!(node.y > group.y && node.y + node.height < group.y + group.height);
            }
        }
    }
}

#[test]
fn every_arrow_has_ends_of_its_own_at_boxes() {
    for diagram in all() {
        let layout = layout(&diagram);
        assert_eq!(layout.arrows.len(), diagram.edges.len());
        let mut ends = BTreeSet::new();
        for arrow in &layout.arrows {
            for (x, y) in [arrow.from, arrow.to] {
                let touches =
                    |it: &Frame| (it.x..=it.x + it.width).contains(&x) && (it.y..=it.y + it.height).contains(&y);
                assert!(layout.frames.values().any(touches), "{arrow:?}");
                assert!(arrow.shape == Shape::Down || ends.insert((x, y)), "{arrow:?} shares an end");
            }
        }
    }
}

#[test]
fn a_long_text_is_cut_in_its_box_and_whole_in_its_title() {
    let mut diagram = drawn(&shop()).remove(0);
    let long = "long ".repeat(40);
    diagram.groups[1].nodes[0].label.clone_from(&long);
    let text = svg(&diagram, "d");
    assert!(text.contains(&format!("<title>HTTP function {long}</title>")));
    assert_eq!(text.matches(&long).count(), 1);
    assert_eq!(text.matches("…</text>").count(), 1);
}
