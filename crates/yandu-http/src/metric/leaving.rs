//! Numbers that leave to programs. By a dimension that names somebody they say as much as rows, so that they are written down like these.

use std::collections::BTreeSet;

use arrow::datatypes::Schema;
use yandu_metrics::Answer;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::Asker;
use crate::export::{self, Left, Taken};
use crate::state::State;

/// The numbers of answers: of which metrics, made of which datasets, and how many. An answer without any tells something too.
#[derive(Default)]
pub(super) struct Numbers {
    metrics: BTreeSet<String>,
    read: BTreeSet<(DatasetId, Option<u64>)>,
    count: u64,
}

impl Numbers {
    pub(super) fn add(&mut self, answer: &Answer) {
        let points = answer.groups.iter().map(|group| group.points.len());
        let points: usize = points.sum();
        self.count += points as u64;
        self.metrics.insert(answer.definition.id().to_string());
        let data = &answer.data;
        self.read.insert((data.model.clone(), data.version));
        let list = answer.list_of_unit().into_iter();
        let list = list.filter_map(|(list, _)| list.parse::<DatasetId>().ok());
        self.read.extend(list.map(|list| (list, None)));
    }

    /// Sees to their receipt before they leave. People are shown them on pages, however many there are.
    pub(super) async fn leave(&self, state: &State, asker: &Asker) -> Result<Option<Left>> {
        if !matches!(asker, Asker::Token(_)) {
            return Ok(None);
        }
        let metrics: Vec<&str> = self.metrics.iter().map(String::as_str).collect();
        let read: Vec<_> = self.read.iter().cloned().collect();
        let taken = Taken {
            read: &read,
            columns: &Schema::empty(),
            rows: self.count,
            is_cut: false,
        };
        let asked = format!("FIGURES {}", metrics.join(", "));
        export::leave(state, asker, &asked, &taken).await
    }
}
