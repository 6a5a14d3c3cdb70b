//! Real servers and linters for Sparta's tests, set up on first use and started on free loopback ports.
//!
//! Everything here panics with an explanation instead of returning errors: it runs in tests.

mod arm64;
mod aws;
mod evaluator;
mod http;
mod lint;
mod localstack;
mod moto;
mod npm;
mod policies;
mod rie;
mod server;
mod venv;

pub use arm64::Arm64;
pub use aws::Aws;
pub use evaluator::{Call, Verdict, evaluate};
pub use http::{Answer, get, post, request, send};
pub use lint::{REGIONS, cfn_lint, openapi};
pub use localstack::LocalStack;
pub use moto::Moto;
pub use npm::{iam_data, javascript};
pub use policies::{Finding, checkov, parliament};
pub use rie::Rie;
pub use venv::{Tools, Venv, python};
