//! The connections that are open, whichever build of the service is the newest.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::client::Client;
use crate::serve::clock::Moment;

/// The connections that are open, by their ids.
#[derive(Debug, Default)]
pub(in crate::serve) struct Connections(Mutex<HashMap<String, Open>>);

#[derive(Debug)]
struct Open {
    sender: mpsc::Sender<Outgoing>,
    connected: Moment,
    active: Moment,
    identity: Value,
}

/// What is sent to a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outgoing {
    Message(Bytes),
    /// The end of the connection.
    End,
}

/// Why something is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    /// There is no such connection.
    Gone,
    /// The client takes less than it is sent.
    Full,
}

/// How many messages wait for a client that is slow.
const WAITING: usize = 1024;

impl Connections {
    /// Opens a connection, and gives what is sent to it.
    pub(super) fn open(&self, client: &Client) -> mpsc::Receiver<Outgoing> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (connected, identity) = (client.connected, client.identity());
        self.all().insert(client.id.clone(), Open { sender, connected, active: connected, identity });
        receiver
    }

    pub(super) fn send(&self, id: &str, outgoing: Outgoing) -> Result<(), NotSent> {
        let mut all = self.all();
        let open = all.get_mut(id).ok_or(NotSent::Gone)?;
        open.active = Moment::now();
        open.sender.try_send(outgoing).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotSent::Full,
            mpsc::error::TrySendError::Closed(_) => NotSent::Gone,
        })
    }

    /// Remembers that a message has come.
    pub(super) fn touch(&self, id: &str) {
        if let Some(open) = self.all().get_mut(id) {
            open.active = Moment::now();
        }
    }

    pub(super) fn close(&self, id: &str) {
        self.all().remove(id);
    }

    /// What is known of a connection.
    pub(super) fn describe(&self, id: &str) -> Option<Value> {
        let all = self.all();
        let open = all.get(id)?;
        let (connected, active) = (open.connected.iso(), open.active.iso());
        Some(json!({"connectedAt": connected, "identity": open.identity, "lastActiveAt": active}))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
