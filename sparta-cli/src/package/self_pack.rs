use std::io;
use std::path::Path;

use super::{Architecture, BinaryError, check_binary};
use crate::error::Advice;

/// This program is not what Lambda would run.
#[derive(Debug, thiserror::Error)]
pub enum SelfPackError {
    /// It cannot read itself.
    #[error("cannot read the program that is running")]
    Read(#[source] io::Error),
    /// It is not for Lambda, or not for this architecture.
    #[error("this program cannot be the function's code")]
    NotForLambda(#[source] BinaryError),
}

impl Advice for SelfPackError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Read(_) => Vec::new(),
            Self::NotForLambda(_) => vec![
                "run the full build (`cargo run`, without `--cfg sparta_lambda`), which compiles it for the function"
                    .to_owned(),
                "or compile this program on the function's own platform".to_owned(),
            ],
        }
    }
}

/// The bytes of the program that is running, when it is what Lambda would run on `architecture`.
///
/// # Errors
///
/// Why Lambda could not run it.
pub fn own_binary(architecture: Architecture) -> Result<Vec<u8>, SelfPackError> {
    let path = std::env::current_exe().map_err(SelfPackError::Read)?;
    binary_at(&path, architecture)
}

fn binary_at(path: &Path, architecture: Architecture) -> Result<Vec<u8>, SelfPackError> {
    let bytes = std::fs::read(path).map_err(SelfPackError::Read)?;
    check_binary(&bytes, architecture).map_err(SelfPackError::NotForLambda)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::elf::tests::HOST;
    use super::super::{ElfError, MarkerError};
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn only_a_lambda_build_packs_itself() {
        let own = own_binary(HOST);
        if cfg!(sparta_lambda) {
            assert_eq!(own.unwrap(), std::fs::read(std::env::current_exe().unwrap()).unwrap());
            return;
        }
        match own {
            Err(SelfPackError::NotForLambda(BinaryError::Marker(error))) => {
                assert_eq!(error, MarkerError::Full(env!("CARGO_PKG_VERSION").into()));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn it_does_not_pack_itself_for_another_processor() {
        let other = match HOST {
            Architecture::X86_64 => Architecture::Arm64,
            Architecture::Arm64 => Architecture::X86_64,
        };
        let error = own_binary(other).unwrap_err();
        assert!(error.hints()[0].contains("full build"));
        match error {
            SelfPackError::NotForLambda(BinaryError::Elf(ElfError::WrongArchitecture { wanted, .. })) => {
                assert_eq!(wanted, other);
            }
            other => panic!("{other:?}"),
        }
    }
}
