//! The face over a small city of its own: one pack, one dataset.

mod cataloguing;
mod city;
mod conduct;
mod delivering;
mod drafting;
mod faces;
mod lineage;
mod modelling;
mod pack_pages;
mod pages;
mod querying;
mod refusing;
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
    for part in document.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(
            schemas.contains_key(name),
            "`{name}` is named and not there"
        );
    }
    assert!(schemas.contains_key("Problem"));
}
