//! What functions use: constructs, by grants, and secrets, which are settings.

use super::{Function, FunctionSpec};
use crate::{
    Environment,
    construct::Grant,
    settings::{Secret, Setting, SettingValue, check_secret},
};

/// What [`Function::uses`] takes: a grant of a construct, such as `links().read()`, or a setting that is a [`Secret`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a function uses",
    note = "a function uses what a grant of a construct allows, such as `links().read()`, and settings that are a `Secret`",
    note = "every other setting is a variable of all functions anyway"
)]
pub trait Usable {
    /// The function with it.
    #[doc(hidden)]
    fn used_by(self, function: Function) -> Function;
}

impl Function {
    /// What it may do with a construct: permissions for its role, a variable with the construct's name, and so the name at
    /// run time. Or a secret of the settings, which is a variable of the functions that use it only.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, construct::Table, service_fn};
    ///
    /// fn links() -> Table {
    ///     Table::new("links").key("code")
    /// }
    ///
    /// async fn follow(_: Request) -> Result<String, Error> {
    ///     Ok(links().name()?)
    /// }
    ///
    /// let app = App::new("Links").function(Function::http("follow", service_fn(follow)).uses(links().read()));
    /// ```
    ///
    /// A secret is used by its setting's constant; [`Secret`] has a whole example:
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn, settings::Secret};
    /// # use sparta_macros::Settings;
    /// # #[derive(Settings)]
    /// # #[settings(crate = "sparta_core")]
    /// # struct Shop { payment_key: Secret<String> }
    /// # async fn pay(_: Request) -> Result<String, Error> { Ok(String::new()) }
    /// let pay = Function::http("pay", service_fn(pay)).uses(Shop::PAYMENT_KEY);
    /// ```
    ///
    /// Other settings are variables of every function, and using one does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # use sparta_macros::Settings;
    /// # #[derive(Settings)]
    /// # #[settings(crate = "sparta_core")]
    /// # struct Shop { currency: String }
    /// # async fn pay(_: Request) -> Result<String, Error> { Ok(String::new()) }
    /// let pay = Function::http("pay", service_fn(pay)).uses(Shop::CURRENCY);
    /// ```
    pub fn uses(self, what: impl Usable) -> Self {
        what.used_by(self)
    }

    /// Adds the variable of a secret, which has to be there when the function starts.
    fn uses_secret<T: SettingValue + 'static>(mut self, variable: &'static str) -> Self {
        if !self.spec.secrets.contains(&variable) {
            self.spec.secrets.push(variable);
        }
        let inner = self.factory;
        self.factory = Box::new(move || {
            Box::pin(async move {
                check_secret::<T>(variable)?;
                #[cfg(feature = "fetch")]
                crate::fetch::at_start(variable).await?;
                inner().await
            })
        });
        self
    }
}

impl FunctionSpec {
    /// Adds the permissions for the secrets that it fetches; all environments name one in the same way.
    pub(super) fn grant_fetched(&mut self, environments: &[Environment]) {
        let Some(environment) = environments.first() else { return };
        let permissions = self.secrets.iter().filter_map(|secret| environment.settings().permission(secret));
        self.grants.extend(permissions);
    }
}

impl<G: Into<Grant>> Usable for G {
    fn used_by(self, mut function: Function) -> Function {
        if !cfg!(sparta_serving) {
            function.spec.uses.push(self.into());
        }
        function
    }
}

impl<T: SettingValue + 'static> Usable for Setting<Secret<T>> {
    fn used_by(self, function: Function) -> Function {
        function.uses_secret::<Secret<T>>(self.variable())
    }
}

impl<T: SettingValue + 'static> Usable for Setting<Option<Secret<T>>> {
    fn used_by(self, function: Function) -> Function {
        function.uses_secret::<Option<Secret<T>>>(self.variable())
    }
}
