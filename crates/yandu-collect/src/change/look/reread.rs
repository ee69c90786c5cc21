//! Rows of one declaration, read as rows of another.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use serde_json::{Map, Value};
use yandu_check::{Checked, Checker, Expectations};
use yandu_lake::{BATCH, ROW, TableSpec};
use yandu_pack::Dataset;
use yandu_pack::declare::CheckKind;
use yandu_pack::difference::{DatasetChange, Effect, What};
use yandu_words::fold_header;
use yandu_words::id::DatasetId;

use crate::change::cells::{block_of, nothing, text_of};
use crate::{EXTRA, Result};

/// Where the values of a column come from. Places are those in the rows that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The value is taken as it is.
    Typed(usize),
    /// The value is read again.
    Text(usize),
    /// There is none.
    Nothing,
}

/// How rows of one declaration are read as rows of another.
pub(in crate::change) struct Reread {
    checker: Checker,
    origins: Vec<Origin>,
    /// What is read, by name; the batch and the place come last.
    select: Vec<String>,
    /// The columns of the former declaration, for the record of a row.
    pub(super) record: Vec<usize>,
    /// Columns that come back, by place, with the headers under which deliveries had them meanwhile.
    returned: Vec<(usize, Vec<String>)>,
    /// Whether values are read again, so that all rows are written anew.
    pub(in crate::change) converts: bool,
    /// Whether rows have to come in order, newest first, so that of two with one key the newest stays.
    pub(super) needs_order: bool,
}

/// What is read of a table: the declared columns, those that its files have beside them, and those that come back with a
/// change though no file has them: what was delivered of them is kept beside the columns.
pub(in crate::change) fn reading_spec(
    declared: Option<&Dataset>,
    spec: &TableSpec,
    stored: Option<&SchemaRef>,
    change: Option<&DatasetChange>,
) -> TableSpec {
    let mut fields: Vec<FieldRef> = match declared {
        Some(dataset) => dataset.schema().fields().to_vec(),
        None => Vec::new(),
    };
    let beside = stored.iter().flat_map(|stored| stored.fields().iter());
    let returned = change.iter().flat_map(|change| change.returned());
    let returned =
        returned.filter_map(|name| spec.schema.fields().find(name).map(|(_, field)| field));
    for field in beside.chain(returned) {
        if !fields.iter().any(|known| known.name() == field.name()) {
            fields.push(Arc::clone(field));
        }
    }
    if !fields.iter().any(|known| known.name() == EXTRA) {
        fields.push(Arc::new(Field::new(EXTRA, DataType::Utf8View, true)));
    }
    TableSpec {
        id: spec.id.clone(),
        key: match declared {
            Some(dataset) => dataset.file().key.iter().map(ToString::to_string).collect(),
            None => Vec::new(),
        },
        schema: Arc::new(Schema::new(fields)),
    }
}

impl Reread {
    /// `from` is what is read, as [`reading_spec`] has it; `before` the declaration that it was written under.
    pub(in crate::change) fn new(
        before: Option<&Dataset>,
        after: &Dataset,
        change: &DatasetChange,
        from: &TableSpec,
        expectations: Arc<Expectations>,
    ) -> Self {
        let select: Vec<String> = from
            .schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .chain([BATCH.to_owned(), ROW.to_owned()])
            .collect();
        let place = |name: &str| select.iter().position(|column| column == name);
        let renamed = change.renamed();
        // What goes on under another name is no value of a column that has this one.
        let source = |name: &str| match renamed.get(name) {
            Some(former) => place(former),
            None if renamed.values().any(|former| *former == name) => None,
            None => place(name),
        };
        let again = |name: &str| {
            change.changes.iter().any(|change| {
                change.effect == Effect::Convert && change.name.as_deref() == Some(name)
            })
        };
        let origins: Vec<Origin> = expectations
            .columns
            .iter()
            .map(|rule| match source(&rule.name) {
                Some(place) if again(&rule.name) => Origin::Text(place),
                Some(place) if is_typed(from, place, &rule.data_type()) => Origin::Typed(place),
                Some(place) => Origin::Text(place),
                None => Origin::Nothing,
            })
            .collect();
        let mut cells = 0;
        let texts = origins.iter().map(|origin| {
            matches!(origin, Origin::Text(_)).then(|| {
                cells += 1;
                cells - 1
            })
        });
        let texts: Vec<Option<usize>> = texts.collect();
        let is_text = |name: &str| {
            let column = expectations
                .columns
                .iter()
                .position(|rule| rule.name == name);
            column.is_some_and(|column| matches!(origins.get(column), Some(Origin::Text(_))))
        };
        let file = after.file();
        let unique_changed = file.checks.iter().any(|check| {
            let CheckKind::Unique { columns } = &check.kind else {
                return false;
            };
            let is_new = change.changes.iter().any(|change| {
                matches!(
                    change.what,
                    What::CheckAdded | What::CheckChanged | What::CheckLevel
                ) && change.name.as_ref() == Some(&check.name)
            });
            is_new || columns.iter().any(|column| is_text(column.as_str()))
        });
        let key_changed = !file.key.is_empty()
            && (change.has(What::Key) || file.key.iter().any(|column| is_text(column.as_str())));
        let record = match before {
            Some(dataset) => dataset
                .file()
                .columns
                .keys()
                .filter_map(|name| place(name.as_str()))
                .collect(),
            None => (0..select.len().saturating_sub(2)).collect(),
        };
        let returned = change
            .returned()
            .filter_map(|name| Some((place(name)?, headers(after, name))))
            .collect();
        Self {
            returned,
            converts: cells > 0,
            needs_order: key_changed || unique_changed,
            checker: Checker::new(expectations, texts),
            origins,
            select,
            record,
        }
    }

    pub(super) fn expectations(&self) -> &Arc<Expectations> {
        self.checker.expectations()
    }

    /// The SQL that reads the rows.
    pub(in crate::change) fn query(&self, dataset: &DatasetId) -> String {
        let columns: Vec<String> = self
            .select
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        let order = if self.needs_order {
            format!(" ORDER BY \"{BATCH}\" DESC, \"{ROW}\"")
        } else {
            String::new()
        };
        format!("SELECT {} FROM {dataset}{order}", columns.join(", "))
    }

    /// The rows with columns that come back as texts: what files have of them, or what was delivered under their headers
    /// while nothing claimed those and is kept beside the columns.
    pub(super) fn filled(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let Some(beside) = rows
            .schema()
            .column_with_name(EXTRA)
            .map(|(place, _)| place)
        else {
            return Ok(rows.clone());
        };
        let mut columns = rows.columns().to_vec();
        let mut fields = rows.schema().fields().to_vec();
        for (place, headers) in &self.returned {
            let (Some(own), Some(extra)) = (columns.get(*place), columns.get(beside)) else {
                continue;
            };
            let Some(extra) = extra.as_string_view_opt() else {
                continue;
            };
            let mut texts = StringViewBuilder::with_capacity(rows.num_rows());
            let mut rest = StringViewBuilder::with_capacity(rows.num_rows());
            for row in 0..rows.num_rows() {
                let kept = extra.is_valid(row).then(|| extra.value(row));
                let stored = text_of(own, row);
                if let Some(Some((text, others))) = kept
                    .filter(|_| stored.is_none())
                    .map(|kept| take(kept, headers))
                {
                    texts.append_value(text);
                    rest.append_option(others);
                } else {
                    texts.append_option(stored);
                    rest.append_option(kept);
                }
            }
            let texts: ArrayRef = Arc::new(texts.finish());
            let rest: ArrayRef = Arc::new(rest.finish());
            for (place, column) in [(*place, texts), (beside, rest)] {
                if let (Some(field), Some(slot)) = (fields.get_mut(place), columns.get_mut(place)) {
                    *field = Arc::new(Field::new(field.name(), DataType::Utf8View, true));
                    *slot = column;
                }
            }
        }
        Ok(RecordBatch::try_new(
            Arc::new(Schema::new(fields)),
            columns,
        )?)
    }

    /// The rows under the other declaration, and what is wrong with them.
    pub(super) fn check(&self, rows: &RecordBatch) -> Result<Checked> {
        let count = rows.num_rows();
        let texts: Vec<&ArrayRef> = self
            .origins
            .iter()
            .filter_map(|origin| match origin {
                Origin::Text(place) => rows.columns().get(*place),
                _ => None,
            })
            .collect();
        let typed: Vec<Option<ArrayRef>> = self
            .origins
            .iter()
            .zip(&self.expectations().columns)
            .map(|(origin, rule)| match origin {
                Origin::Typed(place) => rows.columns().get(*place).cloned(),
                Origin::Text(_) => None,
                Origin::Nothing => Some(nothing(&rule.data_type(), count)),
            })
            .collect();
        Ok(self.checker.check_with(&block_of(&texts, count), &typed)?)
    }

    /// The text that a column of the other declaration is read from.
    pub(super) fn text<'r>(
        &self,
        rows: &'r RecordBatch,
        column: usize,
        row: usize,
    ) -> Option<Cow<'r, str>> {
        match self.origins.get(column)? {
            Origin::Typed(place) | Origin::Text(place) => text_of(rows.columns().get(*place)?, row),
            Origin::Nothing => None,
        }
    }

    pub(super) fn is_converted(&self, rows: &RecordBatch, row: usize) -> bool {
        self.origins.iter().any(|origin| match origin {
            Origin::Text(place) => rows
                .columns()
                .get(*place)
                .is_some_and(|column| column.is_valid(row)),
            _ => false,
        })
    }
}

/// The headers that stand for a column, folded.
fn headers(dataset: &Dataset, name: &str) -> Vec<String> {
    let title = dataset.column(name).map(|column| &column.title);
    let titles = title
        .into_iter()
        .flat_map(|title| std::iter::once(title.zh.as_str()).chain(title.en.as_deref()));
    dataset
        .aliases(name)
        .into_iter()
        .chain(titles)
        .map(fold_header)
        .collect()
}

/// The cell under one of the headers out of the cells that are kept beside the columns, and the others.
fn take(kept: &str, headers: &[String]) -> Option<(String, Option<String>)> {
    let mut cells: Map<String, Value> = serde_json::from_str(kept).ok()?;
    let header = cells
        .keys()
        .find(|header| headers.contains(&fold_header(header)))?
        .clone();
    let text = match cells.remove(&header)? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let others = (!cells.is_empty()).then(|| Value::Object(cells).to_string());
    Some((text, others))
}

fn is_typed(from: &TableSpec, place: usize, wanted: &DataType) -> bool {
    from.schema
        .fields()
        .get(place)
        .is_some_and(|field| field.data_type() == wanted)
}
