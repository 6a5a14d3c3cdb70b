//! Functions that other functions invoke.

use super::{Construct, Grant, NameError, name};
use crate::{
    Function, attribute,
    cfn::{LogicalId, Resource, Value},
    iam::Statement,
};

/// A function of the App by its name, for others that invoke it: it can be named before the function is there.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::FunctionHandle, service_fn};
///
/// fn report() -> FunctionHandle {
///     Function::handle("report")
/// }
///
/// async fn order(_: Request) -> Result<String, Error> {
///     let name = report().name()?;
///     Ok(format!("invokes {name}"))
/// }
///
/// async fn write(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let app = App::new("Shop")
///     .function(Function::http("order", service_fn(order)).uses(report().invoke()))
///     .function(Function::event("report", service_fn(write)));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct FunctionHandle {
    function: String,
    by_alias: bool,
}

/// What is wrong with a [`FunctionHandle`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleMistake {
    /// A function that the App does not have.
    #[error("the app has no function `{function}` to invoke: {instead}")]
    Unknown {
        /// The name.
        function: String,
        /// What to write instead.
        instead: String,
    },
    /// A function with an alias, by its name.
    #[error("the function `{0}` is invoked by its alias: `Function::handle(\"{0}\").alias()`")]
    Alias(String),
    /// A function without an alias, by it.
    #[error(
        "the function `{0}` has no alias: remove `.alias()` from its handle, or give it one with `.alias(\"live\")`"
    )]
    NoAlias(String),
    /// A function over HTTP requests where events come.
    #[error(
        "the function `{0}` takes HTTP requests, and is asked with events here: declare it with `Function::event(\"{0}\", ..)`"
    )]
    Http(String),
}

impl Function {
    /// A function of the App by its name, for others that invoke it.
    pub fn handle(name: impl Into<String>) -> FunctionHandle {
        FunctionHandle { function: name.into(), by_alias: false }
    }
}

impl FunctionHandle {
    /// By the alias that the function has.
    pub fn alias(mut self) -> Self {
        self.by_alias = true;
        self
    }

    /// Its name in Lambda, or the ARN of its alias, in a function that uses it. `Invoke` takes both.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn name(&self) -> Result<String, NameError> {
        name::of(&self.function, "Function", "invoke")
    }

    /// Invokes it. A function that invokes itself is a circle, and so a mistake: let it send to a queue that invokes it.
    pub fn invoke(&self) -> Grant {
        Grant::new(self.clone(), [Statement::allow(["lambda:InvokeFunction"]).on(self.arn())])
    }

    pub(crate) fn arn(&self) -> Value {
        match self.by_alias {
            true => self.alias_id().reference(),
            false => attribute!(AWS::Lambda::Function, self.id(), "Arn"),
        }
    }

    /// Its ARN, as it is written in a text for `Fn::Sub`.
    pub(crate) fn placeholder(&self) -> String {
        if self.by_alias { format!("${{{}}}", self.alias_id()) } else { format!("${{{}.Arn}}", self.id()) }
    }

    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    #[cfg(feature = "custom-resources")]
    pub(crate) fn is_by_alias(&self) -> bool {
        self.by_alias
    }

    fn alias_id(&self) -> LogicalId {
        LogicalId::of_words([self.function.as_str(), "Alias"])
    }

    /// What is wrong with it in an App, whose functions are given by name and whether they have an alias.
    pub(crate) fn check<'a>(&self, functions: impl Iterator<Item = (&'a str, bool)> + Clone) -> Option<HandleMistake> {
        let function = self.function.clone();
        let Some((_, has_alias)) = functions.clone().find(|(name, _)| *name == function) else {
            let nearest = sparta_schema::nearest(&function, functions.map(|(name, _)| name));
            let add = || format!("add one with `.function(Function::event(\"{function}\", ..))`");
            let instead = nearest.map_or_else(add, |name| format!("did you mean `{name}`?"));
            return Some(HandleMistake::Unknown { function, instead });
        };
        match (has_alias, self.by_alias) {
            (true, false) => Some(HandleMistake::Alias(function)),
            (false, true) => Some(HandleMistake::NoAlias(function)),
            _ => None,
        }
    }
}

impl Construct for FunctionHandle {
    fn label(&self) -> &str {
        &self.function
    }

    fn kind(&self) -> &'static str {
        "Function"
    }

    /// Its name, or the ARN of its alias.
    fn value(&self) -> Value {
        if self.by_alias { self.alias_id().reference() } else { self.id().reference() }
    }

    fn resources(&self) -> Vec<(&'static str, Resource)> {
        Vec::new()
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        vec![self.clone()]
    }
}
