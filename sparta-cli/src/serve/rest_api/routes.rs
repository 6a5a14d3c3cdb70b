//! Which method of which path of a REST API a request is for.

use http::Method;

use crate::serve::{
    plan::RestRoute,
    routes::{self, Parameters},
};

/// The route of a request, with the parameters of its path.
#[derive(Debug, PartialEq)]
pub(super) struct Match<'r> {
    pub(super) route: &'r RestRoute,
    pub(super) parameters: Parameters,
}

/// The path that fits best decides; its own method goes before `ANY`. A path that lacks the method is not served, even where
/// another one would fit.
pub(super) fn find<'r>(all: &'r [RestRoute], method: &Method, path: &str) -> Option<Match<'r>> {
    let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let fitting = all.iter().filter_map(|route| Some((routes::fit(&route.path, path)?, route)));
    let ((_, parameters), best) = fitting.min_by(|((one, _), _), ((other, _), _)| one.cmp(other))?;
    let of_method = |name: &str| all.iter().find(|route| route.path == best.path && route.method == name);
    let route = of_method(method.as_str()).or_else(|| of_method("ANY"))?;
    Some(Match { route, parameters })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_path_decides_even_without_the_method() {
        let route = |method: &str, path: &str| RestRoute {
            method: method.to_owned(),
            path: path.to_owned(),
            ..RestRoute::default()
        };
        let all = [
            route("ANY", "/{proxy+}"),
            route("GET", "/orders"),
            route("ANY", "/orders/{id}"),
            route("GET", "/orders/{id}"),
            route("GET", "/orders/new"),
        ];
        for (method, path, expected) in [
            (Method::GET, "/orders", Some("GET /orders")),
            (Method::GET, "/orders/", Some("GET /orders")),
            (Method::POST, "/orders", None),
            (Method::GET, "/orders/7", Some("GET /orders/{id}")),
            (Method::PUT, "/orders/7", Some("ANY /orders/{id}")),
            (Method::GET, "/orders/new", Some("GET /orders/new")),
            (Method::PUT, "/orders/new", None),
            (Method::GET, "/orders/7/lines", Some("ANY /{proxy+}")),
            (Method::GET, "/", None),
        ] {
            let found = find(&all, &method, path).map(|it| format!("{} {}", it.route.method, it.route.path));
            assert_eq!(found.as_deref(), expected, "{method} {path}");
        }
        let found = find(&all, &Method::GET, "/orders/a%20b").unwrap();
        assert_eq!(found.parameters, [("id".to_owned(), "a b".to_owned())]);
    }
}
