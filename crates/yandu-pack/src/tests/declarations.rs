use crate::declare::{Check, CheckKind, Level, Period, ReferenceTarget, TestFile};
use serde_json::{Value, json};
use yandu_words::Dimension;

fn read(value: Value) -> Check {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_check_has_a_name_a_level_and_a_dimension_of_its_kind() {
    let cases = [
        (
            json!({"expect": "a >=\n  0"}),
            "a >= 0",
            Level::Hard,
            Dimension::Consistency,
        ),
        (
            json!({"column": "a", "between": [1, 2]}),
            "a-between",
            Level::Hard,
            Dimension::Accuracy,
        ),
        (
            json!({"column": "a", "at_least": 1}),
            "a-at-least",
            Level::Hard,
            Dimension::Accuracy,
        ),
        (
            json!({"column": "a", "at_most": 1}),
            "a-at-most",
            Level::Hard,
            Dimension::Accuracy,
        ),
        (
            json!({"column": "a", "matches": "x"}),
            "a-matches",
            Level::Hard,
            Dimension::Conformance,
        ),
        (
            json!({"column": "a", "in": ["x"]}),
            "a-in",
            Level::Hard,
            Dimension::Conformance,
        ),
        (
            json!({"unique": ["a", "b"]}),
            "unique-a-b",
            Level::Hard,
            Dimension::Accuracy,
        ),
        (
            json!({"column": "a", "references": "p.d"}),
            "a-references",
            Level::Soft,
            Dimension::Consistency,
        ),
        (
            json!({"rows": {"at_least": 1}}),
            "rows",
            Level::Soft,
            Dimension::Completeness,
        ),
        (
            json!({"fresh": "36 h"}),
            "fresh",
            Level::Soft,
            Dimension::Timeliness,
        ),
    ];
    for (written, name, level, dimension) in cases {
        let check = read(written.clone());
        assert_eq!(
            (check.name.as_str(), check.level, check.dimension),
            (name, level, dimension)
        );
        let again = serde_json::to_value(&check).unwrap();
        assert_eq!(read(again), check, "{written}");
    }
}

#[test]
fn a_check_asks_one_thing() {
    for wrong in [
        json!({}),
        json!({"column": "a"}),
        json!({"expect": "a", "rows": {"at_least": 1}}),
        json!({"at_least": 1}),
    ] {
        assert!(serde_json::from_value::<Check>(wrong).is_err());
    }
    let both = read(json!({"column": "a", "at_least": 1, "at_most": 2}));
    assert!(matches!(
        both.kind,
        CheckKind::Within {
            low: Some(_),
            high: Some(_),
            ..
        }
    ));
}

#[test]
fn periods_are_read_and_written() {
    for (text, seconds) in [
        ("36 h", Some(129_600)),
        ("30s", Some(30)),
        ("5 min", Some(300)),
        ("2 d", Some(172_800)),
        ("5 wd", None),
    ] {
        let period: Period = text.parse().unwrap();
        assert_eq!(period.seconds(), seconds);
        assert_eq!(period.to_string().parse(), Ok(period));
    }
    for wrong in [
        "",
        "h",
        "0 h",
        "-1 h",
        "1.5 h",
        "1  h",
        "1 week",
        "1000000 h",
        "１ h",
        "1 h ",
    ] {
        assert!(wrong.parse::<Period>().is_err(), "{wrong}");
    }
}

#[test]
fn a_reference_names_a_dataset_or_a_column_of_it() {
    let target: ReferenceTarget = "base.division".parse().unwrap();
    assert_eq!(
        (target.dataset.as_str(), target.column),
        ("base.division", None)
    );
    let target: ReferenceTarget = "base.division.code".parse().unwrap();
    assert_eq!(target.dataset, "base.division");
    assert_eq!(target.column.unwrap(), "code");
    for wrong in [
        "base",
        "base.division.",
        "base.division.a.b",
        ".base.division",
        "base..division",
    ] {
        assert!(wrong.parse::<ReferenceTarget>().is_err(), "{wrong}");
    }
}

#[test]
fn a_test_file_holds_one_test_or_several() {
    let one = json!({"given": {"dataset": "a.b", "rows": []}, "then": {}});
    let file: TestFile = serde_json::from_value(one.clone()).unwrap();
    assert_eq!(file.tests.len(), 1);
    let file: TestFile = serde_json::from_value(json!({"tests": [one.clone(), one]})).unwrap();
    assert_eq!(file.tests.len(), 2);
    assert!(serde_json::from_value::<TestFile>(json!({"name": "x"})).is_err());
}
