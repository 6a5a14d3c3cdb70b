//! A module of sparta-core uses only modules that stand above it, whatever way its paths take.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};

use crate::support::root;

/// The rooms of sparta-core, top to bottom; those of one line may use each other.
const LAYERS: &[&[&str]] = &[
    &["error", "json", "media_type", "architecture", "contract", "file", "off_lambda"],
    &["cfn"],
    &["iam"],
    &["deployed"],
    &["mistake", "warning"],
    &["settings"],
    &["alarm"],
    &["approval", "environment", "pipeline"],
    &["authorization", "body", "context", "event", "records", "request", "response", "service"],
    &["deadline", "runtime"],
    &["signed"],
    &["fetch"],
    &["stack"],
    &["construct", "function", "trigger"],
    &["custom_resource"],
    &["site"],
    &["dashboard", "distribution", "health", "monitoring"],
    &["app", "hook", "model", "summary"],
    &["rollout"],
    &["synth"],
    &["permissions"],
    &["diff"],
    &["delivery"],
    &["check"],
    &["testing"],
];

/// What one file of a room refers to at the root of its crate.
struct Use {
    file: String,
    room: String,
    name: String,
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let source = root().join("sparta-core/src");
    let home = homes(&source.join("lib.rs"));
    let layer = |room: &str| LAYERS.iter().position(|layer| layer.contains(&room));
    let mut wrong = BTreeSet::new();
    for Use { file, room, name } in uses(&source) {
        let used = home.get(&name).map_or(name.as_str(), String::as_str);
        match (layer(&room), layer(used)) {
            (Some(own), Some(other)) if other <= own => {}
            (Some(_), Some(_)) => {
                _ = wrong.insert(format!("{file}: {room} uses {used} (`crate::{name}`), which is below it"))
            }
            (None, _) => _ = wrong.insert(format!("{file}: the room {room} has no layer")),
            (_, None) => _ = wrong.insert(format!("{file}: `crate::{name}` has no layer")),
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

#[test]
fn every_room_has_its_layer_and_every_layer_its_room() {
    let source = root().join("sparta-core/src");
    let rooms: BTreeSet<String> = rooms(&source).into_iter().map(|(room, _)| room).collect();
    let layers: BTreeSet<String> =
        LAYERS.iter().flat_map(|layer| layer.iter()).map(|room| (*room).to_owned()).collect();
    assert_eq!(rooms, layers);
}

/// Each room with its path: a file or a folder beside lib.rs.
fn rooms(source: &Path) -> Vec<(String, std::path::PathBuf)> {
    let entries =
        fs::read_dir(source).expect("the sources are there").map(|entry| entry.expect("it can be listed").path());
    let named = entries.map(|path| (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), path));
    named.filter(|(room, _)| room != "lib").collect()
}

fn uses(source: &Path) -> Vec<Use> {
    let mut uses = Vec::new();
    for (room, path) in rooms(source) {
        for file in files(&path) {
            let shown = file.strip_prefix(source).expect("it is below").display().to_string();
            let mut names = BTreeSet::new();
            of_crate(tokens(&file), &mut names);
            uses.extend(names.into_iter().map(|name| Use { file: shown.clone(), room: room.clone(), name }));
        }
    }
    uses
}

/// The sources below a path, but for unit tests, which may look anywhere.
fn files(path: &Path) -> Vec<std::path::PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("it can be listed").path());
    let sources = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|kind| kind == "rs"));
    sources.filter(|path| path.file_stem().is_some_and(|name| name != "tests")).flat_map(|path| files(&path)).collect()
}

fn tokens(file: &Path) -> TokenStream {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    // Unit tests stand at the end of a file.
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Where lib.rs has each of its re-exports from.
fn homes(lib: &Path) -> BTreeMap<String, String> {
    // Macros are at the root, wherever they are defined.
    let mut homes: BTreeMap<String, String> =
        ["attribute", "property", "resource"].map(|name| (name.to_owned(), "cfn".to_owned())).into();
    let tokens: Vec<TokenTree> = tokens(lib).into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let is_use = matches!(token, TokenTree::Ident(word) if word == "use");
        if let (true, Some(TokenTree::Ident(room))) = (is_use, tokens.get(at + 1)) {
            let rest =
                tokens[at + 2..].iter().take_while(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == ';'));
            for name in idents(rest.cloned().collect()) {
                homes.insert(name, room.to_string());
            }
        }
    }
    homes
}

fn idents(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(name) => vec![name.to_string()],
            TokenTree::Group(group) => idents(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

/// The first names after `crate::`, each of a group's.
fn of_crate(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => of_crate(group.stream(), names),
            // Not `$crate`, which is in macros for other crates.
            TokenTree::Ident(word)
                if word == "crate" && !is_dollar(at.checked_sub(1).and_then(|at| tokens.get(at))) =>
            {
                match tokens.get(at + 3) {
                    Some(TokenTree::Ident(name)) => _ = names.insert(name.to_string()),
                    Some(TokenTree::Group(group)) => names.extend(first_names(group.stream())),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn is_dollar(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '$')
}

/// The first name of each path of a `use` group.
fn first_names(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_first = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if is_first => {
                names.push(name.to_string());
                is_first = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_first = true,
            _ => {}
        }
    }
    names
}
