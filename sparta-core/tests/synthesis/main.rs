//! What is made of an App: its documents, whatever its shape, or all its mistakes.

mod apps;
mod documents;
mod mistakes;
mod models;
mod random;
mod resources;
