//! Circles: resources that wait for one another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value as Json};

use crate::template::logic::{Case, Logic};

/// What every resource needs, with the conditions under which it does.
#[derive(Default)]
pub(super) struct Circles<'t> {
    edges: BTreeMap<(usize, usize), BTreeSet<Case<'t>>>,
    ids: Vec<&'t str>,
    indices: BTreeMap<&'t str, usize>,
}

// more conditions are not tried in all their combinations
const CONDITIONS: usize = 8;
// of more of them, the cases of so many references are tried two by two
const REFERENCES: usize = 64;
// more names make nothing clearer
const SHOWN: usize = 12;

impl<'t> Circles<'t> {
    pub(super) fn new(resources: Option<&'t Map<String, Json>>) -> Self {
        let ids: Vec<_> = resources.into_iter().flatten().map(|(id, _)| id.as_str()).collect();
        let indices = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        Self { ids, indices, ..Self::default() }
    }

    /// Remembers that a resource needs another one in a case.
    pub(super) fn needs(&mut self, from: &str, to: &str, case: &[(&'t str, bool)]) {
        if let (Some(&from), Some(&to)) = (self.indices.get(from), self.indices.get(to)) {
            self.edges.entry((from, to)).or_default().insert(case.iter().copied().collect());
        }
    }

    /// One circle, the shortest, of all resources that wait for one another; `of_resource` is the case in which one is made.
    pub(super) fn found(&self, logic: &Logic<'t>, of_resource: impl Fn(&str) -> Option<&'t str>) -> Vec<Vec<&'t str>> {
        let mut found = Vec::new();
        for group in groups(self.ids.len(), self.edges.keys().copied()) {
            let inside = |(from, to): &(usize, usize)| group.contains(from) && group.contains(to);
            let first = *group.first().expect("a group has members");
            let edges = group.iter().flat_map(|it| self.edges.range((*it, 0)..=(*it, usize::MAX)));
            let edges: Vec<_> = edges
                .filter(|(edge, _)| inside(edge))
                .map(|(edge, cases)| {
                    let own =
                        [edge.0, edge.1].into_iter().filter_map(|it| of_resource(self.ids[it])).map(|it| (it, true));
                    let own: Case<'t> = own.collect();
                    (*edge, cases.iter().map(|it| it.union(&own).copied().collect::<Case<'t>>()).collect::<Vec<_>>())
                })
                .collect();
            let circle = cases(&edges, logic).into_iter().find_map(|case| {
                let needed = edges.iter().filter(|(_, all)| all.iter().any(|it| it.is_subset(&case)));
                let needed: Vec<_> = needed.map(|(edge, _)| *edge).collect();
                shortest(first, &needed)
            });
            found.extend(circle.map(|circle| circle.into_iter().map(|it| self.ids[it]).collect()));
        }
        found
    }
}

/// The cases that can be and that differ for the edges, the plain one first.
fn cases<'t>(edges: &[((usize, usize), Vec<Case<'t>>)], logic: &Logic<'t>) -> Vec<Case<'t>> {
    let mut cases = vec![Case::new()];
    let conditions: BTreeSet<_> =
        edges.iter().flat_map(|(_, all)| all.iter().flatten()).map(|(name, _)| *name).collect();
    if conditions.len() <= CONDITIONS {
        let chosen =
            |number: usize| conditions.iter().enumerate().map(move |(at, name)| (*name, number >> at & 1 == 1));
        let all = (0..1_usize << conditions.len()).map(|number| chosen(number).collect::<Case<'t>>());
        cases.extend(all.filter(|case| logic.is_possible(case) == Some(true)));
    } else {
        // what one reference needs, and what two of them do
        let of_edges: BTreeSet<&Case<'t>> = edges.iter().flat_map(|(_, all)| all).take(REFERENCES).collect();
        let pairs = of_edges.iter().flat_map(|one| of_edges.iter().map(move |it| it.union(one).copied().collect()));
        let pairs: BTreeSet<Case<'t>> = pairs.collect();
        cases.extend(pairs.into_iter().filter(|case| logic.is_possible(case) == Some(true)));
    }
    cases
}

/// The groups of nodes that all lead to one another; Tarjan's, without recursion.
pub(super) fn groups(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<BTreeSet<usize>> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut found = Vec::new();
    for (from, to) in edges {
        next[from].push(to);
    }
    let (mut order, mut low) = (vec![usize::MAX; count], vec![0; count]);
    let (mut stack, mut is_on_stack, mut seen) = (Vec::new(), vec![false; count], 0);
    for root in 0..count {
        let mut open = if order[root] == usize::MAX { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, at)) = open.pop() {
            if at == 0 {
                (order[node], low[node]) = (seen, seen);
                seen += 1;
                stack.push(node);
                is_on_stack[node] = true;
            } else if let Some(&before) = next[node].get(at - 1) {
                low[node] = low[node].min(if is_on_stack[before] { low[before] } else { low[node] });
            }
            match next[node].get(at) {
                Some(&to) => {
                    open.push((node, at + 1));
                    if order[to] == usize::MAX {
                        open.push((to, 0));
                    } else if is_on_stack[to] {
                        low[node] = low[node].min(order[to]);
                    }
                }
                None if low[node] == order[node] => {
                    let at = stack.iter().rposition(|it| *it == node).expect("a node is on the stack");
                    let group: BTreeSet<_> = stack.drain(at..).inspect(|it| is_on_stack[*it] = false).collect();
                    if group.len() > 1 || next[node].contains(&node) {
                        found.push(group);
                    }
                }
                None => {}
            }
        }
    }
    found.sort();
    found
}

/// The shortest circle through the first node that is in one.
fn shortest(first: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    let last = edges.iter().map(|(from, to)| from.max(to) + 1).max()?;
    let groups = groups(last, edges.iter().copied());
    let group = groups.iter().find(|it| it.contains(&first)).or(groups.first())?;
    let start = *group.first()?;
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    edges.iter().for_each(|(from, to)| next.entry(*from).or_default().push(*to));
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &to in next.get(&node).into_iter().flatten() {
            if to == start {
                let mut circle = vec![node];
                while *circle.last()? != start {
                    circle.push(*came_from.get(circle.last()?)?);
                }
                circle.reverse();
                return Some(circle);
            }
            came_from.entry(to).or_insert_with(|| {
                queue.push_back(to);
                node
            });
        }
    }
    None
}

/// A circle in a sentence, with the way out of it.
pub(super) fn message(circle: &[&str], type_of: impl Fn(&str) -> Option<&'static str>) -> String {
    let first = circle[0];
    if circle.len() == 1 {
        return format!("`{first}` needs itself: write its name out, or take the reference out");
    }
    let mut steps: Vec<_> = circle.iter().take(SHOWN).map(|it| format!("`{it}`")).collect();
    if circle.len() > SHOWN {
        steps.push(format!("{} more", circle.len() - SHOWN));
    }
    steps.push(format!("`{first}`"));
    let steps = steps.join(" needs ");
    let of = |name: &str| circle.iter().copied().find(|it| type_of(it) == Some(name));
    let way_out = match (of("AWS::S3::Bucket"), of("AWS::Lambda::Function").or(of("AWS::Lambda::Permission"))) {
        (Some(bucket), Some(_)) => format!(
            "give `{bucket}` a `BucketName` made of `AWS::StackName`, and use that text where a variable, a permission or \
             a policy refers to `{bucket}`"
        ),
        _ if of("AWS::EC2::SecurityGroup").is_some() => {
            "put the rules into resources of their own: AWS::EC2::SecurityGroupIngress, AWS::EC2::SecurityGroupEgress"
                .to_owned()
        }
        _ => "write a name out in place of one of the references, or take a `DependsOn` out".to_owned(),
    };
    format!("circular dependency: {steps}; {way_out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_all_that_lead_to_one_another() {
        let found = |edges: &[(usize, usize)]| {
            groups(7, edges.iter().copied())
                .into_iter()
                .map(|it| it.into_iter().collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&[(0, 1), (1, 2), (0, 2)]), [[0; 0]; 0]);
        assert_eq!(
            found(&[(0, 1), (1, 0), (1, 2), (3, 4), (4, 5), (5, 3), (6, 6)]),
            [vec![0, 1], vec![3, 4, 5], vec![6]]
        );
        assert_eq!(found(&[(0, 1), (1, 2), (2, 3), (3, 1), (2, 4), (4, 0)]), [[0, 1, 2, 3, 4]]);
    }

    #[test]
    fn the_shortest_circle_is_found() {
        assert_eq!(shortest(0, &[(0, 1), (1, 2), (2, 0), (1, 0)]), Some(vec![0, 1]));
        assert_eq!(shortest(0, &[(0, 1), (1, 2), (2, 1)]), Some(vec![1, 2]));
        assert_eq!(shortest(0, &[(0, 1), (1, 2)]), None);
    }
}
