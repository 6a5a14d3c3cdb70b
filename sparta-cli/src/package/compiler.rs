//! Which program compiles the serving build.

/// What compiles the serving build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Compiler {
    /// `cargo` where it can compile for Lambda as it is, `zigbuild` elsewhere.
    #[default]
    Auto,
    /// `cargo build`.
    Cargo,
    /// `cargo zigbuild`: for another processor, from another system, or from a Linux newer than Lambda's.
    Zigbuild,
}
