use std::fs;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use proptest::test_runner::Config;
use tempfile::TempDir;

use crate::file::FileText;
use crate::validate::validate;
use crate::{FileKind, Packs};

use super::{AIR, Words};

const PACK: &str = "pack: air\nversion: 1.0.0\ntitle: {zh: 空气质量}\n";

/// Reads a text as every kind of file and renders what is said about it.
fn read(text: &str) {
    let file = FileText::new("x.yaml".into(), text.to_owned());
    let mut problems = Vec::new();
    if let Some(document) = file.read(&mut problems) {
        for kind in FileKind::ALL {
            problems.extend(validate(kind, &file, &document).problems);
        }
    }
    for problem in problems {
        let span = problem.span.unwrap();
        assert!(span.line >= 1 && span.column >= 1 && span.length >= 1);
        assert!(!problem.to_string().is_empty());
    }
}

/// Pieces that mean something in YAML and in packs.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\n"),
        Just("  "),
        Just("- "),
        Just(": "),
        Just("? "),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(", "),
        Just("|"),
        Just(">-"),
        Just("\""),
        Just("'"),
        Just("&a "),
        Just("*a"),
        Just("!!str "),
        Just("#"),
        Just("---\n"),
        Just("...\n"),
        Just("%YAML 1.2\n"),
        Just("\t"),
        Just("\r"),
        Just("\\u0041"),
        Just("\\"),
        Just("\u{feff}"),
        Just("\u{85}"),
        Just("\u{2028}"),
        Just("~"),
        Just("null"),
        Just("010"),
        Just("1e9"),
        Just("columns"),
        Just("title"),
        Just("zh"),
        Just("checks"),
        Just("expect"),
        Just("between"),
        Just("channel"),
        Just("http"),
        Just("mask"),
        Just("dataset"),
        Just("air.x"),
        Just("监测站"),
        Just("<<"),
        Just("tests"),
    ]
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn reading_never_panics_on_any_text(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn reading_never_panics_on_pieces_of_yaml(pieces in vec(piece(), 0..60)) {
        read(&pieces.concat());
    }

    #[test]
    fn a_damaged_dataset_never_makes_loading_panic(from in 0_usize..1200, length in 0_usize..40, new in vec(piece(), 0..6)) {
        let (_, station) = AIR.split_once("station.yaml\ndataset").unwrap();
        let signs: Vec<char> = format!("dataset{station}").chars().collect();
        let from = from.min(signs.len());
        let damaged: String = signs[..from]
            .iter()
            .copied()
            .chain(new.concat().chars())
            .chain(signs[(from + length).min(signs.len())..].iter().copied())
            .collect();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("pack.yaml"), PACK).unwrap();
        fs::create_dir(folder.path().join("datasets")).unwrap();
        fs::write(folder.path().join("datasets/station.yaml"), damaged).unwrap();
        let loaded = Packs::load(&[folder.path().to_owned()], &Words);
        for problem in &loaded.problems {
            prop_assert!(!problem.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 60, failure_persistence: None, ..Config::default() })]

    #[test]
    fn loading_never_panics_on_any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("pack.yaml"), bytes).unwrap();
        let loaded = Packs::load(&[folder.path().to_owned()], &Words);
        prop_assert!(loaded.has_errors());
    }
}
