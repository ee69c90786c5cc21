//! The face over a small city of its own: one pack, one dataset.

mod accounts;
mod admitting;
mod boards;
mod cataloguing;
mod citizens;
mod city;
mod classifying;
mod conduct;
mod delivering;
mod drafting;
mod exporting;
mod faces;
mod faults;
mod handling;
mod lineage;
mod linking;
mod measuring;
mod modelling;
mod open_boards;
mod pack_pages;
mod pages;
mod plan_papers;
mod plan_reviewing;
mod plan_rights;
mod plan_working;
mod planning;
mod previewing;
mod querying;
mod refusing;
mod renaming;
mod reporting;
mod sharing;
mod trailing;
mod visiting;
mod writing;

use city::City;

/// `UPDATE=1 cargo test -p yandu-http` renews the committed document.
#[tokio::test]
async fn the_committed_document_of_the_interface_is_the_generated_one() {
    let city = City::found().await;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let generated = format!("{}\n", crate::document(&city.state));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "openapi.json is out of date: run the test with UPDATE=1"
    );
    let served = city.get("/api/v1/openapi.json").await;
    assert_eq!(
        served.json(),
        serde_json::from_str::<serde_json::Value>(&committed).unwrap()
    );
}

#[tokio::test]
async fn every_schema_that_the_document_names_is_in_it() {
    let city = City::found().await;
    let document = crate::document(&city.state);
    let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
    let schemas = parsed["components"]["schemas"].as_object().unwrap();
    let mut named = 0;
    for part in document.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        named += 1;
        assert!(
            schemas.contains_key(name),
            "`{name}` is named and not there"
        );
    }
    assert!(named > 50, "{named}");
    assert!(schemas.contains_key("Problem"));
}

/// The names that the types of a file have in the document.
fn schema_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_schema = false;
    let mut alias = None;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            is_schema = line.contains("ToSchema");
            alias = None;
        }
        if let Some((_, rest)) = line.split_once("#[schema(as = ") {
            alias = rest.split([')', ',']).next().map(str::to_owned);
        }
        let words: Vec<&str> = line.split([' ', '(', '<', ';']).collect();
        let declared = words
            .iter()
            .position(|word| matches!(*word, "struct" | "enum"));
        if let Some(name) = declared.and_then(|at| words.get(at + 1))
            && !line.starts_with("//")
        {
            if is_schema {
                names.push(alias.take().unwrap_or_else(|| (*name).to_owned()));
            }
            is_schema = false;
        }
    }
    names
}

#[test]
fn no_two_types_have_one_name_in_the_document() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut names = std::collections::BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for name in schema_names(&std::fs::read_to_string(&path).unwrap()) {
                let other = names.insert(name.clone(), path.clone());
                assert_eq!(other, None, "`{name}` is in {} too", path.display());
            }
        }
    }
    assert!(names.len() > 50, "{names:?}");
}
