//! What the planner is told of the rows that come out of a barrier, reckoned from what is known of the rows that the reader sees.
//!
//! Sizes are not told: they follow files. Bounds are not told either, but about how many values a column has by them: a planner
//! takes a column that a filter leaves one value of for a constant, and bounds may be those of an earlier moment.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DFSchema, DataFusionError, Statistics};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::statistics::StatisticsArgs;

use crate::door::Sight;
use crate::door::estimate::{Estimate, MOVED};

/// What one value of a column is taken to leave of which nothing is known: Selinger and others, Access Path Selection in a Relational
/// Database Management System, 1979, table 1.
const EQUAL_PERCENT: u8 = 10;

/// The rows of a table that a reader sees.
pub(super) struct Seen<'a> {
    /// The columns as the reader sees them.
    pub(super) schema: &'a SchemaRef,
    pub(super) sight: &'a Sight,
    pub(super) rows: Precision<usize>,
    pub(super) estimate: Option<&'a Estimate>,
}

impl Seen<'_> {
    /// Of the rows that filters leave, with some of the columns.
    pub(super) fn statistics(
        &self,
        state: &dyn Session,
        columns: &Schema,
        filters: &[Expr],
    ) -> Statistics {
        let all = self.all();
        // Without an answer of the engine the filters are taken to leave everything.
        let left = self.left(state, filters, &all).unwrap_or(all);
        let fields = columns.fields().iter();
        let column_statistics = fields.map(|field| {
            let place = self.schema.index_of(field.name()).ok();
            let known = place.and_then(|place| left.column_statistics.get(place));
            ColumnStatistics {
                distinct_count: known
                    .map_or(Precision::Absent, |known| values(left.num_rows, known)),
                ..ColumnStatistics::new_unknown()
            }
        });
        Statistics {
            num_rows: left.num_rows,
            total_byte_size: Precision::Absent,
            column_statistics: column_statistics.collect(),
        }
    }

    fn all(&self) -> Statistics {
        let fields = self.schema.fields().iter();
        let column_statistics = fields.map(|field| {
            // The estimate is shared with others who see these rows, and more of their columns.
            let known = self.estimate.filter(|_| self.sight.is_plain(field.name()));
            let known = known.and_then(|known| known.bounds(field.name()));
            let Some((low, high)) = known else {
                return ColumnStatistics::new_unknown();
            };
            ColumnStatistics {
                min_value: Precision::Inexact(low.clone()),
                max_value: Precision::Inexact(high.clone()),
                ..ColumnStatistics::new_unknown()
            }
        });
        Statistics {
            num_rows: self.rows,
            total_byte_size: Precision::Absent,
            column_statistics: column_statistics.collect(),
        }
    }

    /// What the engine takes to be left by filters, as if they stood above one another: of one that it knows nothing of it takes a
    /// fifth to be left, and of several in one together a fifth too.
    fn left(
        &self,
        state: &dyn Session,
        filters: &[Expr],
        all: &Statistics,
    ) -> Result<Statistics, DataFusionError> {
        let schema = DFSchema::try_from(Arc::clone(self.schema))?;
        let mut left = all.clone();
        for filter in filters {
            let input = Arc::new(EmptyExec::new(Arc::clone(self.schema)));
            let condition = state.create_physical_expr(filter.clone(), &schema)?;
            let mut filtering = FilterExecBuilder::new(condition, input);
            if is_equality(filter) {
                filtering = filtering.with_default_selectivity(EQUAL_PERCENT);
            }
            let filtering = filtering.build()?;
            let told =
                filtering.statistics_from_inputs(&[Arc::new(left)], &StatisticsArgs::new())?;
            left = Arc::unwrap_or_clone(told).to_inexact();
            if left.num_rows == Precision::Inexact(0) {
                // What lies beyond the bounds may have come since they were looked up.
                let all = all.num_rows.to_inexact();
                left.num_rows = all.map(|rows| rows.div_ceil(MOVED as usize));
                break;
            }
        }
        Ok(left)
    }
}

fn is_equality(filter: &Expr) -> bool {
    matches!(
        filter,
        Expr::BinaryExpr(BinaryExpr {
            op: Operator::Eq,
            ..
        })
    )
}

/// About how many values a column has: no more than lie between its bounds, and than there are rows.
fn values(rows: Precision<usize>, known: &ColumnStatistics) -> Precision<usize> {
    let (Some(low), Some(high)) = (known.min_value.get_value(), known.max_value.get_value()) else {
        return Precision::Absent;
    };
    let between = Interval::try_new(low.clone(), high.clone());
    let between = between.ok().and_then(|between| between.cardinality());
    let Some(between) = between.and_then(|values| usize::try_from(values).ok()) else {
        return Precision::Absent;
    };
    Precision::Inexact(rows.get_value().map_or(between, |rows| between.min(*rows)))
}
