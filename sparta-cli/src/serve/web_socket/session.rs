//! A connection from its first message to its end.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{LARGEST_FRAME, LARGEST_MESSAGE, client::Client, connections::Outgoing, message};
use crate::serve::server::Shared;

/// A client that was let in, whose connection is a WebSocket soon.
pub(in crate::serve) struct Session {
    client: Arc<Client>,
    upgrade: OnUpgrade,
    outgoing: mpsc::Receiver<Outgoing>,
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How a connection has ended.
struct Ended {
    status: u16,
    reason: String,
}

/// How long a client may take to say that it has understood the end.
const GOODBYE: Duration = Duration::from_secs(1);

impl Session {
    /// Opens the connection: messages that are sent to it wait until it is there.
    pub(in crate::serve) fn new(client: Arc<Client>, upgrade: OnUpgrade, shared: &Shared) -> Self {
        let outgoing = shared.connections.open(&client);
        Self { client, upgrade, outgoing }
    }

    pub(in crate::serve) async fn run(mut self, shared: Shared) {
        let mut messages = JoinSet::new();
        let ended = match (&mut self.upgrade).await {
            Ok(upgraded) => {
                let config = WebSocketConfig::default()
                    .max_message_size(Some(LARGEST_MESSAGE))
                    .max_frame_size(Some(LARGEST_FRAME));
                let io = TokioIo::new(upgraded);
                let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
                self.exchange(&mut socket, &mut messages, &shared).await
            }
            Err(_) => Ended::abnormally(),
        };
        shared.connections.close(&self.client.id);
        message::disconnected(&shared, &self.client, ended.status, &ended.reason).await;
        // Functions that got messages may go on.
        while messages.join_next().await.is_some() {}
    }

    async fn exchange(&mut self, socket: &mut Socket, messages: &mut JoinSet<()>, shared: &Shared) -> Ended {
        let lasts = shared.lasts;
        let (mut idle, mut in_all) = (pin!(sleep(lasts.idle)), pin!(sleep(lasts.in_all)));
        loop {
            tokio::select! {
                come = socket.next() => match come {
                    Some(Ok(Message::Text(text))) => {
                        shared.connections.touch(&self.client.id);
                        let text = text.as_str().to_owned();
                        messages.spawn(message::pass_on(shared.clone(), Arc::clone(&self.client), text));
                    }
                    Some(Ok(Message::Binary(_))) => return end(socket, CloseCode::Unsupported, "Binary is not supported").await,
                    Some(Ok(Message::Close(frame))) => {
                        // What answers it is sent while the client is heard.
                        _ = timeout(GOODBYE, async { while socket.next().await.is_some() {} }).await;
                        return Ended::by_client(frame);
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(Error::Capacity(_))) => return end(socket, CloseCode::Size, "Message too long").await,
                    Some(Err(_)) | None => return Ended::abnormally(),
                },
                outgoing = self.outgoing.recv() => match outgoing {
                    Some(Outgoing::Message(bytes)) => {
                        let message = match String::from_utf8(bytes.to_vec()) {
                            Ok(text) => Message::text(text),
                            Err(_) => Message::binary(bytes),
                        };
                        if socket.send(message).await.is_err() {
                            return Ended::abnormally();
                        }
                    }
                    Some(Outgoing::End) | None => return end(socket, CloseCode::Normal, "Connection Closed Normally").await,
                },
                Some(_) = messages.join_next() => continue,
                () = &mut idle => return end(socket, CloseCode::Away, "Going away").await,
                () = &mut in_all => return end(socket, CloseCode::Away, "Going away").await,
            }
            idle.as_mut().reset(tokio::time::Instant::now() + lasts.idle);
        }
    }
}

/// Ends a connection.
async fn end(socket: &mut Socket, code: CloseCode, reason: &'static str) -> Ended {
    let frame = CloseFrame { code, reason: reason.into() };
    // A client that has gone needs no end.
    _ = timeout(GOODBYE, async {
        socket.close(Some(frame)).await?;
        while socket.next().await.is_some() {}
        Ok::<_, Error>(())
    })
    .await;
    Ended { status: code.into(), reason: reason.to_owned() }
}

impl Ended {
    fn by_client(frame: Option<CloseFrame>) -> Self {
        match frame {
            Some(CloseFrame { code, reason }) => Self { status: code.into(), reason: reason.as_str().to_owned() },
            None => Self { status: 1005, reason: "Client-side close frame status not set".to_owned() },
        }
    }

    fn abnormally() -> Self {
        Self { status: 1006, reason: "Connection closed abnormally".to_owned() }
    }
}
