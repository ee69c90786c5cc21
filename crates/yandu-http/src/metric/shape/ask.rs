//! Questions to metrics as they are sent.

use yandu_metrics::{AreaLevel, Ask, By, Only, Order, Target};
use yandu_pack::declare::Comparison;
use yandu_words::{ColumnName, Grain, MetricId, Period};

use super::{MetricAsk, MetricBy, MetricTarget};
use crate::Result;
use crate::problem::Problem;

/// Dimensions that a metric can be asked by at once; it has no more.
const BY: usize = 8;

fn wrong(field: &str, error: impl std::fmt::Display) -> Box<Problem> {
    Problem::new("invalid-body", format!("`{field}`: {error}"))
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error| wrong(field, error))
}

impl MetricAsk {
    /// The question, or what is wrong with it.
    pub(crate) fn read(self) -> Result<Ask> {
        let period = |field: &str, text: Option<String>| -> Result<Option<Period>> {
            text.map(|text| read(field, &text)).transpose()
        };
        let grain = self.grain.map(|grain| {
            let known = Grain::ALL.into_iter().find(|known| known.name() == grain);
            known.ok_or_else(|| wrong("grain", "write day, month, quarter or year"))
        });
        let order = match self.order.as_deref() {
            None | Some("key") => Order::Key,
            Some("greatest") => Order::Greatest,
            Some("least") => Order::Least,
            Some(_) => return Err(wrong("order", "write key, greatest or least")),
        };
        let within = |field: &str, number: Option<u32>, most: u32| match number {
            Some(number) if !(1..=most).contains(&number) => {
                Err(wrong(field, format!("{number} is not from 1 to {most}")))
            }
            number => Ok(number.map(|number| number as usize)),
        };
        if self.by.len() > BY {
            return Err(wrong("by", format!("at most {BY} dimensions are asked by")));
        }
        let by = self.by.into_iter().map(MetricBy::read);
        let only = self.only.into_iter().map(|(dimension, values)| {
            Ok(Only {
                dimension: read("only", &dimension)?,
                values,
            })
        });
        Ok(Ask {
            metric: read::<MetricId>("metric", &self.metric)?,
            period: period("period", self.period)?,
            grain: grain.transpose()?,
            until: None,
            points: within("points", self.points, 4_000)?.unwrap_or(1),
            by: by.collect::<Result<Vec<By>>>()?,
            only: only.collect::<Result<Vec<Only>>>()?,
            order,
            limit: within("limit", self.limit, 20_000)?,
            target: self.target.map(MetricTarget::read).transpose()?,
            forecast: period("forecast", self.forecast)?,
        })
    }
}

impl MetricBy {
    fn read(self) -> Result<By> {
        let level = self.level.map(|level| {
            let levels = AreaLevel::ALL.map(AreaLevel::name).join(", ");
            AreaLevel::from_name(&level)
                .ok_or_else(|| wrong("level", format!("write one of {levels}")))
        });
        Ok(By {
            dimension: read::<ColumnName>("dimension", &self.dimension)?,
            level: level.transpose()?,
        })
    }
}

impl MetricTarget {
    fn read(self) -> Result<Target> {
        const KNOWN: [Comparison; 6] = [
            Comparison::AtLeast,
            Comparison::AtMost,
            Comparison::Above,
            Comparison::Below,
            Comparison::Equal,
            Comparison::Change,
        ];
        let comparison = self.comparison.map(|sign| {
            let known = KNOWN.into_iter().find(|known| known.sign() == sign);
            known.ok_or_else(|| wrong("comparison", "write >=, <=, >, <, = or change"))
        });
        let due = self.due.map(|due| read("due", &due));
        Ok(Target {
            value: self.value,
            comparison: comparison.transpose()?,
            due: due.transpose()?,
        })
    }
}
