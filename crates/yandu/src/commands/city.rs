use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use jiff::civil::Date;
use serde_json::json;
use yandu_city::{Deliveries, Delivery, Options, Progress, Summary};

use super::serve::{Signals, bind};
use crate::cli::Context;
use crate::failure::{Failure, Result};
use crate::follow;
use crate::output;
use crate::table::{Table, grouped};

/// Simulate a city: write what its departments would hand over, or serve its air stations
#[derive(Debug, Args)]
pub(crate) struct City {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the deliveries of a simulated city, and the truth about what is wrong with them
    #[command(
        after_help = "Example:\n  yandu city simulate --people 50000 --seed 1 --out city-data"
    )]
    Simulate(Simulate),
    /// Serve the readings of the city's air stations as a paged JSON interface
    #[command(after_help = "Example:\n  yandu city serve --seed 1 --listen 127.0.0.1:8655")]
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Simulate {
    /// Registered residents, exactly
    #[arg(long, value_name = "N")]
    people: u64,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The folder that receives inbox/ and truth.json
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The day of the export
    #[arg(long, default_value = "2025-12-31")]
    date: Date,
    /// How many faults are planted, against the rates of the city: 0 plants none
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    defects: f64,
    /// Only these deliveries
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = one_of(Delivery::ALL, Delivery::name))]
    only: Option<Vec<Delivery>>,
    /// Three years of registers and monthly reports in a few files, or with a file for every month
    #[arg(long, value_name = "HOW", default_value = Deliveries::default().name(), value_parser = one_of(Deliveries::ALL, Deliveries::name))]
    deliveries: Deliveries,
    /// Also write the resident register in UTF-8, for comparisons
    #[arg(long)]
    utf8: bool,
}

#[derive(Debug, Args)]
struct Serve {
    /// The seed of the simulated city
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The last day with readings
    #[arg(long, default_value = "2025-12-31")]
    date: Date,
    /// How many faults are planted, against the rates of the city
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    defects: f64,
    /// Where to listen; this machine alone
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8655")]
    listen: String,
}

/// Reads a name; help and errors list all of them.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).try_map(move |given| {
        let mut all = all.into_iter();
        all.find(|known| name(*known) == given)
            .ok_or_else(|| format!("there is no `{given}`"))
    })
}

impl City {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self.action {
            Action::Simulate(simulate) => simulate.run(context).await,
            Action::Serve(serve) => serve.run(context).await,
        }
    }
}

impl Simulate {
    async fn run(self, context: &Context) -> Result<()> {
        let mut options = Options::new(self.people, self.seed, &self.out);
        options.threads = context.config.threads();
        options.date = self.date;
        options.defects.scale = self.defects;
        options.only = self.only;
        options.deliveries = self.deliveries;
        options.population_utf8 = self.utf8;
        options.city.clone_from(&context.config.city);
        let written =
            tokio::task::spawn_blocking(move || yandu_city::simulate(&options, &Bars::new())).await;
        let summary = written
            .map_err(|error| Failure::of(&error))?
            .map_err(|error| Failure::of(&error))?;
        context
            .output
            .result(&summary, |summary| text(summary, &self.out))
    }
}

fn text(summary: &Summary, out: &Path) -> String {
    let mut table = Table::new(["dataset", "rows", "file"]);
    for written in &summary.files {
        let sheet = written
            .sheet
            .as_ref()
            .map(|sheet| format!(" ({sheet})"))
            .unwrap_or_default();
        table.row(vec![
            written.dataset.as_ref().into(),
            written.rows.into(),
            format!("{}{sheet}", written.file).into(),
        ]);
    }
    let mut text = table.render();
    let planted: u64 = summary.defects.iter().map(|defect| defect.rows).sum();
    let _ = writeln!(
        text,
        "{} people, {} households, {} companies in {}; {} planted faults are told in truth.json",
        grouped(summary.people),
        grouped(summary.households),
        grouped(summary.companies),
        out.display(),
        grouped(planted)
    );
    text
}

/// A bar for each delivery under way.
struct Bars {
    all: MultiProgress,
    bars: Mutex<Vec<(Delivery, ProgressBar)>>,
}

impl Bars {
    fn new() -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            bars: Mutex::default(),
        }
    }

    fn with(&self, delivery: Delivery, act: impl FnOnce(&ProgressBar)) {
        let bars = self
            .bars
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A delivery may be of several files, each with a bar of its own; the newest one is under way.
        if let Some((_, bar)) = bars.iter().rev().find(|(known, _)| *known == delivery) {
            act(bar);
        }
    }
}

impl Progress for Bars {
    fn begin(&self, delivery: Delivery, rows: u64) {
        let bar = follow::bar(
            rows,
            "{msg:12} {bar:32} {human_pos:>11}/{human_len:11} {elapsed}",
        );
        let bar = if bar.is_hidden() {
            bar
        } else {
            self.all.add(bar)
        };
        bar.set_message(delivery.name());
        self.bars
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push((delivery, bar));
    }

    fn advance(&self, delivery: Delivery, rows: u64) {
        self.with(delivery, |bar| bar.inc(rows));
    }

    fn finish(&self, delivery: Delivery, _: &Path) {
        self.with(delivery, ProgressBar::finish_and_clear);
    }
}

impl Serve {
    async fn run(self, context: &Context) -> Result<()> {
        let mut options = Options::new(1, self.seed, PathBuf::new());
        options.date = self.date;
        options.defects.scale = self.defects;
        options.city.clone_from(&context.config.city);
        let router = yandu_city::router(&options).map_err(|error| Failure::of(&error))?;
        let (listener, address) = bind(&self.listen).await?;
        let mut signals = Signals::listen()?;
        announce(context, "http", address)?;
        axum::serve(listener, router)
            .with_graceful_shutdown(async move { signals.next().await })
            .await
            .map_err(|error| Failure::of(&error))
    }
}

/// Says on stdout where a server listens, and which protocol it speaks there.
pub(super) fn announce(context: &Context, scheme: &str, address: SocketAddr) -> Result<()> {
    let url = format!("{scheme}://{address}");
    let line = if context.output.as_json {
        json!({"address": address.to_string(), "url": url, "pid": std::process::id()}).to_string()
    } else {
        format!("listening on {url}")
    };
    output::bytes(format!("{line}\n").as_bytes())
}
