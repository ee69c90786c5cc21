//! Look-ups by value: the index of a column says which rows can hold it, and where there is none the bloom filters of key
//! columns, kept in memory, say which row groups can.
//!
//! The engine could read the filters itself, from the files and again for every query; in a table of millions of
//! rows that is most of the time of a look-up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::bloom_filter::Sbbf;
use yandu_check::key::{Key, hash_rows};

use crate::file::DataFile;
use crate::index::{self, Index};
use crate::memory::{Part, Piece, Place};
use crate::table::Table;
use crate::version::TableVersion;
use crate::{Error, Result};

/// One filter per row group of a file; a row group without one may hold anything.
pub(crate) type Filters = Arc<Vec<Option<Sbbf>>>;

/// What has been read of one file to look rows up and stays for as long as the file is known: by column its indexes, without their
/// entries. All else is kept in the [`Memory`](crate::memory::Memory) of the lake, under its number.
#[derive(Debug)]
pub(crate) struct Lookups {
    /// Told apart from those of all other files of the process.
    number: u64,
    indexes: Mutex<HashMap<String, Option<Arc<Index>>>>,
}

impl Default for Lookups {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            indexes: Mutex::default(),
        }
    }
}

/// A value that a column must have.
#[derive(Debug)]
struct Wanted {
    column: String,
    /// Its place in the table.
    place: usize,
    is_key: bool,
    /// It is one of these.
    values: Vec<Value>,
    /// The hashes of the values.
    keys: Vec<Key>,
}

/// Of more values nearly every row group holds one, and filters are of no use.
const MOST_VALUES: usize = 200;

/// More values are not looked for one by one.
const MOST_LOOKED: usize = 2_000;

/// A value that filters say something of.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
}

/// The row groups that a look-up has to read, by file, in the order of the version's files.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) files: Vec<SelectedGroups>,
}

#[derive(Debug)]
pub(crate) struct SelectedGroups {
    /// How many row groups the file has.
    pub(crate) count: usize,
    pub(crate) groups: Vec<usize>,
    /// Of some of the groups only these rows.
    pub(crate) rows: BTreeMap<usize, RowSelection>,
}

impl Value {
    /// `None` for NULL, and for a value of another type.
    pub(crate) fn of(value: &ScalarValue) -> Option<Self> {
        match value {
            ScalarValue::Utf8View(Some(text)) => Some(Self::Text(text.clone())),
            ScalarValue::Int64(Some(number)) => Some(Self::Number(*number)),
            _ => None,
        }
    }

    fn may_be_in(&self, filter: &Sbbf) -> bool {
        match self {
            Self::Text(text) => filter.check(text.as_str()),
            Self::Number(number) => filter.check(number),
        }
    }
}

impl Lookups {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    fn index(&self, path: &Path, column: &str) -> Option<Arc<Index>> {
        let known = || self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = known().get(column) {
            return index.clone();
        }
        let index = Index::open(path, column).map(Arc::new);
        known().insert(column.to_owned(), index.clone());
        index
    }

    fn set_index(&self, column: &str, index: Option<Index>) {
        self.indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(column.to_owned(), index.map(Arc::new));
    }
}

/// The filters of a column of the table in a file; blocking.
pub(crate) fn filters(table: &Table, file: &DataFile, column: usize) -> Result<Filters> {
    let part = Part::Filters {
        column: column as u32,
    };
    let place = Place::of(table, file, part);
    if let Some(Piece::Filters(filters)) = table.memory.get(&place) {
        return Ok(filters);
    }
    let filters = Arc::new(read(
        &file.full_path(&table.folder),
        table.schema.field(column).name(),
    )?);
    table
        .memory
        .keep(place, Piece::Filters(Arc::clone(&filters)));
    Ok(filters)
}

/// Whether a row group may hold one of the values, as far as its filter says.
pub(crate) fn may_hold(filters: &[Option<Sbbf>], group: usize, values: &[Value]) -> bool {
    let filter = filters.get(group).and_then(Option::as_ref);
    filter.is_none_or(|filter| values.iter().any(|value| value.may_be_in(filter)))
}

fn read(path: &Path, column: &str) -> Result<Vec<Option<Sbbf>>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(Error::file("open", path))?;
    let groups = reader.metadata().num_row_groups();
    let place = reader
        .parquet_schema()
        .columns()
        .iter()
        .position(|found| found.name() == column);
    (0..groups)
        .map(|group| match place {
            Some(place) => reader
                .get_row_group_column_bloom_filter(group, place)
                .map_err(Error::file("read", path)),
            None => Ok(None),
        })
        .collect()
}

/// What a look-up has to read of a version; `None` when the filters of the query name no value that can be looked for.
pub(crate) async fn select(
    table: &Arc<Table>,
    version: &Arc<TableVersion>,
    filters: &[Expr],
) -> Result<Option<Selection>> {
    let wanted: Vec<Wanted> = filters
        .iter()
        .filter_map(|filter| wanted(table, filter))
        .filter(|wanted| wanted.has_filters() || is_indexed(table, version, &wanted.column))
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let wanted = Arc::new(wanted);
    let share = version.files.len().div_ceil(table.options.threads).max(1);
    let looking: Vec<_> = version
        .files
        .chunks(share)
        .map(|files| {
            let (table, wanted, files) = (Arc::clone(table), Arc::clone(&wanted), files.to_vec());
            tokio::task::spawn_blocking(move || {
                files
                    .iter()
                    .map(|file| selected_groups(&table, file, &wanted))
                    .collect::<Result<Vec<_>>>()
            })
        })
        .collect();
    let mut files = Vec::with_capacity(version.files.len());
    for looked in looking {
        files.extend(looked.await??);
    }
    Ok(Some(Selection { files }))
}

fn is_indexed(table: &Table, version: &TableVersion, column: &str) -> bool {
    version.files.iter().any(|file| {
        file.rows >= table.options.index_rows
            && file
                .lookups
                .index(&file.full_path(&table.folder), column)
                .is_some()
    })
}

/// Makes the indexes of columns that the files of a version do not have yet.
pub(crate) async fn index(
    table: &Arc<Table>,
    version: &TableVersion,
    columns: &BTreeSet<String>,
) -> Result<()> {
    let mut missing: Vec<(DataFile, String)> = Vec::new();
    for column in columns {
        let field = table.schema.field_with_name(column);
        if !field.is_ok_and(|field| index::kind_of(field.data_type()).is_some()) {
            continue;
        }
        let large = version
            .files
            .iter()
            .filter(|file| file.rows >= table.options.index_rows);
        for file in large {
            let path = file.full_path(&table.folder);
            if file.lookups.index(&path, column).is_none() {
                missing.push((file.clone(), column.clone()));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let share = missing.len().div_ceil(table.options.threads).max(1);
    let building: Vec<_> = missing
        .chunks(share)
        .map(|part| {
            let (table, part) = (Arc::clone(table), part.to_vec());
            tokio::task::spawn_blocking(move || {
                part.iter().try_for_each(|(file, column)| {
                    let path = file.full_path(&table.folder);
                    file.lookups.set_index(column, index::build(&path, column)?);
                    Ok::<_, Error>(())
                })
            })
        })
        .collect();
    for built in building {
        built.await??;
    }
    Ok(())
}

fn selected_groups(table: &Table, file: &DataFile, wanted: &[Wanted]) -> Result<SelectedGroups> {
    let mut count = None;
    let mut passing: Option<BTreeSet<usize>> = None;
    let mut rows: Option<ByGroup> = None;
    for wanted in wanted {
        if let Some((groups, found)) = indexed_rows(table, file, wanted)? {
            count = Some(groups);
            rows = Some(match rows {
                Some(rows) => rows.common(&found),
                None => found,
            });
            continue;
        }
        let filters = filters(table, file, wanted.place)?;
        count = Some(filters.len());
        let passes =
            |group: &usize| !wanted.has_filters() || may_hold(&filters, *group, &wanted.values);
        let groups: BTreeSet<usize> = (0..filters.len()).filter(passes).collect();
        passing = Some(match passing {
            Some(passing) => &passing & &groups,
            None => groups,
        });
    }
    let count = count.unwrap_or_default();
    let is_passing = |group: &usize| passing.as_ref().is_none_or(|all| all.contains(group));
    let Some(rows) = rows else {
        return Ok(SelectedGroups {
            count,
            groups: (0..count).filter(is_passing).collect(),
            rows: BTreeMap::new(),
        });
    };
    let rows: BTreeMap<usize, RowSelection> = rows
        .0
        .into_iter()
        .filter(|(group, (_, rows))| is_passing(group) && !rows.is_empty())
        .map(|(group, (total, rows))| {
            let ranges = rows.into_iter().map(|row| row..row + 1);
            (group, RowSelection::from_consecutive_ranges(ranges, total))
        })
        .collect();
    Ok(SelectedGroups {
        count,
        groups: rows.keys().copied().collect(),
        rows,
    })
}

/// Rows of a file by row group: how many rows the group has, and the places of those that are meant.
struct ByGroup(BTreeMap<usize, (usize, Vec<usize>)>);

impl ByGroup {
    fn new(groups: &[u32], rows: &[u32]) -> Self {
        let mut rows = rows.iter().copied().peekable();
        let mut begin = 0_u32;
        let mut all = BTreeMap::new();
        for (group, total) in groups.iter().enumerate() {
            let end = begin.saturating_add(*total);
            let mut found = Vec::new();
            while let Some(row) = rows.next_if(|row| *row < end) {
                found.push((row - begin) as usize);
            }
            if !found.is_empty() {
                all.insert(group, (*total as usize, found));
            }
            begin = end;
        }
        Self(all)
    }

    /// The rows that are among the others too.
    fn common(mut self, others: &Self) -> Self {
        self.0.retain(|group, (_, rows)| {
            let Some((_, others)) = others.0.get(group) else {
                return false;
            };
            rows.retain(|row| others.binary_search(row).is_ok());
            !rows.is_empty()
        });
        self
    }
}

/// The rows of a file that an index names, with the number of row groups; `None` without an index.
fn indexed_rows(
    table: &Table,
    file: &DataFile,
    wanted: &Wanted,
) -> Result<Option<(usize, ByGroup)>> {
    if file.rows < table.options.index_rows {
        return Ok(None);
    }
    let Some(index) = file
        .lookups
        .index(&file.full_path(&table.folder), &wanted.column)
    else {
        return Ok(None);
    };
    let field = table.schema.field_with_name(&wanted.column);
    if !field.is_ok_and(|field| index.is_of(field.data_type())) {
        return Ok(None);
    }
    let Some(rows) = index.rows(&wanted.keys)? else {
        return Ok(None);
    };
    let groups = index.groups();
    Ok(Some((groups.len(), ByGroup::new(groups, &rows))))
}

impl Wanted {
    /// Whether bloom filters can say something of it.
    fn has_filters(&self) -> bool {
        self.is_key && self.values.len() <= MOST_VALUES
    }
}

/// `column = constant`, either way round, `column IN (constants)`, or several of them joined by `OR`, for texts and
/// integers.
fn wanted(table: &Table, filter: &Expr) -> Option<Wanted> {
    let mut literals = Vec::new();
    let name = &column_of(filter, &mut literals)?.name;
    if literals.len() > MOST_LOOKED {
        return None;
    }
    let (place, field) = table.schema.column_with_name(name)?;
    let scalars: Vec<ScalarValue> = literals
        .into_iter()
        .map(|literal| match literal {
            Expr::Literal(value, _) if value.data_type() == *field.data_type() => {
                Some(value.clone())
            }
            _ => None,
        })
        .collect::<Option<_>>()?;
    let values: Vec<Value> = scalars.iter().map(Value::of).collect::<Option<_>>()?;
    if values.is_empty() {
        return None;
    }
    let hashed = ScalarValue::iter_to_array(scalars).ok()?;
    let keys = hash_rows(&[hashed], values.len());
    Some(Wanted {
        column: name.clone(),
        place,
        is_key: table.key.contains(name),
        values,
        keys: keys.into_iter().flatten().collect(),
    })
}

/// The one column that a filter wants to be one of the literals.
fn column_of<'e>(filter: &'e Expr, literals: &mut Vec<&'e Expr>) -> Option<&'e Column> {
    match filter {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), literal @ Expr::Literal(..))
            | (literal @ Expr::Literal(..), Expr::Column(column)) => {
                literals.push(literal);
                Some(column)
            }
            _ => None,
        },
        // A short list comes as this.
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => {
            let column = column_of(left, literals)?;
            (column_of(right, literals)?.name == column.name).then_some(column)
        }
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) => match expr.as_ref() {
            Expr::Column(column) => {
                literals.extend(list);
                Some(column)
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
