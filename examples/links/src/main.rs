//! A shortener of links, with thumbnails of the images that people upload for them.
//!
//! `cargo run -p links -- provision -e test --s3Bucket MY-BUCKET` deploys it; its tests need no AWS: `cargo test -p links`.

mod api;
mod aws;
mod count;
mod report;
mod seed;
mod thumbnail;

use std::time::Duration;

use sparta::prelude::*;

/// What differs from one environment to the next.
#[derive(Settings)]
struct Links {
    /// Days that logs are kept
    log_days: u16,
}

/// The links by their code, with how often each was followed.
fn links() -> Table {
    Table::new("links").key("code")
}

/// Images in `uploads/`, and what is made of them in `thumbs/`.
fn images() -> Bucket {
    Bucket::new("images")
}

/// A message for each time that a link is followed: its code.
fn clicks() -> Queue {
    Queue::new("clicks")
}

fn app() -> App {
    App::new("Links")
        .http_api(ApiOptions::new().cors(Cors::origin("https://links.example")).throttle(200, 100).access_logs())
        .tracing(Tracing::Active)
        .log_retention(Links::LOG_DAYS)
        .tag("team", "growth")
        .function(
            Function::http_factory("api", api::api)
                .memory(Memory::mb(256))
                .uses(links().read_write())
                .uses(clicks().send())
                .trigger(HttpApi::get("/{code}"))
                .trigger(HttpApi::post("/links").authorizer(Jwt::issuer("https://id.example").audience("links"))),
        )
        .function(
            Function::event("thumbnail", service_fn(thumbnail::thumbnail))
                .memory(Memory::mb(1024))
                .timeout(Duration::from_secs(60))
                .ephemeral_storage(Storage::gb(1))
                .uses(images().read().under("uploads/"))
                .uses(images().write().under("thumbs/"))
                .trigger(images().created().under("uploads/").ending(".jpg")),
        )
        .function(
            Function::batch("count", service_fn(count::count))
                .vpc(Vpc::new(["subnet-0a1b2c3d4e5f60718"], ["sg-0a1b2c3d4e5f60718"]))
                .uses(links().write())
                .trigger(clicks().batches().size(100).window(Duration::from_secs(5)).max_concurrency(10)),
        )
        .function(
            Function::event("report", service_fn(report::report))
                .uses(links().read())
                .trigger(Schedule::cron("0 8 ? * MON-FRI *").time_zone("Europe/Berlin")),
        )
        .alarm(Alarm::errors("api").above(0))
        .decorate(|template, _| Ok(template.set("LinksTable.DeletionProtectionEnabled", true)?))
        .environment(Environment::new("test", Links { log_days: 7 }))
        .environment(Environment::new("production", Links { log_days: 90 }))
        .command::<seed::Seed>()
}

fn main() -> sparta::Result<()> {
    app().run()
}
