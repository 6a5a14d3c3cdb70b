//! What a deployment needs on disk: the Lambda binary, checked, and archives.

mod archive;
mod build_id;
#[cfg(not(sparta_lambda))]
mod cargo_settings;
#[cfg(not(sparta_lambda))]
mod compile;
#[cfg(all(test, not(sparta_lambda), target_os = "linux"))]
mod compile_tests;
mod compiler;
mod elf;
#[cfg(not(sparta_lambda))]
mod features;
mod file;
mod marker;
#[cfg(not(sparta_lambda))]
mod program;
mod self_pack;

use sparta_core::Architecture;

use crate::error::Advice;

pub use self::archive::{Archive, ArchiveError, Entry, template_key};
pub use self::build_id::{BuildId, InvalidBuildId};
#[cfg(not(sparta_lambda))]
pub use self::compile::{Compile, CompileError, Compiled};
pub use self::compiler::Compiler;
pub use self::elf::{ElfError, check_elf};
#[cfg(not(sparta_lambda))]
pub use self::features::Features;
pub use self::file::{WriteError, write_whole};
pub use self::marker::{Build, MarkerError, check_marker, current_is_lambda_build};
pub use self::self_pack::{SelfPackError, own_binary};

/// A binary that Lambda could not run.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// It is not an executable that Lambda can load.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// It is not the Lambda build of a Sparta service.
    #[error(transparent)]
    Marker(#[from] MarkerError),
}

impl Advice for BinaryError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Elf(error) => error.hints(),
            Self::Marker(error) => error.hints(),
        }
    }
}

/// Refuses a binary that Lambda could not run on `architecture`, and one that is not a Lambda build.
///
/// # Errors
///
/// The first reason why Lambda could not run it.
pub fn check_binary(bytes: &[u8], architecture: Architecture) -> Result<(), BinaryError> {
    check_elf(bytes, architecture)?;
    check_marker(bytes)?;
    Ok(())
}
