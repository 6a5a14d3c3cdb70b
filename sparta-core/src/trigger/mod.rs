//! What invokes a function. Each kind is one file and one type that implements [`Trigger`].

mod function_url;
mod http_api;
mod schedule;

pub use function_url::{FunctionUrl, FunctionUrlMistake};
pub use http_api::{ApiOptions, ApiOptionsMistake, Cors, CorsMistake, HttpApi, HttpApiMistake, Jwt, JwtMistake};
pub use schedule::{Schedule, ScheduleMistake};

pub use crate::function::{Customized, Scope, Trigger, TriggerExt};
