//! What is looked at in every value: `null`, and `${Name}` that nothing substitutes.

use serde_json::{Map, Value as Json};

use crate::json::DEPTH;
use crate::template::{MistakeKind, Place, Report};

// what is in them is read by others than CloudFormation, and may mean its own
const OF_OTHERS: &[&str] = &["Body", "Metadata", "TemplateBody", "UserData", "ZipFile", "CommandLine"];

/// Where a text is.
#[derive(Clone, Copy)]
struct Text<'t> {
    /// Whether another program reads it.
    is_of_others: bool,
    /// What a state machine substitutes itself.
    own: Option<&'t Map<String, Json>>,
    is_definition: bool,
    /// Whether the check of properties finds `null`.
    is_checked: bool,
}

impl<'t> Report<'t> {
    pub(super) fn texts(&mut self, section: &str, id: &str, value: &'t Json, is_checked: bool) {
        let text = Text { is_of_others: false, own: None, is_definition: false, is_checked };
        self.text_in(Place::new(section, id), value, text);
    }

    fn text_in(&mut self, place: Place<'_>, value: &'t Json, text: Text<'t>) {
        match value {
            _ if place.depth == DEPTH => {}
            Json::Null if text.is_checked && place.path.first() == "Properties" => {}
            Json::Null if self.names.has_extensions && place.section == "Resources" => {}
            Json::Null => self.add(place, MistakeKind::Form, "it must not be `null`: leave it out instead"),
            Json::String(it) => self.not_substituted(place, it, text),
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.text_in(place.item(index), item, text);
                }
            }
            Json::Object(map) => {
                let own = map.get("DefinitionSubstitutions").and_then(Json::as_object);
                for (key, value) in map {
                    let is_sub = key == "Fn::Sub";
                    let text = Text {
                        is_of_others: text.is_of_others || OF_OTHERS.contains(&key.as_str()) || key == "Fn::Transform",
                        own: own.or(text.own),
                        is_definition: text.is_definition || key == "DefinitionString" || key == "Definition",
                        is_checked: text.is_checked,
                    };
                    match value {
                        Json::String(_) if is_sub => {}
                        // what is substituted is checked, the text is not
                        Json::Array(arguments) if is_sub => {
                            for argument in arguments.iter().filter(|it| !it.is_string()) {
                                self.text_in(place.key(key), argument, text);
                            }
                        }
                        value => self.text_in(place.key(key), value, text),
                    }
                }
            }
            _ => {}
        }
    }

    /// CloudFormation leaves `${Name}` as it is outside of `Fn::Sub`.
    fn not_substituted(&mut self, place: Place<'_>, text: &str, of: Text<'t>) {
        if self.names.is_open && self.names.has_macro {
            return;
        }
        for rest in text.split("${").skip(1) {
            let Some((name, _)) = rest.split_once('}') else { continue };
            let is_name =
                |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_.:".contains(it));
            if !is_name(name) || of.own.is_some_and(|it| it.contains_key(name)) {
                continue;
            }
            let is_known = self.names.is_certain_value(name);
            let message = format!("`${{{name}}}` stays as it is without `Fn::Sub`: write `{{ \"Fn::Sub\": \"...\" }}`");
            match (is_known, of.is_of_others) {
                (true, false) => self.add(place, MistakeKind::Function, message),
                (true, true) => self.warn(place, MistakeKind::Function, message),
                (false, _) if of.is_definition && place.path.first() == "Properties" => {
                    let message =
                        format!("nothing substitutes `${{{name}}}`: `DefinitionSubstitutions` or `Fn::Sub` do");
                    self.warn(place, MistakeKind::Function, message);
                }
                _ => continue,
            }
            return;
        }
    }
}
