//! The user's changes of the whole template, and the user's own rules for it.

use crate::{App, Model, Problem, cfn::Template};

/// A change of the whole template.
pub(crate) type Decorator = Box<dyn Fn(&mut Template, &Model) -> Result<(), Problem> + Send + Sync>;

/// A rule of the user's for the template.
pub(crate) type Validator = Box<dyn Fn(&Template, &Model) -> Result<(), Problem> + Send + Sync>;

impl App {
    /// Changes the template after everything was added and customized; several change it in the order of their registration.
    ///
    /// What it sets is checked like everything else, and an error of it is a mistake in the same report. It has to do the same
    /// each time: a template is made anew by every command.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, construct::Table, service_fn};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Links")
    ///     .function(hello)
    ///     .with(Table::new("links").key("code"))
    ///     .decorate(|template, _| Ok(template.set("LinksTable.DeletionProtectionEnabled", true)?));
    /// app.check().unwrap();
    ///
    /// let mistaken = app.decorate(|template, _| Ok(template.set("LinkTable.DeletionProtectionEnabled", true)?));
    /// assert!(mistaken.check().unwrap_err().to_string().contains("did you mean `LinksTable`?"));
    /// ```
    pub fn decorate(
        mut self,
        decorator: impl Fn(&mut Template, &Model) -> Result<(), Problem> + Send + Sync + 'static,
    ) -> Self {
        self.decorators.push(|| Box::new(decorator));
        self
    }

    /// Adds a rule of one's own for the finished template. What it refuses is a mistake, which keeps all commands from going on.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, resource, service_fn};
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// #[error("topics are not for us: use an event bus")]
    /// struct NoTopics;
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(hello).validate_with(|template, _| {
    ///     let mut types = template.resources().values().map(|resource| resource.resource_type());
    ///     if types.any(|it| it == "AWS::SNS::Topic") { Err(NoTopics.into()) } else { Ok(()) }
    /// });
    /// app.check().unwrap();
    /// let refused = app.resource("News", resource!(AWS::SNS::Topic)).check().unwrap_err();
    /// assert!(refused.to_string().contains("topics are not for us"));
    /// ```
    pub fn validate_with(
        mut self,
        rule: impl Fn(&Template, &Model) -> Result<(), Problem> + Send + Sync + 'static,
    ) -> Self {
        self.validators.push(|| Box::new(rule));
        self
    }
}
