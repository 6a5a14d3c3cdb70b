//! What puts the files of a site into their bucket, on Lambda.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use super::{
    FOLDER, PREFIX, STATE, Site,
    bucket::Client,
    files::{self, File},
    state::State,
};
use crate::{
    Error,
    custom_resource::{CustomResource, Provisioned, ResourceRequest},
};

/// How many files are on their way at once.
const AT_ONCE: usize = 16;
/// How long files are put: what remains of the function's 15 minutes is for taking them back.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Puts the files beside the program into the bucket.
pub(super) struct Provider {
    pub(super) immutable: Vec<String>,
    pub(super) manifest: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Properties {
    #[serde(default)]
    manifest: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
enum SiteError {
    #[error("the files of the site could not be read: {0}")]
    Files(#[source] std::io::Error),
    #[error("the files of the site could not be put within ten minutes")]
    TooLong,
}

impl CustomResource for Provider {
    type Properties = Properties;
    type Attributes = ();

    async fn create(&self, properties: Properties, _: &ResourceRequest) -> Result<Provisioned<()>, Error> {
        let client = Client::new(&Site::bucket().name()?)?;
        let put = self.put(&client, &State::default(), &properties).await;
        if put.is_err()
            && let Err(error) = empty(&client).await
        {
            // CloudFormation deletes the bucket now, which has to be empty.
            tracing::error!("the files of the site that were put are left in the bucket: {error}");
        }
        put.map(|()| Provisioned::new(()))
    }

    async fn update(
        &self,
        properties: Properties,
        _: Properties,
        _: &ResourceRequest,
    ) -> Result<Provisioned<()>, Error> {
        let client = Client::new(&Site::bucket().name()?)?;
        self.put(&client, &state(&client).await?, &properties).await?;
        Ok(Provisioned::new(()))
    }

    async fn delete(&self, _: Properties, _: &ResourceRequest) -> Result<(), Error> {
        empty(&Client::new(&Site::bucket().name()?)?).await
    }
}

impl Provider {
    async fn put(&self, client: &Client, before: &State, properties: &Properties) -> Result<(), Error> {
        let manifest = match &self.manifest {
            Some(path) => Some((path.as_str(), serde_json::to_vec_pretty(&properties.manifest)?)),
            None => None,
        };
        let files = files::all(&folder(), manifest, &self.immutable).map_err(SiteError::Files)?;
        let next = before.then(&files, &self.immutable);
        let put = change(client, before, &next, &files);
        tokio::time::timeout(LIMIT, put).await.unwrap_or_else(|_| Err(SiteError::TooLong.into()))
    }
}

/// Goes from what is there to what is wanted. At any time the pages that are there find their files, and the bucket says what it has.
async fn change(client: &Client, before: &State, next: &State, files: &BTreeMap<String, File>) -> Result<(), Error> {
    let changed = files.iter().filter(|(path, file)| before.digest(path) != Some(&file.digest));
    let (pages, others): (Vec<_>, Vec<_>) = changed.partition(|(_, file)| file.is_page());
    put_state(client, &before.on_the_way_to(next)).await?;
    for files in [others, pages] {
        let puts: Vec<_> = files.into_iter().map(|(path, file)| put_file(client, path, file)).collect();
        stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    }
    delete(client, before.paths().filter(|path| next.digest(path).is_none())).await?;
    put_state(client, next).await
}

async fn put_file(client: &Client, path: &str, file: &File) -> Result<(), Error> {
    let bytes = file.content.read().map_err(SiteError::Files)?;
    client.put(&key(path), &file.content_type, file.cache_control, &bytes).await?;
    Ok(())
}

async fn delete<'a>(client: &Client, paths: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let keys: Vec<String> = paths.map(key).collect();
    let deletes = stream::iter(keys).map(async |key| client.delete(&key).await);
    deletes.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    Ok(())
}

/// Deletes everything that is there.
async fn empty(client: &Client) -> Result<(), Error> {
    delete(client, state(client).await?.paths()).await?;
    client.delete(STATE).await?;
    Ok(())
}

/// What is there. Where that is not known, all files are put.
async fn state(client: &Client) -> Result<State, Error> {
    let text = client.get(STATE).await?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
}

async fn put_state(client: &Client, state: &State) -> Result<(), Error> {
    client.put(STATE, "application/json", "no-store", &serde_json::to_vec(state)?).await?;
    Ok(())
}

fn key(path: &str) -> String {
    format!("{PREFIX}/{path}")
}

/// Where the files are on Lambda.
fn folder() -> PathBuf {
    env::var_os("LAMBDA_TASK_ROOT").map_or_else(PathBuf::new, PathBuf::from).join(Path::new(FOLDER))
}
