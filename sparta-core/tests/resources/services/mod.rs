//! Resources of many types with their deepest properties: that they compile is what they are for.

pub(super) mod compute;
pub(super) mod databases;
pub(super) mod delivery;
pub(super) mod identity;
pub(super) mod messaging;
pub(super) mod network;
pub(super) mod observation;
pub(super) mod storage;
