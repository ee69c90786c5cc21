//! What is wanted of the rows of a plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::{
    Column, DFSchema, DataFusionError, JoinConstraint, JoinType, NullEquality, TableReference,
};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, Join, LogicalPlan, LogicalPlanBuilder, Projection, lit};

use super::replace::{Replace, Unknown, asks, named, replaced};
use crate::derive::column_at;

/// The first part of the names of partners; no table of a query has such a name.
const PARTNER: &str = "__partner_";

/// Conditions over the columns of a plan, all of which a row must meet.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) conditions: Vec<Expr>,
    pub(super) partners: Vec<Partner>,
    /// Why rows that meet all this may not be meant after all.
    pub(super) doubts: BTreeSet<String>,
}

/// Rows of another plan, of which one must fit, or none may.
#[derive(Debug, Clone)]
pub(super) struct Partner {
    pub(super) plan: LogicalPlan,
    /// What must be equal: an expression over the plan's own columns, and one over the partner's.
    pub(super) on: Vec<(Expr, Expr)>,
    /// What must hold beside, over both.
    pub(super) filter: Option<Expr>,
    /// Whether two missing values are equal.
    pub(super) nulls_are_equal: bool,
    /// Whether none may fit.
    pub(super) is_missing: bool,
}

/// Whose columns an expression names, of two plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Other,
    Both,
}

pub(super) fn is_of_partner(column: &Column) -> bool {
    column
        .relation
        .as_ref()
        .is_some_and(|relation| relation.table().starts_with(PARTNER))
}

/// Whose columns these are; those of partners count for nothing.
pub(super) fn whose(columns: &[Column], own: &DFSchema) -> Whose {
    let mut own_columns = columns.iter().filter(|column| !is_of_partner(column));
    let (mut has_own, mut has_other) = (false, false);
    for column in &mut own_columns {
        if own.has_column(column) {
            has_own = true;
        } else {
            has_other = true;
        }
    }
    match (has_own, has_other) {
        (true, true) => Whose::Both,
        (false, true) => Whose::Other,
        _ => Whose::Own,
    }
}

impl Partner {
    /// The columns that it names of the plan whose partner it is.
    pub(super) fn columns(&self) -> Vec<Column> {
        let on = self.on.iter().map(|(own, _)| own);
        on.chain(&self.filter).flat_map(named).collect()
    }

    fn replaced(&self, replace: Replace<'_>) -> Result<Self, Unknown> {
        let on = self
            .on
            .iter()
            .map(|(own, partner)| Ok::<_, Unknown>((replaced(own, replace)?, partner.clone())));
        Ok(Self {
            on: on.collect::<Result<_, _>>()?,
            filter: match &self.filter {
                Some(filter) => Some(replaced(filter, replace)?),
                None => None,
            },
            ..self.clone()
        })
    }

    fn asks(&self) -> bool {
        self.on.iter().any(|(own, _)| asks(own)) || self.filter.as_ref().is_some_and(asks)
    }

    /// The rows of a plan that have such a partner, or have none.
    pub(super) fn among(self, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
        let mut filters: Vec<Expr> = self.filter.into_iter().collect();
        let mut on = Vec::new();
        for (own, partner) in self.on {
            // The engine wants columns of both sides in what must be equal.
            if own.any_column_refs() && partner.any_column_refs() {
                on.push((partner, own));
            } else if self.nulls_are_equal {
                filters.push(same(own, partner));
            } else {
                filters.push(own.eq(partner));
            }
        }
        let nothing_asked = on.is_empty() && filters.is_empty();
        let partner = if nothing_asked {
            filters.push(lit(true));
            LogicalPlanBuilder::from(self.plan)
                .limit(0, Some(1))?
                .build()?
        } else {
            self.plan
        };
        let join = Join::try_new(
            Arc::new(partner),
            Arc::new(plan),
            on,
            conjunction(filters),
            if self.is_missing {
                JoinType::RightAnti
            } else {
                JoinType::RightSemi
            },
            JoinConstraint::On,
            if self.nulls_are_equal {
                NullEquality::NullEqualsNull
            } else {
                NullEquality::NullEqualsNothing
            },
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }
}

/// Equal, or both missing.
pub(super) fn same(one: Expr, other: Expr) -> Expr {
    datafusion::logical_expr::binary_expr(
        one,
        datafusion::logical_expr::Operator::IsNotDistinctFrom,
        other,
    )
}

/// A plan under a name that no other has, with its columns by place.
pub(super) struct Alone {
    pub(super) plan: LogicalPlan,
    name: TableReference,
}

impl Alone {
    pub(super) fn new(plan: LogicalPlan, number: usize) -> Result<Self, DataFusionError> {
        let name = TableReference::bare(format!("{PARTNER}{number}"));
        let exprs = (0..plan.schema().fields().len()).map(|place| {
            let column = Expr::Column(column_at(plan.schema(), place));
            column.alias_qualified(Some(name.clone()), Self::field(place))
        });
        let exprs = exprs.collect();
        let plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?);
        Ok(Self { plan, name })
    }

    fn field(place: usize) -> String {
        format!("c{place}")
    }

    pub(super) fn column(&self, place: usize) -> Expr {
        Expr::Column(Column::new(Some(self.name.clone()), Self::field(place)))
    }
}

impl Wanted {
    pub(super) fn doubted(mut self, why: impl Into<String>) -> Self {
        self.doubts.insert(why.into());
        self
    }

    /// Everything, with the doubts so far and one more.
    pub(super) fn anything(self, why: impl Into<String>) -> Self {
        Self {
            doubts: self.doubts,
            ..Self::default()
        }
        .doubted(why)
    }

    pub(super) fn wants_anything(&self) -> bool {
        self.conditions.is_empty() && self.partners.is_empty()
    }

    /// The same over other columns. What cannot be said of them is left out, with `why` as a doubt.
    pub(super) fn over(&self, replace: Replace<'_>, why: &str) -> Self {
        let replace: Replace<'_> = &|column: &Column| {
            if is_of_partner(column) {
                Ok(None)
            } else {
                replace(column)
            }
        };
        let mut wanted = Self {
            doubts: self.doubts.clone(),
            ..Self::default()
        };
        for condition in &self.conditions {
            match replaced(condition, replace) {
                Ok(condition) => wanted.conditions.push(condition),
                Err(Unknown) => wanted = wanted.doubted(why),
            }
        }
        for partner in &self.partners {
            match partner.replaced(replace) {
                // What is joined cannot be compared with a sub-query.
                Ok(partner) if !partner.asks() => wanted.partners.push(partner),
                _ => wanted = wanted.doubted(why),
            }
        }
        wanted
    }

    /// The same over the columns of an input, where the expressions say what each column of the schema is made of.
    pub(super) fn made_of(&self, schema: &DFSchema, exprs: &[Option<Expr>], why: &str) -> Self {
        let made_of = |column: &Column| {
            let place = schema.maybe_index_of_column(column).ok_or(Unknown)?;
            match exprs.get(place) {
                Some(Some(expr)) => Ok(Some(expr.clone())),
                _ => Err(Unknown),
            }
        };
        self.over(&made_of, why)
    }

    /// What is wanted of these columns alone, and the rest.
    pub(super) fn apart(self, is_own: &dyn Fn(&Column) -> bool) -> (Self, Self) {
        let is_own = |columns: Vec<Column>| {
            let mut own = columns.iter().filter(|column| !is_of_partner(column));
            own.all(is_own)
        };
        let (conditions, other_conditions) = self
            .conditions
            .into_iter()
            .partition(|condition| is_own(named(condition)));
        let (partners, other_partners) = self
            .partners
            .into_iter()
            .partition(|partner| is_own(partner.columns()));
        (
            Self {
                conditions,
                partners,
                doubts: self.doubts,
            },
            Self {
                conditions: other_conditions,
                partners: other_partners,
                doubts: BTreeSet::new(),
            },
        )
    }

    /// What is left of it without partners and sub-queries, which not every engine can plan everywhere.
    pub(super) fn simple(&self) -> Self {
        let conditions = self.conditions.iter();
        let simple = Self {
            conditions: conditions
                .filter(|condition| !asks(condition))
                .cloned()
                .collect(),
            partners: Vec::new(),
            doubts: self.doubts.clone(),
        };
        simple.doubted("what it is joined with or compared with could not be looked at")
    }

    /// The rows of a plan that are wanted.
    pub(super) fn among(self, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
        let plan = match conjunction(self.conditions) {
            Some(condition) => LogicalPlanBuilder::from(plan).filter(condition)?.build()?,
            None => plan,
        };
        self.partners
            .into_iter()
            .try_fold(plan, |plan, partner| partner.among(plan))
    }
}
