//! Rows that people see before and after a change, counted under the rights that the door would hand out.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use yandu_lake::{Principal as LakeReader, ReadPoint, Rights};
use yandu_policy::{Class, Difference, StepKind};
use yandu_words::id::DatasetId;

use super::line::{Line, size};
use crate::door::rows::Tables;
use crate::door::{Asked, Door, State, Uses, rights};

/// How long rows are counted: what is left of two seconds for whoever waits. What is not counted then says so.
const COUNTING: Duration = Duration::from_secs(1);

pub(super) struct Counting<'a> {
    pub(super) door: &'a Door,
    /// Before and after.
    pub(super) sets: &'a [Arc<State>; 2],
    pub(super) tables: &'a Tables,
    pub(super) difference: &'a Difference,
    /// Whether rows are counted under conditions that are new, too.
    pub(super) is_told_all: bool,
}

/// What has been counted, by class, dataset and set.
type Counted = HashMap<(usize, DatasetId, usize), u64>;

impl Counting<'_> {
    /// Counts the rows that one of those of each line sees before and after, and puts the largest first. Under a condition that nobody
    /// reads that dataset under yet nothing is counted: whoever made one up would be told of values by the number of their rows, and
    /// nobody would know.
    pub(super) async fn count(&self, lines: &mut [(Line, usize)]) {
        let end = Instant::now() + COUNTING;
        let mut counted = Counted::new();
        let [present, _] = self.sets;
        let mut known = HashMap::new();
        // What is about most people is counted first.
        lines.sort_by_key(|(line, _)| Reverse(line.people));
        for (line, class) in lines.iter_mut() {
            let left = end.saturating_duration_since(Instant::now());
            // A query without any time left would be begun all the same.
            if left.is_zero() {
                break;
            }
            if matches!(line.kind, StepKind::Duty(_)) {
                continue;
            }
            let class_of = self.difference.classes.get(*class);
            let Some((class_of, dataset)) = class_of.zip(line.dataset.clone()) else {
                continue;
            };
            let known = known
                .entry(dataset)
                .or_insert_with_key(|dataset| present.policies.row_conditions_of(dataset));
            let counting = self.rows(line, (*class, class_of), known, &mut counted);
            let rows = tokio::time::timeout(left, counting).await;
            line.rows = rows.ok().flatten();
        }
        lines.sort_by_key(|(line, _)| Reverse(size(line)));
    }

    /// The rows that one of a class sees before and after.
    async fn rows(
        &self,
        line: &Line,
        (class, class_of): (usize, &Class),
        known: &BTreeSet<&str>,
        counted: &mut Counted,
    ) -> Option<(u64, u64)> {
        let dataset = line.dataset.as_ref()?;
        if !self.tables.is_stored(dataset) {
            return None;
        }
        let circumstances = line.circumstances.first().cloned().unwrap_or_default();
        let mut rows = [0, 0];
        let people = [&class_of.before, &class_of.after];
        for (place, (state, principal)) in self.sets.iter().zip(people).enumerate() {
            let asked = Asked {
                principal: principal.clone(),
                revision: 0,
                circumstances: circumstances.clone(),
                uses: Uses::Counted,
            };
            if !self.is_told_all && !has_known_rows(state, &asked, dataset, known) {
                return None;
            }
            let key = (class, dataset.clone(), place);
            let is_for_all = line.circumstances.is_empty();
            let count = if let Some(known) = counted.get(&key).filter(|_| is_for_all) {
                *known
            } else {
                let rights = rights::make_of(&self.door.inner, state, &asked, dataset);
                self.count_of(rights, dataset).await?
            };
            if is_for_all {
                counted.insert(key, count);
            }
            if let Some(rows) = rows.get_mut(place) {
                *rows = count;
            }
        }
        let [before, after] = rows;
        Some((before, after))
    }

    /// How many rows are seen under rights; none are where the dataset is not there.
    async fn count_of(&self, rights: Rights, dataset: &DatasetId) -> Option<u64> {
        let reader = LakeReader::with_rights("-", Arc::new(rights));
        let lake = &self.door.inner.lake;
        let session = lake.session(&reader, ReadPoint::default());
        let sql = format!("SELECT count(*) FROM {dataset}");
        let rows = match session.query(&sql).await {
            Ok(rows) => rows.collect().await.ok()?,
            Err(error) if error.code() == "query" => return Some(0),
            Err(_) => return None,
        };
        let counts = rows.first()?.column(0);
        let count = counts.as_primitive_opt::<Int64Type>()?.values().first()?;
        u64::try_from(*count).ok()
    }
}

/// Whether somebody would read a dataset under none but these conditions on rows.
fn has_known_rows(
    state: &State,
    asked: &Asked,
    dataset: &DatasetId,
    known: &BTreeSet<&str>,
) -> bool {
    let policies = &state.policies;
    let reader = policies.reader(&asked.principal, &asked.circumstances);
    let shown = reader.shown(dataset);
    let mut rows = shown.iter().filter_map(|shown| shown.rows.as_deref());
    rows.all(|rows| known.contains(rows))
}
