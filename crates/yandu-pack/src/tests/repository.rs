//! The packs that the program ships.

use std::path::Path;

use crate::{AnyCondition, Packs};

#[test]
fn the_packs_of_the_repository_load_without_problems() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let loaded = Packs::load(&[folder], &AnyCondition);
    let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(loaded.packs.datasets().len() > 0);
}
