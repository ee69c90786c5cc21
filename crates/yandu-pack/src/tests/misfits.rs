use expect_test::expect;

use super::{air, check, load, rendered, station, write};

#[test]
fn a_good_pack_has_no_problems() {
    check(&air(""), expect![[r#""#]]);
}

#[test]
fn what_names_somebody_is_no_number() {
    let columns = [
        (
            "  phone: {title: {zh: 联系电话, en: Phone}, type: integer}\n",
            true,
        ),
        (
            "  area: {title: {zh: 所在地, en: Area}, type: integer, from: [区划代码]}\n",
            true,
        ),
        (
            "  phone: {title: {zh: 联系电话, en: Phone}, type: text}\n",
            false,
        ),
        (
            "  phone: {title: {zh: 联系电话, en: Phone}, standard: mobile}\n",
            false,
        ),
        (
            "  phones: {title: {zh: 电话数, en: Phones}, type: integer}\n",
            false,
        ),
    ];
    for (line, is_told) in columns {
        let folder = write(&station(line));
        let loaded = load(folder.path());
        let told = rendered(folder.path(), &loaded);
        assert_eq!(
            told.contains("warning[number-for-name]"),
            is_told,
            "{line}{told}"
        );
        assert!(!loaded.has_errors(), "{told}");
    }
}

#[test]
fn an_unknown_key_is_mended_by_the_one_that_is_meant() {
    check(
        &air("== air/datasets/reading.yaml
dataset: air.reading
titel: {zh: 读数}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
columns:
  station: {title: {zh: 监测站, en: Station}, standrad: id}
  value: {title: {zh: 数值}, type: float, colour: red}
"),
        expect![[r#"
            error[unknown-key]: unknown key `titel`
             --> air/datasets/reading.yaml:2:1
              |
            2 | titel: {zh: 读数}
              | ^^^^^
              help: did you mean `title`?

            error[unknown-key]: unknown key `standrad`
             --> air/datasets/reading.yaml:9:44
              |
            9 |   station: {title: {zh: 监测站, en: Station}, standrad: id}
              |                                               ^^^^^^^^
              help: did you mean `standard`?

            error[unknown-key]: unknown key `colour`
              --> air/datasets/reading.yaml:10:41
               |
            10 |   value: {title: {zh: 数值}, type: float, colour: red}
               |                                           ^^^^^^
               help: known keys: `title`, `about`, `standard`, `type`, `codes`, `from`, `required`, `unit`, `grade`, `lowered`, `mask`
        "#]],
    );
}

#[test]
fn carets_stand_under_their_signs_after_wide_ones() {
    check(
        &station("  x: {title: {zh: 一二三四五六七八九十, en: Ten}, type: strnig}\n"),
        expect![[r#"
            error[wrong-form]: `strnig` is no type
              --> air/datasets/station.yaml:14:47
               |
            14 |   x: {title: {zh: 一二三四五六七八九十, en: Ten}, type: strnig}
               |                                                         ^^^^^^
               help: did you mean `text`?
        "#]],
    );
}

#[test]
fn all_problems_of_a_file_are_shown_at_once() {
    check(
        &air("== air/datasets/reading.yaml
dataset: air.reading
title: 读数
owner: 12
origin: colect
sharing: {class: secret}
opening: open
key: station
columns:
  Station: {title: {zh: 监测站}, type: text}
  value: {title: {zh: 数值}, type: decimal(6,2), unit: ug}
  both: {title: {zh: 两者}, type: text, standard: id}
  none: {title: {zh: 无}}
  when: {title: {zh: 时间}, type: timestamp, required: yes}
checks:
  - {column: value, between: [1]}
  - {expect: value > 1, matches: x}
  - {colum: value, at_least: 0}
  - {name: Bad Name, expect: vlaue > 1}
  - {fresh: tomorrow}
"),
        expect![[r#"
            error[missing-key]: missing key `refresh`
             --> air/datasets/reading.yaml:1:1
              |
            1 | dataset: air.reading
              | ^^^^^^^
              help: add `refresh`, one of `real-time`, `hourly`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly` or `irregular`

            error[wrong-type]: expected a map, found the text `读数`
             --> air/datasets/reading.yaml:2:8
              |
            2 | title: 读数
              |        ^^^^
              help: write `{zh: 中文名, en: English name}`

            error[wrong-type]: expected a text, found the number `12`
             --> air/datasets/reading.yaml:3:8
              |
            3 | owner: 12
              |        ^^
              help: put it in quotes: `"12"`

            error[wrong-value]: `colect` is not a value of `origin`
             --> air/datasets/reading.yaml:4:9
              |
            4 | origin: colect
              |         ^^^^^^
              help: did you mean `collect`?

            error[wrong-value]: `secret` is not a value of `class`
             --> air/datasets/reading.yaml:5:18
              |
            5 | sharing: {class: secret}
              |                  ^^^^^^
              help: it is one of: `unconditional`, `conditional`, `none`

            error[wrong-type]: expected a list, found the text `station`
             --> air/datasets/reading.yaml:7:6
              |
            7 | key: station
              |      ^^^^^^^
              help: write a list: `[station]`

            error[wrong-form]: `Station` is no name
             --> air/datasets/reading.yaml:9:3
              |
            9 |   Station: {title: {zh: 监测站}, type: text}
              |   ^^^^^^^
              help: did you mean `station`?

            error[wrong-form]: `decimal(6` is no type
              --> air/datasets/reading.yaml:10:34
               |
            10 |   value: {title: {zh: 数值}, type: decimal(6,2), unit: ug}
               |                                    ^^^^^^^^^
               help: write `"decimal(12,2)"` with the quotes: inside of braces a comma ends the value

            error[unknown-key]: unknown key `2)`
              --> air/datasets/reading.yaml:10:44
               |
            10 |   value: {title: {zh: 数值}, type: decimal(6,2), unit: ug}
               |                                              ^^
               help: put the type in quotes: inside of braces a comma ends the value

            error[wrong-keys]: a column has one of `standard`, `type` and `codes`, or `codes` together with `type`
              --> air/datasets/reading.yaml:11:3
               |
            11 |   both: {title: {zh: 两者}, type: text, standard: id}
               |   ^^^^

            error[wrong-keys]: a column has one of `standard`, `type` and `codes`, or `codes` together with `type`
              --> air/datasets/reading.yaml:12:3
               |
            12 |   none: {title: {zh: 无}}
               |   ^^^^

            error[reserved-name]: `when` is a word of SQL
              --> air/datasets/reading.yaml:13:3
               |
            13 |   when: {title: {zh: 时间}, type: timestamp, required: yes}
               |   ^^^^
               help: SQL would read it as its own word; add another word to the name

            error[wrong-type]: expected true or false, found the text `yes`
              --> air/datasets/reading.yaml:13:54
               |
            13 |   when: {title: {zh: 时间}, type: timestamp, required: yes}
               |                                                        ^^^
               help: write `true` or `false`, without quotes

            error[wrong-value]: the list has fewer than 2 items
              --> air/datasets/reading.yaml:15:30
               |
            15 |   - {column: value, between: [1]}
               |                              ^^^

            error[wrong-keys]: a check asks one thing: `expect`, `between`, `at_least` and `at_most`, `matches`, `in`, `unique`, `references`, `rows` or `fresh`
              --> air/datasets/reading.yaml:16:5
               |
            16 |   - {expect: value > 1, matches: x}
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error[unknown-key]: unknown key `colum`
              --> air/datasets/reading.yaml:17:6
               |
            17 |   - {colum: value, at_least: 0}
               |      ^^^^^
               help: did you mean `column`?

            error[wrong-form]: `Bad Name` does not have the right form
              --> air/datasets/reading.yaml:18:12
               |
            18 |   - {name: Bad Name, expect: vlaue > 1}
               |            ^^^^^^^^
               help: it matches `^[a-z][a-z0-9_-]{0,62}$`

            error[wrong-form]: `tomorrow` is no length of time
              --> air/datasets/reading.yaml:19:13
               |
            19 |   - {fresh: tomorrow}
               |             ^^^^^^^^
               help: write a whole number and s, min, h, d (calendar days) or wd (working days), such as `36 h`
        "#]],
    );
}

#[test]
fn an_empty_file_says_what_is_expected() {
    check(
        &air("== air/datasets/reading.yaml\n"),
        expect![[r#"
            error[wrong-type]: the file declares nothing
             --> air/datasets/reading.yaml:1:1
        "#]],
    );
}

#[test]
fn a_type_with_too_many_digits_is_refused() {
    check(
        &station("  x: {title: {zh: 甲}, type: \"decimal(99,2)\"}\n  y: {title: {}, type: text}\n"),
        expect![[r#"
            error[wrong-form]: `decimal(99,2)` has no such digits: the precision is 1 to 38, the scale at most the precision
              --> air/datasets/station.yaml:14:29
               |
            14 |   x: {title: {zh: 甲}, type: "decimal(99,2)"}
               |                              ^^^^^^^^^^^^^^^

            error[missing-key]: missing key `zh`
              --> air/datasets/station.yaml:15:7
               |
            15 |   y: {title: {}, type: text}
               |       ^^^^^
               help: add `zh`: the Chinese title, in simplified characters
        "#]],
    );
}

#[test]
fn names_that_are_sql_are_refused() {
    check(
        &station(
            "  select: {title: {zh: 甲}, type: text}
  \"a\\\"; drop table x; --\": {title: {zh: 乙}, type: text}
  \"Robert'); --\": {title: {zh: 丙}, type: text}
",
        ),
        expect![[r#"
            error[reserved-name]: `select` is a word of SQL
              --> air/datasets/station.yaml:14:3
               |
            14 |   select: {title: {zh: 甲}, type: text}
               |   ^^^^^^
               help: SQL would read it as its own word; add another word to the name

            error[wrong-form]: `a"; drop table x; --` is no name
              --> air/datasets/station.yaml:15:3
               |
            15 |   "a\"; drop table x; --": {title: {zh: 乙}, type: text}
               |   ^^^^^^^^^^^^^^^^^^^^^^^
               help: a name is a lower-case letter and then lower-case letters, digits and `_`

            error[wrong-form]: `Robert'); --` is no name
              --> air/datasets/station.yaml:16:3
               |
            16 |   "Robert'); --": {title: {zh: 丙}, type: text}
               |   ^^^^^^^^^^^^^^
               help: a name is a lower-case letter and then lower-case letters, digits and `_`
        "#]],
    );
}

#[test]
fn ids_follow_from_folders_and_files() {
    check(
        "== air/pack.yaml
pack: water
version: 1.0.0
title: {zh: 水}
== air/README.md
== air/codes/kinds.yaml
codes: air.kind
title: {zh: 类别}
values: {a: {zh: 甲}}
== Bad-Name/pack.yaml
pack: Bad-Name
version: 1.0
title: {zh: 坏}
== Bad-Name/README.md
",
        expect![[r#"
            error[wrong-form]: the pack id `Bad-Name` starts with `B`: it must start with a lower-case letter
             --> Bad-Name/pack.yaml:1:7
              |
            1 | pack: Bad-Name
              |       ^^^^^^^^
              help: did you mean `bad_name`?

            error[wrong-type]: expected a text, found the number `1.0`
             --> Bad-Name/pack.yaml:2:10
              |
            2 | version: 1.0
              |          ^^^
              help: put it in quotes: `"1.0"`

            error[wrong-name]: the id `air.kind` is not that of its file, `air.kinds`
             --> air/codes/kinds.yaml:1:8
              |
            1 | codes: air.kind
              |        ^^^^^^^^
              help: an id is the name of the folder, a dot, and the name of the file without `.yaml`

            error[wrong-name]: the pack `water` stands in the folder `air`
             --> air/pack.yaml:1:7
              |
            1 | pack: water
              |       ^^^^^
              help: the id of a pack is the name of its folder
        "#]],
    );
}

#[test]
fn what_nothing_reads_is_a_warning() {
    check(
        &air("== air/dataset/x.yaml
== air/datasets/notes.txt
== air/datasets/old.yml
== air/pack.yml
== air/data/anything.csv
"),
        expect![[r#"
            warning[unknown-file]: nothing reads this part of a pack
             --> air/dataset
             help: did you mean `datasets`?

            warning[unknown-file]: nothing reads this file in datasets/
             --> air/datasets/notes.txt
             help: a dataset is declared in a file whose name ends with `.yaml`

            warning[unknown-file]: nothing reads this file in datasets/
             --> air/datasets/old.yml
             help: a dataset is declared in a file whose name ends with `.yaml`

            warning[unknown-file]: nothing reads this part of a pack
             --> air/pack.yml
             help: did you mean `pack.yaml`?
        "#]],
    );
}
