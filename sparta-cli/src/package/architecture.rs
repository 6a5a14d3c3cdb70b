/// The processor that a function runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Architecture {
    /// 64-bit Intel and AMD, the default.
    #[default]
    X86_64,
    /// 64-bit ARM: AWS Graviton.
    Arm64,
}

impl Architecture {
    /// The target that `rustc` compiles for: `x86_64-unknown-linux-gnu`.
    pub fn rust_target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// What Lambda calls it: `x86_64` or `arm64`.
    pub fn lambda_name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}
