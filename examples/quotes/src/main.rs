//! A price list: pages for everybody, and quotes for browsers and for the company's own network.
//!
//! The pages are the files in `web/`. CloudFront is in front of them and of the API, and the load balancer of the company's network
//! passes requests on to the same function.

mod api;

use std::time::Duration;

use sparta::prelude::*;

/// What differs from one environment to the next.
#[derive(Settings)]
struct Quotes {
    /// Listener of the load balancer in the company's network
    listener: String,
    /// Domain of the pages
    domain: String,
    /// Certificate for the domain, in us-east-1
    certificate: String,
}

fn app() -> App {
    let pages = Site::folder("web").immutable("assets/").manifest("addresses.json");
    App::new("Quotes")
        .function(
            Function::http("api", api::api())
                .trigger(HttpApi::get("/api/products"))
                .trigger(HttpApi::post("/api/quotes").throttle(20, 10))
                .trigger(
                    LoadBalancer::listener(Quotes::LISTENER, 10)
                        .path("/api/*")
                        .health_check("/api/products", Duration::from_secs(60)),
                ),
        )
        .distribution(
            Distribution::new(Origin::site(pages))
                .path("/api/*", Origin::http_api())
                .domain(Quotes::DOMAIN, Quotes::CERTIFICATE),
        )
        .environment(Environment::new(
            "test",
            place("test.quotes.example", "app/test/50dc6c495c0c9188/f2f7dc8efc522ab2"),
        ))
        .environment(Environment::new(
            "production",
            place("quotes.example", "app/live/1a2b3c4d5e6f7a8b/0f1e2d3c4b5a6978"),
        ))
}

/// An environment's domain and listener.
fn place(domain: &str, listener: &str) -> Quotes {
    Quotes {
        listener: format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/{listener}"),
        domain: domain.to_owned(),
        certificate: format!("arn:aws:acm:us-east-1:123456789012:certificate/{domain}"),
    }
}

fn main() -> sparta::Result<()> {
    app().run()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sparta::testing;

    use super::*;

    async fn quoted(name: &str, count: u64) -> (u16, String) {
        let request = http::Request::post("/api/quotes").header("content-type", "application/json");
        let body = json!({"name": name, "count": count}).to_string();
        let answer = testing::app(app()).request("api", request.body(body).unwrap()).await.unwrap();
        (answer.status().as_u16(), answer.into_body().text().await.unwrap())
    }

    #[test]
    fn it_is_declared_without_mistakes() {
        app().check().unwrap();
    }

    #[tokio::test]
    async fn whoever_buys_many_pays_less() {
        assert_eq!(quoted("spear", 2).await, (200, r#"{"total":25000}"#.into()));
        assert_eq!(quoted("spear", 300).await, (200, r#"{"total":3375000}"#.into()));
        assert_eq!(quoted("helmet", 1).await, (404, "there is no such product".into()));
    }
}
