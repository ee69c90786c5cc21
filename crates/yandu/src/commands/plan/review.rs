//! The review of a plan: what waits for a decision, and decisions.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use yandu_http::plan::{
    Plan as Stored, ReviewOfPlan, ReviewOfSentence, SentenceOfPlan, SentencesOfPlan,
};

use super::{address, shown};
use crate::client::Client;
use crate::failure::{Failure, Result};
use crate::output::Output;

#[derive(Debug, Args)]
pub(super) struct Review {
    plan: String,
    /// Sentences that are right as they were read, by their numbers: `12,14-20`
    #[arg(long, value_name = "SENTENCES")]
    accept: Option<String>,
    /// Decisions as a JSON file
    #[arg(long, value_name = "FILE", conflicts_with = "accept")]
    file: Option<PathBuf>,
    /// Why; kept in the history
    #[arg(long)]
    reason: Option<String>,
}

impl Review {
    pub(super) async fn run(self, client: &Client, output: Output) -> Result<()> {
        let Some(mut decisions) = self.decisions()? else {
            let sentences: SentencesOfPlan = client.get(&address(&self.plan, "/sentences")).await?;
            let plan: Stored = client.get(&address(&self.plan, "")).await?;
            return output.result(&sentences, |sentences| open(&plan, sentences));
        };
        decisions.reason = decisions.reason.or(self.reason);
        let plan: Stored = client
            .post(&address(&self.plan, "/review"), &decisions)
            .await?;
        output.result(&plan, |plan| shown::progress(&plan.progress))
    }

    fn decisions(&self) -> Result<Option<ReviewOfPlan>> {
        if let Some(numbers) = &self.accept {
            let sentences = numbers_of(numbers)?
                .into_iter()
                .map(|sentence| ReviewOfSentence {
                    sentence,
                    ..ReviewOfSentence::default()
                });
            return Ok(Some(ReviewOfPlan {
                sentences: sentences.collect(),
                ..ReviewOfPlan::default()
            }));
        }
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let bytes = std::fs::read(file).map_err(Failure::io("read", file))?;
        let decisions = serde_json::from_slice(&bytes).map_err(|error| {
            Failure {
                causes: vec![error.to_string()],
                ..Failure::new(format!("`{}` holds no decisions", file.display()))
            }
            .help("docs/plans.md shows how decisions are written")
        })?;
        Ok(Some(decisions))
    }
}

/// Numbers with commas between them, and ranges with a dash.
fn numbers_of(text: &str) -> Result<Vec<u32>> {
    let wrong = || Failure::new(format!("`{text}` are no numbers such as `12,14-20`"));
    let mut numbers = Vec::new();
    for part in text.split([',', '，']).map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let first: u32 = first.trim().parse().map_err(|_| wrong())?;
        let last: u32 = last.trim().parse().map_err(|_| wrong())?;
        if last < first || last - first > 5_000 {
            return Err(wrong());
        }
        numbers.extend(first..=last);
    }
    Ok(numbers)
}

/// What waits for a decision.
fn open(plan: &Stored, sentences: &SentencesOfPlan) -> String {
    let mut text = shown::progress(&sentences.progress);
    for finding in plan.findings.iter().filter(|one| one.answered.is_none()) {
        let _ = writeln!(
            text,
            "问题{}　第{}行　{}。{}",
            finding.number, finding.line, finding.message, finding.mend
        );
    }
    let waits = |one: &&SentenceOfPlan| one.needs_review && one.verdict.is_none();
    for sentence in sentences.sentences.iter().filter(waits) {
        let words: String = sentence.text.split_whitespace().collect();
        let _ = writeln!(text, "\n{}　{words}", sentence.number);
        for figure in &sentence.figures {
            let literal: String = figure.literal.split_whitespace().collect();
            let _ = writeln!(
                text,
                "   数字{}　{literal}　{}",
                figure.number,
                shown::measure(&figure.fields)
            );
            for doubt in figure.doubts.iter().filter(|one| one.answered.is_none()) {
                let _ = writeln!(text, "      ？{}（{}）", doubt.text, doubt.code);
            }
        }
        for offer in sentence.offers.iter().filter(|one| one.decided.is_none()) {
            let literal: String = offer.literal.split_whitespace().collect();
            let _ = writeln!(text, "   待定{}　{literal}　{}", offer.number, offer.why);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::numbers_of;

    #[test]
    fn numbers_are_given_one_by_one_and_in_ranges() {
        assert_eq!(numbers_of("3,5-7， 9").unwrap(), [3, 5, 6, 7, 9]);
        for wrong in ["", "a", "7-5", "1-", "1-99999999"] {
            assert!(numbers_of(wrong).is_err(), "{wrong}");
        }
    }
}
