//! What a metric may say. SQL itself is compiled elsewhere, with its own tests beside the compiler.

use std::path::Path;

use expect_test::expect;
use yandu_words::Grain;

use super::{air, check, load, write};
use crate::declare::{Across, Comparison, DimensionKind, Direction};
use crate::{AnyCondition, Packs};

pub(super) const CELLS: &str = "\
== air/models/cell.yaml
dataset: air.cell
title: {zh: 月度站点, en: Stations by month}
owner: 市生态环境局
origin: model
sharing: {class: unconditional}
opening: open
refresh: monthly
key: [month, division]
columns:
  month: {title: {zh: 月份, en: Month}, type: date}
  division: {title: {zh: 区划, en: Division}, standard: division}
  kind: {title: {zh: 类别, en: Kind}, type: text}
  opened: {title: {zh: 新增, en: Opened}, type: integer}
== air/models/cell.sql
select month, division, kind, opened from air.station
";

const METRIC: &str = "\
== air/metrics/opened.yaml
metric: air.opened
title: {zh: 新增站点, en: New stations}
owner: 市生态环境局
formula: 当月启用的监测站数
basis: 生态环境监测规划
points: [20]
of: air.cell
where: kind in (1)
measure: sum(opened)
unit: 个
time: {column: month, grain: month}
dimensions:
  area: {column: division, kind: area}
  kind: {}
direction: up
comparison: \">=\"
baseline: {value: 12, period: 2024-12}
thresholds: {below: 3}
fresh: 45 d
";

#[test]
fn a_metric_gives_a_meaning_to_the_rows_of_a_model() {
    let folder = write(&air(&format!("{CELLS}{METRIC}")));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let metric = loaded.packs.metric(&"air.opened".parse().unwrap()).unwrap();
    assert_eq!(metric.time.grain, Grain::Month);
    assert_eq!(metric.time.across, Across::Sum);
    assert_eq!(metric.comparison, Comparison::AtLeast);
    assert_eq!(metric.direction, Direction::Up);
    let (name, column) = metric.area().unwrap();
    assert_eq!((name.as_str(), column.as_str()), ("area", "division"));
    let kind = "kind".parse().unwrap();
    assert_eq!(metric.column_of(&kind).unwrap().as_str(), "kind");
    assert_eq!(
        metric.dimensions.get(&kind).unwrap().kind,
        DimensionKind::Class
    );
    assert_eq!(
        metric.baseline.as_ref().unwrap().period.to_string(),
        "2024-12"
    );
}

#[test]
fn how_a_metric_is_counted_and_who_asks_for_it_may_be_in_two_languages_or_one() {
    let read = |formula: &str, basis: &str| {
        let metric = METRIC
            .replace("当月启用的监测站数", formula)
            .replace("生态环境监测规划", basis);
        let folder = write(&air(&format!("{CELLS}{metric}")));
        load(folder.path())
    };
    for (formula, basis, english) in [
        ("当月启用的监测站数", "监测规划", None),
        ("{zh: 当月启用的监测站数}", "{zh: 监测规划}", None),
        (
            "{zh: 当月启用的监测站数, en: Stations}",
            "{zh: 监测规划, en: Stations}",
            Some("Stations"),
        ),
    ] {
        let loaded = read(formula, basis);
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        let metric = loaded.packs.metric(&"air.opened".parse().unwrap()).unwrap();
        let basis = metric.basis.as_ref().unwrap();
        assert_eq!(metric.formula.zh, "当月启用的监测站数");
        assert_eq!(basis.zh, "监测规划");
        assert_eq!(metric.formula.en.as_deref(), english);
        assert_eq!(basis.en.as_deref(), english);
    }
    for (formula, basis) in [
        ("''", "监测规划"),
        ("{en: Stations}", "监测规划"),
        ("当月启用的监测站数", "[监测规划]"),
    ] {
        assert!(
            !read(formula, basis).problems.is_empty(),
            "{formula} {basis}"
        );
    }
}

#[test]
fn what_the_metrics_of_the_shipped_packs_mean_is_told_in_english_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let loaded = Packs::load(&[folder], &AnyCondition);
    let first = loaded.packs.metrics().next();
    assert!(first.is_some(), "{:?}", loaded.problems);
    for metric in loaded.packs.metrics() {
        let id = &metric.metric;
        assert!(metric.basis.is_some(), "{id} says not who asks for it");
        let told = [Some(&metric.title), Some(&metric.formula)];
        let told = told
            .into_iter()
            .chain([metric.about.as_ref(), metric.basis.as_ref()]);
        for words in told.flatten() {
            assert!(words.en.is_some(), "{id}: `{words}` is not in English");
        }
    }
}

#[test]
fn a_metric_stands_on_a_model_with_a_column_of_periods() {
    let metric = METRIC
        .replace("of: air.cell", "of: air.station")
        .replace("\nbasis: 生态环境监测规划", "");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
        warning[incomplete]: nothing says who asks for this number
         --> air/metrics/opened.yaml:1:1
          |
        1 | metric: air.opened
          | ^^^^^^
          help: add `basis`: the law, standard or plan that it is computed for

        error[wrong-origin]: `air.station` is no model, and a metric is computed from the rows of one
         --> air/metrics/opened.yaml:6:5
          |
        6 | of: air.station
          |     ^^^^^^^^^^^
          help: write a model that counts by period and by what the metric is asked for, and name it here
    "#]],
    );
    let metric = METRIC
        .replace("{column: month,", "{column: opened,")
        .replace(
            "{column: division, kind: area}",
            "{column: divsion, kind: area}",
        )
        .replace(
            "  kind: {}\n",
            "  kind: {kind: area}\n  opened: {}\n  place: {column: division, kind: area}\n",
        );
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
        error[type-mismatch]: the periods are dates, and `opened` is integer
          --> air/metrics/opened.yaml:11:16
           |
        11 | time: {column: opened, grain: month}
           |                ^^^^^^
           help: let the model select the first day of the period, such as `cast(date_trunc('month', …) as date)`

        error[missing-column]: the dataset `air.cell` has no column `divsion`
          --> air/metrics/opened.yaml:13:18
           |
        13 |   area: {column: divsion, kind: area}
           |                  ^^^^^^^
           help: did you mean `division`?

        error[type-mismatch]: a number is asked for by words, and `opened` is integer
          --> air/metrics/opened.yaml:15:11
           |
        15 |   opened: {}
           |           ^^
           help: let the model select it as text

        error[wrong-keys]: `kind` is the area of the metric already
          --> air/metrics/opened.yaml:16:10
           |
        16 |   place: {column: division, kind: area}
           |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           help: make the other one `kind: class`
    "#]],
    );
}

#[test]
fn wrong_sql_of_a_metric_is_shown_at_its_word() {
    let metric = METRIC
        .replace("sum(opened)", "sum(openend)")
        .replace("kind in (1)", "kindd in (1) and ${least}");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
        error[missing-setting]: the pack `air` has no setting `least`
         --> air/metrics/opened.yaml:8:8
          |
        8 | where: kindd in (1) and ${least}
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^
          help: declare it under `settings` in pack.yaml

        error[wrong-sql]: there is no column `openend`
         --> air/metrics/opened.yaml:9:14
          |
        9 | measure: sum(openend)
          |              ^^^^^^^
    "#]],
    );
    let metric = METRIC
        .replace("sum(opened)", "'many'")
        .replace("kind in (1)", "knd in (1)");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
        error[wrong-sql]: there is no column `knd`
         --> air/metrics/opened.yaml:8:8
          |
        8 | where: knd in (1)
          |        ^^^

        error[wrong-sql]: there is no column `many`
         --> air/metrics/opened.yaml:9:11
          |
        9 | measure: 'many'
          |           ^^^^
    "#]],
    );
}

#[test]
fn a_measure_that_gives_no_number_is_shown() {
    let metric = METRIC.replace("sum(opened)", "kind in ('x')");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
            error[type-mismatch]: a metric is a number, and this is Utf8
             --> air/metrics/opened.yaml:9:10
              |
            9 | measure: kind in ('x')
              |          ^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn what_is_missing_or_contradicts_itself_is_said() {
    let metric = METRIC
        .replace("of: air.cell\n", "")
        .replace("{below: 3}", "{beneath: 3, above: 1}");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
            error[missing-key]: missing key `of`
             --> air/metrics/opened.yaml:1:1
              |
            1 | metric: air.opened
              | ^^^^^^
              help: add `of`: the model whose rows are the cells

            error[unknown-key]: unknown key `beneath`
              --> air/metrics/opened.yaml:17:14
               |
            17 | thresholds: {beneath: 3, above: 1}
               |              ^^^^^^^
               help: known keys: `below`, `above`
        "#]],
    );
    let metric = METRIC
        .replace(
            "comparison: \">=\"\nbaseline: {value: 12, period: 2024-12}\n",
            "comparison: change\n",
        )
        .replace("below: 3", "below: 3, above: 1")
        .replace("fresh: 45 d", "fresh: 5 wd")
        .replace("metric: air.opened", "metric: air.closed");
    check(
        &air(&format!("{CELLS}{metric}")),
        expect![[r#"
            error[wrong-name]: the id `air.closed` is not that of its file, `air.opened`
             --> air/metrics/opened.yaml:1:9
              |
            1 | metric: air.closed
              |         ^^^^^^^^^^
              help: an id is the name of the folder, a dot, and the name of the file without `.yaml`

            warning[incomplete]: a change is counted from a baseline, and there is none
              --> air/metrics/opened.yaml:16:13
               |
            16 | comparison: change
               |             ^^^^^^
               help: add `baseline`, or leave it out knowingly: answers say that it is missing

            error[wrong-bound]: every number is below 3 or above 1
              --> air/metrics/opened.yaml:17:13
               |
            17 | thresholds: {below: 3, above: 1}
               |             ^^^^^^^^^^^^^^^^^^^^
               help: an alert is raised under `below` and over `above`

            error[wrong-schedule]: a number is late by days, and `5 wd` is no number of them
              --> air/metrics/opened.yaml:18:8
               |
            18 | fresh: 5 wd
               |        ^^^^
               help: write it in days, such as `45 d`
        "#]],
    );
}
