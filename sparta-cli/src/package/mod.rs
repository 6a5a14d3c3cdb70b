//! What a deployment needs on disk: the serving build, checked, documents and archives.

mod archive;
mod build;
mod build_id;
mod cargo_settings;
mod compile;
#[cfg(all(test, target_os = "linux"))]
mod compile_tests;
mod compiler;
mod elf;
mod features;
mod file;
mod files;
mod marker;
mod program;
mod running;
mod service;

use sparta_core::Architecture;

use crate::error::Advice;

pub(crate) use self::archive::hex;
pub use self::archive::{Archive, ArchiveError, Entry, template_key};
pub(crate) use self::build::{BuildOptions, Built};
pub use self::build_id::{BuildId, InvalidBuildId};
pub use self::compile::{Compile, CompileError, Compiled};
pub use self::compiler::Compiler;
pub use self::elf::{ElfError, check_elf};
pub use self::features::Features;
pub use self::file::{WriteError, write_whole};
pub(crate) use self::files::Files;
pub use self::marker::{Build, MarkerError, check_marker};
pub(crate) use self::running::Running;
pub use self::service::{ServiceError, check_service};

/// A binary that Lambda could not run.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// It is not an executable that Lambda can load.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// It is not the serving build of a Sparta service.
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

/// Refuses a binary that Lambda could not run on `architecture`, and one that is not a serving build.
///
/// # Errors
///
/// The first reason why Lambda could not run it.
pub fn check_binary(bytes: &[u8], architecture: Architecture) -> Result<(), BinaryError> {
    check_elf(bytes, architecture)?;
    check_marker(bytes)?;
    Ok(())
}
