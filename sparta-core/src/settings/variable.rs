//! The names of Lambda variables.

/// Variables that Lambda sets itself and refuses in a function's configuration.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
pub const RESERVED_VARIABLES: [&str; 18] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// Why Lambda refuses a variable's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VariableNameError {
    /// It is not made as Lambda wants it.
    #[error("a variable's name is a letter followed by at least one letter, digit or underscore; rename it")]
    Malformed,
    /// It is one of [`RESERVED_VARIABLES`].
    #[error("Lambda reserves this variable for itself; rename it")]
    Reserved,
}

/// Checks that Lambda takes `name` as a variable of a function.
///
/// # Errors
///
/// If the name is not `[A-Za-z][A-Za-z0-9_]+`, or is reserved
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>).
pub const fn check_variable_name(name: &str) -> Result<(), VariableNameError> {
    if is_reserved(name) {
        return Err(VariableNameError::Reserved);
    }
    let bytes = name.as_bytes();
    if bytes.len() < 2 || !bytes[0].is_ascii_alphabetic() {
        return Err(VariableNameError::Malformed);
    }
    let mut i = 1;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() && bytes[i] != b'_' {
            return Err(VariableNameError::Malformed);
        }
        i += 1;
    }
    Ok(())
}

/// Stops the compilation of a derived struct whose variable is reserved.
#[doc(hidden)]
pub const fn not_reserved(name: &str) {
    assert!(
        !is_reserved(name),
        "Lambda reserves this variable for itself: choose another with #[settings(rename = \"...\")]"
    );
}

const fn is_reserved(name: &str) -> bool {
    let mut i = 0;
    while i < RESERVED_VARIABLES.len() {
        if same(RESERVED_VARIABLES[i].as_bytes(), name.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_lambda_takes() {
        for name in ["MESSAGE", "db_host", "A1", "a_"] {
            assert_eq!(check_variable_name(name), Ok(()), "{name}");
        }
        for name in ["", "A", "1A", "_A", "A-B", "A B", "ÄB", "A."] {
            assert_eq!(check_variable_name(name), Err(VariableNameError::Malformed), "{name}");
        }
    }

    #[test]
    fn lambdas_own_names_are_refused() {
        for name in RESERVED_VARIABLES {
            assert_eq!(check_variable_name(name), Err(VariableNameError::Reserved), "{name}");
        }
        assert_eq!(check_variable_name("AWS_REGION_NAME"), Ok(()));
    }
}
