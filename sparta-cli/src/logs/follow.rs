//! Reading logs, and going on to do so.

use std::{collections::BTreeSet, time::Duration};

use super::Line;
use crate::aws::{
    AwsError,
    logs::{Event, Logs, Wanted},
};

/// The log group of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The function's name in the App.
    pub(crate) function: String,
    /// The group's name.
    pub(crate) name: String,
}

/// Reads the logs of several functions, each event once.
pub(crate) struct Reader {
    logs: Logs,
    groups: Vec<Group>,
    pattern: Option<String>,
    /// The first moment that may have events that were not seen, in milliseconds since 1970.
    since: u64,
    /// The events since then that were.
    seen: BTreeSet<String>,
}

/// How long an event may take from its time stamp until it can be read.
const LATE: Duration = Duration::from_secs(60);

impl Reader {
    pub(crate) fn new(logs: Logs, groups: Vec<Group>, pattern: Option<String>, since: u64) -> Self {
        Self { logs, groups, pattern, since, seen: BTreeSet::new() }
    }

    /// What was not seen yet, in the order of time. `now` is in milliseconds since 1970.
    pub(crate) async fn read(&mut self, now: u64) -> Result<Vec<Line>, AwsError> {
        let mut found: Vec<(&str, Event)> = Vec::new();
        for Group { function, name } in &self.groups {
            let wanted = Wanted { group: name, since: self.since, pattern: self.pattern.as_deref() };
            found.extend(self.logs.events(wanted).await?.into_iter().map(|event| (function.as_str(), event)));
        }
        // Of one moment, those of one function stay in its order.
        found.sort_by_key(|(_, event)| event.timestamp);
        let late = u64::try_from(LATE.as_millis()).unwrap_or(u64::MAX);
        let since = self.since.max(now.saturating_sub(late));
        let new = found.iter().filter(|(_, event)| !self.seen.contains(&event.event_id));
        let lines = new.map(|(function, event)| Line::new(function, event.timestamp, &event.message)).collect();
        let recent = found.into_iter().filter(|(_, event)| event.timestamp >= since);
        self.seen = recent.map(|(_, event)| event.event_id).collect();
        self.since = since;
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::deploy::tests::script::{Answer, Script};

    fn event(id: &str, timestamp: u64) -> Value {
        json!({"eventId": id, "timestamp": timestamp, "message": format!("{id}\n"), "logStreamName": "s"})
    }

    fn page(events: &[Value], next: Option<&str>) -> Answer {
        Answer::json(200, &json!({"events": events, "nextToken": next}).to_string())
    }

    fn reader(script: &Script) -> Reader {
        let group = |function: &str| Group { function: function.to_owned(), name: format!("/{function}") };
        let groups = vec![group("one"), group("other")];
        Reader::new(Logs::new(&script.config()), groups, Some("ERROR".to_owned()), 1_000)
    }

    fn told(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| format!("{} {}", line.function, line.message.as_str().unwrap())).collect()
    }

    #[tokio::test]
    async fn logs_of_all_functions_are_in_the_order_of_time_and_each_event_is_told_once() {
        let script = Script::new([(
            "FilterLogEvents",
            vec![
                page(&[event("a", 2_000)], Some("more")),
                page(&[event("d", 90_000)], None),
                page(&[event("b", 3_000), event("c", 80_000)], None),
                // A minute later something comes late, beside what was there.
                page(&[event("d", 90_000)], None),
                page(&[event("c", 80_000), event("late", 85_000)], None),
            ],
        )]);
        let mut reader = reader(&script);
        assert_eq!(told(&reader.read(90_000).await.unwrap()), ["one a", "other b", "other c", "one d"]);
        assert_eq!(told(&reader.read(92_000).await.unwrap()), ["other late"]);
        let asked: Vec<Value> = script.seen().iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect();
        let first = json!({"logGroupName": "/one", "startTime": 1_000, "filterPattern": "ERROR"});
        assert_eq!(asked[0], first);
        assert_eq!(asked[1]["nextToken"], "more");
        assert_eq!(asked[3]["startTime"], 30_000);
    }

    #[tokio::test]
    async fn a_group_that_is_not_there_has_logged_nothing() {
        let missing = Answer::json_error(400, "ResourceNotFoundException", "The specified log group does not exist.");
        let script = Script::new([("FilterLogEvents", vec![missing])]);
        assert_eq!(reader(&script).read(2_000).await.unwrap(), []);
    }
}
