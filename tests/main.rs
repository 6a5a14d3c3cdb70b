//! The examples as a person uses them: documents, commands, deployments against real API servers, invocations.

mod builds;
mod buildspec;
mod commands;
mod golden;
mod invocations;
mod journey;
mod pipeline;
mod policies;
mod sufficient;
mod support;
mod templates;

#[path = "../sparta-core/tests/synthesis/apps.rs"]
mod apps;
#[path = "../sparta-core/tests/synthesis/models.rs"]
mod models;
