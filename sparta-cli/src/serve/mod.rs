//! The service on one machine: its functions as processes of their own, behind what API Gateway and Lambda would be.

mod answer;
mod authorization;
mod body;
mod clock;
mod cors;
mod environment;
mod event_stream;
mod function;
mod http_api;
mod invocation;
mod lambda_api;
mod load_balancer;
mod pairs;
mod plan;
mod process;
mod reload;
mod report;
mod request;
mod rest_api;
mod routes;
mod runtime_api;
mod samples;
mod server;
mod service;
mod sources;
#[cfg(test)]
mod tests;
mod values;
mod web_socket;
mod wildcard;

#[cfg(feature = "aws")]
pub(crate) use clock::Moment;
pub(crate) use invocation::Invocation;
pub(crate) use plan::{Front, Plan};
pub(crate) use process::{Sink, Start, has_credentials};
pub(crate) use reload::Reload;
pub(crate) use samples::Sample;
pub(crate) use server::{State, serve};
pub(crate) use service::Service;
