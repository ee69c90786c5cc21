use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringViewArray, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use proptest::prelude::*;
use yandu_words::Mask;

use super::world::{PLAIN, World, asked, permit, visible};
use crate::door::MaskKey;
use crate::door::mask::masked;
use crate::expression;

/// A column under a mask, as text.
fn shown(mask: &Mask, key: Option<&MaskKey>, values: ArrayRef) -> Vec<String> {
    let field = Field::new("x", values.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    let stored = datafusion::logical_expr::col("x");
    let expr = masked(mask, key, &field, stored);
    let (compiled, data_type) = expression::physical(&expr, &schema).unwrap();
    assert_eq!(&data_type, values.data_type(), "{mask:?}");
    let rows = RecordBatch::try_new(schema, vec![values]).unwrap();
    let result = compiled
        .evaluate(&rows)
        .unwrap()
        .into_array(rows.num_rows())
        .unwrap();
    (0..rows.num_rows())
        .map(|row| {
            if arrow::array::Array::is_null(&result, row) {
                "∅".to_owned()
            } else {
                arrow::util::display::array_value_to_string(&result, row).unwrap()
            }
        })
        .collect()
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringViewArray::from(values.to_vec()))
}

fn key() -> MaskKey {
    MaskKey::new([7; 32])
}

#[test]
fn the_first_and_last_signs_are_kept_and_a_short_text_is_covered_whole() {
    let keep = Mask::Keep { first: 3, last: 4 };
    let values = texts(&[
        Some("13812345678"),
        Some("王小明的电话号码是"),
        Some("1234567"),
        Some(""),
        None,
    ]);
    assert_eq!(
        shown(&keep, None, values),
        ["138****5678", "王小明**话号码是", "*******", "", "∅"]
    );
}

#[test]
fn a_mask_gives_the_known_value_of_every_type() {
    let step = Mask::Step { by: 500 };
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![
        Some(1_234),
        Some(-1),
        Some(i64::MIN),
        None,
    ]));
    assert_eq!(shown(&step, None, numbers), ["1000", "-500", "∅", "∅"]);
    let money: ArrayRef = Arc::new(
        Decimal128Array::from(vec![123_456, -1])
            .with_precision_and_scale(12, 2)
            .unwrap(),
    );
    assert_eq!(shown(&step, None, money), ["1000.00", "-500.00"]);
    let grid = Mask::Grid { metres: 1_000 };
    let places: ArrayRef = Arc::new(Float64Array::from(vec![33.351_08, f64::NAN]));
    assert_eq!(shown(&grid, None, places), ["33.345310815666544", "NaN"]);
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(20_089), Some(i32::MIN), None]));
    assert_eq!(
        shown(&Mask::Month, None, Arc::clone(&days)),
        ["2025-01-01", "∅", "∅"]
    );
    assert_eq!(shown(&Mask::Year, None, days), ["2025-01-01", "∅", "∅"]);
    let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![
        1_735_787_045_000_001,
        i64::MIN,
        -1,
    ]));
    assert_eq!(
        shown(&Mask::Month, None, moments),
        ["2025-01-01T00:00:00", "∅", "1969-12-01T00:00:00"]
    );
    let fixed = Mask::Fixed {
        value: "隐藏".to_owned(),
    };
    assert_eq!(
        shown(&fixed, None, texts(&[Some("a"), None])),
        ["隐藏", "隐藏"]
    );
    let nothing: [ArrayRef; 3] = [
        Arc::new(BooleanArray::from(vec![true])),
        Arc::new(Time64MicrosecondArray::from(vec![3])),
        Arc::new(Int64Array::from(vec![3])),
    ];
    for values in nothing {
        for mask in [Mask::Null, Mask::Month, Mask::Fpe] {
            assert_eq!(
                shown(&mask, Some(&key()), Arc::clone(&values)),
                ["∅"],
                "{mask:?}"
            );
        }
    }
}

#[test]
fn a_hash_joins_under_one_key_and_under_no_other() {
    let values = || {
        texts(&[
            Some("320902199001011234"),
            Some("320902199001011234"),
            Some("x"),
            None,
        ])
    };
    let one = shown(&Mask::Hash, Some(&key()), values());
    assert_eq!(one[0], one[1]);
    assert_ne!(one[0], one[2]);
    assert_eq!((one[0].len(), one[3].as_str()), (32, "∅"));
    let other = shown(&Mask::Hash, Some(&MaskKey::new([8; 32])), values());
    assert_ne!(one[0], other[0]);
    // Without a key a hash could be tried out.
    assert_eq!(shown(&Mask::Hash, None, values()), ["∅"; 4]);
    // HMAC-SHA-256, as Python's `hmac` has it.
    assert_eq!(one[2], HASH_OF_X);
    assert!(!format!("{:?}", key()).contains('7'));
}

/// `hmac.new(bytes([7] * 32), b"x", "sha256").hexdigest()[:32]`
const HASH_OF_X: &str = "5b29e7ebdee0465c31c16b2fca787e15";

#[test]
fn format_preserving_encryption_keeps_the_form() {
    let values = texts(&[
        Some("138-1234-5678"),
        Some("张三 13812345678"),
        Some("12345"),
        None,
    ]);
    let shown = shown(&Mask::Fpe, Some(&key()), values);
    assert_ne!(shown[0], "138-1234-5678");
    assert_eq!((shown[0].len(), shown[0].find('-')), (13, Some(3)));
    // Too few digits could be tried out.
    assert_eq!(shown[1..], ["∅", "∅", "∅"]);
}

#[tokio::test]
async fn a_filter_on_a_masked_column_meets_the_mask() {
    let world = World::new(&visible()).await;
    let mut columns = PLAIN.to_vec();
    columns[3].1 = Some(Mask::Keep { first: 1, last: 1 });
    let reader = world.as_reader([permit("masked", None, &columns)]);
    assert!(
        asked(&reader, "SELECT id FROM hr.staff WHERE code = '1007'")
            .await
            .unwrap()
            .is_empty()
    );
    let sevens = asked(&reader, "SELECT code FROM hr.staff WHERE code = '1**7'")
        .await
        .unwrap();
    assert_eq!(sevens, ["1**7"; 4]);
    let groups = asked(&reader, "SELECT code, count(*) FROM hr.staff GROUP BY code")
        .await
        .unwrap();
    assert_eq!(groups.len(), 10);
    let joined = asked(
        &reader,
        "SELECT count(*) FROM hr.staff a JOIN hr.staff b ON a.code = b.code",
    )
    .await;
    assert_eq!(joined.unwrap(), ["160"]);
}

proptest! {
    #[test]
    fn no_value_makes_a_mask_fail(
        text in any::<String>(), number in any::<i64>(), float in any::<f64>(), day in any::<i32>(),
        first in any::<u8>(), last in any::<u8>(), by in any::<u64>(), metres in any::<u32>(),
    ) {
        let values: [ArrayRef; 6] = [
            texts(&[Some(&text)]),
            Arc::new(Int64Array::from(vec![number])),
            Arc::new(Float64Array::from(vec![float])),
            Arc::new(Date32Array::from(vec![day])),
            Arc::new(TimestampMicrosecondArray::from(vec![number])),
            Arc::new(Decimal128Array::from(vec![i128::from(number)]).with_precision_and_scale(38, 2).unwrap()),
        ];
        let masks = [
            Mask::Keep { first, last }, Mask::Step { by }, Mask::Grid { metres }, Mask::Month,
            Mask::Year, Mask::Hash, Mask::Fpe, Mask::Null, Mask::Fixed { value: text.clone() },
        ];
        for values in values {
            for mask in &masks {
                shown(mask, Some(&key()), Arc::clone(&values));
            }
        }
    }
}
