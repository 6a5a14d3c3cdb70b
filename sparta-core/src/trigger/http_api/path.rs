//! The paths of routes.

use std::collections::BTreeSet;

/// Segments are plain or a whole `{name}`; only the last may be `{name+}`.
pub(in crate::trigger) fn is_route(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let segments: Vec<&str> = rest.split('/').collect();
    let last = segments.len() - 1;
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:@!&'()*,;=%+".contains(&b));
    segments.iter().enumerate().all(|(n, segment)| {
        match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(inner) => {
                let name = if n == last { inner.strip_suffix('+').unwrap_or(inner) } else { inner };
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            }
            None => plain(segment) && (!segment.is_empty() || rest.is_empty()),
        }
    })
}

/// The name that two parameters of a route have.
pub(in crate::trigger) fn name_twice(path: &str) -> Option<&str> {
    let mut seen = BTreeSet::new();
    parameters(path).find(|name| !seen.insert(*name))
}

/// The path with `{}` for `{id}`, and `{+}` for `{rest+}`.
pub(crate) fn without_names(path: &str) -> String {
    let nameless = |segment: &str| match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) if inner.ends_with('+') => "{+}".to_owned(),
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').map(nameless).collect::<Vec<_>>().join("/")
}

/// The path with `*` for its parameters, as in the ARN of a request.
pub(super) fn wildcards(path: &str) -> String {
    let any = |segment: &str| if segment.starts_with('{') { "*".to_owned() } else { segment.to_owned() };
    path.split('/').map(any).collect::<Vec<_>>().join("/")
}

pub(crate) fn parameters(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    inner.map(|name| name.strip_suffix('+').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::{is_route, name_twice};

    #[test]
    fn the_parameters_of_a_route_have_names_of_their_own() {
        for (path, name) in [("/{id}/{id}", "id"), ("/{id}/x/{id+}", "id"), ("/{a}/{b}/{b}", "b")] {
            assert_eq!(name_twice(path), Some(name), "{path}");
        }
        for good in ["/", "/{id}", "/{id}/{ID}", "/id/{id}", "/{id}/{path+}"] {
            assert_eq!(name_twice(good), None, "{good}");
        }
    }

    #[test]
    fn routes_are_told_from_what_api_gateway_refuses() {
        for good in ["/", "/hello", "/users/{id}", "/users/{id}/posts/{post-id}", "/files/{path+}", "/v1.0/a_b"] {
            assert!(is_route(good), "{good}");
        }
        for bad in ["", "hello", "/a//b", "/a/", "/{a+}/b", "/x{id}", "/{}", "/{a", "/a b", "/${x}"] {
            assert!(!is_route(bad), "{bad}");
        }
    }
}
