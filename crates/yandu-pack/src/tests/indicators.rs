use expect_test::expect;

use super::{air, check, load, write};
use crate::declare::{EntryStatus, Fact, Measure};

const SET: &str = "\
== air/indicators/province.yaml
indicators: air.province
title: {zh: 考核指标, en: Reporting set}
sample: true
items:
  - {id: A01, title: {zh: 已发布, en: Published}, unit: 个, measure: {count: {status: [published]}}}
  - {id: A02, title: {zh: 按期更新, en: In time}, unit: \"%\", measure: {share: {part: {fresh: true}}}}
  - {id: A03, title: {zh: 数据量, en: Rows}, unit: 条, measure: {sum: {fact: rows}}}
  - {id: A04, title: {zh: 回流, en: Returned}, unit: \"%\", measure: {uncovered: {reason: 没有清单}}}
";

#[test]
fn a_set_says_how_each_indicator_is_answered() {
    let folder = write(&air(SET));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let set = loaded
        .packs
        .indicator_set(&"air.province".parse().unwrap())
        .unwrap();
    let measures: Vec<&Measure> = set.items.iter().map(|item| &item.measure).collect();
    let [
        Measure::Count(count),
        Measure::Share(share),
        Measure::Sum(sum),
        Measure::Uncovered(uncovered),
    ] = measures.as_slice()
    else {
        panic!("{measures:?}");
    };
    assert_eq!(count.status, [EntryStatus::Published]);
    assert_eq!(share.part.fresh, Some(true));
    assert_eq!(share.of, crate::declare::EntryFilter::default());
    assert_eq!(sum.fact, Fact::Rows);
    assert_eq!(uncovered.reason, "没有清单");
}

#[test]
fn a_set_says_who_asks_and_asks_for_each_indicator_once() {
    let set = SET
        .replace("sample: true\n", "")
        .replace("id: A02", "id: A01")
        .replace("status: [published]", "status: [publishd], colour: red")
        .replace("fact: rows", "fact: row")
        .replace("{uncovered: {reason: 没有清单}}", "{median: {fact: rows}}");
    check(
        &air(&set),
        expect![[r#"
        warning[incomplete]: nothing says who asks for these indicators
         --> air/indicators/province.yaml:1:1
          |
        1 | indicators: air.province
          | ^^^^^^^^^^
          help: add `basis`: the document that issues them, or `sample: true`

        error[wrong-value]: `publishd` is not a value of `status`
         --> air/indicators/province.yaml:4:84
          |
        4 | …h: 已发布, en: Published}, unit: 个, measure: {count: {status: [publishd], colour: red}}}
          |                                                                  ^^^^^^^^
          help: did you mean `published`?

        error[unknown-key]: unknown key `colour`
         --> air/indicators/province.yaml:4:95
          |
        4 | … Published}, unit: 个, measure: {count: {status: [publishd], colour: red}}}
          |                                                               ^^^^^^
          help: known keys: `status`, `origin`, `kind`, `sharing`, `opening`, `grade`, `owner`, `theme`, `point`, `fresh`, `complete`, `score_at_least`

        error[duplicate-name]: there are two indicators `A01`
         --> air/indicators/province.yaml:5:10
          |
        5 |   - {id: A01, title: {zh: 按期更新, en: In time}, unit: "%", measure: {share…
          |          ^^^
          help: give this one, or number 1, another id

        error[wrong-value]: `row` is not a value of `fact`
         --> air/indicators/province.yaml:6:74
          |
        6 | … title: {zh: 数据量, en: Rows}, unit: 条, measure: {sum: {fact: row}}}
          |                                                                  ^^^
          help: did you mean `rows`?

        error[unknown-key]: unknown key `median`
         --> air/indicators/province.yaml:7:67
          |
        7 | …d: A04, title: {zh: 回流, en: Returned}, unit: "%", measure: {median: {fact: rows}}}
          |                                                                ^^^^^^
          help: did you mean `mean`?
    "#]],
    );
}
