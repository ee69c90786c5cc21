//! Grades that models declare, against those of what flows into them.

use expect_test::{Expect, expect};

use super::{check, model};

/// A register of people with a sensitive number, and a model over it that is declared and selected like this.
fn person(grade: &str, columns: &str, sql: &str, expect: Expect) {
    let declared =
        model("mean", columns).replace("key: [station]", &format!("{grade}key: [station]"));
    let register = "\
== air/datasets/person.yaml
dataset: air.person
title: {zh: 人员, en: Person}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [number]
columns:
  number: {title: {zh: 证件号码, en: Number}, standard: resident_id}
  mobile: {title: {zh: 手机, en: Mobile}, standard: mobile, grade: general-4}
  station: {title: {zh: 站点, en: Station}, standard: id}
";
    check(
        &format!("{register}{declared}== air/models/mean.sql\n{sql}\n"),
        expect,
    );
}

#[test]
fn a_copied_or_transformed_value_keeps_its_grade_at_least() {
    person(
        "",
        "  number: {title: {zh: 证件号码, en: Number}, type: text}
  area: {title: {zh: 地区, en: Area}, type: text, grade: general-2, lowered: 只有前六位}
  phone: {title: {zh: 手机, en: Mobile}, type: text, grade: general-4}
",
        "select station, number, substr(number, 1, 6) as area, mobile as phone from air.person",
        expect![[r#"
            error[grade-too-low]: `number` is declared general-1, and general-3 flows into it from `air.person.number`
              --> air/models/mean.yaml:11:3
               |
            11 |   number: {title: {zh: 证件号码, en: Number}, type: text}
               |   ^^^^^^
               help: declare `grade: general-3`; only an aggregate of many rows may have a lower grade

            error[grade-too-low]: `area` is declared general-2, and general-3 flows into it from `air.person.number`
              --> air/models/mean.yaml:12:56
               |
            12 |   area: {title: {zh: 地区, en: Area}, type: text, grade: general-2, lowered: 只有前六位}
               |                                                          ^^^^^^^^^
               help: declare `grade: general-3`; only an aggregate of many rows may have a lower grade
        "#]],
    );
}

#[test]
fn an_aggregate_is_graded_lower_only_with_a_reason() {
    person(
        "",
        "  people: {title: {zh: 人数, en: People}, type: integer}
  mobiles: {title: {zh: 手机数, en: Mobiles}, type: integer, grade: general-1, lowered: 全站的人数}
  numbers: {title: {zh: 证件数, en: Numbers}, type: integer, grade: general-1}
",
        "select station, count(*) as people, count(distinct mobile) as mobiles, count(distinct number) as numbers
from air.person group by station",
        expect![[r#"
            error[grade-too-low]: `numbers` is declared general-1, and general-3 flows into it from `air.person.number`
              --> air/models/mean.yaml:13:66
               |
            13 | …bers: {title: {zh: 证件数, en: Numbers}, type: integer, grade: general-1}
               |                                                                 ^^^^^^^^^
               help: declare `grade: general-3`; or, where nobody can be made out in the aggregate, `grade: general-1` with `lowered: …` that says why
        "#]],
    );
}

#[test]
fn what_only_decides_lifts_no_grade() {
    person(
        "",
        "",
        "select p.station from air.reading p join air.person o on o.station = p.station where o.mobile like '139%'",
        expect![[r#""#]],
    );
}

#[test]
fn the_grade_of_a_whole_model_is_looked_at_where_it_stands() {
    person(
        "grade: general-2\n",
        "  number: {title: {zh: 证件号码, en: Number}, type: text}\n",
        "select station, number from air.person",
        expect![[r#"
            error[grade-too-low]: `number` is declared general-2, and general-3 flows into it from `air.person.number`
             --> air/models/mean.yaml:8:8
              |
            8 | grade: general-2
              |        ^^^^^^^^^
              help: declare `grade: general-3`; only an aggregate of many rows may have a lower grade
        "#]],
    );
}

#[test]
fn a_grade_flows_through_models_and_a_declared_lowering_ends_it() {
    let second = |columns: &str, sql: &str| {
        format!(
            "{}== air/models/total.sql\n{sql}\n",
            model("total", columns).replace("standard: id}", "type: text, grade: general-2}")
        )
    };
    let columns = "  numbers: {title: {zh: 证件数, en: Numbers}, type: integer, grade: general-1, lowered: 全站的人数}
  first: {title: {zh: 最小, en: First}, type: text}
";
    let more = second(
        "  numbers: {title: {zh: 证件数, en: Numbers}, type: integer}
  first: {title: {zh: 最小, en: First}, type: text}
",
        "select station, numbers, first from air.mean",
    );
    person(
        "",
        columns,
        &format!(
            "select station, count(number) as numbers, min(number) as first from air.person group by station\n{more}"
        ),
        expect![[r#"
            error[grade-too-low]: `first` is declared general-1, and general-3 flows into it from `air.person.number`
              --> air/models/mean.yaml:12:3
               |
            12 |   first: {title: {zh: 最小, en: First}, type: text}
               |   ^^^^^
               help: declare `grade: general-3`; or, where nobody can be made out in the aggregate, `grade: general-1` with `lowered: …` that says why

            error[grade-too-low]: `first` is declared general-1, and general-3 flows into it from `air.mean.first`
              --> air/models/total.yaml:12:3
               |
            12 |   first: {title: {zh: 最小, en: First}, type: text}
               |   ^^^^^
               help: declare `grade: general-3`; only an aggregate of many rows may have a lower grade
        "#]],
    );
}

#[test]
fn a_reason_where_nothing_is_lowered_is_refused() {
    person(
        "",
        "  people: {title: {zh: 人数, en: People}, type: integer, grade: general-1, lowered: 全站的人数}\n",
        "select station, count(*) as people from air.person group by station
== air/datasets/pole.yaml
dataset: air.pole
title: {zh: 杆, en: Pole}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [number]
columns:
  number: {title: {zh: 杆号, en: Number}, standard: id, grade: general-1, lowered: 没有人}
== air/tests/pole.yaml
given: {dataset: air.pole, rows: [{number: P1}]}
then: {rows_kept: 1}",
        expect![[r#"
            error[wrong-keys]: nothing flows into a column that is delivered, so its grade is not lowered
              --> air/datasets/pole.yaml:10:73
               |
            10 | …itle: {zh: 杆号, en: Number}, standard: id, grade: general-1, lowered: 没有人}
               |                                                                ^^^^^^^
               help: leave `lowered` out

            error[wrong-keys]: nothing of a higher grade flows into `people`, so nothing is lowered
              --> air/models/mean.yaml:11:74
               |
            11 | …tle: {zh: 人数, en: People}, type: integer, grade: general-1, lowered: 全站的人数}
               |                                                                ^^^^^^^
               help: leave `lowered` out
        "#]],
    );
}
