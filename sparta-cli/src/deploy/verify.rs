//! Whether Lambda runs what was uploaded.

use std::collections::BTreeMap;

use aws_config::SdkConfig;

use super::Stacks;
use crate::aws::lambda::Lambda;
use crate::aws::{AwsError, Fault};
use crate::error::Advice;

/// Why it is not known that a stack's functions run the archive that was uploaded for them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    /// A call of AWS failed.
    #[error("stack {name:?} is deployed, but what its functions run could not be compared with what was uploaded")]
    Aws {
        /// The stack.
        name: String,
        /// The call.
        source: AwsError,
    },
    /// Lambda has another archive.
    #[error("function {function:?} of stack {name:?} runs other code than was uploaded: SHA-256 {found}, not {wanted}")]
    Other {
        /// The stack.
        name: String,
        /// The function.
        function: String,
        /// Base64 of the SHA-256 of what it runs.
        found: String,
        /// Base64 of the SHA-256 of what was uploaded.
        wanted: String,
    },
}

impl Advice for CodeError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Aws { source, .. } => {
                let mut hints = source.hints();
                hints.push("The same command compares them again.".to_owned());
                hints
            }
            Self::Other { .. } => vec![
                "Somebody replaced the archive in the bucket, or the function's code in place. See who may write to the \
                 bucket; `provision --inplace` gives the functions this code."
                    .to_owned(),
            ],
        }
    }
}

impl Stacks<'_> {
    /// Makes sure that these functions of a stack, by their logical ids, run the archive of this SHA-256 in base64.
    ///
    /// Lambda fetches the archive from a bucket, in which others may write too, after it was uploaded.
    ///
    /// # Errors
    ///
    /// [`CodeError`].
    pub(crate) async fn verify_code(
        &self,
        config: &SdkConfig,
        name: &str,
        functions: &[String],
        sha256: &str,
    ) -> Result<(), CodeError> {
        let failed = |source| CodeError::Aws { name: name.to_owned(), source };
        if functions.is_empty() {
            return Ok(());
        }
        let resources = self.cfn.resources(name).await.map_err(failed)?.into_iter();
        let physical: BTreeMap<_, _> = resources.filter_map(|it| Some((it.logical_id, it.physical_id?))).collect();
        let lambda = Lambda::new(config);
        for function in functions.iter().filter_map(|id| physical.get(id)) {
            match lambda.code(function).await {
                Ok(code) if code.sha256 == sha256 => {}
                Ok(code) => {
                    return Err(CodeError::Other {
                        name: name.to_owned(),
                        function: function.clone(),
                        found: code.sha256,
                        wanted: sha256.to_owned(),
                    });
                }
                // Who deployed so far could do without this call.
                Err(error) if error.fault == Fault::Denied => {
                    self.progress
                        .say(&format!("{error}; what the functions run is not compared with what was uploaded"));
                    return Ok(());
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }
}
