//! What is wanted of the two sides of a join.
//!
//! A row of one side takes part in a wanted row together with a partner, or alone where the join keeps rows without one.
//! Those are two ways, each with conditions of its own. In the second the columns of the other side have no value, and
//! a row of the other side that fits must be missing.

use std::collections::HashMap;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, JoinType, NullEquality, ScalarValue};
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Join, LogicalPlan, Operator};

use super::replace::{Unknown, asks, looks_out, named, replaced};
use super::trace::{Result, SUBQUERY, Trace};
use super::wanted::{Alone, Partner, Wanted, Whose, is_of_partner, same, whose};

/// More ways are not told apart.
const WAYS: usize = 64;

/// A join as one of its sides sees it.
struct Seen<'a> {
    own: &'a LogicalPlan,
    other: &'a LogicalPlan,
    /// What must be equal, of the own side first.
    on: Vec<(Expr, Expr)>,
    /// What must hold beside.
    filters: Vec<Expr>,
    nulls_are_equal: bool,
    /// Whether the join gives rows of this side with a partner.
    joins: bool,
    /// Whether it gives those without one.
    keeps: bool,
}

impl Trace {
    pub(super) fn join(&mut self, join: &Join, wanted: &Wanted) -> Result<()> {
        let plans = [join.left.as_ref(), join.right.as_ref()];
        let looks_aside =
            |plan: &LogicalPlan| plan.exists(|node| Ok(matches!(node, LogicalPlan::Subquery(_))));
        let is_open = join.filter.as_ref().is_some_and(looks_out)
            || matches!(join.join_type, JoinType::LeftMark | JoinType::RightMark)
            || looks_aside(&join.left)?
            || looks_aside(&join.right)?;
        if is_open {
            let why = "it is joined with what is read for each of its rows";
            return plans.into_iter().try_for_each(|plan| {
                let is_own = |column: &Column| plan.schema().has_column(column);
                let (own, _) = wanted.clone().apart(&is_own);
                let own = if is_preserved(join.join_type) {
                    own.doubted(why)
                } else {
                    own.anything(why)
                };
                self.walk(plan, own)
            });
        }
        for is_left in [true, false] {
            let seen = Seen::new(join, is_left);
            if !seen.joins && !seen.keeps {
                self.decides(seen.own)?;
                continue;
            }
            self.side(&seen, wanted)?;
        }
        Ok(())
    }

    fn side(&mut self, seen: &Seen<'_>, wanted: &Wanted) -> Result<()> {
        let is_own = |column: &Column| seen.own.schema().has_column(column);
        let (own, rest) = wanted.clone().apart(&is_own);
        if seen.joins && seen.keeps && rest.wants_anything() {
            return self.walk(seen.own, own);
        }
        self.ways += usize::from(seen.joins && seen.keeps);
        if self.ways > WAYS {
            let own = own.doubted("it is joined in more ways than are told apart");
            return self.walk(seen.own, own);
        }
        if seen.joins {
            let with = self.with_partner(seen, own.clone(), rest.clone())?;
            self.walk(seen.own, with)?;
        }
        if seen.keeps {
            let without = self.without_partner(seen, own, &rest)?;
            self.walk(seen.own, without)?;
        }
        Ok(())
    }

    /// Rows of the own side that have a partner with which they make a wanted row.
    fn with_partner(&mut self, seen: &Seen<'_>, own: Wanted, rest: Wanted) -> Result<Wanted> {
        let mut own = own;
        let mut others = Wanted::default();
        let mut filters = Vec::new();
        for filter in &seen.filters {
            match whose(&named(filter), seen.own.schema()) {
                Whose::Own => own.conditions.push(filter.clone()),
                Whose::Other => others.conditions.push(filter.clone()),
                Whose::Both => filters.push(filter.clone()),
            }
        }
        for condition in rest.conditions {
            match whose(&named(&condition), seen.own.schema()) {
                Whose::Both if asks(&condition) => own = own.doubted(SUBQUERY),
                Whose::Both => filters.push(condition),
                Whose::Own | Whose::Other => others.conditions.push(condition),
            }
        }
        let implied = seen.implied(&own.conditions);
        own.conditions
            .extend(seen.turned().implied(&others.conditions));
        others.conditions.extend(implied);
        let (both, of_others): (Vec<Partner>, Vec<Partner>) = rest
            .partners
            .into_iter()
            .partition(|partner| whose(&partner.columns(), seen.own.schema()) == Whose::Both);
        others.partners = of_others;
        let mut on = seen.on.clone();
        let mut plan = others.among(seen.other.clone())?;
        for partner in both {
            if partner.is_missing {
                own = own.doubted("what must be missing of it depends on two datasets");
                continue;
            }
            plan = Self::beside(plan, partner, seen, &mut on, &mut filters)?;
        }
        own.partners
            .push(self.partner(seen, plan, &on, &filters, false)?);
        Ok(own)
    }

    /// Puts the partner of both sides beside the rows of the other side that fit it.
    fn beside(
        plan: LogicalPlan,
        partner: Partner,
        seen: &Seen<'_>,
        on: &mut Vec<(Expr, Expr)>,
        filters: &mut Vec<Expr>,
    ) -> Result<LogicalPlan> {
        let (of_other, rest): (Vec<_>, Vec<_>) = partner.on.into_iter().partition(|(own, _)| {
            let columns = named(own);
            !columns.is_empty() && whose(&columns, seen.own.schema()) == Whose::Other
        });
        for (own, of_partner) in rest {
            if partner.nulls_are_equal == seen.nulls_are_equal {
                on.push((own, of_partner));
            } else if partner.nulls_are_equal {
                filters.push(same(own, of_partner));
            } else {
                filters.push(own.eq(of_partner));
            }
        }
        filters.extend(partner.filter);
        let join = Join::try_new(
            plan.into(),
            partner.plan.into(),
            of_other,
            None,
            JoinType::Inner,
            datafusion::common::JoinConstraint::On,
            if partner.nulls_are_equal {
                NullEquality::NullEqualsNull
            } else {
                NullEquality::NullEqualsNothing
            },
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    /// Rows of the own side that no row of the other side fits, and that make a wanted row with nothing beside.
    fn without_partner(&mut self, seen: &Seen<'_>, own: Wanted, rest: &Wanted) -> Result<Wanted> {
        let schema = seen.other.schema();
        let missing = |column: &Column| {
            if !schema.has_column(column) {
                return Ok(None);
            }
            let data_type = Expr::Column(column.clone()).get_type(schema);
            let nothing = data_type.and_then(|data_type| ScalarValue::try_from(&data_type));
            nothing
                .map(|nothing| Some(Expr::Literal(nothing, None)))
                .map_err(|_| Unknown)
        };
        let rest = rest.over(&missing, SUBQUERY);
        let mut own = own;
        let (of_other, filters): (Vec<Expr>, Vec<Expr>) = seen
            .filters
            .iter()
            .cloned()
            .partition(|filter| whose(&named(filter), seen.own.schema()) == Whose::Other);
        let mut others = Wanted {
            conditions: seen.implied(&own.conditions),
            ..Wanted::default()
        };
        others.conditions.extend(of_other);
        own.conditions.extend(rest.conditions);
        own.partners.extend(rest.partners);
        own.doubts.extend(rest.doubts);
        let plan = others.among(seen.other.clone())?;
        let partner = self.partner(seen, plan, &seen.on, &filters, true)?;
        own.partners.push(partner);
        Ok(own)
    }

    /// A partner out of rows of the other side.
    fn partner(
        &mut self,
        seen: &Seen<'_>,
        plan: LogicalPlan,
        on: &[(Expr, Expr)],
        filters: &[Expr],
        is_missing: bool,
    ) -> Result<Partner> {
        let schema = plan.schema().clone();
        let alone = self.alone(plan)?;
        let renamed = |expr: &Expr| rename(expr, &schema, &alone);
        let on = on
            .iter()
            .map(|(own, other)| Ok((own.clone(), renamed(other)?)))
            .collect::<Result<Vec<_>>>()?;
        let filters = filters.iter().map(renamed).collect::<Result<Vec<_>>>()?;
        Ok(Partner {
            on,
            filter: conjunction(filters),
            plan: alone.plan,
            nulls_are_equal: seen.nulls_are_equal,
            is_missing,
        })
    }
}

impl<'a> Seen<'a> {
    fn new(join: &'a Join, is_left: bool) -> Self {
        use JoinType::{Full, Inner, Left, LeftAnti, LeftSemi, Right, RightAnti, RightSemi};
        let kind = join.join_type;
        let joins = !matches!(kind, LeftAnti | RightAnti);
        let keeps = if is_left {
            matches!(kind, Left | Full | LeftAnti)
        } else {
            matches!(kind, Right | Full | RightAnti)
        };
        debug_assert!(matches!(
            kind,
            Inner | Left | Right | Full | LeftSemi | LeftAnti | RightSemi | RightAnti
        ));
        let (own, other) = if is_left {
            (&join.left, &join.right)
        } else {
            (&join.right, &join.left)
        };
        let on = join.on.iter().map(|(left, right)| {
            if is_left {
                (left.clone(), right.clone())
            } else {
                (right.clone(), left.clone())
            }
        });
        let mut seen = Self {
            own,
            other,
            on: on.collect(),
            filters: Vec::new(),
            nulls_are_equal: join.null_equality == NullEquality::NullEqualsNull,
            joins,
            keeps,
        };
        // What is said of one side alone, or of none, is a filter.
        let (on, of_one) = std::mem::take(&mut seen.on)
            .into_iter()
            .partition(|(own, other)| own.any_column_refs() && other.any_column_refs());
        seen.on = on;
        let of_one: Vec<(Expr, Expr)> = of_one;
        seen.filters.extend(of_one.into_iter().map(|(own, other)| {
            if seen.nulls_are_equal {
                same(own, other)
            } else {
                own.eq(other)
            }
        }));
        for filter in join.filter.iter().flat_map(split_conjunction) {
            match seen.equal(filter) {
                Some(pair) if !seen.nulls_are_equal => seen.on.push(pair),
                _ => seen.filters.push(filter.clone()),
            }
        }
        seen
    }

    /// The two sides of a condition that a column of each side is equal.
    fn equal(&self, filter: &Expr) -> Option<(Expr, Expr)> {
        let Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) = filter
        else {
            return None;
        };
        let (Expr::Column(one), Expr::Column(two)) = (left.as_ref(), right.as_ref()) else {
            return None;
        };
        let (own, other) = (self.own.schema(), self.other.schema());
        if own.has_column(one) && other.has_column(two) {
            Some((left.as_ref().clone(), right.as_ref().clone()))
        } else if own.has_column(two) && other.has_column(one) {
            Some((right.as_ref().clone(), left.as_ref().clone()))
        } else {
            None
        }
    }

    /// The same join as the other side sees it.
    fn turned(&self) -> Seen<'a> {
        Seen {
            own: self.other,
            other: self.own,
            on: self
                .on
                .iter()
                .map(|(own, other)| (other.clone(), own.clone()))
                .collect(),
            filters: Vec::new(),
            ..*self
        }
    }

    /// What conditions over the own side say of the other side, by the columns that are equal where rows join.
    fn implied(&self, conditions: &[Expr]) -> Vec<Expr> {
        let (own, other) = (self.own.schema(), self.other.schema());
        let equal: HashMap<&Column, &Column> = self
            .on
            .iter()
            .filter_map(|pair| match pair {
                (Expr::Column(one), Expr::Column(two)) => {
                    (type_of(one, own)? == type_of(two, other)?).then_some((one, two))
                }
                _ => None,
            })
            .collect();
        let said = conditions
            .iter()
            .filter(|condition| !asks(condition) && !named(condition).iter().any(is_of_partner));
        said.filter_map(|condition| {
            let by_equal = |column: &Column| match equal.get(column) {
                Some(other) => Ok(Some(Expr::Column((*other).clone()))),
                None => Err(Unknown),
            };
            replaced(condition, &by_equal).ok()
        })
        .filter(|condition| !named(condition).is_empty())
        .collect()
    }
}

fn is_preserved(kind: JoinType) -> bool {
    !matches!(kind, JoinType::LeftMark | JoinType::RightMark)
}

fn type_of<'s>(column: &Column, schema: &'s DFSchema) -> Option<&'s arrow::datatypes::DataType> {
    let place = schema.maybe_index_of_column(column)?;
    Some(schema.field(place).data_type())
}

/// An expression over both sides, with the columns of a plan under the names that they have alone.
fn rename(expr: &Expr, schema: &DFSchema, alone: &Alone) -> Result<Expr> {
    let renamed = expr.clone().transform_down(|part| {
        let Expr::Column(column) = &part else {
            return Ok(Transformed::no(part));
        };
        Ok(match schema.maybe_index_of_column(column) {
            Some(place) => Transformed::new(alone.column(place), true, TreeNodeRecursion::Jump),
            None => Transformed::no(part),
        })
    })?;
    Ok(renamed.data)
}
