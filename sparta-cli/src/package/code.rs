//! The code of all functions: what Lambda unpacks, and what tells it from other code.

use sha2::{Digest, Sha256};
use sparta_core::contract::{BOOTSTRAP, CODE_ID_FILE, code_prefix};

use super::archive::{Archive, ArchiveError, Entry, hex};
use super::shipped::Shipped;

/// What Lambda unpacks at most: 250 MB
/// ([quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
const LIMIT: usize = 250 * 1024 * 1024;

/// An archive of code, which is the same as long as the code is.
#[derive(Debug)]
pub(crate) struct Code {
    id: String,
    archive: Archive,
}

impl Code {
    /// `bootstrap`, `sparta-code-id` which the runtime reads beside it, and what is shipped with them.
    ///
    /// The id is in the archive, and no hash of it, so that a start costs the reading of a few bytes.
    ///
    /// # Errors
    ///
    /// They are larger than Lambda takes.
    pub(crate) fn pack(binary: &[u8], shipped: &[Shipped<'_>]) -> Result<Self, ArchiveError> {
        let id = id(binary, shipped);
        let own = [Entry::program(BOOTSTRAP, binary), Entry::file(CODE_ID_FILE, id.as_bytes())];
        let shipped = shipped.iter().map(|file| Entry::file(&file.path, &file.bytes));
        let entries: Vec<Entry<'_>> = own.into_iter().chain(shipped).collect();
        let all = entries.iter().map(Entry::size).sum();
        if all > LIMIT {
            return Err(ArchiveError::TooLarge { all, binary: binary.len() });
        }
        let archive = Archive::of(&entries)?;
        Ok(Self { id, archive })
    }

    /// What an earlier build packed.
    pub(super) fn packed_before(id: String, archive: Archive) -> Self {
        Self { id, archive }
    }

    /// What its functions log at their start.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The archive.
    pub(crate) fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The archive's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.archive.bytes()
    }

    /// Where it belongs in a bucket: `<app>/code/<id>-<sha256>.zip`, so what is there already need not be sent.
    pub(crate) fn key(&self, app: &str) -> String {
        format!("{}{}-{}.zip", code_prefix(app), self.id, self.archive.sha256())
    }
}

/// A hash of the program, and of the files beside it.
fn id(binary: &[u8], shipped: &[Shipped<'_>]) -> String {
    let mut hash = Sha256::new_with_prefix(binary);
    if !shipped.is_empty() {
        let mut identity = hash.finalize_reset().to_vec();
        for Shipped { path, bytes } in shipped {
            identity.extend(Sha256::digest(path.as_bytes()));
            identity.extend(Sha256::digest(bytes));
        }
        hash.update(identity);
    }
    hex(&hash.finalize()[..20])
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::{listing, row};
    use super::*;

    fn file<'a>(path: &'a str, text: &'a str) -> Shipped<'a> {
        Shipped { path: path.into(), bytes: text.as_bytes().into() }
    }

    #[test]
    fn code_is_a_program_and_its_id() {
        let code = Code::pack(b"\x7fELF and so on", &[]).unwrap();
        assert_eq!(code.id(), "f10dcfc38df641ffd9013f9834e069b55f9c2213");
        assert_eq!(
            listing(code.archive()),
            [row("bootstrap", 0o100_755, "\x7fELF and so on"), row("sparta-code-id", 0o100_644, code.id())]
        );
    }

    #[test]
    fn what_is_shipped_is_beside_the_program_for_all_to_read() {
        let code = Code::pack(b"binary", &[file("pages/a.html", "page"), file("pages/b.html", "page")]).unwrap();
        let rows = listing(code.archive()).split_off(2);
        assert_eq!(rows, ["pages/a.html", "pages/b.html"].map(|path| row(path, 0o100_644, "page")));
        assert_eq!(code.archive().sha256(), "b8b916d84204951afd782b610bf8738e82062019da9c8bcdc8b8ff6db91450de");
    }

    #[test]
    fn all_files_together_are_held_to_what_lambda_unpacks() {
        let half = vec![0; LIMIT / 2];
        let beside = Shipped { path: "half".into(), bytes: half.as_slice().into() };
        let error = Code::pack(&half, &[beside]).unwrap_err();
        let expected =
            "the code has 262144040 bytes unpacked, 131072000 of them the binary, and Lambda takes 262144000 at most";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_same_content_gives_these_very_bytes_on_every_machine() {
        let code = Code::pack(&b"bootstrap ".repeat(1000), &[]).unwrap();
        assert_eq!(code.archive().sha256(), "fb57c6180bfc1dde30c99097502d59a6cab8acf562337f8bc07d53945e99a406");
        assert_eq!(code.key("Hello"), format!("Hello/code/{}-{}.zip", code.id(), code.archive().sha256()));
    }

    #[test]
    fn another_file_is_other_code() {
        let code = |binary: &[u8], shipped: &[Shipped<'_>]| Code::pack(binary, shipped).unwrap().key("Hello");
        let one = code(b"binary", &[file("a", "x")]);
        assert_eq!(code(b"binary", &[file("a", "x")]), one);
        let others = [vec![], vec![file("a", "y")], vec![file("b", "x")], vec![file("a", "x"), file("b", "")]];
        for other in others {
            assert_ne!(code(b"binary", &other), one, "{other:?}");
            assert_ne!(id(b"binary", &other), id(b"binary", &[file("a", "x")]), "{other:?}");
        }
        assert_ne!(code(b"other", &[file("a", "x")]), one);
    }
}
