use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::SessionContext;

use super::{Measure, Merge, Number, compile_measure};

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("month", DataType::Date32, false),
        Field::new("area", DataType::Utf8, false),
        Field::new("done", DataType::Int64, true),
        Field::new("due", DataType::Int64, true),
        Field::new("cost", DataType::Decimal128(12, 2), true),
        Field::new("level", DataType::Float64, true),
    ]))
}

fn compile(sql: &str) -> Measure {
    compile_measure(&schema(), sql).unwrap()
}

fn refused(sql: &str) -> String {
    let problem = compile_measure(&schema(), sql).unwrap_err();
    let help = problem.help.unwrap_or_default();
    format!(
        "{}:{} {} | {help}",
        problem.line, problem.column, problem.message
    )
}

fn rows(seed: &mut Seed, count: usize) -> RecordBatch {
    let areas: Vec<String> = (0..count)
        .map(|_| format!("32090{}", seed.below(4)))
        .collect();
    let mut some = |most: i64| -> Vec<Option<i64>> {
        (0..count)
            .map(|_| (seed.below(7) > 0).then(|| seed.below(most as u64) as i64))
            .collect()
    };
    let (done, due, cost, level) = (some(50), some(3), some(1_000_000), some(1_000));
    let cost: Decimal128Array = cost.iter().map(|cost| cost.map(i128::from)).collect();
    let level = level
        .iter()
        .map(|level| level.map(|level| level as f64 / 8.0));
    let level: Float64Array = level.collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Date32Array::from_value(20_000, count)),
        Arc::new(StringArray::from(areas)),
        Arc::new(Int64Array::from(done)),
        Arc::new(Int64Array::from(due)),
        Arc::new(cost.with_precision_and_scale(12, 2).unwrap()),
        Arc::new(level),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// A small random source whose seed is printed, so that a failure can be had again.
struct Seed(u64);

impl Seed {
    fn fresh() -> Self {
        let given = std::env::var("YANDU_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap();
            now.as_nanos() as u64
        });
        println!("YANDU_SEED={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most.max(1)
    }
}

/// Puts parts of many rows together.
fn merged(measure: &Measure, parts: &[ArrayRef]) -> Vec<ArrayRef> {
    measure
        .merges()
        .zip(parts)
        .map(|(merge, part)| {
            macro_rules! put {
                ($kind:ty) => {{
                    use arrow::array::{AsArray, PrimitiveArray};
                    let values = part.as_primitive::<$kind>();
                    let found = match merge {
                        Merge::Sum => arrow::compute::sum(values),
                        Merge::Min => arrow::compute::min(values),
                        Merge::Max => arrow::compute::max(values),
                    };
                    let array: PrimitiveArray<$kind> = [found].into_iter().collect();
                    Arc::new(array.with_data_type(part.data_type().clone())) as ArrayRef
                }};
            }
            if *part.data_type() == DataType::Float64 {
                put!(arrow::datatypes::Float64Type)
            } else {
                put!(arrow::datatypes::Decimal128Type)
            }
        })
        .collect()
}

async fn by_sql(rows: &RecordBatch, sql: &str) -> Option<f64> {
    let context = SessionContext::new();
    context.register_batch("cells", rows.clone()).unwrap();
    let sql = format!("select cast({sql} as double) as value from cells");
    let found = context.sql(&sql).await.unwrap().collect().await.unwrap();
    let value = arrow::compute::cast(found[0].column(0), &DataType::Float64).unwrap();
    let values = datafusion::common::cast::as_float64_array(&value).unwrap();
    values.iter().next().flatten()
}

#[tokio::test]
async fn the_number_of_rows_put_together_is_that_of_the_sql_over_them() {
    let mut seed = Seed::fresh();
    let measures = [
        "sum(done)",
        "count(*)",
        "count(due)",
        "min(level)",
        "max(cost)",
        "avg(level)",
        "avg(done)",
        "100.0 * sum(done) / nullif(sum(due), 0)",
        "sum(cost) / nullif(count(cost), 0)",
        "sum(done) filter (where area <> '320901')",
        "coalesce(sum(due) filter (where area = '320909'), 0) + count(*)",
        "round(1.0 * sum(done) / nullif(count(done), 0), 2)",
        "case when count(due) >= 3 then max(due) - min(due) end",
        "sum(case when done > 25 then 1 else 0 end)",
    ];
    for _ in 0..20 {
        let count = seed.below(30) as usize;
        let rows = rows(&mut seed, count);
        for sql in measures {
            let measure = compile(sql);
            let found = measure
                .numbers(merged(&measure, &measure.parts(&rows).unwrap()))
                .unwrap();
            let expected = by_sql(&rows, sql).await;
            match (found.as_slice(), expected) {
                ([Number::Missing], None) => {}
                ([Number::Value(found)], Some(expected)) => {
                    assert!(
                        (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                        "{sql}: {found}, {expected}"
                    );
                }
                other => panic!("{sql}: {other:?}"),
            }
        }
    }
}

#[test]
fn parts_can_be_put_together_in_any_order() {
    let mut seed = Seed::fresh();
    let measure = compile("avg(done) + max(level) - min(due)");
    let rows = rows(&mut seed, 40);
    let parts = measure.parts(&rows).unwrap();
    let at_once = merged(&measure, &parts);
    let cut = seed.below(40) as usize;
    let half = |from: usize, length: usize| -> Vec<ArrayRef> {
        let part: Vec<ArrayRef> = parts.iter().map(|part| part.slice(from, length)).collect();
        merged(&measure, &part)
    };
    let (first, second) = (half(0, cut), half(cut, 40 - cut));
    let both: Vec<ArrayRef> = second
        .iter()
        .zip(&first)
        .map(|(one, other)| concat(&[one.as_ref(), other.as_ref()]).unwrap())
        .collect();
    let order = arrow::array::UInt32Array::from(vec![1, 0]);
    let both: Vec<ArrayRef> = both
        .iter()
        .map(|part| take(part, &order, None).unwrap())
        .collect();
    assert_eq!(
        measure.numbers(merged(&measure, &both)).unwrap(),
        measure.numbers(at_once).unwrap()
    );
}

#[test]
fn a_division_by_zero_is_a_state_and_spoils_no_other_number() {
    let measure = compile("1.0 * sum(done) / sum(due)");
    let part = |values: [i128; 2]| -> ArrayRef {
        let part = Decimal128Array::from_iter_values(values);
        Arc::new(part.with_precision_and_scale(38, 0).unwrap())
    };
    let numbers = measure.numbers(vec![part([3, 3]), part([0, 4])]).unwrap();
    assert_eq!(numbers, [Number::DividedByZero, Number::Value(0.75)]);
}

#[test]
fn what_cannot_be_put_together_is_refused_with_its_place() {
    assert_eq!(
        refused("sum(done) + count(distinct area)"),
        "1:13 `count` over different values of two areas or months cannot be put together into that of both | \
         use `sum`, `count`, `min`, `max` or `avg`; count different things in the model"
    );
    assert!(
        refused("median(done)")
            .starts_with("1:1 `median` of two areas or months cannot be put together")
    );
    assert!(refused("sum(done) / sum(due)").starts_with("1:11 whole numbers are divided here"));
    assert!(
        refused("sum(dine)").contains("did you mean `done`?"),
        "{}",
        refused("sum(dine)")
    );
    assert!(
        refused("done + sum(due)").contains("`done`"),
        "{}",
        refused("done + sum(due)")
    );
    assert!(
        refused("done").contains("this looks at one"),
        "{}",
        refused("done")
    );
    assert!(
        refused("sum(area)").starts_with("1:5 `area` is no number"),
        "{}",
        refused("sum(area)")
    );
    assert!(
        refused("sum(done) + part_0").contains("no column `part_0`"),
        "a part has a name that no column has"
    );
    assert!(refused("(select 1)").contains("cannot contain a query"));
    assert!(
        refused("sum(done) +").starts_with("1:"),
        "{}",
        refused("sum(done) +")
    );
    assert!(
        refused("sum(done) over ()").contains("looks along rows"),
        "{}",
        refused("sum(done) over ()")
    );
    assert!(
        refused("sum(random())").contains("another value each time"),
        "{}",
        refused("sum(random())")
    );
}

#[test]
fn a_product_that_leaves_the_range_of_its_type_is_no_part_of_a_number() {
    let rows = rows(&mut Seed(7), 30);
    assert!(compile("sum(done * 2)").parts(&rows).is_ok());
    let parts = compile("sum(done * 9223372036854775807)").parts(&rows);
    assert!(parts.is_err(), "{parts:?}");
}
