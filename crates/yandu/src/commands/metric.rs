use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, Subcommand};
use yandu_http::metric::{
    MetricAnswer, MetricAnswers, MetricAsk, MetricAsks, MetricBy, MetricChange, MetricDefinition,
    MetricHistory, MetricList, MetricNumber, MetricOutcome, MetricTarget,
};

use super::local;
use crate::cli::Context;
use crate::client::{Folder, encode, query, with_client};
use crate::failure::{Failure, Result};
use crate::table::{Cell, Table, printable};

/// List, show and ask metrics: numbers that packs declare over models
#[derive(Debug, Args)]
pub(crate) struct Metric {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List metrics with their newest numbers
    #[command(after_help = "Example:\n  yandu metric list")]
    List,
    /// Say what a metric is and which SQL it is computed by
    #[command(after_help = "Example:\n  yandu metric show telecom.new_station")]
    Show {
        /// Its id
        #[arg(value_name = "ID")]
        metric: String,
    },
    Ask(Box<Ask>),
    /// Show what a number was told to be, and when it changed
    #[command(
        after_help = "Example:\n  yandu metric history telecom.new_station 2025-06 --area 320902"
    )]
    History {
        /// Its id
        #[arg(value_name = "ID")]
        metric: String,
        /// A period of the metric's own length
        #[arg(value_name = "PERIOD")]
        period: String,
        /// The code of a county; the whole without one
        #[arg(long, value_name = "CODE")]
        area: Option<String>,
    },
}

/// Ask a metric: by period, area and class
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu metric ask telecom.new_station
  yandu metric ask telecom.new_station --period 2025 --by area:county --target '>=1650'
  yandu metric ask telecom.new_station --points 12 --only area=320902 --only operator=CM")]
struct Ask {
    /// Its id
    #[arg(value_name = "ID")]
    metric: String,
    /// The last period: 2025, 2025-Q2, 2025-06 or 2025-06-30 [default: the newest with data]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// The length of the periods, when none is named: day, month, quarter or year
    #[arg(long, value_name = "GRAIN", conflicts_with = "period")]
    grain: Option<String>,
    /// How many periods
    #[arg(long, value_name = "N")]
    points: Option<u32>,
    /// A dimension to ask by, for areas with their level: city, county, township, village or managing; may be repeated
    #[arg(long, value_name = "DIMENSION[:LEVEL]")]
    by: Vec<String>,
    /// A value that a dimension must have; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE")]
    only: Vec<String>,
    /// The order of groups: key, greatest or least
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// How many groups
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// What the number should be, such as '>=1650'; 1650 alone is compared as the metric says
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// When the target is due
    #[arg(long, value_name = "PERIOD", requires = "target")]
    due: Option<String>,
    /// Until when it is to be foreseen
    #[arg(long, value_name = "PERIOD")]
    forecast: Option<String>,
}

impl Metric {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        match self.action {
            Action::List => {
                let metrics: MetricList = with_client(config, Folder::MustExist, async |client| {
                    client.get("/api/v1/metrics").await
                })
                .await?;
                output.result(&metrics, list)
            }
            Action::Show { metric } => {
                let path = format!("/api/v1/metrics/{}", encode(&metric));
                let shown: MetricDefinition =
                    with_client(config, Folder::MustExist, async |client| {
                        client.get(&path).await
                    })
                    .await?;
                output.result(&shown, show)
            }
            Action::Ask(ask) => {
                let asked = MetricAsks {
                    asks: vec![ask.read()?],
                };
                let answers: MetricAnswers =
                    with_client(config, Folder::MustExist, async |client| {
                        client.post("/api/v1/metrics/ask", &asked).await
                    })
                    .await?;
                match answers.outcomes.into_iter().next() {
                    Some(MetricOutcome::Answer(answer)) => output.result(&*answer, told),
                    Some(MetricOutcome::Problem(problem)) => Err((*problem).into()),
                    None => Err(Failure::new("the server gave no answer")),
                }
            }
            Action::History {
                metric,
                period,
                area,
            } => {
                let asked = query([("period", Some(period)), ("area", area)]);
                let path = format!("/api/v1/metrics/{}/history{asked}", encode(&metric));
                let history: MetricHistory =
                    with_client(config, Folder::MustExist, async |client| {
                        client.get(&path).await
                    })
                    .await?;
                output.result(&history, history_text)
            }
        }
    }
}

impl Ask {
    fn read(self) -> Result<MetricAsk> {
        let by = self.by.into_iter().map(|by| match by.split_once(':') {
            Some((dimension, level)) => MetricBy {
                dimension: dimension.to_owned(),
                level: Some(level.to_owned()),
            },
            None => MetricBy {
                dimension: by,
                level: None,
            },
        });
        let mut only: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for one in &self.only {
            let (dimension, value) = one.split_once('=').ok_or_else(|| {
                Failure::new(format!("`{one}` names no value"))
                    .help("write it as `--only area=320902`")
            })?;
            let values = only.entry(dimension.to_owned()).or_default();
            values.push(value.to_owned());
        }
        Ok(MetricAsk {
            metric: self.metric,
            period: self.period,
            grain: self.grain,
            points: self.points,
            by: by.collect(),
            only,
            order: self.order,
            limit: self.limit,
            target: self
                .target
                .map(|written| target(&written, self.due))
                .transpose()?,
            forecast: self.forecast,
        })
    }
}

fn target(written: &str, due: Option<String>) -> Result<MetricTarget> {
    let signs = written
        .find(|sign: char| !matches!(sign, '>' | '<' | '='))
        .unwrap_or(written.len());
    let (comparison, value) = written.split_at(signs);
    let value = value.trim().parse().map_err(|_| {
        Failure::new(format!("`{written}` is no target")).help("write it as `'>=1650'` or `1650`")
    })?;
    Ok(MetricTarget {
        value,
        comparison: (!comparison.is_empty()).then(|| comparison.to_owned()),
        due,
    })
}

fn list(list: &MetricList) -> String {
    let mut table = Table::new(["metric", "title", "newest", "value", "unit", "owner"]);
    for metric in &list.metrics {
        let newest = metric.newest.as_ref();
        table.row(vec![
            metric.id.as_str().into(),
            metric.title.zh.as_str().into(),
            newest.map(|newest| newest.period.clone()).into(),
            newest.map_or_else(
                || Cell::number("-"),
                |newest| number(&newest.number, metric.decimals),
            ),
            metric.unit.as_str().into(),
            metric.owner.as_str().into(),
        ]);
    }
    table.render()
}

fn number(number: &MetricNumber, decimals: u8) -> Cell {
    match number.value {
        Some(value) => Cell::number(format!("{value:.*}", usize::from(decimals))),
        None => Cell::number(number.state.as_str()),
    }
}

fn show(shown: &MetricDefinition) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  {} ({})",
        shown.id,
        printable(&shown.title.zh),
        shown.unit
    );
    let _ = writeln!(text, "{}", printable(&shown.formula.zh));
    let _ = writeln!(text, "owner: {}", printable(&shown.owner));
    if let Some(basis) = &shown.basis {
        let _ = writeln!(text, "basis: {}", printable(&basis.zh));
    }
    let names: Vec<&str> = shown
        .dimensions
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let _ = writeln!(text, "asked by: {} ({})", names.join(", "), shown.grain);
    let condition = shown.condition.as_ref().map(|sql| format!(" where {sql}"));
    let _ = writeln!(
        text,
        "measure: {} of {}{}",
        shown.measure,
        shown.model,
        condition.unwrap_or_default()
    );
    let _ = writeln!(
        text,
        "version: {}\n\n{}",
        shown.version,
        shown.model_sql.trim()
    );
    text
}

fn told(answer: &MetricAnswer) -> String {
    let Some(period) = &answer.period else {
        return format!("{} has no data yet\n", answer.metric);
    };
    let mut header: Vec<Cell> = answer
        .groups
        .first()
        .into_iter()
        .flat_map(|group| group.keys.iter().map(|key| Cell::text(&key.dimension)))
        .collect();
    let periods = answer
        .groups
        .first()
        .into_iter()
        .flat_map(|group| &group.points);
    header.extend(periods.map(|point| {
        let part = if point.partial { "*" } else { "" };
        Cell::text(&format!("{}{part}", point.period))
    }));
    header.extend(["before", "year before"].map(Cell::text));
    let mut table = Table::with_header(header);
    for group in &answer.groups {
        let mut row: Vec<Cell> = Vec::new();
        row.extend(group.keys.iter().map(|key| {
            let name = key.name.as_ref().map(|name| name.zh.as_str());
            let name = name.or(key.value.as_deref());
            Cell::text(name.unwrap_or("-"))
        }));
        row.extend(
            group
                .points
                .iter()
                .map(|point| number(&point.number, answer.decimals)),
        );
        row.extend([&group.before, &group.year_before].map(|change| Cell::number(changed(change))));
        table.row(row);
    }
    let mut text = format!(
        "{} {} ({})\n",
        printable(&answer.title.zh),
        period,
        answer.unit
    );
    text.push_str(&table.render());
    notes(answer, &mut text);
    text
}

/// What one has to know beside the numbers.
fn notes(answer: &MetricAnswer, text: &mut String) {
    if answer.is_part {
        text.push_str("only of the rows that you may see\n");
    }
    if let Some(late) = answer.freshness.late_days {
        let newest = answer.freshness.newest.as_deref().unwrap_or("-");
        let _ = writeln!(text, "late by {late} days: the newest period is {newest}");
    }
    for gap in &answer.gaps {
        let name = gap.name.as_deref().unwrap_or(&gap.area);
        let _ = writeln!(text, "missing in {}: {}", gap.period, printable(name));
    }
    if answer.data.later_cells > 0 {
        let _ = writeln!(
            text,
            "left out: {} rows of `{}` are of periods that have not begun",
            answer.data.later_cells, answer.data.model
        );
    }
    if let Some(target) = &answer.target {
        let state = match (target.met, target.will_be_met, target.is_due) {
            (Some(true), ..) => "met",
            (Some(false), Some(true), _) => "not met yet; the forecast reaches it",
            (Some(false), Some(false), _) => "not met, and the forecast does not reach it",
            (Some(false), None, false) => "not met yet",
            (Some(false), None, true) => "not met",
            (None, ..) => "not compared",
        };
        let gap = target.gap.map(|gap| format!(", gap {gap}"));
        let _ = writeln!(
            text,
            "target {} {}: {state}{}",
            target.comparison,
            target.value,
            gap.unwrap_or_default()
        );
    }
    if let Some(last) = answer
        .forecast
        .as_ref()
        .and_then(|forecast| forecast.points.last())
    {
        let decimals = usize::from(answer.decimals);
        let _ = writeln!(
            text,
            "forecast for {}: {:.decimals$} ({:.decimals$} to {:.decimals$})",
            last.period, last.value, last.low, last.high
        );
    }
    if let Some(why) = &answer.forecast_lack_text {
        let _ = writeln!(text, "no forecast: {}", printable(why));
    }
    for note in &answer.notes {
        let _ = writeln!(
            text,
            "{} {}: {}",
            note.period,
            note.author,
            printable(&note.text)
        );
    }
    if answer.restated == Some(true) {
        text.push_str(
            "the number was told differently before; `yandu metric history` shows both\n",
        );
    }
}

fn changed(change: &MetricChange) -> String {
    match (change.percent, change.change) {
        (Some(percent), _) => format!("{percent:+.1} %"),
        (None, Some(change)) => format!("{change:+}"),
        (None, None) if change.why.as_deref() == Some("areas-missing") => {
            "areas missing".to_owned()
        }
        (None, None) => "-".to_owned(),
    }
}

fn history_text(history: &MetricHistory) -> String {
    let mut table = Table::new(["told at", "value", "unit", "version", "definition"]);
    for recorded in &history.numbers {
        table.row(vec![
            local(recorded.recorded_at).into(),
            match recorded.number.value {
                Some(value) => Cell::number(value.to_string()),
                None => Cell::number(recorded.number.state.as_str()),
            },
            recorded.unit.as_str().into(),
            recorded.version.into(),
            recorded.definition.as_str().into(),
        ]);
    }
    table.render()
}
