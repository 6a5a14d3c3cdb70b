//! An App from its declaration to its documents, and a process from its start to its end.

mod constructs;
mod differential;
mod resources;
mod serving;
mod settings;
mod synthesis;
