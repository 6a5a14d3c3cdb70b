//! An App with a static site.

use sparta_core::{
    App, Distribution, Environment, Origin, Pipeline, Site,
    trigger::{HttpApi, RestApi, RestApiOptions},
};

use crate::edges::function;

/// A site with a single page, before both kinds of APIs.
pub fn site() -> App {
    let pages =
        Site::folder("web").immutable("assets/").single_page().manifest("addresses.json").value("Team", "growth");
    let distribution =
        Distribution::new(Origin::site(pages)).path("/api/*", Origin::http_api()).path("/orders/*", Origin::rest_api());
    App::new("Pages")
        .rest_api(RestApiOptions::new().stage("orders"))
        .function(function("api").trigger(HttpApi::any("/api/{path+}")))
        .function(function("orders").trigger(RestApi::get("/{id}")))
        .distribution(distribution)
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/pages"))
}
