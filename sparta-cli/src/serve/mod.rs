//! The service on one machine: its functions as processes of their own, behind what API Gateway and Lambda would be.

mod answer;
mod body;
mod clock;
mod cors;
mod environment;
mod event_stream;
mod function;
mod invocation;
mod lambda_api;
mod plan;
mod process;
mod reload;
mod report;
mod request;
mod routes;
mod runtime_api;
mod samples;
mod server;
mod service;
mod sources;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use invocation::Invocation;
pub(crate) use plan::Plan;
pub(crate) use process::{Sink, Start};
pub(crate) use reload::Reload;
pub(crate) use samples::Sample;
pub(crate) use server::{State, serve};
pub(crate) use service::Service;
