use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Map, Value};
use yandu_http::ledger::{
    Entry, EntryPage, Fault, History, ImportFile, Imported, IndicatorReport, IndicatorSetList,
    Move, Register, Rollup, RollupRow,
};

use super::local;
use crate::cli::Context;
use crate::client::{Client, Folder, encode, query, with_client};
use crate::download::save;
use crate::failure::{Failure, Result};
use crate::next_page;
use crate::table::{Cell, Table, clipped, grouped};

/// Faulty lines of an import that are shown.
const FAULTS: usize = 20;

/// The one ledger: list, find, register, import, export and move entries, and sum them up
#[derive(Debug, Args)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List entries by title
    #[command(after_help = "Example:\n  yandu ledger list --status published --owner 市公安局")]
    List(Selection),
    /// Find entries: words in simplified or traditional characters, pinyin, initials, codes, names of columns
    #[command(after_help = "Example:\n  yandu ledger search czrk")]
    Search {
        words: String,
        #[command(flatten)]
        selection: Selection,
    },
    /// Show an entry: what is said of it, what it lacks, who has to do with it, what became of its data
    #[command(after_help = "Example:\n  yandu ledger show population.resident")]
    Show { entry: String },
    /// Register an entry by hand, from the fields of a JSON object
    #[command(
        after_help = "Example:\n  yandu ledger register tinghu.road_lamp '{\"title\": {\"zh\": \"路灯设施\"}, \"owner\": \"亭湖区城管局\"}'"
    )]
    Register {
        entry: String,
        /// Fields of the entry, as a JSON object
        fields: String,
        /// Why; kept in the history
        #[arg(long)]
        reason: Option<String>,
    },
    /// Import a file of entries: JSON Lines, or a table under the headers of a catalogue
    #[command(after_help = "Example:\n  yandu ledger import catalogue.csv --reason 年度编目")]
    Import {
        file: PathBuf,
        /// `jsonl`, `csv` or `xlsx` [default: by the name of the file]
        #[arg(long)]
        format: Option<String>,
        /// Why; kept with every entry that changes
        #[arg(long)]
        reason: Option<String>,
    },
    /// Export entries as a file: a table under the headers of a catalogue, or JSON Lines that `import` takes
    #[command(
        after_help = "Examples:\n  yandu ledger export catalogue.csv\n  yandu ledger export published.xlsx --status published --owner 市公安局"
    )]
    Export {
        /// The file to write; one that is there is written over
        file: PathBuf,
        /// `csv`, `xlsx` or `jsonl` [default: by the name of the file]
        #[arg(long)]
        format: Option<String>,
        #[command(flatten)]
        filter: Filter,
    },
    /// Move an entry along its life: drafted, reviewed, published, withdrawn
    #[command(
        after_help = "Example:\n  yandu ledger move population.resident --to reviewed --reason 已核对"
    )]
    Move {
        entry: String,
        #[arg(long, value_name = "STATUS")]
        to: String,
        /// Why; kept in the history
        #[arg(long)]
        reason: String,
    },
    /// Show what became of an entry: who changed what, when and why
    #[command(after_help = "Example:\n  yandu ledger history population.resident")]
    History {
        entry: String,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
    },
    /// Answer a set of indicators that a province asks for; without a name list the sets
    #[command(after_help = "Example:\n  yandu ledger indicators base.province_sample")]
    Indicators {
        // The id of the argument is not `set`: that is the flag of every command.
        #[arg(id = "indicators", value_name = "SET")]
        set: Option<String>,
    },
    /// Sum the ledger up: by county, department or theme
    #[command(after_help = "Example:\n  yandu ledger rollup --by owner")]
    Rollup {
        /// `division`, `owner` or `theme`
        #[arg(long, default_value = "division")]
        by: String,
    },
}

/// Which entries are meant, and how many are shown.
#[derive(Debug, Args)]
struct Selection {
    #[command(flatten)]
    filter: Filter,
    /// Entries of one page, at most 200
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// The page after this one, as the page before names it
    #[arg(long, value_name = "KEY")]
    after: Option<String>,
}

/// Which entries are meant. Several values are set apart by commas.
#[derive(Debug, Args)]
struct Filter {
    #[arg(long)]
    status: Option<String>,
    #[arg(long)]
    owner: Option<String>,
    /// Codes; each stands for all that lies inside of the division too
    #[arg(long)]
    division: Option<String>,
    #[arg(long)]
    theme: Option<String>,
    #[arg(long)]
    sharing: Option<String>,
    /// Elements that an entry lacks; `something` or `nothing` for those needed to publish it
    #[arg(long)]
    lacks: Option<String>,
    /// `relevance`, `title`, `updated`, `score` or `rows`
    #[arg(long)]
    sort: Option<String>,
}

/// An export that was written.
#[derive(Debug, Serialize)]
struct Exported {
    file: PathBuf,
    format: String,
    size_bytes: u64,
}

impl Ledger {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        with_client(config, Folder::MustExist, async |client| {
            match self.action {
                Action::List(selection) => {
                    let page: EntryPage = client.get(&selection.path(None)).await?;
                    output.result(&page, list)
                }
                Action::Search { words, selection } => {
                    let page: EntryPage = client.get(&selection.path(Some(words))).await?;
                    output.result(&page, list)
                }
                Action::Show { entry } => {
                    let entry: Entry = client.get(&address(&entry, "")).await?;
                    output.result(&entry, show)
                }
                Action::Register {
                    entry,
                    fields,
                    reason,
                } => {
                    let entry = register(client, entry, &fields, reason).await?;
                    output.result(&entry, show)
                }
                Action::Import {
                    file,
                    format,
                    reason,
                } => {
                    let imported = import(client, file, format, reason).await?;
                    output.result(&imported, imported_text)
                }
                Action::Export {
                    file,
                    format,
                    filter,
                } => {
                    let exported = export(client, file, format, filter).await?;
                    output.result(&exported, |exported| {
                        format!("{}\n", exported.file.display())
                    })
                }
                Action::Move { entry, to, reason } => {
                    let step = Move { to, reason };
                    let entry: Entry = client.post(&address(&entry, "/transitions"), &step).await?;
                    output.result(&entry, |entry| {
                        format!("{} is {}\n", entry.id, entry.status)
                    })
                }
                Action::History { entry, after } => {
                    let page = format!("/history{}", query([("after", after)]));
                    let history: History = client.get(&address(&entry, &page)).await?;
                    output.result(&history, history_text)
                }
                Action::Indicators { set: None } => {
                    let sets: IndicatorSetList = client.get("/api/v1/ledger/indicators").await?;
                    output.result(&sets, sets_text)
                }
                Action::Indicators { set: Some(set) } => {
                    let path = format!("/api/v1/ledger/indicators/{}", encode(&set));
                    let report: IndicatorReport = client.get(&path).await?;
                    output.result(&report, report_text)
                }
                Action::Rollup { by } => {
                    let path = format!("/api/v1/ledger/rollup{}", query([("by", Some(by))]));
                    let rollup: Rollup = client.get(&path).await?;
                    output.result(&rollup, rollup_text)
                }
            }
        })
        .await
    }
}

fn address(entry: &str, more: &str) -> String {
    format!("/api/v1/ledger/entries/{}{more}", encode(entry))
}

impl Selection {
    fn path(self, words: Option<String>) -> String {
        let query = self.filter.query([
            ("q", words),
            ("limit", Some(self.limit.to_string())),
            ("after", self.after),
            ("facets", Some("false".to_owned())),
        ]);
        format!("/api/v1/ledger/entries{query}")
    }
}

impl Filter {
    /// The filter as a query, with four more parameters.
    fn query(self, [a, b, c, d]: [(&str, Option<String>); 4]) -> String {
        query([
            a,
            b,
            c,
            d,
            ("status", self.status),
            ("owner", self.owner),
            ("division", self.division),
            ("theme", self.theme),
            ("sharing", self.sharing),
            ("lacks", self.lacks),
            ("sort", self.sort),
        ])
    }
}

async fn register(
    client: &Client,
    id: String,
    fields: &str,
    reason: Option<String>,
) -> Result<Entry> {
    let content: Map<String, Value> = serde_json::from_str(fields).map_err(|error| {
        Failure {
            causes: vec![error.to_string()],
            ..Failure::new("the fields are no JSON object")
        }
        .help("write them as `{\"title\": {\"zh\": \"…\"}, \"owner\": \"…\"}`")
    })?;
    let body = Register {
        id,
        reason,
        content,
    };
    client.post("/api/v1/ledger/entries", &body).await
}

async fn import(
    client: &Client,
    file: PathBuf,
    format: Option<String>,
    reason: Option<String>,
) -> Result<Imported> {
    let path = std::path::absolute(&file).map_err(Failure::io("find", &file))?;
    let body = ImportFile {
        path,
        format,
        reason,
    };
    client.post("/api/v1/ledger/import", &body).await
}

async fn export(
    client: &Client,
    file: PathBuf,
    format: Option<String>,
    filter: Filter,
) -> Result<Exported> {
    let ending = || Some(file.extension()?.to_str()?.to_lowercase());
    let format = format.or_else(ending).ok_or_else(|| {
        Failure::new(format!(
            "the name `{}` does not say what is written",
            file.display()
        ))
        .help("end it with `.csv`, `.xlsx` or `.jsonl`, or add `--format`")
    })?;
    let none = ("q", None);
    let query = filter.query([
        ("format", Some(format.clone())),
        none.clone(),
        none.clone(),
        none,
    ]);
    let path = format!("/api/v1/ledger/export{query}");
    let size_bytes = save(client, &path, &file).await?;
    Ok(Exported {
        file,
        format,
        size_bytes,
    })
}

fn list(page: &EntryPage) -> String {
    let mut table = Table::new(["id", "title", "owner", "status", "rows", "score", "lacks"]);
    for hit in &page.entries {
        let entry = &hit.entry;
        table.row(vec![
            entry.id.as_str().into(),
            clipped(&entry.title.zh).into(),
            clipped(&entry.owner).into(),
            entry.status.as_str().into(),
            entry
                .facts
                .rows
                .map_or_else(|| Cell::number("-"), |rows| Cell::number(grouped(rows))),
            score(entry.facts.score),
            clipped(&entry.lacks.join(", ")).into(),
        ]);
    }
    let mut text = table.render();
    if page.total > page.entries.len() as u64 {
        let _ = writeln!(text, "{} of {}", page.entries.len(), grouped(page.total));
    }
    if let Some(next) = &page.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}

fn score(score: Option<f64>) -> Cell {
    Cell::number(score.map_or_else(|| "-".to_owned(), |score| format!("{score:.1}")))
}

fn show(entry: &Entry) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(text, "{name:<14} {}", crate::table::printable(value));
        }
    };
    line("id", Some(&entry.id));
    line("title", Some(&entry.title.zh));
    line("code", entry.code.as_deref());
    line("theme", entry.theme.as_deref());
    line("about", entry.about.as_deref());
    line(
        "status",
        Some(&format!("{} (revision {})", entry.status, entry.revision)),
    );
    for duty in &entry.duties {
        line(&duty.role, duty.who.as_deref());
    }
    line("grade", entry.grade.as_deref());
    line("sharing", entry.sharing.class.as_deref());
    line("basis", entry.sharing.basis.as_deref());
    line("opening", entry.opening.as_deref());
    line("refresh", entry.refresh.as_deref());
    line("division", entry.division.as_deref());
    line("rows", entry.facts.rows.map(grouped).as_deref());
    line("last", entry.facts.last_at.map(local).as_deref());
    line(
        "fresh",
        entry.facts.fresh.map(|fresh| fresh.to_string()).as_deref(),
    );
    line(
        "score",
        entry
            .facts
            .score
            .map(|score| format!("{score:.1}"))
            .as_deref(),
    );
    line("lacks", Some(&entry.lacks.join(", ")));
    let mut table = Table::new(["column", "title", "type", "standard", "grade"]);
    for column in entry.columns.iter().flatten() {
        table.row(vec![
            column.name.as_str().into(),
            column.title.zh.as_str().into(),
            column.value_type.clone().into(),
            column.standard.clone().into(),
            column.grade.clone().into(),
        ]);
    }
    text.push('\n');
    text.push_str(&table.render());
    text
}

fn imported_text(imported: &Imported) -> String {
    let mut text = format!(
        "{} lines: {} created, {} changed, {} unchanged, {} with faults\n",
        grouped(imported.lines),
        grouped(imported.created),
        grouped(imported.changed),
        grouped(imported.unchanged),
        grouped(imported.faulty)
    );
    if imported.held_back > 0 {
        let _ = writeln!(
            text,
            "{} are kept as drafts: they lack what is needed to publish them",
            grouped(imported.held_back)
        );
    }
    if !imported.ignored.is_empty() {
        let _ = writeln!(text, "ignored headers: {}", imported.ignored.join(", "));
    }
    for fault in imported.faults.iter().take(FAULTS) {
        text.push_str(&fault_text(fault));
    }
    if imported.faulty > FAULTS as u64 {
        let more = grouped(imported.faulty - FAULTS as u64);
        let _ = writeln!(text, "  and {more} more; --json names the first thousand");
    }
    text
}

fn fault_text(fault: &Fault) -> String {
    let mut text = format!("  line {}", fault.line);
    for part in [&fault.id, &fault.field].into_iter().flatten() {
        let _ = write!(text, " {}", crate::table::printable(part));
    }
    let _ = writeln!(text, ": {}", crate::table::printable(&fault.why));
    text
}

fn history_text(history: &History) -> String {
    let mut table = Table::new([
        "revision", "at", "who", "what", "status", "fields", "reason",
    ]);
    for revision in &history.revisions {
        let fields: Vec<&str> = revision
            .changes
            .iter()
            .map(|change| change.field.as_str())
            .collect();
        table.row(vec![
            revision.revision.into(),
            local(revision.at).into(),
            revision.who.as_str().into(),
            revision.kind.as_str().into(),
            revision.status_to.as_str().into(),
            clipped(&fields.join(", ")).into(),
            revision.reason.clone().into(),
        ]);
    }
    let mut text = table.render();
    if let Some(next) = &history.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}

fn sets_text(list: &IndicatorSetList) -> String {
    let mut table = Table::new(["set", "title", "indicators", "sample"]);
    for set in &list.sets {
        table.row(vec![
            set.id.as_str().into(),
            set.title.zh.as_str().into(),
            (set.indicators as u64).into(),
            if set.sample { "yes" } else { "no" }.into(),
        ]);
    }
    table.render()
}

fn report_text(report: &IndicatorReport) -> String {
    let mut table = Table::new(["id", "indicator", "value", "unit", "of", "unknown", "gap"]);
    for item in &report.items {
        table.row(vec![
            item.id.as_str().into(),
            clipped(&item.title.zh).into(),
            item.city.value.map_or_else(
                || Cell::number("-"),
                |value| Cell::number(format!("{value:.2}")),
            ),
            item.unit.as_str().into(),
            item.city.entries.into(),
            item.city.unknown.into(),
            item.city.gap.clone().into(),
        ]);
    }
    let mut text = table.render();
    let _ = writeln!(
        text,
        "{} of {} cannot be answered",
        report.gaps,
        report.items.len()
    );
    text
}

fn rollup_text(rollup: &Rollup) -> String {
    let mut table = Table::new([
        "of",
        "entries",
        "published",
        "complete",
        "fresh",
        "stale",
        "never",
        "score",
    ]);
    for row in rollup.rows.iter().chain([&rollup.total]) {
        table.row(rollup_row(row));
    }
    table.render()
}

fn rollup_row(row: &RollupRow) -> Vec<Cell> {
    let name = row
        .title
        .as_deref()
        .or(row.value.as_deref())
        .unwrap_or("total");
    vec![
        name.into(),
        row.entries.into(),
        row.published.into(),
        row.complete.into(),
        row.fresh.into(),
        row.stale.into(),
        row.never_delivered.into(),
        score(row.average_score),
    ]
}
