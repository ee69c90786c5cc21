use std::collections::HashMap;

use super::*;
use crate::{FaultCode, Grade, Mask, Standard, Title, ValueType};

#[test]
fn an_id_has_lower_case_letters_digits_and_underscores() {
    for text in ["a", "social_aid", "x1", &"a".repeat(63)] {
        assert_eq!(text.parse::<PackId>().unwrap().as_str(), text);
    }
    let cases = [
        ("", "a pack id is empty"),
        (
            "Social",
            "the pack id `Social` starts with `S`: it must start with a lower-case letter",
        ),
        (
            "1a",
            "the pack id `1a` starts with `1`: it must start with a lower-case letter",
        ),
        (
            "a-b",
            "the pack id `a-b` contains `-`: it is written with lower-case letters, digits and `_`",
        ),
        (
            "社会",
            "the pack id `社会` starts with `社`: it must start with a lower-case letter",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(text.parse::<PackId>().unwrap_err().to_string(), message);
    }
    assert!(matches!(
        "a".repeat(64).parse::<PackId>(),
        Err(IdError::TooLong { length: 64, .. })
    ));
}

#[test]
fn a_dataset_id_is_a_pack_and_a_name() {
    let id: DatasetId = "social_aid.household".parse().unwrap();
    assert_eq!(id.pack(), "social_aid");
    assert_eq!(id.name(), "household");
    assert_eq!(DatasetId::new(&id.pack(), id.name()).unwrap(), id);
    for text in ["household", "a.b.c", ".b", "a.", "a.B", "a.b; drop table c"] {
        assert!(text.parse::<DatasetId>().is_err(), "{text}");
    }
}

#[test]
fn a_batch_id_may_be_a_uuid() {
    assert!(
        "0197a6c2-4b1d-7c3e-9f00-5a1b2c3d4e5f"
            .parse::<BatchId>()
            .is_ok()
    );
    assert!("../etc".parse::<BatchId>().is_err());
}

#[test]
fn an_id_is_looked_up_by_its_text() {
    let id: ColumnName = "head_id".parse().unwrap();
    let map = HashMap::from([(id, 1)]);
    assert_eq!(map.get("head_id"), Some(&1));
}

#[test]
fn declarations_read_as_packs_write_them() {
    let id: DatasetId = serde_json::from_str("\"a.b\"").unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), "\"a.b\"");
    assert!(serde_json::from_str::<DatasetId>("\"a\"").is_err());

    let title: Title = serde_json::from_str(r#"{"zh": "户"}"#).unwrap();
    assert_eq!((title.to_string().as_str(), title.english()), ("户", "户"));
    assert!(serde_json::from_str::<Title>(r#"{"zh": "户", "fr": "x"}"#).is_err());

    let value_type: ValueType = serde_json::from_str("\"decimal(12, 2)\"").unwrap();
    assert_eq!(value_type.to_string(), "decimal(12,2)");
    for text in [
        "decimal",
        "decimal(0,0)",
        "decimal(39,2)",
        "decimal(2,3)",
        "money",
    ] {
        assert!(text.parse::<ValueType>().is_err(), "{text}");
    }

    let masks = [
        (r#""null""#, Mask::Null),
        (
            r#"{"keep":{"first":6,"last":4}}"#,
            Mask::Keep { first: 6, last: 4 },
        ),
        (r#"{"step":{"by":1000}}"#, Mask::Step { by: 1000 }),
    ];
    for (text, mask) in masks {
        assert_eq!(serde_json::from_str::<Mask>(text).unwrap(), mask);
        assert_eq!(serde_json::to_string(&mask).unwrap(), text);
    }
    assert!(serde_json::from_str::<Mask>(r#"{"keep":{"middle":6}}"#).is_err());
}

#[test]
fn names_and_serde_agree() {
    let written = |value: &dyn Fn() -> serde_json::Value| value().as_str().unwrap().to_owned();
    for grade in Grade::ALL {
        assert_eq!(
            written(&|| serde_json::to_value(grade).unwrap()),
            grade.name()
        );
        assert_eq!(Grade::from_name(grade.name()), Some(grade));
    }
    for standard in Standard::ALL {
        assert_eq!(
            written(&|| serde_json::to_value(standard).unwrap()),
            standard.name()
        );
        assert_eq!(Standard::from_name(standard.name()), Some(standard));
    }
    for change in crate::Change::ALL {
        assert_eq!(
            written(&|| serde_json::to_value(change).unwrap()),
            change.name()
        );
        assert_eq!(crate::Change::from_name(change.name()), Some(change));
    }
    for dimension in crate::Dimension::ALL {
        assert_eq!(
            written(&|| serde_json::to_value(dimension).unwrap()),
            dimension.name()
        );
        assert_eq!(
            crate::Dimension::from_name(dimension.name()),
            Some(dimension)
        );
    }
    for &code in FaultCode::ALL {
        assert_eq!(
            written(&|| serde_json::to_value(code).unwrap()),
            code.name()
        );
        assert_eq!(FaultCode::from_name(code.name()), Some(code));
    }
}

#[test]
fn every_fault_has_a_title_in_both_languages() {
    for code in FaultCode::ALL {
        let title = code.title();
        assert!(title.zh.chars().any(|sign| sign >= '\u{4e00}'), "{code}");
        assert!(title.en.is_some_and(|en| !en.is_empty()), "{code}");
    }
    let title = FaultCode::CheckDigit.title();
    assert_eq!(
        (title.zh.as_str(), title.english()),
        ("校验位错误", "wrong check digit")
    );
}

#[test]
fn grades_are_ordered_as_they_are_sensitive() {
    assert!(Grade::ALL.is_sorted());
    assert_eq!(Grade::General3.max(Grade::General1), Grade::General3);
    assert!(Grade::Core > Grade::Important && Grade::Important > Grade::General4);
}

#[test]
fn schemas_carry_the_patterns_of_ids() {
    let schema = schemars::schema_for!(DatasetId);
    assert_eq!(schema.get("pattern").unwrap(), DatasetId::PATTERN);
    let schema = serde_json::to_value(schemars::schema_for!(Standard)).unwrap();
    assert_eq!(
        schema["enum"].as_array().unwrap().len(),
        Standard::ALL.len()
    );
}
