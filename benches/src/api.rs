//! A Runtime API server of one thread: what Lambda is to a service, without anything that takes time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::call::Call;

/// The connection that a call came over, and that its answer goes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Peer(usize);

/// A Runtime API server.
pub(crate) struct RuntimeApi {
    /// None once it is closed.
    listener: Option<TcpListener>,
    address: SocketAddr,
    peers: Vec<Option<Connection>>,
    /// What is read goes through it: clearing one for each read would take time.
    chunk: Box<[u8]>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback device.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(Self {
            address: listener.local_addr()?,
            listener: Some(listener),
            peers: Vec::new(),
            chunk: vec![0; 64 * 1024].into(),
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Hangs up on everybody, and no longer listens.
    pub(crate) fn close(&mut self) {
        self.listener = None;
        self.peers.clear();
    }

    /// How many connections were ever made to it.
    pub(crate) fn connections(&self) -> usize {
        self.peers.len()
    }

    /// The next call, or `TimedOut` when none comes within `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> io::Result<(Peer, Call)> {
        loop {
            for (number, peer) in self.peers.iter_mut().enumerate() {
                let Some(peer) = peer else { continue };
                if let Some(call) = Call::take(&mut peer.received)? {
                    return Ok((Peer(number), call));
                }
            }
            let (readable, connecting) = self.poll(patience)?;
            for number in readable {
                self.receive(number);
            }
            if connecting {
                self.accept()?;
            }
        }
    }

    /// The connections that can be read from, and whether a new one can be accepted.
    fn poll(&self, patience: Duration) -> io::Result<(Vec<usize>, bool)> {
        let listener = self.listener.as_ref().ok_or(ErrorKind::NotConnected)?;
        let mut numbers = Vec::new();
        let mut sources = vec![PollFd::new(listener, PollFlags::IN)];
        for (number, peer) in self.peers.iter().enumerate() {
            if let Some(peer) = peer {
                numbers.push(number);
                sources.push(PollFd::new(&peer.stream, PollFlags::IN));
            }
        }
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        if poll(&mut sources, Some(&patience))? == 0 {
            return Err(ErrorKind::TimedOut.into());
        }
        let mut ready = sources.iter().map(|source| !source.revents().is_empty());
        let connecting = ready.next() == Some(true);
        numbers.retain(|_| ready.next() == Some(true));
        Ok((numbers, connecting))
    }

    fn accept(&mut self) -> io::Result<()> {
        let (stream, _) = self.listener.as_ref().ok_or(ErrorKind::NotConnected)?.accept()?;
        stream.set_nodelay(true)?;
        let received = Vec::new();
        self.peers.push(Some(Connection { stream, received }));
        Ok(())
    }

    /// Reads what is there, and forgets a connection that ended.
    fn receive(&mut self, number: usize) {
        let Some(peer) = &mut self.peers[number] else {
            return;
        };
        match peer.stream.read(&mut self.chunk) {
            Ok(size @ 1..) => peer.received.extend_from_slice(&self.chunk[..size]),
            _ => self.peers[number] = None,
        }
    }

    /// Sends an answer made by [`invocation`] or [`ACCEPTED`].
    pub(crate) fn answer(&mut self, peer: Peer, answer: &[u8]) -> io::Result<()> {
        let connection = self.peers[peer.0].as_mut().ok_or(ErrorKind::ConnectionAborted)?;
        connection.stream.write_all(answer)
    }
}

/// What Lambda answers to a response.
pub(crate) const ACCEPTED: &[u8] =
    b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}";

/// What Lambda answers to a service that asks for the next event.
pub(crate) fn invocation(id: &str, deadline_ms: u128, event: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: {deadline_ms}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:123456789012:function:hello\r\n\
         lambda-runtime-trace-id: Root=1-68f0e1d2-0a1b2c3d4e5f60718293a4b5;Sampled=0\r\n\r\n",
        event.len(),
    );
    [head.as_bytes(), event].concat()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);
    const NEXT: &[u8] = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: lambda\r\n\r\n";

    /// Plays a service that sends `parts`, each as soon as what came before was answered, and returns the answers.
    fn client<const N: usize>(address: SocketAddr, parts: [&'static [u8]; N]) -> thread::JoinHandle<Vec<String>> {
        thread::spawn(move || {
            let mut stream = TcpStream::connect(address).expect("the server accepts");
            let mut answer = [0; 4096];
            let mut exchange = |part| {
                stream.write_all(part).expect("the server reads");
                let size = stream.read(&mut answer).expect("the server answers");
                String::from_utf8_lossy(&answer[..size]).into_owned()
            };
            parts.into_iter().map(&mut exchange).collect()
        })
    }

    #[test]
    fn an_invocation_goes_out_and_its_response_comes_in_over_one_connection() {
        let mut api = RuntimeApi::start().expect("a free port");
        let response = b"POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello";
        let client = client(api.address(), [NEXT, response]);
        let (peer, call) = api.wait(PATIENCE).expect("a call");
        assert_eq!(call, Call::Next);
        api.answer(peer, &invocation("id-1", 1, b"{}")).expect("an open connection");
        let (peer, call) = api.wait(PATIENCE).expect("a call");
        assert_eq!(call, Call::Response { id: "id-1".into(), body: b"hello".into() });
        api.answer(peer, ACCEPTED).expect("an open connection");
        let answers = client.join().expect("the client ends");
        assert!(answers[0].contains("lambda-runtime-aws-request-id: id-1\r\n") && answers[0].ends_with("\r\n\r\n{}"));
        assert!(answers[1].starts_with("HTTP/1.1 202 "));
        assert_eq!(api.connections(), 1);
    }

    #[test]
    fn every_connection_is_counted() {
        let mut api = RuntimeApi::start().expect("a free port");
        for expected in 1..=3 {
            let client = client(api.address(), [NEXT]);
            let (peer, _) = api.wait(PATIENCE).expect("a call");
            api.answer(peer, ACCEPTED).expect("an open connection");
            client.join().expect("the client ends");
            assert_eq!(api.connections(), expected);
        }
    }
}
