//! One column of a block: text cells in, a typed array and the faults of its cells out.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
    Int64Builder, StringViewBuilder, Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use yandu_words::{FaultCode, Read, Standard, ValueType, value};

use crate::block::TextBlock;
use crate::expectation::{CodeList, ColumnRule, Meaning};
use crate::finding::{Cause, Finding};

/// Words that systems write for an empty cell; they count as empty where the column is not free text.
const EMPTY_WORDS: [&str; 10] = [
    "NULL", "null", "NA", "N/A", "n/a", "NaN", "nan", "\\N", "-", "--",
];

pub(crate) struct ColumnReader<'a> {
    pub(crate) rule: &'a ColumnRule,
    /// Index of the column among the declared ones.
    pub(crate) index: u32,
    pub(crate) block: &'a TextBlock,
    /// Index of the column among the cells of a row; `None` when the delivery does not have it.
    pub(crate) cell: Option<usize>,
    /// Rows whose cells cannot be trusted; their values are NULL and cause no further finding.
    pub(crate) broken: &'a [bool],
    /// It is part of the key, so that its texts name something.
    pub(crate) is_key: bool,
}

impl ColumnReader<'_> {
    pub(crate) fn read(&self, findings: &mut Vec<Finding>) -> ArrayRef {
        let rows = self.block.rows();
        match self.rule.meaning {
            Meaning::Standard(standard) if standard.value_type() == ValueType::Text => {
                self.read_text(findings, |text| standard.read_text(text))
            }
            Meaning::Type(ValueType::Text) => match &self.rule.codes {
                Some(codes) => self.read_text(findings, |text| read_code(codes, text)),
                None if self.is_key => self.read_text(findings, read_name),
                None => self.read_text(findings, |text| Read::Canonical(Cow::Borrowed(text))),
            },
            meaning => match meaning.value_type() {
                ValueType::Text => {
                    self.read_text(findings, |text| Read::Canonical(Cow::Borrowed(text)))
                }
                ValueType::Integer => {
                    let mut array = Int64Builder::with_capacity(rows);
                    self.each(findings, value::parse_integer, |number| {
                        array.append_option(number);
                    });
                    Arc::new(array.finish())
                }
                ValueType::Decimal { precision, scale } => {
                    let mut array = Decimal128Builder::with_capacity(rows)
                        .with_data_type(self.rule.data_type());
                    self.each(
                        findings,
                        |text| value::parse_decimal(text, precision, scale),
                        |number| array.append_option(number),
                    );
                    Arc::new(array.finish())
                }
                ValueType::Float => {
                    let mut array = Float64Builder::with_capacity(rows);
                    self.each(findings, value::parse_float, |number| {
                        array.append_option(number);
                    });
                    Arc::new(array.finish())
                }
                ValueType::Boolean => {
                    let mut array = BooleanBuilder::with_capacity(rows);
                    self.each(findings, value::parse_boolean, |flag| {
                        array.append_option(flag);
                    });
                    Arc::new(array.finish())
                }
                ValueType::Date => {
                    let mut array = Date32Builder::with_capacity(rows);
                    let read: fn(&str) -> Read<i32> = match meaning {
                        Meaning::Standard(Standard::Month) => value::parse_month,
                        Meaning::Standard(_) | Meaning::Type(_) => value::parse_date,
                    };
                    self.each(findings, read, |day| array.append_option(day));
                    Arc::new(array.finish())
                }
                ValueType::Time => {
                    let mut array = Time64MicrosecondBuilder::with_capacity(rows);
                    self.each(findings, value::parse_time, |time| {
                        array.append_option(time);
                    });
                    Arc::new(array.finish())
                }
                ValueType::Timestamp => {
                    let mut array = TimestampMicrosecondBuilder::with_capacity(rows);
                    self.each(findings, value::parse_timestamp, |at| {
                        array.append_option(at);
                    });
                    Arc::new(array.finish())
                }
            },
        }
    }

    fn read_text<'t, R: Into<CellRead<Cow<'t, str>>>>(
        &'t self,
        findings: &mut Vec<Finding>,
        read: impl Fn(&'t str) -> R,
    ) -> ArrayRef {
        let mut array = StringViewBuilder::with_capacity(self.block.rows());
        self.each(findings, read, |text| match text {
            Some(text) => array.append_value(text),
            None => array.append_null(),
        });
        Arc::new(array.finish())
    }

    /// Reads every cell once, in row order, and hands each value (or NULL) to `push`.
    fn each<'t, T, R: Into<CellRead<T>>>(
        &'t self,
        findings: &mut Vec<Finding>,
        read: impl Fn(&'t str) -> R,
        mut push: impl FnMut(Option<T>),
    ) {
        let free_text = matches!(self.rule.meaning, Meaning::Type(ValueType::Text))
            && self.rule.codes.is_none();
        for (row, broken) in self.broken.iter().enumerate() {
            let mut found = |cause| {
                findings.push(Finding {
                    row: row as u32,
                    column: Some(self.index),
                    cause,
                });
            };
            let text = match self.cell {
                Some(cell) if !broken => self.block.cell(row, cell).unwrap_or_default(),
                _ => "",
            };
            if text.is_empty() {
                if self.rule.required && !broken {
                    found(Cause::Missing);
                }
                push(None);
                continue;
            }
            match read(text).into() {
                CellRead::Value(value) => push(Some(value)),
                CellRead::Changed(value, cause) => {
                    found(cause);
                    push(Some(value));
                }
                CellRead::Invalid(fault) => {
                    let empty = text.trim().is_empty()
                        || (!free_text && EMPTY_WORDS.contains(&text.trim()));
                    found(match (empty, self.rule.required) {
                        (true, true) => Cause::Missing,
                        (true, false) => Cause::EmptyWord,
                        (false, _) => Cause::Fault(fault),
                    });
                    push(None);
                }
            }
        }
    }
}

/// Finds what is wrong with the cells of a column that has its type already.
pub(crate) fn check_typed_column(
    rule: &ColumnRule,
    index: u32,
    column: &ArrayRef,
    findings: &mut Vec<Finding>,
) {
    let mut found = |row: usize, cause| {
        findings.push(Finding {
            row: row as u32,
            column: Some(index),
            cause,
        });
    };
    if rule.required && column.null_count() > 0 {
        for row in (0..column.len()).filter(|row| column.is_null(*row)) {
            found(row, Cause::Missing);
        }
    }
    let Some(texts) = column.as_string_view_opt() else {
        return;
    };
    for (row, text) in texts.iter().enumerate() {
        let Some(text) = text else { continue };
        let read = match (rule.meaning, &rule.codes) {
            (Meaning::Standard(standard), _) => standard.read_text(text).into(),
            (Meaning::Type(_), Some(codes)) => read_code(codes, text),
            (Meaning::Type(_), None) => return,
        };
        match read {
            CellRead::Value(_) => {}
            CellRead::Changed(_, cause) => found(row, cause),
            CellRead::Invalid(fault) => found(row, Cause::Fault(fault)),
        }
    }
}

/// What became of the text of one cell.
enum CellRead<T> {
    Value(T),
    Changed(T, Cause),
    Invalid(FaultCode),
}

impl<T> From<Read<T>> for CellRead<T> {
    fn from(read: Read<T>) -> Self {
        match read {
            Read::Canonical(value) => Self::Value(value),
            Read::Normalised(value, change) => Self::Changed(value, Cause::Normalised(change)),
            Read::Invalid(fault) => Self::Invalid(fault),
        }
    }
}

/// Reads a text that names a row: one in scientific notation has lost the digits that tell it from others.
fn read_name(text: &str) -> Read<Cow<'_, str>> {
    if value::is_scientific(text.trim()) {
        return Read::Invalid(FaultCode::Scientific);
    }
    Read::Canonical(Cow::Borrowed(text))
}

fn read_code<'t>(codes: &CodeList, text: &'t str) -> CellRead<Cow<'t, str>> {
    if codes.codes.contains(text) {
        return CellRead::Value(Cow::Borrowed(text));
    }
    if let Some(code) = codes.synonyms.get(text.trim()) {
        return CellRead::Changed(Cow::Owned(code.clone()), Cause::Synonym);
    }
    // The normaliser of identifiers folds full-width signs and spaces; a code is such a text.
    match Standard::Id.read_text(text) {
        Read::Normalised(folded, change) if codes.codes.contains(folded.as_ref()) => {
            CellRead::Changed(folded, Cause::Normalised(change))
        }
        _ if value::is_scientific(text.trim()) => CellRead::Invalid(FaultCode::Scientific),
        _ => CellRead::Invalid(FaultCode::CodeList),
    }
}
