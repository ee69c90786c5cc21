//! Files of the lake that are damaged: what a reader is told of it, and what the operator.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::town::Town;

/// The data files of a table.
fn files(table: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(table).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            found.push(path);
        }
    }
    found
}

#[test]
fn why_a_damaged_file_cannot_be_read_is_told_to_the_operator_and_to_no_reader() {
    let town = Town::listening(&[]);
    let table = town.place.path("data/lake/club/member");
    let data = files(&table);
    let data = data.iter().filter(|file| {
        let inside = file.strip_prefix(&table).unwrap();
        !inside.starts_with("_delta_log")
    });
    let mut damaged = 0;
    for file in data {
        let size = std::fs::metadata(file).unwrap().len();
        std::fs::write(file, vec![0; usize::try_from(size).unwrap()]).unwrap();
        damaged += 1;
    }
    assert!(damaged > 0, "no file under {}", table.display());
    let token = town.token["secret"].as_str().unwrap();
    let asked = json!({"sql": "SELECT number, name, age FROM club.member"}).to_string();
    let (status, body) = town.server.post_as(token, "/api/v1/query", &asked);
    assert_eq!(status, 500, "{body}");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["code"], "unreadable", "{body}");
    let detail = body.to_ascii_lowercase();
    assert!(!detail.contains("parquet"), "{body}");
    let line = town.server.told("cannot be read under a reader's rights");
    assert!(line.contains("club.member"), "{line}");
    assert!(line.to_ascii_lowercase().contains("parquet"), "{line}");
}
