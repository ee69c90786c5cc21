//! Whether every row that one condition shows is shown by others too, as far as that can be proved.
//!
//! A condition is read as boxes: for each column the values that it may have. What is no comparison of a column with constants
//! is a column of its own with the values true, false and null. A box that others leave nothing of is within them. Values are
//! taken as dense, so what is said to be within is within, and what is not may still be so.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::{Between, InList, Like};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use super::rows::RowCondition;

/// More boxes than these are not looked at, and nothing is proved.
const BOXES: usize = 256;

/// The values that a column may have.
#[derive(Debug, Clone)]
struct Values {
    spans: Vec<(Bound<ScalarValue>, Bound<ScalarValue>)>,
    has_null: bool,
}

type Bounds = BTreeMap<String, Values>;

/// The rows for which a condition holds, and those for which its opposite does.
#[derive(Debug, Default)]
struct Verdict {
    holds: Vec<Bounds>,
    fails: Vec<Bounds>,
}

impl RowCondition {
    /// Whether each row that this condition shows is shown by one of the others. `false` also where it cannot be proved.
    pub fn is_within<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> bool {
        let Some(own) = verdict(&self.expr()) else {
            return false;
        };
        let mut left = own.holds;
        for other in others {
            let Some(other) = verdict(&other.expr()) else {
                continue;
            };
            for taken in &other.holds {
                left = left
                    .iter()
                    .flat_map(|bounds| without(bounds, taken))
                    .collect();
                if left.len() > BOXES {
                    return false;
                }
            }
        }
        left.is_empty()
    }
}

fn verdict(expr: &Expr) -> Option<Verdict> {
    let verdict = match expr {
        Expr::Alias(alias) => return verdict(&alias.expr),
        Expr::Literal(ScalarValue::Boolean(known), _) => match known {
            Some(true) => Verdict::of(vec![Bounds::new()], Vec::new()),
            Some(false) => Verdict::of(Vec::new(), vec![Bounds::new()]),
            None => Verdict::default(),
        },
        Expr::Not(inner) => {
            let inner = verdict(inner)?;
            Verdict::of(inner.fails, inner.holds)
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if *op == Operator::And => {
            let (left, right) = (verdict(left)?, verdict(right)?);
            Verdict::of(
                both(&left.holds, &right.holds)?,
                either(left.fails, right.fails)?,
            )
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if *op == Operator::Or => {
            let (left, right) = (verdict(left)?, verdict(right)?);
            Verdict::of(
                either(left.holds, right.holds)?,
                both(&left.fails, &right.fails)?,
            )
        }
        other => known(other).unwrap_or_else(|| opaque(other)),
    };
    Some(verdict)
}

impl Verdict {
    fn of(holds: Vec<Bounds>, fails: Vec<Bounds>) -> Self {
        Self { holds, fails }
    }

    /// A column has one of some values, or else another one that is not null.
    fn among(column: &Expr, values: Vec<(Bound<ScalarValue>, Bound<ScalarValue>)>) -> Self {
        let values = Values {
            spans: values,
            has_null: false,
        };
        let others = Values {
            has_null: false,
            ..values.others()
        };
        let some = |values: Values| {
            let is_some = !values.is_nothing();
            is_some.then(|| one(column, values)).into_iter().collect()
        };
        Self::of(some(values), some(others))
    }
}

fn one(column: &Expr, values: Values) -> Bounds {
    Bounds::from([(column.to_string(), values)])
}

/// What is compared with a constant.
fn known(expr: &Expr) -> Option<Verdict> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => compared(left, *op, right),
        Expr::IsNull(column) => Some(nullness(column)),
        Expr::IsNotNull(column) => {
            let verdict = nullness(column);
            Some(Verdict::of(verdict.fails, verdict.holds))
        }
        Expr::InList(InList {
            expr,
            list,
            negated,
        }) => {
            let values: Vec<ScalarValue> = list.iter().map(constant).collect::<Option<_>>()?;
            let has_null = values.iter().any(ScalarValue::is_null);
            let points = values.into_iter().filter(|value| !value.is_null());
            let mut verdict = Verdict::among(expr, points.map(point).collect());
            // What is not in a list with a null in it may be that null.
            if has_null {
                verdict.fails.clear();
            }
            Some(turned(verdict, *negated))
        }
        Expr::Between(Between {
            expr,
            negated,
            low,
            high,
        }) => {
            let (low, high) = (constant(low)?, constant(high)?);
            if low.is_null() || high.is_null() {
                return None;
            }
            let span = (Bound::Included(low), Bound::Included(high));
            let spans = if is_nothing(&span) {
                Vec::new()
            } else {
                vec![span]
            };
            Some(turned(Verdict::among(expr, spans), *negated))
        }
        Expr::Like(Like {
            negated,
            expr,
            pattern,
            escape_char: None,
            case_insensitive: false,
        }) => {
            let pattern = text(&constant(pattern)?)?;
            let start = pattern.strip_suffix('%')?;
            if start.contains(['%', '_', '\\']) {
                return None;
            }
            Some(turned(starting(expr, start)?, *negated))
        }
        Expr::ScalarFunction(function) if function.func.name() == "starts_with" => {
            let [column, start] = function.args.as_slice() else {
                return None;
            };
            let start = constant(start)?;
            if start.is_null() {
                return Some(Verdict::default());
            }
            starting(column, &text(&start)?)
        }
        _ => None,
    }
}

fn turned(verdict: Verdict, is_negated: bool) -> Verdict {
    if is_negated {
        Verdict::of(verdict.fails, verdict.holds)
    } else {
        verdict
    }
}

fn compared(left: &Expr, op: Operator, right: &Expr) -> Option<Verdict> {
    let (column, op, value) = match (constant(left), constant(right)) {
        (None, Some(value)) => (left, op, value),
        (Some(value), None) => (right, op.swap()?, value),
        _ => return None,
    };
    if value.is_null() {
        // Nothing is known of what is compared with nothing.
        let is_usual = !matches!(op, Operator::IsDistinctFrom | Operator::IsNotDistinctFrom);
        return is_usual.then(Verdict::default);
    }
    let spans = match op {
        Operator::Eq => vec![point(value)],
        Operator::NotEq => return Some(turned(Verdict::among(column, vec![point(value)]), true)),
        Operator::Lt => vec![(Bound::Unbounded, Bound::Excluded(value))],
        Operator::LtEq => vec![(Bound::Unbounded, Bound::Included(value))],
        Operator::Gt => vec![(Bound::Excluded(value), Bound::Unbounded)],
        Operator::GtEq => vec![(Bound::Included(value), Bound::Unbounded)],
        _ => return None,
    };
    Some(Verdict::among(column, spans))
}

/// Texts that start with another one: from that on, and before the next text of the same length.
fn starting(column: &Expr, start: &str) -> Option<Verdict> {
    let Some(last) = start.chars().last() else {
        return Some(Verdict::among(
            column,
            vec![(Bound::Unbounded, Bound::Unbounded)],
        ));
    };
    let next = char::from_u32(u32::from(last) + 1)?;
    let end = format!("{}{next}", start.strip_suffix(last)?);
    let value = |text: &str| ScalarValue::Utf8View(Some(text.to_owned()));
    Some(Verdict::among(
        column,
        vec![(Bound::Included(value(start)), Bound::Excluded(value(&end)))],
    ))
}

fn nullness(column: &Expr) -> Verdict {
    let null = Values {
        spans: Vec::new(),
        has_null: true,
    };
    let others = null.others();
    Verdict::of(vec![one(column, null)], vec![one(column, others)])
}

fn opaque(expr: &Expr) -> Verdict {
    let value = |known| point(ScalarValue::Boolean(Some(known)));
    let of = |known| Values {
        spans: vec![value(known)],
        has_null: false,
    };
    Verdict::of(vec![one(expr, of(true))], vec![one(expr, of(false))])
}

/// The value of an expression that has no column in it, texts in one type.
fn constant(expr: &Expr) -> Option<ScalarValue> {
    let value = match expr {
        Expr::Literal(value, _) => value.clone(),
        Expr::Cast(cast) => {
            let Expr::Literal(value, _) = cast.expr.as_ref() else {
                return None;
            };
            value.cast_to(cast.field.data_type()).ok()?
        }
        _ => return None,
    };
    match value {
        ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text) => Some(ScalarValue::Utf8View(text)),
        other => Some(other),
    }
}

fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Utf8View(text) => text.clone(),
        _ => None,
    }
}

fn point(value: ScalarValue) -> (Bound<ScalarValue>, Bound<ScalarValue>) {
    (Bound::Included(value.clone()), Bound::Included(value))
}

/// Rows that are in one of the first and in one of the second.
fn both(first: &[Bounds], second: &[Bounds]) -> Option<Vec<Bounds>> {
    if first.len() * second.len() > BOXES {
        return None;
    }
    let pairs = first
        .iter()
        .flat_map(|one| second.iter().map(move |other| (one, other)));
    Some(pairs.filter_map(|(one, other)| cut(one, other)).collect())
}

fn either(mut first: Vec<Bounds>, second: Vec<Bounds>) -> Option<Vec<Bounds>> {
    first.extend(second);
    (first.len() <= BOXES).then_some(first)
}

/// What is in both; none where nothing is.
fn cut(one: &Bounds, other: &Bounds) -> Option<Bounds> {
    let mut cut = one.clone();
    for (column, values) in other {
        let left = match cut.get(column) {
            Some(own) => own.and(values),
            None => values.clone(),
        };
        if left.is_nothing() {
            return None;
        }
        cut.insert(column.clone(), left);
    }
    Some(cut)
}

/// What one has beside another, as boxes that do not meet.
fn without(one: &Bounds, other: &Bounds) -> Vec<Bounds> {
    if cut(one, other).is_none() {
        return vec![one.clone()];
    }
    let mut left = Vec::new();
    let mut inside = one.clone();
    for (column, values) in other {
        let own = inside.get(column).cloned();
        let outside = match &own {
            Some(own) => own.and(&values.others()),
            None => values.others(),
        };
        if !outside.is_nothing() {
            let mut bounds = inside.clone();
            bounds.insert(column.clone(), outside);
            left.push(bounds);
        }
        let shared = own.map_or_else(|| values.clone(), |own| own.and(values));
        inside.insert(column.clone(), shared);
    }
    left
}

impl Values {
    fn and(&self, other: &Self) -> Self {
        let pairs = self
            .spans
            .iter()
            .flat_map(|one| other.spans.iter().map(move |two| (one, two)));
        let spans = pairs.map(|(one, two)| (higher(&one.0, &two.0), lower(&one.1, &two.1)));
        Self {
            spans: spans.filter(|span| !is_nothing(span)).collect(),
            has_null: self.has_null && other.has_null,
        }
    }

    /// All other values, null among them where it was none of these.
    fn others(&self) -> Self {
        let all = Self {
            spans: vec![(Bound::Unbounded, Bound::Unbounded)],
            has_null: !self.has_null,
        };
        self.spans.iter().fold(all, |left, (low, high)| {
            let around = [
                (Bound::Unbounded, turned_bound(low)),
                (turned_bound(high), Bound::Unbounded),
            ];
            let is_open = |bound: &Bound<ScalarValue>| matches!(bound, Bound::Unbounded);
            let around = around
                .into_iter()
                .filter(|(low, high)| !(is_open(low) && is_open(high)));
            left.and(&Self {
                spans: around.collect(),
                has_null: true,
            })
        })
    }

    fn is_nothing(&self) -> bool {
        self.spans.is_empty() && !self.has_null
    }
}

fn turned_bound(bound: &Bound<ScalarValue>) -> Bound<ScalarValue> {
    match bound {
        Bound::Included(value) => Bound::Excluded(value.clone()),
        Bound::Excluded(value) => Bound::Included(value.clone()),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn higher(one: &Bound<ScalarValue>, other: &Bound<ScalarValue>) -> Bound<ScalarValue> {
    pick(one, other, Ordering::Greater)
}

fn lower(one: &Bound<ScalarValue>, other: &Bound<ScalarValue>) -> Bound<ScalarValue> {
    pick(one, other, Ordering::Less)
}

/// The bound that leaves less; of values that cannot be compared the first, which leaves what cannot be judged.
fn pick(
    one: &Bound<ScalarValue>,
    other: &Bound<ScalarValue>,
    wanted: Ordering,
) -> Bound<ScalarValue> {
    let (Some(own), Some(others)) = (value_of(one), value_of(other)) else {
        let bounded = if value_of(one).is_some() { one } else { other };
        return bounded.clone();
    };
    match own.partial_cmp(others) {
        Some(Ordering::Equal) if matches!(other, Bound::Excluded(_)) => other.clone(),
        Some(ordering) if ordering != wanted && ordering != Ordering::Equal => other.clone(),
        _ => one.clone(),
    }
}

fn value_of(bound: &Bound<ScalarValue>) -> Option<&ScalarValue> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

fn is_nothing((low, high): &(Bound<ScalarValue>, Bound<ScalarValue>)) -> bool {
    let (Some(start), Some(end)) = (value_of(low), value_of(high)) else {
        return false;
    };
    match start.partial_cmp(end) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => !matches!((low, high), (Bound::Included(_), Bound::Included(_))),
        _ => false,
    }
}
