//! Files of packs as text: what is no YAML, signs of another width, keys that stand twice, numbers that readers disagree on.

use expect_test::expect;

use super::{air, check, station};

#[test]
fn broken_yaml_is_placed() {
    check(
        &air("== air/datasets/reading.yaml
dataset: air.reading
title: {zh: 读数
owner: 市生态环境局
"),
        expect![[r#"
            error[yaml-syntax]: while parsing a flow mapping, did not find expected ',' or '}'
             --> air/datasets/reading.yaml:3:6
              |
            3 | owner: 市生态环境局
              |      ^
              help: close the `{` or `[` before it, or put a text that holds `,`, `{` or `[` in quotes
        "#]],
    );
}

/// The one problem of a dataset file.
fn told(text: &str, expected: &expect_test::Expect) {
    let folder = super::write(&air(""));
    std::fs::write(folder.path().join("air/datasets/reading.yaml"), text).unwrap();
    let loaded = super::load(folder.path());
    let first = loaded.problems.first().map(ToString::to_string);
    let prefix = format!("{}/", folder.path().display());
    expected.assert_eq(&first.unwrap_or_default().replace(&prefix, ""));
}

#[test]
fn a_full_width_sign_is_shown_where_it_stands() {
    told(
        "dataset: air.reading\nowner：市生态环境局\norigin: collect\n",
        &expect![[r#"
            error[yaml-syntax]: `：` is a full-width sign, which ends nothing in YAML
             --> air/datasets/reading.yaml:2:6
              |
            2 | owner：市生态环境局
              |      ^^
              help: write the colon of the English keyboard and a space: `: `
        "#]],
    );
    told(
        "dataset: air.reading\ntitle: {zh: 读数， en: Reading}\n",
        &expect![[r#"
            error[yaml-syntax]: `，` is a full-width sign, which ends nothing in YAML
             --> air/datasets/reading.yaml:2:15
              |
            2 | title: {zh: 读数， en: Reading}
              |                 ^^
              help: write the comma of the English keyboard and a space: `, `
        "#]],
    );
    told(
        "dataset: air.reading\ntitle: ｛zh: 读数, en: Reading｝\n",
        &expect![[r#"
            error[yaml-syntax]: `｛` is a full-width sign, which ends nothing in YAML
             --> air/datasets/reading.yaml:2:8
              |
            2 | title: ｛zh: 读数, en: Reading｝
              |        ^^
              help: write the brackets of the English keyboard: `{…}` or `[…]`
        "#]],
    );
}

#[test]
fn what_is_no_yaml_is_mended() {
    told(
        "dataset: air.reading\nowner:市生态环境局\norigin: collect\n",
        &expect![[r#"
            error[yaml-syntax]: the colon after a key has no space after it
             --> air/datasets/reading.yaml:2:6
              |
            2 | owner:市生态环境局
              |      ^
              help: put a space after the colon
        "#]],
    );
    told(
        "dataset: air.reading\ncolumns:\n\tid: {type: text}\n",
        &expect![[r#"
            error[yaml-syntax]: tabs disallowed within this context (block indentation)
             --> air/datasets/reading.yaml:3:1
              |
            3 |  id: {type: text}
              | ^
              help: indent with spaces
        "#]],
    );
    for (text, help) in [
        ("owner: 局: 一处\n", "a colon and a space end a key"),
        ("owner: \"局\norigin: collect\n", "close the quote"),
        ("owner: @局\n", "put the text in quotes"),
        ("origin: *局\n", "put the text in quotes"),
        ("hello\nowner: 局\n", "the line before it"),
        (
            "columns:\n  a: {type: text}\n b: {type: text}\n",
            "indent it as deep",
        ),
    ] {
        let folder = super::write(&air(""));
        std::fs::write(folder.path().join("air/datasets/reading.yaml"), text).unwrap();
        let loaded = super::load(folder.path());
        let told = loaded.problems[0].help.clone().unwrap_or_default();
        assert!(told.contains(help), "{text}{told}");
    }
}

#[test]
fn a_file_of_another_encoding_is_shown_where_it_begins_to_be_one() {
    let folder = super::write(&air(""));
    let path = folder.path().join("air/datasets/reading.yaml");
    std::fs::write(path, b"\xef\xbb\xbfdataset: air.reading\nowner: \xca\xd0\n").unwrap();
    let loaded = super::load(folder.path());
    expect![[r#"
        error[not-text]: line 2 is not UTF-8
         --> air/datasets/reading.yaml:2:8
          |
        2 | owner: ��
          |        ^
          help: save the file as UTF-8; other encodings are for deliveries
    "#]]
    .assert_eq(&super::rendered(folder.path(), &loaded));
}

#[test]
fn spaces_and_brackets_of_the_chinese_keyboard_are_told_apart() {
    check(
        &station("\u{3000}note: {title: {zh: 备注}, type: text}\n"),
        expect![[r#"
            error[unknown-key]: unknown key `　note`
              --> air/datasets/station.yaml:14:1
               |
            14 | 　note: {title: {zh: 备注}, type: text}
               | ^^^^^^
               help: indent with ordinary spaces: the line begins with a full-width or other one
        "#]],
    );
    let key = super::AIR.replace("key: [station_id]", "key: ［station_id，name］");
    check(
        &key,
        expect![[r#"
            error[wrong-type]: expected a list, found the text `［station_id，name］`
             --> air/datasets/station.yaml:8:6
              |
            8 | key: ［station_id，name］
              |      ^^^^^^^^^^^^^^^^^^^^
              help: write a list: `[station_id, name]`
        "#]],
    );
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    check(
        &air("== air/codes/kind.yaml
codes: air.kind
title: {zh: 类别}
values:
  \"1\": {zh: 国控}
  \"1\": {zh: 省控}
"),
        expect![[r#"
            error[duplicate-key]: the key `1` stands twice in one map
             --> air/codes/kind.yaml:5:3
              |
            5 |   "1": {zh: 省控}
              |   ^^^
              help: keep one of the two
        "#]],
    );
}

#[test]
fn numbers_that_readers_of_yaml_disagree_on_are_refused() {
    check(
        &station(
            "checks:
  - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
",
        ),
        expect![[r#"
            error[doubtful-number]: `01` can be read as more than one number
              --> air/datasets/station.yaml:15:25
               |
            15 |   - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
               |                         ^^
               help: put it in quotes if it is a code, or write a plain number such as 10 or 0.5

            error[doubtful-number]: `0x1F` can be read as more than one number
              --> air/datasets/station.yaml:15:29
               |
            15 |   - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
               |                             ^^^^
               help: put it in quotes if it is a code, or write a plain number such as 10 or 0.5

            error[doubtful-number]: `.5` can be read as more than one number
              --> air/datasets/station.yaml:15:35
               |
            15 |   - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
               |                                   ^^
               help: put it in quotes if it is a code, or write a plain number such as 10 or 0.5

            error[doubtful-number]: `+5` can be read as more than one number
              --> air/datasets/station.yaml:15:46
               |
            15 |   - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
               |                                              ^^
               help: put it in quotes if it is a code, or write a plain number such as 10 or 0.5

            error[doubtful-number]: `12345678901234567890` has more digits than a number keeps
              --> air/datasets/station.yaml:15:50
               |
            15 |   - {column: name, in: [01, 0x1F, .5, 1_000, +5, 12345678901234567890]}
               |                                                  ^^^^^^^^^^^^^^^^^^^^
               help: put it in quotes if it is a code, or write a plain number such as 10 or 0.5
        "#]],
    );
}

#[test]
fn the_bare_word_null_is_a_mask() {
    check(
        &station(
            "  a: {title: {zh: 甲}, type: text, mask: null}
  b: {title: {zh: 乙}, type: text, mask: {keep: {first: 1}}}
  c: {title: {zh: 丙}, type: text, mask: month}
  d: {title: {zh: 丁}, type: text, mask: {keep: {frist: 1}}}
  e: {title: {zh: 戊}, type: text, mask: {kep: {first: 1}}}
  f: {title: {zh: 己}, type: text, mask: monht}
",
        ),
        expect![[r#"
            error[type-mismatch]: the mask is for dates and timestamps, and `c` is text
              --> air/datasets/station.yaml:16:41
               |
            16 |   c: {title: {zh: 丙}, type: text, mask: month}
               |                                          ^^^^^
               help: use `hash`, or `"null"` for nothing at all

            error[unknown-key]: unknown key `frist`
              --> air/datasets/station.yaml:17:49
               |
            17 |   d: {title: {zh: 丁}, type: text, mask: {keep: {frist: 1}}}
               |                                                  ^^^^^
               help: did you mean `first`?

            error[unknown-key]: unknown key `kep`
              --> air/datasets/station.yaml:18:42
               |
            18 |   e: {title: {zh: 戊}, type: text, mask: {kep: {first: 1}}}
               |                                           ^^^
               help: did you mean `keep`?

            error[wrong-value]: `monht` is not a value of `mask`
              --> air/datasets/station.yaml:19:41
               |
            19 |   f: {title: {zh: 己}, type: text, mask: monht}
               |                                          ^^^^^
               help: did you mean `month`?
        "#]],
    );
}
