//! The tables of a description, as text and, in `html.rs`, as a part of a page.

use std::fmt::Write;

use comfy_table::{Table, presets};

use super::{Description, Pipeline, cost::Cost, environment::Environment};
use crate::roles::Role;

/// A table. A cell may have several lines; a row that begins as the one before goes on with it.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) head: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

impl Description<'_> {
    /// What it says, for people in a terminal.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{} ({})\n", self.app, self.architecture);
        if !self.description.is_empty() {
            _ = writeln!(text, "{}", self.description);
        }
        for section in self.sections() {
            _ = writeln!(text, "\n{}", section.to_text());
        }
        text
    }

    /// The tables that have rows.
    pub(super) fn sections(&self) -> Vec<Section> {
        let section = |title, head, rows| Section { title, head, rows };
        let files = self.files.iter().map(|file| vec![(*file).to_owned()]).collect();
        let stack = self.provision_stack.iter().map(|stack| vec![stack.clone()]).collect();
        let pipeline = self
            .pipeline
            .iter()
            .map(|Pipeline { repository, branch, through }| [repository, branch, through].map(String::clone).to_vec());
        let roles = self.roles.iter().flat_map(Role::rows).collect();
        let sections = [
            section("Functions", &["Function", "Kind", "Size", "Triggers"], self.function_rows()),
            section("Settings", &["Setting", "Parameter", "Description"], self.setting_rows()),
            self.environments(),
            section("Stack", &["Stack of provision"], stack),
            section("Files", &["File"], files),
            section("Where the pipeline reads", &["Pipeline", "Branch", "Read through"], pipeline.collect()),
            section(
                "Cost drivers",
                &["Billed", "Resource", "Size", "By"],
                self.cost_drivers.iter().map(Cost::row).collect(),
            ),
            section("What CloudFormation may do", &["Role", "Actions", "Resources"], roles),
        ];
        sections.into_iter().filter(|section| !section.rows.is_empty()).collect()
    }

    fn function_rows(&self) -> Vec<Vec<String>> {
        let row = |function: &super::Function<'_>| {
            let triggers = or_none(function.triggers.join(", "));
            let size = format!("{} MB, {} s", function.memory_mb, function.timeout_seconds);
            let kind = format!("{:?}", function.kind).to_lowercase();
            vec![function.name.to_owned(), kind, size, triggers]
        };
        self.functions.iter().map(row).collect()
    }

    fn setting_rows(&self) -> Vec<Vec<String>> {
        let row = |setting: &super::Setting<'_>| {
            let description = setting.description.unwrap_or("-");
            vec![setting.variable.to_owned(), setting.parameter.clone(), description.to_owned()]
        };
        self.settings.iter().map(row).collect()
    }

    /// With accounts and regions, where any is declared.
    fn environments(&self) -> Section {
        let has_places = self.environments.iter().any(|environment| !environment.place().is_empty());
        let row = |environment: &Environment<'_>| {
            let mut row = vec![environment.name.to_owned(), environment.provision_stack.clone()];
            row.push(environment.stack.clone().unwrap_or_else(|| "-".to_owned()));
            row.extend(has_places.then(|| or_none(environment.place())));
            row.push(or_none(environment.gates().join(", ")));
            row
        };
        let head: &[&str] = match has_places {
            true => &["Environment", "Stack of provision", "Of the pipeline", "In", "Gates"],
            false => &["Environment", "Stack of provision", "Of the pipeline", "Gates"],
        };
        Section { title: "Environments", head, rows: self.environments.iter().map(row).collect() }
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}

impl Section {
    /// Columns as wide as what is in them.
    fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(self.head.iter().map(|name| name.to_uppercase()));
        for (at, row) in self.rows.iter().enumerate() {
            let goes_on = at > 0 && self.rows[at - 1][0] == row[0];
            let mut row = row.clone();
            if goes_on {
                row[0].clear();
            }
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.trim_fmt()
    }
}
