//! The check of what is made, against what the CloudFormation registry says of each type. The build that goes to Lambda
//! has neither it nor its data.

use crate::{App, LogLevel, Mistake, Mistakes, Synthesis, cfn::Template, delivery::Source};

impl App {
    /// Checks everything that `build` and `provision` do before they write anything, for a test of the service's own:
    /// the App, its template and its pipeline's stack.
    ///
    /// What `resource!` could not see is found here: what expressions gave, raw JSON, references.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::{App, Error, Function, Request, cfn::Resource, service_fn};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello")
    ///     .function(hello)
    ///     .resource("Orders", Resource::raw("AWS::SQS::Queue", json!({"DelaySeconds": 1000})));
    /// assert!(app.check().unwrap_err().to_string().contains("Resources.Orders.Properties.DelaySeconds: "));
    /// ```
    pub fn check(&self) -> Result<(), Mistakes> {
        let synthesis = self.synthesize(LogLevel::default())?;
        let mut mistakes = of(&synthesis.template, Mistake::Template);
        if let Some(pipeline) = synthesis.model.pipeline() {
            let stack = synthesis.pipeline(pipeline, Source::Connection)?;
            mistakes.extend(of(&stack, Mistake::PipelineTemplate));
        }
        Mistakes::none_or(self.name(), mistakes)
    }
}

impl Synthesis {
    /// Checks the service's template.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check(&self) -> Result<(), Mistakes> {
        Mistakes::none_or(self.model.name(), of(&self.template, Mistake::Template))
    }

    /// Checks the stack that [`pipeline`](Self::pipeline) has made.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check_pipeline(&self, stack: &Template) -> Result<(), Mistakes> {
        Mistakes::none_or(self.model.name(), of(stack, Mistake::PipelineTemplate))
    }
}

impl Template {
    /// Checks it: the types of its resources, all their properties, and that what is referred to is there.
    ///
    /// # Errors
    ///
    /// All mistakes in one report, each with its logical id and path.
    pub fn check(&self) -> Result<(), Mistakes> {
        let mut mistakes = self.mistakes();
        mistakes.extend(of(self, Mistake::Template));
        if mistakes.is_empty() { Ok(()) } else { Err(Mistakes::of_template(mistakes)) }
    }
}

fn of(template: &Template, mistake: fn(sparta_schema::Mistake) -> Mistake) -> Vec<Mistake> {
    let document = serde_json::to_value(template).expect("a template is JSON");
    sparta_schema::check_template(&document).into_iter().map(mistake).collect()
}
