use expect_test::expect;

use super::{check, load, station, write};

#[test]
fn a_wrong_word_is_found_in_a_plain_text() {
    check(
        &station("checks:\n  - expect: height > 0 and hieght < 9\n"),
        expect![[r#"
        error[wrong-sql]: there is no column `hieght`
          --> air/datasets/station.yaml:15:28
           |
        15 |   - expect: height > 0 and hieght < 9
           |                            ^^^^^^
    "#]],
    );
}

#[test]
fn a_wrong_word_is_found_in_quotes() {
    check(
        &station(
            "checks:
  - {expect: \"name <> '站' and \\\"nmae\\\" > 1\"}
  - {expect: 'name <> ''站'' and nmae > 1'}
  - {expect: \"height > 1 and \\u0068ieght > 1\"}
",
        ),
        expect![[r#"
            error[wrong-sql]: there is no column `nmae`
              --> air/datasets/station.yaml:15:33
               |
            15 |   - {expect: "name <> '站' and \"nmae\" > 1"}
               |                                  ^^^^

            error[wrong-sql]: there is no column `nmae`
              --> air/datasets/station.yaml:16:33
               |
            16 |   - {expect: 'name <> ''站'' and nmae > 1'}
               |                                  ^^^^

            error[wrong-sql]: there is no column `hieght`
              --> air/datasets/station.yaml:17:30
               |
            17 |   - {expect: "height > 1 and \u0068ieght > 1"}
               |                              ^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn a_wrong_word_is_found_in_a_block() {
    check(
        &station(
            "checks:
  - expect: |
      height > 0
        and name <> '监测站' and hieght < 9
  - level: soft
    expect: >-
      height > 0

      and opened > height
",
        ),
        expect![[r#"
            error[wrong-sql]: there is no column `hieght`
              --> air/datasets/station.yaml:17:31
               |
            17 |         and name <> '监测站' and hieght < 9
               |                                  ^^^^^^

            error[wrong-sql]: there is no column `opened`
              --> air/datasets/station.yaml:22:11
               |
            22 |       and opened > height
               |           ^^^^^^
        "#]],
    );
}

#[test]
fn patterns_compile() {
    check(
        &station(
            "checks:
  - {column: name, matches: \"^[A-Z{3}$\"}
  - {column: name, matches: \"站(\\\\d+\", name: second}
  - {column: height, matches: \"^1\"}
",
        ),
        expect![[r#"
            error[wrong-pattern]: the pattern does not compile: unclosed character class
              --> air/datasets/station.yaml:15:31
               |
            15 |   - {column: name, matches: "^[A-Z{3}$"}
               |                               ^
               help: patterns are those of the Rust `regex` crate, without look-around and back-references

            error[wrong-pattern]: the pattern does not compile: unclosed group
              --> air/datasets/station.yaml:16:31
               |
            16 |   - {column: name, matches: "站(\\d+", name: second}
               |                                ^
               help: patterns are those of the Rust `regex` crate, without look-around and back-references

            error[type-mismatch]: `matches` is for texts, and `height` is decimal(6,2)
              --> air/datasets/station.yaml:17:14
               |
            17 |   - {column: height, matches: "^1"}
               |              ^^^^^^
               help: use `between`, `at_least` or `at_most`, or a condition in `expect`
        "#]],
    );
}

#[test]
fn a_pattern_is_compiled_as_it_is_used() {
    check(
        &station(
            "checks:
  - {column: name, matches: \"(?x)站 # 名\"}
  - {column: name, matches: \"(\\\\w{100}){100}\", name: second}
",
        ),
        expect![[r#"
            error[wrong-pattern]: the pattern does not compile: unclosed group
              --> air/datasets/station.yaml:15:29
               |
            15 |   - {column: name, matches: "(?x)站 # 名"}
               |                             ^^^^^^^^^^^^^
               help: patterns are those of the Rust `regex` crate, without look-around and back-references

            error[wrong-pattern]: the pattern does not compile: compiled regex exceeds size limit of 10485760 bytes
              --> air/datasets/station.yaml:16:29
               |
            16 |   - {column: name, matches: "(\\w{100}){100}", name: second}
               |                             ^^^^^^^^^^^^^^^^^
               help: patterns are those of the Rust `regex` crate, without look-around and back-references
        "#]],
    );
}

#[test]
fn settings_stand_in_conditions() {
    let pack = super::AIR.replace(
        "title: {zh: 空气质量, en: Air quality}\n",
        "title: {zh: 空气质量, en: Air quality}\nsettings:\n  high: {title: {zh: 高}, default: 3}\n",
    );
    check(
        &format!(
            "{pack}checks:
  - {{expect: \"height < ${{high}} and height > 0\"}}
  - {{expect: \"height < ${{high}} and hieght > 0\"}}
  - {{expect: \"height < ${{hihg}}\"}}
"
        ),
        expect![[r#"
            error[wrong-sql]: there is no column `hieght`
              --> air/datasets/station.yaml:16:36
               |
            16 |   - {expect: "height < ${high} and hieght > 0"}
               |                                    ^^^^^^

            error[missing-setting]: the pack `air` has no setting `hihg`
              --> air/datasets/station.yaml:17:14
               |
            17 |   - {expect: "height < ${hihg}"}
               |              ^^^^^^^^^^^^^^^^^^
               help: did you mean `high`?
        "#]],
    );
    let folder = write(&format!(
        "{pack}checks:\n  - {{expect: \"height < ${{high}}\"}}\n"
    ));
    let mut packs = load(folder.path()).packs;
    let asked = |packs: &crate::Packs| {
        let dataset = packs.dataset(&"air.station".parse().unwrap()).unwrap();
        let seen = std::cell::RefCell::new(Vec::new());
        let condition = |_: &arrow::datatypes::SchemaRef, sql: &str| {
            seen.borrow_mut().push(sql.to_owned());
            Err("looked at".to_owned())
        };
        let none = std::collections::HashMap::new();
        assert!(crate::expectation::compile(packs, dataset, &none, &condition).is_err());
        seen.into_inner()
    };
    assert_eq!(asked(&packs), ["height < 3"]);
    let value = crate::declare::Literal::Integer(7);
    packs
        .override_settings([("air".parse().unwrap(), "high".to_owned(), value)])
        .unwrap();
    assert_eq!(asked(&packs), ["height < 7"]);
}

#[test]
fn bounds_are_of_the_type_of_their_column() {
    check(
        &station(
            "checks:
  - {column: height, between: [low, 10.555]}
  - {column: opened_on, at_least: \"2020-13-01\"}
  - {column: opened_on, between: [\"2024-01-01\", \"2020-01-01\"], name: backwards}
  - {column: name, in: [1, a]}
  - {rows: {at_least: 5, at_most: 2}}
  - {fresh: 5 min}
",
        ),
        expect![[r#"
            error[wrong-bound]: `low` is no value of `height`, which is decimal(6,2)
              --> air/datasets/station.yaml:15:32
               |
            15 |   - {column: height, between: [low, 10.555]}
               |                                ^^^
               help: write a value of type decimal(6,2)

            error[wrong-bound]: `10.555` is no value of `height`, which is decimal(6,2)
              --> air/datasets/station.yaml:15:37
               |
            15 |   - {column: height, between: [low, 10.555]}
               |                                     ^^^^^^
               help: write a value of type decimal(6,2)

            error[wrong-bound]: `2020-13-01` is no value of `opened_on`, which is date
              --> air/datasets/station.yaml:16:35
               |
            16 |   - {column: opened_on, at_least: "2020-13-01"}
               |                                   ^^^^^^^^^^^^
               help: write a date such as "2024-03-01"

            error[wrong-bound]: the least value is greater than the greatest
              --> air/datasets/station.yaml:17:34
               |
            17 |   - {column: opened_on, between: ["2024-01-01", "2020-01-01"], name: backwards}
               |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               help: every row would break the check

            error[wrong-bound]: `1` is no value of `name`, which is text
              --> air/datasets/station.yaml:18:25
               |
            18 |   - {column: name, in: [1, a]}
               |                         ^
               help: put it in quotes

            error[wrong-bound]: no number of rows is at least 5 and at most 2
              --> air/datasets/station.yaml:19:12
               |
            19 |   - {rows: {at_least: 5, at_most: 2}}
               |            ^^^^^^^^^^^^^^^^^^^^^^^^^

            error[wrong-schedule]: freshness is told in h, d or wd
              --> air/datasets/station.yaml:20:13
               |
            20 |   - {fresh: 5 min}
               |             ^^^^^
               help: write hours, calendar days or working days, such as `36 h`
        "#]],
    );
}

#[test]
fn a_hard_number_of_rows_says_what_it_expects_where_it_does_not_hold() {
    let missed = |check: &str, rows: u64| {
        let folder = write(&station(&format!("checks:\n  - {{{check}}}\n")));
        let packs = load(folder.path()).packs;
        let dataset = packs.dataset(&"air.station".parse().unwrap()).unwrap();
        dataset.row_count_missed(rows)
    };
    for (check, rows, expected) in [
        ("rows: {at_least: 2}, level: hard", 1, Some("at least 2")),
        ("rows: {at_least: 2}, level: hard", 2, None),
        ("rows: {at_most: 2}, level: hard", 3, Some("at most 2")),
        (
            "rows: {at_least: 2, at_most: 4}, level: hard",
            5,
            Some("2 to 4"),
        ),
        ("rows: {at_least: 2, at_most: 4}, level: hard", 4, None),
        ("rows: {at_least: 2}", 1, None),
        ("expect: height > 0", 1, None),
    ] {
        assert_eq!(missed(check, rows).as_deref(), expected, "{check} {rows}");
    }
}
