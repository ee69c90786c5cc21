//! What stands in for a value: computed of the value alone, for every value, with no error.

use std::fmt::Write as _;
use std::sync::Arc;

use aes::Aes256;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    StringViewBuilder, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use fpe::ff1::{FF1, FlexibleNumeralString};
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use sha2::Sha256;
use yandu_words::Mask;

use crate::door::MaskKey;

/// Length of a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_320.0;

/// Digits below which a code could be tried out: NIST SP 800-38G Rev. 1 asks for a million values at least.
const LEAST_DIGITS: usize = 6;

/// Whole numbers up to here are the same in every client.
const SAFE_BITS: u32 = 53;

/// The empty value of a type.
pub(super) fn nothing(data_type: &DataType) -> ScalarValue {
    ScalarValue::try_new_null(data_type).unwrap_or(ScalarValue::Null)
}

/// A column under a mask. A mask that does not suit the type of the column, or that lacks its key, leaves nothing.
pub(super) fn masked(mask: &Mask, key: Option<&MaskKey>, column: &Field, stored: Expr) -> Expr {
    let data_type = column.data_type();
    match mask {
        Mask::Null => lit(nothing(data_type)),
        Mask::Fixed { value } => lit(match data_type {
            DataType::Utf8View => ScalarValue::Utf8View(Some(value.clone())),
            other => nothing(other),
        }),
        mask => {
            let function = MaskFunction {
                signature: Signature::any(1, Volatility::Immutable),
                mask: mask.clone(),
                key: key.cloned(),
            };
            let function = Arc::new(ScalarUDF::new_from_impl(function));
            Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![stored]))
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct MaskFunction {
    signature: Signature,
    mask: Mask,
    key: Option<MaskKey>,
}

impl ScalarUDFImpl for MaskFunction {
    fn name(&self) -> &'static str {
        "masked"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(types.first().cloned().unwrap_or(DataType::Null))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(values) = arrays.first() else {
            return Ok(ColumnarValue::Scalar(ScalarValue::Null));
        };
        Ok(ColumnarValue::Array(self.apply(values)))
    }
}

impl MaskFunction {
    fn apply(&self, values: &ArrayRef) -> ArrayRef {
        let known = match values.data_type() {
            DataType::Utf8View => self.texts(values),
            DataType::Int64 => self.integers(values),
            DataType::Float64 => self.floats(values),
            DataType::Decimal128(precision, scale) => self.decimals(values, *precision, *scale),
            DataType::Date32 => self.dates(values),
            DataType::Timestamp(TimeUnit::Microsecond, None) => self.timestamps(values),
            _ => None,
        };
        known.unwrap_or_else(|| new_null_array(values.data_type(), values.len()))
    }

    fn texts(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let values = values.as_string_view_opt()?;
        let mut masked = StringViewBuilder::with_capacity(values.len());
        let mut text = String::new();
        match (&self.mask, &self.key) {
            (Mask::Keep { first, last }, _) => {
                for value in values {
                    text.clear();
                    masked.append_option(value.map(|value| {
                        keep(value, usize::from(*first), usize::from(*last), &mut text);
                        text.as_str()
                    }));
                }
            }
            (Mask::Hash, Some(key)) => {
                let code = code_of(key)?;
                for value in values {
                    text.clear();
                    masked.append_option(value.map(|value| {
                        for byte in hash(&code, value.as_bytes()) {
                            // A string takes whatever is written.
                            let _ = write!(text, "{byte:02x}");
                        }
                        text.as_str()
                    }));
                }
            }
            (Mask::Fpe, Some(key)) => {
                let cipher = FF1::<Aes256>::new(key.bytes(), 10).ok()?;
                for value in values {
                    masked.append_option(value.and_then(|value| encrypted(&cipher, value)));
                }
            }
            _ => return None,
        }
        Some(Arc::new(masked.finish()))
    }

    fn integers(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let values = values.as_primitive_opt::<Int64Type>()?;
        let masked: Int64Array = match (&self.mask, &self.key) {
            (Mask::Step { by }, _) => {
                let by = i64::try_from(*by).ok().filter(|by| *by > 0)?;
                values.unary_opt(|value| value.div_euclid(by).checked_mul(by))
            }
            (Mask::Hash, Some(key)) => {
                let code = code_of(key)?;
                values.unary(|value| {
                    let bits = u128::from_be_bytes(hash(&code, value.to_string().as_bytes()));
                    (bits >> (u128::BITS - SAFE_BITS)) as i64
                })
            }
            _ => return None,
        };
        Some(Arc::new(masked))
    }

    fn floats(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let values = values.as_primitive_opt::<Float64Type>()?;
        let step = match &self.mask {
            Mask::Step { by } => *by as f64,
            Mask::Grid { metres } => f64::from(*metres) / METRES_PER_DEGREE,
            _ => return None,
        };
        let masked: Float64Array = values.unary(|value: f64| (value / step).floor() * step);
        Some(Arc::new(masked))
    }

    fn decimals(&self, values: &ArrayRef, precision: u8, scale: i8) -> Option<ArrayRef> {
        let values = values.as_primitive_opt::<Decimal128Type>()?;
        let Mask::Step { by } = &self.mask else {
            return None;
        };
        let unit = 10_i128.checked_pow(u32::try_from(scale).ok()?)?;
        let by = i128::from(*by).checked_mul(unit).filter(|by| *by > 0)?;
        let masked: Decimal128Array =
            values.unary_opt(|value| value.div_euclid(by).checked_mul(by));
        let masked = masked.with_precision_and_scale(precision, scale).ok()?;
        Some(Arc::new(masked))
    }

    fn dates(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let values = values.as_primitive_opt::<Date32Type>()?;
        let first = self.first_of()?;
        let epoch = Date::constant(1970, 1, 1);
        let masked: Date32Array = values.unary_opt(|days| {
            let date = first(epoch.checked_add(Span::new().try_days(days).ok()?).ok()?)?;
            Some(epoch.until(date).ok()?.get_days())
        });
        Some(Arc::new(masked))
    }

    fn timestamps(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let values = values.as_primitive_opt::<TimestampMicrosecondType>()?;
        let first = self.first_of()?;
        let masked: TimestampMicrosecondArray = values.unary_opt(|value| {
            let moment = Timestamp::from_microsecond(value).ok()?;
            let date = first(Offset::UTC.to_datetime(moment).date())?;
            let first = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight()));
            Some(first.ok()?.as_microsecond())
        });
        Some(Arc::new(masked))
    }

    /// The first day of the period that a mask leaves of a date.
    fn first_of(&self) -> Option<fn(Date) -> Option<Date>> {
        match self.mask {
            Mask::Month => Some(|date| Some(date.first_of_month())),
            Mask::Year => Some(|date| Some(date.first_of_year())),
            _ => None,
        }
    }
}

/// The first and last signs of a text. A text that these would show whole is covered whole.
fn keep(value: &str, first: usize, last: usize, text: &mut String) {
    let count = value.chars().count();
    let (first, last) = if count > first + last {
        (first, last)
    } else {
        (0, 0)
    };
    for (place, sign) in value.chars().enumerate() {
        let is_shown = place < first || place >= count - last;
        text.push(if is_shown { sign } else { '*' });
    }
}

type Code = Hmac<Sha256>;

fn code_of(key: &MaskKey) -> Option<Code> {
    Code::new_from_slice(key.bytes()).ok()
}

/// The first half of a keyed hash.
fn hash(code: &Code, value: &[u8]) -> [u8; 16] {
    let mut code = code.clone();
    code.update(value);
    let whole: [u8; 32] = code.finalize().into_bytes().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// The text with its digits encrypted and the marks between them in their places.
fn encrypted(cipher: &FF1<Aes256>, value: &str) -> Option<String> {
    let digits: Vec<u16> = value
        .chars()
        .filter_map(|sign| sign.to_digit(10))
        .map(|digit| digit as u16)
        .collect();
    // What is no digit would stand there as it is: a name, a street, a digit of another width.
    let is_open = |sign: char| sign.is_alphanumeric() && !sign.is_ascii_digit();
    if digits.len() < LEAST_DIGITS || value.chars().any(is_open) {
        return None;
    }
    let numerals = FlexibleNumeralString::from(digits);
    let mut digits = Vec::from(cipher.encrypt(&[], &numerals).ok()?).into_iter();
    value
        .chars()
        .map(|sign| {
            if sign.is_ascii_digit() {
                char::from_digit(u32::from(digits.next()?), 10)
            } else {
                Some(sign)
            }
        })
        .collect()
}
