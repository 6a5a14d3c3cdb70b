//! What is wrong with the declaration of a pipeline.

use super::RepositoryError;

/// What is wrong with a [`Pipeline`](super::Pipeline).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineMistake {
    /// Its repository's URL.
    #[error(transparent)]
    Repository(RepositoryError),
    /// Its branch.
    #[error("`{0}` is not the name of a branch")]
    Branch(String),
    /// Its name.
    #[error("the pipeline's name `{0}` has to begin with a letter and go on with at most 99 letters, digits and `-`")]
    Name(String),
    /// Its connection.
    #[error(
        "`{0}` is not the ARN of a connection: \
         `arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555` is one"
    )]
    Connection(String),
    /// Its build specification.
    #[error("the build specification `{0}` has to be a path inside the repository")]
    Buildspec(String),
}
