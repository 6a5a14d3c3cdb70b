//! The OpenAPI documents of routes.

use std::{fs, path::Path};

use sparta::App;
use sparta_test_models::{apis, models, rest::rest_apis, routes};
use sparta_test_tools::openapi;
use tempfile::TempDir;

use crate::golden;

#[track_caller]
fn document(app: &App) -> String {
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    synthesis.openapi().unwrap_or_else(|| panic!("{} has routes", app.name()))
}

#[test]
fn routes_of_both_apis_have_this_document() {
    golden::compare("openapi", "routes", &document(&routes::documented()));
}

#[test]
fn the_document_of_every_model_is_valid() {
    let folder = TempDir::new().expect("a temporary folder");
    let [partners, _] = rest_apis();
    let apps =
        [routes::documented(), models::everything(), apis::guarded(), apis::in_body(), apis::many_routes(), partners];
    let files = apps.iter().map(|app| {
        let file = folder.path().join(app.name()).with_extension("json");
        fs::write(&file, document(app)).expect("the folder can be written to");
        file
    });
    let files: Vec<_> = files.collect();
    let files: Vec<&Path> = files.iter().map(|file| file.as_path()).collect();
    openapi(&files).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn a_document_that_is_not_valid_is_found() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("wrong.json");
    let wrong =
        document(&routes::documented()).replace("#/components/schemas/Thing\"", "#/components/schemas/Nothing\"");
    fs::write(&file, wrong).expect("the folder can be written to");
    assert!(openapi(&[&file]).unwrap_err().contains("Nothing"));
}
