//! Products and what so many of them cost.

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Serialize)]
struct Product {
    name: &'static str,
    /// In cents.
    price: u64,
}

const PRODUCTS: [Product; 3] = [
    Product { name: "shield", price: 48_000 },
    Product { name: "spear", price: 12_500 },
    Product { name: "sandals", price: 4_900 },
];
/// Who buys so many pays less.
const MANY: u64 = 300;

#[derive(Deserialize)]
struct Order {
    name: String,
    count: u64,
}

#[derive(Serialize)]
struct Quote {
    /// In cents.
    total: u64,
}

/// The API, which answers the same wherever a request comes from.
pub(crate) fn api() -> Router {
    Router::new().route("/api/products", get(async || Json(PRODUCTS))).route("/api/quotes", post(quote))
}

async fn quote(Json(order): Json<Order>) -> Result<Json<Quote>, (StatusCode, &'static str)> {
    let product = PRODUCTS.iter().find(|product| product.name == order.name);
    let product = product.ok_or((StatusCode::NOT_FOUND, "there is no such product"))?;
    let price = if order.count < MANY { product.price } else { product.price * 9 / 10 };
    let total =
        price.checked_mul(order.count).ok_or((StatusCode::UNPROCESSABLE_ENTITY, "that is more than there is"))?;
    Ok(Json(Quote { total }))
}
