//! What an App says of its stacks as a whole.

use crate::App;

impl App {
    /// A tag on all its stacks and everything in them: letters, digits, spaces and `_ . : / = + - @`, since IAM takes no others.
    ///
    /// [`Environment::tag`](crate::Environment::tag) of the same key has its own value in that environment, and
    /// [`Function::tag`](crate::Function::tag) on the function.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Environment};
    ///
    /// let app = App::new("Links")
    ///     .tag("team", "growth")
    ///     .environment(Environment::new("test", ()))
    ///     .environment(Environment::new("production", ()).tag("cost-centre", "42"));
    /// let configuration = app.validate().map(|model| model.environments()[1].configuration());
    /// # let configuration = configuration.unwrap_or_default();
    /// ```
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// Data of the template as a whole, for people and tools: its section `Metadata`.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/metadata-section-structure.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::App;
    ///
    /// let app = App::new("Links").metadata("Owner", json!({"team": "growth", "pager": "links"}));
    /// ```
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.user_resources.metadata.insert(name.into(), value.into().into());
        self
    }
}
