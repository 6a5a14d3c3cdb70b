//! The examples as a person uses them: documents, commands, deployments against real API servers, invocations.

mod builds;
mod buildspec;
mod commands;
mod dependencies;
mod edges;
mod evaluator;
mod golden;
mod invocations;
mod journey;
mod layers;
mod links;
mod moved;
mod openapi;
mod pipeline;
mod policies;
mod review;
mod site;
mod sufficient;
mod support;
mod templates;
