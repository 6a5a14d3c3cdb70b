//! Headers and parameters, as events have them that keep all values.

use http::HeaderMap;
use serde_json::{Map, Value};

/// Names with all their values, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs(Vec<(String, Vec<String>)>);

impl Pairs {
    /// Headers, with names in small letters.
    pub(super) fn of_headers(headers: &HeaderMap) -> Self {
        let text = |name| headers.get_all(name).iter().map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        Self(headers.keys().map(|name| (name.as_str().to_owned(), text(name).collect())).collect())
    }

    /// The parameters of a query, without escapes.
    pub(super) fn of_query(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    /// The parameters of a query, as it was sent.
    pub(super) fn of_raw_query(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Replaces all values of a name, however it is written.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), vec![value.into()]));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last value of each.
    pub(super) fn last(&self) -> Map<String, Value> {
        let last = |values: &Vec<String>| values.last().cloned().unwrap_or_default().into();
        self.0.iter().map(|(name, values)| (name.clone(), last(values))).collect()
    }

    /// All values of each.
    pub(super) fn all(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, values)| (name.clone(), values.clone().into())).collect()
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut all = Self::default();
        for (name, value) in pairs {
            match all.0.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => all.0.push((name, vec![value])),
            }
        }
        all
    }
}
