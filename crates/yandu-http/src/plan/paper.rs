//! Papers of a plan: the monthly brief, the pack of the quarterly meeting, the review of the year; as JSON, docx and PDF.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yandu_access::{AccountId, FileForm};
use yandu_documents::{Align, Block, Document, Face, FontFile, Fonts, Note, Run};
use yandu_lake::Principal;
use yandu_plan::{Making, Paper};
use yandu_policy::Way;
use yandu_words::Period;
use yandu_words::id::DatasetId;

use super::actual::{definition, look, shown};
use super::stored::answer;
use crate::Result;
use crate::access::{Asker, accounts_of};
use crate::address::Base;
use crate::export::{File, of_file, taken};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::Tally;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const PDF: &str = "application/pdf";
/// Signs of a PDF that none of the fonts has.
const MISSING: HeaderName = HeaderName::from_static("yandu-missing-signs");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// A month for `brief`, a quarter for `pack`, a year for `review`.
    #[param(value_type = String, example = "2025-06")]
    period: String,
    /// `json` when absent, `docx` or `pdf`.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "docx")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Docx,
    Pdf,
}

/// A paper of a plan, as a page shows it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaperOfPlan {
    pub plan: String,
    /// `brief`, `pack` or `review`.
    #[schema(pattern = "^(brief|pack|review)$")]
    pub kind: String,
    /// In Chinese.
    pub kind_text: String,
    #[schema(example = "2025-06")]
    pub period: String,
    /// The day at whose end the plan was looked at.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    pub title: String,
    /// To whom it goes.
    pub recipients: Option<String>,
    pub blocks: Vec<BlockOfPaper>,
    /// By their numbers.
    pub notes: Vec<NoteOfPaper>,
    /// Who issues it.
    pub signature: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Date>,
}

/// A part of a paper.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct BlockOfPaper {
    /// `heading`, `paragraph` or `table`.
    #[schema(pattern = "^(heading|paragraph|table)$")]
    pub kind: String,
    /// Of a heading: 1 to 4.
    pub level: Option<u8>,
    /// Of a heading: 一、（一）1.（1）.
    pub number: Option<String>,
    /// Of a heading or a paragraph.
    pub runs: Vec<RunOfPaper>,
    /// Of a table.
    pub columns: Vec<ColumnOfPaper>,
    /// Of a table: the pieces of text of each cell.
    pub rows: Vec<Vec<Vec<RunOfPaper>>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ColumnOfPaper {
    pub title: String,
    /// `left`, `centre` or `right`.
    #[schema(pattern = "^(left|centre|right)$")]
    pub align: String,
    /// Its part of the width, among those of all columns.
    pub width: u16,
}

/// A piece of text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunOfPaper {
    pub text: String,
    /// The number of the footnote behind it.
    pub note: Option<u32>,
}

/// Where a number of a paper comes from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoteOfPaper {
    /// From 1 in the order of the text.
    pub number: u32,
    pub text: String,
    /// The page on which a reader goes on.
    pub address: Option<String>,
    /// The same for a program: `metric/<id>@<period>`, `evidence/<number>`, `target/<number>`, `change/<number>` or `plan/<id>`.
    #[schema(example = "metric/telecom.new_station@2025")]
    pub trail: Option<String>,
}

/// Makes a paper of a plan for a period. Its numbers are footnoted with where they come from. Numbers of metrics are for whoever sees all
/// that they are made of; otherwise the paper says at its head for how many targets none is shown, and at each of them. A file leaves a
/// receipt, which the header `yandu-receipt` names, and says in its properties who took it and when; its pages are those of a draft that
/// may yet be issued. Signs of a PDF that none of the fonts of the server has stand in the header `yandu-missing-signs`.
#[utoipa::path(get, path = "/plans/{id}/papers/{kind}", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("kind" = String, Path, description = "`brief` for a month, `pack` for a quarter, `review` for a year.", pattern = "^(brief|pack|review)$"), Wish), responses((status = 200, content((PaperOfPlan = "application/json"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (Vec<u8> = "application/pdf")), description = "The paper.", headers(("ETag" = String, description = "The revision, and what is told."), ("yandu-receipt" = Option<String>, description = "The receipt of a file."))), Problem))]
pub(super) async fn make_paper(
    Shared(state): Shared<State>,
    asker: Asker,
    base: Base,
    Path((id, kind)): Path<(String, String)>,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    let paper = Paper::from_name(&kind).ok_or_else(|| {
        Problem::new("not-found", format!("there is no paper `{kind}`"))
            .with_help("one of `brief`, `pack`, `review`".to_owned())
    })?;
    let plan = state.plans().plan(&id).await?;
    let period: Period = wish
        .period
        .parse()
        .map_err(|error| Problem::new("invalid-parameter", format!("`period`: {error}")))?;
    let way = match wish.format {
        Format::Json => Way::Page,
        Format::Docx | Format::Pdf => Way::Export,
    };
    let principal = asker.reader(&state, way);
    let made = make(&state, &principal, &plan, (paper, period), &base.at("")).await?;
    let asked = format!("PAPER {} {kind} {period}", plan.id);
    match wish.format {
        Format::Json => {
            let told = PaperOfPlan::of(&plan.id, (paper, period), &made);
            answer(StatusCode::OK, plan.revision, &told)
        }
        Format::Docx => {
            let draw = |document: Document| -> Result<(Vec<u8>, ())> {
                Ok((yandu_documents::to_docx(&document)?, ()))
            };
            let kind = (FileForm::Docx, DOCX);
            let (file, ()) = made
                .file(&state, &asker, (asked.as_str(), kind), draw)
                .await?;
            Ok(file.into_response())
        }
        Format::Pdf => {
            let fonts = state.options().fonts.clone();
            let files = drawn(move || fonts.files()).await?;
            let draw = move |document: Document| -> Result<(Vec<u8>, BTreeSet<char>)> {
                let pdf = yandu_documents::to_pdf(&document, &fonts_of(&files)?)?;
                Ok((pdf.bytes, pdf.missing))
            };
            let kind = (FileForm::Pdf, PDF);
            let (file, missing) = made
                .file(&state, &asker, (asked.as_str(), kind), draw)
                .await?;
            let mut response = file.into_response();
            if let Some(signs) = told_missing(&plan.id, &missing) {
                response.headers_mut().insert(MISSING, signs);
            }
            Ok(response)
        }
    }
}

/// The signs that no font has, as a header.
fn told_missing(plan: &str, missing: &BTreeSet<char>) -> Option<HeaderValue> {
    let signs = missing
        .iter()
        .map(|sign| format!("U+{:04X}", u32::from(*sign)));
    let signs = signs.collect::<Vec<_>>().join(" ");
    if signs.is_empty() {
        return None;
    }
    tracing::warn!(plan.id = plan, signs, "fonts lack signs of a paper");
    HeaderValue::try_from(signs).ok()
}

/// A paper, the day that it looks at, and which numbers of metrics went into it.
struct Made {
    day: Date,
    document: Document,
    /// The models of the metrics at their versions.
    read: Vec<(DatasetId, Option<u64>)>,
    /// How many targets have numbers of metrics.
    targets: u64,
}

impl Made {
    /// The paper as a file under a receipt, which its properties name, and what else drawing gave.
    async fn file<T: Send + 'static>(
        self,
        state: &State,
        asker: &Asker,
        (asked, (form, media_type)): (&str, (FileForm, &'static str)),
        draw: impl FnOnce(Document) -> Result<(Vec<u8>, T)> + Send + 'static,
    ) -> Result<(File, T)> {
        let (receipt, mut recording) = of_file(state, asker, asked, &self.read, form).await?;
        let mut document = self.document;
        let name = format!("{}.{}", document.title(), form.name());
        document.taken = Some(taken(&receipt));
        match drawn(move || draw(document)).await {
            Ok((bytes, more)) => {
                let tally = Tally::of(self.targets, false).into();
                let size = Some(bytes.len() as u64);
                let file = File::of(recording, tally, (media_type, None), size, bytes.into());
                Ok((file.named(name), more))
            }
            Err(problem) => {
                recording.break_off(problem.detail.as_str());
                recording.end().await;
                Err(problem)
            }
        }
    }
}

async fn make(
    state: &State,
    principal: &Principal,
    plan: &yandu_plan::Plan,
    (paper, period): (Paper, Period),
    address: &str,
) -> Result<Made> {
    let mut look = look(state, plan).await?;
    look.day = yandu_plan::day_of_paper(plan, paper, period, look.day)?;
    let shown = shown(state, principal, plan, look.day).await;
    let names = names(state, plan).await?;
    let making = Making {
        paper,
        period,
        today: look.today(),
        actuals: &shown.actuals,
        metrics: &shown.metrics,
        hidden: &shown.hidden,
        names: &names,
        address,
    };
    let document = yandu_plan::paper(plan, making);
    let read = shown.metrics.iter().filter_map(|(metric, source)| {
        let model = definition(state, metric)?.file.of.clone();
        Some((model, source.version))
    });
    // Several metrics may be of one model.
    let read: BTreeSet<(DatasetId, Option<u64>)> = read.collect();
    let targets = shown.actuals.keys();
    let targets = targets.filter(|target| !shown.hidden.contains(target));
    Ok(Made {
        day: look.day,
        document,
        read: read.into_iter().collect(),
        targets: targets.count() as u64,
    })
}

/// What those who decided the changes of a plan are called, by their accounts.
async fn names(state: &State, plan: &yandu_plan::Plan) -> Result<BTreeMap<String, String>> {
    let decided = plan.changes.values();
    let decided = decided.filter_map(|change| change.decided.as_ref());
    let who: BTreeSet<&str> = decided.map(|by| by.who.as_str()).collect();
    // What is no account has a name of the program.
    let ids = who
        .into_iter()
        .filter_map(|who| who.parse::<AccountId>().ok());
    let accounts = accounts_of(state, ids.collect()).await?;
    let names = accounts.into_iter();
    let names = names.map(|account| (account.id.to_string(), account.name));
    Ok(names.collect())
}

/// Drawing a paper takes a moment of a processor.
async fn drawn<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::new("internal", "the paper did not come to an end"))?
}

/// The files of the fonts of official documents, as the site has set them: a path, of a collection with the number of the font
/// behind `#`. A face without a file has that of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FontPaths(pub Vec<(Face, String)>);

impl FontPaths {
    fn of(&self, face: Face) -> Option<&str> {
        let (_, path) = self.0.iter().find(|(one, _)| *one == face)?;
        Some(path.as_str()).filter(|path| !path.is_empty())
    }

    /// The fonts of all faces; every file is read once, of however many faces it is.
    fn files(&self) -> Result<Vec<(Face, FontFile)>> {
        let mut read: HashMap<&str, Arc<Vec<u8>>> = HashMap::new();
        let mut files: Vec<(Face, FontFile)> = Vec::new();
        for face in Face::ALL {
            let refused =
                |why: String| -> Box<Problem> { yandu_documents::Error::Font { face, why }.into() };
            let (path, index) = self.place(face).map_err(refused)?;
            let bytes = if let Some(bytes) = read.get(path) {
                Arc::clone(bytes)
            } else {
                let bytes =
                    std::fs::read(path).map_err(|error| refused(format!("`{path}`: {error}")))?;
                let bytes = Arc::new(bytes);
                read.insert(path, Arc::clone(&bytes));
                bytes
            };
            files.push((face, FontFile { bytes, index }));
        }
        Ok(files)
    }

    /// The file of a face, and which font of it.
    fn place(&self, face: Face) -> std::result::Result<(&str, u32), String> {
        let named = self.of(face).or_else(|| self.of(Face::Fangsong));
        let named = named.ok_or("no file is set")?;
        match named.rsplit_once('#') {
            Some((path, index)) => match index.parse() {
                Ok(index) => Ok((path, index)),
                Err(_) => Err(format!("`{index}` behind `#` is no number of a font")),
            },
            None => Ok((named, 0)),
        }
    }
}

fn fonts_of(files: &[(Face, FontFile)]) -> Result<Fonts> {
    let fonts = Fonts::read(|face| {
        let file = files.iter().find(|(one, _)| *one == face);
        file.map_or_else(FontFile::default, |(_, file)| file.clone())
    })?;
    Ok(fonts)
}

impl PaperOfPlan {
    fn of(plan: &str, (paper, period): (Paper, Period), made: &Made) -> Self {
        let document = &made.document;
        let numbers = document.numbers();
        let number = |note: usize| numbers.get(&note).map(|number| *number as u32);
        let runs = |runs: &[Run]| -> Vec<RunOfPaper> {
            let told = runs.iter().map(|run| RunOfPaper {
                text: run.text.clone(),
                note: run.note.and_then(number),
            });
            told.collect()
        };
        let blocks = document.numbered().map(|(number, block)| match block {
            Block::Heading(heading) => BlockOfPaper {
                kind: "heading".to_owned(),
                level: Some(heading.level as u8 + 1),
                number: Some(number),
                runs: runs(&heading.text),
                ..BlockOfPaper::default()
            },
            Block::Paragraph(text) => BlockOfPaper {
                kind: "paragraph".to_owned(),
                runs: runs(text),
                ..BlockOfPaper::default()
            },
            Block::Table(table) => BlockOfPaper {
                kind: "table".to_owned(),
                columns: table.columns.iter().map(ColumnOfPaper::from).collect(),
                rows: table
                    .rows
                    .iter()
                    .map(|row| row.iter().map(|cell| runs(cell)).collect())
                    .collect(),
                ..BlockOfPaper::default()
            },
        });
        Self {
            plan: plan.to_owned(),
            kind: paper.name().to_owned(),
            kind_text: paper.title().to_owned(),
            period: period.to_string(),
            day: made.day,
            title: document.title(),
            recipients: document.recipients.clone(),
            blocks: blocks.collect(),
            notes: document
                .notes()
                .into_iter()
                .enumerate()
                .map(|(place, note)| NoteOfPaper::of(place, note))
                .collect(),
            signature: document.signature.clone(),
            date: document.date,
        }
    }
}

impl NoteOfPaper {
    fn of(place: usize, note: &Note) -> Self {
        Self {
            number: place as u32 + 1,
            text: note.text.clone(),
            address: note.address.clone(),
            trail: note.trail.clone(),
        }
    }
}

impl From<&yandu_documents::Column> for ColumnOfPaper {
    fn from(column: &yandu_documents::Column) -> Self {
        let align = match column.align {
            Align::Left => "left",
            Align::Centre => "centre",
            Align::Right => "right",
        };
        Self {
            title: column.title.clone(),
            align: align.to_owned(),
            width: column.width,
        }
    }
}
