//! Part of `sparta-lambda`.

pub mod package;
