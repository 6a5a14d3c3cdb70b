//! What clients say, and what they are told.

use http::{StatusCode, header::ORIGIN};
use serde::{Deserialize, Serialize};
use sparta::{
    HttpService,
    prelude::*,
    trigger::{ConnectionSender, SendError},
};

use crate::{
    Chat,
    members::{Member, Members},
};

/// A message of a client.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Wanted {
    Join { room: String, name: String },
    Say { text: String },
}

/// A message to clients.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Told<'t> {
    Joined { name: &'t str },
    Said { name: &'t str, text: &'t str },
    Left { name: &'t str },
    Refused { why: &'t str },
}

/// What all requests share.
#[derive(Clone)]
struct Talk {
    members: Members,
    clients: ConnectionSender,
}

pub(crate) async fn talk() -> Result<HttpService, Error> {
    let members = Members::connect(crate::members().name()?).await;
    Ok(service(Talk { members, clients: WebSocket::connections().sender()? }))
}

fn service(talk: Talk) -> HttpService {
    HttpService::new(service_fn(move |request| {
        let talk = talk.clone();
        async move { talk.hear(request).await }
    }))
}

impl Talk {
    async fn hear(&self, request: Request) -> Result<StatusCode, Error> {
        let connection = request.connection()?;
        let id = connection.id();
        match connection.event() {
            ConnectionEvent::Connect => return admit(&request),
            ConnectionEvent::Disconnect => self.forget(id).await?,
            ConnectionEvent::Message => match request.json() {
                Ok(Some(Wanted::Join { room, name })) => self.join(id, Member { room, name }).await?,
                Ok(Some(Wanted::Say { text })) => self.say(id, &text).await?,
                _ => self.refuse(id, "a message joins a room, or says a text").await?,
            },
        }
        Ok(StatusCode::OK)
    }

    async fn join(&self, id: &str, member: Member) -> Result<(), Error> {
        self.members.enter(id, &member).await?;
        self.tell(&member.room, Told::Joined { name: &member.name }).await
    }

    async fn say(&self, id: &str, text: &str) -> Result<(), Error> {
        match self.members.find(id).await? {
            Some(Member { room, name }) => self.tell(&room, Told::Said { name: &name, text }).await,
            None => self.refuse(id, "join a room first").await,
        }
    }

    async fn forget(&self, id: &str) -> Result<(), Error> {
        match self.members.leave(id).await? {
            Some(Member { room, name }) => self.tell(&room, Told::Left { name: &name }).await,
            None => Ok(()),
        }
    }

    /// Tells all in a room, and removes those who have gone without a word.
    async fn tell(&self, room: &str, told: Told<'_>) -> Result<(), Error> {
        let ids = self.members.of_room(room).await?;
        for (id, error) in self.clients.send_all(ids, &told).await? {
            match error {
                SendError::Gone => _ = self.members.leave(&id).await?,
                error => tracing::warn!(%error, id, "a member did not get a message"),
            }
        }
        Ok(())
    }

    async fn refuse(&self, id: &str, why: &str) -> Result<(), Error> {
        match self.clients.send(id, &Told::Refused { why }).await {
            Ok(()) | Err(SendError::Gone) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Only pages of the service's own web site may connect: browsers say whose page it is.
fn admit(request: &Request) -> Result<StatusCode, Error> {
    let origin = request.headers().get(ORIGIN).map(|origin| origin.as_bytes());
    let is_own = origin == Some(Chat::get()?.origin.as_bytes());
    Ok(if is_own { StatusCode::OK } else { StatusCode::FORBIDDEN })
}

#[cfg(test)]
mod tests;
