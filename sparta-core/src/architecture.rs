//! The processors that Lambda has.

use std::fmt;

/// The processor that a function runs on.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Architecture {
    /// 64-bit x86, the default.
    #[default]
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit Arm: AWS Graviton.
    #[serde(rename = "arm64")]
    Arm64,
}

impl Architecture {
    /// Lambda's name for it.
    pub const fn lambda_name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name for it on Linux with glibc, which is what `provided.al2023` has.
    pub const fn rust_target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.lambda_name())
    }
}
