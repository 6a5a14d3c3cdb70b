//! What is made of an App: its documents, whatever its shape, or all its mistakes.

mod apis;
mod changes;
mod custom_resources;
mod distribution;
mod documents;
mod handlers;
mod health;
mod mistakes;
mod names;
mod options;
mod random;
mod resources;
mod site;
mod stack;
mod testing;
mod warnings;
