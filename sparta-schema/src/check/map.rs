use crate::check::Checker;
use crate::fault::FaultKind;
use crate::node::{Entry, Presence};
use crate::pattern::{self, Pattern};
use crate::schema::{Id, Keyword};

impl<'a> Checker<'a> {
    pub(super) fn map_keyword(&mut self, keyword: &'a Keyword, entries: &[Entry], place: usize) {
        match keyword {
            Keyword::Properties(properties) => {
                for (name, id) in properties {
                    if let Some(entry) = entries.iter().find(|it| it.key == *name) {
                        self.at_key(name, |it| it.schema(*id, &entry.value));
                    }
                }
            }
            Keyword::PatternProperties(patterns) => self.pattern_properties(patterns, entries),
            Keyword::Required(names) => self.required(names, entries, place),
            Keyword::RequiredXor(names) => self.required_xor(names, entries, place),
            Keyword::RequiredOr(names) => self.required_or(names, entries, place),
            Keyword::DependentRequired(names) => self.dependent_required(names, entries),
            Keyword::DependentExcluded(names) => self.dependent_excluded(names, entries),
            Keyword::MinProperties(min) => self.at_least(*min, entries.iter().map(|it| &it.value), "key", place),
            Keyword::MaxProperties(max) => self.at_most(*max, entries.iter().map(|it| &it.value), "key", place),
            Keyword::PropertyNames(id) => {
                for entry in entries {
                    let key = crate::Node::text(entry.place, &entry.key);
                    self.at_key(&entry.key, |it| it.schema(*id, &key));
                }
            }
            _ => {}
        }
    }

    fn pattern_properties(&mut self, patterns: &[(&'static str, Id)], entries: &[Entry]) {
        for (pattern, id) in patterns {
            let Some(pattern) = Pattern::new(pattern) else { continue };
            for entry in entries.iter().filter(|it| pattern.is_match(&it.key) == Some(true)) {
                self.at_key(&entry.key, |it| it.schema(*id, &entry.value));
            }
        }
    }

    /// Looks at the keys that the schema does not name.
    pub(super) fn additional_properties(&mut self, id: Id, beside: &'a [Keyword], entries: &[Entry]) {
        let mut properties: &[(&str, Id)] = &[];
        let mut patterns: &[(&str, Id)] = &[];
        for keyword in beside {
            match keyword {
                Keyword::Properties(it) => properties = it,
                Keyword::PatternProperties(it) => patterns = it,
                _ => {}
            }
        }
        let is_named = |key: &str| {
            properties.iter().any(|(name, _)| *name == key)
                || patterns.iter().any(|(it, _)| pattern::may_match(it, key))
        };
        let forbidden = matches!(self.resource_type.schemas[id].as_slice(), [Keyword::Never]);
        for entry in entries.iter().filter(|it| !is_named(&it.key) && it.value.presence() != Presence::No) {
            if forbidden {
                let known = properties.iter().map(|(name, _)| *name);
                self.unknown_property(entry, known, patterns);
            } else {
                self.at_key(&entry.key, |it| it.schema(id, &entry.value));
            }
        }
    }

    fn unknown_property(&mut self, entry: &Entry, known: impl Iterator<Item = &'a str>, patterns: &[(&str, Id)]) {
        let name = self.name();
        let hint = match (self.hint(&entry.key, known), patterns) {
            (hint, [(pattern, _), ..]) if hint.is_empty() => format!("; keys have to match the pattern `{pattern}`"),
            (hint, _) => hint,
        };
        let message = format!("unknown property `{}` of {name}{hint}", entry.key);
        self.at_key(&entry.key, |it| it.fault(entry.place, FaultKind::UnknownProperty, message));
    }

    fn required(&mut self, names: &[&str], entries: &[Entry], place: usize) {
        for name in names {
            match presence(entries, name) {
                Presence::Yes => {}
                Presence::Perhaps => self.unsure = true,
                Presence::No => {
                    self.fault(place, FaultKind::Required, format!("missing property `{name}` of {}", self.name()));
                }
            }
        }
    }

    fn required_xor(&mut self, names: &[&str], entries: &[Entry], place: usize) {
        let given = |name: &&&str| presence(entries, name) == Presence::Yes;
        let found: Vec<_> = names.iter().filter(given).copied().collect();
        if found.len() > 1 {
            let message = format!("{} takes only one of {}", self.name(), listed(&found));
            let place = entries.iter().find(|it| it.key == found[1]).map_or(place, |it| it.place);
            self.fault(place, FaultKind::Exclusive, message);
        } else {
            self.required_or(names, entries, place);
        }
    }

    fn required_or(&mut self, names: &[&str], entries: &[Entry], place: usize) {
        if names.iter().all(|name| presence(entries, name) == Presence::No) {
            self.fault(place, FaultKind::Required, format!("{} needs one of {}", self.name(), listed(names)));
        }
    }

    fn dependent_required(&mut self, names: &[(&str, Vec<&str>)], entries: &[Entry]) {
        for (name, others) in names {
            let Some(entry) = entries.iter().find(|it| it.key == *name && it.value.presence() == Presence::Yes) else {
                continue;
            };
            for other in others.iter().filter(|other| presence(entries, other) == Presence::No) {
                let message = format!("`{name}` of {} needs `{other}` beside it", self.name());
                self.fault(entry.place, FaultKind::Dependent, message);
            }
        }
    }

    fn dependent_excluded(&mut self, names: &[(&str, Vec<&str>)], entries: &[Entry]) {
        for (name, others) in names.iter().filter(|(name, _)| presence(entries, name) == Presence::Yes) {
            let excluded = |it: &&Entry| others.contains(&it.key.as_str()) && it.value.presence() == Presence::Yes;
            for entry in entries.iter().filter(excluded) {
                let message = format!("`{}` of {} cannot stand beside `{name}`", entry.key, self.name());
                self.fault(entry.place, FaultKind::Exclusive, message);
            }
        }
    }
}

fn presence(entries: &[Entry], name: &str) -> Presence {
    entries.iter().find(|it| it.key == name).map_or(Presence::No, |it| it.value.presence())
}

/// Names in a sentence.
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
