//! A change of a resource that is the user's.

use std::{fmt, sync::Arc};

use super::Resource;

/// What the user does to a resource after everything else was set.
#[derive(Clone)]
pub(crate) struct Change(Arc<dyn Fn(Resource) -> Resource + Send + Sync>);

impl Change {
    pub(crate) fn new(change: impl Fn(Resource) -> Resource + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }

    pub(crate) fn apply(&self, resource: Resource) -> Resource {
        (self.0)(resource)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change")
    }
}
