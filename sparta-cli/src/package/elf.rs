//! Whether Lambda can load a program.

use object::Endianness;
use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionTable};

use super::Architecture;
use crate::error::Advice;

type Header = FileHeader64<Endianness>;

/// The glibc of Lambda's `provided.al2023`
/// ([runtimes](https://docs.aws.amazon.com/linux/al2023/ug/lambda.html)).
const LAMBDA_GLIBC: (u32, u32) = (2, 34);

/// A binary that Lambda cannot load.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ElfError {
    /// It is not a Linux program.
    #[error("the binary is {found}, and Lambda runs Linux programs (ELF, 64 bits)")]
    NotElf {
        /// What it is.
        found: &'static str,
    },
    /// It is damaged.
    #[error("the binary is a damaged ELF file")]
    Malformed(#[from] object::Error),
    /// It is for another processor.
    #[error("the binary is for {found}, and the function's architecture is {}", .wanted.lambda_name())]
    WrongArchitecture {
        /// What it is for.
        found: String,
        /// What the function needs.
        wanted: Architecture,
    },
    /// What loads it is not there.
    #[error("the binary is loaded by `{found}`, and Lambda has `{wanted}`")]
    ForeignLoader {
        /// The program interpreter that it names.
        found: String,
        /// glibc's on the function's architecture.
        wanted: &'static str,
    },
    /// It needs a newer glibc than Lambda has.
    #[error("the binary needs {found} (for {}), and Lambda has GLIBC_2.34", .symbols.join(", "))]
    GlibcTooNew {
        /// The newest version of glibc that it needs.
        found: String,
        /// Up to three of the functions that need it.
        symbols: Vec<String>,
    },
}

impl Advice for ElfError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NotElf { .. } => "compile it with `--compiler zigbuild`, or on Linux".to_owned(),
            Self::Malformed(_) => "compile it again".to_owned(),
            Self::WrongArchitecture { wanted, .. } => format!(
                "compile it with `--compiler zigbuild` or on {} Linux, or change the function's architecture",
                wanted.lambda_name()
            ),
            Self::ForeignLoader { .. } => {
                return vec![
                    "compile it with `--compiler zigbuild`, which links for an ordinary Linux".to_owned(),
                    "or without a loader, for musl: RUSTFLAGS=\"-C target-feature=+crt-static\"".to_owned(),
                ];
            }
            Self::GlibcTooNew { .. } => {
                return vec![
                    "compile it with `--compiler zigbuild`, which links against glibc 2.34".to_owned(),
                    "or for musl: CARGO_BUILD_TARGET=x86_64-unknown-linux-musl (aarch64 for arm64)".to_owned(),
                    "or on Amazon Linux 2023".to_owned(),
                ];
            }
        };
        vec![hint]
    }
}

/// Refuses what is not a 64-bit ELF file for `architecture` that Lambda's glibc loads and runs; static ones run by
/// themselves.
///
/// # Errors
///
/// The reason why Lambda could not load it.
pub(crate) fn check_elf(bytes: &[u8], architecture: Architecture) -> Result<(), ElfError> {
    check_kind(bytes, architecture)?;
    let header = Header::parse(bytes)?;
    check_machine(header, architecture)?;
    check_loader(header, bytes, architecture)?;
    match newest_glibc(header, bytes)? {
        Some(need) if need.version > Version::Numbered(LAMBDA_GLIBC) => {
            let (found, symbols) = (need.name, need.symbols);
            Err(ElfError::GlibcTooNew { found, symbols })
        }
        _ => Ok(()),
    }
}

fn check_kind(bytes: &[u8], wanted: Architecture) -> Result<(), ElfError> {
    let found = match bytes {
        [0x7f, b'E', b'L', b'F', 2, ..] => return Ok(()),
        [0x7f, b'E', b'L', b'F', ..] => {
            let found = "32 bits".to_owned();
            return Err(ElfError::WrongArchitecture { found, wanted });
        }
        [b'M', b'Z', ..] => "a Windows program (PE)",
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => "a macOS program (Mach-O)",
        [] => "empty",
        _ => "not a program",
    };
    Err(ElfError::NotElf { found })
}

fn check_machine(header: &Header, wanted: Architecture) -> Result<(), ElfError> {
    let found = match (header.e_machine(header.endian()?), wanted) {
        (elf::EM_X86_64, Architecture::X86_64) | (elf::EM_AARCH64, Architecture::Arm64) => {
            return Ok(());
        }
        (elf::EM_X86_64, _) => "x86_64".to_owned(),
        (elf::EM_AARCH64, _) => "arm64".to_owned(),
        (elf::EM_RISCV, _) => "riscv".to_owned(),
        (other, _) => format!("ELF machine {}", other.0),
    };
    Err(ElfError::WrongArchitecture { found, wanted })
}

/// Musl's loader, or one out of a store of packages, is on the machine that compiled it and nowhere else.
fn check_loader(header: &Header, bytes: &[u8], architecture: Architecture) -> Result<(), ElfError> {
    let wanted = match architecture {
        Architecture::X86_64 => "/lib64/ld-linux-x86-64.so.2",
        Architecture::Arm64 => "/lib/ld-linux-aarch64.so.1",
    };
    let endian = header.endian()?;
    for segment in header.program_headers(endian, bytes)? {
        if let Some(found) = segment.interpreter(endian, bytes)?.filter(|found| *found != wanted.as_bytes()) {
            let found = String::from_utf8_lossy(found).into_owned();
            return Err(ElfError::ForeignLoader { found, wanted });
        }
    }
    Ok(())
}

/// Names without a number are newer than any: `GLIBC_ABI_DT_RELR` came with 2.36, `GLIBC_PRIVATE` is no promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    Numbered((u32, u32)),
    Named,
}

impl Version {
    fn parse(name: &str) -> Option<Self> {
        let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
        Some(match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Self::Numbered((major, minor)),
            _ => Self::Named,
        })
    }
}

struct Need {
    version: Version,
    name: String,
    symbols: Vec<String>,
}

/// The newest glibc that the loader would insist on.
fn newest_glibc(header: &Header, bytes: &[u8]) -> object::Result<Option<Need>> {
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let Some((mut libraries, link)) = sections.gnu_verneed(endian, bytes)? else {
        return Ok(None);
    };
    let strings = sections.strings(endian, bytes, link)?;
    let mut newest = None;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            let name = String::from_utf8_lossy(version.name(endian, strings)?).into_owned();
            let weak = version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK);
            let Some(number) = Version::parse(&name).filter(|_| !weak) else {
                continue;
            };
            let candidate = (number, version.vna_other(endian).index().0, name);
            newest = newest.max(Some(candidate));
        }
    }
    let Some((version, index, name)) = newest else {
        return Ok(None);
    };
    let symbols = symbols_of(&sections, endian, bytes, index)?;
    Ok(Some(Need { version, name, symbols }))
}

/// The first three dynamic symbols of a version.
fn symbols_of(
    sections: &SectionTable<'_, Header>,
    endian: Endianness,
    bytes: &[u8],
    version: u16,
) -> object::Result<Vec<String>> {
    let Some((versions, _)) = sections.gnu_versym(endian, bytes)? else {
        return Ok(Vec::new());
    };
    let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
    let of_version = symbols.iter().zip(versions).filter(|(_, own)| own.0.get(endian).index().0 == version);
    of_version
        .take(3)
        .map(|(symbol, _)| symbols.symbol_name(endian, symbol))
        .map(|name| Ok(String::from_utf8_lossy(name?).into_owned()))
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What this test runs on.
    pub(crate) const HOST: Architecture =
        if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };

    /// A real program: this test.
    fn program() -> Vec<u8> {
        std::fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    /// Names of symbols and versions come first in a program.
    const DYNAMIC_PART: usize = 1 << 20;

    /// The same program, as if it needed another version of glibc.
    fn needing(version: &str) -> Vec<u8> {
        let oldest = match HOST {
            Architecture::X86_64 => b"\0GLIBC_2.2.5\0",
            Architecture::Arm64 => &b"\0GLIBC_2.17\0"[..],
        };
        let width = oldest.len() - "\0\0".len();
        let name = format!("\0{version:\0<width$}\0");
        assert_eq!(name.len(), oldest.len());
        let mut bytes = program();
        let places: Vec<usize> = bytes
            .windows(oldest.len())
            .take(DYNAMIC_PART)
            .enumerate()
            .filter_map(|(at, window)| (window == oldest).then_some(at))
            .collect();
        assert!(!places.is_empty(), "the test is linked against no glibc");
        for at in places {
            bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        bytes
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_for_another_processor_is_refused_with_both_names() {
        let mut bytes = program();
        let (machine, wanted) = match HOST {
            Architecture::X86_64 => (elf::EM_AARCH64, "arm64"),
            Architecture::Arm64 => (elf::EM_X86_64, "x86_64"),
        };
        bytes[18..20].copy_from_slice(&machine.0.to_le_bytes());
        let error = check_elf(&bytes, HOST).unwrap_err();
        let host = HOST.lambda_name();
        assert_eq!(error.to_string(), format!("the binary is for {wanted}, and the function's architecture is {host}"));
        assert!(error.hints()[0].contains("--compiler zigbuild"));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn a_glibc_newer_than_lambdas_is_refused_with_functions_that_need_it() {
        for version in ["GLIBC_2.35", "GLIBC_2.99", "GLIBC_3.0", "GLIBC_ABI"] {
            match check_elf(&needing(version), HOST) {
                Err(ElfError::GlibcTooNew { found, symbols }) => {
                    assert_eq!(found, version);
                    assert_eq!(symbols.len(), 3);
                }
                other => panic!("{version}: {other:?}"),
            }
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn the_glibc_of_lambda_is_new_enough() {
        let newest = newest_glibc(Header::parse(&program()[..]).unwrap(), &program()).unwrap().unwrap();
        let ok = newest.version <= Version::Numbered(LAMBDA_GLIBC);
        for version in ["GLIBC_2.34", "GLIBC_2.9"] {
            assert_eq!(check_elf(&needing(version), HOST).is_ok(), ok, "{}", newest.name);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_static_program_needs_no_glibc() {
        let mut bytes = program();
        bytes.truncate(64);
        bytes[32..48].fill(0);
        bytes[54..64].fill(0);
        check_elf(&bytes, HOST).unwrap();
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn a_loader_that_lambda_does_not_have_is_refused_by_name() {
        let mut bytes = program();
        let start = bytes.windows(8).position(|window| window == b"ld-linux").expect("a loader is named");
        bytes[start..start + 8].copy_from_slice(b"ld-other");
        let error = check_elf(&bytes, HOST).unwrap_err();
        assert!(error.to_string().contains("/ld-other") && error.to_string().contains("/ld-linux"), "{error}");
        assert!(error.hints()[0].contains("zigbuild"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_truncated_program_is_an_error_and_no_panic() {
        let bytes = program();
        for length in [16, 63, 64, bytes.len() / 2, bytes.len() - 1] {
            let error = check_elf(&bytes[..length], HOST).unwrap_err();
            assert_eq!(error.to_string(), "the binary is a damaged ELF file", "{length}");
        }
    }

    #[test]
    fn programs_of_other_systems_are_named() {
        for (bytes, name) in [
            (&b"MZ\x90\0"[..], "a Windows program (PE)"),
            (b"\xcf\xfa\xed\xfe", "a macOS program (Mach-O)"),
            (b"\xca\xfe\xba\xbe", "a macOS program (Mach-O)"),
            (b"#!/bin/sh", "not a program"),
            (b"", "empty"),
        ] {
            match check_elf(bytes, HOST) {
                Err(ElfError::NotElf { found }) => assert_eq!(found, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_program_of_32_bits_is_refused() {
        let error = check_elf(b"\x7fELF\x01\x01", Architecture::Arm64).unwrap_err();
        assert_eq!(error.to_string(), "the binary is for 32 bits, and the function's architecture is arm64");
    }

    #[test]
    fn versions_of_glibc_are_ordered_by_number() {
        let parse = |name| Version::parse(name).unwrap();
        assert!(parse("GLIBC_2.4") < parse("GLIBC_2.34"));
        assert!(parse("GLIBC_2.3.4") < parse("GLIBC_2.34"));
        assert!(parse("GLIBC_2.36") < parse("GLIBC_ABI_DT_RELR"));
        assert_eq!(Version::parse("GCC_3.0"), None);
    }
}
