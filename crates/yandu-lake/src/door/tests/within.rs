use std::collections::BTreeMap;

use super::world::schema;
use crate::compile_row_condition;

fn is_within(one: &str, others: &[&str]) -> bool {
    let compiled = |sql: &str| compile_row_condition(&schema(), sql, &BTreeMap::new()).unwrap();
    let others: Vec<_> = others.iter().map(|other| compiled(other)).collect();
    compiled(one).is_within(&others)
}

#[test]
fn a_condition_is_within_what_shows_all_of_its_rows() {
    for (one, others) in [
        ("dept = 'a'", &["dept in ('a', 'b')"][..]),
        ("dept = 'a' and salary > 10", &["salary >= 5"]),
        ("dept in ('a', 'b')", &["dept = 'a'", "dept = 'b'"]),
        (
            "salary between 1 and 9",
            &["salary < 5", "salary >= 5 and salary < 20"],
        ),
        ("starts_with(code, '3209')", &["code like '32%'"]),
        ("code = '320902'", &["starts_with(code, '3209')"]),
        ("salary > 3", &["salary is not null"]),
        ("not (salary > 3)", &["salary <= 3"]),
        ("lower(dept) = 'a'", &["lower(dept) = 'a' or salary = 1"]),
        ("salary = 1 and salary = 2", &["dept = 'x'"]),
        (
            "dept is null or dept = 'a'",
            &["dept is null", "dept <> 'b'"],
        ),
    ] {
        assert!(is_within(one, others), "{one} is not within {others:?}");
    }
}

#[test]
fn a_condition_is_not_within_what_leaves_some_of_its_rows_out() {
    for (one, others) in [
        ("dept in ('a', 'b')", &["dept = 'a'"][..]),
        ("salary >= 5", &["salary > 5"]),
        ("dept <> 'a' or dept = 'a'", &["dept in ('a', 'b')"]),
        ("dept is null or dept = 'a'", &["dept = 'a'"]),
        ("salary between 1 and 9", &["salary < 5", "salary > 5"]),
        ("code like '32%'", &["starts_with(code, '3209')"]),
        ("lower(dept) = 'a'", &["dept = 'a'"]),
        ("salary > 3", &[]),
    ] {
        assert!(!is_within(one, others), "{one} is within {others:?}");
    }
}
