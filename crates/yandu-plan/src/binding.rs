//! What targets are bound to. A city proposes it in a file, by point and wording; no rule here names a metric.

use csv::StringRecord;

use crate::record::{Binding, Decision, Plan, Source, Way};
use crate::reviewing::because;
use crate::{Error, Result};

/// Signs of the longest id of a metric or a dataset.
const ID_SIGNS: usize = 130;

/// In place of a baseline: the same time of the year before.
const YEAR_BEFORE: &str = "year-before";

/// A line of the city's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    point: u32,
    /// Words of the target, folded.
    wording: String,
    source: Source,
    note: Option<String>,
}

/// Reads the city's file: a table with the columns `point`, `wording`, `kind` (metric, form, by-hand), `id` (of the metric or the form's
/// dataset), `way`, `baseline`, `note` and `metric` (over the reports of a form).
pub fn read_proposals(bytes: &[u8]) -> Result<Vec<Proposal>> {
    let wrong = |line: u64, why: &str| {
        Error::invalid("bindings", format!("line {line} of the file: {why}"))
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let headers = reader
        .headers()
        .map_err(|error| Error::invalid("bindings", error.to_string()))?
        .clone();
    let mut proposals = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Error::invalid("bindings", error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let proposal = proposal_of(&headers, &record).map_err(|why| wrong(line, why))?;
        proposals.push(proposal);
    }
    Ok(proposals)
}

fn proposal_of(headers: &StringRecord, record: &StringRecord) -> Result<Proposal, &'static str> {
    let cell = |name: &str| {
        let place = headers.iter().position(|header| header == name)?;
        record.get(place).filter(|cell| !cell.is_empty())
    };
    let id = || cell("id").map(ToOwned::to_owned);
    let source = match cell("kind") {
        Some("metric") => Source::Metric {
            metric: id().ok_or("a metric has an `id`")?,
            way: cell("way").and_then(Way::from_name).ok_or(Way::ONE_OF)?,
            baseline: cell("baseline")
                .filter(|text| *text != YEAR_BEFORE)
                .map(|text| {
                    text.parse()
                        .map_err(|_| "`baseline` is a number or year-before")
                })
                .transpose()?,
            against_year_before: cell("baseline") == Some(YEAR_BEFORE),
        },
        Some("form") => Source::form(
            id().ok_or("a form has an `id`")?,
            cell("metric").map(ToOwned::to_owned),
            cell("way"),
        )?,
        Some("by-hand") => Source::ByHand,
        _ => return Err("`kind` is metric, form or by-hand"),
    };
    Ok(Proposal {
        point: cell("point")
            .and_then(|point| point.parse().ok())
            .ok_or("`point` is a number")?,
        wording: folded(cell("wording").ok_or("`wording` is missing")?),
        source,
        note: cell("note").map(ToOwned::to_owned),
    })
}

/// Binds the targets that no person has bound as the proposals say: the point is the same, and the target holds the words.
pub(crate) fn propose(plan: &mut Plan, proposals: &[Proposal]) {
    let targets: Vec<(u32, Option<u32>, String)> = plan
        .targets()
        .map(|target| (target.number, target.point, folded(&target.literal)))
        .collect();
    for (number, point, literal) in targets {
        let bound = plan.bindings.get(&number);
        if bound.is_some_and(|binding| binding.by.is_some()) {
            continue;
        }
        let mut fitting = proposals.iter();
        let found =
            fitting.find(|one| Some(one.point) == point && literal.contains(one.wording.as_str()));
        match found {
            Some(proposal) => {
                plan.bindings.insert(
                    number,
                    Binding {
                        source: proposal.source.clone(),
                        by: None,
                        note: proposal.note.clone(),
                    },
                );
            }
            None => {
                plan.bindings.remove(&number);
            }
        }
    }
}

/// Binds a target as a person says.
pub(crate) fn bind(plan: &mut Plan, number: u32, source: Source, by: &Decision) -> Result<()> {
    let missing = plan.missing("target", number);
    let target = plan.figures.get(&number);
    target.filter(|target| target.is_target()).ok_or(missing)?;
    let reason = by.reason.clone().ok_or(Error::NoReason)?;
    let ids = match &source {
        Source::Metric { metric, .. } => vec![metric],
        Source::Form {
            dataset, metric, ..
        } => std::iter::once(dataset).chain(metric).collect(),
        _ => Vec::new(),
    };
    for id in ids {
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.' | '-');
        if id.is_empty() || id.len() > ID_SIGNS || !id.chars().all(is_plain) {
            return Err(Error::invalid("id", "such as `telecom.new_station`"));
        }
    }
    if let Source::Metric {
        baseline: Some(baseline),
        ..
    } = &source
        && !baseline.is_finite()
    {
        return Err(Error::invalid("baseline", "a number"));
    }
    let binding = Binding {
        source,
        by: Some(because(by, &reason)),
        note: None,
    };
    plan.bindings.insert(number, binding);
    Ok(())
}

/// Words as they are compared: folded, without blanks and quotation marks.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            !sign.is_whitespace() && !matches!(sign, '“' | '”' | '"' | '「' | '」' | '\'')
        })
        .map(yandu_words::sign::fold)
        .collect()
}
