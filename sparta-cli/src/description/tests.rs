//! The page of a service whose texts are meant badly.

use sparta_core::{
    App, Approval, Environment, Error, Function, FunctionSpec, Pipeline, Request, service_fn,
    trigger::{Scope, Trigger},
};

use super::Description;

#[derive(Debug)]
struct Said(String);

impl Trigger for Said {
    fn describe(&self) -> String {
        self.0.clone()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        None
    }

    fn synthesize(&self, _: &mut Scope<'_>) {}
}

const SECRET: &str = "hunter2";

fn app(text: &str) -> App {
    let settings = || [("PASSWORD", SECRET)];
    App::new("Shop")
        .description(text)
        .function(
            Function::http("api", service_fn(async |_: Request| Ok::<_, Error>(""))).trigger(Said(text.to_owned())),
        )
        .environment(Environment::new("test", settings()).approve_promotion(Approval::manual().message(text)))
        .environment(Environment::new("production", settings()))
        .pipeline(Pipeline::github("https://github.com/acme/shop"))
}

fn page(text: &str) -> String {
    Description::of(&app(text).synthesize().unwrap()).unwrap().to_html()
}

/// The tags of a page, in their order, with what names their place in it.
fn tags(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0);
    tags.map(|tag| tag.split(" width=").next().unwrap_or(tag)).collect()
}

/// Without the numbers of the drawing, which grow with its texts.
fn names(page: &str) -> Vec<&str> {
    tags(page).into_iter().map(|tag| tag.split_whitespace().next().unwrap_or_default()).collect()
}

#[test]
fn nothing_of_the_app_is_read_as_markup() {
    let hostile = "</title></style><script>alert(1)</script><img src=x onerror=\"alert(1)\">'\"&amp;\u{202e}";
    let page = page(hostile);
    assert_eq!(names(&page), names(&self::page("harmless")));
    for refused in ["<script", "<img", "onerror=\"", "&amp;\u{202e}", "\u{202e}"] {
        assert!(!page.contains(refused), "{refused}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn every_tag_is_closed_where_it_was_opened() {
    let page = page("harmless");
    let mut open = Vec::new();
    for tag in tags(&page).into_iter().skip(1) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => {
                let name = tag.split_whitespace().next().unwrap();
                let is_void = ["meta", "br"].contains(&name) || ["rect", "path"].contains(&name);
                open.extend((!is_void).then_some(name));
            }
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = page("harmless");
    for refused in ["<script", "<link", "<iframe", "@import", " src=", "href=", "javascript:"] {
        assert!(!page.contains(refused), "{refused}");
    }
    // The name of SVG's markup is no address that is called; `url(#...)` is in the page.
    assert_eq!(page.matches("url(").count(), page.matches("url(#diagram").count());
    for needed in ["<html lang=\"en\">", "scope=\"col\"", "scope=\"row\"", "prefers-color-scheme: dark", "<desc id="] {
        assert!(page.contains(needed), "{needed}");
    }
}

#[test]
fn no_value_of_a_setting_is_shown() {
    let synthesis = app("harmless").synthesize().unwrap();
    let description = Description::of(&synthesis).unwrap();
    let shown = [
        description.to_text(),
        description.to_html(),
        crate::diagram::mermaid(description.diagrams()),
        serde_json::to_string(&description).unwrap(),
    ];
    for text in shown {
        assert!(text.contains("PASSWORD") || text.starts_with("flowchart"), "{text}");
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn an_environment_has_a_place_where_one_is_declared() {
    let text = |app: App| Description::of(&app.synthesize().unwrap()).unwrap().to_text();
    let there = app("harmless").environment(Environment::new("abroad", [("PASSWORD", SECRET)]).region("eu-west-1"));
    assert!(!text(app("harmless")).contains("  IN  "));
    let shown = text(there);
    let row = shown.lines().find(|line| line.starts_with("abroad")).unwrap();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["abroad", "Abroad-Shop", "Abroad-Shop-main", "eu-west-1", "-"]
    );
}
