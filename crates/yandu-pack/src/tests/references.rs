use expect_test::expect;

use super::{air, check, rendered, station, write};
use crate::{AnyCondition, Code, Packs};

#[test]
fn what_is_not_there_is_named_with_what_is() {
    check(
        &station(
            "  kind: {title: {zh: 类别}, codes: air.knd}
  other: {title: {zh: 其他}, codes: base.sex}
checks:
  - {column: nmae, matches: x}
  - {unique: [name, hight]}
  - {column: name, references: air.statoin}
  - {column: name, references: air.station.nam}
  - {column: name, references: base.division}
== air/codes/kind.yaml
codes: air.kind
title: {zh: 类别}
values: {a: {zh: 甲}}
synonyms: {国控: b, a: a}
",
        ),
        expect![[r#"
            error[missing-code]: the list has no code `b`
             --> air/codes/kind.yaml:4:16
              |
            4 | synonyms: {国控: b, a: a}
              |                  ^
              help: codes: `a`

            error[missing-codes]: there is no code list `air.knd`
              --> air/datasets/station.yaml:14:34
               |
            14 |   kind: {title: {zh: 类别}, codes: air.knd}
               |                                    ^^^^^^^
               help: did you mean `air.kind`?

            error[missing-codes]: there is no code list `base.sex`
              --> air/datasets/station.yaml:15:35
               |
            15 |   other: {title: {zh: 其他}, codes: base.sex}
               |                                     ^^^^^^^^
               help: code lists: `air.kind`

            error[missing-column]: the dataset `air.station` has no column `nmae`
              --> air/datasets/station.yaml:17:14
               |
            17 |   - {column: nmae, matches: x}
               |              ^^^^
               help: did you mean `name`?

            error[missing-column]: the dataset `air.station` has no column `hight`
              --> air/datasets/station.yaml:18:21
               |
            18 |   - {unique: [name, hight]}
               |                     ^^^^^
               help: did you mean `height`?

            error[missing-dataset]: there is no dataset `air.statoin`
              --> air/datasets/station.yaml:19:32
               |
            19 |   - {column: name, references: air.statoin}
               |                                ^^^^^^^^^^^
               help: did you mean `air.station`?

            error[duplicate-name]: there are two checks named `name-references`
              --> air/datasets/station.yaml:20:5
               |
            20 |   - {column: name, references: air.station.nam}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: give this one, or check 3, another `name`: it is the reason that rows are given

            error[missing-column]: the dataset `air.station` has no column `nam`
              --> air/datasets/station.yaml:20:32
               |
            20 |   - {column: name, references: air.station.nam}
               |                                ^^^^^^^^^^^^^^^
               help: did you mean `name`?

            error[duplicate-name]: there are two checks named `name-references`
              --> air/datasets/station.yaml:21:5
               |
            21 |   - {column: name, references: base.division}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: give this one, or check 4, another `name`: it is the reason that rows are given

            error[missing-dataset]: there is no dataset `base.division`
              --> air/datasets/station.yaml:21:32
               |
            21 |   - {column: name, references: base.division}
               |                                ^^^^^^^^^^^^^
               help: datasets: `air.station`
        "#]],
    );
}

#[test]
fn a_reference_to_a_faulty_file_is_no_second_problem() {
    check(
        &air("== air/datasets/broken.yaml
dataset: [
== air/datasets/reading.yaml
dataset: air.reading
title: {zh: 读数}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [station]
columns:
  station: {title: {zh: 监测站}, type: txet}
  value: {title: {zh: 数值}, type: float}
checks:
  - {column: station, references: air.broken}
  - {column: station, matches: \"^S\"}
  - {column: station, references: air.station}
  - {expect: station > value}
"),
        expect![[r#"
            error[yaml-syntax]: while parsing a node, did not find expected node content
             --> air/datasets/broken.yaml:2:1
              help: see whether quotes and brackets are closed, and lines that belong together indented alike

            error[wrong-form]: `txet` is no type
              --> air/datasets/reading.yaml:10:37
               |
            10 |   station: {title: {zh: 监测站}, type: txet}
               |                                        ^^^^
               help: did you mean `text`?

            error[duplicate-name]: there are two checks named `station-references`
              --> air/datasets/reading.yaml:15:5
               |
            15 |   - {column: station, references: air.station}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: give this one, or check 1, another `name`: it is the reason that rows are given
        "#]],
    );
}

#[test]
fn packs_that_need_each_other_are_spelled_out() {
    check(
        "== a/pack.yaml
pack: a
version: 1.0.0
title: {zh: 甲}
needs: [b]
== a/README.md
== b/pack.yaml
pack: b
version: 1.0.0
title: {zh: 乙}
needs:
  - c
  - d
== b/README.md
== c/pack.yaml
pack: c
version: 1.0.0
title: {zh: 丙}
needs: [a, c]
== c/README.md
",
        expect![[r#"
            error[needs-cycle]: packs need each other in a circle: `a → b → c → a`
             --> a/pack.yaml:4:9
              |
            4 | needs: [b]
              |         ^
              help: move what both need into a pack of its own

            error[missing-pack]: there is no pack `d`
             --> b/pack.yaml:6:5
              |
            6 |   - d
              |     ^
              help: packs: `a`, `b`, `c`

            error[needs-cycle]: packs need each other in a circle: `c → c`
             --> c/pack.yaml:4:12
              |
            4 | needs: [a, c]
              |            ^
              help: move what both need into a pack of its own
        "#]],
    );
}

#[test]
fn a_pack_says_what_it_needs() {
    check(
        &air("== water/pack.yaml
pack: water
version: 1.0.0
title: {zh: 水}
== water/README.md
== water/tests/river.yaml
given: {dataset: water.river, rows: []}
then: {rows_in: 0}
== water/datasets/river.yaml
dataset: water.river
title: {zh: 河流}
owner: 市水利局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [a, b]
columns:
  a: {title: {zh: 甲}, standard: id}
  b: {title: {zh: 乙}, type: integer}
checks:
  - {column: a, references: air.station}
  - {column: b, references: air.station}
  - {column: a, references: water.river}
"),
        expect![[r#"
            error[undeclared-need]: the pack `water` does not say that it needs `air`
              --> water/datasets/river.yaml:13:29
               |
            13 |   - {column: a, references: air.station}
               |                             ^^^^^^^^^^^
               help: add `air` to `needs` in its pack.yaml

            error[type-mismatch]: `b` is integer, and `air.station.station_id` is text
              --> water/datasets/river.yaml:14:29
               |
            14 |   - {column: b, references: air.station}
               |                             ^^^^^^^^^^^
               help: a reference is between columns of one type

            error[duplicate-name]: there are two checks named `a-references`
              --> water/datasets/river.yaml:15:5
               |
            15 |   - {column: a, references: water.river}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: give this one, or check 1, another `name`: it is the reason that rows are given

            error[no-single-key]: the key of `water.river` has 2 columns, so the column must be named
              --> water/datasets/river.yaml:15:29
               |
            15 |   - {column: a, references: water.river}
               |                             ^^^^^^^^^^^
               help: write `water.river.column`
        "#]],
    );
}

#[test]
fn a_header_stands_for_one_column() {
    check(
        &station(
            "  id_2: {title: {zh: 甲}, type: text, from: [备注, \" 站点 编号\"]}
  id_3: {title: {zh: 乙}, type: text, from: [ＮＡＭＥ, 备注]}
",
        ),
        expect![[r#"
            error[ambiguous-header]: the header ` 站点 编号` stands for `station_id` and for `id_2`
              --> air/datasets/station.yaml:14:49
               |
            14 |   id_2: {title: {zh: 甲}, type: text, from: [备注, " 站点 编号"]}
               |                                                    ^^^^^^^^^^^^
               help: leave it to one of them; a source can say otherwise under `headers`

            error[ambiguous-header]: the header `ＮＡＭＥ` stands for `name` and for `id_3`
              --> air/datasets/station.yaml:15:45
               |
            15 |   id_3: {title: {zh: 乙}, type: text, from: [ＮＡＭＥ, 备注]}
               |                                              ^^^^^^^^
               help: leave it to one of them; a source can say otherwise under `headers`

            error[ambiguous-header]: the header `备注` stands for `id_2` and for `id_3`
              --> air/datasets/station.yaml:15:51
               |
            15 |   id_3: {title: {zh: 乙}, type: text, from: [ＮＡＭＥ, 备注]}
               |                                                        ^^^^
               help: leave it to one of them; a source can say otherwise under `headers`
        "#]],
    );
}

#[test]
fn names_of_checks_stand_once() {
    check(
        &station(
            "checks:
  - {column: height, between: [0, 1]}
  - {column: height, between: [0, 2]}
",
        ),
        expect![[r#"
            error[duplicate-name]: there are two checks named `height-between`
              --> air/datasets/station.yaml:16:5
               |
            16 |   - {column: height, between: [0, 2]}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: give this one, or check 1, another `name`: it is the reason that rows are given
        "#]],
    );
}

#[test]
fn sharing_is_founded() {
    let dataset = |class: &str| {
        format!(
            "== air/datasets/{class}_one.yaml
dataset: air.{class}_one
title: {{zh: 读数}}
owner: 市生态环境局
origin: collect
sharing: {{class: {class}}}
opening: closed
refresh: daily
columns:
  a: {{title: {{zh: 甲}}, standard: id}}
"
        )
    };
    check(
        &air(&format!("{}{}", dataset("none"), dataset("conditional"))),
        expect![[r#"
            warning[incomplete]: sharing is conditional, and no `basis` or `condition` says on what
             --> air/datasets/conditional_one.yaml:5:10
              |
            5 | sharing: {class: conditional}
              |          ^^^^^^^^^^^^^^^^^^^^
              help: add `condition`: who may have the data and for what, or `basis`: the law that says so

            error[no-basis]: a dataset on the negative list has no `basis`
             --> air/datasets/none_one.yaml:5:10
              |
            5 | sharing: {class: none}
              |          ^^^^^^^^^^^^^
              help: add the law, regulation or decision that forbids sharing, with its article
        "#]],
    );
}

#[test]
fn an_uncertain_setting_says_where_it_comes_from() {
    check(
        "== air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气质量}
settings:
  limit: {title: {zh: 限值}, default: 35, uncertain: true}
  api_token: {title: {zh: 令牌}, default: abc123}
  address: {title: {zh: 地址}, default: \"http://me:hunter2@host/\"}
== air/README.md
",
        expect![[r#"
            error[uncertain-setting]: the setting `limit` is uncertain, and nothing says where its value comes from
             --> air/pack.yaml:5:3
              |
            5 |   limit: {title: {zh: 限值}, default: 35, uncertain: true}
              |   ^^^^^
              help: add `basis`: the document or estimate that the value was taken from, and what is in doubt

            error[literal-secret]: the default of the setting `api_token` holds a secret
             --> air/pack.yaml:6:41
              |
            6 |   api_token: {title: {zh: 令牌}, default: ********
              |                                           ^^^^^^^^
              help: a pack is readable by everybody: say where the secret is kept, `{env: NAME}`, `{stored: name}` or `{file: path}`

            error[literal-secret]: the default of the setting `address` holds a secret
             --> air/pack.yaml:7:39
              |
            7 |   address: {title: {zh: 地址}, default: ********
              |                                         ^^^^^^^^
              help: a pack is readable by everybody: say where the secret is kept, `{env: NAME}`, `{stored: name}` or `{file: path}`
        "#]],
    );
}

#[test]
fn a_pack_stands_once() {
    let folder = write(
        "== one/air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气}
== one/air/README.md
== two/air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气}
== two/air/README.md
",
    );
    let loaded = Packs::load(
        &[folder.path().join("one"), folder.path().join("two")],
        &AnyCondition,
    );
    expect![[r#"
        error[duplicate-name]: there are two packs `air`
         --> two/air/pack.yaml:1:7
          |
        1 | pack: air
          |       ^^^
          help: the other one is one/air/pack.yaml
    "#]]
    .assert_eq(&rendered(folder.path(), &loaded));
}

#[test]
fn a_folder_that_is_named_twice_is_read_once_and_one_that_is_almost_a_pack_is_told_of() {
    let folder = write(
        "== air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气}
== air/README.md
== water/pack.yml
pack: water
== soil/datasets/field.yaml
dataset: soil.field
== notes/todo.txt
",
    );
    let named = [folder.path().join("air"), folder.path().to_owned()];
    let loaded = Packs::load(&named, &AnyCondition);
    assert_eq!(loaded.packs.packs().len(), 1);
    expect![[r#"
        warning[unknown-file]: nothing reads this folder: it has no `pack.yaml`
         --> soil
         help: add a `pack.yaml`, which says what pack it is

        warning[unknown-file]: nothing reads this folder: it has no `pack.yaml`
         --> water
         help: rename its `pack.yml` to `pack.yaml`
    "#]]
    .assert_eq(&rendered(folder.path(), &loaded));
}

#[test]
fn a_folder_without_packs_is_said_to_have_none() {
    let folder = write("== notes.txt\n");
    let paths = [folder.path().to_owned(), folder.path().join("nothing")];
    let loaded = Packs::load(&paths, &AnyCondition);
    let codes: Vec<Code> = loaded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::NoPack, Code::UnreadableFile]);
}
