//! From a number to the rows of its model: where its trail begins.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt as _;
use jiff::civil::Date;
use yandu_lake::{Principal, ReadPoint, Version};
use yandu_words::Period;

use crate::answer::Point;
use crate::ask::Ask;
use crate::asked::Asked;
use crate::definition::Definition;
use crate::metrics::{Metrics, sees};
use crate::{Error, Result};

/// The cells that a number is put together from.
#[derive(Debug, Clone)]
pub struct Origin {
    pub definition: Definition,
    /// The number itself.
    pub point: Point,
    /// The version of the model that the rows are of.
    pub version: Option<Version>,
    /// Values of the key of the model, as texts; a missing one is `None`.
    pub rows: Vec<BTreeMap<String, Option<String>>>,
    /// Whether there are others.
    pub more: bool,
}

impl Metrics {
    /// Names rows of the model that the number of a question is put together from: those of its last point, at most
    /// `limit`, by the columns of the model's key where the reader sees them.
    pub async fn origin(
        &self,
        principal: &Principal,
        ask: &Ask,
        key: &[String],
        limit: usize,
    ) -> Result<Origin> {
        let definition = self.definition(&ask.metric)?;
        let cells = self.cells(principal, &definition).await?;
        let areas = self.areas(principal).await?;
        let only_one = Ask {
            points: 1,
            by: Vec::new(),
            ..ask.clone()
        };
        let today = self.today();
        let asked = Asked::new(&definition, &cells, &areas, &[], &ask.only, today)?;
        let conditions = asked.roll.conditions();
        let answer = asked.answer(&only_one)?;
        let group = answer.groups.into_iter().next();
        let point = group.and_then(|group| group.points.into_iter().next_back());
        let point = point.ok_or_else(|| no_period(&definition, ask))?;
        let from = match definition.file.time.across {
            yandu_pack::declare::Across::Sum => point.period,
            yandu_pack::declare::Across::Last => point.through.unwrap_or(point.period),
        };
        let mut at = ReadPoint::default();
        at.versions.extend(
            cells
                .version
                .map(|version| (definition.file.of.clone(), version)),
        );
        let session = self.inner.lake.session(principal, at);
        // Whoever does not see all of the key names the rows as those of a model without one.
        let names = key.iter().map(String::as_str);
        let key: &[String] = if sees(&session, &definition.file.of, names)? {
            key
        } else {
            &[]
        };
        // What has not begun is in no number.
        let running = Period::of(today, definition.file.time.grain);
        let last = from.last_day().min(running.last_day());
        let last = ask.until.map_or(last, |until| until.last_day().min(last));
        let days = (from.first_day(), last);
        let sql = select(&definition, key, days, &conditions, limit);
        let failed = |error| definition.failed(error);
        let mut found = session.query(&sql).await.map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(batch) = found.try_next().await.map_err(failed)? {
            let options = FormatOptions::default();
            for row in 0..batch.num_rows() {
                let mut named = BTreeMap::new();
                for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                    let text = if column.is_null(row) {
                        None
                    } else {
                        let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
                        Some(shown.value(row).to_string())
                    };
                    named.insert(field.name().clone(), text);
                }
                rows.push(named);
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(Origin {
            version: cells.version,
            point,
            rows,
            more,
            definition,
        })
    }
}

fn no_period(definition: &Definition, ask: &Ask) -> Error {
    let period = ask
        .period
        .unwrap_or_else(|| Period::of(Date::default(), definition.file.time.grain));
    Error::NoPeriod {
        metric: definition.id().clone(),
        period,
    }
}

/// The SELECT that names the rows of a model from a day to a day.
fn select(
    definition: &Definition,
    key: &[String],
    (first, last): (Date, Date),
    conditions: &[(String, Vec<String>)],
    limit: usize,
) -> String {
    let file = &definition.file;
    let mut columns: Vec<&str> = key.iter().map(String::as_str).collect();
    if columns.is_empty() {
        columns.push(file.time.column.as_str());
        columns.extend(definition.dimensions().map(|(_, column)| column.as_str()));
    }
    let columns = columns.join(", ");
    let mut sql = format!(
        "select {columns} from {} where {} between date '{first}' and date '{last}'",
        file.of, file.time.column
    );
    // Writing into a text does not fail.
    if let Some(condition) = &file.condition {
        let _ = write!(sql, " and ({condition})");
    }
    for (column, values) in conditions {
        let quoted: Vec<String> = values
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| format!("'{}'", value.replace('\'', "''")))
            .collect();
        let mut any = Vec::new();
        if !quoted.is_empty() {
            any.push(format!("{column} in ({})", quoted.join(", ")));
        }
        if values.iter().any(String::is_empty) {
            any.push(format!("{column} is null"));
        }
        let any = if any.is_empty() {
            "false".to_owned()
        } else {
            any.join(" or ")
        };
        let _ = write!(sql, " and ({any})");
    }
    let _ = write!(sql, " order by {columns} limit {}", limit + 1);
    sql
}
