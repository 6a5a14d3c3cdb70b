//! What takes messages in the place of API Gateway, in tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::SendError;

/// What was sent, and who is no longer there.
#[derive(Default)]
struct Taken {
    messages: BTreeMap<String, Vec<Vec<u8>>>,
    gone: BTreeSet<String>,
}

static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

fn taken() -> MutexGuard<'static, Option<Taken>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on messages of this process are kept here.
pub(crate) fn begin() {
    taken().get_or_insert_default();
}

pub(super) fn is_there() -> bool {
    !cfg!(sparta_serving) && taken().is_some()
}

pub(super) fn take(method: &str, id: &str, body: &[u8]) -> Result<(), SendError> {
    let mut taken = taken();
    let Some(taken) = taken.as_mut().filter(|taken| !taken.gone.contains(id)) else { return Err(SendError::Gone) };
    match method {
        "POST" => taken.messages.entry(id.to_owned()).or_default().push(body.to_vec()),
        _ => _ = taken.gone.insert(id.to_owned()),
    }
    Ok(())
}

/// What was sent to a connection, which is forgotten.
pub(crate) fn messages(id: &str) -> Vec<Vec<u8>> {
    taken().as_mut().and_then(|taken| taken.messages.remove(id)).unwrap_or_default()
}

/// Ends a connection.
pub(crate) fn end(id: &str) {
    if let Some(taken) = taken().as_mut() {
        taken.gone.insert(id.to_owned());
    }
}

pub(crate) fn has_ended(id: &str) -> bool {
    taken().as_ref().is_some_and(|taken| taken.gone.contains(id))
}
