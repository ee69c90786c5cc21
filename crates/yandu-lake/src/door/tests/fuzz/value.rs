//! Values of all types, as whole numbers of small units and as texts, and what masks make alike.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    StringViewArray, TimestampMicrosecondArray,
};
use jiff::Span;
use jiff::civil::Date;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use yandu_words::Mask;

use crate::lineage::tests::random::generate::Type;

/// What only hidden rows and values hold. A reader who is told one of them was told too much.
pub(super) const SECRETS: [&str; 3] = ["秘(", "秘[", "秘\\"];
pub(super) const SECRET_NUMBERS: std::ops::Range<i64> = 904_000..904_010;
/// The days of this month, likewise.
pub(super) const SECRET_MONTH: &str = "2190-01";
const SECRET_DAYS: std::ops::Range<i64> = 80_354..80_364;

/// 2024-01-01.
const FIRST_DAY: i64 = 19_723;
/// Microseconds.
const DAY: i64 = 86_400_000_000;
/// Parts of one of a floating-point number, all of which it holds exactly.
const PARTS: i64 = 64;
/// A grid of half a degree.
const GRID: Mask = Mask::Grid { metres: 55_660 };
/// What stands for a floating-point value that is no number.
const NO_NUMBER: i64 = i64::MAX;

/// A number is of ones, of hundredths of a decimal, of [`PARTS`] of a floating-point number, of days or microseconds since 1970, or
/// says what is true.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

pub(super) type Cell = Option<Value>;

impl Value {
    /// One that rows which are seen have.
    pub(super) fn open(rng: &mut StdRng, kind: Type) -> Self {
        let step = rng.random_range(0..5);
        Self::Number(match kind {
            Type::Int => step,
            Type::Text => {
                let texts = ["a", "b", "ab", "7", "12", "138-0013"];
                return Self::Text((*texts.choose(rng).unwrap()).to_owned());
            }
            Type::Decimal => 50 * step,
            Type::Float => PARTS / 2 * step,
            Type::Date => FIRST_DAY + 40 * step,
            Type::Moment => (FIRST_DAY + 40 * step) * DAY + 1_000_003 * step,
            Type::Truth => step % 2,
        })
    }

    /// One that only hidden rows and cells have.
    pub(super) fn secret(rng: &mut StdRng, kind: Type) -> Self {
        let number = rng.random_range(SECRET_NUMBERS);
        let day = rng.random_range(SECRET_DAYS);
        Self::Number(match kind {
            Type::Int => number,
            Type::Text => {
                // Long ones, so that what reads other columns may be asked before conditions on these.
                let sign = *SECRETS.choose(rng).unwrap();
                return Self::Text(format!("{sign}{:020}", rng.random::<u64>()));
            }
            Type::Decimal => 100 * number + 25,
            Type::Float if rng.random_ratio(1, 4) => NO_NUMBER,
            Type::Float => PARTS * number + PARTS / 2,
            Type::Date => day,
            Type::Moment => day * DAY + number,
            Type::Truth => number % 2,
        })
    }

    /// One that some of the open values are below.
    pub(super) fn bound(rng: &mut StdRng, kind: Type) -> Self {
        let step = rng.random_range(3..6);
        match kind {
            Type::Text => Self::Text("b".to_owned()),
            Type::Decimal => Self::Number(50 * step),
            Type::Date => Self::Number(FIRST_DAY + 40 * step),
            Type::Int | Type::Float | Type::Moment | Type::Truth => Self::Number(step),
        }
    }

    /// As a constant of its type; none of floating-point numbers and moments, which no condition on rows compares.
    pub(super) fn sql(&self, kind: Type) -> Option<String> {
        match (self, kind) {
            (Self::Text(text), _) => Some(format!("'{text}'")),
            (Self::Number(number), Type::Int) => Some(number.to_string()),
            (Self::Number(cents), Type::Decimal) => {
                Some(format!("{}.{:02}", cents / 100, cents % 100))
            }
            (Self::Number(day), Type::Date) => Some(format!("date '{}'", date(*day))),
            (Self::Number(number), Type::Truth) => Some((*number != 0).to_string()),
            (Self::Number(_), _) => None,
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

/// Cells of one column as the lake takes them.
pub(super) fn array<'a>(kind: Type, cells: impl Iterator<Item = &'a Cell> + Clone) -> ArrayRef {
    let texts = cells.clone().map(|cell| cell.as_ref()?.text());
    let numbers = cells.map(|cell| cell.as_ref()?.number());
    match kind {
        Type::Int => Arc::new(numbers.collect::<Int64Array>()),
        Type::Text => Arc::new(texts.collect::<StringViewArray>()),
        Type::Decimal => {
            let cents = numbers.map(|number| number.map(i128::from));
            let cents = cents.collect::<Decimal128Array>();
            Arc::new(cents.with_precision_and_scale(12, 2).unwrap())
        }
        Type::Float => {
            let floats = numbers.map(|number| number.map(float));
            Arc::new(floats.collect::<Float64Array>())
        }
        Type::Date => {
            let days = numbers.map(|number| number.map(|day| i32::try_from(day).unwrap()));
            Arc::new(days.collect::<Date32Array>())
        }
        Type::Moment => Arc::new(numbers.collect::<TimestampMicrosecondArray>()),
        Type::Truth => {
            let truths = numbers.map(|number| number.map(|number| number != 0));
            Arc::new(truths.collect::<BooleanArray>())
        }
    }
}

fn float(parts: i64) -> f64 {
    if parts == NO_NUMBER {
        f64::NAN
    } else {
        parts as f64 / PARTS as f64
    }
}

fn date(day: i64) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(Span::new().days(day)).unwrap()
}

/// A mask that suits a type, or now and then one that does not and so leaves nothing.
pub(super) fn mask(rng: &mut StdRng, kind: Type) -> Mask {
    let step = Mask::Step { by: 3 };
    let keep = |first, last| Mask::Keep { first, last };
    let fixed = Mask::Fixed {
        value: "ab".to_owned(),
    };
    if rng.random_ratio(1, 8) {
        let any = [
            step,
            keep(1, 0),
            fixed,
            Mask::Month,
            GRID,
            Mask::Hash,
            Mask::Fpe,
        ];
        return any.choose(rng).unwrap().clone();
    }
    let fitting = match kind {
        Type::Int => vec![Mask::Null, Mask::Hash, step],
        Type::Text => vec![
            Mask::Null,
            Mask::Hash,
            Mask::Fpe,
            fixed,
            keep(0, 1),
            keep(1, 0),
            keep(1, 1),
        ],
        Type::Decimal => vec![Mask::Null, step],
        Type::Float => vec![Mask::Null, step, GRID],
        Type::Date | Type::Moment => vec![Mask::Null, Mask::Month, Mask::Year],
        Type::Truth => vec![Mask::Null],
    };
    fitting.choose(rng).unwrap().clone()
}

/// Another cell that a mask shows alike.
pub(super) fn under(rng: &mut StdRng, mask: &Mask, kind: Type, cell: Option<&Value>) -> Cell {
    if !follows(mask, kind) {
        return Some(Value::secret(rng, kind));
    }
    Some(match (mask, cell?) {
        (Mask::Keep { first, last }, Value::Text(text)) => {
            let (first, last) = (usize::from(*first), usize::from(*last));
            Value::Text(covered(rng, text, first, last))
        }
        (Mask::Fpe, Value::Text(text)) if !is_encrypted(text) => Value::secret(rng, kind),
        (Mask::Step { by }, Value::Number(number)) => {
            let unit = match kind {
                Type::Decimal => 100,
                Type::Float => PARTS,
                _ => 1,
            };
            Value::Number(within(rng, *number, unit * i64::try_from(*by).unwrap()))
        }
        (Mask::Grid { .. }, Value::Number(number)) => {
            Value::Number(within(rng, *number, PARTS / 2))
        }
        (Mask::Month | Mask::Year, Value::Number(number)) => {
            let is_year = *mask == Mask::Year;
            Value::Number(if kind == Type::Moment {
                let day = another_day(rng, number.div_euclid(DAY), is_year);
                day * DAY + rng.random_range(0..DAY)
            } else {
                another_day(rng, *number, is_year)
            })
        }
        (_, value) => value.clone(),
    })
}

/// Whether what a mask shows follows the value: the others show one thing, or nothing, of all values of the type.
fn follows(mask: &Mask, kind: Type) -> bool {
    match mask {
        Mask::Null | Mask::Fixed { .. } => false,
        Mask::Keep { .. } | Mask::Fpe => kind == Type::Text,
        Mask::Hash => matches!(kind, Type::Int | Type::Text),
        Mask::Step { .. } => matches!(kind, Type::Int | Type::Decimal | Type::Float),
        Mask::Grid { .. } => kind == Type::Float,
        Mask::Month | Mask::Year => matches!(kind, Type::Date | Type::Moment),
    }
}

/// Whether encryption that preserves the form makes something of a text: others it leaves out.
fn is_encrypted(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let mut signs = text.chars();
    digits >= 6 && signs.all(|sign| sign.is_ascii_digit() || !sign.is_alphanumeric())
}

/// A text with other signs in the places that are covered.
fn covered(rng: &mut StdRng, text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    // One that these would show whole is covered whole.
    let (first, last) = if count > first + last {
        (first, last)
    } else {
        (0, 0)
    };
    let signs = text.chars().enumerate().map(|(place, sign)| {
        let is_shown = place < first || place >= count - last;
        let other = *['秘', '(', '['].choose(rng).unwrap();
        if is_shown { sign } else { other }
    });
    signs.collect()
}

/// Another number of the same step of so many units.
fn within(rng: &mut StdRng, number: i64, step: i64) -> i64 {
    number.div_euclid(step) * step + rng.random_range(0..step)
}

/// Another day of the same month, or year.
fn another_day(rng: &mut StdRng, day: i64, is_year: bool) -> i64 {
    let date = date(day);
    let (first, days) = if is_year {
        (date.first_of_year(), 365)
    } else {
        (date.first_of_month(), 28)
    };
    let since = Date::constant(1970, 1, 1).until(first).unwrap();
    i64::from(since.get_days()) + rng.random_range(0..days)
}
