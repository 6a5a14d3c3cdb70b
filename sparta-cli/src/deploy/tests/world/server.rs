//! A server on a loopback port that stands for a world, with a fault in it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::World;
use super::fault::{Dialect, Fault, Injected};
use crate::deploy::tests::script::{self, Seen};

/// Attempts of each call.
const ATTEMPTS: u32 = 3;

pub(in crate::deploy::tests) struct Server {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    world: World,
    fault: Option<Injected>,
    /// The calls so far, by the id that all attempts of one have, in their order.
    calls: Vec<String>,
    names: Vec<String>,
    attempts: BTreeMap<String, u32>,
}

impl Server {
    pub(in crate::deploy::tests) fn of(world: World, fault: Option<Injected>) -> Self {
        let shared = Shared { world, fault, calls: Vec::new(), names: Vec::new(), attempts: BTreeMap::new() };
        let shared = Arc::new(Mutex::new(shared));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::downgrade(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(shared) = state.upgrade() else { return };
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { address, shared }
    }

    /// A configuration for calls of this world; an answer may take as long as `patience`.
    pub(in crate::deploy::tests) fn config(&self, patience: Duration) -> SdkConfig {
        static CLIENT: OnceLock<SharedHttpClient> = OnceLock::new();
        let retries =
            RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(Duration::from_millis(1));
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "key", None, None, "test")))
            .http_client(CLIENT.get_or_init(crate::aws::http::client).clone())
            .timeout_config(TimeoutConfig::builder().read_timeout(patience).build())
            .retry_config(retries)
            .build()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }

    pub(in crate::deploy::tests) fn world(&self) -> World {
        self.shared().world.clone()
    }

    /// The names of the calls so far, each once however often it was tried.
    pub(in crate::deploy::tests) fn calls(&self) -> Vec<String> {
        self.shared().names.clone()
    }
}

impl Drop for Server {
    /// Wakes the thread that listens, so that it finds nobody to listen for.
    fn drop(&mut self) {
        let address = self.address;
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            drop(TcpStream::connect(address));
        });
    }
}

fn serve(stream: &TcpStream, shared: &Mutex<Shared>) {
    let Some(seen) = script::read(stream) else { return };
    let dialect = match &seen {
        seen if seen.header("x-amz-target").is_some() || seen.head.contains("/2015-03-31/functions/") => Dialect::Json,
        seen if seen.body.contains("Action=") => Dialect::Query,
        _ => Dialect::S3,
    };
    let answer = {
        let mut shared = shared.lock().unwrap();
        let fault = shared.fault_of(&seen);
        match fault {
            Some(Fault::Eventless) => shared.world.eventless = 6,
            Some(Fault::Late) => shared.world.lateness = 8,
            _ => {}
        }
        let refused = fault.filter(|fault| !fault.has_effect()).and_then(|fault| fault.answer(dialect));
        refused.unwrap_or_else(|| {
            let answer = shared.world.answer(&seen);
            fault.and_then(|fault| fault.answer(dialect)).unwrap_or(answer)
        })
    };
    script::reply(stream, answer, seen.head.starts_with("HEAD "), Duration::from_secs(2));
}

impl Shared {
    /// What goes wrong at this request.
    fn fault_of(&mut self, seen: &Seen) -> Option<Fault> {
        let id = seen.header("amz-sdk-invocation-id").unwrap_or_default();
        let call = match self.calls.iter().position(|known| *known == id) {
            Some(call) => call,
            None => {
                self.calls.push(id.clone());
                self.names.push(seen.call.clone());
                self.calls.len() - 1
            }
        };
        let attempt = self.attempts.entry(id).or_default();
        *attempt += 1;
        let injected = self.fault?;
        let here = call == injected.call || injected.fault == Fault::Expired && call > injected.call;
        (here && (injected.always || *attempt == 1)).then_some(injected.fault)
    }
}
