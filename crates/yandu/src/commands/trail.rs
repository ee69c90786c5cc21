//! The trail of rows, as a tree: down to the deliveries that they came from, or up to what was made of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use serde_json::Value;
use yandu_http::trail::{OnwardQuestion, TrailMade, TrailQuestion, TrailStep, TrailValue};

use super::local;
use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::{Failure, Result};
use crate::table::printable;

/// Columns of a row that are shown on one line.
const COLUMNS: usize = 6;
/// Signs of a value that are shown.
const SIGNS: usize = 40;

/// Follow rows to the deliveries, lines and departments that they came from, or up to what was made of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu trail population.age_by_township township=320902001000
  yandu trail enterprise.new_company month=2026-01-01 division=320902 --limit 3 --count
  yandu trail population.resident _batch=20260901-083000-000123 _row=17 --onward

A row is named by values of its columns, as answers show them; column= is a missing value. Each step shows
the query and the refresh of a model, and the rows of its inputs at the versions that the refresh read.")]
pub(crate) struct Trail {
    /// `pack.dataset`
    dataset: String,
    /// What the rows have in common; without any, all rows
    #[arg(value_name = "COLUMN=VALUE")]
    row: Vec<String>,
    /// Up to the rows of models that they took part in, not down to what they were made of
    #[arg(long, conflicts_with_all = ["at", "count"])]
    onward: bool,
    /// The dataset at this version
    #[arg(long, value_name = "VERSION")]
    at: Option<u64>,
    /// Most rows of a step [default: 20]
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Most models one after the other [default: 8]
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// Count the rows of each step
    #[arg(long)]
    count: bool,
}

impl Trail {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let rows = vec![named(&self.row)?];
        let config = &context.config;
        let trail: TrailStep = if self.onward {
            let question = OnwardQuestion {
                dataset: self.dataset,
                rows,
                limit: self.limit,
                depth: self.depth,
            };
            with_client(config, Folder::MustExist, async |client| {
                client.post("/api/v1/trail/onward", &question).await
            })
            .await?
        } else {
            let question = TrailQuestion {
                dataset: self.dataset,
                rows,
                version: self.at,
                limit: self.limit,
                depth: self.depth,
                counted: self.count,
            };
            with_client(config, Folder::MustExist, async |client| {
                client.post("/api/v1/trail", &question).await
            })
            .await?
        };
        context.output.result(&trail, render)
    }
}

fn named(row: &[String]) -> Result<BTreeMap<String, Option<TrailValue>>> {
    row.iter()
        .map(|named| {
            let (column, value) = named
                .split_once('=')
                .ok_or_else(|| Failure::new(format!("`{named}` is no `COLUMN=VALUE`")))?;
            let value = (!value.is_empty()).then(|| TrailValue::Text(value.to_owned()));
            Ok((column.trim().to_owned(), value))
        })
        .collect()
}

fn render(trail: &TrailStep) -> String {
    let mut text = String::new();
    step(&mut text, trail, "", "");
    text
}

/// One step: its head behind `branch`, what belongs to it behind `indent`.
fn step(text: &mut String, trail: &TrailStep, branch: &str, indent: &str) {
    let _ = writeln!(text, "{branch}{}", head(trail));
    let body = format!("{indent}  ");
    for row in &trail.rows {
        let _ = writeln!(text, "{body}{}", line(trail, row));
    }
    if trail.more {
        let _ = writeln!(text, "{body}…");
    }
    for doubt in &trail.doubts {
        let _ = writeln!(text, "{body}? not all may have contributed: {doubt}");
    }
    if let Some(gone) = &trail.gone {
        let _ = writeln!(text, "{body}! {gone}");
    }
    for batch in trail.deliveries.values() {
        let _ = writeln!(text, "{body}{}", delivery(batch));
    }
    if let Some(made) = &trail.made {
        query(text, made, &body);
    }
    let next: Vec<&TrailStep> = trail
        .made
        .iter()
        .flat_map(|made| &made.inputs)
        .chain(trail.readers.iter().flatten())
        .collect();
    for (place, below) in next.iter().enumerate() {
        let is_last = place + 1 == next.len();
        let (mark, deeper) = if is_last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        step(
            text,
            below,
            &format!("{indent}{mark}"),
            &format!("{indent}{deeper}"),
        );
    }
}

/// `pack.dataset 名称 · 公安局 · version 3 · 2 rows`.
fn head(trail: &TrailStep) -> String {
    let mut head = trail.dataset.clone();
    if let Some(title) = &trail.title {
        let _ = write!(head, " {}", printable(title));
    }
    if let Some(owner) = &trail.owner {
        let _ = write!(head, " · {}", printable(owner));
    }
    if let Some(version) = trail.version {
        let _ = write!(head, " · version {version}");
    }
    match (trail.contributes, trail.count) {
        (false, _) if trail.gone.is_some() => {}
        (false, _) => head.push_str(" · only decides which rows there are"),
        (true, Some(1)) => head.push_str(" · 1 row"),
        (true, Some(count)) => {
            let _ = write!(head, " · {count} rows");
        }
        (true, None) => {
            let _ = write!(head, " · more than {} rows", trail.rows.len());
        }
    }
    if trail.contributes && trail.decides {
        head.push_str(" · also decides");
    }
    head
}

/// The first columns of a row, and where it stands.
fn line(trail: &TrailStep, row: &[Value]) -> String {
    let cells = trail.columns.iter().zip(row);
    let (system, own): (Vec<_>, Vec<_>) =
        cells.partition(|(column, _)| column.name.starts_with('_'));
    let mut shown: Vec<String> = own
        .iter()
        .filter(|(_, value)| !value.is_null())
        .take(COLUMNS)
        .map(|(column, value)| format!("{}={}", column.name, cell(value)))
        .collect();
    let place = |name: &str| {
        let found = system.iter().find(|(column, _)| column.name == name);
        found.map(|(_, value)| cell(value)).unwrap_or_default()
    };
    if trail.origin.as_deref() != Some("model") {
        shown.push(format!("@ {} record {}", place("_batch"), place("_row")));
    }
    shown.join("  ")
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => printable(text),
        other => other.to_string(),
    };
    if text.chars().count() <= SIGNS {
        return text;
    }
    let cut: String = text.chars().take(SIGNS).collect();
    format!("{cut}…")
}

fn delivery(batch: &yandu_http::batch::Batch) -> String {
    let mut text = format!(
        "delivery {} · {} · {} · {}",
        batch.id,
        printable(&batch.delivered_as),
        printable(&batch.delivered_by),
        local(batch.started_at)
    );
    if let Some(source) = &batch.source {
        let _ = write!(text, " · {source}");
    }
    if let Some(hash) = &batch.content_hash {
        let _ = write!(text, " · blake3 {}", hash.get(..16).unwrap_or(hash));
    }
    text
}

fn query(text: &mut String, made: &TrailMade, body: &str) {
    if let Some(run) = &made.run {
        let _ = writeln!(
            text,
            "{body}made by refresh {} · {} · {}",
            run.id,
            run.mode,
            local(run.started_at)
        );
    }
    for line in made.sql.iter().flat_map(|sql| sql.trim_end().lines()) {
        let _ = writeln!(text, "{body}| {}", printable(line));
    }
    if made.partial {
        let _ = writeln!(
            text,
            "{body}below are the rows of those shown here, which are not all"
        );
    }
    if let Some(end) = &made.end {
        let _ = writeln!(text, "{body}! {end}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trail() -> TrailStep {
        let step = |dataset: &str, origin: &str, rows: Value| {
            json!({
                "dataset": dataset, "title": "表", "owner": "公安局", "origin": origin, "version": 3,
                "columns": [
                    {"name": "place", "type": "text", "title": "地方"}, {"name": "people", "type": "integer", "title": null},
                    {"name": "_batch", "type": "text", "title": null}, {"name": "_row", "type": "integer", "title": null}
                ],
                "rows": rows, "more": false, "count": 1, "contributes": true, "decides": false, "doubts": [], "gone": null,
                "deliveries": {}, "grant": null, "receipt": null
            })
        };
        let mut collected = step(
            "a.person",
            "collect",
            json!([["x", null, "20260901-083000-000123", 7]]),
        );
        collected["deliveries"] = json!({"20260901-083000-000123": {
            "id": "20260901-083000-000123", "dataset": "a.person", "source": null, "status": "collected", "mode": "append",
            "delivered_as": "人口.csv", "delivered_by": "local-administrator", "content_hash": "0123456789abcdef0123",
            "size_bytes": 1, "rows_in": 1, "rows_kept": 1, "rows_superseded": 0, "rows_quarantined": 0, "rows_deleted": 0,
            "version": 0, "encoding": null, "score": null, "error": null, "started_at": "2026-09-01T00:30:00Z", "finished_at": null
        }});
        let mut decides = step("a.list", "collect", json!([]));
        decides["contributes"] = json!(false);
        let mut model = step(
            "a.by_place",
            "model",
            json!([["x", 12, "20260901-090000-000000", 1]]),
        );
        model["made"] = json!({"run": null, "sql": "select 1\nfrom a.person\n", "partial": true, "inputs": [collected, decides], "end": null});
        serde_json::from_value(model).unwrap()
    }

    #[test]
    fn a_trail_is_a_tree_down_to_records_of_deliveries() {
        assert_eq!(
            render(&trail()),
            "a.by_place 表 · 公安局 · version 3 · 1 row\n\
             \x20 place=x  people=12\n\
             \x20 | select 1\n\
             \x20 | from a.person\n\
             \x20 below are the rows of those shown here, which are not all\n\
             ├─ a.person 表 · 公安局 · version 3 · 1 row\n\
             │    place=x  @ 20260901-083000-000123 record 7\n\
             │    delivery 20260901-083000-000123 · 人口.csv · local-administrator · 2026-09-01 08:30:00 · blake3 0123456789abcdef\n\
             └─ a.list 表 · 公安局 · version 3 · only decides which rows there are\n"
        );
    }

    #[test]
    fn a_row_is_named_by_what_stands_left_and_right_of_the_first_sign() {
        let row = named(&["a=b=c".to_owned(), "d=".to_owned()]).unwrap();
        assert_eq!(
            row.get("a"),
            Some(&Some(TrailValue::Text("b=c".to_owned())))
        );
        assert_eq!(row.get("d"), Some(&None));
        assert!(named(&["a".to_owned()]).is_err());
    }
}
