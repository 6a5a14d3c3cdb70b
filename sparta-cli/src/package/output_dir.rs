//! The folder that a service's files are written to.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::file::{WriteError, write_whole};

/// What the folder is called where no other is given.
const USUAL: &str = ".sparta";

/// The option for the folder that everything is written to.
#[derive(clap::Args)]
pub(crate) struct OutputDir {
    /// Folder that everything is written to; by default `.sparta`, in the folder of the service's package
    #[arg(long = "outputDir", alias = "output-dir", short, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
}

/// The folder that everything is written to.
pub(crate) struct Output {
    folder: PathBuf,
}

impl OutputDir {
    /// The folder that was given, or else that of the service: services of one repository have one each.
    pub(crate) fn folder(&self) -> Output {
        let usual = || {
            // `cargo run` says where the package is.
            let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
            match (package, std::env::current_dir()) {
                (Some(package), Ok(here)) => way(&here, &package).join(USUAL),
                _ => PathBuf::from(USUAL),
            }
        };
        Output { folder: self.output_dir.clone().unwrap_or_else(usual) }
    }
}

/// The way from `here` to a folder below or above it; none to one elsewhere.
fn way(here: &Path, to: &Path) -> PathBuf {
    match (to.strip_prefix(here), here.strip_prefix(to)) {
        (Ok(below), _) => below.to_owned(),
        (_, Ok(above)) => above.iter().map(|_| "..").collect(),
        _ => PathBuf::new(),
    }
}

impl Output {
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes a file into the folder, and says where it is.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, WriteError> {
        self.ignore()?;
        let path = self.folder.join(name);
        write_whole(&path, bytes)?;
        Ok(path)
    }

    /// Empties a folder in it, so that nothing of an earlier build stays; only where all of it is Sparta's own.
    pub(crate) fn clear(&self, name: &str) -> Result<(), WriteError> {
        if !self.is_own() {
            return Ok(());
        }
        let folder = self.folder.join(name);
        match std::fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(WriteError::Stale { folder, source }),
            _ => Ok(()),
        }
    }

    fn is_own(&self) -> bool {
        self.folder.ends_with(USUAL)
    }

    /// Keeps a folder of Sparta's own out of git, as cargo does its target folder.
    fn ignore(&self) -> Result<(), WriteError> {
        let file = self.folder.join(".gitignore");
        if self.is_own() && !file.exists() { write_whole(&file, b"*\n") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_below_or_above_is_found_and_one_elsewhere_is_not() {
        let way = |here: &str, to: &str| way(Path::new(here), Path::new(to)).join(USUAL);
        assert_eq!(way("/home/me", "/home/me"), Path::new(".sparta"));
        assert_eq!(way("/home/me", "/home/me/services/orders"), Path::new("services/orders/.sparta"));
        assert_eq!(way("/home/me/orders/src/bin", "/home/me/orders"), Path::new("../../.sparta"));
        assert_eq!(way("/tmp", "/home/me/orders"), Path::new(".sparta"));
        assert_eq!(way("/home/me/order", "/home/me/orders"), Path::new(".sparta"));
    }

    #[test]
    fn only_a_folder_of_its_own_is_kept_out_of_git() {
        let folder = tempfile::tempdir().unwrap();
        let output = |name: &str| Output { folder: folder.path().join(name) };
        output(".sparta").write("cloudformation.json", b"{}").unwrap();
        output("infrastructure").write("cloudformation.json", b"{}").unwrap();
        let ignored = |name: &str| std::fs::read_to_string(folder.path().join(name).join(".gitignore")).ok();
        assert_eq!(ignored(".sparta").as_deref(), Some("*\n"));
        assert_eq!(ignored("infrastructure"), None);

        std::fs::write(folder.path().join(".sparta/.gitignore"), "code/\n").unwrap();
        output(".sparta").write("cloudformation.json", b"{}").unwrap();
        assert_eq!(ignored(".sparta").as_deref(), Some("code/\n"), "an edited one stays");
    }

    #[test]
    fn only_a_folder_of_its_own_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        for (name, stays) in [(".sparta", false), ("infrastructure", true), (".", true)] {
            let output = Output { folder: folder.path().join(name) };
            output.clear("code").unwrap();
            let old = output.write("code/old", b"").unwrap();
            output.clear("code").unwrap();
            assert_eq!(old.exists(), stays, "{name}");
        }
    }
}
