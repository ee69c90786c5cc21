//! The score of a batch along the quality dimensions of GB/T 36344-2018.

use serde::{Deserialize, Serialize};
use yandu_words::{Dimension, Standard};

use crate::{Expectations, FindingCount, Meaning};

/// How a batch stands in one dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionScore {
    pub dimension: Dimension,
    /// What passed over what was assessed, 0 to 1; `None` is *not assessed*, never full marks.
    pub pass_rate: Option<f64>,
    /// Cells, rows and whole deliveries that were assessed.
    pub assessed: u64,
    pub failed: u64,
}

/// The score of a batch: the mean of the assessed dimensions, 0 to 100.
///
/// The standard leaves the weights to policy; equal weights are the shipped setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub total: Option<f64>,
    pub dimensions: Vec<DimensionScore>,
}

impl Score {
    /// Scores what the pass over a batch of `rows` rows found.
    ///
    /// Conformance counts every cell with a standard, type or code list, completeness every required cell,
    /// accuracy and consistency every row under every check of that dimension. A normalised value conforms only
    /// after help, so it counts against conformance.
    pub fn new(expectations: &Expectations, counts: &[FindingCount], rows: u64) -> Self {
        let dimensions: Vec<DimensionScore> = Dimension::ALL
            .iter()
            .map(|dimension| {
                let assessed = rows * subjects(expectations, *dimension);
                let failed: u64 = counts
                    .iter()
                    .filter(|count| count.dimension == *dimension)
                    .map(|count| count.rows)
                    .sum::<u64>()
                    .min(assessed);
                DimensionScore {
                    dimension: *dimension,
                    pass_rate: pass_rate(assessed, failed),
                    assessed,
                    failed,
                }
            })
            .collect();
        Self {
            total: total(&dimensions),
            dimensions,
        }
    }

    /// Adds one assessment of the delivery as a whole, such as whether it came in time.
    #[must_use]
    pub fn with_delivery(mut self, dimension: Dimension, passed: bool) -> Self {
        for score in &mut self.dimensions {
            if score.dimension == dimension {
                score.assessed += 1;
                score.failed += u64::from(!passed);
                score.pass_rate = pass_rate(score.assessed, score.failed);
            }
        }
        self.total = total(&self.dimensions);
        self
    }
}

fn pass_rate(assessed: u64, failed: u64) -> Option<f64> {
    (assessed > 0).then(|| 1.0 - failed as f64 / assessed as f64)
}

fn total(dimensions: &[DimensionScore]) -> Option<f64> {
    let rates: Vec<f64> = dimensions
        .iter()
        .filter_map(|score| score.pass_rate)
        .collect();
    (!rates.is_empty()).then(|| 100.0 * rates.iter().sum::<f64>() / rates.len() as f64)
}

/// How many assessments one row gets in a dimension.
fn subjects(expectations: &Expectations, dimension: Dimension) -> u64 {
    let checks = expectations
        .checks
        .iter()
        .filter(|check| {
            check.dimension == dimension && !matches!(check.kind, crate::CheckKind::WholeSet)
        })
        .count() as u64;
    let columns = match dimension {
        Dimension::Conformance => expectations.columns.len() as u64,
        Dimension::Completeness => expectations
            .columns
            .iter()
            .filter(|column| column.required)
            .count() as u64,
        Dimension::Accuracy => {
            let checked_digits = expectations
                .columns
                .iter()
                .filter(|column| has_check_digit(column.meaning))
                .count() as u64;
            checked_digits + u64::from(!expectations.key.is_empty())
        }
        _ => 0,
    };
    checks + columns
}

fn has_check_digit(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Standard(
            Standard::ResidentId | Standard::Uscc | Standard::OrganisationCode | Standard::BankCard
        )
    )
}
