use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, StringViewArray};

use super::column::ColumnProfiler;

#[test]
fn a_small_column_is_counted_exactly() {
    let column: ArrayRef = Arc::new(StringViewArray::from(vec![
        Some("盐都"),
        Some("亭湖"),
        Some("盐都"),
        None,
    ]));
    let mut profiler = ColumnProfiler::new("county");
    profiler.update(&column, 1);
    let profile = profiler.finish();
    assert_eq!((profile.rows, profile.nulls, profile.distinct), (4, 1, 2));
    assert_eq!(profile.frequent[0].value, "盐都");
    assert_eq!(profile.patterns[0].value, "汉{2}");
    assert!(profile.exact);
}

#[test]
fn extremes_follow_the_type_and_survive_a_merge() {
    let early: ArrayRef = Arc::new(Date32Array::from(vec![Some(-1), Some(3)]));
    let late: ArrayRef = Arc::new(Date32Array::from(vec![Some(20_000), None]));
    let mut first = ColumnProfiler::new("day");
    first.update(&early, 1);
    let mut second = ColumnProfiler::new("day");
    second.update(&late, 3);
    first.merge(second);
    let profile = first.finish();
    assert_eq!(profile.min.as_deref(), Some("1969-12-31"));
    assert_eq!(profile.max.as_deref(), Some("2024-10-04"));
}

#[test]
fn many_distinct_values_are_estimated_within_five_per_cent() {
    let texts: Vec<String> = (0..200_000).map(|n| format!("{n:018}")).collect();
    let column: ArrayRef = Arc::new(StringViewArray::from_iter_values(&texts));
    let mut profiler = ColumnProfiler::new("id");
    profiler.update(&column, 1);
    let profile = profiler.finish();
    assert!(
        profile.distinct.abs_diff(200_000) < 10_000,
        "{}",
        profile.distinct
    );
    assert!(!profile.exact);
}
