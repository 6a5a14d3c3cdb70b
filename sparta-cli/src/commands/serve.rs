//! `serve`: the service on this machine.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use sparta_core::{Environment, LogLevel, Model};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    CliError,
    options::Format,
    output::{self, say},
    package::{Features, Running},
    serve::{Front, Plan, Reload, Service, Sink, Start, State, has_credentials, serve},
    session::Session,
};

/// Serve the functions on this machine, behind one address: APIs, load balancers, function URLs, Lambda's Invoke
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Port to listen at; 0 for any that is free
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Address to listen at; others than this machine reach it at 0.0.0.0
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,

    /// Do not compile and start anew when the sources change
    #[arg(long = "noReload", alias = "no-reload")]
    no_reload: bool,

    /// Print what would be served, for the program that this one is a newer build of
    #[arg(long, hide = true)]
    plan: bool,

    #[command(flatten)]
    features: Features,

    #[command(flatten)]
    local: Local,
}

/// How often the sources are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// What functions on this machine are started with.
#[derive(clap::Args)]
pub(super) struct Local {
    /// Environment whose settings the functions have; the first one by default
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
}

impl Serve {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let plan = self.local.plan(session)?;
        if self.plan {
            let document = serde_json::to_string(&plan).map_err(|error| CliError::failed("no plan").source(error))?;
            return output::print(Format::Text, &document, &());
        }
        let mut start = start(session, program()?);
        let listener = TcpListener::bind((self.host, self.port)).await;
        let listener = listener.map_err(|error| {
            CliError::failed(format!("{}:{} cannot be listened at", self.host, self.port))
                .source(error)
                .hint("Give another port: --port PORT, or --port 0 for any that is free.")
        })?;
        let address = listener.local_addr().map_err(|error| CliError::failed("it has no address").source(error))?;
        start.connections = plan.web_socket.as_ref().map(|_| local(address));
        if start.connections.is_some() && std::env::var_os("AWS_ACCESS_KEY_ID").is_none() && has_credentials() {
            say(
                "note: `WebSocket::connections().sender()` signs with `AWS_ACCESS_KEY_ID` and its like, which are not set here",
            );
        }
        let reload = if self.no_reload { None } else { self.reload(&start) };
        show(&plan, &address.to_string());
        let first = Arc::new(Service::new(plan, start));
        let mut all = vec![Arc::clone(&first)];
        let (state, states) = watch::channel(State::Ready(Arc::clone(&first)));
        let reloading = async {
            if let Some(reload) = reload {
                let error = reload.run(first, &state, &mut all).await;
                say(format_args!("note: changes of the sources are not seen: {error}"));
            }
            std::future::pending().await
        };
        let ended = tokio::select! {
            () = serve(listener, states) => Ok(()),
            () = reloading => Ok(()),
            ended = interrupted() => ended,
        };
        for service in all {
            service.end().await;
        }
        ended
    }

    /// How the next build is made, where this program is in a target folder of cargo's.
    fn reload(&self, start: &Start) -> Option<Reload> {
        let cannot = |reason: &dyn std::fmt::Display| {
            say(format_args!("note: changes of the sources are not seen: {reason}"));
        };
        let running = Running::this_program().inspect_err(|error| cannot(error)).ok()?;
        let Some(place) = running.place.clone() else {
            cannot(&"the program is not in a target folder of cargo's");
            return None;
        };
        let found = running.cargo().and_then(|cargo| cargo.program()).inspect_err(|error| cannot(error)).ok()?;
        let program = place.plain_program(&running.name);
        let (flags, target) = (self.features.flags(), found.target_flags().map(str::to_owned));
        let build = move || {
            let cargo = running.cargo().map_err(std::io::Error::other)?;
            let mut command = cargo.command();
            command.args(["build", "--color", "never", "--manifest-path", &found.manifest]).args(&target).args(&flags);
            command.args(["--profile", place.cargo_profile()]).arg("--target-dir").arg(&place.target);
            if let Some(triple) = &place.triple {
                command.args(["--target", triple]);
            }
            Ok(command)
        };
        let plan = std::env::args_os().skip(1).chain(["--plan".into()]).collect();
        let start = Start { program: program.clone(), ..start.clone() };
        Some(Reload { build: Box::new(build), plan, program, start, pause: LOOK })
    }
}

impl Local {
    pub(super) fn plan(&self, session: &Session) -> Result<Plan, CliError> {
        let synthesis = session.synthesized()?;
        let environment = self.environment(&synthesis.model)?;
        Ok(Plan::of(&synthesis, environment, &region(session)))
    }

    fn environment<'m>(&self, model: &'m Model) -> Result<Option<&'m Environment>, CliError> {
        let Some(name) = self.environment.as_deref() else { return Ok(model.environments().first()) };
        let names: Vec<&str> = model.environments().iter().map(Environment::name).collect();
        let known =
            if names.is_empty() { "The App has none.".to_owned() } else { format!("Known: {}.", names.join(", ")) };
        let environment = model.environment(name);
        let missing = || CliError::usage(format!("there is no environment called `{name}`")).hint(known);
        Ok(Some(environment.ok_or_else(missing)?))
    }
}

/// The region that functions are said to run in.
fn region(session: &Session) -> String {
    let of_process = || ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| std::env::var(name).ok());
    session.global.region.clone().or_else(of_process).unwrap_or_else(|| "us-east-1".to_owned())
}

pub(super) fn program() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(|error| CliError::failed("the running program cannot be found").source(error))
}

pub(super) fn start(session: &Session, program: PathBuf) -> Start {
    let sink: Sink = Arc::new(|function, line| say(format_args!("{function} | {line}")));
    let level: LogLevel = session.global.level.into();
    Start { program, region: region(session), log_level: level.lambda_name(), connections: None, sink }
}

/// The address by which this machine reaches it, also where it listens at all addresses.
fn local(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        let loopback = if address.is_ipv4() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    format!("http://{address}")
}

/// Says what is served where.
fn show(plan: &Plan, address: &str) {
    say(format_args!("{} at http://{address}", plan.app));
    for route in plan.http_api.iter().flat_map(|api| &api.routes) {
        say(format_args!("  {}  ->  {}", route.key, route.function));
    }
    if let Some(api) = &plan.rest_api {
        say(format_args!("  REST API: http://{address}/{}", api.stage));
        for route in &api.routes {
            say(format_args!("  {} /{}{}  ->  {}", route.method, api.stage, route.path, route.function));
        }
    }
    let front = plan.front();
    for rule in &plan.rules {
        let path = if front == Some(Front::LoadBalancer) { "" } else { "/load-balancer" };
        say(format_args!("  load balancer: http://{address}{path}, rule {}  ->  {}", rule.priority, rule.function));
    }
    if let Some(api) = &plan.web_socket {
        say(format_args!("  WebSocket API: ws://{address}/{}", api.stage));
        for route in &api.routes {
            say(format_args!("  {}  ->  {}", route.key, route.function));
        }
    }
    for url in &plan.urls {
        let name = &url.function;
        let path = if front == Some(Front::FunctionUrl) { String::new() } else { format!("/lambda-url/{name}") };
        say(format_args!("  http://{address}{path}/  ->  {name}"));
    }
    say(format_args!("  Lambda: aws lambda invoke --endpoint-url http://{address} --function-name NAME ..."));
    plan.notes.iter().for_each(|note| say(format_args!("note: {note}")));
}

/// Waits until the process is asked to end.
pub(super) async fn interrupted() -> Result<(), CliError> {
    let wait = |kind| signal(kind).map_err(|error| CliError::failed("signals do not arrive").source(error));
    let (mut interrupt, mut terminate) = (wait(SignalKind::interrupt())?, wait(SignalKind::terminate())?);
    let mut hang_up = wait(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
