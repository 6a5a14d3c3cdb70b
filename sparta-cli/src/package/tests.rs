//! With real crates, compiled by the cargo that runs the tests.

use std::path::Path;
use std::process::Command;

use super::cargo_settings::Variables;
use super::compile::{Compiled, with_zig};
use super::elf::tests::HOST;
use super::*;

const MANIFEST: &str = "[package]\nname = 'service'\nversion = '1.0.0'\nedition = '2024'\n[workspace]\n";

/// Says which build it is, as a service does, and what else it was compiled with.
const MAIN: &str = r#"
    fn main() {
        println!("{}", if cfg!(sparta_serving) { "@serving;1.0.0;" } else { "@plain;1.0.0;" });
        for (name, is) in [
            ("first", cfg!(first)),
            ("second", cfg!(second)),
            ("abort", cfg!(panic = "abort")),
            ("debug", cfg!(debug_assertions)),
        ] {
            if is { println!("{name}"); }
        }
    }
"#;

struct Fixture {
    folder: tempfile::TempDir,
    compile: Compile,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let compile = Compile {
            architecture: HOST,
            compiler: Compiler::Cargo,
            features: Features::default(),
            running: Running {
                name: "service".to_owned(),
                place: None,
                folder: folder.path().to_path_buf(),
                variables: variables(folder.path()),
            },
        };
        let fixture = Self { folder, compile };
        fixture.write("Cargo.toml", MANIFEST);
        fixture.write("src/main.rs", MAIN);
        fixture
    }

    fn write(&self, path: &str, text: &str) {
        let text = text.replace('@', &String::from_utf8(marker::tests::marker("")).unwrap());
        write_whole(&self.folder.path().join(path), text.as_bytes()).unwrap();
    }

    fn set(mut self, name: &str, value: impl Into<std::ffi::OsString>) -> Self {
        self.compile.running.variables.insert(name.into(), value.into());
        self
    }

    fn with(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    fn run(&self) -> Result<Compiled, CompileError> {
        self.compile.run()
    }

    /// What the compiled program says of itself, after its marker.
    fn says(&self) -> Vec<String> {
        let compiled = self.run().unwrap();
        let output = Command::new(&compiled.path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().skip(1).map(str::to_owned).collect()
    }
}

#[test]
fn features_reach_the_serving_build() {
    let features = "[features]\ndefault = ['usual']\nusual = []\none = []\ntwo = []\n";
    let main = r#"
        fn main() {
            println!("{}", if cfg!(sparta_serving) { "@serving;1.0.0;" } else { "@plain;1.0.0;" });
            for (name, is) in
                [("usual", cfg!(feature = "usual")), ("one", cfg!(feature = "one")), ("two", cfg!(feature = "two"))]
            {
                if is { println!("{name}"); }
            }
        }
    "#;
    let mut fixture = Fixture::new().with("Cargo.toml", &format!("{MANIFEST}{features}")).with("src/main.rs", main);
    assert_eq!(fixture.says(), ["usual"]);
    fixture.compile.features = Features { features: vec!["one".into(), "two".into()], ..Features::default() };
    assert_eq!(fixture.says(), ["usual", "one", "two"]);
    fixture.compile.features =
        Features { no_default_features: true, features: vec!["two".into()], ..Features::default() };
    assert_eq!(fixture.says(), ["two"]);
    fixture.compile.features = Features { all_features: true, ..Features::default() };
    assert_eq!(fixture.says(), ["usual", "one", "two"]);
    fixture.compile.features = Features { features: vec!["three".into()], ..Features::default() };
    assert!(matches!(fixture.run(), Err(CompileError::Failed { .. })));
}

/// This process's environment, without what would make cargo behave differently here and there.
fn variables(folder: &Path) -> Variables {
    let cargos = |name: &str| {
        let prefixes = ["CARGO_BUILD_", "CARGO_MANIFEST_", "CARGO_PROFILE_", "CARGO_TARGET_"];
        prefixes.iter().any(|prefix| name.starts_with(prefix)) || name.contains("RUSTFLAGS")
    };
    let mut variables: Variables = std::env::vars_os().filter(|(name, _)| !name.to_str().is_some_and(cargos)).collect();
    variables.insert("CARGO_HOME".into(), folder.join("cargo-home").into());
    // Most of the time goes there.
    variables.insert("CARGO_PROFILE_RELEASE_LTO".into(), "off".into());
    variables
}

#[test]
fn the_serving_build_is_compiled_checked_and_stripped() {
    let mut fixture = Fixture::new();
    fixture.compile.running.variables.remove(std::ffi::OsStr::new("CARGO_PROFILE_RELEASE_LTO"));
    let compiled = fixture.run().unwrap();
    let folder = format!("target/{}/release/service", HOST.rust_target());
    assert_eq!(compiled.path, fixture.folder.path().join(folder));
    assert_eq!(compiled.bytes, std::fs::read(&compiled.path).unwrap());
    assert_eq!(compiled.warnings, Vec::<String>::new());
    let symtab = b"\0.symtab\0";
    assert!(!compiled.bytes.windows(symtab.len()).any(|window| window == symtab));
    assert_eq!(fixture.says(), Vec::<String>::new());
}

#[test]
fn flags_of_the_user_reach_the_serving_build_wherever_they_are_set() {
    let target = HOST.rust_target();
    let config = ".cargo/config.toml";
    let flags = "rustflags = ['--cfg', 'first']\n";
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
    let fixture = Fixture::new();
    for fixture in [
        Fixture::new().set("RUSTFLAGS", "--cfg first"),
        Fixture::new().set("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1ffirst"),
        Fixture::new().set("CARGO_BUILD_RUSTFLAGS", "--cfg first"),
        Fixture::new().set(&variable, "--cfg first"),
        Fixture::new().with(config, &format!("[build]\n{flags}")),
        Fixture::new().with(config, &format!("[target.{target}]\n{flags}")),
        Fixture::new().with(config, &format!("[target.'cfg(unix)']\n{flags}")),
        Fixture::new().with("cargo-home/config.toml", &format!("[build]\n{flags}")),
    ] {
        assert_eq!(fixture.says(), ["first"]);
    }
    assert_eq!(fixture.says(), Vec::<String>::new());
}

#[test]
fn flags_of_several_places_are_joined_or_replaced_as_cargo_does() {
    let target = HOST.rust_target();
    let config = format!(
        "[target.{target}]\nrustflags = ['--cfg', 'first']\n[target.'cfg(unix)']\nrustflags = '--cfg second'\n"
    );
    let fixture = Fixture::new().with(".cargo/config.toml", &config);
    assert_eq!(fixture.says(), ["first", "second"]);
    let fixture = fixture.set("RUSTFLAGS", "--cfg second");
    assert_eq!(fixture.says(), ["second"]);
}

#[test]
fn a_profile_of_the_users_own_is_kept_and_abort_warned_about() {
    let profile = "[profile.release]\npanic = 'abort'\ndebug-assertions = true\n";
    for fixture in [
        Fixture::new().with("Cargo.toml", &format!("{MANIFEST}{profile}")),
        Fixture::new().with(".cargo/config.toml", profile),
        Fixture::new()
            .set("CARGO_PROFILE_RELEASE_PANIC", "abort")
            .set("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true"),
    ] {
        assert_eq!(fixture.says(), ["abort", "debug"]);
        let warnings = fixture.run().unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("panic = \"abort\""));
    }
}

#[test]
fn a_binary_that_came_out_as_another_build_is_refused() {
    for build in ["plain", "aws"] {
        let fixture = Fixture::new().with("src/main.rs", &format!("fn main() {{ println!(\"@{build};1.0.0;\") }}"));
        let error = fixture.run().unwrap_err();
        assert!(matches!(
            error,
            CompileError::Binary { source: BinaryError::Marker(MarkerError::NotServing { .. }), .. }
        ));
        assert!(error.hints()[0].contains("--cfg sparta_serving"));
    }
}

#[test]
fn what_is_compiled_goes_to_the_target_folder_of_the_program_that_runs() {
    let mut fixture = Fixture::new();
    let target = fixture.folder.path().join("elsewhere");
    let place = running::Place { target: target.clone(), triple: None, profile: "debug".into(), example: false };
    fixture.compile.running.place = Some(place);
    assert_eq!(fixture.run().unwrap().path, target.join(HOST.rust_target()).join("release/service"));
}

#[test]
fn what_does_not_compile_is_an_error_that_names_it() {
    let fixture = Fixture::new().with("src/main.rs", "fn main() { nothing() }");
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.starts_with("cargo could not compile `service` (exit status: "), "{error}");
}

#[test]
fn a_toolchain_without_the_target_is_told_apart() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new().with("rustc", "#!/bin/sh\necho /no/such/folder\n");
    let rustc = fixture.folder.path().join("rustc");
    std::fs::set_permissions(&rustc, std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = fixture.set("RUSTC", rustc).run().unwrap_err();
    let target = HOST.rust_target();
    assert_eq!(error.to_string(), format!("the Rust toolchain has no standard library for {target}"));
    assert_eq!(error.hints(), [format!("rustup target add {target}")]);
}

#[test]
fn a_renamed_program_is_found_when_its_workspace_has_no_other() {
    let mut fixture = Fixture::new();
    fixture.compile.running.name = "deploy-tool".to_owned();
    assert_eq!(fixture.says(), Vec::<String>::new());
}

#[test]
fn two_programs_and_neither_of_that_name_are_listed() {
    let mut fixture = Fixture::new().with("src/bin/other.rs", MAIN);
    fixture.compile.running.name = "deploy-tool".to_owned();
    assert_eq!(
        fixture.run().unwrap_err().to_string(),
        "cannot tell which program to compile: `deploy-tool` could be \
         `other` of the package `service`, `service` of the package `service`"
    );
    fixture.compile.running.name = "other".to_owned();
    assert!(fixture.run().unwrap().path.ends_with("release/other"));
}

#[test]
fn an_example_is_compiled_as_one() {
    let mut fixture = Fixture::new().with("examples/shown.rs", MAIN);
    fixture.compile.running.name = "shown".to_owned();
    assert!(fixture.run().unwrap().path.ends_with("release/examples/shown"));
}

#[test]
fn the_package_that_cargo_run_names_is_compiled_from_any_folder() {
    let mut fixture = Fixture::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fixture.compile.running.folder = elsewhere.path().to_path_buf();
    let error = fixture.run().unwrap_err();
    assert!(matches!(error, CompileError::Metadata(_)), "{error:?}");
    let package = fixture.folder.path().to_path_buf();
    let fixture = fixture.set("CARGO_MANIFEST_DIR", package.clone());
    assert!(fixture.run().unwrap().path.starts_with(package));
}

#[test]
fn a_package_that_has_no_such_program_does_not_hide_the_one_here() {
    let other = Fixture::new().with("Cargo.toml", &MANIFEST.replace("service", "other"));
    let fixture = Fixture::new().set("CARGO_MANIFEST_DIR", other.folder.path());
    assert!(fixture.run().unwrap().path.starts_with(fixture.folder.path()));
}

#[test]
fn auto_takes_zig_only_where_cargo_cannot_and_says_what_to_install() {
    let (linux, mac) = ("x86_64-unknown-linux-gnu", "x86_64-apple-darwin");
    let (arm, musl) = ("aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl");
    let auto = |installed, host, target| with_zig(Compiler::Auto, installed, host, target);
    for target in [linux, musl] {
        assert!(!auto(true, linux, target).unwrap());
    }
    for (host, target) in [(linux, arm), (mac, linux), (arm, musl)] {
        assert!(auto(true, host, target).unwrap());
        let error = auto(false, host, target).unwrap_err();
        assert!(error.to_string().contains(target) && error.to_string().contains(host));
        assert!(error.hints()[0].contains("cargo-zigbuild"));
    }
}

#[test]
fn a_compiler_that_is_asked_for_is_taken() {
    let linux = "x86_64-unknown-linux-gnu";
    assert!(!with_zig(Compiler::Cargo, true, "x86_64-apple-darwin", linux).unwrap());
    assert!(with_zig(Compiler::Zigbuild, true, linux, linux).unwrap());
    let error = with_zig(Compiler::Zigbuild, false, linux, linux).unwrap_err();
    assert_eq!(error.to_string(), "cargo-zigbuild is not installed");
}
