//! Which build of a service a binary is: the facade writes it into each.

use std::hint::black_box;

use crate::error::Advice;

/// Which of its three builds a Sparta binary is, and of which version of Sparta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// What Lambda runs: it serves, and nothing else.
    Serving(String),
    /// What `cargo run` compiles: with the command line, without the AWS SDKs.
    Plain(String),
    /// With what talks to AWS.
    Aws(String),
}

/// A binary that is not the serving build of a Sparta service.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MarkerError {
    /// It is a build with a command line.
    #[error("the binary is the {build} build with sparta {version}, not the serving build")]
    NotServing {
        /// `plain` or `aws`.
        build: &'static str,
        /// The version of Sparta.
        version: String,
    },
    /// Nothing in it says that it is a Sparta service.
    #[error("the binary is not a sparta service: it has no build marker")]
    Missing,
}

impl Advice for MarkerError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NotServing { .. } => {
                "let `build` compile it, or compile it with RUSTFLAGS=\"--cfg sparta_serving\" in cargo's environment"
            }
            Self::Missing => "its main() must call `App::run`, with `sparta` among its dependencies",
        };
        vec![hint.to_owned()]
    }
}

impl Build {
    /// Finds out which build a binary is; one with a command line if it carries several markers.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let builds: Vec<Self> = markers(bytes).collect();
        let other = builds.iter().position(|build| !matches!(build, Self::Serving(_)));
        builds.into_iter().nth(other.unwrap_or(0))
    }

    fn parse(marker: &[u8]) -> Option<Self> {
        let mut fields = marker.splitn(3, |byte| *byte == b';');
        let (kind, version) = (fields.next()?, std::str::from_utf8(fields.next()?).ok()?);
        fields.next()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
        if version.is_empty() || !version.chars().all(plain) {
            return None;
        }
        let build = match kind {
            b"serving" => Self::Serving,
            b"plain" => Self::Plain,
            b"aws" => Self::Aws,
            _ => return None,
        };
        Some(build(version.to_owned()))
    }
}

/// Markers are short, so that no more than this is looked at.
const LENGTH: usize = 64;

fn markers(bytes: &[u8]) -> impl Iterator<Item = Build> {
    // In two halves that the optimizer cannot join: the whole needle would find itself.
    let needle = [black_box("SPARTA_"), black_box("BUILD=")].concat().into_bytes();
    let first = needle[0];
    bytes.iter().enumerate().filter(move |(_, byte)| **byte == first).filter_map(move |(at, _)| {
        let rest = bytes[at..].strip_prefix(needle.as_slice())?;
        Build::parse(&rest[..rest.len().min(LENGTH)])
    })
}

/// Refuses a binary that is not the serving build of a Sparta service.
///
/// # Errors
///
/// What it is instead.
pub(crate) fn check_marker(bytes: &[u8]) -> Result<(), MarkerError> {
    match Build::of(bytes) {
        Some(Build::Serving(_)) => Ok(()),
        Some(Build::Plain(version)) => Err(MarkerError::NotServing { build: "plain", version }),
        Some(Build::Aws(version)) => Err(MarkerError::NotServing { build: "aws", version }),
        None => Err(MarkerError::Missing),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Put together here, lest this test carries markers of its own.
    pub(crate) fn marker(rest: &str) -> Vec<u8> {
        [black_box("SPARTA_"), black_box("BUILD="), rest].concat().into_bytes()
    }

    #[test]
    fn markers_are_found_anywhere_and_taken_apart() {
        let serving = [b"\0\0", &marker("serving;1.2.3-rc.1;junk")[..]].concat();
        assert_eq!(Build::of(&serving), Some(Build::Serving("1.2.3-rc.1".into())));
        assert_eq!(check_marker(&serving), Ok(()));
        assert_eq!(Build::of(&marker("plain;1.2.3;")), Some(Build::Plain("1.2.3".into())));
        assert_eq!(Build::of(&marker("aws;1.2.3;")), Some(Build::Aws("1.2.3".into())));
    }

    #[test]
    fn a_binary_with_several_markers_is_the_build_that_has_a_command_line() {
        let both = [marker("serving;1.0.0; "), marker("plain;2.0.0;")].concat();
        assert_eq!(check_marker(&both), Err(MarkerError::NotServing { build: "plain", version: "2.0.0".into() }));
    }

    #[test]
    fn what_only_looks_like_a_marker_is_none() {
        assert_eq!(check_marker(b""), Err(MarkerError::Missing));
        assert_eq!(check_marker(b"SPARTA serving;1.2.3;"), Err(MarkerError::Missing));
        for rest in ["", "serving", "serving;1.2.3", "serving;;", "serving; and so on;", "other;1.2.3;"] {
            assert_eq!(check_marker(&marker(rest)), Err(MarkerError::Missing), "{rest}");
        }
    }
}
