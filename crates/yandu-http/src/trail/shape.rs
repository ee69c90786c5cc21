//! Trails as they are shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_lake::{BATCH, WholeColumns};
use yandu_transform::{Made, Onward, Step};
use yandu_words::id::{BatchId, DatasetId};

use super::seen::TrailPermit;
use crate::Result;
use crate::batch::{Batch, word};
use crate::model::Run;
use crate::pack_page::PageTitle;
use crate::state::State;
use crate::value;

/// A column of the rows of a step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrailColumn {
    pub name: String,
    /// `text`, `integer`, `decimal(12,2)`, `float`, `boolean`, `date`, `time`, `timestamp` …
    #[serde(rename = "type")]
    pub data_type: String,
    /// In Chinese; absent where no pack declares the column.
    pub title: Option<String>,
    /// What the codes among the values are called, where the column has a list of codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, PageTitle>,
}

/// Rows of one dataset in a trail.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something else of the rows, and they are fields of the interface"
)]
pub struct TrailStep {
    pub dataset: String,
    /// In Chinese; absent when no pack declares the dataset any more.
    pub title: Option<String>,
    /// The department that answers for the dataset.
    pub owner: Option<String>,
    /// `collect`, `model`, `matter`, `form` or `observe`.
    pub origin: Option<String>,
    /// The version that was read.
    pub version: Option<u64>,
    pub columns: Vec<TrailColumn>,
    /// Values in the order of the columns, `_batch` and `_row` at the end. Of a collected row they are the delivery and the
    /// line in it; of a row of a model the refresh that wrote it.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there are other rows than those shown.
    pub more: bool,
    /// How many there are, when that was asked for, or is known.
    pub count: Option<u64>,
    /// Whether values of the rows flow into those of the step before. When they do not, the dataset only decides which rows
    /// there are, and none of its rows is shown.
    pub contributes: bool,
    /// Whether rows of the dataset also decide which rows there are.
    pub decides: bool,
    /// Why some of the rows may not have contributed; none when all have.
    pub doubts: Vec<String>,
    /// Why no row can be shown, such as a version that is kept no longer.
    pub gone: Option<String>,
    /// The deliveries that brought the rows, by their ids.
    pub deliveries: BTreeMap<String, Batch>,
    /// Whether rows are kept back, because whoever asks does not see all that they were made of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// The permissions under which whoever asks reads the dataset; none for whoever holds the data folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permits: Vec<TrailPermit>,
    /// The receipt under which all rows of the trail leave, at its first step; absent where they are a page for a person.
    #[schema(example = "R12")]
    pub receipt: Option<String>,
    /// How the rows came about, when the dataset is a model that is followed down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<TrailMade>,
    /// What the models that read the dataset made of the rows, when they are followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub readers: Option<Vec<TrailStep>>,
}

/// How rows of a model came about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrailMade {
    /// The refresh that left the model as it was read; absent for whoever may not browse the ledger.
    pub run: Option<Run>,
    /// The query of that refresh, with the settings of the site filled in; absent for whoever may not browse the ledger.
    pub sql: Option<String>,
    /// Whether the rows below are those of the rows shown, which are not all.
    pub partial: bool,
    /// The rows of the inputs, at the versions that the refresh read.
    #[schema(no_recursion)]
    pub inputs: Vec<TrailStep>,
    /// Why the trail goes no further here, or what of it is not told.
    pub end: Option<String>,
}

impl TrailStep {
    pub(crate) fn new(step: Step, state: &State) -> Result<Self> {
        let made = step.made.map(|made| TrailMade::new(made, state));
        let packs = state.transform().packs();
        let declared = packs.dataset(&step.dataset);
        let title_of = |column: &str| {
            let column = declared?.column(column)?;
            Some(column.title.zh.clone())
        };
        let rows = value::rows(&step.rows, step.rows.num_rows());
        let rows = rows.map_err(yandu_transform::Error::from)?;
        let codes_of = |place: usize, column: &str| -> BTreeMap<String, PageTitle> {
            let list = declared.and_then(|dataset| dataset.column(column)?.codes.as_ref());
            let Some(list) = list.and_then(|id| packs.code_list(id)) else {
                return BTreeMap::new();
            };
            let cells = rows.iter().filter_map(|row| row.get(place)?.as_str());
            let named = cells.filter_map(|code| {
                let title = list.values.get(code)?;
                Some((code.to_owned(), PageTitle::from(title)))
            });
            named.collect()
        };
        let schema = step.rows.schema();
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(place, field)| TrailColumn {
            name: field.name().clone(),
            data_type: value::type_name(field.data_type()),
            title: title_of(field.name()),
            codes: codes_of(place, field.name()),
        });
        let columns = columns.collect();
        Ok(Self {
            title: declared.map(|dataset| dataset.file().title.zh.clone()),
            owner: step.owner,
            origin: declared.map(|dataset| word(&dataset.file().origin)),
            version: step.version,
            columns,
            rows,
            more: step.more,
            count: step.count,
            contributes: step.contributes,
            decides: step.decides,
            doubts: step.doubts,
            gone: step.gone,
            deliveries: BTreeMap::new(),
            withheld: false,
            permits: Vec::new(),
            receipt: None,
            made: made.transpose()?,
            readers: None,
            dataset: step.dataset.to_string(),
        })
    }

    pub(super) fn onward(onward: Onward, state: &State) -> Result<Self> {
        let readers = onward
            .readers
            .into_iter()
            .map(|reader| Self::onward(reader, state));
        Ok(Self {
            readers: Some(readers.collect::<Result<_>>()?),
            ..Self::new(onward.step, state)?
        })
    }

    /// The steps right below this one, or above it.
    fn next(&self) -> impl Iterator<Item = &Self> {
        let made = self.made.iter().flat_map(|made| &made.inputs);
        made.chain(self.readers.iter().flatten())
    }

    pub(super) fn next_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let made = self.made.iter_mut().flat_map(|made| &mut made.inputs);
        made.chain(self.readers.iter_mut().flatten())
    }

    /// Takes a column out of its rows.
    pub(super) fn without(&mut self, column: &str) {
        let place = self.columns.iter().position(|one| one.name == column);
        if let Some(place) = place {
            self.columns.remove(place);
            for row in &mut self.rows {
                row.remove(place);
            }
        }
    }

    /// The datasets of which rows are shown.
    pub(crate) fn read(&self) -> BTreeSet<DatasetId> {
        let read = self.versions().into_iter();
        read.map(|(dataset, _)| dataset).collect()
    }

    /// The same, each with the version at which its rows are shown.
    pub(super) fn versions(&self) -> BTreeSet<(DatasetId, Option<u64>)> {
        let mut read: BTreeSet<_> = self.next().flat_map(Self::versions).collect();
        if !self.rows.is_empty() {
            let dataset = self.dataset.parse::<DatasetId>();
            read.extend(dataset.map(|dataset| (dataset, self.version)));
        }
        read
    }

    /// How many rows are shown.
    pub(super) fn count_rows(&self) -> u64 {
        let next: u64 = self.next().map(Self::count_rows).sum();
        next + self.rows.len() as u64
    }

    /// Whether there are other rows than those shown.
    pub(super) fn is_cut(&self) -> bool {
        self.more || self.next().any(Self::is_cut)
    }

    /// The deliveries that brought the rows shown here.
    fn own_batches(&self) -> BTreeSet<BatchId> {
        if self.origin.as_deref() == Some("model") {
            return BTreeSet::new();
        }
        let place = self.columns.iter().position(|column| column.name == BATCH);
        let cells = self.rows.iter().filter_map(|row| row.get(place?)?.as_str());
        cells.filter_map(|cell| cell.parse().ok()).collect()
    }

    fn all_batches(&self) -> BTreeSet<BatchId> {
        let next = self.next().flat_map(Self::all_batches);
        next.chain(self.own_batches()).collect()
    }

    /// Says of every step which deliveries brought its rows.
    pub(crate) async fn deliveries(&mut self, state: &State) -> Result<()> {
        let mut known = BTreeMap::new();
        for id in self.all_batches() {
            match state.collector().batch_record(&id).await {
                Ok(batch) => {
                    // Only of rows that are shown, in whose dataset everything is seen.
                    known.insert(id, Batch::new(batch, &WholeColumns::All));
                }
                // Rows that came another way, such as data of a pack, have no delivery.
                Err(yandu_collect::Error::NoBatch(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(&known);
        Ok(())
    }

    fn tell(&mut self, known: &BTreeMap<BatchId, Batch>) {
        let own = self.own_batches().into_iter();
        self.deliveries = own
            .filter_map(|id| Some((id.to_string(), known.get(&id)?.clone())))
            .collect();
        self.next_mut().for_each(|step| step.tell(known));
    }
}

impl TrailMade {
    fn new(made: Made, state: &State) -> Result<Self> {
        let inputs = made.inputs.into_iter();
        let inputs = inputs.map(|step| TrailStep::new(step, state));
        Ok(Self {
            run: made.run.map(Run::from),
            sql: made.sql,
            partial: made.partial,
            inputs: inputs.collect::<Result<_>>()?,
            end: made.end,
        })
    }
}
