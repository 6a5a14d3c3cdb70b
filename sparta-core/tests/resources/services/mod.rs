//! Resources of many types with their deepest properties: that they compile is what they are for.

pub mod compute;
pub mod databases;
pub mod delivery;
pub mod identity;
pub mod messaging;
pub mod network;
pub mod observation;
pub mod storage;
