use expect_test::expect;

use super::{air, check};

fn source(lines: &str) -> String {
    air(&format!(
        "== air/sources/export.yaml
source: air.export
title: {{zh: 导出}}
dataset: air.station
mode: upsert
{lines}"
    ))
}

#[test]
fn a_channel_is_one_of_those_that_there_are() {
    check(
        &source("channel: {foldr: {path: inbox}}\n"),
        expect![[r#"
        error[unknown-key]: unknown key `foldr`
         --> air/sources/export.yaml:5:11
          |
        5 | channel: {foldr: {path: inbox}}
          |           ^^^^^
          help: did you mean `folder`?
    "#]],
    );
    check(
        &source("channel: {folder: {path: inbox}, upload: {}}\n"),
        expect![[r#"
        error[wrong-keys]: only one of `folder`, `file`, `upload`, `sql` or `http` may be given
         --> air/sources/export.yaml:5:10
          |
        5 | channel: {folder: {path: inbox}, upload: {}}
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          help: keep one of them
    "#]],
    );
    check(
        &source("channel: upload\n"),
        expect![[r#"
        error[wrong-type]: expected a map, found the text `upload`
         --> air/sources/export.yaml:5:10
          |
        5 | channel: upload
          |          ^^^^^^
          help: it is one of `folder`, `file`, `upload`, `sql` or `http`
    "#]],
    );
    check(
        &source("channel:\n  folder: {path: inbox, pattern: 5, colour: red}\n"),
        expect![[r#"
            error[wrong-type]: expected a text, found the number `5`
             --> air/sources/export.yaml:6:34
              |
            6 |   folder: {path: inbox, pattern: 5, colour: red}
              |                                  ^
              help: put it in quotes: `"5"`

            error[unknown-key]: unknown key `colour`
             --> air/sources/export.yaml:6:37
              |
            6 |   folder: {path: inbox, pattern: 5, colour: red}
              |                                     ^^^^^^
              help: known keys: `path`, `pattern`
        "#]],
    );
}

#[test]
fn paths_stay_inside() {
    check(
        &source("channel: {folder: {path: ../../etc, pattern: ../*.csv}}\n"),
        expect![[r#"
            error[path-outside]: the path `../../etc` leads out of its folder
             --> air/sources/export.yaml:5:26
              |
            5 | channel: {folder: {path: ../../etc, pattern: ../*.csv}}
              |                          ^^^^^^^^^
              help: write a path relative to the data folder, without `..`

            error[path-outside]: the pattern `../*.csv` reaches out of its folder
             --> air/sources/export.yaml:5:46
              |
            5 | channel: {folder: {path: ../../etc, pattern: ../*.csv}}
              |                                              ^^^^^^^^
              help: name the files of one folder, such as `*.csv`
        "#]],
    );
    check(
        &source("channel: {folder: {path: ./secrets/stored, pattern: '*'}}\n"),
        expect![[r#"
        error[path-outside]: `./secrets/stored` of the data folder is the program's own
         --> air/sources/export.yaml:5:26
          |
        5 | channel: {folder: {path: ./secrets/stored, pattern: '*'}}
          |                          ^^^^^^^^^^^^^^^^
          help: let deliveries be put into a folder below `inbox/`
    "#]],
    );
    check(
        &source("channel: {sql: {engine: sqlite, url: records.sqlite, table: draft}}\n"),
        expect![[r#"
        error[path-outside]: `records.sqlite` of the data folder is the program's own
         --> air/sources/export.yaml:5:38
          |
        5 | channel: {sql: {engine: sqlite, url: records.sqlite, table: draft}}
          |                                      ^^^^^^^^^^^^^^
          help: let deliveries be put into a folder below `inbox/`
    "#]],
    );
    check(
        &source("channel: {file: {path: /etc/passwd}}\n"),
        expect![[r#"
        error[path-outside]: the path `/etc/passwd` leads out of its folder
         --> air/sources/export.yaml:5:24
          |
        5 | channel: {file: {path: /etc/passwd}}
          |                        ^^^^^^^^^^^
          help: write a path relative to the folder of the pack, without `..`
    "#]],
    );
    check(
        &source("channel: {file: {path: data/none.csv}}\n"),
        expect![[r#"
        error[missing-file]: the pack has no file `data/none.csv`
         --> air/sources/export.yaml:5:24
          |
        5 | channel: {file: {path: data/none.csv}}
          |                        ^^^^^^^^^^^^^
          help: paths are relative to the folder of the pack
    "#]],
    );
    check(
        &source("channel: {sql: {engine: sqlite, url: \"C:\\\\x.sqlite\", table: x}}\n"),
        expect![[r#"
            error[path-outside]: the path `C:\x.sqlite` leads out of its folder
             --> air/sources/export.yaml:5:38
              |
            5 | channel: {sql: {engine: sqlite, url: "C:\\x.sqlite", table: x}}
              |                                      ^^^^^^^^^^^^^^
              help: write a path relative to the data folder, without `..`
        "#]],
    );
    check(
        &source("channel: {sql: {engine: postgres, url: {file: ../../etc/shadow}, table: x}}\n"),
        expect![[r#"
            error[path-outside]: the path `../../etc/shadow` leads out of its folder
             --> air/sources/export.yaml:5:47
              |
            5 | channel: {sql: {engine: postgres, url: {file: ../../etc/shadow}, table: x}}
              |                                               ^^^^^^^^^^^^^^^^
              help: write a path relative to the data folder, without `..`
        "#]],
    );
}

#[test]
fn secrets_are_named_and_never_shown() {
    check(
        &source(
            "channel: {sql: {engine: postgres, url: \"postgres://me:hunter2@host/db\", table: x}}\n",
        ),
        expect![[r#"
            error[literal-secret]: a password is written into the address of the database
             --> air/sources/export.yaml:5:40
              |
            5 | channel: {sql: {engine: postgres, url: ********
              |                                        ^^^^^^^^
              help: a pack is readable by everybody: say where the secret is kept, `{env: NAME}`, `{stored: name}` or `{file: path}`
        "#]],
    );
    check(
        &source(
            "channel:\n  http:\n    url: https://host/api\n    headers: {Authorization: Bearer hunter2}\n",
        ),
        expect![[r#"
            error[literal-secret]: a secret is written here; a pack only names it
             --> air/sources/export.yaml:8:30
              |
            8 |     headers: {Authorization: ********
              |                              ^^^^^^^^
              help: say where it is kept: `{env: NAME}`, `{stored: name}` or `{file: path}`
        "#]],
    );
    check(
        &source(
            "channel: {http: {url: \"https://host/api?token=hunter2\", headers: {X: {evn: A}}}}\n",
        ),
        expect![[r#"
            error[literal-secret]: a secret is written into the address
             --> air/sources/export.yaml:5:23
              |
            5 | channel: {http: {url: ********
              |                       ^^^^^^^^
              help: send it as a header: `headers: {Authorization: {env: NAME}}`

            error[unknown-key]: unknown key `evn`
             --> air/sources/export.yaml:5:71
              help: did you mean `env`?
        "#]],
    );
}

#[test]
fn a_database_is_read_by_table_or_query() {
    check(
        &source(
            "channel: {sql: {engine: mysql, url: {env: lower}, table: \"x; drop table y\", query: select 1}}\n",
        ),
        expect![[r#"
            error[wrong-keys]: a database is read by `table` or by `query`
             --> air/sources/export.yaml:5:11
              |
            5 | channel: {sql: {engine: mysql, url: {env: lower}, table: "x; drop table y…
              |           ^^^

            error[wrong-value]: `mysql` is not a value of `engine`
             --> air/sources/export.yaml:5:25
              |
            5 | channel: {sql: {engine: mysql, url: {env: lower}, table: "x; drop table y", query: select…
              |                         ^^^^^
              help: it is one of: `postgres`, `mariadb`, `sqlite`

            error[wrong-form]: `lower` does not have the right form
             --> air/sources/export.yaml:5:43
              |
            5 | channel: {sql: {engine: mysql, url: {env: lower}, table: "x; drop table y", query: select 1}}
              |                                           ^^^^^
              help: it matches `^[A-Z][A-Z0-9_]{0,126}$`

            error[wrong-form]: `x; drop table y` does not have the right form
             --> air/sources/export.yaml:5:58
              |
            5 | channel: {sql: {engine: mysql, url: {env: lower}, table: "x; drop table y", query: select 1}}
              |                                                          ^^^^^^^^^^^^^^^^^
              help: it matches `^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$`
        "#]],
    );
}

#[test]
fn settings_that_are_used_are_there() {
    check(
        &source("channel: {http: {url: \"${adress}/x\"}}\n"),
        expect![[r#"
            error[missing-setting]: the pack `air` has no setting `adress`
             --> air/sources/export.yaml:5:23
              |
            5 | channel: {http: {url: "${adress}/x"}}
              |                       ^^^^^^^^^^^^^
              help: declare it under `settings` in pack.yaml
        "#]],
    );
}

#[test]
fn times_are_in_their_units() {
    check(
        &source(
            "schedule: {every: 5 s}
channel:
  http: {url: host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
",
        ),
        expect![[r#"
            error[wrong-schedule]: a delivery cannot be due every few seconds
             --> air/sources/export.yaml:5:19
              |
            5 | schedule: {every: 5 s}
              |                   ^^^
              help: write min, h, d or wd, such as `24 h`

            error[wrong-form]: `host/api` is no address of the web
             --> air/sources/export.yaml:7:15
              |
            7 |   http: {url: host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
              |               ^^^^^^^^
              help: it starts with `https://`, `http://` or a setting, `${name}`

            error[wrong-form]: `data` does not have the right form
             --> air/sources/export.yaml:7:31
              |
            7 |   http: {url: host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
              |                               ^^^^
              help: for example `/data/items`

            error[wrong-schedule]: a wait of this kind is told in s or min
             --> air/sources/export.yaml:7:46
              |
            7 |   http: {url: host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
              |                                              ^^^
              help: write such as `30 s`

            error[wrong-value]: the number is less than 1
             --> air/sources/export.yaml:7:66
              |
            7 | …p: {url: host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
              |                                                              ^

            error[wrong-schedule]: a wait of this kind is told in s or min
             --> air/sources/export.yaml:7:75
              |
            7 | …host/api, rows: data, timeout: 2 d, retry: {times: 0, wait: 1 h}}
              |                                                              ^^^
              help: write such as `30 s`
        "#]],
    );
}

#[test]
fn headers_lead_to_columns() {
    check(
        &source(
            "format: {encoding: gb2313, header_row: 1, columns: [a]}
headers: {编号: station_id, \" 编号\": name, 名称: nmae}
channel: {upload: {}}
",
        ),
        expect![[r#"
            error[wrong-value]: `gb2313` is no known encoding
             --> air/sources/export.yaml:5:20
              |
            5 | format: {encoding: gb2313, header_row: 1, columns: [a]}
              |                    ^^^^^^
              help: did you mean `gb2312`?

            error[wrong-keys]: a file with a header row names its columns itself
             --> air/sources/export.yaml:5:52
              |
            5 | format: {encoding: gb2313, header_row: 1, columns: [a]}
              |                                                    ^^^
              help: leave out `header_row` or `columns`; map other headers under `headers`

            error[ambiguous-header]: the header ` 编号` stands for `station_id` and for `name`
             --> air/sources/export.yaml:6:27
              |
            6 | headers: {编号: station_id, " 编号": name, 名称: nmae}
              |                             ^^^^^^^
              help: headers are compared without case, spaces and full-width signs

            error[missing-column]: the dataset `air.station` has no column `nmae`
             --> air/sources/export.yaml:6:44
              |
            6 | headers: {编号: station_id, " 编号": name, 名称: nmae}
              |                                                  ^^^^
              help: did you mean `name`?
        "#]],
    );
}

#[test]
fn tests_name_what_is_there() {
    check(
        &air("== air/tests/more.yaml
tests:
  - name: one
    given: {dataset: air.statoin, file: examples/none.csv, and: {air.x: []}}
    then: {}
  - name: two
    given: {dataset: air.station}
    then: {rows: [{nmae: x}], rows_kept: -1}
== air/tests/neither.yaml
name: three
"),
        expect![[r#"
            error[missing-dataset]: there is no dataset `air.statoin`
             --> air/tests/more.yaml:3:22
              |
            3 |     given: {dataset: air.statoin, file: examples/none.csv, and: {air.x: []}}
              |                      ^^^^^^^^^^^
              help: did you mean `air.station`?

            error[missing-file]: the pack has no file `examples/none.csv`
             --> air/tests/more.yaml:3:41
              |
            3 |     given: {dataset: air.statoin, file: examples/none.csv, and: {air.x: []}}
              |                                         ^^^^^^^^^^^^^^^^^
              help: paths are relative to the folder of the pack

            error[missing-dataset]: there is no dataset `air.x`
             --> air/tests/more.yaml:3:73
              |
            3 | …dataset: air.statoin, file: examples/none.csv, and: {air.x: []}}
              |                                                              ^^
              help: datasets: `air.station`

            warning[incomplete]: the test expects nothing
             --> air/tests/more.yaml:4:11
              |
            4 |     then: {}
              |           ^^
              help: say what becomes of the rows, such as `rows_kept: 2`

            error[wrong-keys]: a test is given a `file` or `rows`
             --> air/tests/more.yaml:6:5
              |
            6 |     given: {dataset: air.station}
              |     ^^^^^

            error[wrong-value]: the number is less than 0
             --> air/tests/more.yaml:7:42
              |
            7 |     then: {rows: [{nmae: x}], rows_kept: -1}
              |                                          ^^

            error[wrong-keys]: a test file has `given` and `then`, or a list under `tests`
             --> air/tests/neither.yaml:1:1
              |
            1 | name: three
              | ^^^^
        "#]],
    );
}
