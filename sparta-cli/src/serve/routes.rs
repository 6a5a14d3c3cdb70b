//! Which route of an HTTP API a request takes.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>.

use http::Method;
use percent_encoding::percent_decode_str;

use super::plan::Route;

/// The route of a request, with the parameters of its path.
#[derive(Debug, PartialEq)]
pub(super) struct Match<'r> {
    pub(super) route: &'r Route,
    pub(super) parameters: Parameters,
}

/// The parameters of a path with their values.
pub(super) type Parameters = Vec<(String, String)>;

/// How well a part of a path fits: the better, the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Literal,
    Parameter,
    Greedy,
}

/// The route that API Gateway would take: what is literal goes before a parameter, that before one which takes the rest of
/// the path, a method before any, and `$default` is last.
pub(super) fn find<'r>(routes: &'r [Route], method: &Method, path: &str) -> Option<Match<'r>> {
    let fitting = routes.iter().filter_map(|route| {
        let (own_method, own_path) = route.key.split_once(' ')?;
        let is_any = own_method == "ANY";
        if !is_any && own_method != method.as_str() {
            return None;
        }
        let (fits, parameters) = fit(own_path, path)?;
        Some(((fits, is_any), Match { route, parameters }))
    });
    let best = fitting.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, found)| found);
    let default = || routes.iter().find(|route| route.key == "$default");
    best.or_else(|| default().map(|route| Match { route, parameters: Vec::new() }))
}

/// How well a path fits that of a route, with the parameters of the path.
pub(super) fn fit(route: &str, path: &str) -> Option<(Vec<Fit>, Parameters)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (mut fits, mut parameters) = (Vec::new(), Parameters::new());
    let mut rest = path.strip_prefix('/')?;
    let mut parts = route.strip_prefix('/')?.split('/').peekable();
    while let Some(part) = parts.next() {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        if let Some(name) = name.and_then(|name| name.strip_suffix('+')) {
            if rest.is_empty() {
                return None;
            }
            fits.push(Fit::Greedy);
            parameters.push((name.to_owned(), decoded(rest)));
            return Some((fits, parameters));
        }
        let (segment, more) = rest.split_once('/').map_or((rest, None), |(segment, more)| (segment, Some(more)));
        match name {
            Some(name) if !segment.is_empty() => {
                fits.push(Fit::Parameter);
                parameters.push((name.to_owned(), decoded(segment)));
            }
            None if part == decoded(segment) => fits.push(Fit::Literal),
            _ => return None,
        }
        rest = match (more, parts.peek()) {
            (Some(more), Some(_)) => more,
            (None, None) => return Some((fits, parameters)),
            _ => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::plan::Guard;

    fn routes(keys: &[&str]) -> Vec<Route> {
        let route = |key: &&str| Route { key: (*key).to_owned(), function: "f".to_owned(), guard: Guard::Open };
        keys.iter().map(route).collect()
    }

    #[test]
    fn the_most_specific_route_is_taken() {
        let all = routes(&[
            "ANY /{proxy+}",
            "$default",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
            "ANY /pets/dog/1",
            "POST /pets",
            "GET /",
        ]);
        for (method, path, expected) in [
            (Method::GET, "/pets/dog/1", "GET /pets/dog/1"),
            (Method::PUT, "/pets/dog/1", "ANY /pets/dog/1"),
            (Method::GET, "/pets/dog/2", "GET /pets/dog/{id}"),
            (Method::GET, "/pets/cat/1", "GET /pets/{proxy+}"),
            (Method::GET, "/pets/dog/", "GET /pets/{proxy+}"),
            (Method::POST, "/pets", "POST /pets"),
            (Method::GET, "/pets", "ANY /{proxy+}"),
            (Method::POST, "/test/5", "ANY /{proxy+}"),
            (Method::GET, "/", "GET /"),
            (Method::POST, "/", "$default"),
        ] {
            let found = find(&all, &method, path).map(|found| found.route.key.as_str());
            assert_eq!(found, Some(expected), "{method} {path}");
        }
        assert_eq!(find(&routes(&["GET /a"]), &Method::GET, "/a/"), None);
        assert_eq!(find(&routes(&["GET /a"]), &Method::POST, "/a"), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let all = routes(&["GET /{user}/files/{path+}"]);
        let found = find(&all, &Method::GET, "/a%20b/files/x/y%2Fz").unwrap();
        let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found.parameters, [parameter("user", "a b"), parameter("path", "x/y/z")]);
    }
}
