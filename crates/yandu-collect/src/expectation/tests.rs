//! What is said about the SQL of models, read and compiled as `yandu pack check` does it.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expected texts are written by `UPDATE_EXPECT=1`, always with hashes"
)]

use std::fs;

use expect_test::{Expect, expect};
use yandu_pack::Packs;

use super::SqlConditions;

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
        expect![[r#""#]],
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
        expect![[r#""#]],
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
        expect![[r#""#]],
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
        expect![[r#""#]],
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
        expect![[r#""#]],
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
        expect![[r#""#]],
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
    check(&files.concat(), expect![[r#""#]]);
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
        expect![[r#""#]],
    );
}
