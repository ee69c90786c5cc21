//! What is said of findings whose mend is in the declaration and not in the rows.

use yandu_check::{FindingCount, Level};
use yandu_words::{FaultCode, value};

/// Of columns of dates that came as months, how they are declared. The values are not quoted: not everybody who reads the
/// report may see them.
pub(super) fn months(findings: &[FindingCount]) -> Vec<String> {
    let is_of_dates = |finding: &&FindingCount| {
        finding.level == Level::Hard && finding.reason == FaultCode::Date.name()
    };
    let is_of_months = |finding: &&FindingCount| {
        let mut samples = finding.samples.iter();
        !finding.samples.is_empty()
            && samples.all(|sample| value::parse_month(&sample.text).value().is_some())
    };
    findings
        .iter()
        .filter(is_of_dates)
        .filter(is_of_months)
        .filter_map(|finding| finding.column.as_deref())
        .map(|column| {
            format!(
                "values of `{column}` are months and a date needs its day: where months are meant, declare the column with \
                 `standard: month`, which keeps them as their first day"
            )
        })
        .collect()
}
