//! Messages to the connections of a WebSocket API, when a function runs.

pub(crate) mod fake;

use std::{
    cell::RefCell,
    io::{self, ErrorKind},
    time::{Duration, SystemTime},
};

use futures_util::{StreamExt, future, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::Connections;
use crate::{
    construct::{Construct, NameError, of_variable},
    runtime::reply::Reply,
    settings::function_name,
    signed::{Call, Connection, Endpoint, WrongVariable, process},
};

/// Sends messages to the connections of the App's WebSocket API, in a function that
/// [uses](crate::Function::uses) them: [`Connections::sender`].
///
/// It keeps its connection to API Gateway for the next message, and tries again twice where API Gateway throttles it or does
/// not answer.
#[derive(Clone, Debug)]
pub struct ConnectionSender {
    /// Where messages go; or the variable that does not say it.
    endpoint: Result<Endpoint, &'static str>,
}

/// Why a message was not sent, or a connection not ended. Nothing of a message is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The connection has ended: forget it.
    #[error("the connection has ended")]
    Gone,
    /// A message of more than 128 KB.
    #[error("the message has {bytes} bytes, and API Gateway takes 131,072: send it in parts, or a link to it")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// API Gateway takes no more at this time: send later, or slower.
    #[error("API Gateway takes no more messages at this time, after three attempts")]
    Throttled,
    /// The function's role lacks the permission.
    #[error(
        "the function may not do this: add `.uses(WebSocket::connections().send())` to it in `main()`, and for the end of \
         connections `.disconnect()`"
    )]
    Forbidden,
    /// API Gateway refused otherwise.
    #[error("API Gateway answered {status}: {message}")]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// What API Gateway says.
        message: String,
    },
    /// There is no connection to API Gateway.
    #[error("no connection to {host}: {problem}; in a VPC the function needs a NAT gateway to send messages")]
    Connection {
        /// The host.
        host: String,
        /// What went wrong.
        problem: String,
    },
    /// The message is nothing that JSON has.
    #[error("the message cannot be JSON: {0}")]
    Message(String),
    /// Lambda sets this variable, and it is missing or malformed.
    #[error("the variable `{0}` is not what Lambda sets it to")]
    Variable(&'static str),
}

const LARGEST: usize = 128 * 1024;
/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What is waited for before the attempts after the first.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// How many messages are on their way at once.
const AT_ONCE: usize = 16;
/// How long a connection to API Gateway is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(20);
/// What stands for itself in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Connections {
    /// What sends messages, in a function that uses them.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use them, and outside of Lambda, unless `sparta::testing::connections()` takes the
    /// messages.
    pub fn sender(self) -> Result<ConnectionSender, NameError> {
        let address = match fake::is_there() {
            true => "http://localhost".to_owned(),
            false => of_variable(&self.variable()).ok_or_else(not_there)?,
        };
        Ok(ConnectionSender { endpoint: endpoint(&address) })
    }
}

#[cold]
fn not_there() -> NameError {
    let construct = "WebSocket API".to_owned();
    match function_name() {
        Some(function) => {
            NameError::NotUsed { function, construct, example: "WebSocket::connections().send()".to_owned() }
        }
        None => NameError::OutsideOfLambda { construct },
    }
}

/// Where messages go: to the address, on the host that a variable of the SDKs' says where one does.
fn endpoint(address: &str) -> Result<Endpoint, &'static str> {
    let own = Endpoint::parse(address).ok_or("WEB_SOCKET_CONNECTIONS")?;
    for variable in ["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "AWS_ENDPOINT_URL"] {
        if let Some(url) = process(variable) {
            return Ok(Endpoint::parse(&url).ok_or(variable)?.below(&own.path));
        }
    }
    Ok(own)
}

impl ConnectionSender {
    /// Sends a message, as JSON.
    ///
    /// # Errors
    ///
    /// [`SendError`]: [`Gone`](SendError::Gone) where the connection has ended.
    ///
    /// # Example
    ///
    /// ```
    /// use serde::Serialize;
    /// use sparta_core::{Error, trigger::{ConnectionSender, SendError}};
    ///
    /// #[derive(Serialize)]
    /// struct Said<'a> {
    ///     text: &'a str,
    /// }
    ///
    /// /// Whether it is still there.
    /// async fn tell(connections: &ConnectionSender, id: &str) -> Result<bool, Error> {
    ///     match connections.send(id, &Said { text: "hello" }).await {
    ///         Ok(()) => Ok(true),
    ///         Err(SendError::Gone) => Ok(false),
    ///         Err(error) => Err(error.into()),
    ///     }
    /// }
    /// ```
    pub async fn send(&self, id: &str, message: &impl Serialize) -> Result<(), SendError> {
        self.call("POST", id, &json(message)?).await
    }

    /// Sends a message that is text, as it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_text(&self, id: &str, text: &str) -> Result<(), SendError> {
        self.call("POST", id, text.as_bytes()).await
    }

    /// Sends a message to each of the connections, several at a time, and gives those that did not get it, with the reason.
    ///
    /// # Errors
    ///
    /// [`SendError::Message`] where the message cannot be JSON; nobody gets it then.
    pub async fn send_all(
        &self,
        ids: impl IntoIterator<Item = impl Into<String>>,
        message: &impl Serialize,
    ) -> Result<Vec<(String, SendError)>, SendError> {
        let message = &json(message)?;
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let sent = stream::iter(ids).map(|id| async move {
            let sent = self.call("POST", &id, message).await;
            sent.err().map(|error| (id, error))
        });
        Ok(sent.buffer_unordered(AT_ONCE).filter_map(future::ready).collect().await)
    }

    /// Ends a connection. The function needs `.uses(WebSocket::connections().disconnect())`.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn disconnect(&self, id: &str) -> Result<(), SendError> {
        self.call("DELETE", id, b"").await
    }

    async fn call(&self, method: &str, id: &str, body: &[u8]) -> Result<(), SendError> {
        if body.len() > LARGEST {
            return Err(SendError::TooLarge { bytes: body.len() });
        }
        if fake::is_there() {
            return fake::take(method, id, body);
        }
        let endpoint = self.endpoint.as_ref().map_err(|variable| SendError::Variable(variable))?;
        let region = process("AWS_REGION").ok_or(SendError::Variable("AWS_REGION"))?;
        let path = format!("{}/@connections/{}", endpoint.path, utf8_percent_encode(id, PLAIN));
        let headers: &[_] = if method == "POST" { &[("content-type", "application/octet-stream")] } else { &[] };
        let call = Call {
            method,
            service: "execute-api",
            region: &region,
            host: &endpoint.host,
            path: &path,
            headers,
            body,
            stays_open: true,
        };
        let mut pauses = PAUSES.into_iter();
        loop {
            let request = call.signed(&process, SystemTime::now());
            let request = request.map_err(|WrongVariable(name)| SendError::Variable(name))?;
            let failed = match exchange(endpoint, &request).await {
                Ok(reply) => match refusal(&reply, body.len()) {
                    None => return Ok(()),
                    Some(refusal) => refusal,
                },
                Err(error) => SendError::Connection { host: endpoint.host.clone(), problem: error.to_string() },
            };
            match pauses.next().filter(|_| may_pass(&failed)) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failed),
            }
        }
    }
}

fn json(message: &impl Serialize) -> Result<Vec<u8>, SendError> {
    serde_json::to_vec(message).map_err(|error| SendError::Message(error.to_string()))
}

/// Why API Gateway did not do it, if it did not.
fn refusal(reply: &Reply, bytes: usize) -> Option<SendError> {
    /// What a refusal says.
    #[derive(Deserialize, Default)]
    struct Refusal {
        #[serde(alias = "Message", default)]
        message: String,
    }
    match reply.status {
        200..300 => None,
        403 => Some(SendError::Forbidden),
        410 => Some(SendError::Gone),
        413 => Some(SendError::TooLarge { bytes }),
        429 => Some(SendError::Throttled),
        status => {
            let Refusal { message } = serde_json::from_slice(&reply.body).unwrap_or_default();
            Some(SendError::Refused { status, message })
        }
    }
}

/// Whether another attempt may succeed.
fn may_pass(error: &SendError) -> bool {
    matches!(error, SendError::Throttled | SendError::Connection { .. } | SendError::Refused { status: 500.., .. })
}

/// A connection that nobody uses at this time.
struct Idle {
    host: String,
    connection: Connection,
    since: SystemTime,
}

thread_local! {
    /// One list for each thread, since each of a managed instance's has a runtime of its own.
    static IDLE: RefCell<Vec<Idle>> = const { RefCell::new(Vec::new()) };
}

async fn exchange(endpoint: &Endpoint, request: &[u8]) -> io::Result<Reply> {
    if let Some(mut connection) = idle(&endpoint.host) {
        match connection.call(request, TIMEOUT).await {
            Ok(reply) => return Ok(keep(endpoint, connection, reply)),
            Err(error) if error.kind() == ErrorKind::TimedOut => return Err(error),
            // The other side closed it in this moment.
            Err(_) => {}
        }
    }
    let mut connection = endpoint.connect(TIMEOUT).await?;
    let reply = connection.call(request, TIMEOUT).await?;
    Ok(keep(endpoint, connection, reply))
}

/// A connection that is there already.
fn idle(host: &str) -> Option<Connection> {
    IDLE.with_borrow_mut(|all| {
        // The clock of the system goes on while Lambda freezes a process.
        all.retain(|it| it.since.elapsed().is_ok_and(|age| age < KEPT));
        while let Some(at) = all.iter().rposition(|it| it.host == host) {
            let mut connection = all.swap_remove(at).connection;
            if connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    })
}

fn keep(endpoint: &Endpoint, connection: Connection, reply: Reply) -> Reply {
    if reply.stays_open {
        let idle = Idle { host: endpoint.host.clone(), connection, since: SystemTime::now() };
        IDLE.with_borrow_mut(|all| {
            if all.len() < AT_ONCE {
                all.push(idle);
            }
        });
    }
    reply
}
