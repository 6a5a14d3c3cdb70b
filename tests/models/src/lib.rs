//! Apps and events that the tests of several crates share.

pub mod apis;
pub mod apps;
pub mod constructs;
pub mod custom_resources;
pub mod edges;
pub mod events;
pub mod gated;
pub mod load_balancer;
pub mod models;
pub mod options;
pub mod rest;
pub mod routes;
pub mod settings;
pub mod site;
pub mod web_socket;
