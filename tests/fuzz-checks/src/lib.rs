//! What must hold for any bytes, one function for each fuzz target.

pub mod answer;
pub mod connection;
pub mod event;
pub mod records;
