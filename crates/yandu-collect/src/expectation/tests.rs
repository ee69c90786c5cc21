//! What is said about the SQL of models, read and compiled as `yandu pack check` does it.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expected texts are written by `UPDATE_EXPECT=1`, always with hashes"
)]

use std::fs;

use expect_test::{Expect, expect};
use yandu_pack::Packs;

use super::SqlConditions;

mod grades;
mod pages;

const STATION: &str = "\
== air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气质量, en: Air quality}
settings:
  valid_hours: {title: {zh: 有效小时数, en: Valid hours}, default: 20}
== air/README.md
== air/tests/reading.yaml
given: {dataset: air.reading, rows: [{station: S1, observed_at: \"2025-01-01 08:00:00\"}]}
then: {rows_kept: 1}
== air/datasets/reading.yaml
dataset: air.reading
title: {zh: 读数, en: Reading}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: hourly
key: [station, observed_at]
columns:
  station: {title: {zh: 站点, en: Station}, standard: id}
  observed_at: {title: {zh: 观测时间, en: Observed at}, type: timestamp}
  value: {title: {zh: 浓度, en: Value}, type: float, required: false}
  price: {title: {zh: 费用, en: Price}, type: \"decimal(12,2)\", required: false}
";

/// The declaration of a model of the pack, with these columns below its key.
fn model(name: &str, columns: &str) -> String {
    format!(
        "\
== air/models/{name}.yaml
dataset: air.{name}
title: {{zh: 均值, en: Mean}}
owner: 市生态环境局
origin: model
sharing: {{class: unconditional}}
opening: open
refresh: daily
key: [station]
columns:
  station: {{title: {{zh: 站点, en: Station}}, standard: id}}
{columns}"
    )
}

fn column(name: &str, value_type: &str) -> String {
    format!(
        "  {name}: {{title: {{zh: 列, en: Column}}, type: \"{value_type}\", required: false}}\n"
    )
}

/// Loads packs written as text and compares all that is said about them.
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads like the macro that makes it"
)]
fn check(more: &str, expect: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let files = format!("{STATION}{more}");
    for file in files.trim_start_matches("== ").split("\n== ") {
        let (name, text) = file.split_once('\n').unwrap_or((file, ""));
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{}\n", text.trim_end())).unwrap();
    }
    let loaded = Packs::load(&[folder.path().to_owned()], &SqlConditions);
    let prefix = format!("{}/", folder.path().display());
    let text: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    expect.assert_eq(&text.join("\n").replace(&prefix, ""));
}

#[test]
fn a_good_model_has_no_problems() {
    check(
        &format!(
            "{}== air/models/mean.sql
-- 每站的均值
select r.station, case when count(r.value) >= ${{valid_hours}} then avg(r.value) end as mean, count(*) as hours
from air.reading r
group by r.station
",
            model("mean", &(column("mean", "float") + &column("hours", "integer")))
        ),
        expect![[r#""#]],
    );
}

#[test]
fn a_missing_input_is_mended_in_the_sql() {
    check(
        &format!(
            "{}== air/models/mean.sql
select r.station
from air.raeding r -- 读数
join water.level w on w.station = r.station
join reading x on x.station = r.station
join information_schema.tables t on true
",
            model("mean", "")
        ),
        expect![[r#"
            error[missing-dataset]: there is no dataset `air.raeding`
             --> air/models/mean.sql:2:6
              |
            2 | from air.raeding r -- 读数
              |      ^^^^^^^^^^^
              help: did you mean `air.reading`?

            error[missing-dataset]: there is no dataset `water.level`
             --> air/models/mean.sql:3:6
              |
            3 | join water.level w on w.station = r.station
              |      ^^^^^^^^^^^
              help: datasets: `air.mean`, `air.reading`

            error[missing-dataset]: there is no dataset `reading`
             --> air/models/mean.sql:4:6
              |
            4 | join reading x on x.station = r.station
              |      ^^^^^^^
              help: did you mean `air.reading`?

            error[missing-dataset]: there is no dataset `information_schema.tables`
             --> air/models/mean.sql:5:6
              |
            5 | join information_schema.tables t on true
              |      ^^^^^^^^^^^^^^^^^^^^^^^^^
              help: a model reads rows of datasets; what datasets there are changes without any of them
        "#]],
    );
}

#[test]
fn ill_typed_and_broken_sql_is_shown_at_its_place() {
    check(
        &format!(
            "{}== air/models/mean.sql
select r.station,
  sum(r.station) as total
from air.reading r group by r.station
{}== air/models/broken.sql
select station,
from air.reading
where and value > ${{valid_hours}}
{}== air/models/column.sql
select station from air.reading where ${{valid_hours}} > 1 and vlaue > 3
",
            model("mean", &column("total", "float")),
            model("broken", ""),
            model("column", "")
        ),
        expect![[r#"
            error[wrong-sql]: expected: end of statement, found: value
             --> air/models/broken.sql:3:11
              |
            3 | where and value > ${valid_hours}
              |           ^^^^^

            error[wrong-sql]: there is no column `vlaue`
             --> air/models/column.sql:1:62
              |
            1 | …elect station from air.reading where ${valid_hours} > 1 and vlaue > 3
              |                                                              ^^^^^
              help: did you mean `value`?

            error[reserved-name]: `column` is a word of SQL
             --> air/models/column.yaml:1:10
              |
            1 | dataset: air.column
              |          ^^^^^^^^^^
              help: SQL would read it as its own word; add another word to the name

            error[wrong-sql]: `sum` does not take these values: `sum(Text)`
             --> air/models/mean.sql:2:3
              |
            2 |   sum(r.station) as total
              |   ^^^
        "#]],
    );
}

#[test]
fn columns_that_are_not_declared_or_not_selected_are_told_once() {
    check(
        &format!(
            "{}== air/models/mean.sql
select r.station, avg(r.value) as maen, count(*) as hours, max(r.value)
from air.reading r group by r.station
",
            model(
                "mean",
                &(column("mean", "float") + &column("lowest", "float"))
            )
        ),
        expect![[r#"
            error[undeclared-column]: the column `maen` is selected and not declared
             --> air/models/mean.sql:1:19
              |
            1 | select r.station, avg(r.value) as maen, count(*) as hours, max(r.value)
              |                   ^^^^^^^^^^^^^^^^^^^^
              help: did you mean `mean`? name it so with `AS mean`

            error[undeclared-column]: the column `hours` is selected and not declared
             --> air/models/mean.sql:1:41
              |
            1 | select r.station, avg(r.value) as maen, count(*) as hours, max(r.value)
              |                                         ^^^^^^^^^^^^^^^^^
              help: declare it in mean.yaml as `hours: {title: {zh: …, en: …}, type: integer}`

            error[undeclared-column]: the column `max(r.value)` is selected and not declared
             --> air/models/mean.sql:1:60
              |
            1 | select r.station, avg(r.value) as maen, count(*) as hours, max(r.value)
              |                                                            ^^^^^^^^^^^
              help: name it with `AS`: a word in small letters

            error[not-selected]: the SQL of the model selects no column `lowest`
              --> air/models/mean.yaml:12:3
               |
            12 |   lowest: {title: {zh: 列, en: Column}, type: "float", required: fals…
               |   ^^^^^^
               help: select it in mean.sql, or leave it out here
        "#]],
    );
}

#[test]
fn types_that_do_not_fit_are_mended_by_a_cast() {
    check(
        &format!(
            "{}== air/models/mean.sql
select r.station,
  sum(r.price) as total,
  avg(r.price) as mean,
  count(*) as hours,
  min(r.observed_at) as since,
  count(*) as days,
  max(r.station) as last_station
from air.reading r group by r.station
",
            model(
                "mean",
                &[
                    column("total", "decimal(12,2)"),
                    column("mean", "decimal(16,6)"),
                    column("hours", "float"),
                    column("since", "date"),
                    column("days", "integer"),
                    column("last_station", "boolean"),
                ]
                .concat()
            )
        ),
        expect![[r#"
            error[type-mismatch]: `total` is decimal(22,2) here, and it is declared as decimal(12,2)
             --> air/models/mean.sql:2:3
              |
            2 |   sum(r.price) as total,
              |   ^^^^^^^^^^^^^^^^^^^^^
              help: write `cast(… as decimal(12,2)) AS total`, or declare it as decimal(22,2)

            error[type-mismatch]: `hours` is integer here, and it is declared as float
             --> air/models/mean.sql:4:3
              |
            4 |   count(*) as hours,
              |   ^^^^^^^^^^^^^^^^^
              help: write `cast(… as double) AS hours`, or declare it as integer

            error[type-mismatch]: `since` is timestamp here, and it is declared as date
             --> air/models/mean.sql:5:3
              |
            5 |   min(r.observed_at) as since,
              |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: write `cast(… as date) AS since`, or declare it as timestamp

            error[type-mismatch]: `last_station` is text here, and it is declared as boolean
             --> air/models/mean.sql:7:3
              |
            7 |   max(r.station) as last_station
              |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: write `cast(… as boolean) AS last_station`, or declare it as text

            error[grade-too-low]: `last_station` is declared general-1, and general-2 flows into it from `air.reading.station`
              --> air/models/mean.yaml:16:3
               |
            16 |   last_station: {title: {zh: 列, en: Column}, type: "boolean", required: fa…
               |   ^^^^^^^^^^^^
               help: declare `grade: general-2`; or, where nobody can be made out in the aggregate, `grade: general-1` with `lowered: …` that says why
        "#]],
    );
}

#[test]
fn what_may_be_absent_is_read_by_the_sql() {
    let station = "\
== air/datasets/station.yaml
dataset: air.station
title: {zh: 监测站, en: Station}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: yearly
key: [station]
columns:
  station: {title: {zh: 站点, en: Station}, standard: id}
";
    let absent = model("mean", "").replace(
        "key: [station]\n",
        "key: [station]\nmay_be_absent: [air.reading, air.station]\n",
    );
    check(
        &format!(
            "{station}{absent}== air/models/mean.sql
select r.station
from air.reading r
group by r.station
"
        ),
        expect![[r#"
            error[not-read]: the SQL of the model does not read `air.station`
             --> air/models/mean.yaml:9:30
              |
            9 | may_be_absent: [air.reading, air.station]
              |                              ^^^^^^^^^^^
              help: inputs: `air.reading`
        "#]],
    );
}

#[test]
fn circles_of_models_are_spelled_out() {
    let select = |from: &str| format!("select station from air.{from}\n");
    check(
        &format!(
            "{}== air/models/first.sql\n{}{}== air/models/second.sql\n{}{}== air/models/third.sql\n{}{}== air/models/own.sql\n{}",
            model("first", ""),
            select("second"),
            model("second", ""),
            select("third"),
            model("third", ""),
            select("first"),
            model("own", ""),
            select("own"),
        ),
        expect![[r#"
            error[model-cycle]: models read each other in a circle: `air.first → air.second → air.third → air.first`
             --> air/models/first.sql:1:21
              |
            1 | select station from air.second
              |                     ^^^^^^^^^^
              help: let one of them read the datasets that the others are made of

            error[model-cycle]: the model `air.own` reads itself
             --> air/models/own.sql:1:21
              |
            1 | select station from air.own
              |                     ^^^^^^^
              help: let one of them read the datasets that the others are made of
        "#]],
    );
}

#[test]
fn models_over_other_packs_need_them() {
    check(
        &format!(
            "{}== air/models/mean.sql
select r.station
from air.reading r
join weather.day d on d.station = r.station
== weather/pack.yaml
pack: weather
version: 1.0.0
title: {{zh: 气象, en: Weather}}
== weather/README.md
== weather/tests/day.yaml
given: {{dataset: weather.day, rows: [{{station: S1}}]}}
then: {{rows_kept: 1}}
== weather/datasets/day.yaml
dataset: weather.day
title: {{zh: 日值, en: Day}}
owner: 市气象局
origin: collect
sharing: {{class: unconditional}}
opening: open
refresh: daily
key: [station]
columns:
  station: {{title: {{zh: 站点, en: Station}}, standard: id}}
",
            model("mean", "")
        ),
        expect![[r#"
            error[undeclared-need]: the pack `air` does not say that it needs `weather`
             --> air/models/mean.sql:3:6
              |
            3 | join weather.day d on d.station = r.station
              |      ^^^^^^^^^^^
              help: add `weather` to `needs` in its pack.yaml
        "#]],
    );
}

#[test]
fn what_no_model_says_is_refused() {
    let statements = [
        ("everything", "select * from air.reading"),
        (
            "clock",
            "select station from air.reading\nwhere observed_at > now()",
        ),
        ("chance", "select station, random() as x from air.reading"),
        (
            "twice",
            "select station from air.reading;\nselect station from air.reading",
        ),
        ("dropping", "drop table air.reading"),
        ("nothing", "-- 以后再写"),
        ("unread", "select 'S1' as station"),
        (
            "same",
            "select r.station, x.station from air.reading r, air.reading x",
        ),
    ];
    let files: Vec<String> = statements
        .iter()
        .map(|(name, sql)| format!("{}== air/models/{name}.sql\n{sql}\n", model(name, "")))
        .collect();
    check(
        &files.concat(),
        expect![[r#"
        error[wrong-sql]: `random` gives another value each time, so no row could be followed to what it was made of
         --> air/models/chance.sql:1:17
          |
        1 | select station, random() as x from air.reading
          |                 ^^^^^^
          help: leave it out; a row is named by its key

        error[wrong-sql]: `now` tells the time of the refresh, so the rows would change without any input
         --> air/models/clock.sql:2:21
          |
        2 | where observed_at > now()
          |                     ^^^
          help: compare with the newest date of the data, or with a setting of the pack as `${name}`

        error[wrong-sql]: a model only reads, and this is no SELECT
         --> air/models/dropping.sql:1:1
          |
        1 | drop table air.reading
          | ^^^^
          help: write a SELECT; the declaration beside it says what becomes of its rows

        error[wrong-sql]: a model selects its columns by name, and this is `*`
         --> air/models/everything.sql:1:8
          |
        1 | select * from air.reading
          |        ^
          help: name the columns: a new column of an input would change the model unseen

        error[wrong-sql]: a model is one SELECT, and there is none
         --> air/models/nothing.sql:1:1
          |
        1 | -- 以后再写
          | ^

        error[duplicate-name]: two columns are named `station`
         --> air/models/same.sql:1:19
          |
        1 | select r.station, x.station from air.reading r, air.reading x
          |                   ^^^^^^^^^
          help: give one of them another name with `AS`

        error[wrong-sql]: a second statement starts here; a model is one SELECT
         --> air/models/twice.sql:2:1
          |
        2 | select station from air.reading
          | ^^^^^^
          help: make it a model of its own, or a common table expression: WITH … AS (…)

        error[wrong-sql]: a model reads at least one dataset, and this reads none
         --> air/models/unread.sql:1:1
          |
        1 | select 'S1' as station
          | ^^^^^^
          help: rows that nothing makes belong into a file under data/
    "#]],
    );
}

#[test]
fn nothing_is_said_that_follows_from_an_input_that_could_not_be_read() {
    check(
        &format!(
            "== air/datasets/broken.yaml
dataset: [
== air/datasets/partly.yaml
dataset: air.partly
title: {{zh: 读数, en: Reading}}
owner: 市生态环境局
origin: collect
sharing: {{class: unconditional}}
opening: open
refresh: hourly
columns:
  station: {{title: {{zh: 站点, en: Station}}, type: txet}}
{}== air/models/mean.sql
select station from air.broken
{}== air/models/other.sql
select station from air.partly
",
            model("mean", ""),
            model("other", "")
        ),
        expect![[r#"
            error[yaml-syntax]: while parsing a node, did not find expected node content
             --> air/datasets/broken.yaml:2:1
              help: see whether quotes and brackets are closed, and lines that belong together indented alike

            error[wrong-form]: `txet` is no type
             --> air/datasets/partly.yaml:9:49
              |
            9 |   station: {title: {zh: 站点, en: Station}, type: txet}
              |                                                   ^^^^
              help: did you mean `text`?
        "#]],
    );
}
