//! The diagram of a service: triggers, functions, and the constructs that they use.

use heck::ToTitleCase;
use sparta_core::{Distribution, FunctionKind, FunctionSpec, Model, construct::Construct};

use super::{Diagram, Group, Kind, Node, words};

/// The diagram of a service.
pub(super) fn of(model: &Model) -> Diagram {
    let mut diagram = Diagram::new(model.name());
    let mut nodes: Vec<Node> = model.distribution().map(|it| distribution(it, &mut diagram)).into_iter().collect();
    nodes.extend(model.functions().iter().flat_map(|function| triggers(function, &mut diagram)));
    let functions = model.functions().iter().map(node).collect();
    let own: Vec<&dyn Construct> = model.constructs().filter(|it| !is_function(*it)).collect();
    model.functions().iter().for_each(|function| uses(function, &mut diagram));
    own.iter().for_each(|it| needs(*it, &mut diagram));
    let columns =
        [("Triggers", nodes), ("Functions", functions), ("Constructs", own.into_iter().map(construct).collect())];
    let groups = columns.into_iter().enumerate().filter(|(_, (_, nodes))| !Vec::is_empty(nodes));
    let group = |(column, (label, nodes)): (usize, (&str, Vec<Node>))| Group {
        id: label.to_lowercase(),
        label: label.to_owned(),
        detail: Vec::new(),
        column,
        nodes,
    };
    diagram.groups = groups.map(group).collect();
    diagram
}

/// The id of a function's box.
fn id(function: &str) -> String {
    format!("function:{function}")
}

/// The id of a construct's box. A function that others invoke is in the service as itself.
fn id_of(construct: &dyn Construct) -> String {
    if is_function(construct) { id(construct.label()) } else { format!("construct:{}", construct.id()) }
}

fn is_function(construct: &dyn Construct) -> bool {
    construct.kind() == "Function" && construct.functions().iter().any(|handle| handle.label() == construct.label())
}

fn node(function: &FunctionSpec) -> Node {
    let what = match function.kind() {
        FunctionKind::Http => "HTTP function",
        FunctionKind::Event => "Event function",
        FunctionKind::Raw => "Raw function",
    };
    let size = format!("{} MB, {} s", function.memory().megabytes(), function.timeout().as_secs());
    let node = Node::new(Kind::Function, what, id(function.name()), function.name()).detail(size);
    function.secrets().fold(node, |node, secret| node.detail(format!("secret {secret}")))
}

fn construct(construct: &dyn Construct) -> Node {
    let node = Node::new(Kind::Construct, &construct.kind().to_title_case(), id_of(construct), construct.label());
    if construct.resources().is_empty() { node.detail("not made by this stack") } else { node }
}

/// The box of CloudFront, which says where requests go. Of APIs the routes have boxes of their own.
fn distribution(distribution: &Distribution, diagram: &mut Diagram) -> Node {
    let node = Node::new(Kind::Trigger, "CloudFront", "distribution", "distribution");
    for (pattern, function) in distribution.routes().filter_map(|(pattern, origin)| Some((pattern, origin.function()?)))
    {
        diagram.edge("distribution", id(function), pattern);
    }
    distribution.routes().fold(node, |node, (pattern, origin)| node.detail(format!("{pattern} to the {origin}")))
}

/// The boxes of what invokes a function. What a construct tells is an arrow from that.
fn triggers(function: &FunctionSpec, diagram: &mut Diagram) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (at, trigger) in function.triggers().iter().enumerate() {
        let constructs = trigger.constructs();
        let Some((source, others)) = constructs.split_first() else {
            let node = format!("trigger:{}:{}", function.name(), at + 1);
            diagram.edge(node.clone(), id(function.name()), "");
            for handle in trigger.functions() {
                diagram.edge(node.clone(), id(handle.label()), "asks");
            }
            nodes.push(Node::new(Kind::Trigger, "Trigger", node, trigger.describe()));
            continue;
        };
        diagram.edge(id_of(&**source), id(function.name()), trigger.describe());
        for other in others {
            diagram.edge(id_of(&**source), id_of(&**other), "what fails");
        }
    }
    nodes
}

/// The arrows to what a function uses, one to each construct.
fn uses(function: &FunctionSpec, diagram: &mut Diagram) {
    let uses = function.uses().map(|grant| (id_of(&**grant.construct()), words::of(grant)));
    let outcomes = function.destinations().map(|(outcome, grant)| (id_of(&**grant.construct()), vec![outcome]));
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for (to, words) in uses.chain(outcomes) {
        let at = found.iter().position(|(other, _)| *other == to).unwrap_or_else(|| {
            found.push((to, Vec::new()));
            found.len() - 1
        });
        let new = words.into_iter().filter(|word| !found[at].1.contains(word)).collect::<Vec<_>>();
        found[at].1.extend(new);
    }
    for (to, words) in found {
        diagram.edge(id(function.name()), to, words.join(", "));
    }
}

/// The arrows to what a construct needs, and to the functions that it invokes.
fn needs(construct: &dyn Construct, diagram: &mut Diagram) {
    for other in construct.constructs() {
        diagram.edge(id_of(construct), id_of(&*other), "needs");
    }
    for handle in construct.functions() {
        diagram.edge(id_of(construct), id(handle.label()), "invokes");
    }
}
