//! What the data folder keeps for the program alone: a source that read there would make a dataset of secrets, records or
//! drafts of other people.

use std::path::{Component, Path};

const OWN: [&str; 13] = [
    "documents",
    "format.json",
    "lake",
    "ledger",
    "lock",
    "models",
    "packs",
    "quarantine",
    "raw",
    "restoring",
    "secrets",
    "staging",
    "tail",
];

/// The database of the records, beside which its engine keeps files that are named after it.
const RECORDS: &str = "records.sqlite";

/// Whether a path below the data folder leads to what is the program's own, or is the data folder itself.
pub fn is_own(path: &Path) -> bool {
    let first = path.components().find_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    first.is_none_or(|first| OWN.contains(&first.as_ref()) || first.starts_with(RECORDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_itself_and_what_the_program_keeps_in_it_are_its_own() {
        for path in [
            "",
            ".",
            "./lake",
            "ledger/index",
            "models",
            "records.sqlite",
            "records.sqlite-wal",
            "packs/1",
        ] {
            assert!(is_own(Path::new(path)), "{path}");
        }
        for path in ["inbox", "./inbox/lake", "lakes", "old.sqlite"] {
            assert!(!is_own(Path::new(path)), "{path}");
        }
    }
}
