//! Archives of code and of documents, whose bytes depend on nothing but what is in them.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use sha2::{Digest, Sha256};
use sparta_core::contract::{BOOTSTRAP, BUILD_ID_FILE, TEMPLATE_FILE, configuration_file};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Shipped;

/// What Lambda unpacks at most: 250 MB
/// ([quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
const CODE_LIMIT: usize = 250 * 1024 * 1024;

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

    /// The code of all functions: `bootstrap`, `sparta-build-id` which the runtime reads beside it, and what is shipped with
    /// them.
    ///
    /// # Errors
    ///
    /// They are larger than Lambda takes.
    pub(crate) fn code(binary: &[u8], build_id: &str, shipped: &[Shipped<'_>]) -> Result<Self, ArchiveError> {
        let own = [Entry::program(BOOTSTRAP, binary), Entry::file(BUILD_ID_FILE, build_id.as_bytes())];
        let shipped = shipped.iter().map(|file| Entry::file(&file.path, &file.bytes));
        let entries: Vec<Entry<'_>> = own.into_iter().chain(shipped).collect();
        let all = entries.iter().map(|entry| entry.bytes.len()).sum();
        if all > CODE_LIMIT {
            return Err(ArchiveError::TooLarge { all, binary: binary.len() });
        }
        Self::of(&entries)
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

    /// Where it belongs in a bucket: `<app>/code/<sha256>.zip`, so what is there already need not be sent.
    pub(crate) fn key(&self, app: &str) -> String {
        format!("{app}/code/{}.zip", self.sha256)
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
mod tests {
    use super::super::write_whole;
    use super::*;
    use std::io::Read;
    use zip::ZipArchive;

    fn listing(archive: &Archive) -> Vec<(String, u32, String)> {
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

    fn row(name: &str, mode: u32, text: &str) -> (String, u32, String) {
        (name.to_owned(), mode, text.to_owned())
    }

    #[test]
    fn code_is_a_program_and_its_build_id() {
        let archive = Archive::code(b"\x7fELF and so on", "4f2a", &[]).unwrap();
        assert_eq!(
            listing(&archive),
            [row("bootstrap", 0o100_755, "\x7fELF and so on"), row("sparta-build-id", 0o100_644, "4f2a"),]
        );
    }

    #[test]
    fn what_is_shipped_is_beside_the_program_for_all_to_read() {
        let file = |path: &'static str| Shipped { path: path.into(), bytes: b"page".as_slice().into() };
        let archive = Archive::code(b"binary", "4f2a", &[file("pages/a.html"), file("pages/b.html")]).unwrap();
        let rows = listing(&archive).split_off(2);
        assert_eq!(rows, ["pages/a.html", "pages/b.html"].map(|path| row(path, 0o100_644, "page")));
        assert_eq!(archive.sha256(), "6900b41b3977444cded564688496beac5fc3136269f46e2f53ca620f881b1eeb");
    }

    #[test]
    fn all_files_together_are_held_to_what_lambda_unpacks() {
        let half = vec![0; CODE_LIMIT / 2];
        let file = |bytes: &[u8]| Shipped { path: "half".into(), bytes: bytes.to_vec().into() };
        let error = Archive::code(&half, "4f2a", &[file(&half)]).unwrap_err();
        let expected =
            "the code has 262144004 bytes unpacked, 131072000 of them the binary, and Lambda takes 262144000 at most";
        assert_eq!(error.to_string(), expected);
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
    fn the_same_content_gives_these_very_bytes_on_every_machine() {
        let archive = Archive::code(&b"bootstrap ".repeat(1000), "4f2a", &[]).unwrap();
        assert_eq!(archive.sha256(), "d281a4e5cd4084c4287af5122114564bcbc20fe976df3218675deb901e66842d");
        assert_eq!(archive.key("Hello"), format!("Hello/code/{}.zip", archive.sha256()));
    }

    #[test]
    fn another_build_id_is_another_archive() {
        let one = Archive::code(b"binary", "1", &[]).unwrap();
        let two = Archive::code(b"binary", "2", &[]).unwrap();
        assert_ne!(one.sha256(), two.sha256());
    }

    #[test]
    fn an_environment_that_takes_a_name_twice_is_refused_by_name() {
        let environments: [(&str, &[u8]); 1] = [("cloudformation", b"{}")];
        let error = Archive::pipeline(b"{}", environments).unwrap_err();
        assert_eq!(error.to_string(), "cannot put `cloudformation.json` into the archive");
    }

    #[test]
    fn a_written_archive_does_not_depend_on_when_or_over_what_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.zip");
        std::fs::write(&path, b"something older").unwrap();
        let archive = Archive::code(b"binary", "1", &[]).unwrap();
        write_whole(&path, archive.bytes()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), Archive::code(b"binary", "1", &[]).unwrap().bytes());
    }
}
