//! A description as one page that needs nothing else: no network, no script.

use std::fmt::Write;

use super::{Description, sections::Section};
use crate::{
    diagram::{Diagram, Entry, STYLE, svg},
    markup::Escaped,
};

/// What a browser may do for the page: nothing but its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Description<'_> {
    /// A whole page.
    pub(crate) fn to_html(&self) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <title>{app}</title>\n<style>\n{}{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<h1>{app}</h1>\n<p>{}{}</p>\n</header>\n<main>\n",
            include_str!("page.css"),
            Escaped(self.architecture),
            Escaped(&if self.description.is_empty() { String::new() } else { format!(": {}", self.description) }),
            app = Escaped(self.app),
        );
        for (number, diagram) in self.diagrams.iter().enumerate() {
            drawn(&mut page, diagram, number);
        }
        if !self.warnings.is_empty() {
            let warnings = self.warnings.iter().map(|warning| format!("<li>{}</li>\n", Escaped(&warning.to_string())));
            _ = writeln!(page, "<h2>Warnings</h2>\n<ul>\n{}</ul>", warnings.collect::<String>());
        }
        self.sections().iter().for_each(|section| section.write(&mut page));
        let template = self.template.to_json();
        let template: Vec<String> = template.lines().map(|line| Escaped(line).to_string()).collect();
        _ = writeln!(
            page,
            "<h2>Template</h2>\n<details><summary>The CloudFormation template</summary>\n\
             <pre class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Template\">{}</pre>\n</details>",
            // The one text whose line breaks are meant.
            template.join("\n")
        );
        page + "</main>\n</body>\n</html>\n"
    }
}

/// A diagram, and the same in words.
fn drawn(page: &mut String, diagram: &Diagram, number: usize) {
    let heading = if number == 0 { "Service" } else { "Pipeline" };
    let mut words = String::new();
    listed(&mut words, &diagram.outline());
    _ = writeln!(
        page,
        "<h2>{heading}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram: {heading}\">\n{}\n</div>\n\
         <details><summary>{heading} in words</summary>\n{words}</details>",
        svg(diagram, &format!("diagram{number}")),
    );
}

fn listed(page: &mut String, entries: &[Entry]) {
    *page += "<ul>\n";
    for entry in entries {
        _ = write!(page, "<li>{}", Escaped(&entry.text));
        let arrows: Vec<String> = entry.arrows.iter().map(|arrow| format!(" → {}", Escaped(arrow))).collect();
        *page += &arrows.join(";");
        if !entry.entries.is_empty() {
            listed(page, &entry.entries);
        }
        *page += "</li>\n";
    }
    *page += "</ul>\n";
}

impl Section {
    fn write(&self, page: &mut String) {
        let head = self.head.iter().map(|name| format!("<th scope=\"col\">{}</th>", Escaped(name)));
        _ = writeln!(
            page,
            "<h2>{title}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n<table>\n\
             <thead><tr>{}</tr></thead>\n<tbody>",
            head.collect::<String>(),
            title = Escaped(self.title),
        );
        for row in &self.rows {
            let cell = |(at, cell): (usize, &String)| {
                let lines: Vec<String> = cell.lines().map(|line| Escaped(line).to_string()).collect();
                let lines = lines.join("<br>");
                if at == 0 { format!("<th scope=\"row\">{lines}</th>") } else { format!("<td>{lines}</td>") }
            };
            _ = writeln!(page, "<tr>{}</tr>", row.iter().enumerate().map(cell).collect::<String>());
        }
        *page += "</tbody>\n</table>\n</div>\n";
    }
}
