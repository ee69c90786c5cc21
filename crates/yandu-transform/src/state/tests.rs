use arrow::array::{Float64Array, Int64Array, StringViewArray};

use super::*;
use crate::state::merge::Inexact;

/// Groups of a text, with their rows, and the number and sum of values with a point.
fn layout() -> Layout {
    let finished = Schema::new(vec![
        Field::new("c0", DataType::Utf8View, true),
        Field::new("c1", DataType::Float64, true),
    ]);
    Layout {
        by: 1,
        keeps: vec![KeptAs::Sum],
        finished: Arc::new(finished),
    }
}

fn kept(groups: &[(Option<&str>, i64, i64, Option<f64>)]) -> RecordBatch {
    let names: StringViewArray = groups.iter().map(|group| group.0).collect();
    let rows: Int64Array = groups.iter().map(|group| group.1).collect();
    let numbers: Int64Array = groups.iter().map(|group| group.2).collect();
    let values: Float64Array = groups.iter().map(|group| group.3).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(names),
        Arc::new(rows),
        Arc::new(numbers),
        Arc::new(values),
    ];
    let fields = columns
        .iter()
        .enumerate()
        .map(|(place, column)| Field::new(format!("k{place}"), column.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn state(groups: &[(Option<&str>, i64, i64, Option<f64>)]) -> GroupState {
    let groups = kept(groups);
    GroupState::new(layout(), &groups.schema(), &[groups])
        .unwrap()
        .unwrap()
}

#[test]
fn a_group_without_rows_is_gone_and_one_of_empty_values_has_an_empty_sum() {
    let before = state(&[(Some("a"), 2, 1, Some(1.5)), (None, 1, 0, None)]);
    let came = kept(&[(Some("b"), 1, 0, None), (Some("a"), 1, 1, Some(2.0))]);
    let went = kept(&[(None, 1, 0, None)]);
    let merged = before
        .merge(&[(vec![came], vec![went])], true)
        .unwrap()
        .unwrap();
    let after = kept(&[(Some("a"), 3, 2, Some(3.5)), (Some("b"), 1, 0, None)]);
    assert_eq!(merged.state.groups, after);
    assert_eq!(merged.state.len(), 2);
    assert_eq!((merged.before.num_rows(), merged.after.num_rows()), (2, 2));
}

#[test]
fn a_sum_with_a_floating_point_is_added_to_and_never_taken_from() {
    let before = state(&[(Some("a"), 2, 2, Some(0.3))]);
    let went = kept(&[(Some("a"), 1, 1, Some(0.1))]);
    let inexact = before
        .merge(&[(Vec::new(), vec![went])], true)
        .unwrap()
        .unwrap_err();
    assert_eq!(
        inexact,
        Inexact("rows went from a sum of numbers with a floating point".to_owned())
    );
}

#[test]
fn more_rows_than_there_were_cannot_go() {
    let before = state(&[(Some("a"), 1, 0, None)]);
    let went = kept(&[(Some("a"), 2, 0, None)]);
    assert!(
        before
            .merge(&[(Vec::new(), vec![went])], true)
            .unwrap()
            .is_err()
    );
}

#[test]
fn groups_survive_the_disk_and_a_file_of_another_form_is_not_taken_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x/groups.parquet");
    let groups = state(&[(Some("盐城"), 2, 1, Some(1.5)), (None, 1, 0, None)]);
    groups.write(&path).unwrap();
    let read = GroupState::read(layout(), &path).unwrap();
    assert_eq!(read.groups, groups.groups);
    let other = Layout {
        keeps: vec![KeptAs::Count],
        ..layout()
    };
    assert!(GroupState::read(other, &path).is_none());
}

#[test]
fn the_mean_of_decimals_is_cut_and_not_rounded_as_the_engine_does_it() {
    let sums = Decimal128Array::from(vec![200])
        .with_precision_and_scale(20, 2)
        .unwrap();
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![3]));
    let field = Field::new("m", DataType::Decimal128(14, 6), true);
    let means = mean(&numbers, &(Arc::new(sums) as ArrayRef), &field).unwrap();
    assert_eq!(means.as_primitive::<Decimal128Type>().value(0), 666_666);
}
