//! Assertions on the template of an App.

use std::fmt;

use serde_json::Value as Json;
use sparta_schema::nearest;

use crate::App;

/// The template of an App, for tests: see [`template`].
#[derive(Clone, PartialEq)]
pub struct TestTemplate(Json);

/// A resource of a [`TestTemplate`].
#[derive(Clone, Copy, PartialEq)]
pub struct TestResource<'t> {
    id: &'t str,
    json: &'t Json,
}

/// The template that is made of an App, checked as `build` and `provision` do it.
///
/// # Panics
///
/// With the report of everything that is wrong with the App.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, Memory, Request, service_fn, testing};
///
/// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))).memory(Memory::mb(256));
/// let template = testing::template(&App::new("Hello").function(hello));
/// template
///     .resource("HelloFunction")
///     .is("AWS::Lambda::Function")
///     .has("MemorySize", 256)
///     .has("LoggingConfig.LogFormat", "JSON")
///     .has_no("VpcConfig");
/// assert_eq!(template.resources("AWS::IAM::Role"), ["HelloRole"]);
/// ```
#[track_caller]
pub fn template(app: &App) -> TestTemplate {
    let checked = app.check().and_then(|()| app.synthesize());
    let template = checked.unwrap_or_else(|mistakes| panic!("{mistakes}")).template;
    TestTemplate(serde_json::to_value(template).expect("a template is JSON"))
}

impl TestTemplate {
    /// The resource with a logical id.
    ///
    /// # Panics
    ///
    /// Where there is none, with the name that was probably meant.
    #[track_caller]
    pub fn resource<'t>(&'t self, id: &'t str) -> TestResource<'t> {
        match self.0["Resources"].get(id) {
            Some(json) => TestResource { id, json },
            None => {
                let meant = nearest(id, self.ids()).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
                panic!("the template has no resource `{id}`{meant}")
            }
        }
    }

    /// The logical ids of all resources of a type.
    pub fn resources(&self, resource_type: &str) -> Vec<&str> {
        self.ids().filter(|id| self.0["Resources"][*id]["Type"] == resource_type).collect()
    }

    /// The whole document.
    pub fn json(&self) -> &Json {
        &self.0
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.0["Resources"].as_object().into_iter().flat_map(|resources| resources.keys().map(String::as_str))
    }
}

impl<'t> TestResource<'t> {
    /// Asserts its type.
    ///
    /// # Panics
    ///
    /// Where it is of another one.
    #[track_caller]
    pub fn is(self, resource_type: &str) -> Self {
        assert_eq!(self.json["Type"], resource_type, "the type of `{}`", self.id);
        self
    }

    /// Asserts what is at the path of a property: `Policies[0].PolicyName`.
    ///
    /// # Panics
    ///
    /// Where something else is there, or nothing.
    #[track_caller]
    pub fn has(self, path: &str, expected: impl Into<Json>) -> Self {
        let (found, expected) = (self.property(path), expected.into());
        assert!(found == Some(&expected), "`{}.{path}` is {}, not {expected}", self.id, shown(found));
        self
    }

    /// Asserts that nothing is at the path of a property.
    ///
    /// # Panics
    ///
    /// Where something is there.
    #[track_caller]
    pub fn has_no(self, path: &str) -> Self {
        let found = self.property(path);
        assert!(found.is_none(), "`{}.{path}` is {}", self.id, shown(found));
        self
    }

    /// What is at the path of a property, if anything.
    pub fn property(self, path: &str) -> Option<&'t Json> {
        let pointer = path.replace('[', ".").replace(']', "").replace('.', "/");
        self.json["Properties"].pointer(&format!("/{pointer}"))
    }

    /// The whole resource: its type, properties and attributes such as `DeletionPolicy`.
    pub fn json(self) -> &'t Json {
        self.json
    }
}

fn shown(found: Option<&Json>) -> String {
    found.map_or_else(|| "not there".to_owned(), Json::to_string)
}

impl fmt::Debug for TestTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl fmt::Debug for TestResource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:#}", self.id, self.json)
    }
}
