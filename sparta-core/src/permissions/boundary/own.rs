//! What a statement allows on the template's own resources, whose ARNs do not all say whose they are.

use std::collections::BTreeSet;

use sparta_schema::iam::{self, AccessLevel, Action, Service};

use crate::{
    cfn::{Resource, Value},
    iam::Arn,
    permissions::{
        binding,
        resolver::{ANY, Resolver, UNKNOWN, UNNAMED, is_of, is_own, plain},
    },
};

/// The resource of a statement, with those of the template that it is made from.
pub(super) struct Own<'r, 'a> {
    resolver: &'r Resolver<'a>,
    /// The text, with `*` for what is not known.
    text: String,
    is_known: bool,
    /// Those whose names AWS makes up, unless the text is whole, or not known for another reason.
    resources: Vec<&'a Resource>,
}

/// What the boundary allows of a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// As policies name it.
    pub(super) action: String,
    pub(super) on: BTreeSet<String>,
    /// Whether the stack's tag has to bind it.
    pub(super) is_tagged: bool,
    /// The types of the resources, where nothing binds it to the stack.
    pub(super) shared: Vec<String>,
}

/// What binds an action to the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bond {
    /// It is on nothing that the text may be.
    Other,
    /// The text says whose it is, or it only shows which ones there are.
    Text,
    Tag,
    Nothing,
}

impl<'r, 'a> Own<'r, 'a> {
    /// `told_apart` is what is known of `value`.
    pub(super) fn of(resolver: &'r Resolver<'a>, value: &Value, told_apart: &str) -> Self {
        let text = plain(told_apart);
        let is_known = !told_apart.contains([UNKNOWN, UNNAMED]);
        let is_own = text.contains(ANY) && !told_apart.contains(UNKNOWN);
        let referred = if is_own { resolver.referred([value]) } else { Vec::new() };
        let has_open_name = |id, resource| {
            let arns = resolver.own_arns(id, resource);
            arns.is_empty() || arns.iter().any(|arn| arn.contains(ANY))
        };
        let own = referred.into_iter().filter(|(id, it)| has_open_name(id, it));
        Self { resolver, text, is_known, resources: own.map(|(_, it)| it).collect() }
    }

    /// The types of those resources.
    pub(super) fn types(&self) -> Vec<&'a str> {
        self.resources.iter().map(|it| it.resource_type()).collect()
    }

    /// Whether the stack's tag tells the resource, of one of IAM's types, from those of other stacks.
    pub(super) fn is_tagged(&self, service: &Service, action: &Action, kind: &iam::Resource) -> bool {
        let mut own = self.resources.iter().map(|it| it.resource_type()).filter(|it| is_own(it, kind.name));
        binding::knows_tags(service, action, kind) && own.any(binding::has_stack_tag)
    }

    /// What an action, which may be `s3:*`, comes to: itself, and apart from it what needs another condition.
    pub(super) fn parts(&self, pattern: &str) -> Vec<Part> {
        let found: Vec<_> = match self.resources.is_empty() {
            true => Vec::new(),
            false => iam::matching(pattern).map(|(service, it)| (service, it, self.bond(service, it))).collect(),
        };
        let is_any = |bond: Bond| found.iter().any(|(.., it)| *it == bond);
        let whole =
            |is_tagged| Part { action: pattern.to_owned(), on: self.on(pattern), is_tagged, shared: Vec::new() };
        if !is_any(Bond::Tag) && !is_any(Bond::Nothing) {
            return vec![whole(false)];
        }
        let mut parts = Vec::new();
        if is_any(Bond::Tag) {
            parts.push(whole(true));
        }
        for (service, action, bond) in found.iter().filter(|(.., bond)| matches!(bond, Bond::Text | Bond::Nothing)) {
            let action = service.name_of(action);
            let types =
                self.resources.iter().filter(|_| *bond == Bond::Nothing).map(|it| it.resource_type().to_owned());
            parts.push(Part { on: self.on(&action), action, is_tagged: false, shared: types.collect() });
        }
        parts
    }

    fn bond(&self, service: &Service, action: &Action) -> Bond {
        let kinds: Vec<_> = self.kinds(service, action).collect();
        let mut loose = kinds.iter().filter(|it| !self.is_bound(it));
        if kinds.is_empty() {
            Bond::Other
        } else if loose.clone().next().is_none() {
            Bond::Text
        } else if loose.all(|it| self.is_tagged(service, action, it)) {
            Bond::Tag
        } else if action.access_level == AccessLevel::List {
            Bond::Text
        } else {
            Bond::Nothing
        }
    }

    /// What of IAM's types the text may be, of those that an action is on.
    fn kinds<'s>(&'s self, service: &'s Service, action: &'s Action) -> impl Iterator<Item = &'s iam::Resource> {
        let is_any = Arn::parse(&self.text).is_none();
        let is_own = |kind: &iam::Resource| self.resources.iter().any(|it| is_own(it.resource_type(), kind.name));
        let has_own = is_any && service.resources_of(action).any(is_own);
        service.resources_of(action).filter(move |it| match is_any {
            true => !has_own || is_own(it),
            false => is_of(&self.text, it),
        })
    }

    fn is_bound(&self, kind: &iam::Resource) -> bool {
        binding::is_bound(&self.resolver.stack, kind, &self.text)
    }

    /// A resource that is not known before the deployment is at least one of those that the action is about.
    fn on(&self, pattern: &str) -> BTreeSet<String> {
        let text = || BTreeSet::from([self.text.clone()]);
        if self.text != ANY || self.is_known {
            return text();
        }
        let mut all = BTreeSet::new();
        for (service, action) in iam::matching(pattern) {
            let arns: Vec<String> = self.kinds(service, action).flat_map(|it| self.resolver.any_arns(it)).collect();
            if arns.is_empty() {
                return text();
            }
            all.extend(arns);
        }
        if all.is_empty() { text() } else { all }
    }
}
