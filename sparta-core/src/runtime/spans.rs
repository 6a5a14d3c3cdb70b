//! The spans that are open, and those that each thread is in.

use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::Metadata;
use tracing::span::{Attributes, Id};

/// Spans with a value of type `T` each.
pub(super) struct Spans<T>(Mutex<Vec<Option<Span<T>>>>);

struct Span<T> {
    metadata: &'static Metadata<'static>,
    parent: Option<Id>,
    references: usize,
    value: T,
}

thread_local! {
    /// The spans that this thread entered and has not left, outermost first.
    static ENTERED: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

impl<T> Spans<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Span<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a span.
    pub(super) fn open(&self, attributes: &Attributes<'_>, value: T) -> Id {
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.clone()),
            None if attributes.is_contextual() => current(),
            None => None,
        };
        if let Some(parent) = &parent {
            self.hold(parent);
        }
        let span = Some(Span { metadata: attributes.metadata(), parent, references: 1, value });
        let mut spans = self.lock();
        let free = spans.iter().position(Option::is_none).unwrap_or(spans.len());
        match spans.get_mut(free) {
            Some(place) => *place = span,
            None => spans.push(span),
        }
        Id::from_u64(free as u64 + 1)
    }

    /// Keeps a span open once more.
    pub(super) fn hold(&self, id: &Id) {
        if let Some(Some(span)) = self.lock().get_mut(place(id)) {
            span.references += 1;
        }
    }

    /// Takes back one hold; whether that closed the span.
    pub(super) fn release(&self, id: &Id) -> bool {
        let mut spans = self.lock();
        let Some(place) = spans.get_mut(place(id)) else { return false };
        let Some(span) = place else { return false };
        span.references -= 1;
        if span.references > 0 {
            return false;
        }
        let closed = place.take();
        drop(spans);
        if let Some(Span { parent: Some(parent), .. }) = closed {
            self.release(&parent);
        }
        true
    }

    pub(super) fn enter(&self, id: &Id) {
        self.hold(id);
        ENTERED.with_borrow_mut(|entered| entered.push(id.clone()));
    }

    pub(super) fn exit(&self, id: &Id) {
        let left = ENTERED.with_borrow_mut(|entered| {
            let last = entered.iter().rposition(|entered| entered == id)?;
            Some(entered.remove(last))
        });
        if left.is_some() {
            self.release(id);
        }
    }

    /// The span that this thread is in.
    pub(super) fn current(&self) -> Option<(Id, &'static Metadata<'static>)> {
        let id = current()?;
        let spans = self.lock();
        let metadata = spans.get(place(&id))?.as_ref()?.metadata;
        Some((id, metadata))
    }

    /// Changes a span's value.
    pub(super) fn update(&self, id: &Id, change: impl FnOnce(&mut T, &'static Metadata<'static>)) {
        if let Some(Some(span)) = self.lock().get_mut(place(id)) {
            change(&mut span.value, span.metadata);
        }
    }

    /// Visits a span and what is around it, outermost first.
    pub(super) fn visit(&self, innermost: Option<Id>, mut visit: impl FnMut(&T)) {
        let spans = self.lock();
        let mut path = Vec::new();
        let mut next = innermost.as_ref();
        while let Some(Some(span)) = next.and_then(|id| spans.get(place(id))) {
            path.push(&span.value);
            next = span.parent.as_ref();
        }
        path.into_iter().rev().for_each(&mut visit);
    }
}

/// The id of the span that this thread is in.
pub(super) fn current() -> Option<Id> {
    ENTERED.with_borrow(|entered| entered.last().cloned())
}

fn place(id: &Id) -> usize {
    id.into_u64() as usize - 1
}
