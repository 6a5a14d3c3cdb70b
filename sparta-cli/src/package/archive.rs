//! Archives of code and of documents, whose bytes depend on nothing but what is in them.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use sha2::{Digest, Sha256};
use sparta_core::contract::{TEMPLATE_FILE, configuration_file};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive that could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// Two entries have one name, or a name cannot be in an archive.
    #[error("cannot put `{name}` into the archive")]
    Entry {
        /// The entry.
        name: String,
        /// What the archiver says.
        #[source]
        source: zip::result::ZipError,
    },
    /// The archive has too much in it.
    #[error("cannot finish the archive")]
    Finish(#[source] zip::result::ZipError),
    /// The binary and what is shipped beside it are larger than all the code that Lambda takes.
    #[error("the code has {all} bytes unpacked, {binary} of them the binary, and Lambda takes 262144000 at most")]
    TooLarge {
        /// Bytes of everything.
        all: usize,
        /// Bytes of the binary.
        binary: usize,
    },
}

/// A file of an archive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    name: &'a str,
    bytes: &'a [u8],
    mode: u32,
}

impl<'a> Entry<'a> {
    /// A file with mode 0644.
    pub(crate) fn file(name: &'a str, bytes: &'a [u8]) -> Self {
        let mode = 0o644;
        Self { name, bytes, mode }
    }

    /// A program: a file with mode 0755.
    pub(crate) fn program(name: &'a str, bytes: &'a [u8]) -> Self {
        let mode = 0o755;
        Self { name, bytes, mode }
    }

    /// Its bytes, unpacked.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// A zip file whose bytes depend on nothing but what is in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    sha256: String,
}

impl Archive {
    /// An archive of these entries, in their order.
    ///
    /// # Errors
    ///
    /// The entry that cannot be in it.
    pub(crate) fn of(entries: &[Entry<'_>]) -> Result<Self, ArchiveError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for entry in entries {
            add(&mut zip, entry).map_err(|source| ArchiveError::Entry { name: entry.name.to_owned(), source })?;
        }
        Ok(Self::made_before(zip.finish().map_err(ArchiveError::Finish)?.into_inner()))
    }

    /// What a pipeline deploys: `cloudformation.json` first, then an `<environment>.json` each, in their order.
    ///
    /// # Errors
    ///
    /// Two environments have one name, or one is called `cloudformation`.
    pub(crate) fn pipeline<'a>(
        template: &'a [u8],
        environments: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, ArchiveError> {
        let environments = environments.into_iter().map(|(name, bytes)| (configuration_file(name), bytes));
        let files: Vec<(String, &[u8])> =
            std::iter::once((TEMPLATE_FILE.to_owned(), template)).chain(environments).collect();
        let entries: Vec<Entry<'_>> = files.iter().map(|(name, bytes)| Entry::file(name, bytes)).collect();
        Self::of(&entries)
    }

    /// One that an earlier build made.
    pub(crate) fn made_before(bytes: Vec<u8>) -> Self {
        let sha256 = hex(&Sha256::digest(&bytes));
        Self { bytes, sha256 }
    }

    /// The zip file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the zip file, in hexadecimal.
    pub(crate) fn sha256(&self) -> &str {
        &self.sha256
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Archive({} bytes, {})", self.bytes.len(), self.sha256)
    }
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, entry: &Entry<'_>) -> zip::result::ZipResult<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(entry.mode);
    zip.start_file(entry.name, options)?;
    zip.write_all(entry.bytes)?;
    Ok(())
}

/// Where a template belongs in a bucket: `<app>/template/<sha256>.json`.
#[cfg(feature = "aws")]
pub(crate) fn template_key(app: &str, template: &[u8]) -> String {
    format!("{app}/template/{}.json", hex(&Sha256::digest(template)))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Read;
    use zip::ZipArchive;

    pub(crate) fn listing(archive: &Archive) -> Vec<(String, u32, String)> {
        let mut zip = ZipArchive::new(Cursor::new(archive.bytes())).unwrap();
        (0..zip.len())
            .map(|index| {
                let mut file = zip.by_index(index).unwrap();
                assert_eq!(file.last_modified(), Some(DateTime::default()));
                let mut text = String::new();
                file.read_to_string(&mut text).unwrap();
                (file.name().unwrap().into_owned(), file.unix_mode().unwrap(), text)
            })
            .collect()
    }

    pub(crate) fn row(name: &str, mode: u32, text: &str) -> (String, u32, String) {
        (name.to_owned(), mode, text.to_owned())
    }

    #[test]
    fn a_pipeline_package_begins_with_the_template_and_keeps_the_order_of_environments() {
        let environments: [(&str, &[u8]); 2] = [("test", b"{1}"), ("production", b"{2}")];
        let archive = Archive::pipeline(b"{}", environments).unwrap();
        assert_eq!(
            listing(&archive),
            [
                row("cloudformation.json", 0o100_644, "{}"),
                row("test.json", 0o100_644, "{1}"),
                row("production.json", 0o100_644, "{2}"),
            ]
        );
    }

    #[test]
    fn an_environment_that_takes_a_name_twice_is_refused_by_name() {
        let environments: [(&str, &[u8]); 1] = [("cloudformation", b"{}")];
        let error = Archive::pipeline(b"{}", environments).unwrap_err();
        assert_eq!(error.to_string(), "cannot put `cloudformation.json` into the archive");
    }
}
