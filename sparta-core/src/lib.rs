//! Part of `sparta-lambda`.

pub mod settings;
