mod openings;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::{AnyCondition, Packs};

const PACK: &str = "pack: demo
version: 1.0.0
title: {zh: 演示}
settings:
  limit: {title: {zh: 上限}, default: 150}
";
const SEX: &str = "codes: demo.sex
title: {zh: 性别}
values:
  \"1\": {zh: 男}
  \"2\": {zh: 女}
";
const CITIZEN: &str = "dataset: demo.citizen
title: {zh: 市民}
owner: 市公安局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, standard: id, from: [编号]}
  age: {title: {zh: 年龄}, type: integer, required: false}
  sex: {title: {zh: 性别}, codes: demo.sex, required: false}
  note: {title: {zh: 备注}, type: text, required: false}
checks:
  - {name: age-range, column: age, between: [0, 150]}
  - {name: note-short, column: note, matches: \".{0,20}\", level: soft}
";

fn packs(pack: &str, sex: &str, citizen: &str) -> (TempDir, Packs) {
    let folder = TempDir::new().unwrap();
    let demo = folder.path().join("demo");
    for (name, text) in [
        ("pack.yaml", pack),
        ("codes/sex.yaml", sex),
        ("datasets/citizen.yaml", citizen),
    ] {
        if text.is_empty() {
            continue;
        }
        let path = demo.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loaded = Packs::load(&[demo], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    (folder, loaded.packs)
}

/// Compares the packs above with themselves after replacements in their texts.
fn check(replacements: &[(&str, &str)], expected: &Expect) {
    let changed = |text: &str| {
        replacements
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let (_before, installed) = packs(PACK, SEX, CITIZEN);
    let (_after, offered) = packs(&changed(PACK), &changed(SEX), &changed(CITIZEN));
    expected.assert_eq(&shown(&installed, &offered));
}

fn shown(installed: &Packs, offered: &Packs) -> String {
    let word = |value: &dyn erased::Word| value.word();
    let difference = installed.difference(offered);
    let mut lines: Vec<String> = difference
        .packs
        .iter()
        .map(|pack| {
            let version = |version: &Option<String>| version.clone().unwrap_or("-".to_owned());
            format!(
                "{} {} {}",
                pack.pack,
                version(&pack.from),
                version(&pack.to)
            )
        })
        .collect();
    for dataset in &difference.datasets {
        for change in &dataset.changes {
            lines.push(format!(
                "{} {} {} → {}",
                dataset.dataset,
                word(&change.what),
                change.name.as_deref().unwrap_or("-"),
                word(&change.effect),
            ));
        }
    }
    lines.join("\n")
}

mod erased {
    /// What serialises as one word.
    pub(super) trait Word {
        fn word(&self) -> String;
    }

    impl<T: serde::Serialize> Word for T {
        fn word(&self) -> String {
            super::super::word(self).unwrap()
        }
    }
}

#[test]
fn the_same_packs_differ_in_nothing() {
    check(&[], &expect![[""]]);
}

#[test]
fn what_is_only_said_about_a_dataset_touches_no_row() {
    check(
        &[
            ("version: 1.0.0", "version: 1.1.0"),
            ("zh: 市民", "zh: 居民"),
            ("市公安局", "市数据局"),
            ("refresh: daily", "refresh: weekly"),
            ("zh: 年龄", "zh: 岁数"),
            ("from: [编号]", "from: [编号, 号码]"),
            ("zh: 女", "zh: 女性"),
        ],
        &expect![[r"
            demo 1.0.0 1.1.0
            demo.citizen title - → none
            demo.citizen owner - → none
            demo.citizen refresh - → none
            demo.citizen column-headers id → none
            demo.citizen column-text age → none
            demo.citizen code-list sex → release"]],
    );
}

#[test]
fn a_column_of_another_meaning_is_converted() {
    check(
        &[
            (
                "type: integer, required: false",
                "type: 'decimal(5,1)', required: false",
            ),
            ("zh: 备注}, type: text", "zh: 备注}, standard: mobile"),
            ("  \"2\": {zh: 女}\n", ""),
        ],
        &expect![[r"
            demo.citizen column-type age → convert
            demo.citizen code-list sex → convert
            demo.citizen column-standard note → convert"]],
    );
}

#[test]
fn a_column_that_takes_any_text_now_loses_nothing() {
    check(
        &[("codes: demo.sex, required", "type: text, required")],
        &expect!["demo.citizen column-codes sex → release"],
    );
}

#[test]
fn columns_come_go_and_are_renamed() {
    check(
        &[
            (
                "  note: {title: {zh: 备注}, type: text, required: false}\n",
                "  born: {title: {zh: 出生}, type: date}\n  phone: {title: {zh: 电话}, type: text, required: false}\n",
            ),
            (
                "  - {name: note-short, column: note, matches: \".{0,20}\", level: soft}\n",
                "",
            ),
            (
                "  age: {title: {zh: 年龄}",
                "  years: {title: {zh: 年龄}, from: [age]",
            ),
            ("column: age", "column: years"),
        ],
        &expect![[r"
            demo.citizen column-renamed years → convert
            demo.citizen column-added born → recheck
            demo.citizen column-added phone → none
            demo.citizen column-removed note → hide
            demo.citizen check-changed age-range → recheck
            demo.citizen check-removed note-short → note"]],
    );
}

#[test]
fn a_tighter_check_looks_at_rows_again_and_a_looser_one_offers_to_release_some() {
    check(
        &[("[0, 150]", "[0, 120]")],
        &expect!["demo.citizen check-changed age-range → recheck"],
    );
    check(
        &[("[0, 150]", "[-1, 150]")],
        &expect!["demo.citizen check-changed age-range → release"],
    );
    check(
        &[("between: [0, 150]}", "between: [0, 150], level: soft}")],
        &expect!["demo.citizen check-level age-range → release"],
    );
    check(
        &[("level: soft}", "level: hard}")],
        &expect!["demo.citizen check-level note-short → recheck"],
    );
    check(
        &[(
            "{name: age-range,",
            "{name: age-range, title: {zh: 年龄超出},",
        )],
        &expect!["demo.citizen check-text age-range → none"],
    );
    check(
        &[(
            "  age: {title: {zh: 年龄}, type: integer, required: false}",
            "  age: {title: {zh: 年龄}, type: integer}",
        )],
        &expect!["demo.citizen column-required age → recheck"],
    );
    check(
        &[(".{0,20}", ".{0,9}")],
        &expect!["demo.citizen check-changed note-short → note"],
    );
    check(
        &[("checks:\n", "checks:\n  - {rows: {at_least: 1}}\n")],
        &expect!["demo.citizen check-added rows → none"],
    );
}

/// What comes of the dataset when one of its lines is replaced.
fn check_line(line: &str, before: &str, after: &str, expected: &Expect) {
    let (_one, installed) = packs(PACK, SEX, &CITIZEN.replace(line, before));
    let (_other, offered) = packs(PACK, SEX, &CITIZEN.replace(line, after));
    expected.assert_eq(&shown(&installed, &offered));
}

#[test]
fn rows_are_looked_at_again_when_a_count_becomes_a_condition_or_texts_are_bounds() {
    let line = "{name: note-short, column: note, matches: \".{0,20}\", level: soft}";
    check_line(
        line,
        "{name: some, rows: {at_least: 1}, level: hard}",
        "{name: some, expect: \"age > 0\"}",
        &expect!["demo.citizen check-changed some → recheck"],
    );
    check_line(
        line,
        "{name: some, expect: \"age > 0\"}",
        "{name: some, rows: {at_least: 1}, level: hard}",
        &expect!["demo.citizen check-changed some → release"],
    );
    check_line(
        line,
        "{name: some, column: note, at_least: \"10\"}",
        "{name: some, column: note, at_least: \"9\"}",
        &expect!["demo.citizen check-changed some → recheck"],
    );
}

#[test]
fn a_word_that_stands_for_another_code_is_a_change_of_the_list() {
    let list = |code: &str| format!("{SEX}synonyms: {{M: \"{code}\"}}\n");
    let (_one, installed) = packs(PACK, &list("1"), CITIZEN);
    let (_other, offered) = packs(PACK, &list("2"), CITIZEN);
    assert_eq!(
        shown(&installed, &offered),
        "demo.citizen code-list sex → release"
    );
}

#[test]
fn another_key_is_looked_for_in_all_rows() {
    check(
        &[("key: [id]", "key: [id, age]")],
        &expect![[r"
            demo.citizen column-required age → recheck
            demo.citizen key - → recheck"]],
    );
    check(
        &[("key: [id]\n", "")],
        &expect!["demo.citizen key - → release"],
    );
}

#[test]
fn datasets_come_and_go_with_their_packs() {
    let (_one, without) = packs(PACK, SEX, "");
    let (_other, with) = packs(PACK, SEX, CITIZEN);
    assert_eq!(
        shown(&without, &with),
        "demo.citizen dataset-added - → none"
    );
    assert_eq!(
        shown(&with, &without),
        "demo.citizen dataset-removed - → hide"
    );
    assert_eq!(
        shown(&with, &Packs::default()),
        "demo 1.0.0 -\ndemo.citizen dataset-removed - → hide"
    );
}

#[test]
fn a_setting_counts_where_a_check_names_it() {
    let named = CITIZEN.replace(
        "{name: note-short",
        "{expect: \"age < ${limit}\"}\n  - {name: note-short",
    );
    let (_one, installed) = packs(PACK, SEX, &named);
    let (_other, offered) = packs(&PACK.replace("default: 150", "default: 120"), SEX, &named);
    assert_eq!(
        shown(&installed, &offered),
        "demo.citizen setting limit → recheck"
    );
    check(&[("default: 150", "default: 120")], &expect![[""]]);
}

/// The usual pack with a model.
fn elder(lines: &str, sql: &str) -> (TempDir, Packs) {
    let folder = TempDir::new().unwrap();
    let demo = folder.path().join("demo");
    for folder in ["datasets", "models"] {
        std::fs::create_dir_all(demo.join(folder)).unwrap();
    }
    std::fs::write(demo.join("pack.yaml"), PACK).unwrap();
    let citizen = CITIZEN.replace("codes: demo.sex", "type: text");
    std::fs::write(demo.join("datasets/citizen.yaml"), &citizen).unwrap();
    let elder = citizen
        .replace("dataset: demo.citizen", "dataset: demo.elder")
        .replace("origin: collect", "origin: model")
        .replace(", from: [编号]", "")
        .replace("columns:\n", &format!("{lines}columns:\n"));
    std::fs::write(demo.join("models/elder.yaml"), elder).unwrap();
    std::fs::write(demo.join("models/elder.sql"), sql).unwrap();
    let loaded = Packs::load(&[demo], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    (folder, loaded.packs)
}

#[test]
fn another_select_has_a_model_computed_anew() {
    let (_one, installed) = elder("", "SELECT 1");
    let (_two, offered) = elder("", "SELECT ${limit}");
    assert_eq!(
        shown(&installed, &offered),
        "demo.elder model-sql - → refresh"
    );
}

#[test]
fn an_input_that_is_not_waited_for_any_more_has_a_model_made() {
    let (_one, waits) = elder("", "SELECT 1");
    let (_two, waits_not) = elder("may_be_absent: [demo.citizen]\n", "SELECT 1");
    assert_eq!(
        shown(&waits, &waits_not),
        "demo.elder may-be-absent - → refresh"
    );
    assert_eq!(
        shown(&waits_not, &waits),
        "demo.elder may-be-absent - → none"
    );
}
