use expect_test::expect;

use super::{check, column, model};

fn page(lines: &str) -> String {
    format!(
        "{}== air/models/mean.sql
select station, avg(value) as mean from air.reading group by station
== air/pages/month.yaml
page: air.month
title: {{zh: 月报, en: Month}}
{lines}",
        model("mean", &column("mean", "float"))
    )
}

#[test]
fn a_page_over_what_is_there_has_no_problems() {
    check(
        &page(
            "kind: dashboard
tiles:
  - {title: {zh: 站数, en: Stations}, unit: 个, sql: 'select count(*) as stations from air.mean'}
charts:
  - title: {zh: 均值, en: Means}
    type: bar
    sql: >-
      select station, mean from air.mean
      where mean > ${valid_hours} order by station
    x: station
    y: [mean]
    unit: µg/m³
== air/pages/list.yaml
page: air.list
title: {zh: 读数, en: Readings}
kind: list
dataset: air.reading
columns: [station, value]
filters: [station]
sort: [{column: observed_at, descending: true}]
",
        ),
        expect![[r#""#]],
    );
}

#[test]
fn wrong_sql_of_a_page_is_shown_at_its_word() {
    check(
        &page(
            "kind: dashboard
tiles:
  - {title: {zh: 站数, en: Stations}, unit: 个, sql: 'select count(*) as stations from air.maen'}
  - {title: {zh: 站数, en: Stations}, unit: 个, sql: 'select station, mean from air.mean'}
  - {title: {zh: 站名, en: Station}, unit: 个, sql: 'select max(station) as station from air.mean'}
charts:
  - title: {zh: 均值, en: Means}
    type: line
    sql: >-
      select station, mean from air.mean
      where mean > ${valid_hours} and maen < 3
    x: station
    y: [mean]
    unit: µg/m³
  - title: {zh: 均值, en: Means}
    type: bar
    sql: select station, mean from air.mean where mean > ${valid_huors}
    x: station
    y: [mean]
    unit: µg/m³
",
        ),
        expect![[r#"
            error[missing-dataset]: there is no dataset `air.maen`
             --> air/pages/month.yaml:5:85
              |
            5 | … Stations}, unit: 个, sql: 'select count(*) as stations from air.maen'}
              |                                                               ^^^
              help: did you mean `air.mean`?

            error[type-mismatch]: a tile shows one number, and this gives 2 columns
             --> air/pages/month.yaml:6:51
              |
            6 |   - {title: {zh: 站数, en: Stations}, unit: 个, sql: 'select station, mean from air.mean'}
              |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: select one number, such as `count(*)`

            error[type-mismatch]: a tile shows a number, and `station` is none
             --> air/pages/month.yaml:7:50
              |
            7 |   - {title: {zh: 站名, en: Station}, unit: 个, sql: 'select max(station) as station from air.mean'}
              |                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: select one number, such as `count(*)`

            error[wrong-sql]: there is no column `maen`
              --> air/pages/month.yaml:13:39
               |
            13 |       where mean > ${valid_hours} and maen < 3
               |                                       ^^^^
               help: did you mean `mean`?

            error[missing-setting]: the pack `air` has no setting `valid_huors`
              --> air/pages/month.yaml:19:10
               |
            19 |     sql: select station, mean from air.mean where mean > ${valid_huors}
               |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: did you mean `valid_hours`?
        "#]],
    );
}

#[test]
fn what_is_drawn_is_selected_and_a_number() {
    check(
        &page(
            "kind: dashboard
charts:
  - title: {zh: 均值, en: Means}
    type: pie
    sql: select station, mean from air.mean
    x: sation
    y: [mean, station]
    series: station
    unit: µg/m³
",
        ),
        expect![[r#"
            error[missing-column]: the SQL of the chart selects no column `sation`
             --> air/pages/month.yaml:8:8
              |
            8 |     x: sation
              |        ^^^^^^
              help: did you mean `station`?

            error[wrong-keys]: one column of numbers is drawn with `series`, and `y` has 2
             --> air/pages/month.yaml:9:8
              |
            9 |     y: [mean, station]
              |        ^^^^^^^^^^^^^^^
              help: make each of them a chart of its own

            error[type-mismatch]: `station` is drawn by its size, and it is no number
             --> air/pages/month.yaml:9:15
              |
            9 |     y: [mean, station]
              |               ^^^^^^^

            error[wrong-keys]: the pieces of a pie are named by `x`
              --> air/pages/month.yaml:10:5
               |
            10 |     series: station
               |     ^^^^^^
               help: leave `series` out, or draw bars
        "#]],
    );
}

#[test]
fn a_page_has_what_its_kind_shows_and_nothing_else() {
    check(
        &page(
            "kind: list
tiles:
  - {title: {zh: 站数, en: Stations}, unit: 个, sql: 'select count(*) as stations from air.mean'}
== air/pages/list.yaml
page: air.list
title: {zh: 读数, en: Readings}
kind: list
dataset: air.mean
columns: [station, maen]
filters: [value]
sort: [{column: mean, descending: yes}]
== air/pages/empty.yaml
page: air.empty
title: {zh: 空, en: Empty}
kind: dashboard
== air/pages/other.yaml
page: air.another
title: {zh: 空, en: Empty}
kind: map
",
        ),
        expect![[r#"
            error[missing-key]: this dashboard shows nothing
             --> air/pages/empty.yaml:3:7
              |
            3 | kind: dashboard
              |       ^^^^^^^^^
              help: add `tiles` or `charts`

            error[missing-column]: the dataset `air.mean` has no column `maen`
             --> air/pages/list.yaml:5:20
              |
            5 | columns: [station, maen]
              |                    ^^^^
              help: did you mean `mean`?

            error[missing-column]: the dataset `air.mean` has no column `value`
             --> air/pages/list.yaml:6:11
              |
            6 | filters: [value]
              |           ^^^^^
              help: columns: `station`, `mean`

            error[wrong-type]: expected true or false, found the text `yes`
             --> air/pages/list.yaml:7:35
              |
            7 | sort: [{column: mean, descending: yes}]
              |                                   ^^^
              help: write `true` or `false`, without quotes

            error[missing-key]: this list shows nothing
             --> air/pages/month.yaml:3:7
              |
            3 | kind: list
              |       ^^^^
              help: add `dataset`: the dataset whose rows are shown

            error[wrong-keys]: `tiles` belongs to a dashboard, and this page is a list
             --> air/pages/month.yaml:4:1
              |
            4 | tiles:
              | ^^^^^
              help: leave it out, or make the page `kind: dashboard`

            error[wrong-name]: the id `air.another` is not that of its file, `air.other`
             --> air/pages/other.yaml:1:7
              |
            1 | page: air.another
              |       ^^^^^^^^^^^
              help: an id is the name of the folder, a dot, and the name of the file without `.yaml`

            error[wrong-value]: `map` is not a value of `kind`
             --> air/pages/other.yaml:3:7
              |
            3 | kind: map
              |       ^^^
              help: it is one of: `list`, `dashboard`
        "#]],
    );
}
