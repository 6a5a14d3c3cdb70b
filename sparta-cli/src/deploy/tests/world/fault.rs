//! What goes wrong at one call.

use crate::deploy::tests::script::Answer;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::deploy::tests) enum Fault {
    Throttled,
    /// 500.
    Failed,
    /// The connection is lost before AWS does what it was asked to.
    LostBefore,
    /// And after it did.
    LostAfter,
    /// The answer never comes, though AWS did what it was asked to.
    Silent,
    /// The credentials have run out, for this call and all that follow.
    Expired,
    /// They do not allow this call.
    Denied,
    /// The answer is no answer.
    Malformed,
    /// Events of the last moments are missing, now and for a while.
    Eventless,
    /// Operations that were accepted are not to be seen for a while.
    Late,
}

/// A fault at one call of a journey, counted from the first: at one attempt of it, or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::deploy::tests) struct Injected {
    pub call: usize,
    pub fault: Fault,
    pub always: bool,
}

/// How a service writes its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Json,
    Query,
    S3,
}

impl Fault {
    /// The faults, each with whether it is at all attempts of a call.
    pub(in crate::deploy::tests) const ALL: [(Self, bool); 13] = [
        (Self::Throttled, true),
        (Self::Failed, true),
        (Self::LostBefore, false),
        (Self::LostBefore, true),
        (Self::LostAfter, false),
        (Self::LostAfter, true),
        (Self::Silent, false),
        (Self::Silent, true),
        (Self::Expired, true),
        (Self::Denied, true),
        (Self::Malformed, true),
        (Self::Eventless, true),
        (Self::Late, true),
    ];

    /// Whether AWS does what it was asked to all the same.
    pub(super) fn has_effect(self) -> bool {
        matches!(self, Self::LostAfter | Self::Silent | Self::Malformed)
    }

    /// What is answered in place of AWS's answer; none where the answer stays.
    pub(super) fn answer(self, dialect: Dialect) -> Option<Answer> {
        let error = |status, code: &str, message: &str| match dialect {
            Dialect::Json => Answer::json_error(status, code, message),
            Dialect::Query => Answer::error(status, code, message),
            Dialect::S3 => {
                Answer::xml(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
            }
        };
        match (self, dialect) {
            (Self::Throttled, Dialect::S3) => return Some(error(503, "SlowDown", "Please reduce your request rate.")),
            (Self::Throttled, Dialect::Json) => return Some(error(400, "ThrottlingException", "Rate exceeded")),
            _ => {}
        }
        match self {
            Self::Throttled => Some(error(400, "Throttling", "Rate exceeded")),
            Self::Failed => Some(error(500, "InternalFailure", "oops")),
            Self::LostBefore | Self::LostAfter => Some(Answer::Drop),
            Self::Silent => Some(Answer::Silence),
            Self::Expired => Some(error(400, "ExpiredToken", "The security token included in the request is expired")),
            Self::Denied => Some(error(403, "AccessDenied", "not authorized")),
            Self::Malformed => Some(Answer::xml(200, "<html>Gateway".into())),
            Self::Eventless | Self::Late => None,
        }
    }
}
