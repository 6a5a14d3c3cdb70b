//! Log lines with the fields of Lambda's own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_core::span::Current;

use super::Env;
use super::spans::{self, Spans};
use crate::error;

/// What the targets of the runtime's own lines and spans begin with.
const RUNTIME: &str = concat!(env!("CARGO_CRATE_NAME"), "::runtime::");
/// Crates of the runtime whose DEBUG and TRACE lines say nothing about the service.
const INTERNAL: [&str; 6] = ["h2", "hyper", "hyper_util", "mio", "tower", "want"];

/// Logs to stdout from now on, unless the service has a subscriber of its own.
pub(super) fn install(env: Env<'_>) {
    let lines = Lines::new(env, |line: &[u8]| {
        // Nobody could be told that stdout is closed.
        let _ = std::io::stdout().write_all(line);
    });
    let _ = tracing::subscriber::set_global_default(lines);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
}

/// Writes one line per event, with the fields of the spans that it is in.
struct Lines<W> {
    level: LevelFilter,
    format: Format,
    spans: Spans<Fields>,
    write: W,
}

impl<W: Fn(&[u8])> Lines<W> {
    fn new(env: Env<'_>, write: W) -> Self {
        let level = env("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
        let level = match level.to_ascii_uppercase().as_str() {
            "TRACE" => LevelFilter::TRACE,
            "DEBUG" => LevelFilter::DEBUG,
            "WARN" => LevelFilter::WARN,
            "ERROR" | "FATAL" => LevelFilter::ERROR,
            _ => LevelFilter::INFO,
        };
        let format = env("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
        let format = match format.eq_ignore_ascii_case("text") {
            true => Format::Text,
            false => Format::Json,
        };
        Self { level, format, spans: Spans::new(), write }
    }
}

impl<W: Fn(&[u8]) + 'static> Subscriber for Lines<W> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        let internal = *metadata.level() > Level::INFO && INTERNAL.contains(&root);
        *metadata.level() <= self.level && !internal
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields.visitor(attributes.metadata()));
        self.spans.open(attributes, fields)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        self.spans.update(id, |fields, metadata| values.record(&mut fields.visitor(metadata)));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        let span = match event.parent() {
            Some(parent) => Some(parent.clone()),
            None if event.is_contextual() => spans::current(),
            None => None,
        };
        self.spans.visit(span, |of_span| fields.0.extend(of_span.0.clone()));
        // What is logged in a span that is filtered out, as tower-http's failures are, has no span, but still a request.
        if event.is_root() {
            self.spans.visit(spans::current(), |of_span| fields.0.extend(of_span.of_request()));
        }
        fields.0.remove("message");
        event.record(&mut fields.visitor(event.metadata()));
        let line = Line::new(event.metadata(), fields.0);
        (self.write)(&match self.format {
            Format::Json => line.json(),
            Format::Text => line.text(),
        });
    }

    fn enter(&self, id: &Id) {
        self.spans.enter(id);
    }

    fn exit(&self, id: &Id) {
        self.spans.exit(id);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.spans.hold(id);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.spans.release(&id)
    }

    fn current_span(&self) -> Current {
        self.spans.current().map_or_else(Current::none, |(id, metadata)| Current::new(id, metadata))
    }
}

type Map = BTreeMap<Cow<'static, str>, Value>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    fields: Map,
    target: &'a str,
}

impl<'a> Line<'a> {
    fn new(metadata: &Metadata<'a>, mut fields: Map) -> Self {
        let mut text = |name: &str| match fields.remove(name)? {
            Value::String(text) => Some(text),
            value => Some(value.to_string()),
        };
        Self {
            timestamp: timestamp(),
            level: metadata.level().as_str(),
            message: text("message").unwrap_or_default(),
            request_id: text("requestId"),
            fields,
            target: metadata.target(),
        }
    }

    fn json(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }

    fn text(&self) -> Vec<u8> {
        let id = self.request_id.as_deref().unwrap_or("-");
        let mut line = format!("{} {} {} {}", self.timestamp, self.level, escaped(id), escaped(&self.message));
        for (name, value) in &self.fields {
            line.push_str(&format!(" {name}={}", escaped(&value.to_string())));
        }
        format!("{line} target={}\n", self.target).into_bytes()
    }
}

/// Without what could end the line, or would be obeyed by a terminal.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_control = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_control(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Now, as RFC 3339 with milliseconds.
fn timestamp() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (now.as_secs(), now.subsec_millis());
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Year, month and day, so many days after the first of January 1970. Years are counted from March, so that a leap day
/// is the last; see <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
pub(crate) fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[derive(Default)]
struct Fields(Map);

struct Visitor<'a> {
    fields: &'a mut Fields,
    /// Whether they come from the runtime, which alone knows the request.
    is_own: bool,
}

impl Fields {
    fn of_request(&self) -> impl Iterator<Item = (Cow<'static, str>, Value)> {
        let own = self.0.iter().filter(|(name, _)| matches!(name.as_ref(), "requestId" | "traceId"));
        own.map(|(name, value)| (name.clone(), value.clone()))
    }

    fn visitor(&mut self, metadata: &Metadata<'_>) -> Visitor<'_> {
        Visitor { fields: self, is_own: metadata.target().starts_with(RUNTIME) }
    }
}

impl Visitor<'_> {
    /// A field that is called like one of the line's own is put aside.
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = match field.name() {
            name @ ("timestamp" | "level" | "target") => format!("field.{name}").into(),
            name @ ("requestId" | "traceId") if !self.is_own => format!("field.{name}").into(),
            name => name.into(),
        };
        self.fields.0.insert(name, value.into());
    }
}

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field, error::message(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// The lines that `log` writes under the variables.
    fn lines(variables: &[(&str, &str)], log: impl FnOnce()) -> Vec<String> {
        let env = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let written = Arc::new(Mutex::new(Vec::new()));
        let into = written.clone();
        let lines = Lines::new(&env, move |line: &[u8]| {
            into.lock().unwrap().push(String::from_utf8(line.to_vec()).unwrap());
        });
        tracing::subscriber::with_default(lines, log);
        std::mem::take(&mut *written.lock().unwrap())
    }

    fn messages(level: &str) -> String {
        let lines = lines(&[("AWS_LAMBDA_LOG_LEVEL", level)], || {
            tracing::error!("error");
            tracing::warn!("warn");
            tracing::info!("info");
            tracing::debug!("debug");
            tracing::trace!("trace");
        });
        let message = |line: &String| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["message"].as_str().unwrap().to_owned()
        };
        lines.iter().map(message).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_level_is_obeyed() {
        assert_eq!(messages("TRACE"), "error warn info debug trace");
        assert_eq!(messages("DEBUG"), "error warn info debug");
        assert_eq!(messages("INFO"), "error warn info");
        assert_eq!(messages("WARN"), "error warn");
        assert_eq!(messages("error"), "error");
        assert_eq!(messages("FATAL"), "error");
        assert_eq!(messages(""), "error warn info");
    }

    #[test]
    fn a_line_has_the_fields_of_lambda_then_those_of_event_and_spans() {
        let lines = lines(&[], || {
            let request = tracing::error_span!("request", requestId = "r-1", table = "a");
            let _request = request.entered();
            let _query = tracing::info_span!("query", table = "orders", rows = 0).entered();
            let error = std::io::Error::other("closed");
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(target: "shop", rows = 3, level = "high", error, "two\nlines");
        });
        let (timestamp, rest) = lines[0].split_at(r#"{"timestamp":"2026-11-23T08:22:04.123Z"#.len());
        assert!(timestamp.contains('T') && timestamp.ends_with('Z'), "{timestamp}");
        assert_eq!(
            rest,
            "\",\"level\":\"WARN\",\"message\":\"two\\nlines\",\"requestId\":\"r-1\",\
             \"error\":\"closed\",\"field.level\":\"high\",\"rows\":3,\"table\":\"orders\",\
             \"target\":\"shop\"}\n"
        );
    }

    #[test]
    fn text_is_one_line_too() {
        let lines = lines(&[("AWS_LAMBDA_LOG_FORMAT", "Text")], || {
            let _request = tracing::error_span!("request", requestId = "r-1").entered();
            tracing::info!(target: "shop", rows = 3, "two\nlines");
        });
        assert!(lines[0].ends_with("Z INFO r-1 two\\nlines rows=3 target=shop\n"), "{lines:?}");
    }

    #[test]
    fn text_has_no_control_characters() {
        let lines = lines(&[("AWS_LAMBDA_LOG_FORMAT", "Text")], || {
            let _request = tracing::error_span!("request", requestId = "r\r-1").entered();
            let user = "\u{1b}[2J\u{7f}\u{9b}31m\u{202e}";
            tracing::info!(target: "shop", user, "a\r\nb\t\u{1b}[31m\u{85}\u{2028}\0é");
        });
        assert!(!lines[0].trim_end_matches('\n').contains(char::is_control), "{lines:?}");
        let expected =
            r#" INFO r\r-1 a\r\nb\t\u{1b}[31m\u{85}\u{2028}\u{0}é user="\u001b[2J\u{7f}\u{9b}31m\u{202e}" target="#;
        assert!(lines[0].contains(expected), "{lines:?}");
    }

    #[test]
    fn a_field_that_is_recorded_later_is_there() {
        let lines = lines(&[], || {
            let span = tracing::info_span!("request", requestId = tracing::field::Empty);
            span.record("requestId", "r-2");
            span.in_scope(|| tracing::info!("hello"));
        });
        assert!(lines[0].contains(r#""requestId":"r-2""#), "{lines:?}");
    }

    #[test]
    fn details_of_the_runtime_are_not_logged() {
        let lines = lines(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE")], || {
            tracing::trace!(target: "hyper_util::client", "noise");
            tracing::debug!(target: "mio", "noise");
            tracing::warn!(target: "hyper::proto", "trouble");
            tracing::debug!(target: "tower_http::trace", "wanted");
        });
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn a_field_of_the_service_does_not_pass_for_lambdas_own() {
        let lines = lines(&[], || {
            let _request = tracing::error_span!("request", requestId = "r-1", traceId = "t-1").entered();
            let _order = tracing::info_span!(target: "shop", "order", requestId = "mine", traceId = 7).entered();
            tracing::info!(target: "shop", requestId = "yours", "hello");
        });
        let own = r#""requestId":"r-1","field.requestId":"yours","field.traceId":7,"traceId":"t-1""#;
        assert!(lines[0].contains(own), "{lines:?}");
    }

    #[test]
    fn a_line_whose_span_is_filtered_out_has_the_id_of_its_request() {
        let lines = lines(&[], || {
            let _request = tracing::error_span!("request", requestId = "r-1", traceId = "t-1").entered();
            let _order = tracing::info_span!("order", order = 7).entered();
            let filtered = tracing::debug_span!("filtered");
            tracing::error!(target: "shop", parent: &filtered, "failed");
        });
        assert!(lines[0].contains(r#""message":"failed","requestId":"r-1","traceId":"t-1","target""#), "{lines:?}");
    }

    #[test]
    fn a_line_has_the_spans_that_it_is_in_and_no_others() {
        let lines = lines(&[], || {
            let outer = tracing::info_span!("outer", a = 1);
            let entered = outer.clone().entered();
            let inner = tracing::info_span!("inner", b = 2);
            let other = tracing::info_span!(parent: None, "other", c = 3);
            drop(entered);
            assert!(tracing::Span::current().is_none());
            inner.in_scope(|| {
                assert_eq!(tracing::Span::current().id(), inner.id());
                drop(outer);
                tracing::info!("inside");
            });
            tracing::info!(parent: &other, "beside");
            drop((inner, other));
            let _next = tracing::info_span!("next", d = 4).entered();
            tracing::info!("behind");
            tracing::info!(parent: None, "alone");
        });
        let fields = |line: &String| {
            let (_, behind) = line.split_once("\"message\":").unwrap();
            let (_, fields) = behind.split_once(',').unwrap();
            fields.split("\"target\"").next().unwrap().to_owned()
        };
        let fields: Vec<_> = lines.iter().map(fields).collect();
        assert_eq!(fields, [r#""a":1,"b":2,"#, r#""c":3,"#, r#""d":4,"#, ""]);
    }

    #[test]
    fn a_date_is_that_of_the_calendar() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_512, (2026, 2, 28)),
            (20_513, (2026, 3, 1)),
            (20_818, (2026, 12, 31)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), expected, "{days}");
        }
    }
}
