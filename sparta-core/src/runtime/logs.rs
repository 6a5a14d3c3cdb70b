//! Log lines with the fields of Lambda's own.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use super::Env;
use crate::error;

/// Crates of the runtime whose DEBUG and TRACE lines say nothing about the service.
const INTERNAL: [&str; 9] =
    ["h2", "hyper", "hyper_util", "lambda_http", "lambda_runtime", "lambda_runtime_api_client", "mio", "tower", "want"];

/// Logs to stdout from now on, unless the service has a subscriber of its own.
pub(super) fn install(env: Env<'_>) {
    let lines = Lines::new(env, |line: &[u8]| {
        // Nobody could be told that stdout is closed.
        let _ = std::io::stdout().write_all(line);
    });
    let _ = tracing::subscriber::set_global_default(Registry::default().with(lines));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
}

/// Writes one line per event.
struct Lines<W> {
    level: LevelFilter,
    format: Format,
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
        Self { level, format, write }
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        let internal = *metadata.level() > Level::INFO && INTERNAL.contains(&root);
        *metadata.level() <= self.level && !internal
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(Fields(of_span)) = span.extensions().get() {
                fields.0.extend(of_span.clone());
            }
        }
        fields.0.remove("message");
        event.record(&mut fields);
        let line = Line::new(event.metadata(), fields.0);
        (self.write)(&match self.format {
            Format::Json => line.json(),
            Format::Text => line.text(),
        });
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    fields: Map<String, Value>,
    target: &'a str,
}

impl<'a> Line<'a> {
    fn new(metadata: &Metadata<'a>, mut fields: Map<String, Value>) -> Self {
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
        let message = self.message.replace('\n', "\\n");
        let mut line = format!("{} {} {id} {message}", self.timestamp, self.level);
        for (name, value) in &self.fields {
            line.push_str(&format!(" {name}={value}"));
        }
        format!("{line} target={}\n", self.target).into_bytes()
    }
}

/// Now, as RFC 3339 with milliseconds.
fn timestamp() -> String {
    let mut text = String::with_capacity(32);
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text.truncate(text.len().saturating_sub("000Z".len()));
    text + "Z"
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    /// A field that is called like one of the line's own is put aside.
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = match field.name() {
            name @ ("timestamp" | "level" | "target") => format!("field.{name}"),
            name => name.to_owned(),
        };
        self.0.insert(name, value.into());
    }
}

impl Visit for Fields {
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
        tracing::subscriber::with_default(Registry::default().with(lines), log);
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
            tracing::debug!(target: "lambda_runtime", "noise");
            tracing::warn!(target: "hyper::proto", "trouble");
            tracing::debug!(target: "tower_http::trace", "wanted");
        });
        assert_eq!(lines.len(), 2, "{lines:?}");
    }
}
