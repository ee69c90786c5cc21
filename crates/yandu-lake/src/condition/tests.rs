use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, StringViewArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use yandu_check::Condition as _;

use super::{SqlProblem, compile_condition};

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("resident_id", DataType::Utf8View, true),
        Field::new("sex", DataType::Utf8View, true),
        Field::new("birth_date", DataType::Date32, true),
        Field::new("income", DataType::Decimal128(12, 2), true),
        Field::new("height", DataType::Int64, true),
    ]))
}

fn rows() -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from(vec![
            Some("320902199001011234"),
            Some("320902199102301245"),
            None,
        ])),
        Arc::new(StringViewArray::from(vec!["1", "1", "2"])),
        Arc::new(Date32Array::from(vec![7305, 7305, 7305])),
        Arc::new(
            Decimal128Array::from(vec![100, 0, 50])
                .with_precision_and_scale(12, 2)
                .unwrap(),
        ),
        Arc::new(Int64Array::from(vec![Some(0), Some(180), None])),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn verdicts(sql: &str) -> Vec<Option<bool>> {
    compile_condition(&schema(), sql)
        .unwrap()
        .evaluate(&rows())
        .unwrap()
        .iter()
        .collect()
}

fn refusal(sql: &str) -> String {
    let SqlProblem {
        message,
        line,
        column,
        help,
    } = compile_condition(&schema(), sql).unwrap_err();
    let help = help.map(|help| format!(" [{help}]")).unwrap_or_default();
    format!("{line}:{column}: {message}{help}")
}

#[test]
fn a_condition_gives_a_verdict_a_row_and_null_where_it_cannot_know() {
    assert_eq!(
        verdicts("(substr(resident_id, 17, 1) in ('1', '3', '5', '7', '9')) = (sex = '1')"),
        [Some(true), Some(false), None]
    );
    assert_eq!(
        verdicts("try_cast(substr(resident_id, 7, 8) as date) = birth_date"),
        [Some(true), None, None]
    );
    assert_eq!(
        verdicts("income >= 0.5"),
        [Some(true), Some(false), Some(true)]
    );
    assert_eq!(verdicts("TRUE"), [Some(true); 3]);
    assert_eq!(
        verdicts("birth_date + interval '18 years' <= date '2010-01-01'"),
        [Some(true); 3]
    );
}

#[test]
fn columns_are_found_by_name_whatever_their_order_and_layout() {
    let condition = compile_condition(&schema(), "sex = '1' and height > 100").unwrap();
    assert_eq!(condition.columns().collect::<Vec<_>>(), ["sex", "height"]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("height", Arc::new(Int64Array::from(vec![170]))),
        ("sex", Arc::new(StringArray::from(vec!["1"]))),
    ];
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    assert!(condition.evaluate(&rows).unwrap().value(0));
}

#[test]
fn a_block_with_a_row_that_cannot_be_evaluated_says_why() {
    let condition = compile_condition(&schema(), "1000 / height > 1").unwrap();
    assert_eq!(
        condition.evaluate(&rows()).unwrap_err(),
        "divide by zero error"
    );
    let condition = compile_condition(&schema(), "height * 9223372036854775807 > 1").unwrap();
    assert_eq!(
        condition.evaluate(&rows()).unwrap_err(),
        "a number is out of the range of its type: 180 * 9223372036854775807"
    );
}

#[test]
fn an_unknown_column_is_named_with_the_one_that_was_meant() {
    assert_eq!(
        refusal("sex = '1'\n  and hieght > 100"),
        "2:7: there is no column `hieght` [did you mean `height`?]"
    );
    assert_eq!(refusal("xyzzy = 1"), "1:1: there is no column `xyzzy`");
}

#[test]
fn what_looks_beyond_the_row_is_refused() {
    assert_eq!(
        refusal("income > avg(income)"),
        "1:10: `avg` counts over many rows; a condition looks at one"
    );
    assert_eq!(
        refusal("row_number() over () = 1"),
        "1:1: `row_number` looks at other rows; a condition looks at one"
    );
    for sql in [
        "exists (select 1)",
        "height in (select height from population.person)",
        "height = (select 1)",
        "height = any (select 1)",
    ] {
        assert!(
            refusal(sql).contains("cannot contain a query"),
            "{sql}: {}",
            refusal(sql)
        );
    }
    assert!(refusal("random() < 0.5").starts_with("1:1: `random` gives another value each time"));
    assert!(refusal("birth_date <= current_date()").contains("gives another value each time"));
    assert!(refusal("birth_date <= now()").contains("gives another value each time"));
    assert!(
        refusal("height = $1").contains("does not have"),
        "{}",
        refusal("height = $1")
    );
}

#[test]
fn what_is_no_boolean_expression_is_refused_with_its_place() {
    assert_eq!(
        refusal("height + 1"),
        "1:1: a condition is true or false, and this is of type Int64 [compare it with something]"
    );
    assert!(
        refusal("height >").starts_with("1:"),
        "{}",
        refusal("height >")
    );
    assert!(
        refusal("height > 1; drop table x").contains("end of expression"),
        "{}",
        refusal("height > 1; drop table x")
    );
    assert!(
        refusal("nosuch(height) = 1").contains("nosuch"),
        "{}",
        refusal("nosuch(height) = 1")
    );
    assert!(
        refusal("birth_date > 5.5").starts_with("1:"),
        "{}",
        refusal("birth_date > 5.5")
    );
    assert!(refusal("").starts_with("1:1"), "{}", refusal(""));
    assert!(
        refusal("sex = '1' as x").contains("name"),
        "{}",
        refusal("sex = '1' as x")
    );
}

#[test]
fn a_hostile_text_is_refused_quickly() {
    let deep = format!("{}1 = 1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(compile_condition(&schema(), &deep).is_err());
    let nots = format!("{}true", "not ".repeat(100_000));
    assert!(compile_condition(&schema(), &nots).is_err());
}

#[test]
fn names_are_at_most_a_few_changes_apart() {
    assert_eq!(super::distance("kitten", "sitting"), 3);
    assert_eq!(super::distance("", "abc"), 3);
    assert_eq!(super::distance("same", "same"), 0);
}

#[test]
fn functions_that_only_simplify_can_be_used() {
    assert_eq!(
        verdicts("coalesce(income, height) > 0.5"),
        [Some(true), Some(false), Some(false)]
    );
}
