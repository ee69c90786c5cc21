//! What the form of a dataset may say.

use expect_test::expect;
use yandu_words::Grain;

use super::{air, check, load, write};
use crate::declare::{EvidenceKind, Later};

const VISIT: &str = "\
== air/datasets/visit.yaml
dataset: air.visit
title: {zh: 巡查填报, en: Visit}
owner: 市生态环境局
origin: form
sharing: {class: unconditional}
opening: closed
refresh: monthly
key: [month, unit]
columns:
  month: {title: {zh: 月份, en: Month}, type: date}
  unit: {title: {zh: 填报单位, en: Unit}, type: text}
  person: {title: {zh: 填报人, en: Person}, standard: name, required: false}
  visits: {title: {zh: 巡查次数, en: Visits}, type: integer}
  note: {title: {zh: 说明, en: Note}, type: text, required: false}
form:
  fields:
    - {column: visits, help: {zh: 当月实际巡查的次数, en: Visits of the month}}
    - {column: note, long: true}
  unit: unit
  period: month
  reporter: person
  units: [亭湖区, 盐都区]
  every: month
  since: 2025-01
  due: 5 wd
  closes: 30 d
  evidence: {least: 1, kinds: [picture]}
";

#[test]
fn a_form_says_who_fills_what_and_when() {
    let folder = write(&air(VISIT));
    let loaded = load(folder.path());
    let found: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(!loaded.has_errors(), "{found:?}");
    let dataset = loaded.packs.dataset(&"air.visit".parse().unwrap()).unwrap();
    let form = dataset.file().form.as_ref().unwrap();
    assert_eq!(form.every, Grain::Month);
    assert_eq!(form.due.to_string(), "5 wd");
    assert_eq!(form.remind.to_string(), "3 d");
    assert_eq!(form.later, Later::Replaces);
    assert_eq!(form.evidence.kinds, [EvidenceKind::Picture]);
    assert_eq!((form.evidence.least, form.evidence.most), (1, 9));
    assert!(form.has_field("visits") && !form.has_field("unit"));
}

#[test]
fn a_form_and_its_dataset_need_each_other() {
    let (without, _) = VISIT.split_once("form:\n").unwrap();
    let collected = VISIT
        .replace("origin: form", "origin: collect")
        .replace("air.visit", "air.other")
        .replace("visit.yaml", "other.yaml");
    check(
        &air(&format!("{without}{collected}")),
        expect![[r#"
        error[wrong-keys]: only a dataset with the origin `form` is filled by people
          --> air/datasets/other.yaml:15:1
           |
        15 | form:
           | ^^^^
           help: write `origin: form`, or leave `form` out

        error[missing-key]: nothing says who fills which columns, and when
         --> air/datasets/visit.yaml:4:9
          |
        4 | origin: form
          |         ^^^^
          help: add `form` with `fields`, `unit`, `period`, `units`, `every`, `since` and `due`
    "#]],
    );
}

#[test]
fn the_columns_of_a_form_are_there_once_and_of_their_kind() {
    let wrong = VISIT
        .replace("column: visits", "column: vists")
        .replace("  unit: unit\n", "  unit: visits\n")
        .replace("  period: month\n", "  period: note\n")
        .replace("column: note", "column: person")
        .replace("key: [month, unit]", "key: [month, person]");
    check(
        &air(&wrong),
        expect![[r#"
        error[no-key]: a report is known by its unit and its period, and the key has no `visits`
         --> air/datasets/visit.yaml:8:6
          |
        8 | key: [month, person]
          |      ^^^^^^^^^^^^^^^
          help: add `visits` to `key`

        error[no-key]: a report is known by its unit and its period, and the key has no `note`
         --> air/datasets/visit.yaml:8:6
          |
        8 | key: [month, person]
          |      ^^^^^^^^^^^^^^^
          help: add `note` to `key`

        error[no-key]: a report is known by its unit and its period alone
         --> air/datasets/visit.yaml:8:7
          |
        8 | key: [month, person]
          |       ^^^^^
          help: leave it out of `key`

        error[no-key]: a report is known by its unit and its period alone
         --> air/datasets/visit.yaml:8:14
          |
        8 | key: [month, person]
          |              ^^^^^^
          help: leave it out of `key`

        error[wrong-keys]: every row must have `month`, and nobody fills it
          --> air/datasets/visit.yaml:10:3
           |
        10 |   month: {title: {zh: 月份, en: Month}, type: date}
           |   ^^^^^
           help: name it under `form`, or write `required: false`

        error[wrong-keys]: every row must have `unit`, and nobody fills it
          --> air/datasets/visit.yaml:11:3
           |
        11 |   unit: {title: {zh: 填报单位, en: Unit}, type: text}
           |   ^^^^
           help: name it under `form`, or write `required: false`

        error[missing-column]: the dataset `air.visit` has no column `vists`
          --> air/datasets/visit.yaml:17:16
           |
        17 |     - {column: vists, help: {zh: 当月实际巡查的次数, en: Visits of the month}}
           |                ^^^^^
           help: did you mean `visits`?

        error[duplicate-name]: the form has `person` already
          --> air/datasets/visit.yaml:18:16
           |
        18 |     - {column: person, long: true}
           |                ^^^^^^
           help: a column is filled once, or beforehand

        error[type-mismatch]: a unit is named by a text, and `visits` is integer
          --> air/datasets/visit.yaml:19:9
           |
        19 |   unit: visits
           |         ^^^^^^

        error[type-mismatch]: a period is told by its first day, and `note` is text
          --> air/datasets/visit.yaml:20:11
           |
        20 |   period: note
           |           ^^^^
    "#]],
    );
}

#[test]
fn the_times_and_the_files_of_a_form_can_be() {
    let wrong = VISIT
        .replace("since: 2025-01", "since: 2025")
        .replace("due: 5 wd", "due: 36 h")
        .replace("least: 1,", "least: 12,");
    check(
        &air(&wrong),
        expect![[r#"
        error[wrong-type]: expected a text, found the number `2025`
          --> air/datasets/visit.yaml:24:10
           |
        24 |   since: 2025
           |          ^^^^
           help: put it in quotes: `"2025"`
    "#]],
    );
}

#[test]
fn reports_come_from_a_folder_and_from_nowhere_else() {
    let source = "\
== air/sources/visit_file.yaml
source: air.visit_file
title: {zh: 离线填报, en: Reports filled offline}
dataset: air.visit
mode: snapshot
headers: {次数: visits}
channel: {upload: {}}
";
    check(
        &air(&format!("{VISIT}{source}")),
        expect![[r#"
        error[wrong-keys]: a report is one row, and the others stay
         --> air/sources/visit_file.yaml:4:7
          |
        4 | mode: snapshot
          |       ^^^^^^^^
          help: write `mode: upsert`

        error[wrong-keys]: a report is a file of this program, so nothing is said of its headers or its format
         --> air/sources/visit_file.yaml:5:1
          |
        5 | headers: {次数: visits}
          | ^^^^^^^
          help: leave it out

        error[wrong-origin]: reports of a form come by the form itself, or as files of a folder
         --> air/sources/visit_file.yaml:6:1
          |
        6 | channel: {upload: {}}
          | ^^^^^^^
          help: write `channel: {folder: …}`, or leave the source out
    "#]],
    );
}
