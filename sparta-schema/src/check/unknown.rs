//! Values that functions make, as far as it is known what they are.

use crate::check::{Checker, scalar};
use crate::fault::FaultKind;
use crate::node::{Kind, Node, Source, Unknown};
use crate::schema::{Id, Keyword, Types};

impl Checker<'_> {
    pub(super) fn unknown(&mut self, id: Id, unknown: Unknown, node: &Node) {
        self.unsure |= !self.resource_type.schemas[id].is_empty();
        let scalars = Types(Types::STRING.0 | Types::NUMBER.0 | Types::INTEGER.0 | Types::BOOLEAN.0);
        if let (Some(types), Some(kind)) = (self.resource_type.types_of(id), unknown.kind) {
            let (wrong, found) = match kind {
                Kind::List => (!types.has(Types::ARRAY), "a list"),
                Kind::Text => (!types.has(scalars), "text"),
            };
            if wrong {
                let message = format!("{} must be {}, not {found}", self.name(), scalar::expected(types));
                return self.fault(node.place, FaultKind::Type, message);
            }
        }
        if let Some(source) = unknown.source {
            self.source(id, source, node);
        }
    }

    /// A reference to a resource of another kind than is wanted.
    fn source(&mut self, id: Id, source: Source, node: &Node) {
        for keyword in &self.resource_type.schemas[id] {
            match keyword {
                Keyword::Format(wanted) if wanted.contains("::") => {
                    let mut found: Vec<_> = source.format.into_iter().collect();
                    if let (None, Some(schema)) = (source.format, source.schema) {
                        source.resource_type.formats(schema, &mut found);
                    }
                    let what = source.resource_type.name();
                    // an attribute of another type of which nothing is said may be what is wanted
                    let is_own = wanted.strip_prefix(what).is_some_and(|it| it.starts_with('.'));
                    if found.contains(wanted) || (found.is_empty() && !source.is_reference && !is_own) {
                        continue;
                    }
                    let found =
                        found.first().map_or_else(|| format!("another value of {what}"), |it| format!("`{it}`"));
                    let message = format!("{} must be a reference to `{wanted}`, not to {found}", self.name());
                    self.fault(node.place, FaultKind::Reference, message);
                }
                Keyword::Ref(id) => self.source(*id, source, node),
                Keyword::AnyOf(any) => {
                    let wrong: Vec<_> =
                        any.iter().map(|id| self.attempt(|it| it.source(*id, source, node)).0).collect();
                    if wrong.iter().all(|it| !it.is_empty()) {
                        self.faults.extend(wrong.into_iter().next().unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
    }
}
