//! What is wrong with a route, and what is hardly meant.

/// What is wrong with an [`HttpApi`](super::HttpApi) route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpApiMistake {
    /// A path that API Gateway does not take.
    #[error(
        "the path `{0}` is not a route: begin it with `/` and write parameters as whole segments, `{{id}}` or, last, `{{rest+}}`"
    )]
    Path(String),
    /// A path with two parameters of one name.
    #[error("the path `{path}` has two parameters `{name}`, and a request could give only one: rename one")]
    Twice {
        /// The path.
        path: String,
        /// The parameters' name.
        name: String,
    },
}

/// How many seconds an HTTP API waits for an answer.
pub(super) const WAITS: u64 = 30;

#[derive(Debug, thiserror::Error)]
pub(super) enum HttpApiWarning {
    #[error(
        "it may run for {seconds} s, and an HTTP API waits for an answer for {WAITS} s: give it a timeout of at most {WAITS} s, let a \
         queue start what takes longer, or use a function URL"
    )]
    Timeout { seconds: u64 },
}
