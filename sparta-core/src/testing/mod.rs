//! What the unit tests of a service need, without AWS: its functions in this process, its template, names for constructs.
//!
//! # Example
//!
//! ```
//! use sparta_core::{App, Error, Function, Request, construct::Table, service_fn, testing, trigger::HttpApi};
//!
//! fn links() -> Table {
//!     Table::new("links").key("code")
//! }
//!
//! async fn follow(_: Request) -> Result<String, Error> {
//!     Ok(format!("reads {}", links().name()?))
//! }
//!
//! fn app() -> App {
//!     let follow = Function::http("follow", service_fn(follow)).uses(links().read()).trigger(HttpApi::get("/{code}"));
//!     App::new("Links").function(follow)
//! }
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! testing::set_name(links(), "links-of-a-test");
//! let service = testing::app(app());
//! let answer = service.request("follow", http::Request::get("/abc").body(())?).await?;
//! assert_eq!(answer.into_body().text().await?, "reads links-of-a-test");
//! # Ok::<_, Error>(())
//! # })?;
//!
//! testing::template(&app()).resource("LinksTable").has("BillingMode", "PAY_PER_REQUEST");
//! # Ok::<_, Error>(())
//! ```

mod delivery;
mod invoke;
mod secret;
mod template;
mod web_socket;

pub use crate::construct::set_name;
pub use delivery::assert_pipeline_template;
pub use invoke::{InvokeError, TestApp, app};
pub use secret::set_secret;
pub use template::{TestResource, TestTemplate, template};
pub use web_socket::WebSocketClient;
#[cfg(feature = "connections")]
pub use web_socket::{TestConnections, connections};
