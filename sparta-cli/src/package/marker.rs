use crate::error::Advice;
use std::hint::black_box;

const TEXT: &str = if cfg!(sparta_lambda) {
    concat!("SPARTA_BUILD=lambda;", env!("CARGO_PKG_VERSION"), ";")
} else {
    concat!("SPARTA_BUILD=full;", env!("CARGO_PKG_VERSION"), ";")
};

#[used]
static MARKER: &str = TEXT;

/// Which of its two builds a Sparta binary is, and of which version of Sparta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Build {
    /// What Lambda runs: without the AWS SDKs.
    Lambda(String),
    /// What a person runs: with all commands.
    Full(String),
}

/// A binary that is not the Lambda build of a Sparta service.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkerError {
    /// It is the build with all commands, AWS SDKs included.
    #[error("the binary is a full build with sparta {0}, not a Lambda build")]
    Full(String),
    /// Nothing in it says that it is a Sparta service.
    #[error("the binary is not a sparta service: it has no build marker")]
    Missing,
}

impl Advice for MarkerError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Full(_) => "compile it with RUSTFLAGS=\"--cfg sparta_lambda\", or let `build` compile it",
            Self::Missing => "its main() must call `App::run`, with `sparta` among its dependencies",
        };
        vec![hint.to_owned()]
    }
}

impl Build {
    /// Finds out which build a binary is; a full one if it carries both markers.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let builds: Vec<Self> = markers(bytes).collect();
        let full = builds.iter().position(|build| matches!(build, Self::Full(_)));
        builds.into_iter().nth(full.unwrap_or(0))
    }

    fn parse(marker: &[u8]) -> Option<Self> {
        let mut fields = marker.splitn(3, |byte| *byte == b';');
        let (kind, version) = (fields.next()?, std::str::from_utf8(fields.next()?).ok()?);
        fields.next()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
        if version.is_empty() || !version.chars().all(plain) {
            return None;
        }
        match kind {
            b"lambda" => Some(Self::Lambda(version.to_owned())),
            b"full" => Some(Self::Full(version.to_owned())),
            _ => None,
        }
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

/// Refuses a binary that is not the Lambda build of a Sparta service.
///
/// # Errors
///
/// What it is instead.
pub fn check_marker(bytes: &[u8]) -> Result<(), MarkerError> {
    match Build::of(bytes) {
        Some(Build::Lambda(_)) => Ok(()),
        Some(Build::Full(version)) => Err(MarkerError::Full(version)),
        None => Err(MarkerError::Missing),
    }
}

/// Whether this very program is a Lambda build.
pub fn current_is_lambda_build() -> bool {
    matches!(Build::of(black_box(MARKER).as_bytes()), Some(Build::Lambda(_)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn this_test_is_the_build_that_it_was_compiled_as() {
        assert_eq!(current_is_lambda_build(), cfg!(sparta_lambda));
    }

    /// Put together here, lest this test carries markers of its own.
    pub fn marker(rest: &str) -> Vec<u8> {
        [black_box("SPARTA_"), black_box("BUILD="), rest].concat().into_bytes()
    }

    #[test]
    fn markers_are_found_anywhere_and_taken_apart() {
        let lambda = [b"\0\0", &marker("lambda;1.2.3-rc.1;junk")[..]].concat();
        assert_eq!(Build::of(&lambda), Some(Build::Lambda("1.2.3-rc.1".into())));
        assert_eq!(check_marker(&lambda), Ok(()));
        let full = marker("full;1.2.3;");
        assert_eq!(Build::of(&full), Some(Build::Full("1.2.3".into())));
    }

    #[test]
    fn a_binary_with_both_markers_counts_as_full() {
        let both = [marker("lambda;1.0.0; "), marker("full;2.0.0;")].concat();
        assert_eq!(check_marker(&both), Err(MarkerError::Full("2.0.0".into())));
    }

    #[test]
    fn what_only_looks_like_a_marker_is_none() {
        assert_eq!(check_marker(b""), Err(MarkerError::Missing));
        assert_eq!(check_marker(b"SPARTA lambda;1.2.3;"), Err(MarkerError::Missing));
        for rest in ["", "lambda", "lambda;1.2.3", "lambda;;", "lambda; and so on;", "other;1.2.3;"] {
            assert_eq!(check_marker(&marker(rest)), Err(MarkerError::Missing), "{rest}");
        }
    }
}
