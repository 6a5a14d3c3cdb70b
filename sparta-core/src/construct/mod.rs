//! What functions use and are invoked by: tables, queues, buckets. Each kind is one file or folder and one type that
//! implements [`Construct`].

mod bucket;
mod declared;
mod destination;
mod event_bus;
mod function_handle;
mod grant;
mod mapping;
mod name;
mod pattern;
mod queue;
mod rule;
mod source;
mod state_machine;
mod stored;
mod stream;
mod table;
mod topic;

pub use bucket::{
    Bucket, BucketEvents, BucketEventsMistake, BucketGrant, BucketGrantMistake, CorsMistake, CorsRule, LifeCycle,
    LifeCycleMistake, ObjectEvent, StorageClass,
};
pub use declared::ConstructMistake;
pub use destination::{DeadLetterDestination, Destination, DestinationMistake, SuccessDestination};
pub use event_bus::{BusRule, BusRuleMistake, EventBus, EventBusMistake};
pub use function_handle::{FunctionHandle, HandleMistake};
pub use grant::Grant;
pub use mapping::{MappingMistake, Start};
pub(crate) use name::of_variable;
pub use name::{NameError, set_name};
pub use queue::{Queue, QueueBatches, QueueMistake};
pub use source::{Existing, New, Source};
pub use state_machine::{DefinitionMistake, StateMachine};
pub use stored::{StoredParameter, StoredSecret};
pub use stream::{Stream, StreamMistake, StreamRecords};
pub use table::{Index, IndexMistake, Key, StreamView, Table, TableChanges, TableGrant};
pub use topic::{Topic, TopicMessages, TopicMessagesMistake, TopicMistake};

use std::{fmt::Debug, sync::Arc};

use crate::{
    Deployed, DeployedError,
    cfn::{LogicalId, Output, Resource, Value},
    mistake::Problem,
};

/// A resource that functions use and are invoked by, with the resources that belong to it.
///
/// Sparta's own are in this module; implement this for others. A construct is a value that is made anew wherever it is
/// needed, and it is in the template as soon as a function uses it or it invokes one, or by [`App::with`](crate::App::with).
///
/// # Example
///
/// ```
/// use sparta_core::{
///     App, Error, Function, Request,
///     cfn::{Resource, Value},
///     construct::{Construct, Grant},
///     iam::Statement,
///     resource, service_fn,
/// };
///
/// /// A repository of container images.
/// #[derive(Debug)]
/// struct Repository(&'static str);
///
/// impl Construct for Repository {
///     fn label(&self) -> &str {
///         self.0
///     }
///
///     fn kind(&self) -> &'static str {
///         "Repository"
///     }
///
///     fn value(&self) -> Value {
///         self.id().reference()
///     }
///
///     fn resources(&self) -> Vec<(&'static str, Resource)> {
///         vec![("Repository", resource!(AWS::ECR::Repository { ImageTagMutability: "IMMUTABLE" }).retain())]
///     }
/// }
///
/// impl Repository {
///     fn list(self) -> Grant {
///         let list = Statement::allow(["ecr:ListImages"]).on(self.id().attribute("Arn"));
///         Grant::new(self, [list])
///     }
/// }
///
/// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
/// let app = App::new("Hello").function(hello.uses(Repository("images").list()));
/// assert!(app.synthesize()?.template.resources().keys().any(|id| id.as_str() == "ImagesRepository"));
/// # Ok::<_, sparta_core::Mistakes>(())
/// ```
pub trait Construct: Debug + Send + Sync + 'static {
    /// What it is called.
    fn label(&self) -> &str;

    /// What it is, in AWS's word: `Table`.
    fn kind(&self) -> &'static str;

    /// What a function that uses it gets as its variable: a name, an address or an ARN.
    fn value(&self) -> Value;

    /// Its resources, each with its role. The one that it is itself has its kind as its role; the logical id of each is the
    /// construct's name and the role. There is none of what exists already.
    fn resources(&self) -> Vec<(&'static str, Resource)>;

    /// Changes one of its resources, by its role, as the user wants it.
    fn customized(&self, role: &str, resource: Resource) -> Resource {
        _ = role;
        resource
    }

    /// Other constructs that it needs, such as a queue of its own for dead letters.
    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        Vec::new()
    }

    /// The functions of the App that it invokes.
    fn functions(&self) -> Vec<FunctionHandle> {
        Vec::new()
    }

    /// What AWS would refuse of it. Each is an error of the construct's own type, whose text is lower case and names the
    /// remedy.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Its logical id: its name and kind, `LinksTable`.
    fn id(&self) -> LogicalId {
        LogicalId::of_words([self.label(), self.kind()])
    }

    /// The variable of the functions that use it: its name and kind, `LINKS_TABLE`.
    fn variable(&self) -> String {
        name::variable(self.label(), self.kind())
    }

    /// What it is called where it is deployed, for a command or a hook: what a function that uses it gets, such as the name
    /// of a table, a bucket, a stream or a function, the address of a queue, the ARN of a topic or a state machine.
    ///
    /// One that the stack makes is looked up in the stack, in the [`Deployed`]. One that exists already has the name or ARN that
    /// it was given, as far as the stack says what that is: an output called like its [`id`](Self::id) says what is imported
    /// from another stack.
    ///
    /// # Errors
    ///
    /// [`DeployedError`], which says what deploys it.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Deployed, DeployedError, construct::{Construct, Table}};
    ///
    /// fn links() -> Table {
    ///     Table::new("links").key("code")
    /// }
    ///
    /// fn table(deployed: &Deployed) -> Result<String, DeployedError> {
    ///     links().name_in(deployed)
    /// }
    ///
    /// let deployed = Deployed::new("Test-Links").with_resource("LinksTable", "Test-Links-LinksTable-1X");
    /// assert_eq!(table(&deployed)?, "Test-Links-LinksTable-1X");
    /// # Ok::<_, DeployedError>(())
    /// ```
    fn name_in(&self, deployed: &Deployed) -> Result<String, DeployedError>
    where
        Self: Sized,
    {
        name::in_stack(self, deployed)
    }
}

impl dyn Construct {
    /// Its resources with their roles and logical ids.
    pub(crate) fn identified(&self) -> impl Iterator<Item = (&'static str, LogicalId, Resource)> {
        let resources = self.resources().into_iter();
        resources.map(|(role, resource)| (role, LogicalId::of_words([self.label(), role]), resource))
    }

    /// The output that says what it is called in AWS, where the stack makes it.
    pub(crate) fn output(&self) -> Output {
        Output::new(format!("What the {} {} is called in AWS", self.words(), self.label()), self.value())
    }

    /// Whether another one is declared alike.
    pub(crate) fn is_like(&self, other: &dyn Construct) -> bool {
        let resources = |it: &dyn Construct| -> Vec<_> {
            it.identified().map(|(role, id, resource)| (id, it.customized(role, resource))).collect()
        };
        self.value() == other.value() && resources(self) == resources(other)
    }

    /// Its kind in words: `event bus`.
    pub(crate) fn words(&self) -> String {
        words(self.kind())
    }
}

/// `EventBus` becomes `event bus`.
fn words(kind: &str) -> String {
    let mut words = String::new();
    for c in kind.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}
