//! Where the files of a model stand, and what their declarations may say. SQL itself is compiled elsewhere, with its own
//! tests beside the compiler.

use expect_test::expect;

use super::{AIR, air, check, load, write};

const MEAN: &str = "\
== air/models/mean.yaml
dataset: air.mean
title: {zh: 均值, en: Mean}
owner: 市生态环境局
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
key: [station_id]
columns:
  station_id: {title: {zh: 站点编号, en: Station}, standard: id}
";

const SQL: &str = "\
== air/models/mean.sql
select station_id from air.station where height > ${height} -- 站点
";

#[test]
fn a_model_is_a_dataset_with_its_sql_beside_it() {
    let folder = write(&air(&format!("{MEAN}{SQL}")));
    let pack = folder.path().join("air/pack.yaml");
    let text = std::fs::read_to_string(&pack).unwrap();
    let settings = "settings:\n  height: {title: {zh: 高度, en: Height}, default: 3}\n";
    std::fs::write(&pack, format!("{text}{settings}")).unwrap();
    let mut loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let id = "air.mean".parse().unwrap();
    assert!(loaded.packs.dataset(&id).is_some());
    let model = loaded.packs.model(&id).unwrap().clone();
    assert_eq!(loaded.packs.models().len(), 1);
    assert!(model.sql().contains("${height}"));
    assert!(model.path_of_sql().ends_with("air/models/mean.sql"));
    let sql = loaded.packs.sql_of(&model).unwrap();
    assert_eq!(
        sql,
        "select station_id from air.station where height > 3 -- 站点\n"
    );
    let value = crate::declare::Literal::Integer(7);
    let value = ("air".parse().unwrap(), "height".to_owned(), value);
    loaded.packs.override_settings([value]).unwrap();
    let sql = loaded.packs.sql_of(&model).unwrap();
    assert!(sql.contains("height > 7"), "{sql}");
}

#[test]
fn a_model_and_its_sql_need_each_other() {
    check(
        &air(&format!(
            "{MEAN}== air/models/other.sql\nselect 1\n== air/models/notes.txt\n"
        )),
        expect![[r#"
            error[missing-file]: the model `air.mean` has no SQL
             --> air/models/mean.yaml:1:10
              |
            1 | dataset: air.mean
              |          ^^^^^^^^
              help: write its SELECT into models/mean.sql

            warning[unknown-file]: nothing reads this file in models/
             --> air/models/notes.txt
             help: a model is declared in a file whose name ends with `.yaml`

            warning[unknown-file]: nothing declares what this SELECT makes
             --> air/models/other.sql
             help: add `other.yaml` beside it, with the columns and their titles
        "#]],
    );
}

#[test]
fn the_origin_says_in_which_folder_a_dataset_is_declared() {
    let mean = MEAN.replace("origin: model", "origin: collect");
    let station = "\
== air/datasets/total.yaml
dataset: air.total
title: {zh: 合计, en: Total}
owner: 市生态环境局
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
columns:
  value: {title: {zh: 数值, en: Value}, type: float}
";
    check(
        &air(&format!(
            "{mean}== air/models/mean.sql\nselect station_id from air.station\n{station}"
        )),
        expect![[r#"
            error[wrong-origin]: a dataset with the origin `model` is declared in models/, beside its SQL
             --> air/datasets/total.yaml:4:9
              |
            4 | origin: model
              |         ^^^^^
              help: move it to models/total.yaml and its SELECT to models/total.sql

            error[wrong-value]: `collect` is not a value of `origin`
             --> air/models/mean.yaml:4:9
              |
            4 | origin: collect
              |         ^^^^^^^
              help: it is one of: `model`
        "#]],
    );
}

#[test]
fn nothing_is_delivered_to_a_model_and_it_says_what_a_row_is() {
    let mean = MEAN
        .replace("key: [station_id]\n", "")
        .replace("standard: id}", "standard: id, from: [站点编号]}");
    check(
        &air(&format!(
            "{mean}== air/models/mean.sql\nselect station_id from air.station
== air/sources/mean.yaml
source: air.mean
title: {{zh: 均值, en: Mean}}
dataset: air.mean
mode: append
channel: {{upload: {{}}}}
"
        )),
        expect![[r#"
            warning[incomplete]: the model has no `key`, so it is always computed anew as a whole
             --> air/models/mean.yaml:1:1
              |
            1 | dataset: air.mean
              | ^^^^^^^
              help: add `key`: the columns that say what one row is, such as those of GROUP BY

            error[wrong-keys]: nothing is delivered to a model, so its columns have no headers
             --> air/models/mean.yaml:9:68
              |
            9 | …on_id: {title: {zh: 站点编号, en: Station}, standard: id, from: [站点编号]}
              |                                                                  ^^^^^^^^^^
              help: leave `from` out

            error[wrong-origin]: the rows of `air.mean` do not come from sources
             --> air/sources/mean.yaml:3:10
              |
            3 | dataset: air.mean
              |          ^^^^^^^^
              help: a source delivers to a dataset whose `origin` is `collect`
        "#]],
    );
}

#[test]
fn a_test_that_names_a_model_expects_rows_of_it() {
    check(
        &air(&format!(
            "{MEAN}== air/models/mean.sql\nselect station_id from air.station
== air/tests/mean.yaml
given: {{dataset: air.station, rows: []}}
then: {{model: air.mean, rows_in: 0}}
"
        )),
        expect![[r#"
            warning[incomplete]: the test names a model, and no rows of it
             --> air/tests/mean.yaml:2:15
              |
            2 | then: {model: air.mean, rows_in: 0}
              |               ^^^^^^^^
              help: add `rows`: all rows of the model, in the order of its key
        "#]],
    );
}

#[test]
fn a_setting_that_is_not_closed_is_shown_where_it_is_opened() {
    let pack = AIR.replace(
        "title: {zh: 空气质量, en: Air quality}\n",
        "title: {zh: 空气质量, en: Air quality}\nsettings:\n  high: {title: {zh: 高}, default: 3}\n",
    );
    check(
        &format!(
            "{pack}{MEAN}== air/models/mean.sql\nselect station_id from air.station where height > ${{high}}\n  and height < ${{high\n"
        ),
        expect![[r#"
            error[missing-setting]: `${` is never closed
             --> air/models/mean.sql:2:16
              |
            2 |   and height < ${high
              |                ^^
              help: a setting is used as `${name}`
        "#]],
    );
}

#[test]
fn a_setting_in_sql_is_one_of_the_pack() {
    check(
        &air(&format!(
            "{MEAN}== air/models/mean.sql\nselect station_id\nfrom air.station -- 高度\nwhere height > ${{hight}}\n"
        )),
        expect![[r#"
            error[missing-setting]: the pack `air` has no setting `hight`
             --> air/models/mean.sql:3:16
              |
            3 | where height > ${hight}
              |                ^^^^^^^^
              help: declare it under `settings` in pack.yaml
        "#]],
    );
}

#[test]
fn what_may_be_absent_is_a_dataset_that_is_there() {
    let mean = MEAN.replace(
        "key: [station_id]\n",
        "key: [station_id]\nmay_be_absent: [air.station, air.statoin]\n",
    );
    check(
        &air(&format!(
            "{mean}== air/models/mean.sql\nselect station_id from air.station\n"
        )),
        expect![[r#"
            error[missing-dataset]: there is no dataset `air.statoin`
             --> air/models/mean.yaml:9:30
              |
            9 | may_be_absent: [air.station, air.statoin]
              |                              ^^^^^^^^^^^
              help: did you mean `air.station`?
        "#]],
    );
}

#[test]
fn nothing_is_absent_for_a_dataset_without_sql() {
    let folder = write(&AIR.replace(
        "key: [station_id]\n",
        "key: [station_id]\nmay_be_absent: [air.station]\n",
    ));
    let loaded = load(folder.path());
    let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("error[unknown-key]: unknown key `may_be_absent`"),
        "{problems:?}"
    );
}
