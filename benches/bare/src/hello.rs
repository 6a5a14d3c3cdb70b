//! The handler.

use lambda_http::{Error, Request};

pub async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}
