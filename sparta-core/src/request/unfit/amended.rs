//! What is known not to fit of a document, so that the rest of it can be read.

use std::collections::BTreeMap;

use super::trouble::{Problem, Step, Trouble};

/// A place that does not fit, or has such places below it.
#[derive(Debug, Default)]
pub(super) struct Amended {
    pub(super) change: Option<Change>,
    /// Fields that are missing, and are there now.
    pub(super) added: Vec<&'static str>,
    below: BTreeMap<Step, Amended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Something that fits is in its place.
    StandIn,
    /// It is not there.
    Skip,
}

/// What comes of a trouble.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is a fault of the document, and the rest can be read.
    Told,
    /// It comes of what was changed, which is left out now.
    Silent,
    /// No more can be known.
    Stuck,
}

impl Amended {
    pub(super) fn below(&self, step: &Step) -> Option<&Self> {
        self.below.get(step)
    }

    /// Whether an element of it is left out.
    pub(super) fn skips(&self) -> bool {
        self.below.iter().any(|(step, place)| matches!(step, Step::Index(_)) && place.change == Some(Change::Skip))
    }

    fn at(&mut self, path: &[&Step]) -> &mut Self {
        path.iter().fold(self, |place, step| place.below.entry((*step).clone()).or_default())
    }

    /// Whether what is at a place is not as it was sent.
    fn is_changed(&self, path: &[&Step]) -> bool {
        let place = path.iter().try_fold(self, |place, step| place.below(step));
        place.is_some_and(|place| place.change.is_some() || !place.added.is_empty() || !place.below.is_empty())
    }

    pub(super) fn learn(&mut self, trouble: &Trouble) -> Next {
        let path = trouble.path();
        let is_changed = self.is_changed(&path);
        let place = self.at(&path);
        match trouble.problem() {
            // A field is missing whatever the others are.
            Problem::Missing(field) if place.change.is_none() && !place.added.contains(field) => {
                place.added.push(field);
                Next::Told
            }
            Problem::Key(_) if !is_changed => {
                place.change = Some(Change::Skip);
                Next::Told
            }
            Problem::Value(_) if !is_changed => {
                place.change = Some(Change::StandIn);
                Next::Told
            }
            _ => self.leave_out(&path),
        }
    }

    /// Leaves out the element of a list around a place of which no more can be known.
    fn leave_out(&mut self, path: &[&Step]) -> Next {
        for length in (1..=path.len()).rev() {
            let element = self.at(&path[..length]);
            if matches!(path[length - 1], Step::Index(_)) && element.change != Some(Change::Skip) {
                element.change = Some(Change::Skip);
                return Next::Silent;
            }
        }
        Next::Stuck
    }
}
