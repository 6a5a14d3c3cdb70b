//! The service's stacks: which one a command is about, what is asked of AWS for it, and how that is deployed.

mod bucket;
#[cfg(feature = "aws")]
mod connection;
mod delivered;
#[cfg(feature = "aws")]
mod deployed;
#[cfg(feature = "aws")]
mod deployment;
mod pipeline;
#[cfg(feature = "aws")]
mod previous;
mod request;
mod rollback;
mod target;

pub(crate) use bucket::bucket_name;
#[cfg(feature = "aws")]
pub(crate) use connection::{connect, given_before};
pub(crate) use delivered::Delivery;
#[cfg(feature = "aws")]
pub(crate) use delivered::DeliveryError;
#[cfg(feature = "aws")]
pub(crate) use deployed::Lookup;
#[cfg(feature = "aws")]
pub(crate) use deployment::Deployment;
pub(crate) use pipeline::AnyPipeline;
#[cfg(feature = "aws")]
pub(crate) use pipeline::Place;
pub(crate) use request::Request;
pub(crate) use rollback::RollbackConfiguration;
#[cfg(feature = "aws")]
pub(crate) use rollback::RollbackTrigger;
pub(crate) use target::{AnyStack, Target};
