//! Part of `sparta-lambda`.
