//! The examples as a person uses them: documents, commands, deployments against real API servers, invocations.

mod buildspec;
mod invocations;
mod journey;
mod pipeline;
mod support;
