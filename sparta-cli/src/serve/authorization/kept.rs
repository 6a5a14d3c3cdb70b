//! What authorizers have answered, for as long as it is kept.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::function::Decision;

/// Answers, by the authorizer's name and what the request says of its sender.
#[derive(Debug, Default)]
pub(in crate::serve) struct Kept(Mutex<HashMap<Key, (Instant, Decision)>>);

type Key = (String, Vec<String>);

impl Kept {
    pub(super) fn find(&self, name: &str, identity: &[String]) -> Option<Decision> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|_, (until, _)| *until > now);
        all.get(&(name.to_owned(), identity.to_vec())).map(|(_, decision)| decision.clone())
    }

    /// Keeps an answer for so many seconds; for none, not at all.
    pub(super) fn keep(&self, name: &str, identity: &[String], seconds: u64, decision: &Decision) {
        if seconds > 0 {
            let until = Instant::now() + Duration::from_secs(seconds);
            let key = (name.to_owned(), identity.to_vec());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (until, decision.clone()));
        }
    }
}
