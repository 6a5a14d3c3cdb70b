//! What is about the template as a whole.

use serde_json::{Map, Value as Json};

use crate::resource_type::ResourceType;
use crate::template::{Mistake, MistakeKind, Place, Report, SERVERLESS, circle, described, expand};

impl<'t> Report<'t> {
    /// What stands above the sections.
    pub(super) fn heads(&mut self, sections: &'t Map<String, Json>) {
        const VERSION: &str = "2010-09-09";
        let is_wrong = |it: &&Json| !it.is_null() && it.as_str() != Some(VERSION);
        if sections.get("AWSTemplateFormatVersion").is_some_and(|it| is_wrong(&it)) {
            let place = Place::new("AWSTemplateFormatVersion", "");
            self.add(place, MistakeKind::Form, format!("there is only one version, `{VERSION}`"));
        }
        let is_wrong = |it: &&Json| !it.is_null() && it.as_str().is_none_or(|it| it.len() > 1_024);
        if sections.get("Description").is_some_and(|it| is_wrong(&it)) {
            let message = "`Description` must be text of at most 1,024 bytes, without functions";
            self.add(Place::new("Description", ""), MistakeKind::Form, message);
        }
        for name in ["Conditions", "Mappings", "Metadata", "Outputs", "Parameters", "Resources"] {
            if sections.get(name).is_some_and(|it| !it.is_object() && !it.is_null()) {
                self.add(Place::new(name, ""), MistakeKind::Form, format!("`{name}` must be a map"));
            }
        }
    }

    pub(super) fn loops(&mut self, sections: &'t Map<String, Json>) {
        for section in ["Conditions", "Mappings", "Outputs", "Resources"] {
            let entries = sections.get(section).and_then(Json::as_object).into_iter().flatten();
            for (name, argument) in entries.filter(|(name, _)| name.starts_with(expand::LOOP)) {
                self.loop_form(Place::new(section, name), name, argument);
            }
        }
    }

    pub(super) fn all_texts(&mut self, sections: &'t Map<String, Json>) {
        for (section, entries) in sections {
            match entries {
                Json::Object(entries) => {
                    for (id, value) in entries.iter().filter(|(id, _)| !id.starts_with(expand::LOOP)) {
                        let is_typed = section == "Resources" && !self.names.has_macro;
                        let found = self.names.type_of(id).and_then(described).filter(|_| is_typed);
                        self.texts(section, id, value, found.is_some());
                    }
                }
                value => self.texts(section, "", value, false),
            }
        }
    }

    pub(super) fn circles(&mut self) {
        let names = &self.names;
        if names.has_macro {
            return;
        }
        let condition = |id: &str| names.resources?.get(id)?.get("Condition")?.as_str();
        let type_of = |id: &str| names.type_of(id).and_then(described).map(ResourceType::name);
        let found = self.circles.found(&names.logic, condition);
        // SAM makes several resources of one, which may need one another
        let is_of_sam =
            |circle: &Vec<&str>| circle.iter().any(|id| type_of(id).is_some_and(|it| it.starts_with(SERVERLESS)));
        let mistakes = found.into_iter().filter(|it| !is_of_sam(it)).map(|circle| {
            let place = Place::new("Resources", circle[0]);
            Mistake::new(place, MistakeKind::Circle, circle::message(&circle, type_of))
        });
        self.mistakes.extend(mistakes);
    }
}
