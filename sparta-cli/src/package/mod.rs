//! What a deployment needs on disk: the serving build, checked, documents and archives.

mod archive;
mod build;
mod build_id;
mod cargo_settings;
mod checkout;
mod code;
mod compile;
mod compiler;
mod documents;
mod elf;
mod features;
mod file;
mod files;
mod marker;
mod output_dir;
mod packed;
mod program;
mod running;
mod service;
mod shipped;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod tool;

use sparta_core::Architecture;

use crate::error::Advice;

pub(crate) use self::archive::hex;
#[cfg(feature = "aws")]
pub(crate) use self::archive::template_key;
pub(crate) use self::archive::{Archive, ArchiveError};
pub(crate) use self::build::{BuildOptions, Built};
pub(crate) use self::build_id::BuildId;
pub(crate) use self::checkout::Checkout;
pub(crate) use self::code::Code;
pub(crate) use self::compile::{Compile, CompileError};
pub(crate) use self::compiler::Compiler;
pub(crate) use self::documents::{DocumentFiles, DocumentOptions, HandedOver};
pub(crate) use self::elf::{ElfError, check_elf};
pub(crate) use self::features::Features;
pub(crate) use self::file::write_whole;
pub(crate) use self::files::Files;
pub(crate) use self::marker::{MarkerError, check_marker};
pub(crate) use self::output_dir::{Output, OutputDir};
pub(crate) use self::running::Running;
pub(crate) use self::service::{check_build_id, check_service};
pub(crate) use self::shipped::Shipped;

/// A binary that Lambda could not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BinaryError {
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
pub(crate) fn check_binary(bytes: &[u8], architecture: Architecture) -> Result<(), BinaryError> {
    check_elf(bytes, architecture)?;
    check_marker(bytes)?;
    Ok(())
}
