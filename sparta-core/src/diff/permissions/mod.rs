//! Who would be allowed more than now: the statements of both templates, compared one by one.

mod atom;
mod condition;
mod holders;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{side::Side, text::only_id};
use atom::Atom;
use holders::{Held, Holder, Holders};
pub(super) use pattern::Pattern;

/// Something that would be allowed and is not now.
///
/// What a policy says is compared action by action and resource by resource, with its wildcards and conditions: in another order,
/// or in other statements, the same is the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// The logical id of the role that would be allowed it, or of the resource that others would be let in to; another text where
    /// the template does not have it.
    pub holder: String,
    /// Which of its policies: `permissions`, `trust policy`, `resource policy`.
    pub policy: &'static str,
    /// What is wider.
    pub widening: Widening,
    /// Who is allowed it; nobody in particular in the permissions of a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The actions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// On what; the resource itself where its policy does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Under which conditions, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// How a policy is wider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Widening {
    /// It allows what it did not allow, or under fewer conditions.
    Allowed,
    /// It denies no longer what it denied.
    NotDenied,
    /// A managed policy is attached: the name of one of AWS's, else its ARN.
    Managed(String),
    /// The permissions boundary is gone, or another one.
    Boundary,
}

/// All that would be allowed and is not now.
pub(super) fn widened(before: &Side, after: &Side) -> Vec<Permission> {
    let (old, new) = (Holders::of(before), Holders::of(after));
    let none = Held::default();
    let mut found = Vec::new();
    for (holder, held) in &new {
        let old = old.get(holder);
        let covering: Vec<&Atom> = old.into_iter().flat_map(|old| old.atoms.iter().chain(&old.of_managed)).collect();
        let wider = held.atoms.iter().filter(|it| it.allows && !covering.iter().any(|other| other.covers(it)));
        found.extend(permissions(holder, Widening::Allowed, wider));
        let managed = held.managed.difference(&old.unwrap_or(&none).managed);
        found.extend(managed.map(|arn| permission(holder, Widening::Managed(arn.clone()))));
        if old.is_some_and(|old| old.boundary.is_some() && old.boundary != held.boundary) {
            found.push(permission(holder, Widening::Boundary));
        }
    }
    for (holder, held) in old.iter().filter(|(holder, _)| is_there(holder, after)) {
        let left = new.get(holder).unwrap_or(&none);
        let open = held.atoms.iter().filter(|it| !it.allows && left.may(it, holder));
        found.extend(permissions(holder, Widening::NotDenied, open));
    }
    found.sort_by(|one, other| (&one.holder, one.policy).cmp(&(&other.holder, other.policy)));
    found
}

/// Whether what a policy was about is still there.
fn is_there(holder: &Holder, side: &Side) -> bool {
    only_id(&holder.whose).is_none_or(|id| side.resources.contains_key(id))
}

fn permission(holder: &Holder, widening: Widening) -> Permission {
    Permission {
        holder: only_id(&holder.whose).unwrap_or(&holder.whose).to_owned(),
        policy: holder.what,
        widening,
        principal: None,
        actions: Vec::new(),
        resource: None,
        condition: None,
    }
}

/// What is said of the same in one piece.
fn permissions<'a>(holder: &Holder, widening: Widening, atoms: impl Iterator<Item = &'a Atom>) -> Vec<Permission> {
    let mut same: BTreeMap<(String, String, Option<String>), BTreeSet<String>> = BTreeMap::new();
    for atom in atoms {
        let about = (atom.principal.text(), atom.resource.text(), atom.conditions.text());
        same.entry(about).or_default().insert(atom.action.text());
    }
    let some = |text: String| (!text.is_empty()).then_some(text);
    let pieces = same.into_iter().map(|((principal, resource, condition), actions)| Permission {
        principal: some(principal),
        resource: some(resource),
        condition,
        actions: actions.into_iter().collect(),
        ..permission(holder, widening.clone())
    });
    pieces.collect()
}
