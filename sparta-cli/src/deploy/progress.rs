use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::aws::cloudformation::Event;
use crate::output::{Shown, say};

/// How the progress of a deployment is shown.
pub(crate) trait Progress: Send + Sync {
    /// Says one line.
    fn say(&self, line: &str);

    /// Something that takes long begins.
    fn start(&self, doing: &str);

    /// Something happened to a resource of the stack.
    fn event(&self, event: &Event);

    /// What took long is over.
    fn stop(&self);
}

/// Progress on the standard error output: JSON lines if asked for, a spinner on a terminal, lines elsewhere.
pub(crate) fn progress(json: bool) -> Box<dyn Progress> {
    if json {
        Box::new(JsonLines)
    } else if io::stderr().is_terminal() {
        Box::new(Spinner::new())
    } else {
        Box::new(Lines)
    }
}

/// One plain line for each thing.
#[derive(Debug)]
pub(crate) struct Lines;

impl Progress for Lines {
    fn say(&self, line: &str) {
        say(line);
    }

    fn start(&self, doing: &str) {
        say(doing);
    }

    fn event(&self, event: &Event) {
        say(line(event));
    }

    fn stop(&self) {}
}

/// One JSON object for each thing.
#[derive(Debug)]
pub(crate) struct JsonLines;

impl Progress for JsonLines {
    fn say(&self, line: &str) {
        say(json!({ "message": line }));
    }

    fn start(&self, doing: &str) {
        self.say(doing);
    }

    fn event(&self, event: &Event) {
        say(json!({ "resource": event }));
    }

    fn stop(&self) {}
}

/// A spinner below the lines.
#[derive(Debug)]
pub(crate) struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Progress for Spinner {
    fn say(&self, line: &str) {
        self.bar.suspend(|| say(line));
    }

    fn start(&self, doing: &str) {
        self.bar.reset();
        self.bar.set_message(doing.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    fn event(&self, event: &Event) {
        self.say(&line(event));
    }

    fn stop(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }
}

/// The line of an event: time, status, resource, reason.
pub(super) fn line(event: &Event) -> String {
    let time = event.time.get(11..19).unwrap_or(&event.time);
    let mut line = format!("{time}  {:<28} {} ({})", event.status, event.logical_id, event.kind);
    if let Some(reason) = &event.reason {
        line.push_str(&format!("  {}", Shown(reason)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_with_time_status_resource_and_reason() {
        let event = Event {
            time: "2026-01-02T03:04:05.678Z".into(),
            logical_id: "Fn".into(),
            kind: "AWS::Lambda::Function".into(),
            status: "CREATE_FAILED".into(),
            reason: Some("no such key".into()),
            ..Event::default()
        };
        assert_eq!(line(&event), "03:04:05  CREATE_FAILED                Fn (AWS::Lambda::Function)  no such key");
        let event = Event { reason: Some("no\u{1b}[1A\nStack is in order".into()), ..event };
        assert!(line(&event).ends_with(r"  no\u{1b}[1A\nStack is in order"), "{}", line(&event));
    }
}
