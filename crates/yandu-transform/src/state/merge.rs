//! Rows that came and went, merged into kept groups.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array, RecordBatch, UInt64Array,
    new_null_array,
};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use arrow::row::{RowConverter, SortField};
use yandu_lake::KeptAs;

use super::GroupState;
use crate::Result;

/// Why a change cannot be merged exactly, said of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inexact(pub(crate) String);

/// Groups after a change, with those that it touched before and after, finished.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) state: GroupState,
    pub(crate) before: RecordBatch,
    pub(crate) after: RecordBatch,
    /// Nothing that is kept changed.
    pub(crate) is_same: bool,
}

/// One aggregate of a group that is touched.
#[derive(Debug, Clone)]
struct Cell {
    number: i64,
    value: Value,
    /// Rows went that may have held the extreme.
    is_lost: bool,
    /// A row that came has the extreme.
    is_renewed: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// No value, or a count that has none beside its number.
    None,
    Integer(i64),
    Decimal(i128),
    Float(f64),
    /// A value of any type, in an order of bytes that is the order of values.
    Ordered(Vec<u8>),
}

#[derive(Debug)]
struct Group {
    /// Its place among the kept ones.
    place: Option<u64>,
    rows: i64,
    cells: Vec<Cell>,
    /// How many rows it had, and its cells, as they were kept.
    before: (i64, Vec<Cell>),
}

/// Turns columns into bytes and back.
struct Codec {
    group: RowConverter,
    values: Vec<Option<RowConverter>>,
}

impl GroupState {
    /// Merges changes, each the kept columns of the rows that came and of those that went. They `stay` when none of the rows
    /// that came is among those that went.
    pub(crate) fn merge(
        &self,
        changes: &[(Vec<RecordBatch>, Vec<RecordBatch>)],
        stay: bool,
    ) -> Result<Result<Merged, Inexact>> {
        let codec = self.codec()?;
        let mut touched: HashMap<Vec<u8>, Group> = HashMap::new();
        let all = changes
            .iter()
            .flat_map(|(came, went)| came.iter().chain(went));
        for rows in all {
            for key in codec.keys(self, rows)? {
                touched.entry(key).or_insert_with(|| Group {
                    place: None,
                    rows: 0,
                    cells: self.empty_cells(),
                    before: (0, self.empty_cells()),
                });
            }
        }
        self.find(&codec, &mut touched)?;
        for (came, went) in changes {
            for (rows, is_gone) in came
                .iter()
                .map(|rows| (rows, false))
                .chain(went.iter().map(|rows| (rows, true)))
            {
                if let Err(inexact) = self.count_in(&codec, &mut touched, rows, is_gone)? {
                    return Ok(Err(inexact));
                }
            }
        }
        if let Err(inexact) = judge(&touched, stay) {
            return Ok(Err(inexact));
        }
        self.merged(&codec, touched).map(Ok)
    }

    fn codec(&self) -> Result<Codec> {
        let schema = self.groups.schema();
        let sort = |place: usize| SortField::new(schema.field(place).data_type().clone());
        let values = self
            .layout
            .columns()
            .into_iter()
            .map(|(kept_as, _, value)| match (kept_as, value) {
                (KeptAs::Min | KeptAs::Max, Some(value)) => {
                    Ok(Some(RowConverter::new(vec![sort(value)])?))
                }
                _ => Ok(None),
            });
        Ok(Codec {
            group: RowConverter::new((0..self.layout.by).map(sort).collect())?,
            values: values.collect::<Result<_>>()?,
        })
    }

    fn empty_cells(&self) -> Vec<Cell> {
        let empty = Cell {
            number: 0,
            value: Value::None,
            is_lost: false,
            is_renewed: false,
        };
        vec![empty; self.layout.keeps.len()]
    }

    /// Looks the touched groups up among the kept ones.
    fn find(&self, codec: &Codec, touched: &mut HashMap<Vec<u8>, Group>) -> Result<()> {
        let keys = codec.rows(self, &self.groups)?;
        for (place, key) in keys.iter().enumerate() {
            let Some(group) = touched.get_mut(key.as_ref()) else {
                continue;
            };
            group.place = Some(place as u64);
            group.rows = number(self.groups.column(self.layout.rows()), place);
            for (index, (_, number_at, value_at)) in self.layout.columns().into_iter().enumerate() {
                if let Some(cell) = group.cells.get_mut(index) {
                    cell.number = number(self.groups.column(number_at), place);
                    if let Some(value_at) = value_at {
                        let column = self.groups.column(value_at).slice(place, 1);
                        let values = codec.values_of(index, &column)?;
                        cell.value = values.into_iter().next().unwrap_or(Value::None);
                    }
                }
            }
            group.before = (group.rows, group.cells.clone());
        }
        Ok(())
    }

    fn count_in(
        &self,
        codec: &Codec,
        touched: &mut HashMap<Vec<u8>, Group>,
        rows: &RecordBatch,
        is_gone: bool,
    ) -> Result<Result<(), Inexact>> {
        let sign = if is_gone { -1 } else { 1 };
        let keys = codec.keys(self, rows)?;
        let columns = self.layout.columns();
        let mut values = Vec::with_capacity(columns.len());
        for (index, (_, _, value_at)) in columns.iter().enumerate() {
            values.push(match value_at {
                Some(value_at) => codec.values_of(index, rows.column(*value_at))?,
                None => Vec::new(),
            });
        }
        for (row, key) in keys.iter().enumerate() {
            let Some(group) = touched.get_mut(key) else {
                continue;
            };
            group.rows += sign * number(rows.column(self.layout.rows()), row);
            for (index, (kept_as, number_at, _)) in columns.iter().enumerate() {
                let Some(cell) = group.cells.get_mut(index) else {
                    continue;
                };
                let count = number(rows.column(*number_at), row);
                cell.number += sign * count;
                if count == 0 || *kept_as == KeptAs::Count {
                    continue;
                }
                let value = values
                    .get(index)
                    .and_then(|values| values.get(row))
                    .unwrap_or(&Value::None);
                if let Err(inexact) = cell.take(*kept_as, value, is_gone) {
                    return Ok(Err(inexact));
                }
            }
        }
        Ok(Ok(()))
    }

    fn merged(&self, codec: &Codec, touched: HashMap<Vec<u8>, Group>) -> Result<Merged> {
        let mut places: Vec<u64> = touched.values().filter_map(|group| group.place).collect();
        places.sort_unstable();
        let is_same = touched.values().all(Group::is_as_before);
        let mut live: Vec<(Vec<u8>, Group)> = touched
            .into_iter()
            .filter(|(_, group)| group.rows > 0)
            .collect();
        live.sort_by(|a, b| a.0.cmp(&b.0));
        let changed = self.rows_of(codec, &live)?;
        Ok(Merged {
            is_same,
            ..self.exchanged(places, &changed)?
        })
    }

    /// The groups without those at some places, in order, and with others.
    fn exchanged(&self, places: Vec<u64>, others: &RecordBatch) -> Result<Merged> {
        let before = self.finish(&self.some(places.clone())?)?;
        let mut gone = places.into_iter().peekable();
        let stays: Vec<u64> = (0..self.groups.num_rows() as u64)
            .filter(|place| gone.next_if_eq(place).is_none())
            .collect();
        let groups = concat_batches(&self.groups.schema(), [&self.some(stays)?, others])?;
        Ok(Merged {
            state: Self {
                layout: self.layout.clone(),
                groups,
            },
            before,
            after: self.finish(others)?,
            is_same: false,
        })
    }

    /// The groups that changes touch, taken from groups that were computed anew; others that came with them are left
    /// out.
    pub(crate) fn replaced(
        &self,
        changes: &[(Vec<RecordBatch>, Vec<RecordBatch>)],
        anew: &[RecordBatch],
    ) -> Result<Merged> {
        let codec = self.codec()?;
        let mut touched: HashSet<Vec<u8>> = HashSet::new();
        for rows in changes
            .iter()
            .flat_map(|(came, went)| came.iter().chain(went))
        {
            touched.extend(codec.keys(self, rows)?);
        }
        let picked = |rows: &RecordBatch| -> Result<Vec<u64>> {
            let keys = codec.keys(self, rows)?;
            let places = keys
                .iter()
                .enumerate()
                .filter(|(_, key)| touched.contains(*key));
            Ok(places.map(|(place, _)| place as u64).collect())
        };
        let schema = self.groups.schema();
        let anew = anew
            .iter()
            .map(|rows| {
                let rows = RecordBatch::try_new(Arc::clone(&schema), rows.columns().to_vec())?;
                let places = UInt64Array::from(picked(&rows)?);
                Ok(take_record_batch(&rows, &places)?)
            })
            .collect::<Result<Vec<_>>>()?;
        let anew = concat_batches(&schema, &anew)?;
        self.exchanged(picked(&self.groups)?, &anew)
    }

    /// Touched groups in the columns of kept ones.
    fn rows_of(&self, codec: &Codec, groups: &[(Vec<u8>, Group)]) -> Result<RecordBatch> {
        let parser = codec.group.parser();
        let keys = groups.iter().map(|(key, _)| parser.parse(key));
        let mut columns = codec.group.convert_rows(keys)?;
        columns.push(Arc::new(
            groups
                .iter()
                .map(|(_, group)| group.rows)
                .collect::<Int64Array>(),
        ));
        for (index, (_, _, value_at)) in self.layout.columns().into_iter().enumerate() {
            let cells: Vec<&Cell> = groups
                .iter()
                .filter_map(|(_, group)| group.cells.get(index))
                .collect();
            columns.push(Arc::new(
                cells.iter().map(|cell| cell.number).collect::<Int64Array>(),
            ));
            if let Some(value_at) = value_at {
                let schema = self.groups.schema();
                let data_type = schema.field(value_at).data_type();
                columns.push(codec.column_of(index, &cells, data_type)?);
            }
        }
        Ok(RecordBatch::try_new(self.groups.schema(), columns)?)
    }
}

/// Whether every touched group is known exactly.
fn judge(touched: &HashMap<Vec<u8>, Group>, stay: bool) -> Result<(), Inexact> {
    for group in touched.values() {
        if group.rows < 0 || group.cells.iter().any(|cell| cell.number < 0) {
            return Err(Inexact("more rows went than were counted".to_owned()));
        }
        let is_unknown =
            |cell: &Cell| cell.is_lost && cell.number > 0 && !(stay && cell.is_renewed);
        if group.rows > 0 && group.cells.iter().any(is_unknown) {
            let why = "a row went that may have held the least or greatest value of its group";
            return Err(Inexact(why.to_owned()));
        }
    }
    Ok(())
}

impl Group {
    fn is_as_before(&self) -> bool {
        let (rows, cells) = &self.before;
        let pairs = || self.cells.iter().zip(cells);
        self.rows == *rows
            && pairs().all(|(now, then)| now.number == then.number && now.value == then.value)
    }
}

impl Cell {
    fn take(&mut self, kept_as: KeptAs, value: &Value, is_gone: bool) -> Result<(), Inexact> {
        if matches!(kept_as, KeptAs::Min | KeptAs::Max) {
            self.take_extreme(kept_as, value, is_gone);
            return Ok(());
        }
        let too_large = || Inexact("a sum is too large".to_owned());
        self.value = match (&self.value, value, is_gone) {
            (value, Value::None, _) | (Value::None, value, false) => value.clone(),
            (Value::Integer(a), Value::Integer(b), false) => {
                Value::Integer(a.checked_add(*b).ok_or_else(too_large)?)
            }
            (Value::Integer(a), Value::Integer(b), true) => {
                Value::Integer(a.checked_sub(*b).ok_or_else(too_large)?)
            }
            (Value::Decimal(a), Value::Decimal(b), false) => {
                Value::Decimal(a.checked_add(*b).ok_or_else(too_large)?)
            }
            (Value::Decimal(a), Value::Decimal(b), true) => {
                Value::Decimal(a.checked_sub(*b).ok_or_else(too_large)?)
            }
            (Value::Float(a), Value::Float(b), false) => Value::Float(a + b),
            (_, Value::Float(_), true) => {
                let why = "rows went from a sum of numbers with a floating point";
                return Err(Inexact(why.to_owned()));
            }
            _ => return Err(Inexact("a sum has another type than before".to_owned())),
        };
        if self.number == 0 {
            self.value = Value::None;
        }
        Ok(())
    }

    fn take_extreme(&mut self, kept_as: KeptAs, value: &Value, is_gone: bool) {
        let reaches = match (&self.value, value) {
            (Value::Ordered(known), Value::Ordered(other)) => match kept_as {
                KeptAs::Min => other <= known,
                _ => other >= known,
            },
            _ => true,
        };
        if is_gone {
            self.is_lost |= reaches;
        } else if reaches {
            self.value = value.clone();
            self.is_renewed = true;
        }
    }
}

impl Codec {
    fn rows(&self, state: &GroupState, rows: &RecordBatch) -> Result<arrow::row::Rows> {
        let columns: Vec<ArrayRef> = rows
            .columns()
            .iter()
            .take(state.layout.by)
            .cloned()
            .collect();
        Ok(self.group.convert_columns(&columns)?)
    }

    fn keys(&self, state: &GroupState, rows: &RecordBatch) -> Result<Vec<Vec<u8>>> {
        let keys = self.rows(state, rows)?;
        Ok(keys.iter().map(|key| key.as_ref().to_vec()).collect())
    }

    fn values_of(&self, index: usize, column: &ArrayRef) -> Result<Vec<Value>> {
        if let Some(Some(converter)) = self.values.get(index) {
            let rows = converter.convert_columns(std::slice::from_ref(column))?;
            let bytes = rows.iter().enumerate();
            return Ok(bytes
                .map(|(row, value)| {
                    if column.is_null(row) {
                        Value::None
                    } else {
                        Value::Ordered(value.as_ref().to_vec())
                    }
                })
                .collect());
        }
        let or_none = |value: Option<Value>| value.unwrap_or(Value::None);
        Ok(match column.data_type() {
            DataType::Int64 => {
                let values = column.as_primitive::<Int64Type>().iter();
                values
                    .map(|value| or_none(value.map(Value::Integer)))
                    .collect()
            }
            DataType::Decimal128(_, _) => {
                let values = column.as_primitive::<Decimal128Type>().iter();
                values
                    .map(|value| or_none(value.map(Value::Decimal)))
                    .collect()
            }
            DataType::Float64 => {
                let values = column.as_primitive::<Float64Type>().iter();
                values
                    .map(|value| or_none(value.map(Value::Float)))
                    .collect()
            }
            // No sum of the engine has another type that is worth following.
            _ => vec![Value::None; column.len()],
        })
    }

    fn column_of(&self, index: usize, cells: &[&Cell], data_type: &DataType) -> Result<ArrayRef> {
        if let Some(Some(converter)) = self.values.get(index) {
            let none = converter.convert_columns(&[new_null_array(data_type, 1)])?;
            let none: Vec<u8> = none
                .iter()
                .next()
                .map(|row| row.as_ref().to_vec())
                .unwrap_or_default();
            let parser = converter.parser();
            let rows = cells.iter().map(|cell| match &cell.value {
                Value::Ordered(bytes) if cell.number > 0 => parser.parse(bytes),
                _ => parser.parse(&none),
            });
            let mut columns = converter.convert_rows(rows)?;
            return Ok(columns
                .pop()
                .unwrap_or_else(|| new_null_array(data_type, cells.len())));
        }
        Ok(match data_type {
            DataType::Int64 => Arc::new(
                cells
                    .iter()
                    .map(|cell| match cell.value {
                        Value::Integer(value) => Some(value),
                        _ => None,
                    })
                    .collect::<Int64Array>(),
            ),
            DataType::Decimal128(precision, scale) => Arc::new(
                cells
                    .iter()
                    .map(|cell| match cell.value {
                        Value::Decimal(value) => Some(value),
                        _ => None,
                    })
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(*precision, *scale)?,
            ),
            DataType::Float64 => Arc::new(
                cells
                    .iter()
                    .map(|cell| match cell.value {
                        Value::Float(value) => Some(value),
                        _ => None,
                    })
                    .collect::<Float64Array>(),
            ),
            other => new_null_array(other, cells.len()),
        })
    }
}

/// A number that is never empty.
fn number(column: &ArrayRef, row: usize) -> i64 {
    column
        .as_primitive_opt::<Int64Type>()
        .filter(|numbers| numbers.is_valid(row))
        .map_or(0, |numbers| numbers.value(row))
}
