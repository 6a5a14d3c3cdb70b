//! What a binary says of itself when it is asked which service it is.

use serde::{Deserialize, Serialize};

use crate::{App, Environment, FunctionSpec, Model};

/// Which service a binary is, and which build of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The App's name.
    pub app: String,
    /// Names of its functions.
    pub functions: Vec<String>,
    /// What invokes them: a function's name and its trigger, as `hello: GET /hello`.
    pub triggers: Vec<String>,
    /// Variables of its settings.
    pub settings: Vec<String>,
    /// The version of Sparta.
    pub sparta: String,
    /// `serving`, or another build.
    pub build: String,
    /// The id of the build, where it was known when the binary was compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
}

impl App {
    /// What a binary with this App says of itself. Nothing is checked, so that serving binaries stay small.
    #[doc(hidden)]
    pub fn summary(&self, build: &str) -> Summary {
        Summary::new(&self.name, self.functions.iter().map(|function| &function.spec), &self.environments, build)
    }
}

impl Model {
    /// What a binary with this App says of itself.
    #[doc(hidden)]
    pub fn summary(&self, build: &str) -> Summary {
        Summary::new(&self.name, self.functions.iter(), &self.environments, build)
    }
}

impl Summary {
    fn new<'a>(
        app: &str,
        functions: impl Iterator<Item = &'a FunctionSpec> + Clone,
        environments: &[Environment],
        build: &str,
    ) -> Self {
        let settings = environments.first().map_or(&[][..], |environment| &environment.settings.fields);
        Self {
            app: app.to_owned(),
            functions: functions.clone().map(|function| function.name.clone()).collect(),
            triggers: functions.flat_map(triggers).collect(),
            settings: settings.iter().map(|field| field.variable.clone()).collect(),
            sparta: env!("CARGO_PKG_VERSION").to_owned(),
            build: build.to_owned(),
            build_id: None,
        }
    }

    /// One line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts are JSON")
    }
}

fn triggers(function: &FunctionSpec) -> impl Iterator<Item = String> {
    function.triggers().iter().map(|trigger| format!("{}: {}", function.name, trigger.describe()))
}
