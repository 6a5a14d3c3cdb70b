//! How what was built reaches the environments: one folder or file for each CI system.

pub mod codepipeline;
