//! What a function fetches from AWS when it starts: secrets, which it keeps and fetches again, and settings that were too large
//! for its variables.

mod call;
mod stored;

use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::lock::Mutex as AsyncMutex;

use crate::{
    Error,
    contract::STORED_SETTINGS,
    error,
    settings::{Fetched, Secret, SecretError, SecretReference, SettingValue, parse, process_variable},
    signed,
};

/// How long a value is kept before it is fetched again.
const KEPT: Duration = Duration::from_secs(5 * 60);
/// How long an old value does, where a new one could not be fetched.
const RETRY: Duration = Duration::from_secs(20);

/// A text that was fetched.
struct Kept {
    text: Arc<str>,
    until: SystemTime,
}

/// One secret's text: who waits for the lock waits for the text.
type Slot = Arc<AsyncMutex<Option<Kept>>>;

static SLOTS: Mutex<BTreeMap<String, Slot>> = Mutex::new(BTreeMap::new());

impl<T: SettingValue + Clone> Secret<T> {
    /// The value, whichever way the environment stores it: that of the variable, or what was fetched from AWS, which is kept for
    /// five minutes. Where it cannot be fetched again then, the old value does for a while, and a line is logged.
    ///
    /// # Errors
    ///
    /// [`SecretError`] where [`expose`](Self::expose) has one, unless that is [`SecretError::Fetched`]; where AWS has no such secret
    /// or does not answer; and where the value does not fit the setting.
    pub async fn read(&self) -> Result<T, SecretError> {
        match self.to_fetch() {
            Some(fetched) => value(fetched, false).await,
            None => self.expose().cloned(),
        }
    }

    /// The value, which is fetched from AWS now: for when what it opens has refused it, because it was rotated.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub async fn refresh(&self) -> Result<T, SecretError> {
        match self.to_fetch() {
            Some(fetched) => value(fetched, true).await,
            None => self.expose().cloned(),
        }
    }
}

/// Fetches a secret that the function uses, so that a start fails which could not read it.
pub(crate) async fn at_start(variable: &str) -> Result<(), SecretError> {
    let fetched = process_variable(variable).and_then(|text| SecretReference::fetched(&text)?.ok());
    match fetched.filter(|_| env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()) {
        Some(reference) => text(variable, &reference, false).await.map(drop),
        None => Ok(()),
    }
}

/// Reads the settings that the function's variables had no room for.
pub(crate) async fn stored_settings() -> Result<(), Error> {
    match env::var(STORED_SETTINGS) {
        Ok(text) => Ok(stored::read(&text, &signed::process).await?),
        Err(_) => Ok(()),
    }
}

async fn value<T: SettingValue>(fetched: &Fetched, is_refresh: bool) -> Result<T, SecretError> {
    let Fetched { reference, field } = fetched;
    let text = text(&field.variable, reference, is_refresh).await?;
    parse(field, &text).map_err(|kind| SecretError::Malformed(field.error(kind)))
}

async fn text(variable: &str, reference: &SecretReference, is_refresh: bool) -> Result<Arc<str>, SecretError> {
    let slot = {
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(reference.to_string()).or_default())
    };
    let mut kept = slot.lock().await;
    // The clock of the system goes on while Lambda freezes a process.
    let now = SystemTime::now();
    if let Some(kept) = kept.as_ref().filter(|kept| !is_refresh && now < kept.until) {
        return Ok(Arc::clone(&kept.text));
    }
    let fetched = call::fetch(reference, &signed::process).await;
    match (fetched, kept.as_mut()) {
        (Ok(text), _) => {
            let text = Arc::<str>::from(text);
            *kept = Some(Kept { text: Arc::clone(&text), until: now + KEPT });
            Ok(text)
        }
        (Err(problem), Some(old)) if !is_refresh => {
            let problem = error::message(&problem);
            tracing::warn!(
                secret = reference.name(),
                "a secret was not fetched again, the old value is kept: {problem}"
            );
            old.until = now + RETRY;
            Ok(Arc::clone(&old.text))
        }
        (Err(source), _) => {
            let (variable, name) = (variable.to_owned(), reference.name().to_owned());
            Err(SecretError::NotFetched { variable, name, source })
        }
    }
}
