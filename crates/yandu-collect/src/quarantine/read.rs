//! Reading quarantined rows. Where those stand that are wanted is found out by one or two narrow columns, group of rows by
//! group, and no further than a page needs; only what stands there is read whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::statistics::Statistics;
use yandu_words::id::BatchId;

use super::file::{LEADING, REASONS, ROWS_A_GROUP};
use super::{QuarantinedRow, Reason, RowState, moved};
use crate::{Error, Result};

/// The quarantined rows of a batch, in files.
pub(super) struct Files(Vec<Part>);

struct Part {
    path: PathBuf,
    /// 0 for rows as they came; the changes of the packs that count, oldest first, from 1.
    place: usize,
    /// The newest record of what became of rows that is older than the move.
    mark: i64,
    metadata: ArrowReaderMetadata,
}

/// A group of rows of one file.
struct Group {
    part: usize,
    number: usize,
    /// The first of its rows in the file.
    base: u64,
    /// Places in the batch.
    least: u64,
    most: u64,
}

/// Where a quarantined row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Its place in the batch.
    pub(super) row: u64,
    /// Only records newer than this one are about it.
    pub(super) mark: i64,
    place: usize,
    part: usize,
    index: u64,
    is_wanted: bool,
}

/// Which rows are looked for.
pub(super) struct Wanted<'a> {
    /// Rows behind this place.
    pub(super) after: u64,
    /// All where it is empty.
    pub(super) rows: &'a BTreeSet<u64>,
    pub(super) reason: Option<&'a str>,
}

impl Wanted<'_> {
    fn may_be_in(&self, group: &Group) -> bool {
        group.most > self.after
            && (self.rows.is_empty() || self.rows.range(group.least..=group.most).next().is_some())
    }

    fn has(&self, row: u64) -> bool {
        self.rows.is_empty() || self.rows.contains(&row)
    }
}

impl Files {
    /// Opens the files of a batch. A row that a change of the packs moved counts as that change has it; `live` names the
    /// commits of changes that count, oldest first.
    pub(super) fn open(folder: &Path, live: &[String]) -> Result<Self> {
        let failed = |source| Error::file("list quarantined rows in", folder, source);
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self(Vec::new()));
            }
            Err(source) => return Err(failed(source)),
        };
        let mut parts = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let (place, mark) = match moved::parse_name(&name) {
                None => (0, 0),
                Some((commit, mark)) => match live.iter().position(|live| live == commit) {
                    Some(place) => (place + 1, mark),
                    None => continue,
                },
            };
            let options =
                ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
            let metadata = ArrowReaderMetadata::load(&file(&path)?, options)?;
            parts.push(Part {
                path,
                place,
                mark,
                metadata,
            });
        }
        Ok(Self(parts))
    }

    /// Where wanted rows stand, in the order of the delivery: `enough` of them or more, fewer where there are no more.
    pub(super) fn find(&self, wanted: &Wanted<'_>, enough: usize) -> Result<Vec<Standing>> {
        let mut groups: Vec<Group> = self
            .groups()
            .filter(|group| wanted.may_be_in(group))
            .collect();
        groups.sort_by_key(|group| group.least);
        let mut found = Vec::new();
        let mut looked_at: Vec<Standing> = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            self.look(group, wanted, &mut looked_at)?;
            // What comes before all groups to come is settled: of a row that stands twice the newest counts.
            let next = groups.get(number + 1).map_or(u64::MAX, |next| next.least);
            looked_at.sort_by_key(|one| (one.row, Reverse(one.place)));
            let settled = looked_at.partition_point(|one| one.row < next);
            let mut last = None;
            for standing in looked_at.drain(..settled) {
                if last.replace(standing.row) != Some(standing.row) && standing.is_wanted {
                    found.push(standing);
                }
            }
            if found.len() >= enough {
                break;
            }
        }
        Ok(found)
    }

    fn groups(&self) -> impl Iterator<Item = Group> {
        self.0.iter().enumerate().flat_map(|(part, file)| {
            let mut base = 0;
            let groups = file.metadata.metadata().row_groups().iter();
            groups.enumerate().map(move |(number, group)| {
                let of = base;
                base += group.num_rows() as u64;
                let places = group.columns().first().and_then(|places| {
                    let Some(Statistics::Int64(found)) = places.statistics() else {
                        return None;
                    };
                    Some((*found.min_opt()? as u64, *found.max_opt()? as u64))
                });
                let (least, most) = places.unwrap_or((0, u64::MAX));
                Group {
                    part,
                    number,
                    base: of,
                    least,
                    most,
                }
            })
        })
    }

    /// Notes all rows of a group behind the place that is asked for.
    fn look(&self, group: &Group, wanted: &Wanted<'_>, into: &mut Vec<Standing>) -> Result<()> {
        let Some(part) = self.0.get(group.part) else {
            return Ok(());
        };
        let mut index = group.base;
        for read in part.narrow(group.number, wanted.reason.is_some())? {
            let read = read?;
            let has_reason = match wanted.reason {
                Some(reason) => Some(has_reason(&read, reason)?),
                None => None,
            };
            let places = read.column(0).as_primitive::<Int64Type>().values();
            for (at, row) in places.iter().map(|place| *place as u64).enumerate() {
                if row > wanted.after {
                    let is_meant = has_reason
                        .as_ref()
                        .is_none_or(|has| has.get(at) == Some(&true));
                    into.push(Standing {
                        row,
                        mark: part.mark,
                        place: part.place,
                        part: group.part,
                        index,
                        is_wanted: is_meant && wanted.has(row),
                    });
                }
                index += 1;
            }
        }
        Ok(())
    }

    /// Reads rows as they came, in the order of the delivery.
    pub(super) fn read(
        &self,
        batch: &BatchId,
        standing: &[Standing],
    ) -> Result<Vec<QuarantinedRow>> {
        let mut of_parts: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        for one in standing {
            of_parts.entry(one.part).or_default().insert(one.index);
        }
        let mut rows = Vec::with_capacity(standing.len());
        for (part, indices) in of_parts {
            let Some(part) = self.0.get(part) else {
                continue;
            };
            for read in part.whole(&indices)? {
                let read = read?;
                for index in 0..read.num_rows() {
                    rows.push(row_of(&read, index, batch)?);
                }
            }
        }
        rows.sort_by_key(|row| row.row);
        Ok(rows)
    }
}

impl Part {
    /// The places of the rows of a group, and where it is asked for their reasons, each spelling of which is held once.
    fn narrow(&self, group: usize, with_reasons: bool) -> Result<ParquetRecordBatchReader> {
        let mut columns = vec![0];
        let mut metadata = self.metadata.clone();
        if with_reasons {
            columns.push(2);
            let once = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            let fields = metadata.schema().fields().iter();
            let fields = fields.map(|field| match field.name().as_str() {
                REASONS => Arc::new(Field::new(REASONS, once.clone(), field.is_nullable())),
                _ => Arc::clone(field),
            });
            let schema = Schema::new(fields.collect::<Vec<_>>());
            let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
            metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)?;
        }
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file(&self.path)?, metadata);
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns);
        let builder = builder.with_projection(mask).with_row_groups(vec![group]);
        Ok(builder.with_batch_size(ROWS_A_GROUP).build()?)
    }

    /// Rows by where they stand in the file, all columns.
    fn whole(&self, indices: &BTreeSet<u64>) -> Result<ParquetRecordBatchReader> {
        let mut selectors = Vec::new();
        let mut next = 0;
        for index in indices {
            if *index > next {
                selectors.push(RowSelector::skip((index - next) as usize));
            }
            selectors.push(RowSelector::select(1));
            next = index + 1;
        }
        let metadata = self.metadata.clone();
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file(&self.path)?, metadata);
        let selection = RowSelection::from(selectors);
        Ok(builder.with_row_selection(selection).build()?)
    }
}

fn file(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::file("read quarantined rows from", path, source))
}

/// Which rows have a reason, of a batch with their places and reasons.
fn has_reason(read: &RecordBatch, wanted: &str) -> Result<Vec<bool>> {
    let reasons = read.column(1).as_dictionary::<Int32Type>();
    let spelled = reasons.values().as_string::<i32>().iter();
    let has: Vec<bool> = spelled
        .map(|text| {
            let reasons: Vec<Reason> = serde_json::from_str(text.unwrap_or("[]"))?;
            Ok(reasons.iter().any(|reason| reason.reason == wanted))
        })
        .collect::<Result<_>>()?;
    let keys = reasons.keys().values().iter();
    Ok(keys
        .map(|key| has.get(*key as usize).copied().unwrap_or_default())
        .collect())
}

fn row_of(read: &RecordBatch, index: usize, batch: &BatchId) -> Result<QuarantinedRow> {
    let text = |column: usize| -> Option<String> {
        let column = read.columns().get(column)?;
        if column.is_null(index) {
            return None;
        }
        match column.data_type() {
            DataType::Utf8View => Some(column.as_string_view().value(index).to_owned()),
            _ => Some(column.as_string_opt::<i32>()?.value(index).to_owned()),
        }
    };
    let schema = read.schema();
    let cells: BTreeMap<String, Option<String>> = schema
        .fields()
        .iter()
        .enumerate()
        .skip(LEADING)
        .map(|(column, field)| (field.name().clone(), text(column)))
        .collect();
    Ok(QuarantinedRow {
        batch: batch.clone(),
        row: read
            .columns()
            .first()
            .and_then(|places| places.as_primitive_opt::<Int64Type>())
            .map_or(0, |places| places.value(index) as u64),
        state: RowState::Waiting,
        reasons: serde_json::from_str(&text(2).unwrap_or_default())?,
        cells,
        record: text(1).unwrap_or_default(),
        note: None,
    })
}
